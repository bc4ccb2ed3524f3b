// Secrets: the mask makes room for the question why, then for the value, and comes
// back after half a minute. Copying never shows the value, and clears the clipboard
// afterwards where the browser lets a page do that.
import { part, t, toast } from "./text.js";

customElements.define("c-reveal", class extends HTMLElement {
  connectedCallback() {
    if (this.mask) return;
    this.mask = [...this.childNodes];
    this.addEventListener("click", (e) => {
      const link = e.target.closest("a");
      if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
      if (link.matches("[data-reveal]")) {
        e.preventDefault();
        this.from = link;
        this.ask(link.href);
      } else if (link.matches("[data-mask]")) {
        e.preventDefault();
        this.hide();
      }
    });
    this.addEventListener("submit", (e) => {
      e.preventDefault();
      e.stopPropagation();
      this.ask(e.target.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(e.target)) });
    });
    this.addEventListener("keydown", (e) => {
      if (e.key !== "Escape" || this.querySelector("[data-reveal]")) return;
      e.preventDefault();
      e.stopPropagation();
      this.hide();
    });
  }
  disconnectedCallback() { clearTimeout(this.timer); }
  async ask(url, options) {
    try {
      this.show(await part(url, options));
    } catch {
      toast(t(navigator.onLine ? "failed" : "offline"), "danger");
      this.hide();
    }
  }
  show(html) {
    clearTimeout(this.timer);
    this.innerHTML = html;
    const copy = this.querySelector("[data-copy]");
    if (copy) {
      this.copy(copy.textContent, copy.dataset.copy);
      this.hide();
      return;
    }
    const open = this.querySelector("[data-for]");
    if (open) this.timer = setTimeout(() => this.hide(true), open.dataset.for * 1000);
    (this.querySelector("select, input:not([type=hidden])") ?? this.querySelector("[data-mask]"))?.focus();
  }
  hide(quiet) {
    clearTimeout(this.timer);
    const had = this.contains(document.activeElement);
    this.replaceChildren(...this.mask);
    if (had || !quiet) this.from?.focus();
  }
  async copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      toast(done);
      setTimeout(() => navigator.clipboard.writeText("").catch(() => {}), 30000);
    } catch {
      toast(t("failed"), "danger");
    }
  }
});

// The page from the browser's memory has no secret in it.
addEventListener("pagehide", () => {
  for (const el of document.querySelectorAll("c-reveal")) el.hide?.(true);
});

const button = document.querySelector("[data-print]");
button?.addEventListener("click", () => print());
