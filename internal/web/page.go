package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// Page is one request: who asks, in which language, and how to answer.
type Page struct {
	W http.ResponseWriter
	R *http.Request
	L *i18n.Localizer
	*Visitor

	s     *Server
	began time.Time
}

// sessionCookie names the cookie of the session.
func (s *Server) sessionCookie() string {
	if s.Secure {
		return "__Host-carnet" // bound to this host and to TLS by the browser
	}
	return "carnet"
}

// identify finds out who asks and in which language they read.
func (p *Page) identify() error {
	lang := p.cookie("lang")
	if lang == "" {
		lang = i18n.Match(p.R.Header.Get("Accept-Language"))
	}
	p.L = i18n.For(lang)
	c, err := p.R.Cookie(p.s.sessionCookie())
	if err != nil || c.Value == "" {
		return nil
	}
	v, err := p.s.auth(p.R.Context(), c.Value)
	if errs.Is(err, errs.Unauthenticated) {
		return nil // an old cookie: as if there were none
	}
	if err != nil {
		return err
	}
	p.Visitor = v
	if v.User.Language != "" {
		p.L = i18n.For(v.User.Language)
	} else if v.Agency.Language != "" {
		p.L = i18n.For(v.Agency.Language)
	}
	return nil
}

func (p *Page) cookie(name string) string {
	if c, err := p.R.Cookie(name); err == nil {
		return c.Value
	}
	return ""
}

// setCookie sets a cookie that scripts can't read; age in seconds, negative
// removes it.
func (p *Page) setCookie(name, value string, age int) {
	http.SetCookie(p.W, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: p.s.Secure, SameSite: http.SameSiteLaxMode})
}

// Ctx is the context of the request.
func (p *Page) Ctx() context.Context { return p.R.Context() }

// View runs fn in a read-only transaction as the visitor.
func (p *Page) View(fn func(context.Context, *db.Tx) error) error {
	return p.s.DB.View(p.Ctx(), p.Actor, func(tx *db.Tx) error { return fn(p.Ctx(), tx) })
}

// Update runs fn in a transaction as the visitor.
func (p *Page) Update(fn func(context.Context, *db.Tx) error) error {
	return p.s.DB.Update(p.Ctx(), p.Actor, func(tx *db.Tx) error { return fn(p.Ctx(), tx) })
}

// T translates into the reader's language.
func (p *Page) T(key string, args ...any) string { return p.L.T(key, args...) }

// Loc is the agency's time zone.
func (p *Page) Loc() *time.Location {
	if p.Visitor == nil {
		return time.UTC
	}
	return p.Agency.Location()
}

// Today is the present day in the agency's time zone.
func (p *Page) Today() date.Date { return date.Today(p.s.DB.Now(), p.Loc()) }

// ID returns the number in a path: {id}. A text that is no number is not found.
func (p *Page) ID(name string) (int64, error) {
	n, err := strconv.ParseInt(p.R.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, errs.Missing()
	}
	return n, nil
}

// posted returns the number in a path and the form that was sent there.
func (p *Page) posted() (id int64, f Form, err error) {
	if id, err = p.ID("id"); err == nil {
		f, err = p.Form()
	}
	return id, f, err
}

// Form parses the body and the query. A body that is too large is TooLarge.
func (p *Page) Form() (Form, error) {
	var err error
	if strings.HasPrefix(p.R.Header.Get("Content-Type"), "multipart/form-data") {
		err = p.R.ParseMultipartForm(1 << 20)
	} else {
		err = p.R.ParseForm()
	}
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return nil, errs.New(errs.TooLarge, "error.too_large", "Max", p.L.Bytes(big.Limit))
	case err != nil:
		return nil, errs.Wrap(err, errs.Invalid, "error.form")
	}
	return Form(p.R.Form), storable(p.R.Form)
}

// storable refuses what no browser sends and no database can hold: bytes that are
// no UTF-8, and NUL.
func storable(v url.Values) error {
	for name, vals := range v {
		for _, s := range append(vals, name) {
			if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
				return errs.New(errs.Invalid, "error.characters")
			}
		}
	}
	return nil
}

// wantsFragment reports whether the page's script asked for a part of a page.
func (p *Page) wantsFragment() bool { return p.R.Header.Get("HX-Request") != "" }

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// write renders c completely before the first byte leaves, so that an error in
// the middle still gets a page of its own.
func (p *Page) write(status int, c templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer buffers.Put(b)
	// A page is in memory: nothing of it waits, so none of its thousand parts need ask
	// whether the reader has gone.
	if err := c.Render(context.Background(), b); err != nil {
		return err
	}
	p.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	p.W.WriteHeader(status)
	_, err := p.W.Write(b.Bytes())
	if err != nil {
		p.s.Log.DebugContext(p.Ctx(), "the reader went away", "error", err)
	}
	return nil
}

