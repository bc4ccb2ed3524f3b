// The table of a list: rows open, tick, peek; columns take the width one likes.
import { tn, part } from "./text.js";

const rowsOf = () => [...document.querySelectorAll("tr[data-row]")];
const interactive = "a, button, input, label, select, textarea, summary, .resize";
let last = null; // the tick box clicked last, for ranges with Shift

/** The row that keys act on: the focused one, else the peeked one. */
const current = () => document.activeElement?.closest?.("tr[data-row]") ?? document.querySelector("tr[data-row][data-peeked]");

/** Moves to the next or previous row; the peek follows when it is open. */
export function step(by) {
  const rows = rowsOf();
  if (!rows.length) return false;
  const at = rows.indexOf(current());
  const row = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)];
  row.querySelector(".col-name a")?.focus();
  row.scrollIntoView({ block: "nearest" });
  if (document.querySelector("#peek > *")) peek(row);
  return true;
}

/** Ticks or unticks the current row. */
export function tick() {
  const box = current()?.querySelector(".tick");
  box?.click();
  return Boolean(box);
}

/** Opens the peek of the current row, or closes it when it shows that row. */
export function togglePeek() {
  const row = current();
  if (!row?.dataset.peek) return false;
  row.hasAttribute("data-peeked") ? closePeek() : peek(row);
  return true;
}

let running;
async function peek(row) {
  const slot = document.getElementById("peek");
  if (!slot || !row.dataset.peek) return;
  running?.abort();
  running = new AbortController();
  for (const r of document.querySelectorAll("tr[data-peeked]")) r.removeAttribute("data-peeked");
  row.setAttribute("data-peeked", "");
  try {
    slot.innerHTML = await part(row.dataset.peek, { signal: running.signal });
    for (const el of slot.querySelectorAll("[data-peek-move]")) el.hidden = false;
    history.replaceState(history.state, "", row.dataset.peek);
  } catch (err) {
    if (err.name !== "AbortError") location.assign(row.dataset.peek);
  }
}

function closePeek() {
  const slot = document.getElementById("peek");
  const row = document.querySelector("tr[data-peeked]");
  const to = slot?.querySelector("[data-peek-close]")?.getAttribute("href");
  if (to) history.replaceState(history.state, "", to);
  slot?.replaceChildren();
  row?.removeAttribute("data-peeked");
  row?.querySelector(".col-name a")?.focus();
}
export const peekOpen = () => Boolean(document.querySelector("#peek > *"));
export { closePeek };

document.addEventListener("click", (e) => {
  const move = e.target.closest("[data-peek-move]");
  if (move) { step(Number(move.dataset.peekMove)); move.isConnected && move.focus(); return; }
  if (e.target.closest("[data-peek-close]")) { e.preventDefault(); closePeek(); return; }
  const peekBtn = e.target.closest(".peek-btn");
  if (peekBtn && !e.ctrlKey && !e.metaKey && !e.shiftKey) { e.preventDefault(); peek(peekBtn.closest("tr")); return; }
  const row = e.target.closest("tr[data-href]");
  if (!row || e.target.closest(interactive) || getSelection().toString()) return;
  if (e.ctrlKey || e.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
});
document.addEventListener("auxclick", (e) => {
  const row = e.target.closest("tr[data-href]");
  if (row && e.button === 1 && !e.target.closest(interactive)) window.open(row.dataset.href, "_blank", "noopener");
});

// Ticking: Shift takes the range, the box in the head takes all, the bar counts.
const boxes = (scope) => [...scope.querySelectorAll("tbody .col-tick .tick")];
function count(form) {
  const all = boxes(form);
  const n = all.filter((b) => b.checked).length;
  const head = form.querySelector("[data-all]");
  if (head) { head.checked = n > 0 && n === all.length; head.indeterminate = n > 0 && n < all.length; }
  const out = form.querySelector("[data-selected]");
  if (out) out.textContent = n ? tn("selected", n) : "";
}
document.addEventListener("click", (e) => {
  const box = e.target;
  if (!(box instanceof HTMLInputElement) || !box.matches("tbody .col-tick .tick")) return;
  const all = boxes(box.form ?? document);
  if (e.shiftKey && last?.isConnected) {
    const [a, b] = [all.indexOf(last), all.indexOf(box)].sort((x, y) => x - y);
    for (const el of all.slice(a, b + 1)) el.checked = box.checked;
  }
  last = box;
});
document.addEventListener("change", (e) => {
  const form = e.target.closest?.(".list-main");
  if (!form) return;
  if (e.target.matches("[data-all]")) for (const b of boxes(form)) b.checked = e.target.checked;
  count(form);
});
document.addEventListener("reset", (e) => { if (e.target.matches(".list-main")) setTimeout(() => count(e.target)); });
for (const f of document.querySelectorAll("form.list-main")) count(f);

// More rows below the present ones instead of a new page.
document.addEventListener("click", async (e) => {
  const more = e.target.closest("a[data-more]");
  const body = document.querySelector(".table tbody");
  if (!more || !body || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  more.setAttribute("aria-busy", "true");
  try {
    const doc = new DOMParser().parseFromString(await (await fetch(more.href)).text(), "text/html");
    const rows = [...doc.querySelectorAll("tr[data-row]")];
    const pager = doc.querySelector(".pager");
    if (!rows.length) throw new Error("no rows");
    body.append(...rows);
    const next = pager?.querySelector("[data-more]");
    if (next) more.replaceWith(next);
    else more.remove();
    const shown = document.querySelector(".pager [data-shown]");
    if (shown) shown.textContent = new Intl.NumberFormat(document.documentElement.lang).format(rowsOf().length);
    rows[0].querySelector(".col-name a")?.focus({ preventScroll: true });
    for (const f of document.querySelectorAll("form.list-main")) count(f);
  } catch {
    location.assign(more.href);
  }
});

// Column widths: dragged, or by arrow keys on the focused handle.
customElements.define("c-table", class extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.widthUrl) return;
    for (const h of this.querySelectorAll(".resize")) {
      h.tabIndex = 0;
      const col = this.querySelector(`col[data-col="${CSS.escape(h.dataset.resize)}"]`);
      const width = () => h.closest("th").getBoundingClientRect().width;
      h.setAttribute("aria-valuenow", String(Math.round(width())));
      h.addEventListener("pointerdown", (e) => {
        e.preventDefault();
        h.setPointerCapture(e.pointerId);
        h.dataset.active = "";
        const [x, w] = [e.clientX, width()];
        const move = (ev) => this.set(h, col, w + ev.clientX - x);
        const up = () => { h.removeEventListener("pointermove", move); delete h.dataset.active; this.save(h); };
        h.addEventListener("pointermove", move);
        h.addEventListener("pointerup", up, { once: true });
        h.addEventListener("pointercancel", up, { once: true });
      });
      h.addEventListener("keydown", (e) => {
        const by = { ArrowLeft: -16, ArrowRight: 16 }[e.key];
        if (!by) return;
        e.preventDefault();
        this.set(h, col, width() + by);
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.save(h), 600);
      });
    }
  }
  // The attribute and not a style: that is what the page comes with next time.
  set(h, col, px) {
    const w = Math.round(Math.min(Math.max(px, 64), 640));
    col.removeAttribute("class");
    col.setAttribute("width", String(w));
    h.setAttribute("aria-valuenow", String(w));
  }
  save(h) {
    const body = new URLSearchParams({ col: h.dataset.resize, width: h.getAttribute("aria-valuenow") });
    fetch(this.dataset.widthUrl, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } }).catch(() => {});
  }
});
