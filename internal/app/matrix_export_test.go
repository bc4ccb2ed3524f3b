package app_test

// exportRows are the log of exports and what is done with one of them: its owner has
// the file, who watches over the agency knows of it.
var exportRows = []row{
	{route: "GET /exports", ok: 200},
	{route: "GET /exports", query: "?of=me", ok: 200},
	{route: "GET /exports/{id}", on: "out", need: 's', id: "id", ok: 200},
	{route: "GET /exports/{id}/progress", on: "out", need: 's', id: "id", ok: 200},
	{route: "POST /exports/{id}/link", who: exporters, on: "out", need: 'o', id: "id", ok: 409}, // not made yet
	{route: "GET /exports/{id}/file", who: exporters, on: "out", need: 'o', id: "id", query: "?token=x", ok: 404},
	{route: "POST /exports/{id}/cancel", on: "out", need: 'o', id: "id", ok: 303, uses: true},
	{route: "GET" + v1 + "/exports", ok: 200},
	{route: "GET" + v1 + "/exports/{id}", on: "out", need: 's', id: "id", ok: 200},
	{route: "POST" + v1 + "/exports/{id}/link", who: exporters, on: "out", need: 'o', id: "id", ok: 409},
	{route: "GET" + v1 + "/exports/{id}/file", who: exporters, on: "out", need: 'o', id: "id", query: "?token=x", ok: 404},
	{route: "POST" + v1 + "/exports/{id}/cancel", on: "out", need: 'o', id: "id", ok: 200, uses: true},
}

// outRows are the ways in which a list leaves. Nothing of what somebody doesn't see
// may be in any of them.
func outRows(kind string) []row {
	at := "/" + kind + "s/"
	all := "all=1&_format=csv&_col=phone&_col=email&_col=created"
	return []row{
		{route: "GET " + at + "export", who: exporters, ok: 200},
		{route: "POST " + at + "export", who: exporters, body: "all=1", ok: 303},
		{route: "GET " + at + "export", who: exporters, on: "live", need: 's', query: "?ids={" + kind + "}", ok: 200, none: 200},
		{route: "POST " + at + "export/start", who: exporters, body: all, ok: 200},
		{route: "POST " + at + "export/start", who: exporters, on: "live", need: 's', body: "ids={" + kind + "}&_format=vcard", ok: 200, none: 200},
		{route: "POST " + at + "export/start", who: exporters, on: "live", need: 's', body: "ids={" + kind + "}&_format=csv&_col=phone&_col=email", ok: 200, none: 200},
		{route: "GET " + at + "print", who: exporters, query: "?cols=phone,email", ok: 200},
		{route: "POST " + at + "print", who: exporters, body: "all=1", ok: 303},
		{route: "GET " + at + "print", who: exporters, on: "live", need: 's', query: "?ids={" + kind + "}", ok: 200, none: 200},
		{route: "POST" + v1 + at + "export", who: exporters, body: `{"all":true,"format":"csv"}`, ok: 202},
		{route: "POST" + v1 + at + "export", who: exporters, on: "live", need: 's', body: `{"ids":[{` + kind + `}],"format":"vcard"}`, ok: 202, none: 202},
	}
}
