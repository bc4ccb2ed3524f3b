// Picking from results that the server renders: the search over the page, the
// look-up of a record in a form; and tokens. Listboxes follow the ARIA pattern
// "combobox with list": the focus stays in the field, aria-activedescendant
// walks.
import { t, tn, part, debounce, reveal } from "./text.js";

const nameOf = (opt) => opt?.dataset.value ?? opt?.href;

/** A combobox over a listbox that the server fills. */
class Combo extends HTMLElement {
  setUp(input, list) {
    this.input = input;
    this.list = list;
    this.at = -1;
    this.ask = debounce(() => this.search(), 120);
    input.addEventListener("input", () => { this.walked = false; this.ask(); });
    input.addEventListener("keydown", (e) => this.key(e));
    list.addEventListener("pointermove", (e) => {
      const i = this.options.indexOf(e.target.closest('[role="option"]'));
      if (i >= 0 && i !== this.at) this.go(i);
    });
    list.addEventListener("mousedown", (e) => e.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (e) => {
      const opt = e.target.closest('[role="option"]');
      if (opt) this.choose(opt, e);
    });
  }
  get options() { return [...this.list.querySelectorAll('[role="option"]')]; }
  async search() {
    const q = this.input.value.trim();
    this.running?.abort();
    this.running = new AbortController();
    if (!q && !this.wantsEmpty) { this.show(""); return; }
    const url = new URL(this.dataset.url, location.href);
    url.searchParams.set("q", q);
    try {
      this.show(await part(url, { signal: this.running.signal }));
    } catch (err) {
      if (err.name !== "AbortError") this.say(t(navigator.onLine ? "failed" : "offline"));
    }
  }
  show(html) {
    // Who walked on already stays where they are when a late answer has it too.
    const kept = this.walked && nameOf(this.options[this.at]);
    this.list.innerHTML = html;
    const n = this.options.length;
    this.input.setAttribute("aria-expanded", String(html !== ""));
    const again = kept ? this.options.findIndex((o) => nameOf(o) === kept) : -1;
    this.go(again >= 0 ? again : n && this.autoFirst ? 0 : -1);
    this.found?.(n, html);
  }
  say(text) {
    this.list.textContent = "";
    const p = document.createElement("p");
    p.className = "palette-none";
    p.textContent = text;
    this.list.append(p);
  }
  go(i) {
    const all = this.options;
    this.at = i;
    all.forEach((el, k) => el.setAttribute("aria-selected", String(k === i)));
    if (all[i]) {
      this.input.setAttribute("aria-activedescendant", all[i].id);
      all[i].scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }
  key(e) {
    const n = this.options.length;
    switch (e.key) {
      case "ArrowDown": if (n) { e.preventDefault(); this.walked = true; this.go((this.at + 1) % n); } else this.search(); break;
      case "ArrowUp": if (n) { e.preventDefault(); this.walked = true; this.go((this.at - 1 + n) % n); } break;
      case "Enter": {
        const opt = this.options[this.at];
        if (opt) { e.preventDefault(); this.choose(opt, e); } else this.enter?.(e);
        break;
      }
      case "Escape": this.escape?.(e); break;
    }
  }
}

customElements.define("c-palette", class extends Combo {
  connectedCallback() {
    this.dialog = this.closest("dialog");
    this.autoFirst = true;
    this.wantsEmpty = true; // recent records and commands
    this.setUp(this.querySelector("input"), this.querySelector('[role="listbox"]'));
    // The box in the top bar opens it: what was typed there goes along.
    const box = document.querySelector(".bar .search input");
    const open = () => this.open(box?.value ?? "");
    box?.addEventListener("mousedown", (e) => { if (e.button === 0) { e.preventDefault(); open(); } });
    // Not on focus: who goes through the page with Tab would be held up (WCAG 3.2.1).
    box?.addEventListener("input", () => {
      open();
      this.input.setSelectionRange(this.input.value.length, this.input.value.length);
      box.value = box.defaultValue;
    });
    document.addEventListener("carnet:search", open);
  }
  open(q) {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.input.value = q;
    this.walked = false;
    this.input.select();
    this.search();
  }
  found(n, html) { this.querySelector("[data-found]").textContent = html ? tn("found", n) : ""; }
  choose(opt, e) {
    if (e.ctrlKey || e.metaKey) { window.open(opt.href, "_blank", "noopener"); e.preventDefault(); return; }
    if (e.type === "click") return; // a link: the browser follows it
    location.assign(opt.href);
  }
  // The browser would empty the field first and close with the second Escape.
  escape(e) { e.preventDefault(); this.dialog.close(); }
  enter() {
    // Typed faster than the answer: the page with all results is never wrong.
    const url = new URL(this.dataset.url, location.href);
    url.searchParams.set("q", this.input.value.trim());
    if (this.input.value.trim()) location.assign(url);
  }
});

customElements.define("c-lookup", class extends Combo {
  connectedCallback() {
    this.value = this.querySelector('input[type="hidden"]');
    this.autoFirst = true;
    this.setUp(this.querySelector('[role="combobox"]'), this.querySelector('[role="listbox"]'));
    this.clear = this.querySelector("button");
    this.picked = this.input.value;
    this.input.addEventListener("input", () => { if (this.input.value !== this.picked) this.value.value = ""; this.sync(); });
    this.input.addEventListener("blur", () => setTimeout(() => this.hide(), 120));
    this.clear?.addEventListener("click", () => { this.input.value = this.picked = this.value.value = ""; this.sync(); this.input.focus(); this.tell(); });
    this.sync();
  }
  sync() { if (this.clear) this.clear.hidden = !this.input.value; }
  found(n, html) { this.list.hidden = !html; }
  hide() { this.list.hidden = true; this.input.setAttribute("aria-expanded", "false"); this.go(-1); }
  escape(e) { if (!this.list.hidden) { e.preventDefault(); e.stopPropagation(); this.hide(); } }
  choose(opt, e) {
    e.preventDefault();
    this.value.value = opt.dataset.value;
    this.input.value = this.picked = opt.dataset.title;
    this.hide();
    this.sync();
    this.tell();
  }
  tell() { this.input.dispatchEvent(new Event("change", { bubbles: true })); }
});

customElements.define("c-tokens", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector(":scope > input");
    this.offers = new Map([...this.querySelectorAll("datalist option")].map((o) => [o.value.toLocaleLowerCase(), o]));
    // The typing field is sent by pages without script only; here a token is
    // made of it first.
    for (const label of this.querySelectorAll("label.token")) this.dress(label);
    this.input.addEventListener("keydown", (e) => {
      if (e.key === "Enter" || e.key === ",") {
        if (this.input.value.trim()) { e.preventDefault(); this.take(); } else if (e.key === ",") e.preventDefault();
      }
      if (e.key === "Backspace" && !this.input.value) this.querySelector(":scope > .token:last-of-type button")?.focus();
    });
    // What is chosen from the offers is taken at once, what is typed when no offer goes on
    // with it: who types Skitour passes Ski.
    this.input.addEventListener("input", (e) => {
      const text = this.input.value.toLocaleLowerCase();
      const typed = e.inputType && e.inputType !== "insertReplacementText";
      if (this.offers.has(text) && !(typed && [...this.offers.keys()].some((k) => k !== text && k.startsWith(text)))) this.take();
    });
    this.input.addEventListener("blur", () => this.take());
    this.addEventListener("click", (e) => { if (e.target === this) this.input.focus(); });
  }
  take() {
    const whole = this.input.value.trim(); // an offer may have a comma in it
    for (const text of this.offers.has(whole.toLocaleLowerCase()) ? [whole] : whole.split(",").map((s) => s.trim()).filter(Boolean)) {
      const offer = this.offers.get(text.toLocaleLowerCase());
      if (!offer && "only" in this.dataset) continue;
      const value = offer?.dataset.value ?? text;
      if ([...this.querySelectorAll("input[type=checkbox]")].some((el) => el.value === value)) continue;
      const label = document.createElement("label");
      label.className = "token";
      const box = Object.assign(document.createElement("input"), { type: "checkbox", name: this.dataset.name, value, checked: true });
      box.className = "tick";
      label.append(box, offer?.value ?? text);
      this.input.before(label);
      this.dress(label);
      this.dispatchEvent(new CustomEvent("carnet:rows", { bubbles: true }));
    }
    if (!("only" in this.dataset) || !this.input.value || this.offers.has(this.input.value.toLocaleLowerCase())) this.input.value = "";
  }
  // A token: the box is out of sight, a button takes it away.
  dress(label) {
    const span = document.createElement("span");
    span.className = "token";
    const box = label.querySelector("input");
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: box.name, value: box.value });
    const btn = document.createElement("button");
    btn.type = "button";
    const text = label.textContent.trim();
    btn.setAttribute("aria-label", `${this.dataset.remove} ${text}`);
    btn.textContent = "×";
    btn.addEventListener("click", () => {
      span.remove();
      this.input.focus();
      this.dispatchEvent(new CustomEvent("carnet:rows", { bubbles: true }));
    });
    span.append(text, hidden, btn);
    label.replaceWith(span);
  }
});
