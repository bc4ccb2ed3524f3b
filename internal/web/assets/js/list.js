// Editors of a list: filters and columns. Each is a page of its own; here it opens
// beside what asked for it, and its buttons change it in place.
import { part, reveal } from "./text.js";

const slotFor = (kind) => document.getElementById(kind === "panel" ? "filter-panel" : "filter-pop");
const fields = ":is(input:not([type=hidden]), select, textarea)";
const visible = (root, what = fields) => [...(root?.querySelectorAll(what) ?? [])].find((el) => el.checkVisibility() && !el.matches(".vh"));

function fill(slot, html) {
  slot.innerHTML = html;
  reveal(slot);
  document.dispatchEvent(new Event("carnet:part"));
}

async function open(url, kind, source) {
  const slot = slotFor(kind);
  try {
    fill(slot, await part(url));
  } catch {
    location.assign(url);
    return;
  }
  const pop = slotFor("pop");
  if (pop.matches(":popover-open")) pop.hidePopover();
  if (kind !== "panel") pop.showPopover({ source });
  else if (!slot.open) slot.showModal();
  if (kind === "panel") (visible(slot, ".dialog-body :is(input:not([type=hidden]), select)") ?? slot).focus();
}

document.addEventListener("click", (e) => {
  const shut = e.target.closest("dialog[data-slot] [data-shut]");
  if (shut) { e.preventDefault(); shut.closest("dialog").close(); return; }
  const a = e.target.closest("a[data-part]");
  if (!a || e.defaultPrevented || e.ctrlKey || e.metaKey || e.shiftKey || !slotFor(a.dataset.part)) return;
  e.preventDefault();
  // Within the popover the button that opened it stays the one it belongs to.
  const pop = slotFor("pop");
  if (!pop.contains(a)) pop.source = a;
  open(a.href, a.dataset.part, pop.source ?? a);
});

document.addEventListener("submit", async (e) => {
  const slot = e.target.closest("[data-slot]");
  const by = e.submitter;
  if (!slot || e.target.method === "post") return;
  e.preventDefault();
  const url = new URL(e.target.action);
  url.search = new URLSearchParams(new FormData(e.target, by)).toString();
  try {
    fill(slot, await part(url));
    after(slot, by);
  } catch {
    location.assign(url);
  }
});

// Where the focus goes after a form came back changed.
function after(slot, by) {
  const wrong = slot.querySelector("[data-wrong]");
  let to = visible(wrong, ".flt-vals " + fields) ?? visible(wrong);
  const add = (scope) => slot.querySelector(`[name="${CSS.escape(scope)}.new"]`);
  if (!to && by?.name === "_add") {
    const groups = slot.querySelectorAll(".bracket");
    const box = by.value === "g" ? groups[groups.length - 1] : add(by.value)?.closest(".bracket");
    const rows = box?.querySelectorAll(":scope > .flt") ?? [];
    to = visible(rows[rows.length - 1]) ?? visible(box, ":scope > .bracket-add select");
  }
  if (!to && by?.name === "_drop") to = add(by.value.replace(/\d+$/, ""));
  (to ?? visible(slot, ".pop-body " + fields) ?? visible(slot))?.focus();
}

// The menu of fields narrows while one types.
const fold = (s) => s.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ł/gi, "l").toLowerCase();
const items = (box) => [...box.form.querySelectorAll(".menu-item[name]")].filter((el) => !el.hidden);
document.addEventListener("input", (e) => {
  const box = e.target;
  if (!box.matches?.("[data-narrow]")) return;
  const q = fold(box.value.trim());
  let head, any;
  for (const el of box.form.querySelectorAll("[data-head], .menu-item[name]")) {
    if (el.matches("[data-head]")) {
      if (head) head.hidden = !any;
      [head, any] = [el, false];
      continue;
    }
    el.hidden = !fold(el.textContent + " " + (head?.textContent ?? "")).includes(q);
    any ||= !el.hidden;
  }
  if (head) head.hidden = !any;
});
document.addEventListener("keydown", (e) => {
  if (!e.target.matches?.("[data-narrow]") || (e.key !== "Enter" && e.key !== "ArrowDown")) return;
  e.preventDefault();
  const first = items(e.target)[0];
  e.key === "Enter" ? first?.click() : first?.focus();
});
