package api

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/jobs"
)

// acted waits until an act has ended.
func (k *kit) acted(who, location string) *reply {
	k.t.Helper()
	for range 1000 {
		r := k.do(who, "GET "+location[len(base):], "").want(200)
		if s := r.body["state"]; s != bulk.Running && s != bulk.Undoing {
			return r
		}
		time.Sleep(10 * time.Millisecond)
	}
	k.t.Fatal("the act doesn't end")
	return nil
}

// TestBulk changes, deletes and brings back many clients through the API.
func TestBulk(t *testing.T) {
	k := newKit(t)
	r := jobs.New(k.DB, slog.New(slog.DiscardHandler))
	r.Poll = 10 * time.Millisecond
	(&bulk.Service{DB: k.DB}).Register(r)
	r.Start(context.Background())
	defer r.Stop(context.Background())
	var ids []int64
	for i, who := range []string{"ann", "ann", "ann", "bob"} {
		ids = append(ids, k.do(who, "POST /clients", fmt.Sprintf(`{"name":"Lis%d/Ewa"}`, i)).want(201).id())
	}
	ticked := fmt.Sprintf(`"ids":[%d,%d,%d]`, ids[0], ids[1], ids[3]) // the last one is bob's
	order := `{"act":"modify","field":"status","value":"inactive",` + ticked + `}`
	k.do("ann:read", "POST /clients/bulk/preview", order).want(200).is("total", 2, "looked", 2, "changed", 2, "unchanged", 0, "refused", 0)
	if g := k.do("ann", "POST /clients/bulk/preview", order).want(200).at("groups.0"); fmt.Sprint(g) != "map[count:2 from:active to:inactive]" {
		t.Errorf("groups: %v", g)
	}
	k.do("ann:read", "POST /clients/bulk", order).bad(403)
	k.do("eva", "POST /clients/bulk", order).bad(403)

	first := k.do("ann", "POST /clients/bulk", order, "Idempotency-Key", "one").want(202)
	again := k.do("ann", "POST /clients/bulk", order, "Idempotency-Key", "one").want(202)
	if first.id() != again.id() || first.head.Get("Location") != again.head.Get("Location") {
		t.Errorf("done twice: %d, %d", first.id(), again.id())
	}
	act := first.head.Get("Location")
	k.acted("ann", act).is("state", "done", "changed", 2, "total", 2, "value", "inactive", "undoable", true)
	k.do("ann", fmt.Sprintf("GET /clients/%d", ids[0]), "").want(200).is("status", "inactive")
	k.do("bob", fmt.Sprintf("GET /clients/%d", ids[3]), "").want(200).is("status", "active")
	k.do("ann", fmt.Sprintf("GET /clients/%d/history", ids[0]), "").want(200).is("items.0.act_id", int(first.id()), "items.0.run_id", nil)
	if rows := k.do("ann", "GET "+act[len(base):]+"/rows?outcome=changed&limit=1", "").want(200); rows.body["next"] == nil {
		t.Errorf("rows: %s", rows.raw)
	} else {
		k.do("ann", fmt.Sprintf("GET %s/rows?outcome=changed&cursor=%v", act[len(base):], rows.body["next"]), "").want(200).
			is("items.0.name", "Lis1/Ewa", "items.0.from", "active", "items.0.to", "inactive", "next", nil)
	}
	k.do("max", "GET "+act[len(base):], "").bad(404)
	k.do("eva", "GET "+act[len(base):], "").want(200)
	k.do("eva", "GET /bulk-acts?limit=1", "").want(200).is("items.0.id", int(first.id()), "next", nil)
	k.do("ann", "PATCH "+fmt.Sprintf("/clients/%d", ids[1]), `{"status":"active"}`, "If-Match", "*").want(200)
	k.do("ann", "POST "+act[len(base):]+"/undo", "").want(202).is("state", "undoing")
	k.acted("ann", act).is("state", "undone", "undone", 1, "kept", 1, "undoable", false)
	k.do("ann", "GET "+act[len(base):]+"/rows?outcome=kept", "").want(200).is("items.0.reason", "Changed since by ann")
	k.do("ann", "POST "+act[len(base):]+"/cancel", "").bad(409)
	k.do("ann", "POST "+act[len(base):]+"/undo", "").bad(409)

	// All that match, by the parameters of the list.
	gone := k.do("ann", "POST /clients/bulk?name.starts=lis1", `{"act":"delete","all":true}`).want(202).is("total", 1, "value", "")
	k.acted("ann", gone.head.Get("Location")).is("state", "done", "changed", 1)
	k.do("ann", fmt.Sprintf("GET /clients/%d", ids[1]), "").bad(404)
	k.do("ann", "POST "+gone.head.Get("Location")[len(base):]+"/undo", "").want(202)
	k.acted("ann", gone.head.Get("Location")).is("state", "undone", "undone", 1)

	k.do("ann", "POST /clients/bulk/preview", `{"act":"modify","field":"advisor","value":"`+fmt.Sprint(k.Users["bob"].ID)+`",`+ticked+`}`).want(200).
		is("changed", 0, "refused", 2, "reasons.0.count", 2)
	for body, why := range map[string][2]string{
		`{"act":"modify","field":"name","value":"x",` + ticked + `}`:              {"field", "bulk.field"},
		`{"act":"modify","field":"status","value":"asleep",` + ticked + `}`:       {"value", "bulk.value"},
		`{"act":"modify","field":"status","op":"clear",` + ticked + `}`:           {"op", "choice"},
		`{"act":"zap",` + ticked + `}`:                                            {"act", "choice"},
		`{"act":"modify","field":"status","value":"inactive"}`:                    {"ids", "list.nothing_chosen"},
		`{"act":"modify","field":"status","value":"x","all":true,` + ticked + `}`: {"ids", "list.nothing_chosen"},
	} {
		k.do("ann", "POST /clients/bulk", body).bad(422, why[:]...)
	}
	k.do("ann", "POST /clients/bulk?nme=lis", `{"act":"delete","all":true}`).bad(422, "nme", "api.unknown_parameter")
	k.do("zoe", "POST /clients/bulk", order).bad(422)
	k.do("ann", "POST /travelers/bulk/preview", `{"act":"delete","ids":[999]}`).bad(422)
	k.do("ann", "POST /travelers/bulk", `{"act":"delete","ids":[999]}`).bad(422)
}
