package app_test

import (
	"net/http"
	"slices"
	"strings"
)

// row says who may ask a route, about what, and what is answered.
type row struct {
	route string   // method and pattern
	who   []string // who has the right; nil is everybody who has signed in
	on    string   // live or binned: records of access; a name of things; "" nothing
	need  byte     // what one must be allowed with the subject: s look, e change, o own, a only its author, l only who leads, x nobody can
	id    string   // part that {id} names
	part  string   // part that {number}, {row} or {traveler} names, and that {v} is the version of
	kind  string   // its kind
	query string   // with the question mark
	body  string   // JSON, or a form
	ok    int      // the answer to those who may
	but   map[string]int
	none  int  // the answer about what one doesn't see, 404 where not set
	uses  bool // the subject is used up
	skip  bool // only who is refused is asked: the act would show the subject to others
	open  bool // no session needed: ok is everybody's answer
}

func (r row) subjects() []string {
	switch {
	case r.on == "live":
		return live
	case r.on == "binned":
		return binned
	}
	return []string{r.on}
}

// people are those who aren't refused whatever it is about.
func (r row) people() []string {
	if r.open {
		return append(slices.Clone(everyone), "nobody", "dis")
	}
	if r.who == nil {
		return everyone
	}
	return r.who
}

func (r row) address(path string) string {
	return strings.NewReplacer("{id}", "{"+r.id+"}", "{number}", "{"+r.part+"}", "{row}", "{"+r.part+"}", "{traveler}", "{"+r.part+"}",
		"{kind}", r.kind, "{token}", "nothing", "{$}", "").Replace(path) + r.query
}

// want is the answer to a person about a subject, and whether it is the good one.
func (r row) want(who, subject string) (status int, ok bool) {
	isAPI := strings.Contains(r.route, " /api/")
	reads := strings.HasPrefix(r.route, "GET ") || strings.HasSuffix(r.route, "/duplicates") || strings.HasSuffix(r.route, "/preview")
	if want, special := r.but[who]; special {
		return want, want < 400
	}
	if (who == "nobody" || who == "dis") && !r.open {
		if isAPI {
			return http.StatusUnauthorized, false
		}
		return http.StatusSeeOther, false // to the sign-in page
	}
	if who == "ann:read" {
		if !reads {
			return http.StatusForbidden, false
		}
		who = "ann"
	}
	if !slices.Contains(r.people(), who) {
		return http.StatusForbidden, false
	}
	if subject == "" {
		return r.ok, true
	}
	rights, planted := access[subject]
	if !planted {
		rights = things[subject]
	}
	level, need := rights.level(who), r.need
	switch {
	case level == '-' && r.none != 0:
		return r.none, false
	case level == '-':
		return http.StatusNotFound, false
	case need == 'x':
		return r.ok, false
	case need == 'a' && owners[subject] == who, need == 's', need == 'e' && (level == 'e' || level == 'o'), need == 'o' && level == 'o',
		need == 'l' && slices.Contains(leaders, who):
		return r.ok, true
	}
	return http.StatusForbidden, false
}

const v1 = " /api/v1"

// rows is the table of all routes. Lists leave first: while there are few records they
// are written into the answer, where everything in them is looked at.
var rows = slices.Concat(outRows("client"), outRows("traveler"), apiRows, secretRows, fieldRows, fileRows, relationRows, activityRows, tasteRows, mrzRows, documentRows, partRows("client", "/clients/{id}", ""), partRows("traveler", "/travelers/{id}", "t"), agencyRows,
	importRows, exportRows, bulkRows("client"), bulkRows("traveler"), actRows, viewRows, linkRows, pageRows, cardRows("client", "clients", ""), cardRows("traveler", "travelers", "t"), accountRows, adminRows)

