package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestParts goes through what hangs on clients and travelers.
func TestParts(t *testing.T) {
	k := newKit(t)
	client := k.person("ann", "Nowak", "Jan")
	traveler := k.do("ann", fmt.Sprintf("GET /clients/%d/travelers", client), "").want(200).at("items.0.traveler_id").(float64)
	for _, owner := range []string{fmt.Sprintf("/clients/%d", client), fmt.Sprintf("/travelers/%.0f", traveler)} {
		a := k.do("ann", "POST "+owner+"/communications", `{"type":"phone","value":"601 100 200","primary":true}`).want(201).
			is("norm", "+48601100200", "primary", true)
		if loc := a.head.Get("Location"); loc != fmt.Sprintf("%s%s/communications/%d", base, owner, a.id()) {
			t.Errorf("location %s", loc)
		}
		b := k.do("ann", "POST "+owner+"/communications", `{"type":"phone","value":"+44 20 7946 0000","primary":true,"sub_type":"work"}`).want(201)
		k.do("ann", "GET "+owner+"/communications", "").want(200).is("items.0.id", int(b.id()), "items.1.primary", false, "items.1.version", 2)
		one := fmt.Sprintf("%s/communications/%d", owner, a.id())
		k.do("ann", "GET "+one, "").want(200).is("version", 2)
		k.do("ann", "PATCH "+one, `{"description":"evenings"}`, "If-Match", `"1"`).want(412)
		k.do("ann", "PATCH "+one, `{"description":"evenings"}`, "If-Match", `"2"`).want(200).is("description", "evenings", "primary", false)
		k.do("ann", "PATCH "+one, `{"type":"email"}`, "If-Match", "*").bad(422, "value", "email")
		k.do("ann", "DELETE "+one, "", "If-Match", `"3"`).want(204)
		k.do("ann", "GET "+one, "").want(404)
		k.do("ann", "GET "+owner, "").want(200).is("phone", "+442079460000", "communications.1", nil)

		addr := k.do("ann", "POST "+owner+"/addresses", `{"kind":"physical","city":"Kraków","country":"Polska"}`).want(201).is("country", "PL")
		k.do("ann", "POST "+owner+"/addresses", `{"kind":"physical","city":"Sopot"}`).bad(409, "kind", "taken")
		one = fmt.Sprintf("%s/addresses/%d", owner, addr.id())
		k.do("ann", "PATCH "+one, `{"city":null,"street":"Długa 5"}`, "If-Match", `"1"`).want(200).is("city", "", "street", "Długa 5")
		k.do("bob", "PATCH "+one, `{"city":"x"}`, "If-Match", "*").want(404)

		c := k.do("ann", "POST "+owner+"/comments", `{"text":"Likes the sea"}`).want(201)
		one = fmt.Sprintf("%s/comments/%d", owner, c.id())
		k.do("ann", "PATCH "+one, `{"text":"Loves the sea"}`, "If-Match", `"1"`).want(200)
		k.do("eva", "GET "+owner+"/comments", "").want(200).is("items.0.text", "Loves the sea")
		k.do("ann", "DELETE "+one, "", "If-Match", "*").want(204)
		h := k.do("ann", "GET "+owner+"/history", "").want(200)
		if !strings.Contains(h.raw, `"field":"primary"`) || strings.Contains(h.raw, "is_primary") {
			t.Error("the history names columns: " + h.raw)
		}
	}
	path := fmt.Sprintf("/clients/%d/interface-ids", client)
	i := k.do("ann", "POST "+path, `{"system":"Sabre","value":"X1"}`).want(201).is("system", "sabre")
	k.do("ann", "POST "+path, `{"system":"sabre","value":"X1"}`).bad(409, "value", "taken")
	k.do("ann", "PATCH "+fmt.Sprintf("%s/%d", path, i.id()), `{"value":"X 2"}`, "If-Match", "*").bad(422, "value", "client.interface_id")
	// The parts of one record can't be reached through another one.
	other := k.person("ann", "Nowak", "Ewa")
	k.do("ann", fmt.Sprintf("DELETE /clients/%d/interface-ids/%d", other, i.id()), "", "If-Match", "*").want(404)
	k.do("ann", fmt.Sprintf("PATCH /clients/%d/interface-ids/%d", other, i.id()), `{"value":"Y"}`, "If-Match", "*").want(404)
	k.do("ann", fmt.Sprintf("GET /clients/%d/interface-ids/%d", other, i.id()), "").want(404)
}

