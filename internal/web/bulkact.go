package web

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func actHref(id int64) string { return fmt.Sprintf("/acts/%d", id) }

// actsPage and linesPage are how many acts, and records of an act, a page shows.
const actsPage, linesPage = 30, 100

// actView is an act as its page and the list show it.
type actView struct {
	*bulk.Act
	p      *Page
	title  string
	who    string
	words  string // what it was about, where that was all that match
	field  list.Field
	def    *list.Def
	labels map[string]string
	groups []bulk.Group

	reasons, kept []bulk.Reason
	tab           string // outcome of lines
	lines         []bulk.Line
	next          string
	may           bool // the reader may cancel and undo
}

func (v *actView) load(ctx context.Context, tx *db.Tx) error {
	n, err := bulk.NounOf(v.Kind)
	if err != nil {
		return err
	}
	if n, err = n.For(ctx, tx); err != nil {
		return err
	}
	v.def = n.Def
	readable := v.Readable(tx.Actor)
	if i := slices.IndexFunc(n.Def.Fields, func(f list.Field) bool { return f.Key == v.Field }); i >= 0 && readable {
		v.field = n.Def.Fields[i]
		if v.labels, err = valueLabels(ctx, tx, n, v.field, v.p.L.Lang()); err != nil {
			return err
		}
	}
	if v.title = v.p.T("bulk.title.unknown"); readable {
		v.title = v.p.orderWords(n.Def, v.Order(), v.labels)
	}
	err = tx.Row(ctx, "SELECT u.name FROM {user} u WHERE u.id = $1", []any{v.CreatedBy}, &v.who)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	v.may = tx.Actor.May("client.edit") && !tx.Actor.ReadOnly && (int64(v.CreatedBy) == tx.Actor.UserID || tx.Actor.May("agency.manage"))
	return nil
}

// details reads what only the page of the act shows.
func (v *actView) details(ctx context.Context, tx *db.Tx, tab string, after int64) (err error) {
	if q := v.Asked(); q != nil {
		// Who has no right to a field of the question isn't told the question.
		if v.words, err = v.p.describe(ctx, tx, v.def, *q); err != nil && !errs.Is(err, errs.Invalid) {
			return err
		}
	}
	if v.Busy() || v.Forgotten {
		return nil
	}
	if v.groups, err = bulk.Groups(ctx, tx, v.Act); err != nil {
		return err
	}
	if v.reasons, err = bulk.Reasons(ctx, tx, v.Act, bulk.Refused); err != nil {
		return err
	}
	if v.kept, err = bulk.Reasons(ctx, tx, v.Act, bulk.Kept); err != nil {
		return err
	}
	tabs := v.tabs()
	if len(tabs) == 0 {
		return nil
	}
	v.tab = tabs[0].outcome
	for _, t := range tabs {
		if t.outcome == tab {
			v.tab = tab
		}
	}
	if v.lines, err = bulk.Lines(ctx, tx, v.Act, v.tab, after, linesPage+1); err == nil && len(v.lines) > linesPage {
		v.lines = v.lines[:linesPage]
		v.next = fmt.Sprintf("%s?rows=%s&after=%d#rows", actHref(v.ID), v.tab, v.lines[linesPage-1].ID)
	}
	return err
}

type actTab struct {
	outcome string
	n       int64
}

// tabs are the outcomes that records of the act have, those that need attention
// first.
func (v *actView) tabs() []actTab {
	all := []actTab{{bulk.Kept, v.Kept}, {bulk.Refused, v.Refused}, {bulk.Changed, v.Changed - v.Undone - v.Kept}, {bulk.PutBack, v.Undone}}
	return slices.DeleteFunc(all, func(t actTab) bool { return t.n == 0 })
}

func (v *actView) tabBar() ui.Tabs {
	t := ui.Tabs{Label: v.p.T("bulk.rows"), Kind: "card"}
	for _, x := range v.tabs() {
		t.Items = append(t.Items, ui.Tab{Label: v.p.T("bulk.outcome." + x.outcome), Count: v.p.L.Number(x.n), Current: x.outcome == v.tab,
			Href: actHref(v.ID) + "?rows=" + x.outcome + "#rows"})
	}
	return t
}

