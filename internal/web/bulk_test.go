package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

// TestModifySeveral: choose the field, choose the value, look, do, undo.
func TestModifySeveral(t *testing.T) {
	d := newDesk(t, true)
	var ids []string
	var last int64
	for _, name := range []string{"Lis", "Wilk", "Sowa"} {
		last = aClient(t, d, name, "Ewa", "").Client.ID
		ids = append(ids, fmt.Sprint(last))
	}
	foreign := &client.Client{Name: "Foreign/Client"}
	dbtest.Update(t, d.DB, d.As("bob"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, foreign) })
	sel := strings.Join(append(ids, fmt.Sprint(foreign.ID)), ",")
	ann := d.as("ann")
	ann.post("/clients/modify", "ids", sel, "sort", "-created").want(200, "", "Change 3 clients", `value="status"`, `name="ids" value="`+sel+`"`, `href="/clients?sort=-created"`)
	ann.post("/clients/modify", "ids", sel, "act_field", "status").want(200, "", "Inactive", `name="act_step" value="look"`)
	ann.post("/clients/modify", "ids", sel, "act_field", "status", "act_step", "look").want(422, "", "field-error")
	ann.post("/clients/modify", "ids", sel, "act_field", "status", "act_step", "look", "act_value", "inactive").
		want(200, "", "nothing has been written yet", "Change 3 records", "Active", "Inactive", `name="act_count" value="3"`)
	if c := stored(t, d, last); c.Status != "active" {
		t.Fatal("looking changed something")
	}
	do := []string{"ids", sel, "sort", "-created", "act_field", "status", "act_op", "set", "act_value", "inactive", "act_step", "do"}
	ann.post("/clients/modify", append(do, "act_count", "5")...).want(200, "", "Different records match now")
	if c := stored(t, d, last); c.Status != "active" {
		t.Fatal("another number of records than was shown")
	}
	ann.post("/clients/modify", append(do, "act_count", "3")...).want(200, "/clients?sort=-created", "3 records changed", "/undo")
	if c := stored(t, d, last); c.Status != "inactive" {
		t.Fatal("nothing changed")
	}
	if c := stored(t, d, foreign.ID); c.Status != "active" {
		t.Fatal("a client that ann doesn't see was changed")
	}
	if c := ann.get("/clients/modify?ids=" + ids[0] + "&act_field=status&act_value=active&act_step=look"); c.status != 200 || strings.Contains(c.body, "Different records") {
		t.Error("a preview that nothing was confirmed of says that it is another one")
	}
	ann.get("/acts").want(200, "/acts", "Status: Inactive", "3 records changed.", "Done")
	ann.get("/clients/"+ids[0]).want(200, "", "Part of a bulk change", `href="/acts/1"`)
	d.as("max").get("/clients/"+ids[0]).want(200, "", "Inactive")
	if b := d.as("max").get("/clients/" + ids[0]); strings.Contains(b.body, "/acts/1") {
		t.Error("max is led to ann's act")
	}
	ann.get("/acts/1").want(200, "/acts/1", "What changes", "Undo the change", "Lis/Ewa")
	dbtest.Update(t, d.DB, d.As("max"), func(ctx context.Context, tx *db.Tx) error {
		var c client.Client
		return record.Edit(ctx, tx, &c, last, 0, func() error { c.Status = "active"; return nil })
	})
	ann.post("/acts/1/undo").want(200, "/acts/1", "2 records put back as they were.", "1 was left as it is.", "Changed since by max")
	ann.post("/acts/1/undo").want(409, "")
	ann.get("/acts/1/progress").want(200, "/acts/1")
	d.as("eva").get("/acts/1").want(200, "/acts/1", "ann")
	d.as("max").get("/acts/1").want(404, "")
	ann.get("/clients/modify").want(200, "/clients")
	ann.get("/clients/modify?ids="+ids[0]+"&act_field=status&act_value=inactive&act_step=do&act_count=1").want(200, "", "Change 1 record")
	if c := stored(t, d, last); c.Status != "active" {
		t.Error("a link did an act")
	}
}

