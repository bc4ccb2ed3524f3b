package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func init() {
	catalogs = append(catalogs, &catalog{name: "programmes", kind: "programme", right: "option.manage",
		blankRecord: func() record.Record { return &traveler.Programme{Active: true} }, rows: programmeRows, fill: fillProgramme, fields: programmeFields})
}

// optionRoutes are the pages of option lists.
func (s *Server) optionRoutes() []Route {
	return []Route{
		{Pattern: "GET /admin/options", Right: "option.manage", handle: s.optionLists},
		{Pattern: "GET /admin/options/{kind}", Right: "option.manage", handle: s.optionList},
		{Pattern: "POST /admin/options/{kind}", Right: "option.manage", handle: s.saveOptions},
	}
}

// optionGroup is what the page of lists shows of one subject.
type optionGroup struct {
	name string
	rows []ui.Row
}

// optionLists shows all lists with how many values they have.
func (s *Server) optionLists(p *Page) error {
	set, err := p.optionSet()
	if err != nil {
		return err
	}
	var groups []optionGroup
	for _, g := range option.Groups {
		group := optionGroup{name: g}
		for _, name := range option.Names {
			if option.Lists[name].Group != g {
				continue
			}
			var on, off, own int
			for _, v := range set.All(name) {
				switch {
				case v.Active:
					on++
				case v.ID != 0: // not those that Carnet ships switched off
					off++
				}
				if !v.Shipped {
					own++
				}
			}
			sub := []string{p.T("option.count", "Count", on)}
			if off > 0 {
				sub = append(sub, p.T("option.off", "Count", off))
			}
			if own > 0 {
				sub = append(sub, p.T("option.own", "Count", own))
			}
			group.rows = append(group.rows, ui.Row{Title: p.T("option.list." + name), Strong: true, Sub: strings.Join(sub, " · "), Href: "/admin/options/" + name, Slim: true})
		}
		groups = append(groups, group)
	}
	return p.showAdmin(http.StatusOK, "options", ui.PageHead{Title: p.T("option.title")}, optionLists(p, groups))
}

func (p *Page) optionSet() (set *option.Set, err error) {
	err = p.View(func(ctx context.Context, tx *db.Tx) (err error) { set, err = option.Load(ctx, tx); return err })
	return set, err
}

// optionRow is a value while its list is edited.
type optionRow struct {
	code, label string
	on, shipped bool
}

// optionName is the list that the path names.
func (p *Page) optionName() (string, error) {
	name := p.R.PathValue("kind")
	if _, ok := option.Lists[name]; !ok {
		return "", errs.Missing()
	}
	return name, nil
}

func (s *Server) optionList(p *Page) error {
	name, err := p.optionName()
	if err != nil {
		return err
	}
	return p.showOptions(http.StatusOK, name, nil, nil)
}

// showOptions is the form of a list, with what was typed and what is wrong with it.
func (p *Page) showOptions(status int, name string, f Form, problem error) error {
	set, err := p.optionSet()
	if err != nil {
		return err
	}
	all := set.All(name)
	var rows []optionRow
	for _, v := range all {
		rows = append(rows, optionRow{v.Code, v.Label(p.L), v.Active, v.Shipped})
	}
	if f != nil {
		for i := range rows {
			r := &rows[i]
			if f.Has("label." + r.code) {
				r.label, r.on = f.Str("label."+r.code), f.Bool("on."+r.code)
			}
		}
		order := optionOrder(f)
		slices.SortStableFunc(rows, func(a, b optionRow) int { return slices.Index(order, a.code) - slices.Index(order, b.code) })
	}
	title := p.T("option.list." + name)
	card := ui.EditCard{L: p.L, ID: "record", Title: title, Action: "/admin/options/" + name, Cancel: "/admin/options", Version: optionVersion(all)}
	add := ui.Input{Field: ui.Field{Name: "new", Label: p.T("option.add"), Help: p.T("option.add_help"), Error: p.Problem(problem, "label"), Width: 8}, Value: f.Str("new"), MaxLength: 80, Autocomplete: "off"}
	var alert templ.Component = ui.Group{}
	if problem != nil {
		alert = problemAlert(p.L.Error(problem))
	}
	head := ui.PageHead{Title: title, Back: ui.Link{Href: "/admin/options", Text: p.T("option.title")}}
	return p.showAdmin(status, "options", head, optionForm(p, card, alert, rows, add))
}

