package app_test

// mrzRows are the readings of machine-readable lines: nothing is stored, so everybody
// who has signed in may ask, with a read-only token, too.
var mrzRows = []row{
	{route: "POST /api/v1/mrz", body: `{"lines":"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"}`, ok: 200, but: map[string]int{"ann:read": 200}},
	{route: "POST /api/v1/mrz/picture", body: `{}`, ok: 415, but: map[string]int{"ann:read": 415}},
}
