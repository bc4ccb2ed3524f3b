package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestAgency covers the agency, its offices and its lists.
func TestAgency(t *testing.T) {
	k := newKit(t)
	a := k.do("ann", "GET /agency", "").want(200).is("name", "Azymut", "see_agent", "own")
	k.do("ann", "PATCH /agency", `{"name":"X"}`, "If-Match", "*").want(403)
	k.do("ada", "PATCH /agency", `{"time_zone":"Mars","see_agent":"everything"}`, "If-Match", "*").bad(422, "see_agent", "choice", "time_zone", "agency.time_zone")
	k.do("ada", "PATCH /agency", `{"city":"Kraków"}`, "If-Match", a.head.Get("Etag")).want(200).is("city", "Kraków", "version", 2)
	for _, c := range []struct{ path, body, patch string }{
		{"/branches", `{"name":"East"}`, `{"city":"Lublin"}`},
		{"/departments", fmt.Sprintf(`{"name":"Groups","branch_id":%d}`, k.North.ID), `{"branch_id":null}`},
		{"/customer-types", `{"code":"p","name":"Personal","default_of":"personal"}`, `{"excluded":true}`},
		{"/tags", `{"name":"Gold"}`, `{"requirement":"recommended"}`},
	} {
		r := k.do("ada", "POST "+c.path, c.body).want(201).is("active", true)
		one := fmt.Sprintf("%s/%d", c.path, r.id())
		k.do("ada", "POST "+c.path, c.body).want(409)
		k.do("ann", "PATCH "+one, c.patch, "If-Match", "*").want(403)
		k.do("ada", "PATCH "+one, c.patch, "If-Match", `"1"`).want(200).is("version", 2)
		k.do("ann", "GET "+one, "").want(200).is("version", 2)
		if !slices.Contains(k.do("ann", "GET "+c.path, "").want(200).all("id"), fmt.Sprint(r.id())) {
			t.Errorf("%s isn't listed", one)
		}
		k.do("ada", "DELETE "+one, "", "If-Match", `"2"`).want(204)
		k.do("ada", "GET "+one, "").want(404)
	}
	k.do("ada", fmt.Sprintf("DELETE /branches/%d", k.North.ID), "", "If-Match", "*").want(409)
	p := k.do("ann", "GET /permissions", "").want(200)
	if !slices.Contains(p.all("right"), "client.edit") {
		t.Error(p.raw)
	}
	me := k.do("ann:read", "GET /me", "").want(200).is("name", "ann", "scope", "own", "read_only", true)
	if strings.Contains(fmt.Sprint(me.body["rights"]), "user.manage") {
		t.Error(me.raw)
	}
}

// TestTags: mandatory tags stay, unknown ones are made by who may.
func TestTags(t *testing.T) {
	k := newKit(t)
	id := k.person("ann", "Nowak", "Jan")
	path := fmt.Sprintf("/clients/%d/tags", id)
	k.do("ann", "POST "+path, `{"name":"Gold"}`).bad(422, "tags", "tag.unknown")
	k.do("ada", "POST /tags", `{"name":"Gold"}`).want(201)
	level := k.do("ada", "POST /tags", `{"name":"Level","takes_value":"required","choices":"A\nB","areas":"client","requirement":"mandatory"}`).want(201)
	link := k.do("ann", "POST "+path, `{"name":"gold"}`).want(200).is("items.0.name", "Gold", "items.1", nil)
	k.do("ann", "POST "+path, `{"name":"gold"}`).want(200).is("items.1", nil)
	k.do("ann", "POST "+path, `{"name":"level","value":"C"}`).bad(422, "value", "tag.value")
	two := k.do("ann", "POST "+path, `{"name":"level","value":"B"}`).want(200).is("items.1.value", "B", "items.1.tag_id", int(level.id()))
	k.do("ann", fmt.Sprintf("DELETE %s/%.0f", path, two.at("items.1.id")), "").want(409)
	k.do("ann", fmt.Sprintf("DELETE %s/%.0f", path, link.at("items.0.id")), "").want(204)
	k.do("ann", "GET "+path, "").want(200).is("items.0.name", "Level", "items.1", nil)
	k.do("ann", "POST /clients", `{"name":"Other/One"}`).bad(422, "tags", "tag.mandatory")
	k.do("ann", "POST /clients", `{"name":"Other/One","tags":[{"name":"Level","value":"A"}]}`).want(201).is("tags.0.value", "A")
	k.do("ann", fmt.Sprintf("GET /clients?tag=%d&count=1", level.id()), "").want(200).is("total", 2)
	k.do("ada", fmt.Sprintf("DELETE /tags/%d", level.id()), "", "If-Match", `"1"`).want(409) // two clients have it
	k.do("ann", fmt.Sprintf("GET /clients?tag=%d&count=1", level.id()), "").want(200).is("total", 2)
}

