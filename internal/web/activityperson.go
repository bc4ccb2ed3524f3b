package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// present is a traveler who was there when something happened.
type present struct {
	ID   int64
	Name string
}

func (t present) link() ui.Link {
	return ui.Link{Href: pathOf(record.Ref{Kind: "traveler", ID: t.ID}), Text: t.Name}
}

// presentAt returns who was there, by event: those whom the visitor sees.
func presentAt(ctx context.Context, tx *db.Tx, events ...int64) (map[int64][]present, error) {
	out := map[int64][]present{}
	if len(events) == 0 {
		return out, nil
	}
	return out, tx.Each(ctx, `SELECT w.activity_id, t.id, CASE WHEN t.given = '' THEN t.family ELSE t.given || ' ' || t.family END
		FROM {activity_person} w JOIN {traveler} t ON t.id = w.traveler_id WHERE w.activity_id IN {ids $1} ORDER BY w.id`, []any{db.IDs(events)}, func(rows db.Rows) error {
		var event int64
		var t present
		err := rows.Scan(&event, &t.ID, &t.Name)
		out[event] = append(out[event], t)
		return err
	})
}

// presentLinks are the links to those who were there.
func presentLinks(list []present) (out []ui.Link) {
	for _, t := range list {
		out = append(out, t.link())
	}
	return out
}

// mostAround is how many travelers are offered as boxes to tick; others are searched.
const mostAround = 40

// around are the travelers who may well have been there: those of the client, or those
// with whom a traveler shares a client.
func around(ctx context.Context, tx *db.Tx, owner record.Ref) (out []present, err error) {
	cond := "r.id IN (SELECT l.traveler_id FROM {client_traveler} l WHERE l.client_id = $1)"
	if owner.Kind == "traveler" {
		cond = `r.id <> $1 AND r.id IN (SELECT l.traveler_id FROM {client_traveler} l WHERE l.client_id IN (
			SELECT m.client_id FROM {client_traveler} m WHERE m.traveler_id = $1))`
	}
	var list []traveler.Traveler
	err = record.Select(ctx, tx, &list, "WHERE "+cond+" ORDER BY r.name_key, r.id LIMIT "+strconv.Itoa(mostAround), owner.ID)
	for i := range list {
		out = append(out, present{list[i].ID, fullName(&list[i])})
	}
	return out, err
}

// loadPeople reads who may be chosen and who was there.
func (f *activityForm) loadPeople(ctx context.Context, tx *db.Tx, owner record.Ref) (err error) {
	if f.around, err = around(ctx, tx, owner); err != nil || f.a.ID == 0 {
		return err
	}
	there, err := presentAt(ctx, tx, f.a.ID)
	f.there = there[f.a.ID]
	return err
}

// people are the fields for who was there: boxes for those around and those chosen
// already, a search for one more, and a text for people whom the agency doesn't know.
func (f *activityForm) people() (out ui.Group) {
	p := f.p
	ticks := ui.Ticks{Field: f.field("with", 0)}
	ticks.Help = p.T("activity.help.with")
	for _, t := range f.there {
		out = append(out, ui.Hidden{Name: "_with", Value: idText(t.ID)})
		ticks.Values = append(ticks.Values, idText(t.ID))
	}
	if f.form != nil {
		ticks.Values = f.form.All("with")
	}
	offered := slices.Clone(f.there)
	for _, t := range f.around {
		if !slices.Contains(offered, t) {
			offered = append(offered, t)
		}
	}
	for _, t := range offered {
		ticks.Options = append(ticks.Options, ui.Option{Value: idText(t.ID), Label: t.Name})
	}
	if len(ticks.Options) > 0 {
		out = append(out, ticks)
	}
	look := ui.Lookup{Field: f.field("with_id", 6), L: p.L, URL: "/travelers/lookup", Value: f.form.Str("with_id"), Text: f.form.Str("with_id_q")}
	look.Help = p.T("activity.help.with_id")
	others := ui.Input{Field: f.field("persons", 6), Value: f.val("persons", f.a.Persons), Autocomplete: "off"}
	others.Label, others.Help = p.T("activity.others"), p.T("activity.help.persons")
	return append(out, look, others)
}

// savePeople stores who was there. What the form didn't show ticked isn't taken away:
// somebody else may have added it meanwhile, or the visitor doesn't see it.
func (f *activityForm) savePeople(ctx context.Context, tx *db.Tx) error {
	other, err := (&recordView{p: f.p, form: f.form}).found(ctx, tx, "traveler", "with_id")
	if err != nil {
		return err
	}
	was, is := f.form.numbers("_with"), f.form.numbers("with")
	var add, remove []int64
	for _, id := range append(is, other) {
		if id != 0 && !slices.Contains(was, id) {
			add = append(add, id)
		}
	}
	for _, id := range was {
		if !slices.Contains(is, id) {
			remove = append(remove, id)
		}
	}
	if len(add)+len(remove) == 0 {
		return nil
	}
	err = activity.Change(ctx, tx, f.a.ID, add, remove)
	for i := range fieldErrors(err) {
		fieldErrors(err)[i].Path = "with"
	}
	return err
}

// numbers are the values of a field that are numbers.
func (f Form) numbers(name string) (out []int64) {
	for _, s := range f.All(name) {
		if n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64); err == nil {
			out = append(out, n)
		}
	}
	return out
}

// loadPresent reads who was at the events that the page shows, where loadEvents didn't.
func (v *recordView) loadPresent(ctx context.Context, tx *db.Tx) (err error) {
	if v.present == nil {
		v.present, err = presentAt(ctx, tx, activityIDs(v.events, v.between)...)
	}
	return err
}

// activityIDs are the ids of the events of some lists, each once.
func activityIDs(lists ...[]activity.Activity) (ids []int64) {
	for _, list := range lists {
		for i := range list {
			if !slices.Contains(ids, list[i].ID) {
				ids = append(ids, list[i].ID)
			}
		}
	}
	return ids
}

// personsCell names who was at an event: travelers as links, then others.
func personsCell(list []present, all string) ui.Cell {
	if len(list) == 0 {
		return ui.Cell{Text: all}
	}
	var names []string
	for _, t := range list {
		names = append(names, t.Name)
	}
	others := strings.TrimPrefix(strings.TrimPrefix(all, strings.Join(names, ", ")), ", ")
	return ui.Cell{Comp: withLinks(presentLinks(list), others)}
}
