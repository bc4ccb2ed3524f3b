package chrome

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed find.js
var findJS string

// found is where an element is, or why it can't be used yet.
type found struct {
	Ready string  `json:"ready"` // empty when it is
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
}

// aim scrolls to an element and says where to click: like a user, not on something
// disabled and not through something else.
const aim = `(e => {
	if (!e) return {ready: 'not on the page'};
	if (e.matches('input[type=checkbox],input[type=radio]') && e.labels && e.labels[0] && e.getBoundingClientRect().width < 2) e = e.labels[0];
	e.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
	const box = e.getClientRects()[0];
	if (!box || box.width === 0 || box.height === 0) return {ready: 'not visible'};
	if (e.disabled) return {ready: 'disabled'};
	const x = box.left + box.width / 2, y = box.top + box.height / 2, top = document.elementFromPoint(x, y);
	if (!top) return {ready: 'outside the window'};
	const label = top.closest('label');
	if (!e.contains(top) && !top.contains(e) && !(label && label.control === e)) return {ready: 'covered by ' + top.outerHTML.slice(0, 150)};
	return {ready: '', x, y};
})`

// expr is the JavaScript that finds an element.
func expr(query, kind string) string {
	q, err := json.Marshal(query)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return fmt.Sprintf("(%s)(%s, %q)", findJS, q, kind)
}

// until repeats a check until it is satisfied; it reports the last reason if it never is.
// A page that navigates meanwhile is a reason like any other.
func until(ctx context.Context, check func() (reason string, err error)) error {
	reason := "nothing happened"
	for {
		why, err := check()
		switch {
		case err == nil && why == "":
			return nil
		case err == nil:
			reason = why
		case ctx.Err() == nil:
			reason = err.Error()
		}
		select {
		case <-ctx.Done():
			return errors.New(reason)
		case <-time.After(40 * time.Millisecond):
		}
	}
}

// locate waits until an element can be used, and returns its place.
func locate(ctx context.Context, query, kind string) (at found, err error) {
	err = until(ctx, func() (string, error) {
		at, err = chromedp.Run(ctx, chromedp.Evaluate[found](aim+"("+expr(query, kind)+")"))
		return at.Ready, err
	})
	return at, err
}

// Click clicks a button, a link, a tab, or anything else by its text, label or selector.
func (p *Page) Click(query string) {
	p.t.Helper()
	p.do("clicking "+query, func(ctx context.Context) error { return click(ctx, query) })
}

func click(ctx context.Context, query string) error {
	kind := "action"
	if exists, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expr(query, kind)+" !== null")); err == nil && !exists {
		kind = "any"
	}
	at, err := locate(ctx, query, kind)
	if err != nil {
		return err
	}
	return chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y))
}

// Follow clicks and waits until the page that this leads to has loaded.
func (p *Page) Follow(query string) {
	p.t.Helper()
	p.do("following "+query, func(ctx context.Context) error {
		_, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, nil,
			chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error { return click(ctx, query) })))
		return err
	})
}

// Fill replaces the content of the field with this label (or selector), as typing does:
// with input events. In a select it chooses the option by its text or value; in a date
// or time field the value is in the form of HTML ("2026-05-01").
func (p *Page) Fill(query, value string) {
	p.t.Helper()
	p.do("filling "+query, func(ctx context.Context) error {
		if _, err := locate(ctx, query, "field"); err != nil {
			return err
		}
		v, err := json.Marshal(value)
		if err != nil {
			return err
		}
		how, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("(%s)(%s, %s)", fillJS, expr(query, "field"), v)))
		switch {
		case err != nil:
			return err
		case how != "type":
			if how != "" {
				return errors.New(how)
			}
			return nil
		case value == "":
			return press(ctx, "Backspace")
		}
		_, err = chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: value})
		return err
	})
}

// fillJS selects the content of a text field and answers "type"; it sets other fields
// itself and answers "" or what is wrong.
const fillJS = `(e, value) => {
	const changed = () => ['input', 'change'].forEach(n => e.dispatchEvent(new Event(n, {bubbles: true})));
	e.focus();
	if (e.tagName === 'SELECT') {
		const option = [...e.options].find(o => o.text.trim() === value) || [...e.options].find(o => o.value === value);
		if (!option) return 'no option ' + value + ' among ' + [...e.options].map(o => o.text.trim()).join(', ');
		e.value = option.value;
		changed();
		return '';
	}
	if (e.readOnly) return 'read-only';
	if (['date', 'time', 'month', 'week', 'datetime-local', 'color', 'range'].includes(e.type)) {
		e.value = value;
		changed();
		return e.value === value ? '' : 'the field does not take ' + value;
	}
	if (e.isContentEditable) getSelection().selectAllChildren(e); else e.select();
	return 'type';
}`

// Value returns what is in a field; of a tick box "true" or "false".
func (p *Page) Value(query string) (value string) {
	p.t.Helper()
	p.do("reading "+query, func(ctx context.Context) error {
		return until(ctx, func() (string, error) {
			v, err := chromedp.Run(ctx, chromedp.Evaluate[*string](
				"(e => !e ? null : e.matches('[type=checkbox],[type=radio]') ? String(e.checked) : String(e.value))("+expr(query, "field")+")"))
			if err != nil || v == nil {
				return "not on the page", err
			}
			value = *v
			return "", nil
		})
	})
	return value
}