// TestAccess: a new password, lost factors, and who signed in, as on the pages.
func TestAccess(t *testing.T) {
	k := newKit(t)
	k.enable("ada", "ann")
	ann := k.Users["ann"].ID
	path := fmt.Sprintf("/users/%d/", ann)
	k.do("bob", "POST "+path+"password-reset", proved("{}")).want(403)
	k.do("ada", "POST "+path+"password-reset", "{}").want(403).is("code", "step_up")
	r := k.do("ada", "POST "+path+"password-reset", proved("{}")).want(200)
	if link, _ := r.at("link").(string); !strings.HasPrefix(link, "/reset/") {
		t.Errorf("link %q", link)
	}
	k.do("ada", fmt.Sprintf("POST /users/%d/password-reset", k.Zoe.ID), proved("{}")).want(404)
	k.do("ada", "POST "+path+"factors-reset", proved("{}")).want(204)
	k.do("ada", fmt.Sprintf("POST /users/%d/factors-reset", k.Zoe.ID), proved("{}")).want(404)
	k.do("ann", "GET /sign-ins", "").want(200).is("items.0.event", "totp_off", "items.0.user_id", int(ann), "items.1.event", "reset_link")
	all := k.do("ada", "GET /sign-ins?limit=1", "").want(200).is("items.1", nil)
	k.do("ada", "GET /sign-ins?limit=1&cursor="+all.at("next").(string), "").want(200)
	k.do("ada", fmt.Sprintf("GET /sign-ins?user_id=%d", ann), "").want(200).is("items.0.user_id", int(ann))
	k.do("bob", fmt.Sprintf("GET /sign-ins?user_id=%d", ann), "").want(200).is("items.0", nil)
	k.do("ada", "GET /sign-ins?user_id=x", "").bad(422, "user_id", "number")
}

