package api

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
)

// TestSentBack: a program that reads a record and sends back all of it, which many do,
// changes nothing: no version, no history, and above all no sealed value, which it only
// saw as "•••".
func TestSentBack(t *testing.T) {
	k := newKit(t)
	c := k.do("ada", "POST /clients", `{"travelers":[{"family":"Lis","given":"Ewa"}]}`).want(201)
	client, traveler := fmt.Sprintf("/clients/%d", c.id()), fmt.Sprintf("/travelers/%v", c.at("travelers.0.traveler_id"))
	programme := k.do("ada", "POST /programmes", `{"name":"Miles & More","kind":"air"}`).want(201).id()
	for _, tt := range []struct{ path, body string }{
		{client + "/communications", `{"type":"phone","value":"601 234 567","primary":true}`},
		{client + "/activities", `{"type":"PHONE","subject":"Crete","at":"2026-03-12T09:30:00.000Z","minutes":10,"persons":"Jan Lis","follow_on":"2026-04-01"}`},
		{client + "/addresses", `{"kind":"physical","street":"Długa 5","postal_code":"31-147","city":"Kraków","country":"PL"}`},
		{traveler + "/emergency-contacts", `{"name":"Jan","phone":"601 234 567"}`},
		{traveler + "/medical", `{"kind":"allergy","what":"nuts","severity":"allergy","valid_to":"2030-01-01","note":"a pen in the bag"}`},
		{traveler + "/loyalty", fmt.Sprintf(`{"programme_id":%d,"number":"992000123456789","pin":"4711"}`, programme)},
		{traveler + "/passports", `{"country":"PL","number":"AB1234567","expires":"2030-01-01"}`},
		{traveler + "/visas", `{"country":"US","number":"ED1234567"}`},
		{traveler + "/other-documents", `{"kind":"national_id","country":"PL","number":"ABC123456"}`},
		{traveler + "/cards", `{"number":"4111 1111 1111 1111","expires":"2031-05"}`},
	} {
		made := k.do("ada", "POST "+tt.path, tt.body).want(201)
		at := fmt.Sprintf("%s/%d", tt.path, made.id())
		for i := range operations {
			if o := &operations[i]; o.method == "PATCH" && fits(o.path, at) {
				back := map[string]any{}
				for _, m := range o.body.members {
					if v, ok := made.body[m.name]; ok && !m.readOnly {
						back[m.name] = v
					}
				}
				raw, _ := json.Marshal(back)
				k.do("ada", "PATCH "+at, string(raw), "If-Match", made.head.Get("Etag")).want(200).is("version", 1)
			}
		}
	}
	k.do("ada", "POST "+traveler+"/medical", `{"kind":"allergy","what":"•••"}`).bad(422, "what", "characters")
	dbtest.View(t, k.DB, k.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var edits int64
		err := tx.Row(ctx, "SELECT count(*) FROM {history} h WHERE h.op = 'edit'", nil, &edits)
		if edits > 0 {
			t.Errorf("the history has %d changes", edits)
		}
		return err
	})
}
