// Returns the element that a user means by query: its label, its text, or a CSS selector.
// kind is "field", "action" or "any". An open dialog is searched before the page behind it.
(query, kind) => {
  const squeeze = s => (s || '').replace(/\s+/g, ' ').trim();
  // A label may end in a colon or in the star of a required field.
  const plain = s => squeeze(s).replace(/\s*[*:]$/, '');
  const shown = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
  const usable = e => shown(e) || e.type === 'file' || (e.labels && [...e.labels].some(shown));
  const byID = (e, attribute) => (e.getAttribute(attribute) || '').split(/\s+/)
    .map(id => document.getElementById(id)).filter(Boolean).map(n => n.textContent).join(' ');
  const names = e => [
    byID(e, 'aria-labelledby'), e.getAttribute('aria-label'),
    ...[...(e.labels || [])].map(l => l.innerText), ...[...(e.labels || [])].map(l => l.textContent),
    e.matches('input[type=submit],input[type=button]') ? e.value : '',
    e.matches('input,select,textarea') ? '' : e.innerText, e.getAttribute('title'),
  ].map(plain).filter(Boolean);
  const kinds = {
    field: 'input:not([type=hidden]):not([type=submit]):not([type=button]),select,textarea,[contenteditable=true],[role=combobox]',
    action: 'button,a[href],summary,input[type=submit],input[type=button],[role=button],[role=tab],[role=menuitem],[role=option],[role=switch]',
  };
  kinds.any = kinds.action + ',' + kinds.field + ',label,option,td,th,li,[tabindex]';
  const dialogs = [...document.querySelectorAll('dialog[open],[role=dialog]')].filter(shown).reverse();
  const want = plain(query);
  for (const root of [...dialogs, document]) {
    const all = [...root.querySelectorAll(kinds[kind])].filter(usable);
    const exact = all.find(e => names(e).includes(want));
    if (exact) return exact;
    const start = all.find(e => names(e).some(n => n.startsWith(want)));
    if (start) return start;
    try {
      const chosen = [...root.querySelectorAll(query)];
      if (chosen.length > 0) return chosen.find(usable) || chosen[0];
    } catch { /* a label that isn't a selector */ }
  }
  return null;
}
