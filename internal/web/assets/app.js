// The comfort of Carnet's pages. Everything works without it for reading and for
// saving; each module adds one thing and finds its hooks by custom elements and
// data attributes, so a fragment that htmx puts into a page needs no call.
import "./js/text.js";
import "./js/pop.js";
import "./js/form.js";
import "./js/pick.js";
import "./js/table.js";
import "./js/list.js";
import "./js/keys.js";

// What few pages need comes when something on the page does.
const rare = { "c-date": "date", "c-drop, form[data-upload], [data-drop-to]": "upload", "form[data-passkey]": "passkey", "c-rows, c-order": "rows", "c-reveal, [data-print]": "secret" };
function fetchRare() {
  for (const [what, name] of Object.entries(rare)) {
    if (!document.querySelector(what)) continue;
    delete rare[what];
    import(`./js/${name}.js`);
  }
}
fetchRare();
for (const what of ["htmx:after:swap", "carnet:part"]) document.addEventListener(what, fetchRare);
