package web

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func dateOf(t time.Time) date.Date { return date.Of(t) }

// activityListView is the list of events, all or those of a client or traveler (R128).
type activityListView struct {
	p      *Page
	form   Form
	page   list.Page
	types  *option.Set
	people []ui.Option
	owner  record.Ref // whose events they are; zero for all
	name   string
	person record.Ref // a traveler who was there or with whom it happened, zero for all
	who    string     // that person's name
	there  map[int64][]present
	around []present // offered by the form for a new event
	asked  list.Query
	err    error
}

// activityFilters are the fields of the form: the filter that each is.
var activityFilters = []formFilter{{"client", "client", "is"}, {"traveler", "traveler", "is"}, {"subject", "subject", "contains"},
	{"type", "type", "any"}, {"by", "by", "any"}, {"after", "at", "after"}, {"before", "at", "before"}}

// activityAliases are filters as addresses of lists name them, which exports lead back
// to, and the fields of the form that they are.
var activityAliases = map[string]string{"at.after": "after", "at.before": "before", "follow_due.filled": "open"}

func (v *activityListView) query() (list.Query, error) {
	q, bad := v.p.asked(v.form, activityFilters, activity.List.Columns...)
	if v.form.Bool("open") {
		q.Filters = append(q.Filters, list.Filter{Key: "follow_due", Op: "filled"})
	}
	for _, kind := range []string{"client", "traveler"} {
		if id := v.form.Int(kind); id > 0 {
			v.owner = record.Ref{Kind: kind, ID: id}
		}
	}
	return q, bad
}

func activityList(p *Page) error {
	v := &activityListView{p: p, form: Form(p.R.URL.Query())}
	for name, as := range activityAliases {
		if s := v.form.Str(name); s != "" && v.form.Str(as) == "" {
			v.form[as] = []string{s}
		}
		delete(v.form, name)
	}
	q, bad := v.query()
	v.err = bad
	err := p.View(func(ctx context.Context, tx *db.Tx) error { return v.load(ctx, tx, q) })
	if errs.Is(err, errs.Invalid) { // an unknown sort, a cursor of another list
		return p.Redirect("/activities")
	}
	if err != nil {
		return err
	}
	title := p.T("activity.title")
	if v.name != "" {
		title = p.T("activity.title_of", "Name", v.name)
	}
	return p.Render(Screen{Title: title, Nav: "activities"}, activityListScreen(v, title))
}

func (v *activityListView) load(ctx context.Context, tx *db.Tx, q list.Query) (err error) {
	if v.owner.ID != 0 {
		if v.name, err = ownerName(ctx, tx, v.owner); err != nil {
			return err
		}
	}
	if v.types, err = option.Load(ctx, tx); err != nil {
		return err
	}
	f, _ := activity.List.Field("by", v.p.Actor)
	people, err := f.Options(ctx, tx)
	for _, o := range people {
		v.people = append(v.people, ui.Option{Value: o.Value, Label: o.Label})
	}
	if err != nil {
		return err
	}
	if err := v.loadPerson(ctx, tx, &q); err != nil {
		return err
	}
	if v.mayNote() {
		if v.around, err = around(ctx, tx, v.owner); err != nil {
			return err
		}
	}
	if v.page, err = activity.List.Run(ctx, tx, q); err != nil {
		return err
	}
	v.asked = q
	var ids []int64
	for _, r := range v.page.Rows {
		ids = append(ids, r.ID)
	}
	v.there, err = presentAt(ctx, tx, ids...)
	return err
}

// loadPerson adds the person to what is asked: one that was picked, or whose name was
// typed where there is no script.
func (v *activityListView) loadPerson(ctx context.Context, tx *db.Tx, q *list.Query) error {
	id, err := (&recordView{p: v.p, form: v.form}).found(ctx, tx, "traveler", "person")
	if errs.Is(err, errs.Invalid) {
		v.err = errors.Join(v.err, err)
		return nil
	}
	if err != nil || id == 0 {
		return err
	}
	v.person = record.Ref{Kind: "traveler", ID: id}
	q.Filters = append(q.Filters, list.Filter{Key: "traveler", Op: "is", Values: []string{idText(id)}})
	v.who, err = ownerName(ctx, tx, v.person)
	return err
}

