package api

import (
	"fmt"
	"strings"
	"testing"
)

// TestTaste goes through preferences, memberships, special dates and emergency contacts
// of a traveler, and the lists of which they choose.
func TestTaste(t *testing.T) {
	k := newKit(t)
	client := k.person("ann", "Nowak", "Jan")
	id := k.do("ann", fmt.Sprintf("GET /clients/%d/travelers", client), "").want(200).at("items.0.traveler_id").(float64)
	at := fmt.Sprintf("/travelers/%.0f", id)
	p := k.do("ann", "POST "+at+"/preferences", `{"field":"airline","code":"lh"}`).want(201).is("code", "LH", "degree", "like")
	k.do("ann", "POST "+at+"/preferences", `{"field":"airline","code":"LH","degree":"avoid"}`).bad(422, "code", "preference.once")
	k.do("ann", "POST "+at+"/preferences", `{"field":"airline","code":"XX9"}`).bad(422, "code", "preference.code")
	k.do("ann", "POST "+at+"/preferences", `{"field":"nothing","code":"LH"}`).bad(422, "field", "preference.field")
	k.do("ann", "POST "+at+"/preferences", `{"field":"destination","code":"Japan","degree":"been","number":2019}`).want(201).is("code", "JP", "number", 2019)
	one := fmt.Sprintf("%s/preferences/%d", at, p.id())
	k.do("ann", "PATCH "+one, `{"degree":"avoid","note":"lost a bag"}`, "If-Match", `"1"`).want(200).is("degree", "avoid", "version", 2)
	k.do("ann", "PATCH "+one, `{"degree":"like"}`, "If-Match", `"1"`).want(412)
	k.do("bob", "GET "+one, "").want(404)
	k.do("ann", "GET "+at+"/preferences", "").want(200).is("items.0.field", "destination", "items.1.note", "lost a bag")
	k.do("ann", "DELETE "+one, "", "If-Match", "*").want(204)

	m := k.do("ann", "POST /programmes", `{"name":"Miles & More"}`).want(201).is("kind", "air", "supplier", "Lufthansa Group")
	k.do("ann", fmt.Sprintf("PATCH /programmes/%d", m.id()), `{"active":false}`, "If-Match", "*").want(403)
	l := k.do("ann", "POST "+at+"/loyalty", fmt.Sprintf(`{"programme_id":%d,"number":"99 22","pin":"zq4711","default":true}`, m.id())).want(201).is("pin", "•••", "default", true)
	if strings.Contains(k.do("ann", "GET "+at+"/loyalty", "").want(200).raw+k.do("ann", "GET "+at+"/history", "").want(200).raw, "zq4711") {
		t.Error("the PIN is answered")
	}
	k.do("ann", fmt.Sprintf("PATCH %s/loyalty/%d", at, l.id()), `{"tier":"Senator"}`, "If-Match", `"1"`).want(200).is("pin", "•••", "tier", "Senator")
	k.do("ann", "POST "+at+"/loyalty", `{"programme_id":4711,"number":"1"}`).bad(422, "programme", "loyalty.programme")

	k.do("ann", "POST "+at+"/special-dates", `{"type":"WEDDING","date":"2001-06-12","remind_days":14}`).want(201).is("yearly", true)
	k.do("ann", "POST "+at+"/special-dates", `{"type":"NOTHING","date":"2001-06-12"}`).bad(422, "type", "preference.code")
	k.do("ann", "POST "+at+"/emergency-contacts", `{"name":"Ewa","phone":"+48 601 100 200"}`).want(201).is("phone_norm", "+48601100200")
	k.do("ann", "POST "+at+"/emergency-contacts", `{"name":"Ewa"}`).bad(422, "phone", "preference.reach")

	k.do("ann", "POST /options", `{"list":"room","label":"Lake view"}`).want(403)
	o := k.do("ada", "POST /options", `{"list":"room","label":"Lake view"}`).want(201).is("code", "LAKE_VIEW", "active", true)
	k.do("ada", fmt.Sprintf("PATCH /options/%d", o.id()), `{"code":"OTHER"}`, "If-Match", "*").bad(422, "code", "option.fixed")
	lists := k.do("ann", "GET /option-lists", "", "Accept-Language", "pl").want(200).raw
	for _, s := range []string{`"code":"LAKE_VIEW","label":"Lake view","active":true,"shipped":false`, `"code":"RO","label":"Bez wyżywienia"`, `"code":"HFML","label":"Posiłek bogaty w błonnik","active":false`} {
		if !strings.Contains(lists, s) {
			t.Errorf("the lists lack %s", s)
		}
	}
	k.do("ann", "POST "+at+"/preferences", `{"field":"room","code":"LAKE_VIEW"}`).want(201)
	if f := k.do("ann", "GET /preference-fields", "", "Accept-Language", "de").want(200).raw; !strings.Contains(f, `"key":"airline","category":"flight","label":"Fluggesellschaften","kind":"likes","list":"airline","degrees":["like","avoid"]`) {
		t.Error(f)
	}
}
