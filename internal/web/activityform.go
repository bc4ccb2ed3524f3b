package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// activityForm takes a new event or changes one: as a pop-up on a page, or as a page of
// its own where no script or an error needs one.
type activityForm struct {
	p      *Page
	a      *activity.Activity
	types  *option.Set
	form   Form // what was typed, nil while nothing was sent
	err    error
	around []present // offered as those who were there
	there  []present // who was there
	short  bool      // in a pop-up: the first field has the focus
}

func (f *activityForm) field(name string, width int) ui.Field {
	out := f.p.adminField("activity", name, f.err, width)
	out.ID = "event-" + name
	if name == "at_date" && out.Error == "" {
		out.Error = f.p.Problem(f.err, "at") // the moment, of which day and time are halves
	}
	return out
}

func (f *activityForm) val(name, stored string) string {
	if f.form != nil && f.form.Has(name) {
		return f.form.Str(name)
	}
	return stored
}

// typeOptions are the types that are offered, and the one that the event has.
func (f *activityForm) typeOptions() (out []ui.Option) {
	for _, v := range f.types.All(activity.ListOfTypes) {
		if v.Active || v.Code == f.a.Type {
			out = append(out, ui.Option{Value: v.Code, Label: v.Label(f.p.L)})
		}
	}
	return out
}

// when is the moment as it is typed: now for a new event.
func (f *activityForm) when() (day, clock string) {
	at := f.p.s.DB.Now()
	if f.a.At != 0 {
		at = f.a.At.Time()
	}
	at = at.In(f.p.Loc())
	return f.p.typedDate(dateOf(at)), at.Format("15:04")
}

func (f *activityForm) fields() ui.Group {
	p, a := f.p, f.a
	day, clock := f.when()
	in := func(name, stored string, width int) ui.Input {
		return ui.Input{Field: f.field(name, width), Value: f.val(name, stored), Autocomplete: "off"}
	}
	date := func(name, stored string, width int) ui.DateField {
		d := p.dateField(f.field(name, width), f.val(name, stored), false)
		d.NoYear = false
		return d
	}
	kind := ui.Select{Field: f.field("type", 6), Value: f.val("type", a.Type), Options: f.typeOptions()}
	subject := in("subject", a.Subject, 0)
	subject.Required, subject.MaxLength, subject.Autofocus = true, 300, f.short
	minutes := in("minutes", "", 4)
	if minutes.InputMode = "numeric"; a.Minutes != 0 {
		minutes.Value = f.val("minutes", strconv.FormatInt(a.Minutes, 10))
	}
	private := a.Private
	if f.form != nil && f.form.Has("_tick.private") {
		private = f.form.Bool("private")
	}
	text := ui.Textarea{Field: f.field("text", 0), Value: f.val("text", a.Text), Rows: 4}
	tick := func(name, help string, on bool) templ.Component {
		t := ui.Tick{Name: name, ID: "event-" + name, Label: p.fieldLabel("activity", name), Checked: on}
		if help != "" {
			t.Help = p.T(help)
		}
		return ui.Group{ui.Hidden{Name: "_tick." + name, Value: "1"}, t}
	}
	follow := date("follow_on", p.typedDate(a.FollowOn), 6)
	out := ui.Group{subject, kind, ui.Select{Field: f.field("direction", 6), Value: f.val("direction", a.Direction), HasNone: true, Options: p.options("activity.direction.", activity.Directions)},
		text, date("at_date", day, 4), in("at_time", clock, 4), minutes, f.people(), in("result", a.Result, 0), follow, in("follow_note", a.FollowNote, 6)}
	if a.FollowOn != "" {
		out = append(out, tick("follow_done", "", a.FollowDone))
	}
	return append(out, tick("private", "activity.help.private", private))
}

// fill copies what was typed.
func (f *activityForm) fill() error {
	p, a, form := f.p, f.a, f.form
	for name, to := range map[string]*string{"type": &a.Type, "direction": &a.Direction, "subject": &a.Subject, "text": &a.Text,
		"result": &a.Result, "persons": &a.Persons, "follow_note": &a.FollowNote} {
		form.put(name, to)
	}
	form.putDate("follow_on", p.Agency.Country, false, &a.FollowOn)
	form.putBool("private", &a.Private)
	form.putBool("follow_done", &a.FollowDone)
	var bad errs.Collect
	if s := form.Str("minutes"); form.Has("minutes") {
		n, err := strconv.ParseInt(s, 10, 64)
		if s != "" && err != nil {
			bad.Add("minutes", "error.number")
		}
		a.Minutes = n
	}
	day, clock := f.when()
	if form.Has("at_date") && (a.At == 0 || form.Str("at_date") != day || form.Str("at_time") != clock) {
		if err := f.fillAt(&bad); err != nil {
			return err
		}
	}
	return bad.Err()
}

