package app_test

import "slices"

// fieldRows are the fields of the agency's own: who maintains them, and their sections
// on the pages. Everybody may list those whose values they see.
var fieldRows = slices.Concat(formRows("fields", "field", "field", admins, "name=F{n}&kind=text&_areas=1&areas=client"),
	[]row{
		{route: "GET" + v1 + "/fields", ok: 200},
		{route: "POST" + v1 + "/fields", who: admins, body: `{"name":"F{n}","areas":"client","kind":"text"}`, ok: 201},
		{route: "GET" + v1 + "/fields/{number}", who: admins, on: "field", need: 's', part: "id", ok: 200},
		{route: "PATCH" + v1 + "/fields/{number}", who: admins, on: "field", need: 'o', part: "id", body: `{"help":"H{n}"}`, ok: 200},
		{route: "DELETE" + v1 + "/fields/{number}", who: admins, on: "field", need: 'o', part: "id", ok: 204, uses: true},
		{route: "POST /clients/{id}/fields", who: writers, on: "live", need: 'e', id: "client", part: "client", kind: "client", body: "version={v}", ok: 303},
		{route: "POST /clients/{id}/personfields", who: writers, on: "live", need: 'e', id: "client", part: "traveler", kind: "traveler", body: "version={v}", ok: 303},
		{route: "POST /travelers/{id}/fields", who: writers, on: "live", need: 'e', id: "traveler", part: "traveler", kind: "traveler", body: "version={v}", ok: 303},
	})
