package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func (s *Server) bulkRoutes() []Route {
	var out []Route
	for _, n := range []bulkPages{{s, "client", "/clients", &client.List}, {s, "traveler", "/travelers", &traveler.List}} {
		out = append(out,
			Route{Pattern: "GET " + n.path + "/modify", Right: "client.edit", handle: n.modify},
			Route{Pattern: "POST " + n.path + "/modify", Right: "client.edit", handle: n.modify},
			Route{Pattern: "GET " + n.path + "/remove", Right: "client.delete", handle: n.remove},
			Route{Pattern: "POST " + n.path + "/remove", Right: "client.delete", handle: n.remove})
	}
	return append(out,
		Route{Pattern: "GET /acts", handle: s.actList},
		Route{Pattern: "GET /acts/{id}", handle: s.actShow},
		Route{Pattern: "GET /acts/{id}/progress", handle: s.actProgress},
		Route{Pattern: "POST /acts/{id}/cancel", Right: "client.edit", handle: s.actDo((*bulk.Service).Cancel)},
		Route{Pattern: "POST /acts/{id}/undo", Right: "client.edit", handle: s.actDo((*bulk.Service).Undo)})
}

// bulk is the service behind these pages.
func (s *Server) bulk() *bulk.Service { return &bulk.Service{DB: s.DB} }

// bulkPages are the pages on which an act on one kind of record is prepared. Each
// posts the selection on, with what was chosen so far; nothing is kept meanwhile. A
// short selection stands in the address: everything but the deed itself is there to be
// looked at, and to be come back to.
type bulkPages struct {
	s    *Server
	kind string
	path string
	def  *list.Def
}

// bulkView is one request of bulkPages.
type bulkView struct {
	bulkPages
	p       *Page
	n       *bulk.Noun
	sel     list.Selection
	order   bulk.Order
	words   string // what is asked for, where all that match are meant
	count   int
	fields  []bulk.Field
	field   bulk.Field
	options []list.Option
	labels  map[string]string // of values of field
	look    *bulk.Preview
	moved   bool  // the number of records is another one than the preview said
	err     error // what is wrong with the value
}

// countAll is how far a selection is counted for the title.
const countAll = bulk.Max

// open reads the selection. It returns nil where it has answered: without a selection it
// leads back to the list, and what is only to be looked at gets its address.
func (b bulkPages) open(p *Page, what string) (*bulkView, Form, error) {
	f, err := p.Form()
	if err != nil {
		return nil, nil, err
	}
	if p.R.Method == http.MethodGet && !f.Has("ids") && !f.Has("all") {
		return nil, nil, p.Redirect(b.path)
	}
	v := &bulkView{bulkPages: b, p: p, order: bulk.Order{Kind: b.kind, What: what, Field: f.Str("act_field"), Op: f.Str("act_op"),
		Value: f.Str("act_value"), Note: f.Str("act_note")}}
	if f.Bool("act_clear") {
		v.order.Op = bulk.Clear
	}
	if v.sel, err = b.def.ParseSelection(url.Values(f), p.Actor); err != nil {
		return nil, nil, err
	}
	if v.step(f) != "do" {
		if done, err := p.toAddress(v.action(), v.address(f)); done || err != nil {
			return nil, nil, err
		}
	}
	v.sel.Query.Zone, v.sel.Query.Lang = p.Loc(), p.L.Lang()
	if v.n, err = bulk.NounOf(b.kind); err != nil {
		return nil, nil, err
	}
	err = p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if v.n, err = v.n.For(ctx, tx); err != nil {
			return err
		}
		v.def = v.n.Def
		return v.load(ctx, tx)
	})
	return v, f, err
}

func (v *bulkView) load(ctx context.Context, tx *db.Tx) (err error) {
	if v.count, err = v.def.CountSelected(ctx, tx, v.sel, countAll); err != nil {
		return err
	}
	if v.count == 0 {
		return errs.New(errs.Invalid, "bulk.error.none")
	}
	if v.sel.All {
		if v.words, err = v.p.describe(ctx, tx, v.def, v.sel.Query); err != nil {
			return err
		}
	}
	v.fields = v.n.Fields(tx.Actor)
	if v.order.Field == "" {
		return nil
	}
	var ok bool
	if v.field, ok = v.n.Field(v.order.Field, tx.Actor); !ok {
		return errs.Bad("field", "bulk.error.field")
	}
	if v.field.Kind == list.Choice {
		if v.options, err = v.n.Values(ctx, tx, v.field.Key, v.p.L.Lang()); err != nil {
			return err
		}
	}
	v.labels, err = valueLabels(ctx, tx, v.n, v.field.Field, v.p.L.Lang())
	return err
}

