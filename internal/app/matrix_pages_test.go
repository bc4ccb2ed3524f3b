package app_test

import "slices"

// pageRows are the pages of clients and travelers as a whole, and those around
// them. The good answer to a form is a way to the next page.
var pageRows = []row{
	{route: "GET /{$}", ok: 200},
	{route: "GET /logo", ok: 404}, // nobody has uploaded one
	{route: "GET /search", query: "?q=zq", ok: 200},
	{route: "GET /search", query: "?q=1980-03-12&part=1", ok: 200},
	{route: "POST /display", body: "theme=dark", ok: 303, open: true},
	{route: "GET /clients", ok: 200},
	{route: "GET /clients", query: "?sort=-created&name=zq", ok: 200},
	{route: "GET /clients", query: "?source_medium=other", who: internal, ok: 200, but: map[string]int{"joe": 422}}, // no field of joe's, and the list must not be a wider one
	{route: "GET /clients/filter", query: "?field=advisor", ok: 200},
	{route: "GET /clients/filter", query: "?panel=1&base=" + "where%3D%7B%22filters%22%3A%5B%7B%22key%22%3A%22traveler%22%2C%22op%22%3A%22has%22%7D%5D%7D", ok: 200},
	{route: "GET /clients/columns", ok: 200},
	{route: "POST /clients/columns", body: "col=name&width=120", ok: 204},
	{route: "POST /clients/columns", body: "col=email&col=city&sort0=city&desc0=-", ok: 303},
	{route: "GET /clients/new", who: writers, ok: 200},
	{route: "POST /clients", who: writers, body: "kind=personal&t.family=Made&t.given={who}", ok: 303},
	{route: "POST /clients/duplicates", who: writers, body: "kind=personal&t.family=Zq&t.given=Given&t.birth_date=12.3.1980&communications%5B0%5D.type=phone&communications%5B0%5D.value=601704174", ok: 200},
	{route: "GET /clients/lookup", query: "?q=zq", ok: 200},
	{route: "GET /clients/{id}", on: "live", need: 's', id: "client", ok: 200},
	{route: "GET /clients/{id}", on: "live", need: 's', id: "client", query: "?edit=data", ok: 200},
	{route: "GET /clients/{id}", on: "binned", need: 'x', id: "client", ok: 404},
	{route: "POST /clients/{id}/data", who: writers, on: "live", need: 'e', id: "client", part: "client", kind: "client", body: "version={v}&contact=c{n}", ok: 303},
	{route: "POST /clients/{id}/agency", who: writers, on: "live", need: 'e', id: "client", part: "client", kind: "client", body: "version={v}&source_detail=d{n}", ok: 303},
	{route: "POST /clients/{id}/ids", who: writers, on: "live", need: 'e', id: "client", body: "ids%5B0%5D.system=sabre&ids%5B0%5D.value=w{n}", ok: 303},
	{route: "POST /clients/{id}/travelers", who: writers, on: "live", need: 'e', id: "client", body: "travelers%5B0%5D.id={link}&primary={link}&travelers%5B0%5D.role=r{n}&travelers%5B0%5D.version=1", ok: 303, uses: true},
	{route: "POST /clients/{id}/travelers/order", who: writers, on: "live", need: 'e', id: "client", body: "item={link}&_row={n}", ok: 303, uses: true},
	{route: "POST /clients/{id}/links", who: writers, on: "live", need: 'e', id: "client", body: "traveler_id={spare}", ok: 303, uses: true},
	{route: "GET /shares", who: writers, ok: 200},
	{route: "POST /shares", who: writers, body: "can_edit=1", ok: 422}, // with nobody: whom the API shared with meanwhile would be taken
	{route: "POST /shares/{row}", who: writers, on: "all", need: 'o', part: "id", body: "can_edit=1", ok: 303},
	{route: "POST /shares/{row}/delete", who: writers, on: "all", need: 'o', part: "id", ok: 303, uses: true},
	{route: "POST /clients/{id}/shares", who: writers, on: "live", need: 'o', id: "client", body: "user_id={mate}", ok: 303, uses: true},
	{route: "POST /clients/{id}/shares/{row}/delete", who: writers, on: "live", need: 'o', id: "client", part: "share", ok: 303, uses: true},
	{route: "POST /clients/{id}/comments", who: writers, on: "live", need: 's', id: "client", body: "text=said{n}", ok: 303},
	{route: "POST /clients/{id}/comments/{row}/delete", who: writers, on: "live", need: 'a', id: "client", part: "comment", ok: 303, uses: true},
	{route: "POST /clients/{id}/delete", who: writers, on: "live", need: 'o', id: "client", ok: 303, uses: true},
	{route: "POST /clients/{id}/restore", who: writers, on: "binned", need: 'o', id: "client", ok: 303, uses: true},
	{route: "GET /travelers", query: "?sort=-created", ok: 200},
	{route: "GET /travelers/filter", query: "?field=client", ok: 200},
	{route: "GET /travelers/columns", ok: 200},
	{route: "POST /travelers/columns", body: "col=family&width=120", ok: 204},
	{route: "GET /travelers/new", who: writers, ok: 200},
	{route: "GET /travelers/new", who: writers, on: "live", need: 's', query: "?client={client}", ok: 200},
	{route: "POST /travelers", who: writers, body: "t.family=Made&t.given={who}", ok: 303},
	{route: "POST /travelers", who: writers, on: "live", need: 'e', body: "t.family=Made&t.given={who}&client={client}", ok: 303, uses: true},
	{route: "POST /travelers/duplicates", who: writers, body: "t.family=Zq&t.given=Given&t.birth_date=12.3.1980&communications%5B0%5D.type=phone&communications%5B0%5D.value=601703173", ok: 200},
	{route: "GET /travelers/lookup", query: "?q=zq", ok: 200},
	{route: "GET /travelers/{id}", on: "live", need: 's', id: "traveler", ok: 200},
	{route: "GET /travelers/{id}", on: "live", need: 's', id: "traveler", query: "?edit=personal", ok: 200},
	{route: "POST /travelers/{id}/links", who: writers, on: "live", need: 'e', id: "traveler", body: "client_id={client}", ok: 409},
	{route: "POST /travelers/{id}/links/{row}/delete", who: writers, on: "live", need: 'e', id: "traveler", part: "link", ok: 303, uses: true},
	{route: "POST /travelers/{id}/delete", who: writers, on: "live", need: 'o', id: "traveler", ok: 303, uses: true},
	{route: "POST /travelers/{id}/restore", who: writers, on: "gone", need: 'o', id: "traveler", ok: 303, uses: true},
	{route: "GET /trash", ok: 200},
	{route: "POST /trash/{kind}/{id}/restore", kind: "client", who: writers, on: "binned", need: 'o', id: "client", ok: 303, uses: true},
	{route: "POST /trash/{kind}/{id}/purge", kind: "client", who: admins, on: "binned", need: 'o', id: "client", ok: 303, uses: true},
	{route: "POST /trash/{kind}/{id}/restore", kind: "traveler", who: writers, on: "gone", need: 'o', id: "traveler", ok: 303, uses: true},
	{route: "POST /trash/{kind}/{id}/purge", kind: "traveler", who: admins, on: "gone", need: 'o', id: "traveler", ok: 303, uses: true},
	{route: "POST /trash/{kind}/{id}/restore", kind: "user", who: writers, on: "user", need: 'x', id: "id", ok: 404},
}

