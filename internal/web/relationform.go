package web

import (
	"context"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// relationRows are the rows of the form that say something.
func (f Form) relationRows() []Form {
	return f.Rows("relations", "id", "traveler_id", "traveler_id_q", "family", "given", "note")
}

// relationsForm changes all relations at once and takes any number of new ones (R043).
func (v *recordView) relationsForm(title string) templ.Component {
	p := v.p
	rep := ui.Repeat{L: p.L, Name: "relations", Label: title, Add: p.T("relation.another"), Blank: v.newRelation("relations[__i__].", Form{}, false)}
	if v.form == nil {
		for i := range v.kin {
			rep.Rows = append(rep.Rows, v.oldRelation(relationRow(i), &v.kin[i]))
		}
		rep.Rows = append(rep.Rows, v.newRelation(relationRow(len(v.kin)), Form{}, true))
	} else {
		rows := v.form.relationRows()
		for i, row := range rows {
			at := slices.IndexFunc(v.kin, func(k traveler.Kin) bool { return k.Relation.ID == row.Int("id") })
			switch {
			case at >= 0:
				rep.Rows = append(rep.Rows, v.oldRelation(relationRow(i), &v.kin[at]))
			case row.Int("id") == 0:
				rep.Rows = append(rep.Rows, v.newRelation(relationRow(i), row, false))
			}
		}
		if v.form.Has("_add") || len(rows) == 0 {
			rep.Rows = append(rep.Rows, v.newRelation(relationRow(len(rows)), Form{}, true))
		}
	}
	return v.editBox(editCard{id: "relations", title: title, action: v.path() + "/relations", plain: true}, rep)
}

func relationRow(i int) string { return "relations[" + strconv.Itoa(i) + "]." }

// kinField is a field of a row of the form.
func (v *recordView) kinField(name, column string, width int) ui.Field {
	f := v.field("relation", name+column, width)
	f.Label = v.p.fieldLabel("relation", column)
	return f
}

// kinOptions are the kinds to choose from, in their groups, both sides of each; by the
// sex of whom it is said. What is chosen already stays, though it be switched off.
func (v *recordView) kinOptions(sex, now string) (out []ui.Option) {
	for _, group := range traveler.RelationGroups {
		for _, k := range v.kinds {
			if k.Group != group || (!k.Active && k.Code != now && k.Inverse != now) {
				continue
			}
			o := ui.Option{Value: k.Code, Label: v.kinLabel(k.Code, sex), Group: v.p.T("relation.group." + group)}
			if out = append(out, o); !k.Alike() {
				o.Value, o.Label = k.Inverse, v.kinLabel(k.Inverse, sex)
				out = append(out, o)
			}
		}
	}
	return out
}

// kinDetails are the fields that each row has.
func (v *recordView) kinDetails(at, sex, code string, r *traveler.Relation, label string) ui.Group {
	kind := ui.Select{Field: v.kinField(at, "code", 6), Value: v.val(at+"code", code), Options: v.kinOptions(sex, code), HasNone: code == ""}
	kind.Label = label
	day := func(column string, d date.Date) ui.DateField {
		f := v.p.dateField(v.kinField(at, column, 3), v.val(at+column, v.p.typedDate(d)), true)
		f.NoYear = false
		return f
	}
	note := ui.Input{Field: v.kinField(at, "note", 6), Value: v.val(at+"note", r.Note), Autocomplete: "off"}
	return ui.Group{kind, day("from_date", r.From), day("to_date", r.To), note}
}

func (v *recordView) oldRelation(at string, k *traveler.Kin) templ.Component {
	name := fullName(&k.T)
	fields := v.kinDetails(at, k.T.Sex, k.Is, &k.Relation, v.p.T("relation.to", "Name", name))
	main := int64(v.person.MainTraveler) == k.T.ID
	fields = append(fields, v.kinTick(at, "main", v.form == nil && main || v.form.Bool(at+"main")))
	return ui.Group{ui.Hidden{Name: at + "id", Value: strconv.FormatInt(k.Relation.ID, 10)},
		ui.Hidden{Name: at + "version", Value: strconv.FormatInt(k.Relation.Version, 10)}, within(ui.Fields(), fields)}
}

// newRelation finds a person or takes the name of a new one (R044).
func (v *recordView) newRelation(at string, typed Form, focus bool) templ.Component {
	look := ui.Lookup{Field: v.kinField(at, "traveler_id", 6), L: v.p.L, URL: "/travelers/lookup", Value: typed.Str("traveler_id"), Text: typed.Str("traveler_id_q")}
	look.Help = v.p.T("relation.help.person")
	if focus {
		look.Attrs = templ.Attributes{"autofocus": true}
	}
	fields := append(ui.Group{look}, v.kinDetails(at, "", "", &traveler.Relation{}, v.p.fieldLabel("relation", "code"))...)
	fields = append(fields, v.kinTick(at, "main", typed.Bool("main")))
	birth := v.p.dateField(v.kinField(at, "birth_date", 6), typed.Str("birth_date"), true)
	fresh := ui.Group{ui.Input{Field: v.kinField(at, "family", 6), Value: typed.Str("family"), Autocomplete: "off"},
		ui.Input{Field: v.kinField(at, "given", 6), Value: typed.Str("given"), Autocomplete: "off"}, birth,
		ui.Select{Field: v.kinField(at, "sex", 6), Value: typed.Str("sex"), Options: v.p.options("traveler.sex.", traveler.Sexes), HasNone: true}}
	fresh = append(fresh, v.fieldRow(at)...)
	if v.home() != 0 {
		fresh = append(fresh, v.kinTick(at, "join", typed.Bool("join")))
	}
	open := typed.Str("family")+typed.Str("given") != ""
	return ui.Group{within(ui.Fields(), fields), within(folded(v.p.T("relation.new_person"), open), within(ui.Fields(), fresh))}
}

func (v *recordView) kinTick(at, column string, on bool) templ.Component {
	f := v.kinField(at, column, 0)
	return ui.Tick{Name: f.Name, ID: f.ID, Label: f.Label, Error: f.Error, Checked: on}
}

// home is the client that a new person may be added to: the page's, or the only one of
// the traveler; 0 for none.
func (v *recordView) home() int64 {
	switch {
	case v.ref.Kind == "client":
		return v.ref.ID
	case len(v.homes) == 1:
		return v.homes[0].ClientID
	}
	return 0
}

// saveRelations stores the rows of the form: changed, new and removed ones, and who is
// the main traveler.
func saveRelations(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.personID(ctx, tx)
	if err != nil {
		return err
	}
	if v.ref.Kind == "traveler" {
		if err := v.loadHomes(ctx, tx); err != nil {
			return err
		}
	}
	if v.kinds, err = traveler.Kinships(ctx, tx); err != nil {
		return err
	}
	kin, err := traveler.KinOf(ctx, tx, id)
	if err != nil {
		return err
	}
	var bad errs.Collect
	main, mains := int64(0), 0
	for i, row := range v.form.relationRows() {
		var other int64
		at := slices.IndexFunc(kin, func(k traveler.Kin) bool { return k.Relation.ID == row.Int("id") })
		switch {
		case at < 0 && (row.Int("id") != 0 || row.Bool("delete")):
			continue // removed by somebody else meanwhile, or a new row that was taken back
		case at >= 0 && row.Bool("delete"):
			err = record.Delete(ctx, tx, new(traveler.Relation), kin[at].Relation.ID, 0)
		case at >= 0:
			other, err = kin[at].T.ID, v.changeRelation(ctx, tx, id, row, &kin[at])
		default:
			other, err = v.addRelation(ctx, tx, id, row)
		}
		if errs.Is(err, errs.Conflict) {
			return under(relationRow(i), err)
		}
		if err := bad.Merge(relationRow(i), err); err != nil {
			return err
		}
		if row.Bool("main") && other != 0 {
			if main, mains = other, mains+1; mains > 1 {
				bad.Add(relationRow(i)+"main", "relation.error.one_main")
			}
		}
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return v.setMain(ctx, tx, id, main, kin)
}

// setMain makes the ticked person the main traveler (R044). Where none is ticked, one of
// the persons of the form is no longer it; somebody else stays.
func (v *recordView) setMain(ctx context.Context, tx *db.Tx, id, main int64, kin []traveler.Kin) error {
	var t traveler.Traveler
	if err := record.Get(ctx, tx, &t, id); err != nil {
		return err
	}
	if main == 0 && !slices.ContainsFunc(kin, func(k traveler.Kin) bool { return k.T.ID == int64(t.MainTraveler) }) || int64(t.MainTraveler) == main {
		return nil
	}
	return record.Edit(ctx, tx, &t, id, 0, func() error { t.MainTraveler = db.Ref(main); return nil })
}

// typedRelation is what a row says besides the person.
func (v *recordView) typedRelation(row Form) traveler.Relation {
	c := v.p.Agency.Country
	return traveler.Relation{From: row.Date("from_date", c), To: row.Date("to_date", c), Note: row.Str("note")}
}

// changeRelation stores a row that differs from what is stored. What somebody else
// changed meanwhile isn't overwritten unseen.
func (v *recordView) changeRelation(ctx context.Context, tx *db.Tx, id int64, row Form, k *traveler.Kin) error {
	typed, code := v.typedRelation(row), row.Str("code")
	if code == k.Is && typed.From == k.From && typed.To == k.To && typed.Note == k.Note {
		return nil
	}
	if row.Int("version") != k.Relation.Version {
		return errs.Bad("code", "relation.error.changed", "Kind", v.kinLabel(k.Is, k.T.Sex))
	}
	var r traveler.Relation
	return record.Edit(ctx, tx, &r, k.Relation.ID, row.Int("version"), func() error {
		r.From, r.To, r.Note = typed.From, typed.To, typed.Note
		if code == k.Is {
			return nil
		}
		return r.Put(v.kinds, id, k.T.ID, code)
	})
}

// addRelation relates somebody who was found, or who is created on the spot.
func (v *recordView) addRelation(ctx context.Context, tx *db.Tx, id int64, row Form) (int64, error) {
	other, err := (&recordView{p: v.p, form: row}).found(ctx, tx, "traveler", "traveler_id")
	if err != nil {
		return 0, err
	}
	if other == 0 {
		if other, err = v.newKin(ctx, tx, row); err != nil {
			return 0, err
		}
	}
	r := v.typedRelation(row)
	return other, traveler.Relate(ctx, tx, id, other, row.Str("code"), &r)
}

func (v *recordView) newKin(ctx context.Context, tx *db.Tx, row Form) (int64, error) {
	t := &traveler.Traveler{Family: row.Str("family"), Given: row.Str("given"), Sex: row.Str("sex")}
	if t.Family+t.Given == "" {
		return 0, errs.Bad("traveler_id", "relation.error.somebody")
	}
	row.putDate("birth_date", v.p.Agency.Country, true, &t.BirthDate)
	own, err := field.Of(ctx, tx)
	if err != nil {
		return 0, err
	}
	v.p.putFields(row, own, "traveler", "", &t.Fields)
	if err := record.Insert(ctx, tx, t); err != nil {
		return 0, err
	}
	if !row.Bool("join") {
		return t.ID, nil
	}
	if v.home() == 0 {
		return 0, errs.Bad("join", "relation.error.home")
	}
	return t.ID, record.Insert(ctx, tx, &client.Link{ClientID: v.home(), TravelerID: t.ID})
}