// Check ticks a box or chooses a radio button, or unticks it.
func (p *Page) Check(query string, on bool) {
	p.t.Helper()
	if p.Value(query) == fmt.Sprint(on) {
		return
	}
	p.do("ticking "+query, func(ctx context.Context) error {
		at, err := locate(ctx, query, "field")
		if err != nil {
			return err
		}
		return chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y))
	})
}

// Upload puts files into a file field.
func (p *Page) Upload(query string, files ...string) {
	p.t.Helper()
	absolute := slices.Clone(files)
	for i, f := range files {
		a, err := filepath.Abs(f)
		if err != nil {
			p.t.Fatalf("Upload(%q): %v", f, err)
		}
		absolute[i] = a
	}
	p.do("uploading to "+query, func(ctx context.Context) error {
		return until(ctx, func() (string, error) {
			e, err := chromedp.Run(ctx, chromedp.Evaluate[*runtime.RemoteObject](expr(query, "field")))
			if err != nil || e.ObjectID == "" {
				return "not on the page", err
			}
			_, err = chromedp.Call(ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: absolute, ObjectID: e.ObjectID})
			return "", err
		})
	})
}

// keys are the named keys of Press; every single character is one too.
var keys = map[string]string{
	"Enter": kb.Enter, "Tab": kb.Tab, "Escape": kb.Escape, "Backspace": kb.Backspace, "Delete": kb.Delete, "Space": " ",
	"Up": kb.ArrowUp, "Down": kb.ArrowDown, "Left": kb.ArrowLeft, "Right": kb.ArrowRight,
	"Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "PageDown": kb.PageDown, "F2": kb.F2,
}

var modifiers = map[string]kb.Modifier{"Ctrl": kb.ModifierCtrl, "Alt": kb.ModifierAlt, "Shift": kb.ModifierShift, "Meta": kb.ModifierMeta}

// Press presses keys one after the other: "Ctrl+k", "/", "Enter", "Shift+Tab".
func (p *Page) Press(combinations ...string) {
	p.t.Helper()
	for _, c := range combinations {
		p.do("pressing "+c, func(ctx context.Context) error { return press(ctx, c) })
	}
}

func press(ctx context.Context, combination string) error {
	var held kb.Modifier
	name := combination
	for {
		modifier, rest, ok := strings.Cut(name, "+")
		if !ok || rest == "" {
			break
		}
		bit, known := modifiers[modifier]
		if !known {
			return fmt.Errorf("no modifier %q", modifier)
		}
		held |= bit
		name = rest
	}
	if full, ok := keys[name]; ok {
		name = full
	}
	letter, size := utf8.DecodeRuneInString(name)
	key := kb.Keys[letter]
	if size != len(name) || key == nil {
		return fmt.Errorf("no key %q", name)
	}
	down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Modifiers: int64(held), Key: key.Key, Code: key.Code,
		WindowsVirtualKeyCode: key.Windows, NativeVirtualKeyCode: key.Native, Text: key.Text, UnmodifiedText: key.Unmodified}
	if held&^kb.ModifierShift != 0 || key.Text == "" {
		// A shortcut types nothing.
		down.Type, down.Text, down.UnmodifiedText = input.DispatchKeyEventTypeRawKeyDown, "", ""
	}
	up := down
	up.Type, up.Text, up.UnmodifiedText = input.DispatchKeyEventTypeKeyUp, "", ""
	for _, event := range []input.DispatchKeyEventParams{down, up} {
		if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, event); err != nil {
			return err
		}
	}
	return nil
}

// Type types into whatever has the focus, key by key.
func (p *Page) Type(text string) {
	p.t.Helper()
	p.do("typing "+text, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.KeyEvent(text)) })
}

// WaitText waits until the page shows a text; spaces and line breaks are alike.
func (p *Page) WaitText(text string) {
	p.t.Helper()
	p.waitText(text, true)
}

// WaitNoText waits until the page doesn't show a text any more.
func (p *Page) WaitNoText(text string) {
	p.t.Helper()
	p.waitText(text, false)
}

func (p *Page) waitText(text string, want bool) {
	p.t.Helper()
	what := map[bool]string{true: "waiting for %q", false: "waiting for %q to go"}[want]
	p.do(fmt.Sprintf(what, text), func(ctx context.Context) error {
		return until(ctx, func() (string, error) {
			seen, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body ? document.body.innerText : ''"))
			if strings.Contains(squeeze(seen), squeeze(text)) == want {
				return "", err
			}
			return map[bool]string{true: "it never appeared", false: "it stayed"}[want], err
		})
	})
}

// WaitFor waits until a JavaScript expression is true.
func (p *Page) WaitFor(expression string) {
	p.t.Helper()
	p.do("waiting for "+shorten(expression), func(ctx context.Context) error {
		return until(ctx, func() (string, error) {
			ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
			if !ok {
				return "it never became true", err
			}
			return "", err
		})
	})
}

// squeeze makes all white space alike.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
