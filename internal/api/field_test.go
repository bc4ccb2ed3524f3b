package api

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestOwnFields defines fields, fills them in, asks for them and keeps them from those
// who don't see them.
func TestOwnFields(t *testing.T) {
	k := newKit(t)
	made := func(body string) int64 {
		t.Helper()
		r := k.do("ada", "POST /fields", body)
		if r.status != 201 {
			t.Fatalf("%d %s", r.status, r.raw)
		}
		return int64(r.body["id"].(float64))
	}
	size := made(`{"name":"Shoe size","areas":"client,traveler","kind":"number"}`)
	made(`{"name":"Card","areas":"client","kind":"choice","choices":"GOLD=Gold card\nOLD=Old","default_value":"OLD"}`)
	made(`{"name":"Likes","areas":"client","kind":"several","choices":"SKI\nSUN"}`)
	made(`{"name":"Ski","areas":"traveler","kind":"yesno","requirement":"if","required_if":"fields.shoe_size filled"}`)
	secret := made(`{"name":"Secret","areas":"client","kind":"text","view_roles":"administrator"}`)
	for request, status := range map[string]int{
		"POST /fields": 403, fmt.Sprintf("GET /fields/%d", secret): 403, "GET /fields": 200,
	} {
		body := ""
		if strings.HasPrefix(request, "POST") {
			body = `{"name":"X","areas":"client","kind":"text"}`
		}
		if r := k.do("ann", request, body); r.status != status || strings.Contains(r.raw, "Secret") {
			t.Errorf("%s: %d %s", request, r.status, r.raw)
		}
	}
	if r := k.do("ann", "POST /clients", `{"name":"A/B","fields":{"nothing":1}}`); r.status != 422 || !strings.Contains(r.raw, "fields.nothing") {
		t.Errorf("%d %s", r.status, r.raw)
	}
	k.do("ann", "POST /clients", `{"name":"A/B","fields":{"shoe_size":{"a":1}}}`).answers(422)
	r := k.do("ann", "POST /clients", `{"travelers":[{"family":"A","given":"B","fields":{"shoe_size":40}}],"fields":{"shoe_size":42.5}}`)
	if r.status != 422 || !strings.Contains(r.raw, "travelers[0].fields.ski") {
		t.Errorf("%d %s", r.status, r.raw)
	}
	r = k.do("ann", "POST /clients", `{"travelers":[{"family":"A","given":"B","fields":{"shoe_size":40,"ski":false}}],"fields":{"shoe_size":42.5,"likes":["sun","SKI"]}}`)
	if r.status != 201 || !strings.Contains(r.raw, `"fields":{"card":"OLD","likes":["SKI","SUN"],"shoe_size":42.5}`) {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	id := int64(r.body["id"].(float64))
	one := fmt.Sprintf("/clients/%d", id)
	if r := k.do("ada", "PATCH "+one, `{"fields":{"secret":"plan B"}}`, "If-Match", "*"); r.status != 200 || !strings.Contains(r.raw, "plan B") {
		t.Errorf("%d %s", r.status, r.raw)
	}
	r = k.do("ann", "PATCH "+one, `{"fields":{"likes":null,"card":"gold card"}}`, "If-Match", "*")
	if r.status != 200 || !strings.Contains(r.raw, `"fields":{"card":"GOLD","shoe_size":42.5}`) {
		t.Errorf("%d %s", r.status, r.raw)
	}
	k.do("ann", "PATCH "+one, `{"fields":{"secret":"mine"}}`, "If-Match", "*").answers(422)
	if r := k.do("ada", "GET "+one, ""); !strings.Contains(r.raw, `"secret":"plan B"`) {
		t.Errorf("lost: %s", r.raw)
	}
	for query, want := range map[string]string{
		"field_shoe_size.least=42&columns=field_shoe_size,field_card": `"field_shoe_size":42.5,"field_card":"GOLD"`,
		"field_card=OLD":        `"items":[]`,
		"sort=-field_shoe_size": `"items":[{`,
		"field_nothing=1":       `list.unknown_field`,
		"field_secret=plan":     `list.unknown_field`,
		"columns=field_secret":  `list.unknown_field`,
		"field_shoe_size.odd=1": `list.unknown_operator`,
	} {
		r := k.do("ann", "GET /clients?"+query, "")
		if strings.Contains(want, "list.") {
			if r.status != 422 {
				t.Errorf("%s: %d %s", query, r.status, r.raw)
			}
		} else if r.status != 200 || !strings.Contains(r.raw, want) {
			t.Errorf("%s: %d %s", query, r.status, r.raw)
		}
	}
	r = k.do("ann", "GET "+one+"/history", "")
	if !strings.Contains(r.raw, "fields.card") || strings.Contains(r.raw, "secret") {
		t.Errorf("%s", r.raw)
	}
	if r := k.do("ada", fmt.Sprintf("DELETE /fields/%d", size), "", "If-Match", "*"); r.status != 409 {
		t.Errorf("in use: %d %s", r.status, r.raw)
	}
}

// answers demands a status.
func (r *reply) answers(status int) {
	r.t.Helper()
	if r.status != status {
		r.t.Errorf("%d %s, want %d", r.status, r.raw, status)
	}
}

// TestHiddenCondition: a field that must be filled in because of a hidden one is asked for
// by who sees that one only. The answer would tell what it has.
func TestHiddenCondition(t *testing.T) {
	k := newKit(t)
	dbtest.Update(t, k.DB, k.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for _, f := range []*field.Field{{Name: "Credit", Code: "credit", Areas: "client", Kind: field.Choice, Choices: "BAD=Bad\nOK=Ok", ViewRoles: "administrator", EditRoles: "administrator", Active: true},
			{Name: "Deposit", Code: "deposit", Areas: "client", Kind: field.Text, Requirement: field.If, RequiredIf: "fields.credit = BAD", Active: true}} {
			if err := record.Insert(ctx, tx, f); err != nil {
				return err
			}
		}
		return nil
	})
	k.do("ann", "GET /fields", "").want(200).is("items.0.code", "deposit", "items.0.requirement", "never", "items.0.required_if", "", "items.1", nil)
	k.do("ada", "GET /fields", "").want(200).is("items.1.requirement", "if", "items.1.required_if", "fields.credit = BAD")
	for _, credit := range []string{"BAD", "OK"} {
		id := k.do("ann", "POST /clients", `{"travelers":[{"family":"Lis","given":"Ewa"}]}`).want(201).id()
		at := fmt.Sprintf("PATCH /clients/%d", id)
		k.do("ada", at, `{"fields":{"credit":"`+credit+`","deposit":"x"}}`, "If-Match", "*").want(200)
		if credit == "BAD" {
			k.do("ada", at, `{"fields":{"deposit":null}}`, "If-Match", "*").bad(422, "fields.deposit", "required")
		}
		k.do("ann", at, `{"fields":{"deposit":null}}`, "If-Match", "*").want(200)
		k.do("ada", fmt.Sprintf("GET /clients/%d", id), "").is("fields.credit", credit)
	}
}
