// Texts, requests and messages that the other modules share.

const meta = document.querySelector('meta[name="ui-text"]');
const texts = meta ? JSON.parse(meta.content) : {};
const lang = document.documentElement.lang || "en";
const rules = new Intl.PluralRules(lang);

/** A sentence of the page's language, with {name} replaced. */
export function t(key, args = {}) {
  return String(texts[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => args[name] ?? all);
}

/** A sentence with a number, in the plural form that the language wants. */
export function tn(key, n) {
  const forms = texts[key] ?? {};
  return (forms[rules.select(n)] ?? forms.other ?? "").replace("#", new Intl.NumberFormat(lang).format(n));
}

/** Runs fn once the pauses between calls are longer than ms. */
export function debounce(fn, ms) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...args), ms);
  };
}

/**
 * Asks the server for a fragment. An answer that sends the browser elsewhere is
 * followed; one that is no success throws with its status.
 */
export async function part(url, options = {}) {
  const res = await fetch(url, {
    credentials: "same-origin",
    ...options,
    headers: { "HX-Request": "true", ...options.headers },
  });
  const to = res.headers.get("HX-Redirect");
  if (to) {
    location.assign(to);
    return new Promise(() => {}); // the page is on its way out
  }
  if (!res.ok && res.status !== 422) throw Object.assign(new Error(res.statusText), { status: res.status });
  return res.text();
}

/** Shows a message at the foot of the page; screen readers say it. */
export function toast(text, kind = "good") {
  const box = document.getElementById("toasts");
  if (!box) return;
  const el = document.createElement("div");
  el.className = "toast";
  el.dataset.kind = kind;
  const span = document.createElement("span");
  span.textContent = text;
  el.append(span);
  box.append(el);
  setTimeout(() => el.remove(), 6000);
}

/** True where keys are typed and not commands. */
export function typing(el) {
  return el instanceof Element && el.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;
}

/** Makes the controls of a custom element visible that need a script. */
export function reveal(root) {
  for (const el of root.querySelectorAll("[hidden]:is(button, [data-scripted])")) el.hidden = false;
}

// A custom element knows when it comes into the page; these few parts are plain.
const wake = (root) => {
  for (const el of root.querySelectorAll?.("[data-scripted][hidden], .toast [data-close][hidden], [data-peek-move][hidden]") ?? []) el.hidden = false;
  root.querySelector?.("[data-focus]")?.focus();
};
wake(document);
document.addEventListener("htmx:after:swap", () => wake(document));