// Fragment answers with a part of a page.
func (p *Page) Fragment(c templ.Component) error { return p.write(http.StatusOK, c) }

// Redirect sends the browser to a page of Carnet. After a POST the browser gets
// it with GET, so that reloading doesn't repeat the act.
func (p *Page) Redirect(to string) error {
	if !ours(to) {
		to = "/" // never to a foreign host
	}
	if p.wantsFragment() {
		p.W.Header().Set("HX-Redirect", to)
		p.W.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(p.W, p.R, to, http.StatusSeeOther)
	return nil
}

// ours reports whether an address is a path of Carnet. Browsers read a backslash as
// a slash and leave tabs and line breaks out, so "/\t/host" is another host to them.
func ours(to string) bool {
	return strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") &&
		!strings.ContainsFunc(to, func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f })
}

// Flash has the next page show a message once. Undo, when not empty, is the path
// to which its "Undo" button posts.
func (p *Page) Flash(kind, key string, args ...any) { p.flash(flash{Kind: kind, Key: key, Args: args}) }

// FlashUndo is Flash with a button that takes the act back.
func (p *Page) FlashUndo(undo, key string, args ...any) {
	p.flash(flash{Kind: "good", Key: key, Args: args, Undo: undo})
}

// flash holds a key and arguments, not a text: a forged cookie can say nothing
// that Carnet wouldn't say.
type flash struct {
	Kind string `json:"k"` // good, caution, danger
	Key  string `json:"m"`
	Args []any  `json:"a,omitempty"`
	Undo string `json:"u,omitempty"`
}

func (p *Page) flash(f flash) {
	b, _ := json.Marshal(f)
	p.setCookie("flash", base64.RawURLEncoding.EncodeToString(b), 60)
}

// takeFlash returns the message left by the page before, once.
func (p *Page) takeFlash() (f flash, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(p.cookie("flash"))
	if err != nil || json.Unmarshal(raw, &f) != nil || f.Key == "" {
		return flash{}, false
	}
	p.setCookie("flash", "", -1)
	if !ours(f.Undo) {
		f.Undo = ""
	}
	return f, p.L.Has(f.Key)
}

// Form is what a form sent.
type Form url.Values

// Str returns a field without white space around it.
func (f Form) Str(name string) string { return strings.TrimSpace(url.Values(f).Get(name)) }

// Raw returns a field as it was typed: passwords.
func (f Form) Raw(name string) string { return url.Values(f).Get(name) }

// All returns every value of a field.
func (f Form) All(name string) []string { return f[name] }

// Has reports whether the field was part of the form.
func (f Form) Has(name string) bool { return url.Values(f).Has(name) }

// Bool reports whether a box was ticked.
func (f Form) Bool(name string) bool { v := f.Str(name); return v != "" && v != "0" && v != "false" }

// Int returns a number, 0 when the field is empty or no number.
func (f Form) Int(name string) int64 {
	n, _ := strconv.ParseInt(f.Str(name), 10, 64)
	return n
}

// Ref returns the id of another record, 0 for none.
func (f Form) Ref(name string) db.Ref { return db.Ref(f.Int(name)) }

// Date returns a date as people of the country type it; what can't be read is
// returned as typed, and the record's Check reports it.
func (f Form) Date(name, country string) date.Date {
	s := f.Str(name)
	if d, ok := date.Parse(s, date.OrderFor(country)); ok {
		return d
	}
	return date.Date(s)
}

// Rows returns the repeated groups of a form, "phones[0].value", in order of their
// numbers, without those in which all the named fields are empty.
func (f Form) Rows(group string, fields ...string) []Form {
	byNumber := map[int]Form{}
	last := -1
	for name, vals := range f {
		rest, ok := strings.CutPrefix(name, group+"[")
		if !ok {
			continue
		}
		num, field, ok := strings.Cut(rest, "].")
		n, err := strconv.Atoi(num)
		if !ok || err != nil || n < 0 || n > 999 {
			continue
		}
		if byNumber[n] == nil {
			byNumber[n] = Form{}
		}
		byNumber[n][field] = vals
		last = max(last, n)
	}
	var out []Form
	for n := 0; n <= last; n++ {
		row := byNumber[n]
		for _, field := range fields {
			if row.Str(field) != "" {
				out = append(out, row)
				break
			}
		}
	}
	return out
}
