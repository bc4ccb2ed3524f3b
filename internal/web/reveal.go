package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func (s *Server) revealRoutes() []Route {
	return []Route{
		{Pattern: "GET /reveal", StepUp: true, handle: s.askReveal},
		{Pattern: "POST /reveal", StepUp: true, handle: s.reveal},
		{Pattern: "GET /clients/{id}/reveals", handle: s.looks("client")},
		{Pattern: "GET /travelers/{id}/reveals", handle: s.looks("traveler")},
		{Pattern: "GET /admin/reveals", Right: "audit.view", handle: s.allLooks},
	}
}

// shownFor is how long a secret stays on the page, in seconds.
const shownFor = 30

// secretRef names a sealed column of a record, and what is done with it.
type secretRef struct {
	kind   string
	id     int64
	column string
	back   string // page to return to
	copy   bool   // into the clipboard, unseen
}

// secretOf reads which secret a request is about.
func (p *Page) secretOf(f Form) (secretRef, error) {
	r := secretRef{kind: f.Str("kind"), id: f.Int("id"), column: f.Str("column"), back: f.Str("back"), copy: f.Str("do") == "copy"}
	if !ours(r.back) {
		r.back = "/"
	}
	return r, r.known(p.Actor)
}

// known refuses what is no secret, and who may not see it.
func (r secretRef) known(a db.Actor) error {
	k, ok := record.KindOf(r.kind)
	if !ok || r.id <= 0 {
		return errs.Missing()
	}
	right, ok := record.Secrets(k.New())[r.column]
	if !ok {
		return errs.Missing()
	}
	if !a.May(right) || a.ReadOnly {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	return nil
}

// href asks why, before anything is shown.
func (r secretRef) href(what string) string {
	v := url.Values{"kind": {r.kind}, "id": {strconv.FormatInt(r.id, 10)}, "column": {r.column}, "back": {r.back}}
	if what != "" {
		v.Set("do", what)
	}
	return "/reveal?" + v.Encode()
}

// revealing marks the buttons that have the script put a secret in the place of its mask.
var revealing = templ.OrderedAttributes{{Key: "data-reveal", Value: true}, {Key: "rel", Value: "nofollow"}}

// secretField shows a sealed column masked ("•••• 4567" where hint is "4567"), with
// buttons to show and to copy it for those who may (R054-R057, W8). It must not stand
// inside a form.
func secretField(p *Page, kind string, id int64, column, hint string) templ.Component {
	r := secretRef{kind: kind, id: id, column: column, back: p.whence()}
	may := r.known(p.Actor) == nil
	return maskedSecret(p, r, mask(hint), p.fieldLabel(kind, column), may)
}

// mask is how a secret is shown.
func mask(hint string) string { return strings.TrimSpace("•••• " + hint) }

// whence is the page on which a part of it is shown: this one, or for a fragment the
// one that asked for it.
func (p *Page) whence() string {
	if p.R.Method == http.MethodGet && !p.wantsFragment() {
		return p.here()
	}
	if to := p.back(); to != p.here() || p.R.Method == http.MethodGet {
		return to
	}
	return "/"
}

// revealReasons are the choices of why somebody looks.
func revealReasons(p *Page) []ui.Option { return p.options("secret.reason.", flow.Reasons) }

// idAt is the id of a control in the form that at tells apart, "" for the usual one.
func idAt(at, name string) string {
	if at == "" {
		return ""
	}
	return at + name
}

// whyOf reads the reason that revealReason's fields gave.
func whyOf(f Form) (string, error) { return flow.Why(f.Str("reason"), f.Str("note")) }

// askReveal asks why: in the place of the mask for the page's script, else on a page.
func (s *Server) askReveal(p *Page) error {
	r, err := p.secretOf(Form(p.R.URL.Query()))
	if err != nil {
		return err
	}
	return p.showAsk(http.StatusOK, r, nil, nil)
}

func (p *Page) showAsk(status int, r secretRef, f Form, problem error) error {
	if p.wantsFragment() {
		return p.write(status, revealForm(p, r, f, problem))
	}
	title := p.fieldLabel(r.kind, r.column)
	return p.RenderStatus(status, Screen{Title: title}, revealScreen(p, r, title, revealForm(p, r, f, problem)))
}

// reveal shows a secret for half a minute, once it is written down who looked and why.
func (s *Server) reveal(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	r, err := p.secretOf(f)
	if err != nil {
		return err
	}
	var plain string
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		why, err := whyOf(f)
		if err != nil {
			return err
		}
		plain, err = flow.Reveal(ctx, tx, r.kind, r.id, r.column, why)
		return err
	})
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooMany) {
		status := StatusOf(err)
		if p.wantsFragment() {
			status = http.StatusUnprocessableEntity // the only one that the script puts into the page
		}
		return p.showAsk(status, r, f, err)
	}
	if err != nil {
		return err
	}
	if p.wantsFragment() {
		return p.Fragment(revealed(p, r, plain))
	}
	p.leaveSoon(r.back)
	title := p.fieldLabel(r.kind, r.column)
	return p.Render(Screen{Title: title}, revealScreen(p, r, title, revealed(p, r, plain)))
}