var apiRows = []row{
	{route: "GET" + v1 + "/clients", query: "?count=1&limit=200", ok: 200},
	{route: "GET" + v1 + "/clients", query: "?name=zq&columns=name,phone,email,city,travelers&sort=-created", ok: 200},
	{route: "GET" + v1 + "/clients", query: "?source_medium=other", who: internal, but: map[string]int{"joe": 422}, ok: 200},
	{route: "GET" + v1 + "/clients", query: "?sort=source_medium", who: internal, but: map[string]int{"joe": 422}, ok: 200},
	{route: "POST" + v1 + "/clients", who: writers, body: `{"travelers":[{"family":"Made","given":"By {who}"}]}`, ok: 201},
	{route: "POST" + v1 + "/clients", who: writers, on: "live", need: 'e', body: `{"name":"Mine","travelers":[{"id":{traveler}}]}`, ok: 201, none: 422, skip: true},
	{route: "GET" + v1 + "/clients/{id}", on: "live", need: 's', id: "client", ok: 200},
	{route: "GET" + v1 + "/clients/{id}", on: "binned", need: 'x', id: "client", ok: 404},
	{route: "PATCH" + v1 + "/clients/{id}", who: writers, on: "live", need: 'e', id: "client", body: `{"memo":"changed {n}"}`, ok: 200},
	{route: "DELETE" + v1 + "/clients/{id}", who: writers, on: "live", need: 'o', id: "client", ok: 204, uses: true},
	{route: "POST" + v1 + "/clients/{id}/restore", who: writers, on: "binned", need: 'o', id: "client", ok: 200, uses: true},
	{route: "GET" + v1 + "/clients/code-proposal", query: "?name=Zq", ok: 200},
	{route: "GET" + v1 + "/clients/{id}/travelers", on: "live", need: 's', id: "client", ok: 200},
	{route: "POST" + v1 + "/clients/{id}/travelers", who: writers, on: "live", need: 'e', id: "client", body: `{"traveler_id":{spare}}`, ok: 201, uses: true},
	{route: "GET" + v1 + "/clients/{id}/travelers/{traveler}", on: "live", need: 's', id: "client", part: "traveler", ok: 200},
	{route: "PATCH" + v1 + "/clients/{id}/travelers/{traveler}", who: writers, on: "live", need: 'e', id: "client", part: "traveler", body: `{"role":"other {n}"}`, ok: 200},
	{route: "DELETE" + v1 + "/clients/{id}/travelers/{traveler}", who: writers, on: "live", need: 'e', id: "client", part: "traveler", ok: 204, uses: true},
	{route: "PUT" + v1 + "/clients/{id}/travelers/order", who: writers, on: "live", need: 'e', id: "client", body: `{"traveler_ids":[{traveler}]}`, ok: 200},
	{route: "GET" + v1 + "/travelers", query: "?count=1&limit=200", ok: 200},
	{route: "GET" + v1 + "/travelers", query: "?family=zq&columns=family,clients,phone,company", ok: 200},
	{route: "POST" + v1 + "/travelers", who: writers, body: `{"family":"Made","given":"By {who}"}`, ok: 201},
	{route: "POST" + v1 + "/travelers", who: writers, on: "live", need: 'e', body: `{"family":"Made","given":"By {who}","client_id":{client}}`, ok: 201, uses: true},
	{route: "GET" + v1 + "/travelers/{id}", on: "live", need: 's', id: "traveler", ok: 200},
	{route: "PATCH" + v1 + "/travelers/{id}", who: writers, on: "live", need: 'e', id: "traveler", body: `{"occupation":"changed {n}"}`, ok: 200},
	{route: "DELETE" + v1 + "/travelers/{id}", who: writers, on: "live", need: 'o', id: "traveler", ok: 204, uses: true},
	{route: "POST" + v1 + "/travelers/{id}/restore", who: writers, on: "gone", need: 'o', id: "traveler", ok: 200, uses: true},
	{route: "GET" + v1 + "/clients/{id}/interface-ids", on: "live", need: 's', id: "client", ok: 200},
	{route: "POST" + v1 + "/clients/{id}/interface-ids", who: writers, on: "live", need: 'e', id: "client", body: `{"system":"sabre","value":"k{n}"}`, ok: 201},
	{route: "GET" + v1 + "/clients/{id}/interface-ids/{number}", on: "live", need: 's', id: "client", part: "key", ok: 200},
	{route: "PATCH" + v1 + "/clients/{id}/interface-ids/{number}", who: writers, on: "live", need: 'e', id: "client", part: "key", body: `{"value":"k{n}"}`, ok: 200},
	{route: "DELETE" + v1 + "/clients/{id}/interface-ids/{number}", who: writers, on: "live", need: 'e', id: "client", part: "key", ok: 204, uses: true},
	{route: "GET" + v1 + "/clients/{id}/shares", who: internal, on: "live", need: 's', id: "client", ok: 200},
	{route: "POST" + v1 + "/clients/{id}/shares", who: writers, on: "live", need: 'o', id: "client", body: `{"user_id":{mate}}`, ok: 201, uses: true},
	{route: "GET" + v1 + "/clients/{id}/audience", who: internal, on: "live", need: 's', id: "client", ok: 200},
	{route: "GET" + v1 + "/clients/{id}/shares/{number}", who: internal, on: "live", need: 's', id: "client", part: "share", ok: 200},
	{route: "PATCH" + v1 + "/clients/{id}/shares/{number}", who: writers, on: "live", need: 'o', id: "client", part: "share", body: `{"can_edit":false}`, ok: 200},
	{route: "DELETE" + v1 + "/clients/{id}/shares/{number}", who: writers, on: "live", need: 'o', id: "client", part: "share", ok: 204, uses: true},
	{route: "GET" + v1 + "/shares", who: internal, ok: 200},
	{route: "POST" + v1 + "/shares", who: writers, body: `{"user_id":{mate},"can_edit":false}`, but: map[string]int{"bob": 409}, ok: 201}, // bob has shared his already
	{route: "GET" + v1 + "/shares/{number}", who: internal, on: "all", need: 's', part: "id", ok: 200},
	{route: "PATCH" + v1 + "/shares/{number}", who: writers, on: "all", need: 'o', part: "id", body: `{"can_edit":false}`, ok: 200},
	{route: "DELETE" + v1 + "/shares/{number}", who: writers, on: "all", need: 'o', part: "id", ok: 204, uses: true},
	{route: "GET" + v1 + "/search", query: "?q=zq&limit=50", ok: 200},
	{route: "GET" + v1 + "/search", query: "?q=1980-03-12&limit=50", ok: 200},
	{route: "GET" + v1 + "/search", query: "?q=601+70&limit=50", ok: 200},
	{route: "POST" + v1 + "/duplicates", body: `{"people":["Zqownname Given","Zqfarname Given","Zqalienname Given"],"birth_dates":["1980-03-12"],"phones":["601 701 171","601 702 172","601 703 173","601 704 174","601 700 170"]}`, ok: 200},
	{route: "GET" + v1 + "/trash/clients", ok: 200},
	{route: "POST" + v1 + "/trash/clients/{id}/restore", who: writers, on: "binned", need: 'o', id: "client", ok: 204, uses: true},
	{route: "DELETE" + v1 + "/trash/clients/{id}", who: admins, on: "binned", need: 'o', id: "client", body: `{"password":"` + secret + `"}`, ok: 204, uses: true},
	{route: "GET" + v1 + "/trash/travelers", ok: 200},
	{route: "POST" + v1 + "/trash/travelers/{id}/restore", who: writers, on: "gone", need: 'o', id: "traveler", ok: 204, uses: true},
	{route: "DELETE" + v1 + "/trash/travelers/{id}", who: admins, on: "gone", need: 'o', id: "traveler", body: `{"password":"` + secret + `"}`, ok: 204, uses: true},
}

