// What floats: menus by arrow keys, dialogs by command where the browser doesn't
// know it yet, messages that go away.

const supportsCommand = "commandForElement" in HTMLButtonElement.prototype;

document.addEventListener("click", (e) => {
  const close = e.target.closest("[data-close]");
  if (close) close.closest(".toast")?.remove();
  if (supportsCommand) return;
  const btn = e.target.closest("button[commandfor]");
  const target = btn && document.getElementById(btn.getAttribute("commandfor"));
  if (!target) return;
  if (btn.getAttribute("command") === "show-modal") target.showModal();
  if (btn.getAttribute("command") === "close") target.close();
});

// A click on the ground beside a dialog closes it, unless something was typed.
document.addEventListener("pointerdown", (e) => {
  const d = e.target;
  if (!(d instanceof HTMLDialogElement) || !d.open) return;
  const box = d.getBoundingClientRect();
  const inside = e.clientX >= box.left && e.clientX <= box.right && e.clientY >= box.top && e.clientY <= box.bottom;
  if (!inside && !d.querySelector("[data-changed]")) d.close();
});

const items = (pop) => [...pop.querySelectorAll(".menu-item")].filter((el) => !el.disabled && el.checkVisibility());

// A menu that opens takes the focus to its first line, so the arrows work at
// once; a popover with a form takes it to the first field.
document.addEventListener("toggle", (e) => {
  const pop = e.target;
  if (!(pop instanceof HTMLElement) || !pop.matches?.(".pop[popover]") || e.newState !== "open") return;
  const first = pop.querySelector("[data-narrow]") ?? [...pop.querySelectorAll(".pop-body :is(input, select, textarea)")].find((el) => el.checkVisibility())
    ?? pop.querySelector(".menu-item:has(:checked) input") ?? items(pop)[0] ?? pop.querySelector(":is(input:not([type=hidden]), select):not(.vh)");
  first?.focus();
}, true);

document.addEventListener("keydown", (e) => {
  const item = e.target.closest?.(".pop[popover] .menu-item");
  if (!item || item.querySelector("input")) return;
  const all = items(item.closest(".pop"));
  const at = all.indexOf(item);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
  if (to === undefined) {
    if (e.key.length === 1 && /\p{L}/u.test(e.key) && !e.ctrlKey && !e.metaKey && !e.altKey) {
      const key = e.key.toLocaleLowerCase();
      const next = [...all.slice(at + 1), ...all.slice(0, at)].find((el) => el.textContent.trim().toLocaleLowerCase().startsWith(key));
      next?.focus();
      e.stopPropagation();
    }
    return;
  }
  e.preventDefault();
  all[(to + all.length) % all.length]?.focus();
});

// Good news goes by itself; bad news, and what can be undone for long, stays.
for (const el of document.querySelectorAll('.toast[data-kind="good"], .toast[data-kind="info"]')) {
  const start = () => setTimeout(() => { if (!el.matches(":hover, :focus-within")) el.remove(); else start(); }, el.querySelector("form") ? 12000 : 6000);
  start();
}

// The table of contents of a record marks the section in sight.
customElements.define("c-sections", class extends HTMLElement {
  connectedCallback() {
    const links = new Map();
    for (const a of this.querySelectorAll("a[href^='#']")) {
      const target = document.getElementById(decodeURIComponent(a.hash.slice(1)));
      if (target) links.set(target, a);
    }
    const seen = new Set();
    this.watcher = new IntersectionObserver((entries) => {
      for (const e of entries) e.isIntersecting ? seen.add(e.target) : seen.delete(e.target);
      const first = [...links.keys()].find((el) => seen.has(el));
      if (!first) return;
      for (const [el, a] of links) el === first ? a.setAttribute("aria-current", "true") : a.removeAttribute("aria-current");
    }, { rootMargin: "-10% 0px -60% 0px" });
    for (const el of links.keys()) this.watcher.observe(el);
  }
  disconnectedCallback() { this.watcher?.disconnect(); }
});

// On a phone the tabs are wider than the window: the one we are on is shown.
const tab = document.querySelector(".tabs [aria-current]");
const tabs = tab?.closest(".tabs");
if (tabs && tabs.scrollWidth > tabs.clientWidth) tabs.scrollLeft = tab.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
