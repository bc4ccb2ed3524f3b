package web_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow/clientlists"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/view"
)

// keep makes views and client lists, so that their pages have something to show:
// view 1 and lists 1 (fixed) and 2 (living) are shared, view 2 is the administrator's.
func keep(t *testing.T, s *site) {
	t.Helper()
	admin, err := agency.Acting(t.Context(), s.db, s.agency.ID, s.agency.People[0], "web")
	if err != nil {
		t.Fatal(err)
	}
	vip := list.Query{Filters: []list.Filter{{Key: "segment", Op: "any", Values: []string{"vip_incentive"}}, {Key: "status", Op: "any", Values: []string{"active"}}}, Sort: "-created"}
	shared := agency.Sharing{Share: agency.ForAll}
	dbtest.Update(t, s.db, admin, func(ctx context.Context, tx *db.Tx) error {
		for i, v := range []*view.View{{List: "client", Name: "VIP, newest first", Sharing: shared, Tab: true}, {List: "client", Name: "Companies of the coast"}, {List: "traveler", Name: "Birthdays this month"}} {
			q := vip
			if v.List == "traveler" {
				q = list.Query{Sort: "-created"}
			}
			if err := v.Keep(q); err != nil {
				return err
			}
			if err := view.Save(ctx, tx, v, i > 0); err != nil {
				return err
			}
			if i == 0 {
				if err := view.SetDefault(ctx, tx, v.ID, agency.Assistant, true); err != nil {
					return err
				}
			}
		}
		fixed := &clientlist.List{Name: "Christmas cards", Kind: clientlist.Fixed, Note: "By post, before the tenth of December", Sharing: shared}
		living := &clientlist.List{Name: "VIP", Kind: clientlist.Living, Sharing: shared}
		for _, l := range []*clientlist.List{fixed, living} {
			s := &list.Selection{IDs: []int64{3, 4, 5, 6, 7, 8}}
			if l == living {
				s = &list.Selection{All: true, Query: vip}
			}
			if _, err := clientlists.Create(ctx, tx, l, s); err != nil {
				return err
			}
		}
		gone := &clientlist.List{Name: "Fair in Gdańsk", Kind: clientlist.Fixed}
		if err := record.Insert(ctx, tx, gone); err != nil {
			return err
		}
		return record.Delete(ctx, tx, gone, gone.ID, 0)
	})
}

// TestViewPages: a view is made of what the list shows, shared, sent to a colleague who
// sees their own rows, changed by two people, deleted and restored; all by forms.
func TestViewPages(t *testing.T) {
	d := newDesk(t, true)
	aClient(t, d, "Annowska", "Ewa", "")
	other := &client.Client{Name: "Bobowski/Jan", Segment: "vip_incentive"}
	mine := &client.Client{Name: "Maxowska/Ola", Segment: "vip_incentive"}
	dbtest.Update(t, d.DB, d.As("bob"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, other) })
	dbtest.Update(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, mine) })
	max, ann, bob := d.as("max"), d.as("ann"), d.as("bob")

	max.post("/views/new", "v_list", "client", "segment", "vip_incentive", "sort", "-created").
		want(200, "", `name="v_name"`, `name="segment" value="vip_incentive"`, `name="sort" value="-created"`, `value="role:agent"`)
	max.post("/views/new", "v_list", "client", "segment", "vip_incentive", "v_name", " ").want(422, "", `name="v_name"`)
	max.post("/views/new", "v_list", "client", "segment", "vip_incentive", "v_name", "VIP", "who", "all", "v_tab", "1").want(200, "", "View “VIP” saved.", "Maxowska")
	var id int64
	dbtest.View(t, d.DB, d.As("max"), func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, "SELECT v.id FROM {view} v WHERE v.name = 'VIP'", nil, &id)
	})
	at, open := fmt.Sprintf("/views/%d", id), fmt.Sprintf("/clients?view=%d", id)
	if b := ann.get(open).want(200, "", "Maxowska", ">VIP"); strings.Contains(b.body, "Bobowski") || strings.Contains(b.body, "Annowska") {
		t.Error("ann sees a row that isn't hers, or isn't in the view")
	}
	if b := bob.get(open).want(200, "", "Bobowski"); strings.Contains(b.body, "Maxowska") {
		t.Error("bob sees ann's client through the view")
	}
	ann.post("/views/new", "v_list", "client", "v_name", "Own", "who", "all").want(403, "")
	ann.post("/views/new", "v_list", "client", "v_name", "Own", "v_pin", "1").want(200, "")
	ann.get("/views").want(200, "", "VIP", "Own", "Segment is VIP", "by max")
	ann.post(at, "name", "Mine", "version", "1").want(403, "")
	ann.post(at+"/pin", "on", "0").want(200, "/views")
	ann.post(at+"/delete").want(403, "")
	max.post(at, "version", "1", "name", "VIP clients", "who", "role:agent", "_tick.tab", "1").want(200, at, "VIP clients", "Role: Agent")

	max.post(at+"/default", "on", "1").want(200, "")
	max.get(at).want(200, at, "Start view set", `now: </span>VIP clients</ins>`) // not its number

	// Two people change what it asks: the second chooses.
	ada := d.as("ada")
	ada.post(at+"/update", "version", "2", "kind", "corporate").want(200, "")
	max.post(at+"/update", "version", "2", "segment", "regular").want(409, "", "changed this view", `name="segment" value="regular"`, `name="version" value="3"`, `value="client"`)
	max.post(at+"/update", "version", "3", "segment", "regular").want(200, "")

	max.post(at+"/delete").want(200, "/views", "VIP clients", "/restore")
	if b := ann.get("/views").want(200, "", "VIP clients"); strings.Contains(b.body, at+"/restore") {
		t.Error("ann is offered to restore what she may not change")
	}
	ann.get(open).want(404, "", "The view “VIP clients” has been deleted.")
	d.as("sue").get(open).want(404, "", "There is no such view")
	max.post(at+"/restore").want(200, at)
	ann.get(open).want(200, "")

	// A filter by a field that joe has no right to isn't left out: joe is told.
	max.post("/views/new", "v_list", "client", "v_name", "Source", "who", "all", "source_medium", "web_form").want(200, "")
	joe := d.as("joe")
	joe.get(fmt.Sprintf("/clients?view=%d", lastView(t, d))).want(422, "", "Source", "Open the list without the view")
	joe.get("/views").want(200, "", "isn’t visible to you")
}

