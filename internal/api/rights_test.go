package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// person makes a one-person client and returns its number.
func (k *kit) person(who, family, given string) int64 {
	k.t.Helper()
	return k.do(who, "POST /clients", fmt.Sprintf(`{"travelers":[{"family":%q,"given":%q}]}`, family, given)).want(201).id()
}

func ids(n ...int64) []string {
	out := []string{}
	for _, x := range n {
		out = append(out, fmt.Sprint(x))
	}
	slices.Sort(out)
	return out
}

// TestVisibility checks the exact set of clients that each person sees, on every
// way that leads to one.
func TestVisibility(t *testing.T) {
	k := newKit(t)
	ann, bob, zoe := k.person("ann", "Żółć", "Łukasz"), k.person("bob", "Żółć", "Anna"), k.person("zoe", "Żółć", "Zoe")
	sees := map[string][]int64{"ada": {ann, bob}, "max": {ann}, "sue": {ann}, "ann": {ann}, "bob": {bob},
		"joe": {ann, bob}, "eva": {ann, bob}, "zoe": {zoe}}
	check := func() {
		t.Helper()
		for _, who := range k.Names() {
			want := ids(sees[who]...)
			l := k.do(who, "GET /clients?count=1", "").want(200).is("total", len(want), "total_is_minimum", false)
			if got := l.all("id"); !slices.Equal(sortedTexts(got), want) {
				t.Errorf("%s lists %v, want %v", who, got, want)
			}
			if n := len(k.do(who, "GET /travelers", "").want(200).all("id")); n != len(want) {
				t.Errorf("%s lists %d travelers, want %d", who, n, len(want))
			}
			var found []string
			for _, x := range k.do(who, "GET /search?q=zolc", "").want(200).body["items"].([]any) {
				if o := x.(map[string]any); o["kind"] == "client" {
					found = append(found, fmt.Sprint(o["id"]))
				}
			}
			if !slices.Equal(sortedTexts(found), want) {
				t.Errorf("%s finds %v, want %v", who, found, want)
			}
			twins := k.do(who, "POST /duplicates", `{"name":"Zolc/Lukasz","people":["Zolc Anna","Zolc Zoe"]}`).want(200).all("id")
			if !slices.Equal(sortedTexts(twins), want) {
				t.Errorf("%s is told of %v, want %v", who, twins, want)
			}
			for _, id := range []int64{ann, bob, zoe} {
				status := 404
				if slices.Contains(sees[who], id) {
					status = 200
				}
				for _, part := range []string{"", "/travelers", "/communications", "/addresses", "/tags", "/interface-ids", "/history", "/shares"} {
					if part == "/shares" && who == "joe" {
						status = 403 // R021: not for those who don't see the agency section
					}
					k.do(who, fmt.Sprintf("GET /clients/%d%s", id, part), "").want(status)
				}
			}
		}
	}
	check()
	share := k.do("ann", fmt.Sprintf("POST /clients/%d/shares", ann), fmt.Sprintf(`{"user_id":%d,"can_edit":false}`, k.Users["bob"].ID)).want(201)
	sees["bob"] = []int64{ann, bob}
	check()
	path := fmt.Sprintf("/clients/%d", ann)
	k.do("bob", "PATCH "+path, `{"memo":"x"}`, "If-Match", "*").want(403)
	k.do("bob", "POST "+path+"/shares", fmt.Sprintf(`{"user_id":%d}`, k.Users["joe"].ID)).want(403)
	one := fmt.Sprintf("%s/shares/%d", path, share.id())
	k.do("ann", "PATCH "+one, `{"can_edit":true}`, "If-Match", share.head.Get("Etag")).want(200).is("can_edit", true, "version", 2)
	k.do("bob", "PATCH "+path, `{"memo":"x"}`, "If-Match", "*").want(200).is("memo", "x")
	k.do("bob", "DELETE "+path, "", "If-Match", "*").want(403)
	k.do("ann", "DELETE "+fmt.Sprintf("/clients/%d/shares/%d", bob, share.id()), "", "If-Match", "*").want(404)
	k.do("ann", "DELETE "+one, "", "If-Match", "*").want(204)
	sees["bob"] = []int64{bob}
	check()
	all := k.do("bob", "POST /shares", fmt.Sprintf(`{"user_id":%d}`, k.Users["ann"].ID)).want(201).is("can_edit", true, "advisor_id", int(k.Users["bob"].ID))
	sees["ann"] = []int64{ann, bob}
	check()
	if got := k.do("ann", "GET /shares", "").want(200).all("id"); !slices.Equal(got, ids(all.id())) {
		t.Errorf("ann sees the shares %v", got)
	}
	k.do("zoe", "GET /shares", "").want(200).is("items.0", nil)
	k.do("bob", fmt.Sprintf("DELETE /shares/%d", all.id()), "", "If-Match", `"1"`).want(204)
	sees["ann"] = []int64{ann}
	check()
}

func sortedTexts(list []string) []string {
	out := slices.Clone(list)
	if out == nil {
		out = []string{}
	}
	slices.Sort(out)
	return out
}