// href is this list with some of its parameters changed; "" takes one away.
func (v *activityListView) href(change ...string) string {
	u := url.Values{}
	for name, vals := range v.form {
		if name != "cursor" && strings.Join(vals, "") != "" {
			u[name] = vals
		}
	}
	for i := 0; i+1 < len(change); i += 2 {
		if u.Del(change[i]); change[i+1] != "" {
			u.Set(change[i], change[i+1])
		}
	}
	if len(u) == 0 {
		return "/activities"
	}
	return "/activities?" + u.Encode()
}

var activitySizes = map[string]string{"subject": "name", "type": "person", "at": "trip", "owner": "person", "persons": "short", "by": "short", "result": "short", "follow_due": "date"}

// table sorts by any column (R128).
func (v *activityListView) table() ui.Table {
	p := v.p
	t := ui.Table{L: p.L, Label: p.T("activity.table")}
	now := v.form.Str("sort")
	if now == "" {
		now = activity.List.Sort
	}
	for _, f := range v.page.Columns {
		c := ui.Column{Key: f.Key, Label: p.T(activity.List.Label(f.Key)), Size: activitySizes[f.Key], SortHref: v.href("sort", f.Key)}
		switch now {
		case f.Key:
			c.Sort, c.SortHref = "ascending", v.href("sort", "-"+f.Key)
		case "-" + f.Key:
			c.Sort = "descending"
		}
		c.Slot = map[string]string{"subject": "name", "type": "trip", "at": "person"}[f.Key]
		t.Columns = append(t.Columns, c)
	}
	for _, r := range v.page.Rows {
		row := ui.TableRow{ID: strconv.FormatInt(r.ID, 10), Href: activityPath(r.ID)}
		for i, f := range v.page.Columns {
			s := v.value(f.Key, r.Values[i])
			if i == 0 {
				row.Name = ui.Name{Family: s}
				continue
			}
			if f.Key == "persons" {
				row.Cells = append(row.Cells, personsCell(v.there[r.ID], s))
				continue
			}
			row.Cells = append(row.Cells, ui.Cell{Text: s})
		}
		t.Rows = append(t.Rows, row)
	}
	t.Foot = v.pager()
	return t
}

func (v *activityListView) value(key string, x any) string {
	switch x := x.(type) {
	case string:
		switch key {
		case "type":
			return v.types.Label(v.p.L, activity.ListOfTypes, x)
		case "follow_due":
			return v.p.L.Date(date.Date(x))
		}
		return x
	case int64:
		if key == "at" {
			return v.p.moment(db.Stamp(x))
		}
		return strconv.FormatInt(x, 10)
	}
	return ""
}

func (v *activityListView) pager() ui.Pager {
	pg := ui.Pager{L: v.p.L, Shown: len(v.page.Rows), Count: v.p.L.Number(int64(len(v.page.Rows)))}
	if v.page.Next != "" {
		pg.Next = v.href("cursor", v.page.Next)
	}
	if v.form.Has("cursor") {
		pg.First = v.href()
	}
	return pg
}

// fields are those of the filter form.
func (v *activityListView) fields() ui.Group {
	p := v.p
	field := func(name string, width int) ui.Field { return p.adminField("activity", name, v.err, width) }
	var types []ui.Option
	for _, o := range v.types.All(activity.ListOfTypes) {
		types = append(types, ui.Option{Value: o.Code, Label: o.Label(p.L)})
	}
	day := func(name string) ui.DateField {
		d := p.dateField(field(name, 3), v.form.Str(name), false)
		d.NoYear = false
		return d
	}
	out := ui.Group{ui.Input{Field: field("subject", 6), Value: v.form.Str("subject"), Autocomplete: "off"},
		ui.Select{Field: field("type", 3), Value: v.form.Str("type"), Options: types, HasNone: true},
		ui.Select{Field: field("by", 3), Value: v.form.Str("by"), Options: v.people, HasNone: true},
		v.personField(field("person", 6)), day("after"), day("before"),
		ui.Tick{Name: "open", Label: p.T("activity.open_only"), Checked: v.form.Bool("open")}}
	for _, name := range []string{"client", "traveler", "sort"} {
		if s := v.form.Str(name); s != "" {
			out = append(out, ui.Hidden{Name: name, Value: s})
		}
	}
	return out
}