// cardRows are the forms on the pages of clients and travelers that both have. A
// client's page edits its only traveler too.
func cardRows(kind, path, t string) []row {
	at := "POST /" + path + "/{id}/"
	notes := "memo=m{n}"
	if kind == "traveler" {
		notes = "remarks=m{n}"
	}
	return []row{
		{route: at + "personal", who: writers, on: "live", need: 'e', id: kind, part: "traveler", kind: "traveler", body: "version={v}&preferred=p{n}", ok: 303},
		{route: at + "work", who: writers, on: "live", need: 'e', id: kind, part: "traveler", kind: "traveler", body: "version={v}&position=p{n}", ok: 303},
		{route: at + "notes", who: writers, on: "live", need: 'e', id: kind, part: kind, kind: kind, body: "version={v}&" + notes, ok: 303},
		{route: at + "tags", who: writers, on: "live", need: 'e', id: kind, body: "tags=Marked%3A+v{n}", ok: 303, uses: true},
		{route: at + "communications", who: writers, on: "live", need: 'e', id: kind, body: "type=email&value=new{n}%40example.org", ok: 303},
		{route: at + "communications/{row}", who: writers, on: "live", need: 'e', id: kind, part: t + "comm", kind: "communication", body: "version={v}&sub_type=s{n}", ok: 303},
		{route: at + "communications/{row}/delete", who: writers, on: "live", need: 'e', id: kind, part: t + "comm", ok: 303, uses: true},
		{route: at + "addresses", who: writers, on: "live", need: 'e', id: kind, part: t + "addr", kind: "address", body: "physical.version={v}&physical.city=c{n}", ok: 303},
	}
}

