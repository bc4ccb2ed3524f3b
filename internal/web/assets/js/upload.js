// Files: dropped or chosen, with a bar while they travel. Without script the
// field and its form do the same without the bar.
import { t, toast } from "./text.js";

const lang = document.documentElement.lang;
const size = (n) => {
  const step = n < 1e6 ? ["kilobyte", n / 1e3] : ["megabyte", n / 1e6];
  return new Intl.NumberFormat(lang, { style: "unit", unit: step[0], maximumFractionDigits: 1 }).format(step[1]);
};

customElements.define("c-drop", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.list = this.querySelector(".drop-files");
    const over = (on) => this.toggleAttribute("data-over", on);
    this.addEventListener("dragover", (e) => { e.preventDefault(); over(true); });
    this.addEventListener("dragleave", () => over(false));
    this.addEventListener("drop", (e) => {
      e.preventDefault();
      over(false);
      if (!e.dataTransfer.files.length) return;
      const keep = new DataTransfer();
      for (const f of [...e.dataTransfer.files].slice(0, this.input.multiple ? undefined : 1)) keep.items.add(f);
      this.input.files = keep.files;
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    this.input.addEventListener("change", () => this.show());
  }
  show() {
    this.list.replaceChildren(...[...this.input.files].map((f) => {
      const li = document.createElement("li");
      li.textContent = `${f.name}, ${size(f.size)}`;
      return li;
    }));
  }
});

// A button that chooses files sends them at once; without script it has a second one.
customElements.define("c-send", class extends HTMLElement {
  connectedCallback() {
    this.querySelector("button")?.setAttribute("hidden", "");
    this.querySelector("input[type=file]").addEventListener("change", (e) => {
      if (e.target.files.length) e.target.form.requestSubmit();
    });
  }
});

// A section that takes files takes them wherever they are dropped on it.
const target = (e) => (e.dataTransfer?.types.includes("Files") ? e.target.closest?.("[data-drop-to]") : null);
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (e) => {
    const to = target(e);
    if (!to || e.defaultPrevented) return;
    e.preventDefault();
    to.toggleAttribute("data-over", kind === "dragover");
    if (kind !== "drop" || !e.dataTransfer.files.length) return;
    const data = new FormData();
    data.append("dated", "1"); // what is said about files comes before them
    for (const f of e.dataTransfer.files) data.append("file", f);
    send(to.dataset.dropTo, data, to, () => {});
  });
}

// fetch can't tell how much has been sent, so this is the one place for XHR.
document.addEventListener("submit", (e) => {
  const form = e.target;
  if (!form.matches("form[data-upload]") || e.defaultPrevented) return;
  const files = [...form.elements].filter((el) => el.type === "file").flatMap((el) => [...el.files]);
  if (!files.length) return;
  e.preventDefault();
  send(e.submitter?.getAttribute("formaction") || form.action, new FormData(form, e.submitter), form.querySelector("c-drop") || form, () => {
    delete form.dataset.sent;
    e.submitter?.removeAttribute("aria-busy");
  });
});

function send(url, data, host, after) {
  const bar = Object.assign(document.createElement("progress"), { className: "progress", max: 1, value: 0 });
  bar.setAttribute("aria-label", t("uploading"));
  host.append(bar);
  const x = new XMLHttpRequest();
  x.open("POST", url);
  x.upload.addEventListener("progress", (p) => { if (p.lengthComputable) bar.value = p.loaded / p.total; });
  const stop = (text) => {
    bar.remove();
    after();
    if (text) toast(text, "danger");
  };
  x.addEventListener("error", () => stop(t("offline")));
  x.addEventListener("load", () => {
    // Redirected to the next step, or the page again with what is wrong.
    if (x.responseURL && new URL(x.responseURL).pathname !== location.pathname && x.status < 400) {
      location.assign(x.responseURL);
      return;
    }
    if (!x.responseText) { stop(t("failed")); return; }
    const doc = new DOMParser().parseFromString(x.responseText, "text/html");
    const main = doc.getElementById("main");
    if (!main) { stop(t("failed")); return; }
    stop("");
    document.getElementById("main").replaceWith(document.adoptNode(main));
    htmx.process(document.getElementById("main"));
    const said = doc.getElementById("toasts");
    if (said?.children.length) document.getElementById("toasts")?.replaceWith(document.adoptNode(said));
    const at = host.id && document.getElementById(host.id);
    (main.querySelector("[data-focus]") || at?.querySelector("a, button"))?.focus({ preventScroll: true });
  });
  x.send(data);
}