// optionVersion grows with every change of a list.
func optionVersion(all []option.Value) (n int64) {
	for _, v := range all {
		n += v.Version
	}
	return n
}

// optionOrder is the order of the form: that of its fields, or of the numbers that
// stand there without script.
func optionOrder(f Form) []string {
	order := slices.Clone(f.All("code"))
	slices.SortStableFunc(order, func(a, b string) int { return int(f.Int("at."+a) - f.Int("at."+b)) })
	return order
}

func (s *Server) saveOptions(p *Page) error {
	name, err := p.optionName()
	if err != nil {
		return err
	}
	f, err := p.Form()
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error { return p.storeOptions(ctx, tx, name, f) })
	if err != nil && (correctable(err) || errs.Is(err, errs.Conflict)) {
		return p.showOptions(StatusOf(err), name, f, err)
	}
	if err != nil {
		return err
	}
	p.Flash("good", "common.saved")
	if f.Str("new") != "" { // another one may follow
		return p.Redirect("/admin/options/" + name)
	}
	return p.Redirect("/admin/options")
}

// storeOptions stores a list and the value that was added to it. A name that is left as
// Carnet ships it goes on being translated.
func (p *Page) storeOptions(ctx context.Context, tx *db.Tx, name string, f Form) error {
	set, err := option.Load(ctx, tx)
	if err != nil {
		return err
	}
	all := set.All(name)
	if f.Int("version") != optionVersion(all) {
		return errs.New(errs.Conflict, "option.error.changed")
	}
	off, labels := map[string]bool{}, map[string]string{}
	for _, v := range all {
		if !f.Has("label." + v.Code) {
			continue
		}
		off[v.Code] = !f.Bool("on." + v.Code)
		label := f.Str("label." + v.Code)
		if shipped := new(option.Set).Label(p.L, name, v.Code); v.Shipped && (label == shipped || label == "") {
			label = ""
		}
		labels[v.Code] = label
	}
	if err := option.Arrange(ctx, tx, name, optionOrder(f), off, labels); err != nil {
		return err
	}
	label := f.Str("new")
	if label == "" {
		return nil
	}
	if _, twin := set.Find(p.L, name, label); twin {
		return errs.Bad("label", "option.error.twin")
	}
	return renamed(record.Insert(ctx, tx, &option.Option{List: name, Label: label, Active: true}), "code", "label")
}

// programmeRows are the programmes of which somebody is a member, or that were added.
func programmeRows(ctx context.Context, tx *db.Tx, p *Page) (out []ui.Row, err error) {
	list, err := traveler.Programmes(ctx, tx)
	for _, g := range list {
		out = append(out, p.catalogRow("/admin/programmes", g.ID, g.Name, join(p.T("loyalty.kind."+g.Kind), g.Supplier, g.Code), g.Active))
	}
	return out, err
}

func fillProgramme(f Form, r record.Record) {
	g := r.(*traveler.Programme)
	for name, to := range map[string]*string{"name": &g.Name, "kind": &g.Kind, "supplier": &g.Supplier, "code": &g.Code, "pattern": &g.Pattern} {
		f.put(name, to)
	}
	f.putBool("active", &g.Active)
}

func programmeFields(p *Page, r record.Record, err error, _ []ui.Option) templ.Component {
	g := r.(*traveler.Programme)
	in := func(name, value string, width, most int) ui.Input {
		return ui.Input{Field: p.adminField("programme", name, err, width), Value: value, MaxLength: most}
	}
	pattern := in("pattern", g.Pattern, 8, 100)
	pattern.Help = p.T("programme.pattern_help")
	return ui.Group{in("name", g.Name, 8, 100), ui.Select{Field: p.adminField("programme", "kind", err, 4), Value: g.Kind, Options: p.options("loyalty.kind.", traveler.ProgrammeKinds)},
		in("supplier", g.Supplier, 8, 100), in("code", g.Code, 4, 20), pattern, p.adminTick("programme", "active", "", g.Active)}
}
