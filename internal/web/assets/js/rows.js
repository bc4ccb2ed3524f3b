// Rows that come any number of times (phones, addresses), and lists in an order
// of one's own: add, remove, move by button, by Alt with arrows, and by mouse.
import { t, reveal, toast } from "./text.js";

customElements.define("c-rows", class extends HTMLElement {
  connectedCallback() {
    reveal(this);
    this.list = this.querySelector(".repeat-rows");
    this.next = this.list.children.length;
    this.addEventListener("click", (e) => {
      if (e.target.closest("[data-add]")) { e.preventDefault(); this.add(); }
      const move = e.target.closest("[data-move]");
      if (move) this.move(move.closest(".repeat-row"), move.dataset.move === "up" ? -1 : 1, move);
    });
    this.addEventListener("change", (e) => {
      if (e.target.name?.endsWith("].delete")) this.drop(e.target.closest(".repeat-row"), e.target.checked);
    });
    this.addEventListener("keydown", (e) => {
      if (!e.altKey || !["ArrowUp", "ArrowDown"].includes(e.key) || !this.querySelector("[data-move]")) return;
      e.preventDefault();
      this.move(e.target.closest(".repeat-row"), e.key === "ArrowUp" ? -1 : 1, e.target);
    });
  }
  add() {
    const tpl = this.querySelector("template");
    const box = document.createElement("ul");
    box.append(tpl.content.cloneNode(true));
    const i = String(this.next++);
    for (const el of box.querySelectorAll("*")) {
      for (const a of [...el.attributes]) if (a.value.includes("__i__")) el.setAttribute(a.name, a.value.replaceAll("__i__", i));
    }
    const row = box.firstElementChild;
    row.dataset.fresh = "1";
    this.list.append(row);
    reveal(row);
    row.querySelector(".repeat-fields :is(input:not([type=hidden]), select, textarea)")?.focus();
    this.tell();
  }
  // A row that was never saved is simply gone; a saved one stays, dimmed, until
  // the form is saved, and can be taken back.
  drop(row, off) {
    if (off && row.dataset.fresh) {
      const to = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (to?.querySelector("input:not([type=hidden]), select") ?? this.querySelector("[data-add]"))?.focus();
      this.tell();
      return;
    }
    row.toggleAttribute("data-off", off);
  }
  move(row, by, focus) {
    const other = by < 0 ? row?.previousElementSibling : row?.nextElementSibling;
    if (!other) return;
    by < 0 ? other.before(row) : other.after(row);
    this.renumber();
    focus.focus();
    const all = [...this.list.children];
    toast(t("moved", { to: all.indexOf(row) + 1, of: all.length }), "info");
    this.tell();
  }
  // The server reads rows in the order of their numbers.
  renumber() {
    const name = this.dataset.name + "[";
    // Radio buttons of one name would lose their choice half-way: names first
    // get a number that nobody has.
    for (const pass of ["~", ""]) {
      [...this.list.children].forEach((row, i) => {
        for (const el of row.querySelectorAll("[name]")) {
          if (!el.name.startsWith(name)) continue;
          const on = el.checked;
          el.name = name + pass + i + el.name.slice(el.name.indexOf("]"));
          if (on !== undefined) el.checked = on;
        }
      });
    }
  }
  tell() { this.dispatchEvent(new CustomEvent("carnet:rows", { bubbles: true })); }
});

// A list whose order is sent as the order of its fields: columns of a table,
// travelers of a client. <c-order data-url=...> posts at once, one without is
// part of a form.
customElements.define("c-order", class extends HTMLElement {
  connectedCallback() {
    reveal(this);
    this.addEventListener("click", (e) => {
      const btn = e.target.closest("[data-move]");
      if (!btn) return;
      e.preventDefault(); // without script the button sends its form
      this.move(btn.closest("[data-item]"), btn.dataset.move === "up" ? -1 : 1, btn);
    });
    this.addEventListener("keydown", (e) => {
      const item = e.target.closest("[data-item]");
      if (!item || !e.altKey || !["ArrowUp", "ArrowDown"].includes(e.key)) return;
      e.preventDefault();
      this.move(item, e.key === "ArrowUp" ? -1 : 1, e.target);
    });
    for (const item of this.items) item.draggable = true;
    this.addEventListener("dragstart", (e) => {
      this.dragged = e.target.closest("[data-item]");
      e.dataTransfer.effectAllowed = "move";
      this.dragged?.setAttribute("data-dragged", "");
    });
    this.addEventListener("dragover", (e) => {
      const over = e.target.closest("[data-item]");
      if (!this.dragged || !over || over === this.dragged || over.parentNode !== this.dragged.parentNode) return;
      e.preventDefault();
      const box = over.getBoundingClientRect();
      e.clientY > box.top + box.height / 2 ? over.after(this.dragged) : over.before(this.dragged);
    });
    this.addEventListener("drop", (e) => e.preventDefault());
    this.addEventListener("dragend", () => {
      this.dragged?.removeAttribute("data-dragged");
      this.dragged = null;
      this.save();
    });
  }
  get items() { return [...this.querySelectorAll("[data-item]")]; }
  move(item, by, focus) {
    const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other?.matches("[data-item]")) return;
    by < 0 ? other.before(item) : other.after(item);
    focus.focus();
    toast(t("moved", { to: this.items.indexOf(item) + 1, of: this.items.length }), "info");
    this.save();
  }
  async save() {
    this.dispatchEvent(new CustomEvent("carnet:rows", { bubbles: true }));
    if (!this.dataset.url) return;
    const body = new URLSearchParams(this.items.map((el) => ["item", el.dataset.item]));
    if (this.dataset.version) body.set("version", this.dataset.version);
    try {
      const res = await fetch(this.dataset.url, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (!res.ok) throw new Error(res.statusText);
      const version = res.headers.get("X-Version");
      if (version) this.dataset.version = version;
    } catch {
      toast(t("failed"), "danger");
    }
  }
});
