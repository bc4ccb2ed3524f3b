// Forms: Ctrl-S saves, what changed has a dot, leaving with unsaved changes asks,
// hints come while typing.
import { t, tn, part, debounce, reveal, toast } from "./text.js";

const forms = () => document.querySelectorAll("form[data-edit]");
let leaving = false; // a form is on its way: don't ask

/** Has the control another value than the page came with? */
function changed(el) {
  if (!el.matches("input, select, textarea") || el.type === "hidden" || el.disabled || !el.name) return false;
  if (el.type === "checkbox" || el.type === "radio") return el.checked !== el.defaultChecked;
  if (el.tagName === "SELECT") return [...el.options].some((o) => o.selected !== o.defaultSelected) && !(el.selectedIndex === 0 && ![...el.options].some((o) => o.defaultSelected));
  if (el.type === "file") return el.files.length > 0;
  return el.value !== el.defaultValue;
}

/** Counts the fields of a form that changed, and marks them. */
function mark(form) {
  let n = 0;
  const fields = new Map();
  for (const el of form.elements) {
    const box = el.closest(".field") ?? el;
    fields.set(box, (fields.get(box) ?? false) || changed(el));
  }
  for (let [box, yes] of fields) {
    // A form that came back with errors holds what was typed: the server says so.
    if (box.dataset?.changed === "" && !("was" in box.dataset)) box.dataset.was = yes ? "0" : "1";
    yes ||= box.dataset?.was === "1";
    if (yes) n++;
    if (box.classList?.contains("field")) box.toggleAttribute("data-changed", yes);
  }
  n += Number(form.dataset.rowsChanged ?? 0);
  const note = form.querySelector("[data-unsaved]");
  const text = n ? tn("unsaved", n) : "";
  if (note && note.textContent !== text) note.textContent = text;
  form.toggleAttribute("data-dirty", n > 0);
  return n;
}
const markSoon = debounce(mark, 60);

document.addEventListener("input", (e) => { const f = e.target.form; if (f?.matches("[data-edit]")) markSoon(f); });
document.addEventListener("change", (e) => { const f = e.target.form; if (f?.matches("[data-edit]")) mark(f); });
document.addEventListener("carnet:rows", (e) => {
  const f = e.target.closest("form[data-edit]");
  if (!f) return;
  f.dataset.rowsChanged = Number(f.dataset.rowsChanged ?? 0) + 1;
  mark(f);
});
for (const f of forms()) mark(f);

document.addEventListener("submit", (e) => {
  const form = e.target;
  if (e.defaultPrevented || form.method === "dialog") return;
  if (form.dataset.sent) { e.preventDefault(); return; } // a second click
  if (form.method === "post" && !form.matches("[hx-post]")) {
    form.dataset.sent = "1";
    e.submitter?.setAttribute("aria-busy", "true");
    setTimeout(() => { delete form.dataset.sent; e.submitter?.removeAttribute("aria-busy"); }, 8000);
  }
  leaving = true;
  setTimeout(() => { leaving = false; }, 1500);
});

addEventListener("beforeunload", (e) => {
  if (leaving) return;
  for (const f of forms()) if (f.matches("[data-dirty]:not([data-step])")) { e.preventDefault(); return; }
});

// Back in the page out of the browser's cache: nothing is on its way any more.
addEventListener("pageshow", () => {
  leaving = false;
  for (const f of document.querySelectorAll("form[data-sent]")) delete f.dataset.sent;
});

// Cancelling is meant: no question.
document.addEventListener("click", (e) => {
  if (!e.target.closest("[data-cancel]")) return;
  leaving = true;
  setTimeout(() => { leaving = false; }, 1500);
});

// A card that htmx replaces while it holds typed text asks first. An answer to
// its own form is not a loss.
document.addEventListener("htmx:before:request", (e) => {
  const from = e.target;
  const target = e.detail?.ctx?.target ?? from.closest?.("form[data-edit]");
  const form = target?.matches?.("form[data-edit]") ? target : target?.querySelector?.("form[data-edit]");
  if (!form || from === form || form.contains(from) && from.type === "submit" || from.matches?.("[data-cancel], [data-redraw]")) return;
  if (form.hasAttribute("data-dirty") && !confirm(t("leave"))) e.preventDefault();
});
document.addEventListener("htmx:error", () => toast(navigator.onLine ? t("failed") : t("offline"), "danger"));