// TestUsers covers people and their tokens.
func TestUsers(t *testing.T) {
	k := newKit(t)
	k.enable("ada", "ann")
	if got := k.do("ann", "GET /users", "").want(200).all("name"); len(got) != 7 || slices.Contains(got, "zoe") {
		t.Errorf("users %v", got)
	}
	k.do("ann", "POST /users", `{"name":"New","email":"new@example.com","role":"agent"}`).want(403)
	u := k.do("ada", "POST /users", proved(fmt.Sprintf(`{"name":"New","email":"New@Example.com","role":"agent","branch_id":%d}`, k.South.ID)), "Idempotency-Key", "u1").
		want(201).is("status", "invited", "email", "new@example.com", "has_clients", true)
	link, _ := u.at("link").(string)
	if !strings.HasPrefix(link, "/join/") || strings.Contains(k.do("ada", fmt.Sprintf("GET /users/%d", u.id()), "").raw, link) {
		t.Errorf("link %q", link)
	}
	one := fmt.Sprintf("/users/%d", u.id())
	again := k.do("ada", "POST "+one+"/invitation", proved("{}")).want(200)
	if again.at("link") == link {
		t.Error("the old link was given again")
	}
	k.do("ada", "PATCH "+one, `{"status":"active"}`, "If-Match", "*").bad(422, "status", "api.not_accepted")
	k.do("ada", "PATCH "+one, proved(`{"role":"boss"}`), "If-Match", "*").bad(422, "role", "choice")
	k.do("ada", "PATCH "+one, proved(`{"role":"manager","status":"disabled"}`), "If-Match", again.head.Get("Etag")).want(200).is("role", "manager", "status", "disabled")
	// Who is let in again and never had a password has their invitation to accept.
	k.do("ada", "PATCH "+one, proved(`{"status":"active"}`), "If-Match", "*").want(200).is("status", "invited")
	// Clients of somebody who is disabled need somebody else, as on the page.
	k.person("bob", "Lis", "Ewa")
	bob := fmt.Sprintf("/users/%d", k.Users["bob"].ID)
	k.do("ada", "PATCH "+bob, proved(`{"status":"disabled"}`), "If-Match", "*").bad(422, "hand_over_to", "agency.hand_over")
	k.do("ada", "PATCH "+bob, proved(fmt.Sprintf(`{"status":"disabled","hand_over_to":%d}`, k.Users["bob"].ID)), "If-Match", "*").bad(422, "hand_over_to", "agency.hand_over_self")
	k.do("ada", "PATCH "+bob, proved(fmt.Sprintf(`{"status":"disabled","hand_over_to":%d}`, k.Zoe.ID)), "If-Match", "*").bad(422, "hand_over_to", "client.advisor")
	k.do("ada", "PATCH "+bob, proved(fmt.Sprintf(`{"hand_over_to":%d}`, k.Users["ann"].ID)), "If-Match", "*").bad(422, "hand_over_to", "api.hand_over")
	k.do("ada", "GET "+bob, "").want(200).is("status", "active")
	k.do("ada", "PATCH "+bob, proved(fmt.Sprintf(`{"status":"disabled","hand_over_to":%d}`, k.Users["ann"].ID)), "If-Match", "*").want(200).is("status", "disabled")
	k.do("ada", fmt.Sprintf("GET /clients?count=1&advisor=%d", k.Users["ann"].ID), "").want(200).is("total", 1)
	k.do("ada", fmt.Sprintf("PATCH /users/%d", k.Users["ada"].ID), proved(`{"status":"disabled"}`), "If-Match", "*").want(409)
	k.do("ann", "PATCH /me", `{"theme":"dark","language":"pl"}`, "If-Match", "*").want(200).is("theme", "dark", "language", "pl")
	k.do("ann", "PATCH /me", `{"role":"administrator"}`, "If-Match", "*").bad(422, "role", "unknown_field")

	tok := k.do("ann", "POST /tokens", proved(`{"name":"Form","scope":"read","days":30}`), "Idempotency-Key", "t1").want(201).is("scope", "read")
	secret := tok.at("token").(string)
	k.do(secret, "GET /me", "").want(200).is("name", "ann", "read_only", true)
	k.do(secret, "POST /clients", `{"name":"X"}`).want(403)
	list := k.do("ann", "GET /tokens", "").want(200).is("items.0.name", "Form")
	if strings.Contains(list.raw, secret) {
		t.Error("the list shows the token")
	}
	k.do("bob", fmt.Sprintf("DELETE /tokens/%d", tok.id()), "").want(404)
	k.do("ann", fmt.Sprintf("DELETE /tokens/%d", tok.id()), "").want(204)
	k.do(secret, "GET /me", "").want(401)
	first := k.do("ann", "POST /tokens", proved(`{"name":"First","scope":"write"}`)).want(201).is("made_by", nil)
	second := k.do(first.at("token").(string), "POST /tokens", proved(`{"name":"Second","scope":"write"}`)).want(201).is("made_by", float64(first.id()))
	k.do("ann", fmt.Sprintf("DELETE /tokens/%d", first.id()), "").want(204)
	k.do(second.at("token").(string), "GET /me", "").want(401)
	k.do("ann", "POST /tokens", proved(`{"name":"Form","scope":"all"}`)).bad(422, "scope", "choice")
	k.do("ann", "POST /tokens", proved(`{"name":"Form","scope":"read","days":0}`)).bad(422, "days", "max")
}
