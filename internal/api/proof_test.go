package api

import (
	"fmt"
	"testing"
)

// TestPeopleProof: whom a token lets in, and as what, takes proof of who holds it.
func TestPeopleProof(t *testing.T) {
	k := newKit(t)
	k.enable("ada")
	refused := func(request, body string, header ...string) {
		t.Helper()
		k.do("ada", request, body, header...).want(403).is("code", "step_up")
	}
	const newcomer = `{"name":"New","email":"new@example.com","role":"administrator"}`
	refused("POST /users", newcomer)
	k.do("ada", "POST /users", `{"name":"New","email":"new@example.com","role":"administrator","password":"wrong"}`).bad(422, "password", "login.password")
	one := fmt.Sprintf("/users/%d", k.do("ada", "POST /users", proved(newcomer)).want(201).id())
	refused("POST "+one+"/invitation", "")
	refused("POST "+one+"/invitation", "{}")
	k.do("ada", "POST "+one+"/invitation", proved("{}")).want(200)
	ann := fmt.Sprintf("PATCH /users/%d", k.Users["ann"].ID)
	for _, body := range []string{`{"role":"administrator"}`, `{"email":"other@example.com"}`, `{"status":"disabled"}`} {
		refused(ann, body, "If-Match", "*")
	}
	k.do("ada", ann, `{"phone":"+48 601 234 567","email":"Ann@example.com","role":"agent","status":"active"}`, "If-Match", "*").want(200)
	k.do("ada", ann, proved(`{"role":"manager","status":"disabled"}`), "If-Match", "*").want(200).is("role", "manager", "status", "disabled")
	refused(ann, `{"status":"active"}`, "If-Match", "*")
}