// actSome leaves two acts: one that was refused here and there, and one that was
// undone after somebody had changed one of its clients.
func actSome(t *testing.T, s *site) {
	t.Helper()
	service := &bulk.Service{DB: s.db}
	admin := s.agency.Actor()
	sel := list.Selection{}
	for id := int64(1); id <= 40; id++ {
		sel.IDs = append(sel.IDs, id)
	}
	client.DemotionChecks = append(client.DemotionChecks, func(_ context.Context, _ *db.Tx, id int64) error {
		if id%7 == 0 {
			return errs.Bad("classification", "client.error.no_contact")
		}
		return nil
	})
	defer func() { client.DemotionChecks = nil }()
	for _, o := range []bulk.Order{{Field: "classification", Value: "prospect"}, {Field: "language", Value: "de"}} {
		o.Kind, o.What = "client", bulk.Modify
		act, err := service.Do(t.Context(), admin, o, sel)
		if err != nil {
			t.Fatal(err)
		}
		if o.Field != "language" {
			continue
		}
		dbtest.Update(t, s.db, admin, func(ctx context.Context, tx *db.Tx) error {
			for id := int64(8); id < 12; id++ {
				var c client.Client
				if err := record.Edit(ctx, tx, &c, id, 0, func() error { c.Language = "fr"; return nil }); err != nil {
					return err
				}
			}
			return nil
		})
		if _, err := service.Undo(t.Context(), admin, act.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// TestModifyMatching changes all that match, to the empty value, and a tag.
func TestModifyMatching(t *testing.T) {
	d := newDesk(t, true)
	for _, name := range []string{"Lis", "Lisowska", "Wilk"} {
		aClient(t, d, name, "Ewa", "")
	}
	g := &tag.Tag{Name: "Level", TakesValue: "free", Active: true}
	dbtest.Update(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, g) })
	ann := d.as("ann")
	ann.post("/clients/modify", "all", "1", "name.starts", "lis", "act_field", "tag", "act_op", "add", "act_value", fmt.Sprint(g.ID), "act_note", "gold", "act_step", "look").
		want(200, "", "Change 2 clients", "Tag added: Level: gold", "All that match: Client name starts with lis", `name="name.starts" value="lis"`)
	ann.post("/clients/modify", "all", "1", "name.starts", "lis", "act_field", "tag", "act_op", "add", "act_value", fmt.Sprint(g.ID), "act_note", "gold", "act_step", "do", "act_count", "2").
		want(200, "/clients?name.starts=lis", "2 records changed")
	ann.get("/acts/1").want(200, "", "Tag added: Level: gold", "All that match")
	ann.post("/clients/modify", "all", "1", "act_field", "language", "act_value", "pl", "act_step", "do", "act_count", "3").want(200, "/clients", "3 records changed")
	ann.post("/clients/modify", "all", "1", "act_field", "language", "act_clear", "1", "act_step", "look").want(200, "", "Language: cleared", "Polish", "empty")
	ann.post("/clients/modify", "all", "1", "act_field", "language", "act_clear", "1", "act_op", "clear", "act_step", "do", "act_count", "3").want(200, "/clients", "3 records changed")
	ann.post("/clients/modify", "all", "1", "name", "nobody").want(422, "")
	ann.post("/clients/modify", "ids", "").want(422, "")
	ann.post("/clients/modify", "ids", "7", "act_field", "name").want(422, "")
}

// TestActPage: a job shows how far it is, is stopped, and undone.
func TestActPage(t *testing.T) {
	d := newDesk(t, true)
	id := aClient(t, d, "Lis", "Ewa", "").Client.ID
	var act *bulk.Act
	dbtest.Update(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
		act, err = bulk.Begin(ctx, tx, bulk.Order{Kind: "client", What: bulk.Modify, Field: "status", Value: "inactive"}, list.Selection{IDs: []int64{id}})
		return err
	}) // and nobody does it: no jobs run here
	page := fmt.Sprintf("/acts/%d", act.ID)
	ann := d.as("ann")
	ann.get(page).want(200, page, "In progress", "0 of 1", `hx-get="`+page+`/progress"`, "Stop")
	ann.get(page+"/progress").want(200, page+"/progress", `hx-get="`+page+`/progress"`)
	ann.post(page+"/undo").want(409, "")
	d.as("bob").post(page+"/cancel").want(404, "")
	d.as("eva").get(page).want(200, page, "In progress")
	ann.post(page+"/cancel").want(200, page, "Stopped", "0 records changed.")
	ann.post(page+"/cancel").want(409, "")
	if c := stored(t, d, id); c.Status != "active" {
		t.Error("it was done")
	}
}

