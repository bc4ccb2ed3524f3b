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

/** Ticks all rows from the one ticked last to the current one. */
export function tickRange() {
  const box = current()?.querySelector(".tick");
  if (!box) return false;
  range(box, true);
  box.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
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

// Ticking: Shift takes the range, the box in the head takes the page, the bar counts.
// What is ticked stays so while one pages and comes back, as long as the filters do.
const boxes = (scope) => [...scope.querySelectorAll("tbody .col-tick .tick")];
const form = document.querySelector("form.list-main[data-ticks]");
const store = "ticks:" + location.pathname;
const most = 20000;
const chosen = new Set();

function range(box, on) {
  const all = boxes(form ?? document);
  const from = last?.isConnected ? all.indexOf(last) : all.indexOf(box);
  const [a, b] = [from, all.indexOf(box)].sort((x, y) => x - y);
  for (const el of all.slice(a, b + 1)) el.checked = on;
  last = box;
}

/** Takes over what the boxes of the page say. */
function take() {
  if (!form) return;
  for (const b of boxes(form)) {
    if (!b.checked) chosen.delete(b.value);
    else if (chosen.size < most) chosen.add(b.value);
  }
  show();
}

function show() {
  const all = boxes(form);
  const n = chosen.size;
  const here = all.filter((b) => b.checked).length;
  const whole = form.dataset.picked === "all";
  const head = form.querySelector("[data-all]");
  if (head) { head.checked = here > 0 && here === all.length; head.indeterminate = here > 0 && here < all.length; }
  if (!whole) form.toggleAttribute("data-picked", n > 0);
  const out = form.querySelector("[data-selected]");
  if (out && !whole) out.textContent = n ? tn("selected", n) : "";
  const page = new Set(all.map((b) => b.value));
  let rest = form.querySelector("[data-elsewhere]");
  if (!rest) {
    rest = Object.assign(document.createElement("input"), { type: "hidden", name: "ids" });
    rest.dataset.elsewhere = "";
    form.append(rest);
  }
  rest.value = [...chosen].filter((id) => !page.has(id)).join(",");
  try { n && !whole ? sessionStorage.setItem(store, JSON.stringify([form.dataset.ticks, [...chosen]])) : sessionStorage.removeItem(store); } catch { /* full or forbidden: the page alone remembers */ }
}

/** Says that all that match are meant, or no longer. */
function wholeList(on, text) {
  const had = form.querySelector('input[name="all"]');
  if (!on) { had?.remove(); form.removeAttribute("data-picked"); return; }
  form.dataset.picked = "all";
  if (!had) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "all", value: "1" }));
  for (const b of boxes(form)) b.checked = true;
  chosen.clear();
  form.querySelector("[data-selected]").textContent = text;
  show();
}

function restore() {
  try {
    const [key, ids] = JSON.parse(sessionStorage.getItem(store)) ?? [];
    if (key === form.dataset.ticks) for (const id of ids) chosen.add(id);
  } catch { /* nothing is remembered */ }
  for (const b of boxes(form)) b.checked ||= chosen.has(b.value);
}

document.addEventListener("click", (e) => {
  const all = e.target.closest("[data-all-match]");
  if (all && form) { e.preventDefault(); wholeList(true, all.dataset.text); return; }
  const more = e.target.closest("[data-sort-more]");
  if (more && e.shiftKey) { e.preventDefault(); location.assign(more.dataset.sortMore); return; }
  const box = e.target;
  if (!(box instanceof HTMLInputElement) || !box.matches("tbody .col-tick .tick")) return;
  if (e.shiftKey) range(box, box.checked);
  last = box;
});
form?.addEventListener("change", (e) => {
  if (e.target.matches("[data-all]")) for (const b of boxes(form)) b.checked = e.target.checked;
  if (form.dataset.picked === "all") wholeList(false);
  take();
});
form?.addEventListener("reset", (e) => {
  e.preventDefault();
  for (const b of boxes(form)) b.checked = false;
  chosen.clear();
  wholeList(false);
  show();
  last = null;
});
// What is deleted, or taken off a list, is no longer there to be ticked.
form?.addEventListener("submit", (e) => {
  if (e.submitter?.formAction.endsWith("/remove")) try { sessionStorage.removeItem(store); } catch { /* nothing was remembered */ }
});
if (form) { restore(); form.dataset.picked === "all" ? show() : take(); }

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
    if (form) {
      for (const b of boxes(form)) b.checked ||= form.dataset.picked === "all" || chosen.has(b.value);
      take();
    }
  } catch {
    location.assign(more.href);
  }
});