// TestTravelers covers travelers and their place in clients.
func TestTravelers(t *testing.T) {
	k := newKit(t)
	client := k.person("ann", "Nowak", "Jan")
	path := fmt.Sprintf("/clients/%d/travelers", client)
	jan := int64(k.do("ann", "GET "+path, "").want(200).at("items.0.traveler_id").(float64))
	ewa := k.do("ann", "POST /travelers", fmt.Sprintf(`{"family":"Nowak","given":"Ewa","sex":"F","birth_date":"--03-12","role":"wife","client_id":%d,
		"communications":[{"type":"email","value":"ewa@example.com"}],"nationality":"Poland, de"}`, client)).want(201).
		is("clients.0.client_id", int(client), "clients.0.role", "wife", "email", "ewa@example.com", "nationality", "PL,DE", "birth_date", "--03-12").id()
	leo := k.do("ann", "POST /travelers", `{"family":"Nowak","given":"Leo"}`).want(201).is("clients.0", nil).id()
	k.do("bob", fmt.Sprintf("GET /travelers/%d", leo), "").want(404)
	l := k.do("ann", "POST "+path, fmt.Sprintf(`{"traveler_id":%d,"role":"son"}`, leo)).want(201).is("given", "Leo", "role", "son", "position", 2, "primary", false)
	k.do("ann", "POST "+path, fmt.Sprintf(`{"traveler_id":%d}`, leo)).bad(409, "traveler_id", "taken")
	one := fmt.Sprintf("%s/%d", path, leo)
	k.do("ann", "PATCH "+one, `{"role":null,"primary":true}`, "If-Match", l.head.Get("Etag")).want(200).is("role", "", "primary", true)
	k.do("ann", "GET "+path, "").want(200).is("items.0.primary", false, "items.2.primary", true)
	k.do("ann", "PUT "+path+"/order", fmt.Sprintf(`{"traveler_ids":[%d,%d]}`, leo, ewa)).bad(422, "traveler_ids", "api.order")
	k.do("ann", "PUT "+path+"/order", fmt.Sprintf(`{"traveler_ids":[%d,%d,%d]}`, leo, ewa, ewa)).bad(422, "traveler_ids", "api.order")
	got := k.do("ann", "PUT "+path+"/order", fmt.Sprintf(`{"traveler_ids":[%d,%d,%d]}`, leo, ewa, jan)).want(200).all("traveler_id")
	if want := []string{fmt.Sprint(leo), fmt.Sprint(ewa), fmt.Sprint(jan)}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	k.do("ann", "DELETE "+one, "", "If-Match", "*").want(204)
	k.do("ann", "GET "+one, "").want(404)
	tr := fmt.Sprintf("/travelers/%d", leo)
	k.do("ann", "PATCH "+tr, `{"birth_date":"2019-02-29"}`, "If-Match", "*").bad(422, "birth_date", "date")
	k.do("ann", "PATCH "+tr, `{"birth_date":"2020-02-29","do_not_contact":true}`, "If-Match", `"1"`).want(200).is("version", 2, "do_not_contact", true)
	k.do("ann", "GET /travelers?given=leo&birth_date.md=02-29&sort=-birth_date", "").want(200).is("items.0.id", int(leo), "items.1", nil)
	k.do("ann", "DELETE "+tr, "", "If-Match", `"2"`).want(204)
	k.do("ann", "POST /trash"+tr+"/restore", "").want(204)
	k.do("ann", "POST "+tr+"/restore", "").want(404)
	k.do("ann", "GET "+tr, "").want(200).is("given", "Leo", "version", 4)
	both := k.do("ann", "POST /clients", fmt.Sprintf(`{"name":"Nowak family","travelers":[{"id":%d,"role":"father"},{"id":%d,"primary":true}]}`, jan, ewa)).want(201)
	both.is("email", "ewa@example.com", "travelers.0.role", "father", "travelers.1.primary", true)
	k.do("ann", fmt.Sprintf("GET /clients/%d", both.id()), "").want(200).is("email", "ewa@example.com")
}

// TestLists covers pages, filters, columns and sorting.
func TestLists(t *testing.T) {
	k := newKit(t)
	var want []string
	for i := range 7 {
		want = append(want, fmt.Sprint(k.person("ann", fmt.Sprintf("Nowak%d", i), "Jan")))
	}
	k.do("ada", "POST /clients", `{"name":"Globex","kind":"corporate"}`).want(201)
	var got []string
	cursor := ""
	for range 10 {
		p := k.do("ann", "GET /clients?limit=3&sort=name&cursor="+cursor, "").want(200)
		got = append(got, p.all("id")...)
		next, more := p.at("next").(string)
		if !more {
			break
		}
		cursor = next
	}
	if !slices.Equal(got, want) {
		t.Errorf("pages %v, want %v", got, want)
	}
	k.do("ann", "GET /clients?limit=3&sort=-name&cursor="+cursor, "").bad(422, "cursor", "list.bad_cursor")
	if got := k.do("ann", "GET /clients?sort=-name&columns=name", "").want(200).all("id"); !slices.Equal(got, reversed(want)) {
		t.Errorf("descending %v", got)
	}
	k.do("ada", "GET /clients?kind=corporate&count=1", "").want(200).is("total", 1, "items.0.name", "Globex", "items.0.advisor_id", int(k.Users["ada"].ID))
	k.do("ada", fmt.Sprintf("GET /clients?advisor=%d&count=1", k.Users["ann"].ID), "").want(200).is("total", 7)
	k.do("ada", "GET /clients?name=nowak3&columns=id,name,advisor,travelers,created", "").want(200).
		is("items.0.name", "Nowak3/Jan", "items.0.advisor", "ann", "items.0.travelers", 1, "items.1", nil)
	row := k.do("ada", "GET /clients?name=nowak3&columns=name", "").want(200).at("items.0").(map[string]any)
	if len(row) != 2 {
		t.Errorf("columns %v", row)
	}
	k.do("ada", "GET /clients?name=nowak3&columns=payment_form,source_medium", "").want(200).is("items.0.payment_form", "")
	k.do("ann", fmt.Sprintf("POST /clients/%s/activities", want[0]), `{"type":"NOTE","subject":"Likes the sea","at":"2026-03-12T09:30:00Z"}`).want(201)
	k.do("ann", "GET /activities?columns=subject,direction", "").want(200).is("items.0.direction", "")
	k.do("ada", "GET /clients/code-proposal?name=Nowak/Jan&phone=601100200", "").want(200).is("code", "NOW200")
}

func reversed(list []string) []string {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}