// personField searches who was there.
func (v *activityListView) personField(f ui.Field) ui.Lookup {
	l := ui.Lookup{Field: f, L: v.p.L, URL: "/travelers/lookup", Text: v.form.Str("person_q")}
	if v.person.ID != 0 {
		l.Value, l.Text = idText(v.person.ID), v.who
	}
	return l
}

// filtered reports whether something was asked for besides whose events they are.
func (v *activityListView) filtered() bool {
	for _, f := range activityFilters[2:] {
		if v.form.Str(f.name) != "" {
			return true
		}
	}
	return v.form.Bool("open") || v.form.Str("person")+v.form.Str("person_q") != ""
}

// actions are the ways from the list: a new event in a pop-up, and the list as a file.
func (v *activityListView) actions() (out []templ.Component) {
	if v.p.Actor.May(exports.Right) && len(v.page.Rows) > 0 {
		out = append(out, ui.Button{Label: v.p.T("common.export"), Icon: "download", Href: exportFrom("activity", &activity.List, v.asked)})
	}
	if v.mayNote() {
		out = append(out, ui.Button{Label: v.p.T("activity.new"), Icon: "plus", Kind: "primary", Dialog: "event-new", Keys: "e", Attrs: templ.Attributes{"data-new-event": true}})
	}
	return out
}

func (v *activityListView) mayNote() bool {
	return v.owner.ID != 0 && v.p.Actor.May("client.edit") && !v.p.Actor.ReadOnly
}

func (v *activityListView) dialog() templ.Component {
	if !v.mayNote() {
		return ui.Group{}
	}
	d := ui.Dialog{L: v.p.L, ID: "event-new", Title: v.p.T("activity.new"), Action: pathOf(v.owner) + "/activities", Wide: true,
		Submit: ui.Button{Label: v.p.T("common.save"), Keys: "Control+S"}}
	f := &activityForm{p: v.p, types: v.types, a: &activity.Activity{}, around: v.around, short: true}
	return within(ui.DialogBox(d), within(ui.Fields(), append(f.fields(), ui.Hidden{Name: "back", Value: "/activities"})))
}

// dueItem is a follow-up on the start page.
type dueItem struct {
	activity.Activity
	name string
}

// loadDue reads the reader's follow-ups of the coming week and those that are late.
func (d *startData) loadDue(ctx context.Context, tx *db.Tx, p *Page) error {
	due, err := activity.Due(ctx, tx, p.Today().AddDays(6), 12)
	if err != nil {
		return err
	}
	for _, a := range due {
		name, err := ownerName(ctx, tx, a.Owner())
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		d.due = append(d.due, dueItem{a, name})
	}
	return nil
}

// dueRow is a follow-up with the button that ticks it off.
func dueRow(p *Page, i *dueItem) templ.Component {
	title := i.FollowNote
	if title == "" {
		title = i.Subject
	}
	r := ui.Row{Lead: ui.IconLg("bell"), Title: title, Href: activityPath(i.ID), Sub: i.name, End: p.L.DateNear(i.FollowDue)}
	if i.FollowDue < p.Today() {
		r.Kind = "overdue"
	}
	if !p.Actor.ReadOnly && p.Actor.May("client.edit") {
		r.Actions = []templ.Component{plainPost(activityPath(i.ID)+"/done",
			ui.Button{Label: p.T("activity.done_of", "Name", title), Icon: "check", IconOnly: true, Kind: "ghost", Small: true, Submit: true})}
	}
	return r
}