// Column widths: dragged, by arrow keys on the focused handle, or by a double click as
// wide as what is in it.
customElements.define("c-table", class extends HTMLElement {
  connectedCallback() {
    // What a column cuts is told by pointing at it.
    this.addEventListener("pointerover", (e) => {
      const td = e.target.closest("td");
      if (td && td.scrollWidth > td.clientWidth) td.title = td.textContent.trim();
      else td?.removeAttribute("title");
    });
    if (!this.dataset.widthUrl) return;
    for (const h of this.querySelectorAll(".resize")) {
      h.tabIndex = 0;
      const th = h.closest("th");
      const width = () => th.getBoundingClientRect().width;
      h.setAttribute("aria-valuenow", String(Math.round(width())));
      h.addEventListener("pointerdown", (e) => {
        e.preventDefault();
        h.setPointerCapture(e.pointerId);
        h.dataset.active = "";
        const [x, w] = [e.clientX, width()];
        const move = (ev) => { if (ev.clientX !== x) { moved = true; this.set(h, w + ev.clientX - x); } };
        let moved = false;
        const up = () => { h.removeEventListener("pointermove", move); delete h.dataset.active; if (moved) this.save(h); };
        h.addEventListener("pointermove", move);
        h.addEventListener("pointerup", up, { once: true });
        h.addEventListener("pointercancel", up, { once: true });
      });
      h.addEventListener("dblclick", () => { this.set(h, this.fit(th.cellIndex)); this.save(h); });
      h.addEventListener("keydown", (e) => {
        const by = { ArrowLeft: -16, ArrowRight: 16 }[e.key];
        if (!by && e.key !== "Enter") return;
        e.preventDefault();
        this.set(h, by ? width() + by : this.fit(th.cellIndex));
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.save(h), 600);
      });
    }
  }
  // A table that fills the page shares its room out among the columns. Who drags one
  // wants the others to stay, so from then on each has its own width.
  freeze() {
    if (this.querySelector(".w-fill")) return;
    const heads = [...this.querySelectorAll("thead th:has(.resize)")].map((th) => [th.querySelector(".resize"), th.getBoundingClientRect().width]);
    for (const [h, w] of heads) this.put(h, w);
    this.querySelector("colgroup").append(Object.assign(document.createElement("col"), { className: "w-fill" }));
    for (const tr of this.querySelectorAll("tr")) {
      const td = Object.assign(document.createElement("td"), { className: "col-fill" });
      td.setAttribute("aria-hidden", "true");
      tr.append(td);
    }
  }
  // The attribute and not a style: that is what the page comes with next time.
  put(h, px) {
    const w = String(Math.round(Math.min(Math.max(px, 64), 640)));
    const col = this.querySelector(`col[data-col="${CSS.escape(h.dataset.resize)}"]`);
    col.removeAttribute("class");
    col.setAttribute("width", w);
    h.setAttribute("aria-valuenow", w);
  }
  set(h, px) { this.freeze(); this.put(h, px); }
  // The width of what is in a column: ranges measure text that is cut off, too.
  fit(i) {
    const r = document.createRange();
    const wide = (el) => { r.selectNodeContents(el); return r.getBoundingClientRect().width; };
    let w = 0;
    for (const tr of this.querySelectorAll("tr")) {
      const cell = tr.cells[i];
      const parts = cell?.querySelector(".cell-name")?.children;
      if (!parts) { if (cell) w = Math.max(w, wide(cell.querySelector(".sort, .soft") ?? cell)); continue; }
      w = Math.max(w, [...parts].reduce((sum, el) => sum + (el.offsetWidth ? Math.max(el.matches("a") ? wide(el) : el.offsetWidth, 0) + 8 : 0), 0));
    }
    return Math.ceil(w) + 24;
  }
  save(h) {
    const all = [...this.querySelectorAll(".resize")].map((el) => el.dataset.resize + ":" + el.getAttribute("aria-valuenow")).join(",");
    const body = new URLSearchParams({ col: h.dataset.resize, width: h.getAttribute("aria-valuenow"), widths: all });
    fetch(this.dataset.widthUrl, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } }).catch(() => {});
  }
});
