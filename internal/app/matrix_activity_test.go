package app_test

import "slices"

// activityRows are what happened with clients and travelers. Those of the matrix were
// noted by administrators: besides them only who leads and sees them changes them.
var activityRows = slices.Concat(eventRows("client", ""), eventRows("traveler", "t"), []row{
	{route: "GET /activities", ok: 200},
	{route: "GET /activities", query: "?sort=-owner&type=NOTE&subject=zq&open=1", ok: 200},
	{route: "GET /activities", on: "live", need: 's', id: "client", query: "?client={client}&sort=by", ok: 200},
	{route: "GET /activities/{id}", on: "live", need: 's', id: "event", ok: 200},
	{route: "POST /activities/{id}", who: writers, on: "live", need: 'l', id: "event", part: "event", kind: "activity", body: "version={v}&result=r{n}", ok: 303},
	{route: "POST /activities/{id}/done", who: writers, on: "live", need: 'l', id: "event", ok: 303},
	{route: "POST /activities/{id}/delete", who: writers, on: "live", need: 'l', id: "event", ok: 303, uses: true},
	{route: "GET" + v1 + "/activities", ok: 200},
	{route: "GET" + v1 + "/activities", query: "?subject=zq&sort=owner&columns=subject,text,owner,by", ok: 200},
})

func eventRows(kind, t string) []row {
	page, at := " /"+kind+"s/{id}/activities", v1+"/"+kind+"s/{id}/activities"
	return []row{
		{route: "GET" + page + "/new", who: writers, on: "live", need: 's', id: kind, ok: 200},
		{route: "POST" + page, who: writers, on: "live", need: 's', id: kind, body: "type=NOTE&subject=said+{n}", ok: 303},
		{route: "GET" + at, on: "live", need: 's', id: kind, ok: 200},
		{route: "POST" + at, who: writers, on: "live", need: 's', id: kind, body: `{"type":"NOTE","subject":"said {n}"}`, ok: 201},
		{route: "GET" + at + "/{number}", on: "live", need: 's', id: kind, part: t + "event", ok: 200},
		{route: "PATCH" + at + "/{number}", who: writers, on: "live", need: 'l', id: kind, part: t + "event", body: `{"result":"r{n}"}`, ok: 200},
		{route: "DELETE" + at + "/{number}", who: writers, on: "live", need: 'l', id: kind, part: t + "event", ok: 204, uses: true},
	}
}

// eventAuthor notes the events of a subject.
func eventAuthor(name string) string {
	if slices.Contains(others, name) {
		return "zoe"
	}
	return "ada"
}