// TestRemoveSeveral confirms, tells both counts (L05), and brings all back.
func TestRemoveSeveral(t *testing.T) {
	d := newDesk(t, true)
	var ids []string
	var first int64
	for _, name := range []string{"Wilk", "Lis", "Sowa"} {
		first = aClient(t, d, name, "Ewa", "").Client.ID
		ids = append(ids, fmt.Sprint(first))
	}
	flow.Hindrances = append(flow.Hindrances, func(_ context.Context, _ *db.Tx, kind string, some []int64) (map[int64]error, error) {
		out := map[int64]error{}
		for _, id := range some {
			if kind == "client" && id == first {
				out[id] = errs.New(errs.Conflict, "client.error.shared_delete")
			}
		}
		return out, nil
	})
	defer func() { flow.Hindrances = nil }()
	sel := strings.Join(ids, ",")
	ann := d.as("ann")
	ann.post("/clients/remove", "ids", sel).want(200, "", "Delete 3 clients", "Delete 2 records", "These can’t be deleted", "Sowa/Ewa")
	ann.post("/clients/remove", "ids", sel, "act_step", "do", "act_count", "3").want(200, "/acts/1", "2 deleted. 1 could not be deleted.", "Restore them all")
	ann.get("/clients/"+ids[0]).want(404, "")
	ann.post("/acts/1/undo").want(200, "/acts/1", "2 restored from the trash.")
	ann.get("/clients/"+ids[0]).want(200, "")
	d.as("joe").post("/clients/remove", "ids", sel).want(403, "")
	d.as("zoe").post("/clients/remove", "ids", sel).want(422, "")
	d.as("zoe").post("/acts/1/cancel").want(404, "")
}

// TestLongSelection: what is too long for an address goes on in the form.
func TestLongSelection(t *testing.T) {
	d := newDesk(t, true)
	ids := []string{fmt.Sprint(aClient(t, d, "Lis", "Ewa", "").Client.ID)}
	for i := range 1000 {
		ids = append(ids, fmt.Sprint(100_000+i))
	}
	sel := strings.Join(ids, ",")
	ann := d.as("ann")
	ann.post("/clients/modify", "ids", ids[0]).want(200, "/clients/modify?ids="+ids[0])
	ann.post("/clients/modify", "ids", sel).want(200, "/clients/modify", "Change 1 client", sel)
	ann.post("/clients/modify", "ids", sel, "act_field", "status", "act_step", "look", "act_value", "inactive").want(200, "/clients/modify", "Change 1 record")
	ann.post("/clients/modify", "ids", sel, "act_field", "status", "act_op", "set", "act_step", "do", "act_value", "inactive", "act_count", "2").
		want(200, "/clients/modify", "Different records match now")
	ann.post("/clients/remove", "ids", sel).want(200, "/clients/remove", "Delete 1 record")
	ann.post("/lists/add", "ids", sel).want(200, "/lists/add", "1 client")
}
