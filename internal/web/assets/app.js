// The comfort of Carnet's pages. Everything works without it for reading and for
// saving; each module adds one thing and finds its hooks by custom elements and
// data attributes, so a fragment that htmx puts into a page needs no call.
import "./js/text.js";
import "./js/pop.js";
import "./js/form.js";
import "./js/rows.js";
import "./js/date.js";
import "./js/pick.js";
import "./js/table.js";
import "./js/keys.js";
import "./js/upload.js";
import "./js/passkey.js";
