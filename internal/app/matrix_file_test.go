package app_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"slices"
	"sync"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/record"
)

var photo = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
})

// papersOnFile gives client and traveler a file each, and one each in the trash.
func (m *matrix) papersOnFile(name string, actor db.Actor, ids map[string]int64) {
	m.t.Helper()
	for part, kind := range map[string]string{"": "client", "t": "traveler"} {
		m.hang(name, actor, record.Ref{Kind: kind, ID: ids[kind]}, part, ids)
	}
}

// hang puts a file on a record, and a link that it deletes.
func (m *matrix) hang(name string, actor db.Actor, owner record.Ref, part string, ids map[string]int64) {
	m.t.Helper()
	s := &document.Service{DB: m.DB, Files: m.app.Files}
	a, err := s.Upload(m.t.Context(), actor, document.Upload{Owner: owner, Name: "Zq" + name + "file.jpg", Content: bytes.NewReader(photo())})
	if err != nil {
		m.t.Fatal(err)
	}
	ids[part+"file"] = a.ID
	dbtest.Update(m.t, m.DB, actor, func(ctx context.Context, tx *db.Tx) error {
		l, err := document.AddLink(ctx, tx, owner, "https://example.org/zq"+name, "Zq"+name+"link", "")
		if err != nil {
			return err
		}
		ids[part+"exfile"] = l.ID
		_, err = document.Delete(ctx, tx, l.ID, 0)
		return err
	})
}

// fileRows are the files and links on clients, travelers and what happened with them.
var fileRows = slices.Concat(fileCards("/clients/{id}/", "client", "", 'e'), fileCards("/travelers/{id}/", "traveler", "t", 'e'),
	fileCards("/activities/{id}/", "event", "e", 'l'), []row{{route: "GET /documents", ok: 200}, {route: "GET /documents", query: "?name=zq&sort=name", ok: 200}})

// fileCards are those of a kind of record; need is what it takes to change one.
func fileCards(at, kind, t string, need byte) []row {
	file, gone, one := t+"file", t+"exfile", v1+at+"files/{number}"
	return []row{
		{route: "POST " + at + "files", who: writers, on: "live", need: need, id: kind, ok: 422}, // no file
		{route: "POST " + at + "file-links", who: writers, on: "live", need: need, id: kind, body: "url=https%3A%2F%2Fexample.org%2F{n}", ok: 303},
		{route: "GET /files/{id}", on: "live", need: 's', id: file, ok: 200},
		{route: "GET /files/{id}/download", on: "live", need: 's', id: file, ok: 200},
		{route: "GET /files/{id}/preview", on: "live", need: 's', id: file, ok: 200},
		{route: "GET /files/{id}/thumb", on: "live", need: 's', id: file, ok: 200},
		{route: "POST /files/{id}", who: writers, on: "live", need: need, id: file, part: file, kind: "attachment", body: "version={v}&description=n{n}", ok: 303},
		{route: "POST /files/{id}/reveal", who: writers, on: "live", need: 's', id: file, body: "reason=visa", ok: 303},
		{route: "POST /files/{id}/delete", who: writers, on: "live", need: need, id: file, ok: 303, uses: true},
		{route: "POST /files/{id}/restore", who: writers, on: "live", need: need, id: gone, ok: 303, uses: true},
		{route: "GET" + v1 + at + "files", on: "live", need: 's', id: kind, ok: 200},
		{route: "POST" + v1 + at + "files", who: writers, on: "live", need: need, id: kind, body: "{}", ok: 415}, // no file
		{route: "POST" + v1 + at + "file-links", who: writers, on: "live", need: need, id: kind, body: `{"url":"https://example.org/{n}"}`, ok: 201},
		{route: "GET" + one, on: "live", need: 's', id: kind, part: file, ok: 200},
		{route: "PATCH" + one, who: writers, on: "live", need: need, id: kind, part: file, body: `{"description":"n{n}"}`, ok: 200},
		{route: "DELETE" + one, who: writers, on: "live", need: need, id: kind, part: file, ok: 204, uses: true},
		{route: "GET" + one + "/versions", on: "live", need: 's', id: kind, part: file, ok: 200},
		{route: "GET" + one + "/content", on: "live", need: 's', id: kind, part: file, ok: 200},
		{route: "POST" + one + "/restore", who: writers, on: "live", need: need, id: kind, part: gone, ok: 200, uses: true},
	}
}