document.addEventListener("keydown", (e) => {
  if (!(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey || e.key.toLowerCase() !== "s") return;
  const form = e.target.closest?.("form[data-edit]") ?? document.querySelector("form[data-dirty]") ?? document.querySelector("form[data-edit]");
  if (!form) return;
  e.preventDefault(); // saving the page as a file is never meant here
  form.requestSubmit(form.querySelector('button[data-kind="primary"][type="submit"]') ?? undefined);
});

const firstField = (form) => form?.querySelector("input:not([type=hidden]), select, textarea");
const edited = new URLSearchParams(location.search).get("edit");
if (edited && document.activeElement === document.body) { // the card that was asked for; others hold forms as well, like the one for comments
  const card = document.getElementById(edited.split("-")[0]);
  const field = card?.querySelector("form[data-edit] [autofocus]") ?? firstField(card?.matches("form[data-edit]") ? card : card?.querySelector("form[data-edit]") ?? card?.closest("form[data-edit]"));
  (field ?? firstField(document.querySelector(".card form[data-edit], form.card[data-edit]")))?.focus();
}

// A card that opens or closes takes the focus along, so that it is never lost.
let swapped = "";
document.addEventListener("htmx:before:request", (e) => {
  swapped = e.target.closest?.("[data-edit-card], [data-cancel]") ? e.detail?.ctx?.target?.id ?? "" : "";
});
document.addEventListener("htmx:after:swap", () => {
  const card = swapped && document.getElementById(swapped);
  if (!card || ![null, document.body].includes(document.activeElement)) return;
  (firstField(card.querySelector("form[data-edit]") ?? card.closest("form[data-edit]")) ?? card.querySelector("[data-edit-card]"))?.focus();
});

// Escape leaves a card of a record. What opened over it closes first.
document.addEventListener("keydown", (e) => {
  if (e.key !== "Escape" || e.isComposing || e.target.ariaExpanded === "true" || document.querySelector(":popover-open, dialog[open]")) return;
  const form = e.target.closest?.("form[data-edit]");
  const cancel = form?.querySelector("[data-cancel][hx-get]");
  if (!cancel) return;
  e.preventDefault();
  if (!form.hasAttribute("data-dirty") || confirm(t("leave"))) cancel.click();
}, true);

// A region that the server fills while the form is typed: look-alikes.
customElements.define("c-live", class extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.watch = this.dataset.watch?.split(/\s+/);
    this.ask = debounce(() => this.fetch(), 350);
    this.on = (e) => {
      const name = e.target.name ?? "";
      if (!this.watch || this.watch.some((w) => name === w || name.startsWith(w + "["))) this.ask();
    };
    this.form?.addEventListener("input", this.on);
    this.form?.addEventListener("change", this.on);
  }
  disconnectedCallback() {
    this.form?.removeEventListener("input", this.on);
    this.form?.removeEventListener("change", this.on);
    this.running?.abort();
  }
  async fetch() {
    this.running?.abort();
    this.running = new AbortController();
    const data = new URLSearchParams();
    for (const [k, v] of new FormData(this.form)) if (typeof v === "string") data.append(k, v);
    try {
      const html = await part(this.dataset.url, { method: "POST", body: data, signal: this.running.signal });
      if (this.shown !== html) this.innerHTML = this.shown = html; // the same hint isn't read out twice
    } catch (err) {
      if (err.name !== "AbortError") this.innerHTML = ""; // a hint is not worth a message
    }
  }
});

customElements.define("c-secret", class extends HTMLElement {
  connectedCallback() {
    reveal(this);
    const [input, btn] = [this.querySelector("input"), this.querySelector("button")];
    btn?.addEventListener("click", () => {
      const show = input.type === "password";
      input.type = show ? "text" : "password";
      btn.setAttribute("aria-pressed", String(show));
    });
    // Never sent as plain text, so the browser doesn't remember it as a word.
    input?.form?.addEventListener("submit", () => { input.type = "password"; });
  }
});

customElements.define("c-copy", class extends HTMLElement {
  connectedCallback() {
    reveal(this);
    const input = this.querySelector("input");
    input?.addEventListener("focus", () => input.select());
    this.querySelector("button")?.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(input.value);
      } catch {
        input.select(); // no permission: at least it is selected
        document.execCommand("copy");
      }
      toast(this.dataset.done);
    });
  }
});
