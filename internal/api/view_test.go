package api

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/record"
)

// ask is do with the version of whatever is there, and the status that is wanted.
func (k *kit) ask(who, method, path, body string, want int) *reply {
	k.t.Helper()
	var header []string
	if method == "PATCH" || method == "DELETE" {
		header = []string{"If-Match", "*"}
	}
	return k.do(who, method+" "+path, body, header...).want(want)
}

func (r *reply) num(path string) int64 {
	n, _ := r.at(path).(float64)
	return int64(n)
}

func (r *reply) str(path string) string {
	s, _ := r.at(path).(string)
	return s
}

func (r *reply) list(path string) []any {
	l, _ := r.at(path).([]any)
	return l
}

// TestViews saves, shares, uses, changes and deletes a view.
func TestViews(t *testing.T) {
	k := newKit(t)
	for _, name := range []string{"Annone", "Anntwo"} {
		k.ask("ann", "POST", "/clients", `{"segment":"vip_incentive","travelers":[{"family":"`+name+`"}]}`, 201)
	}
	k.ask("bob", "POST", "/clients", `{"segment":"vip_incentive","kind":"corporate","name":"Bobcorp"}`, 201)
	k.ask("bob", "POST", "/clients", `{"segment":"regular","travelers":[{"family":"Bobtwo"}]}`, 201)

	k.ask("ann", "POST", "/views", `{"list":"client","name":"VIP","share":"all"}`, 403)
	k.ask("ann", "POST", "/views", `{"list":"client","name":"VIP","query":"shoe_size=46"}`, 422)
	k.ask("ann", "POST", "/views", `{"list":"client","name":"VIP","query":"segment.nonsense=46&view=3"}`, 422)
	v := k.ask("max", "POST", "/views", `{"list":"client","name":"VIP","share":"all","tab":true,"pin":true,"query":"segment=vip_incentive&sort=-name&cols=name,segment"}`, 201)
	id := v.num("id")
	path := fmt.Sprintf("/views/%d", id)
	if q := v.str("query"); q != "cols=name%2Csegment&segment=vip_incentive&sort=-name" {
		t.Errorf("the view asks %s", q)
	}
	names := func(who, query string) (out []string) {
		t.Helper()
		for _, c := range k.ask(who, "GET", "/clients?"+query, "", 200).list("items") {
			out = append(out, c.(map[string]any)["name"].(string))
		}
		return out
	}
	for _, tt := range []struct {
		who, query string
		want       []string
	}{
		{"ada", "", []string{"Bobcorp", "Anntwo", "Annone"}},
		{"ann", "", []string{"Anntwo", "Annone"}},
		{"bob", "", []string{"Bobcorp"}},
		{"ada", "&sort=name", []string{"Annone", "Anntwo", "Bobcorp"}},
		{"ada", "&kind=corporate", []string{"Bobcorp"}},
		{"ada", "&where=" + url.QueryEscape(`{"any":true,"filters":[{"key":"kind","op":"any","values":["corporate"]},{"key":"name","op":"contains","values":["one"]}]}`), []string{"Bobcorp", "Annone"}},
	} {
		if got := names(tt.who, fmt.Sprintf("view=%d%s", id, tt.query)); !slices.Equal(got, tt.want) {
			t.Errorf("%s sees %q with view%s, want %q", tt.who, got, tt.query, tt.want)
		}
	}
	k.ask("ann", "GET", fmt.Sprintf("/travelers?view=%d", id), "", 404)
	k.ask("zoe", "GET", fmt.Sprintf("/clients?view=%d", id), "", 404)
	k.ask("ann", "GET", "/clients?view=x", "", 422)
	k.ask("zoe", "GET", path, "", 404)

	// Found by those it is shared with, changed by those who may.
	if n := len(k.ask("bob", "GET", "/views?list=client", "", 200).list("items")); n != 1 {
		t.Errorf("bob finds %d views", n)
	}
	k.ask("bob", "PATCH", path, `{"name":"Mine"}`, 403)
	k.ask("ada", "PATCH", path, `{"list":"traveler"}`, 422)
	ann := k.ask("ann", "POST", "/views", `{"list":"client","name":"Own"}`, 201)
	k.ask("ada", "GET", fmt.Sprintf("/views/%d", ann.num("id")), "", 404)
	if q := k.ask("ada", "PATCH", path, `{"query":"kind=corporate"}`, 200).str("query"); q != "kind=corporate" {
		t.Errorf("the changed view asks %s", q)
	}
	if got := names("bob", fmt.Sprintf("view=%d", id)); !slices.Equal(got, []string{"Bobcorp"}) {
		t.Errorf("bob sees %q with the changed view", got)
	}
	k.ask("bob", "POST", path+"/pin", `{"on":true}`, 200)
	k.ask("bob", "POST", path+"/default", `{"role":"agent","on":true}`, 403)
	k.ask("max", "POST", path+"/default", `{"role":"agent","on":true}`, 200)
	k.ask("max", "DELETE", path, "", 204)
	if p := k.ask("bob", "GET", path, "", 404); !strings.Contains(p.str("detail"), "VIP") {
		t.Errorf("bob isn't told that the view was deleted: %v", p)
	}
	k.ask("bob", "POST", path+"/restore", "", 403)
	k.ask("max", "POST", path+"/restore", "", 200)

	// A filter that the reader may not use is named, never left out.
	secret := k.ask("max", "POST", "/views", `{"list":"client","name":"Source","share":"all","query":"source_medium=web_form"}`, 201)
	if p := k.ask("joe", "GET", fmt.Sprintf("/clients?view=%d", secret.num("id")), "", 422); !strings.Contains(p.str("detail"), "source_medium") {
		t.Errorf("joe isn't told which field it is: %v", p)
	}
}

