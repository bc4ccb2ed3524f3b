// Dates as people type them. The server reads the text again by the same rules;
// this only says what it will understand, and offers the browser's calendar.
import { t, tn, reveal } from "./text.js";

const fold = (s) => s.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ł/g, "l").toLowerCase();

/** Month names of a language, in every form a date takes, folded. */
const names = new Map();
function monthNames(lang) {
  if (!names.has(lang)) {
    const all = [];
    for (let m = 0; m < 12; m++) {
      const day = new Date(Date.UTC(2000, m, 15));
      const forms = new Set();
      for (const l of [lang, "en"]) {
        for (const month of ["long", "short"]) {
          forms.add(fold(new Intl.DateTimeFormat(l, { month, timeZone: "UTC" }).format(day)).replace(/\W/g, ""));
          const parts = new Intl.DateTimeFormat(l, { day: "numeric", month, timeZone: "UTC" }).formatToParts(day);
          forms.add(fold(parts.find((p) => p.type === "month").value).replace(/\W/g, ""));
        }
      }
      all.push([...forms].filter((f) => f.length >= 3));
    }
    names.set(lang, all);
  }
  return names.get(lang);
}

function monthOf(word, lang) {
  const w = fold(word);
  if (w.length < 3) return 0;
  const list = monthNames(lang);
  const exact = list.findIndex((forms) => forms.includes(w));
  if (exact >= 0) return exact + 1;
  const near = list.map((forms, i) => (forms.some((f) => f.startsWith(w)) ? i + 1 : 0)).filter(Boolean);
  return near.length === 1 ? near[0] : 0;
}

function century(yy, month, day, past) {
  const now = new Date();
  let year = Math.floor(now.getFullYear() / 100) * 100 + yy;
  if (past) return new Date(year, month - 1, day) > now ? year - 100 : year;
  if (year > now.getFullYear() + 20) year -= 100;
  else if (year <= now.getFullYear() - 80) year += 100;
  return year;
}

/** Reads a typed date: {y, m, d} with y = 0 when the year is unknown, or null. */
export function parse(text, { order = "dmy", lang = "en", past = false } = {}) {
  const s = text.trim();
  const nums = s.match(/\d+/g) ?? [];
  const word = (s.match(/\p{L}{3,}/gu) ?? []).map((w) => monthOf(w, lang)).find(Boolean) ?? 0;
  let y = "", m = 0, d = 0;
  if (word) {
    m = word;
    if (nums.length === 1) d = +nums[0];
    else if (nums.length === 2) [d, y] = nums[0].length === 4 || +nums[0] > 31 ? [+nums[1], nums[0]] : [+nums[0], nums[1]];
    else return null;
  } else if (nums.length === 1 && s === nums[0] && s.length === 8) {
    if (+s.slice(0, 4) > 1800) { y = s.slice(0, 4); m = +s.slice(4, 6); d = +s.slice(6); }
    else { d = +s.slice(0, 2); m = +s.slice(2, 4); y = s.slice(4); if (order === "mdy") [d, m] = [m, d]; }
  } else {
    const o = order === "mdy" && /^\d+\./.test(s) ? "dmy" : order; // nobody writes month.day.year
    if (nums.length === 2) {
      [d, m] = nums.map(Number);
      if ((o !== "dmy" || m > 12) && d <= 12) [d, m] = [m, d];
    } else if (nums.length === 3) {
      if (nums[0].length >= 3 || +nums[0] > 31 || (o === "ymd" && nums[2].length <= 2)) { y = nums[0]; m = +nums[1]; d = +nums[2]; }
      else {
        [d, m] = [+nums[0], +nums[1]];
        y = nums[2];
        if (o === "mdy") [d, m] = [m, d];
        if (m > 12 && d <= 12) [d, m] = [m, d];
      }
    } else return null;
  }
  if (y !== "" && y.length !== 2 && y.length !== 4) return null;
  const year = y === "" ? 0 : y.length === 2 ? century(+y, m, d, past) : +y;
  const probe = new Date(Date.UTC(year || 2000, m - 1, d)); // 2000 has a 29 February
  if (probe.getUTCMonth() !== m - 1 || probe.getUTCDate() !== d) return null;
  return { y: year, m, d };
}

customElements.define("c-date", class extends HTMLElement {
  connectedCallback() {
    reveal(this);
    this.input = this.querySelector("input");
    this.help = document.getElementById(this.input.id + "-help");
    this.given = this.help?.textContent.trim() ?? "";
    this.input.addEventListener("input", () => this.say(false));
    this.input.addEventListener("blur", () => this.say(true));
    this.querySelector("button")?.addEventListener("click", () => this.pick());
    if (this.input.value && !this.given) this.say(false);
  }
  get read() {
    return parse(this.input.value, { order: this.dataset.order, lang: this.dataset.lang, past: "birth" in this.dataset });
  }
  say(done) {
    if (!this.help) return;
    const date = this.read;
    let text = this.given || "\u00a0";
    let bad = false;
    if (date && (date.y || "noYear" in this.dataset)) {
      const lang = this.dataset.lang; // English days come before months, as everywhere in Carnet
      const when = new Date(Date.UTC(date.y || 2000, date.m - 1, date.d));
      text = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { day: "numeric", month: "long", year: date.y ? "numeric" : undefined, timeZone: "UTC" }).format(when);
      if ("birth" in this.dataset && date.y) {
        const now = new Date();
        const age = now.getFullYear() - date.y - (now.getMonth() + 1 < date.m || (now.getMonth() + 1 === date.m && now.getDate() < date.d) ? 1 : 0);
        if (age >= 0) text += ", " + tn("years", age);
      }
    } else if (done && this.input.value.trim()) {
      text = t("noDate");
      bad = true;
    }
    this.help.textContent = text;
    this.help.classList.toggle("caution", bad);
  }
  // The browser's own calendar, opened from a field that is there only for it.
  pick() {
    const cal = document.createElement("input");
    cal.type = "date";
    cal.className = "vh date-pick";
    cal.tabIndex = -1;
    cal.setAttribute("aria-hidden", "true");
    const date = this.read;
    if (date?.y) cal.value = [String(date.y).padStart(4, "0"), String(date.m).padStart(2, "0"), String(date.d).padStart(2, "0")].join("-");
    this.append(cal);
    cal.addEventListener("change", () => {
      if (!cal.value) return;
      const [y, m, d] = cal.value.split("-").map(Number);
      const sep = this.dataset.order === "mdy" ? "/" : this.dataset.order === "ymd" ? "-" : /^(pl|de)/.test(this.dataset.lang) ? "." : "/";
      const by = { d: String(d).padStart(2, "0"), m: String(m).padStart(2, "0"), y: String(y) };
      this.input.value = [...(this.dataset.order || "dmy")].map((k) => by[k]).join(sep);
      this.input.dispatchEvent(new Event("input", { bubbles: true }));
      this.input.focus();
    });
    cal.addEventListener("blur", () => cal.remove());
    try { cal.showPicker(); } catch { cal.remove(); this.input.focus(); }
  }
});