// valueLabels are the labels of all values that a field may have, those included
// that can't be chosen any more.
func valueLabels(ctx context.Context, tx *db.Tx, n *bulk.Noun, f list.Field, lang string) (map[string]string, error) {
	if f.Kind != list.Choice {
		return nil, nil
	}
	out := map[string]string{}
	all, err := n.Def.Options(ctx, tx, f.Key, lang)
	for _, o := range all {
		out[o.Value] = o.Label
	}
	return out, err
}

// modify asks which field, then for its value, shows what would become of whom, and
// does it (R120).
func (b bulkPages) modify(p *Page) error {
	v, f, err := b.open(p, bulk.Modify)
	if err != nil || v == nil {
		return err
	}
	step := v.step(f)
	if v.order.Field == "" {
		return v.render(http.StatusOK, bulkChooseScreen(v))
	}
	if step != "look" && step != "do" {
		return v.render(http.StatusOK, bulkValueScreen(v))
	}
	if done, err := v.deed(f); done || err != nil {
		return err
	}
	if err := v.preview(); errs.Is(err, errs.Invalid) {
		v.err = err
		return v.render(http.StatusUnprocessableEntity, bulkValueScreen(v))
	} else if err != nil {
		return err
	}
	return v.render(http.StatusOK, bulkPreviewScreen(v))
}

// remove asks for confirmation, tells what can't be deleted and why, and deletes the
// rest (R119, L05).
func (b bulkPages) remove(p *Page) error {
	v, f, err := b.open(p, bulk.Delete)
	if err != nil || v == nil {
		return err
	}
	if done, err := v.deed(f); done || err != nil {
		return err
	}
	if err := v.preview(); err != nil {
		return err
	}
	return v.render(http.StatusOK, bulkPreviewScreen(v))
}

// hidden carries the selection on, and what was chosen so far.
func (v *bulkView) hidden(chosen bool) (out ui.Group) {
	u := v.sel.Encode(v.def)
	for name, vals := range u {
		for _, val := range vals {
			out = append(out, ui.Hidden{Name: name, Value: val})
		}
	}
	slices.SortFunc(out, func(a, b templ.Component) int {
		x, y := a.(ui.Hidden), b.(ui.Hidden)
		return strings.Compare(x.Name+"\x00"+x.Value, y.Name+"\x00"+y.Value)
	})
	if chosen {
		for _, h := range []ui.Hidden{{Name: "act_field", Value: v.order.Field}, {Name: "act_op", Value: v.order.Op}, {Name: "act_value", Value: v.order.Value},
			{Name: "act_note", Value: v.order.Note}, {Name: "act_count", Value: strconv.Itoa(v.count)}} {
			out = append(out, h)
		}
	}
	return out
}

// controls ask for the value of the chosen field.
func (v *bulkView) controls() (out ui.Group) {
	p, f := v.p, v.field
	field := ui.Field{Name: "act_value", Label: v.def.Title(p.L, f.Key), Error: p.Problem(v.err, "value"), Width: 6}
	if slices.Contains(f.Ops, bulk.Add) {
		op := v.order.Op
		if op == "" {
			op = bulk.Add
		}
		out = append(out, ui.Radios{Field: ui.Field{Name: "act_op", Label: p.T("bulk.what")}, Value: op,
			Options: []ui.Option{{Value: bulk.Add, Label: p.T("bulk.op.add")}, {Value: bulk.Remove, Label: p.T("bulk.op.remove")}}})
	}
	switch {
	case f.Kind == list.Choice:
		out = append(out, ui.Select{Field: field, Value: v.order.Value, Options: options(v.options), Blank: p.T("bulk.choose")})
	case f.Kind == list.Bool:
		out = append(out, ui.Select{Field: field, Value: v.order.Value, Blank: p.T("bulk.choose"),
			Options: []ui.Option{{Value: "true", Label: p.T("common.yes")}, {Value: "false", Label: p.T("common.no")}}})
	case f.As == "language":
		out = append(out, ui.Select{Field: field, Value: v.order.Value, Options: p.languages(), Blank: p.T("bulk.choose")})
	case f.As == "country", f.As == "countries":
		out = append(out, ui.Select{Field: field, Value: v.order.Value, Options: p.countries(), Blank: p.T("bulk.choose")})
	case f.Key == "currency":
		out = append(out, ui.Select{Field: field, Value: v.order.Value, Options: currencies(), Blank: p.T("bulk.choose")})
	default:
		out = append(out, ui.Input{Field: field, Value: v.order.Value, MaxLength: 300, Autocomplete: "off"})
	}
	if slices.Contains(f.Ops, bulk.Add) {
		out = append(out, ui.Input{Field: ui.Field{Name: "act_note", Label: p.T("bulk.note"), Help: p.T("bulk.note_help"), Note: p.T("common.optional"), Width: 6},
			Value: v.order.Note, MaxLength: 200, Autocomplete: "off"})
	}
	if slices.Contains(f.Ops, bulk.Clear) {
		out = append(out, ui.Tick{Name: "act_clear", Label: p.T("bulk.op.clear"), Help: p.T("bulk.clear_help"), Checked: v.order.Op == bulk.Clear})
	}
	return out
}

