package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const joanna = `{"travelers":[{"family":"Żółć","given":"Joanna","birth_date":"1980-03-12","communications":[{"type":"email","value":"Joanna@Example.com"}]}],
	"communications":[{"type":"phone","value":"601 234 567","primary":true}],
	"addresses":[{"kind":"mailing","city":"Sopot","country":"PL"},{"kind":"physical","street":"ul. Długa 5","city":"Kraków","country":"Poland"}],
	"tags":[{"name":"VIP"}],"interface_ids":[{"system":"Amadeus","value":"A1B2"}],"memo":"a \"quote\"\nand\ta line"}`

// TestClientLife takes one client through everything that can happen to it.
func TestClientLife(t *testing.T) {
	k := newKit(t)
	c := k.do("ada", "POST /clients", joanna).want(201)
	c.is("name", "Żółć/Joanna", "kind", "personal", "code", "ZOL567", "phone", "+48601234567", "email", "joanna@example.com",
		"city", "Kraków", "country", "PL", "version", 1, "memo", "a \"quote\"\nand\ta line", "travelers.0.family", "Żółć",
		"travelers.0.primary", true, "travelers.0.birth_date", "1980-03-12", "communications.0.norm", "+48601234567",
		"addresses.0.kind", "physical", "addresses.1.kind", "mailing", "tags.0.name", "VIP", "interface_ids.0.system", "amadeus")
	id := c.id()
	path := fmt.Sprintf("/clients/%d", id)
	if loc := c.head.Get("Location"); loc != base+path {
		t.Errorf("location %q", loc)
	}
	// What was answered at once is what is read later, but for the derived columns
	// of travelers that are written when the transaction ends.
	again := k.do("ada", "GET "+path, "").want(200)
	for _, name := range []string{"phone", "email", "city", "country", "code", "name"} {
		if again.at(name) != c.at(name) {
			t.Errorf("%s is %v, was answered as %v", name, again.at(name), c.at(name))
		}
	}
	if e := again.head.Get("Etag"); e != `"1"` {
		t.Errorf("etag %s", e)
	}
	k.do("ada", "PATCH "+path, `{"memo":"x"}`).want(428).is("code", "version_required")
	k.do("ada", "PATCH "+path, `{"memo":"x"}`, "If-Match", "abc").want(400).is("code", "bad_version")
	k.do("ada", "PATCH "+path, `{"memo":"mine","segment":"regular","anniversary":"--06-12"}`, "If-Match", `"1"`).want(200).
		is("memo", "mine", "segment", "regular", "anniversary", "--06-12", "version", 2, "name", "Żółć/Joanna")
	stale := k.do("max", "PATCH "+path, `{"memo":"theirs"}`, "If-Match", `"1"`).want(412)
	stale.is("code", "stale", "conflicts.0.path", "memo", "conflicts.0.mine", "theirs", "conflicts.0.theirs", "mine")
	k.do("ada", "PATCH "+path, `{"memo":null,"anniversary":null}`, "If-Match", `W/"2"`).want(200).is("memo", "", "anniversary", nil, "version", 3)
	k.do("ada", "PATCH "+path, `{}`, "If-Match", "*").want(200).is("version", 3)

	k.do("ada", "DELETE "+path, "").want(428)
	k.do("ada", "DELETE "+path, "", "If-Match", `"1"`).want(412)
	k.do("ada", "DELETE "+path, "", "If-Match", `"3"`).want(204)
	k.do("ada", "GET "+path, "").want(404).is("code", "not_found")
	traveler := int64(c.at("travelers.0.traveler_id").(float64))
	k.do("ada", fmt.Sprintf("GET /travelers/%d", traveler), "").want(404)
	k.do("ada", "GET /trash/clients", "").want(200).is("items.0.id", int(id), "items.0.deleted_by", int(k.Users["ada"].ID))
	k.do("ada", "GET /trash/travelers", "").want(200).is("items.0.name", "Żółć/Joanna")
	k.do("ada", "POST "+path+"/restore", "").want(200).is("travelers.0.given", "Joanna")
	k.do("ada", "GET /trash/clients", "").want(200).is("items.0", nil)
	h := k.do("ada", "GET "+path+"/history?limit=200", "").want(200)
	var kinds []string
	for _, e := range h.body["items"].([]any) {
		o := e.(map[string]any)
		kinds = append(kinds, fmt.Sprint(o["op"], " ", o["kind"]))
	}
	for _, want := range []string{"create client", "edit client", "delete client", "restore client", "create communication", "create tag_link"} {
		if !slices.Contains(kinds, want) {
			t.Errorf("no %q in the history: %q", want, kinds)
		}
	}
	page := k.do("ada", "GET "+path+"/history?limit=2", "").want(200)
	next := k.do("ada", "GET "+path+"/history?limit=2&cursor="+page.at("next").(string), "").want(200)
	if got, want := append(page.all("id"), next.all("id")...), h.all("id")[:4]; !slices.Equal(got, want) {
		t.Errorf("pages of the history %v, want %v", got, want)
	}
	k.do("ada", "DELETE "+path, "", "If-Match", "*").want(204)
	k.do("max", "DELETE /trash"+path, "").want(403).is("code", "forbidden")
	k.do("ada", "DELETE /trash"+path, "").want(403).is("code", "step_up")
	k.enable("ada")
	k.do("ada", "DELETE /trash"+path, proved("{}")).want(204)
	k.do("ada", "GET "+path+"/history", "").want(404)
	if strings.Contains(k.do("ada", "GET /trash/clients", "").raw, "Joanna") {
		t.Error("the purged client is still in the trash")
	}
}
