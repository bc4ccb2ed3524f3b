// Keyboard: / and Ctrl-K search, "g c" goes to clients, "n c" makes a new one,
// ? shows the list. Single letters never act while something is typed.
import { typing } from "./text.js";
import { step, tick, tickRange, togglePeek, peekOpen, closePeek } from "./table.js";

let prefix = "", since = 0;

const open = () => document.dispatchEvent(new Event("carnet:search"));

function sheet() {
  const d = document.getElementById("shortcuts");
  if (d && !d.open) d.showModal();
  return Boolean(d);
}

function follow(selector) {
  const a = document.querySelector(selector);
  a?.click();
  return Boolean(a);
}

const single = {
  "/": () => { open(); return true; },
  "?": sheet,
  j: () => step(1),
  k: () => step(-1),
  x: tick,
  X: tickRange,
  p: togglePeek,
  f: () => follow("[data-add-filter]"),
  e: () => follow("[data-new-event]"),
};

document.addEventListener("keydown", (e) => {
  if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === "k") {
    e.preventDefault();
    open();
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || e.isComposing || typing(e.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (e.key === "Escape" && peekOpen()) { closePeek(); return; }
  if (e.target.closest?.(".pop:popover-open")) return;

  if (prefix && e.timeStamp - since < 1200) {
    const attr = prefix === "g" ? "data-go" : "data-create";
    prefix = "";
    if (/^[a-z]$/.test(e.key) && follow(`[${attr}="${e.key}"]`)) { e.preventDefault(); return; }
  }
  if (e.key === "g" || e.key === "n") { prefix = e.key; since = e.timeStamp; return; }
  prefix = "";
  if ((e.key === "ArrowDown" || e.key === "ArrowUp") && e.target.closest?.("tr[data-row]")) {
    if (step(e.key === "ArrowDown" ? 1 : -1)) e.preventDefault();
    return;
  }
  // On a row the space bar peeks; with Shift it ticks all from the last one ticked.
  if (e.key === " " && e.target.closest?.("tr[data-row]") && (e.shiftKey || e.target.matches("a, tr"))) {
    if (e.shiftKey ? tickRange() : togglePeek()) e.preventDefault();
    return;
  }
  if (single[e.key]?.()) e.preventDefault();
});