func options(list []list.Option) (out []ui.Option) {
	for _, o := range list {
		out = append(out, ui.Option{Value: o.Value, Label: o.Label})
	}
	return out
}

// bulkValue writes a stored value of a field as people read it.
func (p *Page) bulkValue(def *list.Def, f list.Field, labels map[string]string, s string) string {
	switch {
	case f.Kind == list.Bool:
		return def.Text(p.L, f, s == "true", p.Loc(), p.Agency.Country)
	case s == "":
		return p.T("bulk.empty")
	case f.Kind == list.Choice:
		if l := labels[s]; l != "" {
			return l
		}
		return p.T("history.hidden")
	case f.As == "language":
		return languageNames(p, s)
	}
	return def.Text(p.L, f, s, p.Loc(), p.Agency.Country)
}

// orderWords says what an order does: "Status: inactive".
func (p *Page) orderWords(def *list.Def, o bulk.Order, labels map[string]string) string {
	if o.What == bulk.Delete {
		return p.T("bulk.title.delete")
	}
	i := slices.IndexFunc(def.Fields, func(f list.Field) bool { return f.Key == o.Field })
	if i < 0 {
		return p.T("bulk.title.unknown")
	}
	f := def.Fields[i]
	value := p.bulkValue(def, f, labels, o.Value)
	if o.Note != "" {
		value = p.L.Pair(value, o.Note)
	}
	return p.T("bulk.title."+o.Op, "Field", def.Title(p.L, f.Key), "Value", value)
}

// groups is the table from what to what.
func (p *Page) bulkGroups(def *list.Def, f list.Field, labels map[string]string, groups []bulk.Group) ui.Grid {
	g := ui.Grid{Label: p.T("bulk.groups"), Columns: []ui.Column{{Label: p.T("bulk.from")}, {Label: p.T("bulk.to")}, {Label: p.T("bulk.number"), Number: true}}}
	for i, x := range groups {
		if i == maxGroups {
			g.Rows = append(g.Rows, []ui.Cell{{Text: "…"}, {Text: "…"}, {Text: ""}})
			break
		}
		g.Rows = append(g.Rows, []ui.Cell{{Text: p.bulkValue(def, f, labels, x.Was)}, {Text: p.bulkValue(def, f, labels, x.Now)}, {Text: p.L.Number(int64(x.Count))}})
	}
	return g
}

// maxGroups is how many different values are told one by one.
const maxGroups = 30

// reason writes why records are refused.
func (p *Page) reason(w bulk.Why) string { return p.T(w.Key, w.Args...) }

// samples names some of those that are refused for one reason.
func samples(p *Page, r bulk.Reason) string {
	var names []string
	for _, n := range r.Named {
		if n.Name != "" {
			names = append(names, n.Name)
		}
	}
	out := strings.Join(names, ", ")
	if more := r.Count - len(names); more > 0 && len(names) > 0 {
		out += " " + p.T("bulk.and_more", "Count", more)
	}
	return out
}

// bulkTally sums up what would be done, or was: words begins the keys of the labels.
func bulkTally(p *Page, words, what string, changed, unchanged, refused int64) ui.Tally {
	t := ui.Tally{}
	var said []string
	for _, i := range []struct {
		kind, key string
		n         int64
	}{{"update", "changed." + what, changed}, {"skip", "unchanged", unchanged}, {"error", "refused." + what, refused}} {
		if i.kind == "skip" && what == bulk.Delete {
			continue
		}
		label := p.T(words + i.key)
		t.Items = append(t.Items, ui.TallyItem{Kind: i.kind, Label: label, Count: i.n, Text: p.L.Number(i.n)})
		said = append(said, p.L.Number(i.n)+" "+label)
	}
	t.Label = strings.Join(said, ", ")
	return t
}
