// Passkeys: a form with data-passkey asks the server what to ask the authenticator
// for, and sends its answer along. Without script, or in a browser without
// passkeys, the form stays hidden.
import { t, toast } from "./text.js";

const able = window.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined;

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!able) continue;
  form.hidden = false;
  form.addEventListener("submit", async (e) => {
    if (form.dataset.answered) return; // the second time it is really sent
    e.preventDefault();
    e.stopImmediatePropagation();
    if (form.dataset.busy || !form.reportValidity()) return;
    form.dataset.busy = "1";
    try {
      const res = await fetch(form.dataset.options, { method: "POST", credentials: "same-origin", headers: { "HX-Request": "true" } });
      if (!res.ok) throw new Error(String(res.status));
      const { token, options } = await res.json();
      const make = form.dataset.passkey === "create";
      const credential = make
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) });
      form.elements.ceremony.value = token;
      form.elements.answer.value = JSON.stringify(credential.toJSON());
      form.dataset.answered = "1";
      form.requestSubmit();
    } catch (err) {
      delete form.dataset.busy;
      // Whoever closes the browser's window has changed their mind: that needs no message.
      if (err.name !== "NotAllowedError" && err.name !== "AbortError") toast(form.dataset.failed || t("failed"), "danger");
    }
  }, true);
}
