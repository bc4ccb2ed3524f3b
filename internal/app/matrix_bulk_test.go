package app_test

// bulkRows are what is done to several records of a kind together. What one doesn't
// see is no part of it: nothing is left then.
func bulkRows(kind string) []row {
	at, api := " /"+kind+"s", v1+"/"+kind+"s/bulk"
	field, sel := "status", "ids={"+kind+"}"
	value := "inactive"
	if kind == "traveler" {
		field, value = "company", "New"
	}
	modify := `{"act":"modify","field":"` + field + `","value":"` + value + `","ids":[{` + kind + `}]}`
	chosen := sel + "&act_field=" + field + "&act_value=" + value
	return []row{
		{route: "GET" + at + "/modify", who: writers, ok: 303},
		{route: "GET" + at + "/modify", who: writers, on: "live", need: 's', query: "?" + sel, ok: 200, none: 422},
		{route: "GET" + at + "/remove", who: writers, ok: 303},
		{route: "GET" + at + "/remove", who: writers, on: "live", need: 's', query: "?" + sel, ok: 200, none: 422},
		{route: "POST" + at + "/modify", who: writers, body: "all=1", ok: 303},
		{route: "GET" + at + "/modify", who: writers, on: "live", need: 's', query: "?" + chosen + "&act_step=look", ok: 200, none: 422},
		{route: "POST" + at + "/modify", who: writers, on: "live", need: 's', body: chosen + "&act_step=do&act_count=1", ok: 303, none: 422},
		{route: "POST" + at + "/remove", who: writers, body: "all=1", ok: 303},
		{route: "POST" + at + "/remove", who: writers, on: "live", need: 's', body: sel + "&act_step=do&act_count=1", ok: 303, none: 422, uses: true},
		{route: "POST" + api + "/preview", who: writers, on: "live", need: 's', body: modify, ok: 200, none: 422},
		{route: "POST" + api + "/preview", who: writers, on: "live", need: 's', body: `{"act":"delete","ids":[{` + kind + `}]}`, ok: 200, none: 422},
		{route: "POST" + api, who: writers, on: "live", need: 's', body: modify, ok: 202, none: 422},
	}
}

// actRows are about acts: those who did them and auditors look, those who did them
// and administrators stop them and take them back.
var actRows = []row{
	{route: "GET /acts", ok: 200},
	{route: "GET /acts/{id}", on: "act", need: 's', id: "id", ok: 200},
	{route: "GET /acts/{id}", on: "act", need: 's', id: "id", query: "?rows=changed&after=1", ok: 200},
	{route: "GET /acts/{id}/progress", on: "act", need: 's', id: "id", ok: 303},
	{route: "POST /acts/{id}/cancel", who: writers, on: "act", need: 'o', id: "id", ok: 409},
	{route: "POST /acts/{id}/undo", who: writers, on: "act", need: 'o', id: "id", ok: 303, uses: true},
	{route: "GET" + v1 + "/bulk-acts", ok: 200},
	{route: "GET" + v1 + "/bulk-acts/{id}", on: "act", need: 's', id: "id", ok: 200},
	{route: "GET" + v1 + "/bulk-acts/{id}/rows", on: "act", need: 's', id: "id", query: "?outcome=changed", ok: 200},
	{route: "POST" + v1 + "/bulk-acts/{id}/cancel", who: writers, on: "act", need: 'o', id: "id", ok: 409},
	{route: "POST" + v1 + "/bulk-acts/{id}/undo", who: writers, on: "act", need: 'o', id: "id", ok: 202, uses: true},
}