// partRows are the operations on what clients and travelers both have.
func partRows(kind, path, t string) []row {
	at := v1 + path
	deleted := "binned"
	if kind == "traveler" { // one sees a traveler as long as one sees a client of theirs
		deleted = "gone"
	}
	return []row{
		{route: "GET" + at + "/communications", on: "live", need: 's', id: kind, ok: 200},
		{route: "POST" + at + "/communications", who: writers, on: "live", need: 'e', id: kind, body: `{"type":"email","value":"new{n}@example.org"}`, ok: 201},
		{route: "GET" + at + "/communications/{number}", on: "live", need: 's', id: kind, part: t + "comm", ok: 200},
		{route: "PATCH" + at + "/communications/{number}", who: writers, on: "live", need: 'e', id: kind, part: t + "comm", body: `{"sub_type":"s{n}"}`, ok: 200},
		{route: "DELETE" + at + "/communications/{number}", who: writers, on: "live", need: 'e', id: kind, part: t + "comm", ok: 204, uses: true},
		{route: "GET" + at + "/addresses", on: "live", need: 's', id: kind, ok: 200},
		{route: "POST" + at + "/addresses", who: writers, on: "live", need: 'e', id: kind, body: `{"kind":"mailing","city":"Town"}`, ok: 201, uses: true},
		{route: "GET" + at + "/addresses/{number}", on: "live", need: 's', id: kind, part: t + "addr", ok: 200},
		{route: "PATCH" + at + "/addresses/{number}", who: writers, on: "live", need: 'e', id: kind, part: t + "addr", body: `{"region":"r{n}"}`, ok: 200},
		{route: "DELETE" + at + "/addresses/{number}", who: writers, on: "live", need: 'e', id: kind, part: t + "addr", ok: 204, uses: true},
		{route: "GET" + at + "/comments", who: internal, on: "live", need: 's', id: kind, ok: 200},
		{route: "POST" + at + "/comments", who: writers, on: "live", need: 's', id: kind, body: `{"text":"said {n}"}`, ok: 201},
		{route: "GET" + at + "/comments/{number}", who: internal, on: "live", need: 's', id: kind, part: t + "comment", ok: 200},
		{route: "PATCH" + at + "/comments/{number}", who: writers, on: "live", need: 'a', id: kind, part: t + "comment", body: `{"text":"changed {n}"}`, ok: 200, uses: true},
		{route: "DELETE" + at + "/comments/{number}", who: writers, on: "live", need: 'a', id: kind, part: t + "comment", ok: 204, uses: true},
		{route: "GET" + at + "/tags", on: "live", need: 's', id: kind, ok: 200},
		{route: "POST" + at + "/tags", who: writers, on: "live", need: 'e', id: kind, body: `{"name":"Marked","value":"v{n}"}`, ok: 200},
		{route: "DELETE" + at + "/tags/{number}", who: writers, on: "live", need: 'e', id: kind, part: t + "mark", ok: 204, uses: true},
		{route: "GET" + at + "/completeness", on: "live", need: 's', id: kind, ok: 200},
		{route: "GET" + at + "/history", on: "live", need: 's', id: kind, query: "?limit=200", ok: 200},
		{route: "GET" + at + "/history", on: deleted, need: 's', id: kind, query: "?limit=200", ok: 200},
	}
}

