package web_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// kinOf are the relations of a person: what each other one is to them.
func kinOf(d *desk, id int64) map[string]traveler.Kin {
	d.t.Helper()
	out := map[string]traveler.Kin{}
	dbtest.View(d.t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		kin, err := traveler.KinOf(ctx, tx, id)
		for _, k := range kin {
			out[k.T.Given+" "+k.Is] = k
		}
		return err
	})
	return out
}

// TestRelationForm: found, created on the spot, several in one edit, changed and removed;
// the other side shows it at once, and what can't be is said at its row (R039-R045).
func TestRelationForm(t *testing.T) {
	d := newDesk(t, true)
	_, ewa := d.couple()
	jan := ewa - 1
	page := func(id int64) string { return fmt.Sprintf("/travelers/%d", id) }
	ann := d.as("ann")
	ann.get(page(ewa)+"?edit=relations").want(200, "", "/travelers/lookup", `name="relations[0].traveler_id"`, `name="relations[0].family"`)
	save := func(id int64, pairs ...string) *browser { return ann.post(page(id)+"/relations", pairs...) }

	// One by its name, one who isn't there yet, in one edit.
	save(ewa, "relations[0].traveler_id_q", "Jan Nowak", "relations[0].code", "spouse", "relations[0].from_date", "12.6.2001",
		"relations[1].family", "Nowak", "relations[1].given", "Zosia", "relations[1].sex", "F", "relations[1].code", "child").want(200, page(ewa), "Zosia Nowak", "Jan Nowak")
	own := kinOf(d, ewa)
	zosia := own["Zosia child"].T.ID
	if len(own) != 2 || own["Jan spouse"].From != "2001-06-12" || zosia == 0 {
		t.Fatalf("Ewa's: %v", own)
	}
	if back := kinOf(d, zosia); back["Ewa parent"].T.ID != ewa { // the inverse
		t.Errorf("Zosia's: %v", back)
	}
	ann.get(page(jan)).want(200, "", `href="`+page(ewa)+`"`)
	ann.get(page(zosia)).want(200, "", `href="`+page(ewa)+`"`)

	// Oneself, nobody, and a circle are refused at the row, nothing of the edit is stored.
	refused := func(id int64, text string, pairs ...string) {
		t.Helper()
		before := len(kinOf(d, id))
		save(id, pairs...).want(422, page(id)+"/relations", text)
		if after := len(kinOf(d, id)); after != before {
			t.Errorf("%d relations after %q, there were %d", after, text, before)
		}
	}
	refused(ewa, "A person isn’t related to themselves", "relations[0].traveler_id", fmt.Sprint(ewa), "relations[0].code", "friend")
	refused(ewa, "Nothing found for", "relations[0].traveler_id_q", "Nobody At All", "relations[0].code", "friend")
	ancestor := []string{"relations[0].traveler_id", fmt.Sprint(jan), "relations[0].code", "parent"}
	save(ewa, ancestor...) // Jan above Ewa, who is above Zosia
	refused(jan, "ancestor", "relations[0].traveler_id", fmt.Sprint(zosia), "relations[0].code", "parent")

	// Changed from the other side, both sides say so; a stale form overwrites nothing.
	k := kinOf(d, zosia)["Ewa parent"]
	row := func(version int64, more ...string) []string {
		return append([]string{"relations[0].id", fmt.Sprint(k.Relation.ID), "relations[0].version", fmt.Sprint(version)}, more...)
	}
	save(zosia, row(k.Version, "relations[0].code", "parent", "relations[0].note", "by adoption")...).want(200, page(zosia), "by adoption")
	if now := kinOf(d, ewa)["Zosia child"]; now.Note != "by adoption" {
		t.Errorf("Ewa's side: %+v", now)
	}
	save(zosia, row(k.Version, "relations[0].code", "parent", "relations[0].note", "stale words")...).want(422, page(zosia)+"/relations", "changed")
	if now := kinOf(d, zosia)["Ewa parent"]; now.Note != "by adoption" {
		t.Errorf("a stale form overwrote: %+v", now)
	}
	// Removed on one side it is gone on both.
	save(zosia, row(k.Version+1, "relations[0].delete", "1")...).want(200, page(zosia))
	if len(kinOf(d, zosia)) != 0 || kinOf(d, ewa)["Zosia child"].T.ID != 0 {
		t.Error("the relation is still there")
	}
	if regexp.MustCompile(`by adoption`).MatchString(d.as("bob").get(page(ewa)).want(404, "").body) {
		t.Error("bob reads of it")
	}
}

// TestRelationAsksOwnFields: who is created with a relation is asked for the fields of the
// agency's own that must be filled in, as on the form of a new traveler.
func TestRelationAsksOwnFields(t *testing.T) {
	d := newDesk(t, true)
	_, ewa := d.couple()
	dbtest.Update(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &field.Field{Name: "Club number", Areas: "traveler", Kind: field.Text, Requirement: field.Always, Active: true})
	})
	ann, page := d.as("ann"), fmt.Sprintf("/travelers/%d", ewa)
	ann.get(page+"?edit=relations").want(200, "", `name="relations[0].fields.club_number"`)
	kin := []string{"relations[0].family", "Nowak", "relations[0].given", "Zosia", "relations[0].code", "child"}
	ann.post(page+"/relations", kin...).want(422, page+"/relations", `name="relations[0].fields.club_number"`, i18n.For("en").T("error.required"))
	ann.post(page+"/relations", append(kin, "relations[0].fields.club_number", "77")...).want(200, page, "Zosia Nowak")
	if zosia := kinOf(d, ewa)["Zosia child"]; zosia.T.Fields != `{"club_number":"77"}` {
		t.Errorf("stored %q", zosia.T.Fields)
	}
}