func lastView(t *testing.T, d *desk) (id int64) {
	t.Helper()
	dbtest.View(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, "SELECT max(v.id) FROM {view} v", nil, &id)
	})
	return id
}

// TestClientListPages: ticked clients and all that match become lists, are added to,
// combined, taken out, deleted and restored; all by forms.
func TestClientListPages(t *testing.T) {
	d := newDesk(t, true)
	a, b := aClient(t, d, "Lis", "Ewa", "").Client.ID, aClient(t, d, "Wilk", "Jan", "").Client.ID
	foreign := &client.Client{Name: "Foreign/Client"}
	dbtest.Update(t, d.DB, d.As("bob"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, foreign) })
	ann := d.as("ann")
	ids := fmt.Sprintf("%d,%d", a, foreign.ID)
	ann.post("/lists/add", "ids", ids, "name", "x", "sort", "-created").want(200, "", "1 client", `name="ids" value="`+ids+`"`, `name="l_name"`)
	ann.post("/lists/add").want(422, "")
	ann.post("/lists/add", "ids", ids, "l_name", "Cards").want(200, "/lists/1", "1 client added", "Lis")
	ann.post("/lists/add", "ids", fmt.Sprintf("%d,%d", a, b), "to", "1").want(200, "/lists/1", "1 client added to “Cards”, 1 already on it.", "Wilk")
	ann.post("/lists/add", "all", "1").want(200, "", "living", "Cards")
	ann.post("/lists/add", "all", "1", "name", "lis", "l_name", "Foxes", "l_kind", "living").want(200, "/lists/2", "contains lis", "1 client")
	ann.get("/clients?list=2").want(200, "", "Lis")
	ann.post("/lists/combine", "first", "1", "second", "2", "way", "difference", "l_name", "No foxes").want(200, "/lists/3", "Wilk")
	ann.post("/lists/combine", "first", "1", "way", "difference", "l_name", "").want(422, "", "combine")
	ann.post("/lists/1/remove", "ids", fmt.Sprint(a)).want(200, "/lists/1", "1 client taken out")
	ann.post("/lists/2/remove", "ids", fmt.Sprint(a)).want(409, "")
	ann.post("/lists/new", "l_name", "Empty", "l_note", "for later").want(200, "/lists/4", "Empty", "for later")
	ann.get("/lists").want(200, "", "Cards", "Foxes", "No foxes", "Empty", "Fixed", "Living")
	d.as("bob").get("/lists/1").want(404, "")
	ann.post("/lists/1", "version", "99", "name", "Late").want(409, "", "Late")
	ann.post("/lists/1/delete").want(200, "/lists", "List “Cards” deleted.", "/lists/1/restore")
	ann.get("/lists/1").want(404, "", "The list “Cards” has been deleted.")
	ann.post("/lists/1/restore").want(200, "/lists/1", "Wilk")
	max := d.as("max")
	max.post("/lists/new", "l_name", "Everybody's", "who", "all").want(200, "/lists/5")
	max.post("/lists/5/delete").want(200, "/lists", "/lists/5/restore")
	max.get("/lists").want(200, "", "/lists/5/restore")
	if b := ann.get("/lists").want(200, "", "Everybody"); strings.Contains(b.body, "/lists/5/restore") {
		t.Error("ann is offered to restore what she may not change")
	}
	q := url.Values{"list": {"1"}}
	ann.get("/clients?"+q.Encode()).want(200, "", "Wilk")
}

// TestUnseenList: who finds a list that follows a private one is told that it's the other
// one that can't be seen, and neither its name nor its number.
func TestUnseenList(t *testing.T) {
	d := newDesk(t, true)
	aClient(t, d, "Lis", "Ewa", "")
	max, ann := d.as("max"), d.as("ann")
	max.post("/lists/new", "l_name", "Secret wishes").want(200, "/lists/1")
	max.post("/lists/add", "all", "1", "list", "1", "l_name", "Open", "l_kind", "living", "who", "all").want(200, "/lists/2", "Client list is Secret wishes")
	max.post("/views/new", "v_list", "client", "list", "1", "v_name", "Wishes", "who", "all").want(200, "")
	for path, want := range map[string]string{
		"/lists/2":        "“Open” follows another list that you can’t see",
		"/clients?list=2": "“Open” follows another list that you can’t see",
		"/clients?list=1": "There is no such list, or it isn’t shared with you.",
		"/views":          "Wishes",
	} {
		b := ann.get(path)
		if !strings.Contains(b.body, want) {
			t.Errorf("%s lacks %q", path, want)
		}
		if strings.Contains(b.body, "Secret wishes") || strings.Contains(b.body, "Client list is 1") {
			t.Errorf("%s tells the name or the number", path)
		}
		if path != "/clients?list=2" && !strings.Contains(b.body, "a list you can’t see") {
			t.Errorf("%s doesn't say what it follows", path)
		}
	}
	max.get("/lists/2").want(200, "", "Client list is Secret wishes")
}