// accountRows are the ways in and the pages about oneself.
var accountRows = []row{
	{route: "GET /sign-in", open: true, ok: 303, but: map[string]int{"nobody": 200, "dis": 200}},
	{route: "POST /sign-in", open: true, body: "email={who}%40nowhere.example&password=x", ok: 401},
	{route: "POST /sign-in/passkey/options", open: true, ok: 200},
	{route: "POST /sign-in/passkey", open: true, body: "ceremony=x&answer=x", ok: 401},
	{route: "GET /sign-in/second", open: true, ok: 303},
	{route: "POST /sign-in/second", open: true, body: "code=1", ok: 303},
	{route: "POST /sign-in/second/options", open: true, ok: 303, but: map[string]int{"nobody": 404}},
	{route: "POST /sign-out", open: true, ok: 303},
	{route: "GET /setup", open: true, ok: 303},
	{route: "POST /setup", open: true, body: "agency.name=Second", ok: 422},
	{route: "GET /forgotten", open: true, ok: 200},
	{route: "POST /forgotten", open: true, body: "email=ada%40example.com", ok: 409}, // no mail is set up
	{route: "GET /join/{token}", open: true, ok: 404},
	{route: "POST /join/{token}", open: true, body: "password={secret}", ok: 404},
	{route: "GET /reset/{token}", open: true, ok: 404},
	{route: "POST /reset/{token}", open: true, body: "password={secret}", ok: 404},
	{route: "GET /confirm", ok: 200},
	{route: "POST /confirm", body: "password={secret}", ok: 303},
	{route: "POST /confirm/options", ok: 409}, // nobody has a passkey
	{route: "GET /account", ok: 200},
	{route: "POST /account", body: "name={who}&phone={n}", ok: 303},
	{route: "GET /account/password", ok: 200},
	{route: "POST /account/password", body: "old={secret}&password=short", ok: 422},
	{route: "GET /account/security", ok: 200},
	{route: "POST /account/security", body: "act=totp", ok: 200},
	{route: "POST /account/security/options", ok: 200},
	{route: "GET /account/sessions", ok: 200},
	{route: "POST /account/sessions", ok: 303},
	{route: "GET /account/tokens", ok: 200},
	{route: "POST /account/tokens", body: "name=t{n}&scope=read&days=1", ok: 200},
	{route: "POST /account/tokens/{id}/revoke", on: "token", need: 'o', id: "id", ok: 303, uses: true},
}

// importRows are the pages of imports. A run is its owner's and the administrators'.
var importRows = []row{
	{route: "GET /imports", who: importers, ok: 200},
	{route: "GET /imports/new", who: importers, ok: 200},
	{route: "POST /imports", who: importers, ok: 422}, // no file
	{route: "GET /imports/{id}", who: importers, on: "run", need: 's', id: "id", ok: 200},
	{route: "POST /imports/{id}/mapping", who: importers, on: "run", need: 'o', id: "id", body: "mode=both&match=email", ok: 422}, // no such mode
	{route: "GET /imports/{id}/progress", who: importers, on: "run", need: 's', id: "id", ok: 303},
	{route: "GET /imports/{id}/report.csv", who: importers, on: "run", need: 's', id: "id", ok: 200},
	{route: "GET /imports/{id}/errors", who: importers, on: "run", need: 's', id: "id", ok: 200},
	{route: "POST /imports/{id}/start", who: importers, on: "run", need: 'o', id: "id", ok: 303, uses: true},
	{route: "POST /imports/{id}/pause", who: importers, on: "run", need: 'o', id: "id", ok: 303},
	{route: "POST /imports/{id}/resume", who: importers, on: "run", need: 'o', id: "id", ok: 303},
	{route: "POST /imports/{id}/cancel", who: importers, on: "run", need: 'o', id: "id", ok: 303},
	{route: "POST /imports/{id}/undo", who: importers, on: "run", need: 'o', id: "id", ok: 303},
	{route: "GET" + v1 + "/imports", who: importers, ok: 200},
	{route: "POST" + v1 + "/imports", who: importers, body: "{}", ok: 415}, // no file
	{route: "GET" + v1 + "/imports/{id}", who: importers, on: "run", need: 's', id: "id", ok: 200},
	{route: "PUT" + v1 + "/imports/{id}", who: importers, on: "run", need: 'o', id: "id", body: `{"mode":"fill"}`, ok: 200},
	{route: "GET" + v1 + "/imports/{id}/rows", who: importers, on: "run", need: 's', id: "id", ok: 200},
	{route: "GET" + v1 + "/imports/{id}/report", who: importers, on: "run", need: 's', id: "id", ok: 200},
	{route: "GET" + v1 + "/imports/{id}/errors", who: importers, on: "run", need: 's', id: "id", ok: 200},
	{route: "DELETE" + v1 + "/imports/{id}", who: importers, on: "run", need: 'o', id: "id", ok: 204, uses: true},
	{route: "POST" + v1 + "/imports/{id}/check", who: importers, on: "run", need: 'o', id: "id", ok: 200, uses: true},
	{route: "POST" + v1 + "/imports/{id}/start", who: importers, on: "run", need: 'o', id: "id", ok: 200, uses: true},
	{route: "POST" + v1 + "/imports/{id}/pause", who: importers, on: "run", need: 'o', id: "id", ok: 409},
	{route: "POST" + v1 + "/imports/{id}/resume", who: importers, on: "run", need: 'o', id: "id", ok: 409},
	{route: "POST" + v1 + "/imports/{id}/cancel", who: importers, on: "run", need: 'o', id: "id", ok: 409},
	{route: "POST" + v1 + "/imports/{id}/undo", who: importers, on: "run", need: 'o', id: "id", ok: 409},
	{route: "POST /imports/{id}/discard", who: importers, on: "run", need: 'o', id: "id", ok: 303, uses: true},
}

