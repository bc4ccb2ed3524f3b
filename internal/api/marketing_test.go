package api

import (
	"fmt"
	"testing"

	"github.com/carnetcrm/carnet/internal/tag"
)

// TestMarketing imports an affiliation, gives a client codes and lists them; membership
// hides them; tags travel as a file.
func TestMarketing(t *testing.T) {
	k := newKit(t)
	k.do("ann", "POST /affiliations/import", string(tag.Example)).want(403)
	got := k.do("ada", "POST /affiliations/import", string(tag.Example)).want(200).body
	if got["created"] != float64(24) {
		t.Errorf("%v", got)
	}
	k.do("ada", "POST /affiliations/import", `{"format":"x"}`).want(422)
	id := int64(got["id"].(float64))
	codes := k.do("ann", fmt.Sprintf("GET /affiliations/%d/codes", id), "", "Accept-Language", "pl").want(200).body["items"].([]any)
	last := codes[len(codes)-1].(map[string]any)
	if last["name"] != "Podróże rodzinne" || last["kind"] != "preference" {
		t.Errorf("%v", last)
	}
	k.do("zoe", fmt.Sprintf("GET /affiliations/%d/codes", id), "").want(404)
	client := int64(k.do("ann", "POST /clients", `{"kind":"personal","travelers":[{"family":"Nowak","given":"Jan"}]}`).want(201).body["id"].(float64))
	at := fmt.Sprintf("/clients/%d/marketing", client)
	set := fmt.Sprintf(`{"affiliation_id":%d,"codes":[{"code_id":%v,"state":"wishes"}]}`, id, last["id"])
	k.do("bob", "PUT "+at, set).want(404)
	k.do("ann", "PUT "+at, fmt.Sprintf(`{"affiliation_id":%d,"codes":[{"code_id":%v,"state":"given"}]}`, id, last["id"])).want(422)
	if items := k.do("ann", "PUT "+at, set).want(200).body["items"].([]any); len(items) != 1 || items[0].(map[string]any)["state"] != "wishes" {
		t.Errorf("%v", items)
	}
	k.do("zoe", "GET "+at, "").want(404)
	list := k.do("ann", "GET /affiliations", "").want(200).body["items"].([]any)
	if a := list[0].(map[string]any); a["code"] != "EXAMPLE" || a["member"] != true {
		t.Errorf("%v", a)
	}
	k.do("ada", fmt.Sprintf("PATCH /affiliations/%d", id), `{"member":false}`, "If-Match", "*").want(200)
	if items := k.do("ann", "GET "+at, "").want(200).body["items"].([]any); len(items) != 0 {
		t.Errorf("no member, but %v", items)
	}

	k.do("ada", "POST /tags", `{"name":"Golf","kind":"interest"}`).want(201)
	file := k.do("ada", "GET /tag-file", "").want(200)
	if again := k.do("ada", "POST /tag-file", file.raw).want(200).body; again["created"] != float64(0) || again["skipped"] != float64(1) {
		t.Errorf("%v", again)
	}
	if there := k.do("zoe", "POST /tag-file", file.raw).want(200).body; there["created"] != float64(1) {
		t.Errorf("%v", there)
	}
}