// leaveSoon has the browser go back to a page by itself, so that no secret stays on a
// screen that somebody has left.
func (p *Page) leaveSoon(back string) {
	p.W.Header().Set("Refresh", fmt.Sprintf("%d; url=%s", shownFor, back))
}

// looksShown is how many lines a list of looks shows.
const looksShown = 100

// lookList is who looked at secrets, as a page shows it.
type lookList struct {
	title, back string
	rows        []flow.Look
	names       map[int64]string
	next        string
	about       bool // says of whom, too
}

// looks lists who looked at the secrets of a client with its travelers, or of a
// traveler, ready to be printed for them.
func (s *Server) looks(kind string) handler {
	return func(p *Page) error {
		id, err := p.ID("id")
		if err != nil {
			return err
		}
		ref := record.Ref{Kind: kind, ID: id}
		l := lookList{back: pathOf(ref), about: kind == "client"}
		v := &recordView{p: p, ref: ref}
		err = p.View(func(ctx context.Context, tx *db.Tx) error {
			if err := v.loadRecord(ctx, tx); err != nil {
				return err
			}
			return l.load(ctx, tx, p, ref, pathOf(ref)+"/reveals")
		})
		if err != nil {
			return err
		}
		name := ""
		if v.client != nil {
			name = v.client.Name
		} else {
			name = v.person.Name()
		}
		l.title = p.T("secret.looks_of", "Name", name)
		return p.Render(Screen{Title: l.title, Nav: kind + "s"}, looksScreen(p, l))
	}
}

func (l *lookList) load(ctx context.Context, tx *db.Tx, p *Page, of record.Ref, base string) (err error) {
	if l.rows, err = flow.Looks(ctx, tx, of, pageBefore(p), looksShown+1); err != nil {
		return err
	}
	if len(l.rows) > looksShown {
		l.rows = l.rows[:looksShown]
		l.next = base + "?before=" + strconv.FormatInt(l.rows[looksShown-1].ID, 10)
	}
	l.names, err = userNames(ctx, tx)
	return err
}

// allLooks is the list of all, for administrators and auditors.
func (s *Server) allLooks(p *Page) error {
	l := lookList{title: p.T("admin.tab.reveals"), about: true}
	err := p.View(func(ctx context.Context, tx *db.Tx) error {
		return l.load(ctx, tx, p, record.Ref{}, "/admin/reveals")
	})
	if err != nil {
		return err
	}
	return p.showAdmin(http.StatusOK, "reveals", ui.PageHead{Title: l.title}, looksCard(p, l))
}

// grid is the list as a table.
func (l *lookList) grid(p *Page) ui.Grid {
	g := ui.Grid{Label: l.title, Stack: true, Columns: []ui.Column{{Label: p.T("secret.when")}, {Label: p.T("secret.who")},
		{Label: p.T("secret.what")}, {Label: p.T("secret.of")}, {Label: p.T("secret.why")}}}
	if !l.about {
		g.Columns = slices.Delete(g.Columns, 3, 4)
	}
	for _, k := range l.rows {
		who := l.names[k.UserID]
		if k.Via == "api" {
			who += ", " + p.T("history.via.api")
		}
		row := []ui.Cell{{Text: p.moment(k.At)}, {Text: who}, {Text: p.secretName(k.Kind, k.Field)}}
		if l.about {
			row = append(row, ui.Cell{Comp: ui.Link{Href: pathOf(k.Of), Text: k.OfName}})
		}
		g.Rows = append(g.Rows, append(row, ui.Cell{Text: p.reasonText(k.Why)}))
	}
	return g
}

// secretName names what somebody looked at: "Passport: number".
func (p *Page) secretName(kind, column string) string {
	if column == record.AllColumns && p.L.Has("secret.all."+kind) {
		return p.L.T("secret.all." + kind)
	}
	field := p.fieldLabel(kind, column)
	if key := "secret.kind." + kind; p.L.Has(key) {
		return p.L.Pair(p.L.T(key), field)
	}
	return field
}

// reasonText writes why somebody looked, as the history keeps it.
func (p *Page) reasonText(why string) string {
	code, note, said := strings.Cut(why, ": ")
	if slices.Contains(flow.Reasons, code) {
		code = p.T("secret.reason." + code)
	}
	if said {
		return p.L.Pair(code, note)
	}
	return code
}

// lookEvent is the line of the timeline that tells who looked at what.
func (v *recordView) lookEvent(e record.Entry) ui.Event {
	at := e.At.Time().In(v.p.Loc())
	ev := ui.Event{Icon: "eye", Time: v.p.L.Time(at, v.p.Loc()), ISO: iso(e.At), By: v.by(e), Href: v.path() + "/reveals"}
	for _, c := range e.Changes {
		ev.Title, ev.Text = v.p.T("secret.looked", "What", v.p.secretName(e.Kind, c.Field)), v.p.reasonText(c.New)
	}
	return ev
}