// catalogRows are the operations on a list that the agency keeps.
func catalogRows(path, subject string, who []string, body, change string) []row {
	at := v1 + path
	return []row{
		{route: "GET" + at, ok: 200},
		{route: "POST" + at, who: who, body: body, ok: 201},
		{route: "GET" + at + "/{number}", on: subject, need: 's', part: "id", ok: 200},
		{route: "PATCH" + at + "/{number}", who: who, on: subject, need: 'o', part: "id", body: change, ok: 200},
		{route: "DELETE" + at + "/{number}", who: who, on: subject, need: 'o', part: "id", ok: 204, uses: true},
	}
}

var agencyRows = slices.Concat(
	catalogRows("/branches", "branch", admins, `{"name":"B{n}"}`, `{"city":"C{n}"}`),
	catalogRows("/departments", "dept", admins, `{"name":"D{n}"}`, `{"name":"E{n}"}`),
	catalogRows("/customer-types", "type", leaders, `{"code":"{code}","name":"T{n}"}`, `{"name":"U{n}"}`),
	catalogRows("/tags", "tag", leaders, `{"name":"T{n}"}`, `{"name":"U{n}"}`),
	[]row{
		{route: "GET" + v1 + "/agency", ok: 200},
		{route: "PATCH" + v1 + "/agency", who: admins, body: `{"tax_id":"T{n}"}`, ok: 200},
		{route: "GET" + v1 + "/permissions", ok: 200},
		{route: "GET" + v1 + "/users", ok: 200},
		{route: "GET" + v1 + "/users/{id}", on: "user", need: 's', id: "id", ok: 200},
		{route: "POST" + v1 + "/users", who: admins, body: `{"name":"New","email":"api{n}@example.com","role":"agent","password":"` + secret + `"}`, ok: 201},
		{route: "POST" + v1 + "/users/{id}/invitation", who: admins, on: "guest", need: 'o', id: "id", body: `{"password":"` + secret + `"}`, ok: 200},
		{route: "PATCH" + v1 + "/users/{id}", who: admins, on: "user", need: 'o', id: "id", body: `{"phone":"{n}"}`, ok: 200},
		{route: "PATCH" + v1 + "/users/{id}", who: admins, on: "user", need: 'o', id: "id", body: `{"role":"administrator","password":"` + secret + `"}`, ok: 200, uses: true},
		{route: "POST" + v1 + "/users/{id}/password-reset", who: admins, on: "user", need: 'o', id: "id", body: `{"password":"` + secret + `"}`, ok: 200},
		{route: "POST" + v1 + "/users/{id}/factors-reset", who: admins, on: "user", need: 'o', id: "id", body: `{"password":"` + secret + `"}`, ok: 204},
		{route: "GET" + v1 + "/sign-ins", ok: 200},
		{route: "GET" + v1 + "/me", ok: 200},
		{route: "PATCH" + v1 + "/me", body: `{"phone":"{n}"}`, ok: 200},
		{route: "PATCH" + v1 + "/me", body: `{"role":"administrator"}`, ok: 422},
		{route: "GET" + v1 + "/tokens", ok: 200},
		{route: "POST" + v1 + "/tokens", body: `{"name":"t{n}","scope":"read","password":"` + secret + `"}`, ok: 201},
		{route: "DELETE" + v1 + "/tokens/{id}", on: "token", need: 'o', id: "id", ok: 204, uses: true},
	})