// table lists the records with the outcome that is shown.
func (v *actView) table() ui.Grid {
	p := v.p
	why := v.tab == bulk.Refused || v.tab == bulk.Kept
	g := ui.Grid{Label: p.T("bulk.outcome." + v.tab), Stack: true, Columns: []ui.Column{{Label: p.T("common.name")}}}
	switch {
	case why:
		g.Columns = append(g.Columns, ui.Column{Label: p.T("bulk.why")})
	case v.What == bulk.Modify && v.field.Bulk != "" && v.field.Key != "tag":
		g.Columns = append(g.Columns, ui.Column{Label: p.T("bulk.from")}, ui.Column{Label: p.T("bulk.to")})
	}
	for i := range v.lines {
		l := &v.lines[i]
		name := ui.Cell{Text: p.T("history.hidden"), Kind: "dim"}
		if l.Name != "" {
			name = ui.Cell{Comp: ui.Link{Href: fmt.Sprintf("/%ss/%d", v.Kind, l.RecordID), Text: l.Name}}
		}
		row := []ui.Cell{name}
		switch {
		case why:
			row = append(row, ui.Cell{Text: p.reason(l.Why())})
		case len(g.Columns) == 3 && l.Name == "":
			row = append(row, ui.Cell{}, ui.Cell{})
		case len(g.Columns) == 3:
			row = append(row, ui.Cell{Text: p.bulkValue(v.def, v.field, v.labels, l.Was)}, ui.Cell{Text: p.bulkValue(v.def, v.field, v.labels, l.Now)})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// result says how the act ended, in one sentence (L05).
func (v *actView) result() string {
	p := v.p
	var out []string
	if v.State == bulk.Undone || v.Undone > 0 {
		out = append(out, p.T("bulk.result.undone."+v.What, "Count", int(v.Undone)))
		if v.Kept > 0 {
			out = append(out, p.T("bulk.result.kept."+v.What, "Count", int(v.Kept)))
		}
		return strings.Join(out, " ")
	}
	out = append(out, p.T("bulk.result.changed."+v.What, "Count", int(v.Changed)))
	if v.Refused > 0 {
		out = append(out, p.T("bulk.result.refused."+v.What, "Count", int(v.Refused)))
	}
	return strings.Join(out, " ")
}

func (v *actView) stateKind() string {
	switch v.State {
	case bulk.Done:
		if v.Refused > 0 {
			return "caution"
		}
		return "good"
	case bulk.Failed:
		return "danger"
	case bulk.Undone, bulk.Cancelled:
		return "inactive"
	}
	return ""
}

// progress tells how far the act, or its undo, has come.
func (v *actView) progress() ui.Progress {
	p := v.p
	done, total := v.Progress()
	bar := ui.Progress{ID: "act-progress", L: p.L, Title: p.T("bulk.state." + v.State), Value: done, Max: total, Refresh: actHref(v.ID) + "/progress",
		Count: p.T("common.of", "Part", p.L.Number(done), "Total", p.L.Number(total))}
	if v.State == bulk.Running {
		bar.Detail = p.T("bulk.result.changed."+v.What, "Count", int(v.Changed))
	}
	if v.Refused > 0 && v.State == bulk.Running {
		bar.Error = p.T("bulk.result.refused."+v.What, "Count", int(v.Refused))
	}
	return bar
}

func (s *Server) actList(p *Page) error {
	var acts []actView
	err := p.View(func(ctx context.Context, tx *db.Tx) error {
		list, err := bulk.List(ctx, tx, p.number("before"), actsPage+1)
		for i := range list {
			v := actView{Act: &list[i], p: p}
			if err == nil {
				err = v.load(ctx, tx)
			}
			acts = append(acts, v)
		}
		return err
	})
	if err != nil {
		return err
	}
	next := ""
	if len(acts) > actsPage {
		acts = acts[:actsPage]
		next = fmt.Sprintf("/acts?before=%d", acts[actsPage-1].ID)
	}
	return p.Render(Screen{Title: p.T("nav.acts"), Nav: "acts"}, actListScreen(p, acts, next))
}

// act reads the act that the path names.
func (p *Page) act(details bool) (*actView, error) {
	id, err := p.ID("id")
	if err != nil {
		return nil, err
	}
	v := &actView{p: p}
	err = p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if v.Act, err = bulk.Get(ctx, tx, id); err != nil {
			return err
		}
		if err = v.load(ctx, tx); err == nil && details {
			err = v.details(ctx, tx, p.R.URL.Query().Get("rows"), p.number("after"))
		}
		return err
	})
	return v, err
}

func (s *Server) actShow(p *Page) error {
	v, err := p.act(true)
	if err != nil {
		return err
	}
	return p.Render(Screen{Title: v.title, Nav: "acts"}, actScreen(v))
}

// actProgress is the bar of a busy act. When the act has ended it leads to its page
// anew.
func (s *Server) actProgress(p *Page) error {
	v, err := p.act(false)
	if err != nil {
		return err
	}
	if !v.Busy() {
		return p.Redirect(actHref(v.ID))
	}
	return p.Fragment(v.progress())
}

// actDo makes a page of what can be done to an act.
func (s *Server) actDo(do func(*bulk.Service, context.Context, db.Actor, int64) (*bulk.Act, error)) handler {
	return func(p *Page) error {
		id, err := p.ID("id")
		if err != nil {
			return err
		}
		if _, err := do(s.bulk(), p.Ctx(), p.Actor, id); err != nil {
			return err
		}
		s.Kick()
		return p.Redirect(actHref(id))
	}
}