// fillAt reads day and time as they are in the agency's zone; without a time it was at
// noon, without both it is now.
func (f *activityForm) fillAt(bad *errs.Collect) error {
	s := strings.ReplaceAll(f.form.Str("at_time"), ".", ":")
	if f.form.Str("at_date")+s == "" {
		f.a.At = 0
		return nil
	}
	d := f.form.Date("at_date", f.p.Agency.Country)
	if f.form.Str("at_date") == "" {
		d = f.p.Today()
	}
	if !d.Valid() || !d.HasYear() {
		bad.Add("at_date", "error.date")
		return nil
	}
	if s == "" {
		s = "12:00"
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", string(d)+" "+s, f.p.Loc())
	if err != nil {
		bad.Add("at_time", "activity.error.time")
		return nil
	}
	f.a.At = db.StampOf(at)
	return nil
}

// page shows the form for a new event as a page of its own.
func (f *activityForm) page(status int, owner record.Ref) error {
	p := f.p
	name := ""
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if f.types, err = option.Load(ctx, tx); err != nil {
			return err
		}
		if name, err = ownerName(ctx, tx, owner); err != nil {
			return err
		}
		return f.loadPeople(ctx, tx, owner)
	})
	if err != nil {
		return err
	}
	title := p.T("activity.new")
	head := ui.PageHead{Title: title, Back: ui.Link{Href: pathOf(owner), Text: name}}
	return p.RenderStatus(status, Screen{Title: title, Nav: owner.Kind + "s"}, activityScreen(p, head, f.card(owner)))
}

// card is the form with what is wrong with it.
func (f *activityForm) card(owner record.Ref) templ.Component {
	p, a := f.p, f.a
	card := ui.EditCard{L: p.L, ID: "event", Title: p.T("activity.new"), Action: pathOf(owner) + "/activities", Cancel: pathOf(owner)}
	if a.ID != 0 {
		card.Title, card.Action, card.Version = a.Subject, activityPath(a.ID), a.Version
	}
	var fields templ.Component = f.fields()
	if isStale(f.err) {
		fields = carried(f.form)
	}
	remove := ""
	if a.ID != 0 && f.err == nil {
		remove = card.Action + "/delete"
	}
	return catalogForm(p, card, p.adminProblem("activity", f.form, f.err), fields, remove)
}

// ownerName is what a client, traveler or event is called.
func ownerName(ctx context.Context, tx *db.Tx, ref record.Ref) (name string, err error) {
	q := "SELECT x.name FROM {client} x WHERE x.id = $1"
	switch ref.Kind {
	case "activity":
		q = "SELECT x.subject FROM {activity} x WHERE x.id = $1"
	case "traveler":
		q = "SELECT CASE WHEN x.given = '' THEN x.family ELSE x.family || '/' || x.given END FROM {traveler} x WHERE x.id = $1"
	}
	err = tx.Row(ctx, q, []any{ref.ID}, &name)
	return name, err
}

func (s *Server) newActivity(kind string) handler {
	return func(p *Page) error {
		id, err := p.ID("id")
		if err != nil {
			return err
		}
		f := &activityForm{p: p, a: &activity.Activity{}, short: true}
		return f.page(http.StatusOK, record.Ref{Kind: kind, ID: id})
	}
}

// createActivity notes what happened (R129).
func (s *Server) createActivity(kind string) handler {
	return func(p *Page) error {
		id, form, err := p.posted()
		if err != nil {
			return err
		}
		f := &activityForm{p: p, form: form, a: &activity.Activity{OwnerKind: kind, OwnerID: id}}
		err = p.Update(func(ctx context.Context, tx *db.Tx) error {
			*f.a = activity.Activity{OwnerKind: kind, OwnerID: id}
			if err := f.fill(); err != nil {
				return err
			}
			if err := record.Insert(ctx, tx, f.a); err != nil {
				return err
			}
			return f.savePeople(ctx, tx)
		})
		if err != nil && correctable(err) {
			f.err, f.a.ID = err, 0
			return f.page(StatusOf(err), f.a.Owner())
		}
		if err != nil {
			return err
		}
		p.Flash("good", "common.saved")
		if to := form.Str("back"); to == "/activities" {
			return p.Redirect(fmt.Sprintf("/activities?%s=%d", kind, id))
		}
		return p.Redirect(pathOf(f.a.Owner()) + "#history")
	}
}

func saveActivity(p *Page) error {
	id, form, err := p.posted()
	if err != nil {
		return err
	}
	if form.Str("choose.at") == "theirs" { // both halves of it
		delete(form, "at_date")
		delete(form, "at_time")
	}
	f := &activityForm{p: p, form: form.chosen(), a: new(activity.Activity)}
	version := form.Int("version")
	if version <= 0 {
		version = -1 // a form without a version never overwrites anything
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		if err := record.Edit(ctx, tx, f.a, id, version, f.fill); err != nil {
			return err
		}
		return f.savePeople(ctx, tx)
	})
	err = p.weigh("activity", id, version, err)
	if err != nil && correctable(err) && len(fieldErrors(err)) > 0 {
		f.err = err
		return p.showEvent(StatusOf(err), f, &recordView{p: p, ref: record.Ref{Kind: "activity", ID: id}})
	}
	if isStale(err) { // without a difference: what was typed is stored already
		f.a.ID = id
		err = p.Update(f.savePeople)
	}
	if err != nil {
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect(pathOf(f.a.Owner()) + "#history")
}

// activityDone ticks a follow-up off.
func activityDone(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	a := new(activity.Activity)
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		return record.Edit(ctx, tx, a, id, 0, func() error { a.FollowDone = true; return nil })
	})
	if err != nil {
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect("/")
}

func dropActivity(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	a := new(activity.Activity)
	err = p.Update(func(ctx context.Context, tx *db.Tx) error { return record.Delete(ctx, tx, a, id, 0) })
	if err != nil {
		return err
	}
	p.Flash("good", "activity.deleted")
	return p.Redirect(pathOf(a.Owner()) + "#activity")
}
