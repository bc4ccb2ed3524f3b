package app_test

import (
	"slices"

	"github.com/carnetcrm/carnet/internal/record"
)

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
	{route: "GET /activities", on: "live", need: 's', id: "traveler", query: "?person={traveler}&sort=persons", ok: 200},
	{route: "GET" + v1 + "/activities", ok: 200},
	{route: "GET" + v1 + "/activities/{id}/persons", on: "live", need: 's', id: "event", ok: 200},
	{route: "POST" + v1 + "/activities/{id}/persons", who: writers, on: "live", need: 'l', id: "tevent", body: `{"traveler_id":{traveler}}`, ok: 201, uses: true},
	{route: "GET" + v1 + "/activities/{id}/persons/{number}", on: "live", need: 's', id: "event", part: "there", ok: 200},
	{route: "DELETE" + v1 + "/activities/{id}/persons/{number}", who: writers, on: "live", need: 'l', id: "event", part: "there", ok: 204, uses: true},
	{route: "GET /activities/export", who: exporters, ok: 200},
	{route: "POST /activities/export", who: exporters, body: "all=1", ok: 303},
	{route: "GET /activities/export", who: exporters, on: "live", need: 's', query: "?ids={event}", ok: 200, none: 200},
	{route: "POST /activities/export/start", who: exporters, body: "all=1&_format=csv&_col=subject&_col=owner&_col=persons&_col=follow_note", ok: 200},
	{route: "POST /activities/export/start", who: exporters, on: "live", need: 's', body: "ids={event}&_format=csv&_col=subject&_col=persons", ok: 200, none: 200},
	{route: "GET /activities/print", who: exporters, query: "?cols=subject,owner,persons", ok: 200},
	{route: "POST /activities/print", who: exporters, body: "all=1", ok: 303},
	{route: "GET /activities/print", who: exporters, on: "live", need: 's', query: "?ids={event}", ok: 200, none: 200},
	{route: "POST" + v1 + "/activities/export", who: exporters, body: `{"all":true,"format":"csv"}`, ok: 202},
	{route: "POST" + v1 + "/activities/export", who: exporters, on: "live", need: 's', body: `{"ids":[{event}],"format":"csv"}`, ok: 202, none: 202},
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

// eventPapers hangs a file and a deleted link on the event of a client.
func (m *matrix) eventPapers(name string, ids map[string]int64) {
	m.t.Helper()
	m.hang(name, m.actor(eventAuthor(name)), record.Ref{Kind: "activity", ID: ids["event"]}, "e", ids)
}

// eventAuthor notes the events of a subject.
func eventAuthor(name string) string {
	if slices.Contains(others, name) {
		return "zoe"
	}
	return "ada"
}