// TestClientLists makes, fills, reads, combines and deletes lists.
func TestClientLists(t *testing.T) {
	k := newKit(t)
	client := func(who, family, segment string) int64 {
		return k.ask(who, "POST", "/clients", `{"segment":"`+segment+`","travelers":[{"family":"`+family+`"}]}`, 201).num("id")
	}
	a1, a2, b1 := client("ann", "Aone", "vip_incentive"), client("ann", "Atwo", "regular"), client("bob", "Bone", "vip_incentive")
	k.ask("eva", "POST", "/client-lists", `{"name":"x","kind":"fixed"}`, 403)
	k.ask("ann", "POST", "/client-lists", `{"name":"x","kind":"fixed","query":"segment=regular"}`, 422)
	fixed := k.ask("max", "POST", "/client-lists", `{"name":"Cards","kind":"fixed","share":"all"}`, 201)
	path := fmt.Sprintf("/client-lists/%d", fixed.num("id"))
	k.ask("max", "POST", path+"/members", `{}`, 422)
	k.ask("ann", "POST", path+"/members", fmt.Sprintf(`{"ids":[%d]}`, a1), 403)
	done := k.ask("ada", "POST", path+"/members", fmt.Sprintf(`{"ids":[%d,%d,999999]}`, a1, b1), 200)
	if done.num("changed") != 2 || done.num("chosen") != 2 {
		t.Errorf("added: %v", done)
	}
	done = k.ask("ada", "POST", path+"/members?segment=regular", `{"all":true}`, 200)
	if done.num("changed") != 1 {
		t.Errorf("added all regular ones: %v", done)
	}
	for who, want := range map[string]int64{"ada": 3, "joe": 3, "ann": 2, "bob": 1} {
		if n := k.ask(who, "GET", path, "", 200).num("count"); n != want {
			t.Errorf("%s counts %d, want %d", who, n, want)
		}
		if n := k.ask(who, "GET", fmt.Sprintf("/clients?count=1&list=%d", fixed.num("id")), "", 200).num("total"); n != want {
			t.Errorf("%s lists %d, want %d", who, n, want)
		}
	}
	k.ask("max", "POST", path+"/members/remove", fmt.Sprintf(`{"ids":[%d,%d]}`, a2, b1), 200) // b1 isn't max's to see
	if n := k.ask("ada", "GET", path, "", 200).num("count"); n != 2 {
		t.Errorf("ada counts %d after max took one out", n)
	}
	living := k.ask("ada", "POST", "/client-lists", `{"name":"VIP","kind":"living","share":"all","query":"segment=vip_incentive&sort=name"}`, 201)
	if living.num("count") != 2 || living.str("query") != "segment=vip_incentive" {
		t.Errorf("the living list: %v", living)
	}
	k.ask("ada", "POST", fmt.Sprintf("/client-lists/%d/members", living.num("id")), fmt.Sprintf(`{"ids":[%d]}`, a2), 409)
	k.ask("ada", "PATCH", fmt.Sprintf("/client-lists/%d", living.num("id")), fmt.Sprintf(`{"query":"list=%d"}`, living.num("id")), 422)
	k.ask("bob", "POST", "/client-lists/combine", fmt.Sprintf(`{"name":"x","lists":[%d],"way":"half"}`, living.num("id")), 422)
	both := k.ask("bob", "POST", "/client-lists/combine", fmt.Sprintf(`{"name":"Both","lists":[%d,%d],"way":"union"}`, living.num("id"), fixed.num("id")), 201)
	if both.num("count") != 1 || both.str("kind") != "fixed" {
		t.Errorf("bob's union: %v", both)
	}
	k.ask("ada", "GET", fmt.Sprintf("/client-lists/%d", both.num("id")), "", 404)
	k.ask("bob", "PATCH", path, `{"name":"Mine"}`, 403)
	k.ask("max", "PATCH", path, `{"name":"Christmas cards","note":"by post"}`, 200)
	k.ask("max", "DELETE", path, "", 204)
	k.ask("ann", "GET", path, "", 404)
	k.ask("ann", "GET", fmt.Sprintf("/clients?list=%d", fixed.num("id")), "", 422)
	k.ask("max", "POST", path+"/restore", "", 200)
	k.ask("ann", "GET", path, "", 200)
	if n := len(k.ask("bob", "GET", "/client-lists", "", 200).list("items")); n != 3 {
		t.Errorf("bob finds %d lists", n)
	}
}

