package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestOwnFields defines fields on the Admin page, asks for them on the form of a new
// client, saves their section, and shows both values when somebody saved first.
func TestOwnFields(t *testing.T) {
	d := newDesk(t, true)
	ada := d.as("ada")
	for _, body := range [][]string{
		{"name", "Shoe size", "kind", "number", "_areas", "1", "areas", "traveler", "section", "Ski", "names.de", "Schuhgröße"},
		{"name", "Guardian", "kind", "text", "_areas", "1", "areas", "traveler", "requirement", "if", "_conditions", "1", "condition0", "age <", "condition0.value", "18"},
		{"name", "Club", "kind", "choice", "_areas", "1", "areas", "client", "choices", "Gold card\nSilver", "requirement", "always"},
		{"name", "Likes", "kind", "several", "_areas", "1", "areas", "client", "choices", "Ski\nSun"},
	} {
		ada.post("/admin/fields/new", body...)
		if ada.at != "/admin/fields" {
			t.Fatalf("%s: %s", ada.at, ada.problems())
		}
	}
	ann := d.as("ann")
	ann.get("/clients/new")
	for _, want := range []string{`name="fields.club"`, `name="t.fields.guardian"`} {
		if !strings.Contains(ann.body, want) {
			t.Errorf("the form doesn't ask for %s", want)
		}
	}
	ann.post("/clients", "kind", "personal", "t.family", "Kos", "t.given", "Ewa", "t.birth_date", "1.2.2020", "fields.club", "GOLD_CARD")
	if !strings.Contains(ann.problems(), "t-fields-guardian") && !strings.Contains(ann.body, "Guardian") {
		t.Errorf("a child without a guardian: %s", ann.at)
	}
	ann.post("/clients", "kind", "personal", "t.family", "Kos", "t.given", "Ewa", "t.birth_date", "1.2.2020", "fields.club", "GOLD_CARD", "t.fields.guardian", "Mum")
	id := ann.created()
	at := fmt.Sprintf("/clients/%d", id)
	if c := stored(t, d, id); c.Fields != `{"club":"GOLD_CARD"}` {
		t.Errorf("%s", c.Fields)
	}
	ann.get(at + "?edit=fields")
	v := ann.version("fields")
	ann.post(at+"/fields", "version", v, "fields.club", "")
	if ann.problems() == "" {
		t.Error("a required field was emptied")
	}
	ann.post(at+"/fields", "version", v, "fields.club", "SILVER", "_tick.fields.likes", "1", "fields.likes", "SKI", "fields.likes", "SUN")
	if c := stored(t, d, id); c.Fields != `{"club":"SILVER","likes":["SKI","SUN"]}` {
		t.Errorf("%s", c.Fields)
	}
	ann.get(at)
	for _, want := range []string{"Silver", "Ski, Sun", "Gold card"} { // the last in the timeline
		if !strings.Contains(ann.body, want) {
			t.Errorf("the page doesn't show %s", want)
		}
	}
	// Somebody else still has the version from before.
	ada.post(at+"/fields", "version", v, "fields.club", "GOLD_CARD", "_tick.fields.likes", "1", "fields.likes", "SKI")
	for _, want := range []string{"choose.fields.club", "Gold card", "Silver", "Ski, Sun"} {
		if !strings.Contains(ada.body, want) {
			t.Errorf("the conflict doesn't show %s", want)
		}
	}
	ann.get(at + "?edit=personfields")
	ann.post(at+"/personfields", "version", ann.version("personfields"), "fields.shoe_size", "38,5", "fields.guardian", "Mum")
	ann.get(at)
	if !strings.Contains(ann.body, "38.5") && !strings.Contains(ann.body, "38,5") || !strings.Contains(ann.body, "Ski") {
		t.Error("the person's fields aren't shown")
	}
	ann.get("/clients?field_club=SILVER&cols=name,field_club")
	if !strings.Contains(ann.body, "Kos") || !strings.Contains(ann.body, "Silver") {
		t.Error("the list doesn't know the field")
	}
	ann.get("/clients/filter?field=field_likes")
	if !strings.Contains(ann.body, "Sun") {
		t.Error("the filter has no choices")
	}
	dbtest.View(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		all, err := field.All(ctx, tx)
		for _, f := range all {
			if f.Code == "guardian" && f.RequiredIf != "age < 18" || f.Code == "shoe_size" && f.Label("de") != "Schuhgröße" {
				t.Errorf("%+v", f)
			}
		}
		return err
	})
}