// TestMatrix calls every operation as every person: who lacks its right is refused
// before anything is read, read-only tokens never write, and nobody gets in
// without a token.
func TestMatrix(t *testing.T) {
	k := newKit(t)
	if len(Routes()) != len(operations) || len(operations) < 80 {
		t.Fatalf("%d routes of %d operations", len(Routes()), len(operations))
	}
	for i, route := range Routes() {
		body := ""
		if operations[i].body != nil {
			body = "{}"
		}
		call := func(token string) int {
			path := strings.NewReplacer("{id}", "999999", "{number}", "999999", "{traveler}", "999999").Replace(route.Path)
			r := httptest.NewRequest(route.Method, path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("If-Match", "*")
			if token != "" {
				r.Header.Set("Authorization", "Bearer "+token)
			}
			w := httptest.NewRecorder()
			k.api.ServeHTTP(w, r)
			return w.Code
		}
		for _, token := range []string{"", "nobody"} {
			if got := call(token); got != http.StatusUnauthorized {
				t.Errorf("%s with token %q: %d", route.ID, token, got)
			}
		}
		for _, who := range k.Names() {
			may := k.As(who).May(route.Need)
			got := call(who + ":read")
			if want := !may || route.Writes; (got == http.StatusForbidden) != want {
				t.Errorf("%s with a read-only token of %s: %d", route.ID, who, got)
			}
			if operations[i].method == "GET" || !may {
				if got = call(who); (got == http.StatusForbidden) == may || got >= 500 {
					t.Errorf("%s as %s: %d", route.ID, who, got)
				}
			}
		}
	}
}

// TestFieldRights: who lacks the right to the agency section doesn't see its fields
// and can't set them.
func TestFieldRights(t *testing.T) {
	k := newKit(t)
	id := k.do("ada", "POST /clients", `{"name":"Kowalska/Joanna","kind":"corporate","source_medium":"fair","source_detail":"Berlin"}`).
		want(201).is("source_medium", "fair", "owner_kind", "agent").id()
	path := fmt.Sprintf("/clients/%d", id)
	c := k.do("joe", "GET "+path, "").want(200)
	for _, name := range []string{"source_medium", "source_detail", "owner_kind"} {
		if _, there := c.body[name]; there {
			t.Errorf("the accountant sees %s", name)
		}
	}
	if strings.Contains(k.do("joe", "GET "+path+"/history", "").want(200).raw, "Berlin") {
		t.Error("the accountant reads the source in the history")
	}
	k.do("ada", "POST "+path+"/shares", fmt.Sprintf(`{"user_id":%d}`, k.Users["bob"].ID)).want(201)
	k.do("ada", "POST "+path+"/comments", `{"text":"pays late"}`).want(201)
	for who, told := range map[string]bool{"ada": true, "joe": false} {
		raw := k.do(who, "GET "+path+"/history", "").want(200).raw
		for _, kind := range []string{"share", "comment"} {
			if strings.Contains(raw, `"kind":"`+kind+`"`) != told {
				t.Errorf("%s reads of a %s in the history: %v, want %v", who, kind, !told, told)
			}
		}
	}
	k.do("joe", "GET "+path+"/comments", "").want(403)
	k.do("joe", "GET /clients?source_medium=fair", "").bad(422, "source_medium", "api.unknown_parameter")
	k.do("joe", "GET /clients?columns=source_medium", "").bad(422, "columns", "list.unknown_field")
	k.do("ada", "GET /clients?source_medium=fair&columns=source_medium", "").want(200).is("items.0.source_medium", "fair")
}

// TestOtherAgency: nothing of one agency can be named from another one.
func TestOtherAgency(t *testing.T) {
	k := newKit(t)
	ours := k.person("ada", "Nowak", "Jan")
	theirs := k.person("zoe", "Nowak", "Zoe")
	their := k.do("zoe", fmt.Sprintf("GET /clients/%d", theirs), "").want(200)
	traveler := int64(their.at("travelers.0.traveler_id").(float64))
	branch := k.do("zoe", "POST /branches", `{"name":"Secret"}`).want(201).id()
	k.do("ada", fmt.Sprintf("POST /clients/%d/travelers", ours), fmt.Sprintf(`{"traveler_id":%d}`, traveler)).bad(422, "traveler_id", "client.traveler")
	for _, body := range []string{fmt.Sprintf(`{"advisor_id":%d}`, k.Zoe.ID), fmt.Sprintf(`{"branch_id":%d}`, branch)} {
		if r := k.do("ada", fmt.Sprintf("PATCH /clients/%d", ours), body, "If-Match", "*"); r.status < 400 {
			t.Errorf("%s was taken: %s", body, r.raw)
		}
	}
	k.do("ada", "POST /travelers", fmt.Sprintf(`{"family":"X","client_id":%d}`, theirs)).want(404)
	k.do("ada", "POST /travelers", fmt.Sprintf(`{"family":"X","main_traveler_id":%d}`, traveler)).bad(422, "main_traveler_id", "traveler.main")
	k.do("ada", fmt.Sprintf("PATCH /branches/%d", branch), `{"name":"Mine"}`, "If-Match", "*").want(404)
	k.do("ada", fmt.Sprintf("GET /users/%d", k.Zoe.ID), "").want(404)
	if raw := k.do("ada", "GET /branches", "").want(200).raw; strings.Contains(raw, "Secret") {
		t.Error("branches of the other agency: " + raw)
	}
	for _, p := range []string{"/clients", "/travelers", "/users", "/trash/clients", "/tags", "/customer-types", "/departments"} {
		if raw := k.do("ada", "GET "+p, "").want(200).raw; strings.Contains(raw, "Zoe") || strings.Contains(raw, "zoe") {
			t.Errorf("%s shows the other agency: %s", p, raw)
		}
	}
}