// TestHiddenQuery: by which hidden field a view or a list asks, and for what, is told to
// nobody from whom the field is kept.
func TestHiddenQuery(t *testing.T) {
	k := newKit(t)
	dbtest.Update(t, k.DB, k.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &field.Field{Name: "Credit", Code: "credit", Areas: "client", Kind: field.Choice, Choices: "BAD=Bad\nOK=Ok",
			ViewRoles: "administrator", EditRoles: "administrator", Active: true})
	})
	watch := k.do("ada", "POST /client-lists", `{"name":"Watch","kind":"living","query":"field_credit=BAD","share":"all"}`).want(201).is("query", "field_credit=BAD")
	deep := `{\"Any\":true,\"Filters\":[{\"Key\":\"field_credit\",\"Op\":\"is\",\"Values\":[\"BAD\"]}]}`
	v := k.do("ada", "POST /views", `{"name":"Watch","list":"client","query":"field_credit=BAD","share":"all"}`).want(201).is("query", "field_credit=BAD")
	k.do("ada", "POST /views", `{"name":"Deep","list":"client","query":"where=`+url.QueryEscape(strings.ReplaceAll(deep, `\"`, `"`))+`","share":"all"}`).want(201)
	k.do("ada", "POST /views", `{"name":"Order","list":"client","query":"segment=regular&sort=-field_credit,name&cols=name,field_credit","share":"all"}`).want(201)
	for _, path := range []string{"/client-lists", "/views", fmt.Sprintf("/client-lists/%d", watch.id()), fmt.Sprintf("/views/%d", v.id())} {
		if raw := k.do("ann", "GET "+path, "").want(200).raw; strings.Contains(raw, "credit") || strings.Contains(raw, "BAD") {
			t.Errorf("%s tells ann %s", path, raw)
		}
		if raw := k.do("ada", "GET "+path, "").want(200).raw; !strings.Contains(raw, "field_credit=BAD") {
			t.Errorf("%s doesn't tell ada: %s", path, raw)
		}
	}
	k.do("ann", "GET /views", "").is("items.0.query", nil, "items.1.query", "cols=name&segment=regular&sort=name", "items.2.query", nil)
}
