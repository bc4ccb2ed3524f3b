package app_test

import "slices"

// relationRows are how travelers are related. One of both persons must be one's own to
// change, the other to see: here the other one is a person of one's own, so that who may
// only look at the record may still relate somebody to it.
var relationRows = slices.Concat(kinRows("client"), kinRows("traveler"),
	catalogRows("/relation-types", "kin", leaders, `{"name":"K{n}"}`, `{"name":"L{n}"}`),
	formRows("relations", "kin", "relation_type", leaders, "name=M{n}"),
	[]row{
		{route: "POST /admin/relations/switch", who: leaders, body: "code=cousin&on=1", ok: 303},
		{route: "GET" + v1 + "/relation-kinds", ok: 200},
		{route: "POST" + v1 + "/relation-kinds", who: leaders, body: `{"code":"cousin","active":true}`, ok: 200},
		{route: "GET" + v1 + "/travelers/{id}/relations", on: "live", need: 's', id: "traveler", ok: 200},
		{route: "POST" + v1 + "/travelers/{id}/relations", who: writers, on: "live", need: 's', id: "traveler", body: `{"traveler_id":{spare},"code":"friend"}`, ok: 201, uses: true},
		// Of the relations of another there is none, whoever asks.
		{route: "GET" + v1 + "/travelers/{id}/relations/{number}", on: "live", need: 'x', id: "traveler", part: "traveler", ok: 404},
		{route: "PATCH" + v1 + "/travelers/{id}/relations/{number}", who: writers, on: "live", need: 'x', id: "traveler", part: "traveler", body: `{"note":"n{n}"}`, ok: 404},
		{route: "DELETE" + v1 + "/travelers/{id}/relations/{number}", who: writers, on: "live", need: 'x', id: "traveler", part: "traveler", ok: 404},
	})

func kinRows(kind string) []row {
	at := "POST /" + kind + "s/{id}/relations"
	return []row{
		{route: at, who: writers, on: "live", need: 's', id: kind, body: "relations[0].family=Kin&relations[0].given=N{n}&relations[0].code=friend", ok: 303},
		{route: at + "/{row}/accept", who: writers, on: "live", need: 's', id: kind, part: "spare", body: "code=friend", ok: 303, uses: true},
		{route: at + "/{row}/never", who: writers, on: "live", need: 's', id: kind, part: "spare", body: "codes=sibling", ok: 303},
	}
}