// formRows are the pages of a list that the agency keeps.
func formRows(name, subject, kind string, who []string, body string) []row {
	at := " /admin/" + name
	return []row{
		{route: "GET" + at, who: who, ok: 200},
		{route: "GET" + at + "/new", who: who, ok: 200},
		{route: "POST" + at + "/new", who: who, body: body, ok: 303},
		{route: "GET" + at + "/{id}", who: who, on: subject, need: 's', id: "id", ok: 200},
		{route: "POST" + at + "/{id}", who: who, on: subject, need: 'o', id: "id", part: "id", kind: kind, body: body + "&version={v}", ok: 303},
		{route: "POST" + at + "/{id}/delete", who: who, on: subject, need: 'o', id: "id", ok: 303, uses: true},
	}
}

var adminRows = slices.Concat(
	formRows("branches", "branch", "branch", admins, "name=B{n}"), formRows("departments", "dept", "department", admins, "name=D{n}"),
	formRows("types", "type", "customer_type", leaders, "code={code}&name=T{n}"), formRows("tags", "tag", "tag", leaders, "name=G{n}"), formRows("attributes", "tag", "tag", leaders, "name=A{n}"), formRows("interests", "tag", "tag", leaders, "name=I{n}"), marketingRows,
	[]row{
		{route: "GET /admin", ok: 303},
		{route: "GET /admin/permissions", ok: 200},
		{route: "GET /admin/agency", who: admins, ok: 200},
		{route: "POST /admin/agency", who: admins, body: "tax_id=T{n}", ok: 303},
		{route: "GET /admin/signins", who: audits, ok: 200},
		{route: "GET /admin/people", who: admins, ok: 200},
		{route: "GET /admin/people/new", who: admins, ok: 200},
		{route: "POST /admin/people/new", who: admins, body: "name=New&email=web{n}%40example.com&role=agent", ok: 200},
		{route: "GET /admin/people/{id}", who: admins, on: "user", need: 's', id: "id", ok: 200},
		{route: "POST /admin/people/{id}", who: admins, on: "user", need: 'o', id: "id", part: "id", kind: "user", body: "phone={n}&version={v}", ok: 303},
		{route: "POST /admin/people/{id}/invite", who: admins, on: "guest", need: 'o', id: "id", ok: 200},
		{route: "POST /admin/people/{id}/reset", who: admins, on: "user", need: 'o', id: "id", ok: 200},
		{route: "POST /admin/people/{id}/factors", who: admins, on: "user", need: 'o', id: "id", ok: 303},
		{route: "POST /admin/people/{id}/disable", who: admins, on: "user", need: 'o', id: "id", ok: 303, uses: true},
		{route: "POST /admin/people/{id}/enable", who: admins, on: "user", need: 'o', id: "id", ok: 303},
		{route: "POST /admin/people/{id}/hand-over", who: admins, on: "user", need: 'o', id: "id", body: "to={mate}", ok: 422}, // eva has no clients
	})