// TestFieldForm: the form keeps conditions that it has no rows for, and what is wrong with it
// doesn't fix the code that is made of the name.
func TestFieldForm(t *testing.T) {
	d := newDesk(t, true)
	f := &field.Field{Name: "Much", Areas: "client", Kind: field.Text, Requirement: field.If, RequiredIf: "kind = personal\nclassification = client\nsegment = regular", Active: true}
	dbtest.Update(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, f) })
	ada, at := d.as("ada"), fmt.Sprintf("/admin/fields/%d", f.ID)
	ada.get(at)
	body := []string{"version", "1", "name", "More", "kind", "text", "requirement", "if", "_conditions", "1"}
	for i, want := range strings.Split(f.RequiredIf, "\n") {
		if !strings.Contains(ada.body, fmt.Sprintf(`name="condition%d"`, i)) {
			t.Errorf("no row for %s", want)
		}
		body = append(body, fmt.Sprintf("condition%d", i), want)
	}
	ada.post(at, body...)
	dbtest.View(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var now field.Field
		err := record.Get(ctx, tx, &now, f.ID)
		if now.Name != "More" || now.RequiredIf != f.RequiredIf {
			t.Errorf("%+v", now)
		}
		return err
	})
	ada.post("/admin/fields/new", "name", "鞋码", "kind", "choice", "_areas", "1", "areas", "client")
	if strings.Contains(ada.body, `value="field"`) {
		t.Error("the made code stands in the form")
	}
}

// TestListOfGoneField: the page of a list that follows a field which was switched off says
// which one in the place of its filters, too.
func TestListOfGoneField(t *testing.T) {
	d := newDesk(t, true)
	f := &field.Field{Name: "Nick", Areas: "client", Kind: field.Text, Active: true}
	l := &clientlist.List{Name: "Nicks", Kind: clientlist.Living, Query: `{"filters":[{"key":"field_nick","op":"filled"}]}`}
	l.Share, l.OwnerID = "private", db.Ref(d.As("ada").UserID)
	dbtest.Update(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Insert(ctx, tx, f); err != nil {
			return err
		}
		if err := record.Insert(ctx, tx, l); err != nil {
			return err
		}
		return record.Edit(ctx, tx, f, f.ID, 0, func() error { f.Active = false; return nil })
	})
	ada := d.as("ada")
	ada.get(fmt.Sprintf("/lists/%d", l.ID)).want(200, "", i18n.For("en").T("list.unknown_field", "Field", "field_nick"))
	if strings.Contains(ada.body, i18n.For("en").T("error.invalid")) {
		t.Error("the page speaks of marked fields")
	}
}

// TestNumbersAsWritten: a number is taken with the separators of thousands of the reader's
// language, as the page shows it, also by a filter.
func TestNumbersAsWritten(t *testing.T) {
	d := newDesk(t, true)
	d.as("ada").post("/admin/fields/new", "name", "Budget", "kind", "number", "_areas", "1", "areas", "client").want(200, "/admin/fields")
	ann := d.as("ann")
	ann.post("/clients", "kind", "personal", "t.family", "Kos", "t.given", "Ewa")
	id := ann.created()
	at := fmt.Sprintf("/clients/%d", id)
	save := func(typed, want string) {
		t.Helper()
		ann.get(at + "?edit=fields")
		ann.post(at+"/fields", "version", ann.version("fields"), "fields.budget", typed)
		if c := stored(t, d, id); string(c.Fields) != `{"budget":`+want+`}` {
			t.Errorf("%s: %s", typed, c.Fields)
		}
	}
	save("12.500", "12.5")
	save("12,500", "12500")
	ann.post("/account", "name", "ann", "language", "de").want(200, "/account")
	save("12,500", "12.5")
	save("1.234,5", "1234.5")
	save("12.500", "12500")
	ann.get(at).want(200, "", "12.500")
	ann.get("/clients/filter?do=apply&field=field_budget&f0.key=field_budget&f0.op=is&f0.v=12.500").want(200, "", "Kos")
	if !strings.Contains(ann.at, "12500") {
		t.Errorf("the filter asks %s", ann.at)
	}
}
