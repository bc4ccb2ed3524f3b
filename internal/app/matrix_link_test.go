package app_test

import (
	"bytes"
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/record"
)

// linked gives a subject what private links bring along: a request that is open, one
// that was answered, and documents to be acknowledged, of the client and the traveler.
func (m *matrix) linked(name string, actor db.Actor, ids map[string]int64) {
	m.t.Helper()
	ctx := m.t.Context()
	var token string
	ask := func() int64 {
		f := &fillin.FillIn{TravelerID: ids["traveler"], Sections: "personal,passport", Language: "en", Message: "zq" + name}
		dbtest.Update(m.t, m.DB, actor, func(ctx context.Context, tx *db.Tx) (err error) {
			token, err = fillin.Ask(ctx, tx, f, 30, nil)
			return err
		})
		return f.ID
	}
	ids["openfill"] = ask()
	ids["fill"] = ask()
	l, err := fillin.Follow(ctx, m.DB, token[len(fillin.Path("")):], login.Place{IP: "127.0.0.1"})
	if err != nil {
		m.t.Fatal(err)
	}
	picture, err := fillin.Keep(ctx, m.app.Files, bytes.NewReader(photo()))
	if err != nil {
		m.t.Fatal(err)
	}
	if err := l.Save(ctx, m.DB, fillin.Input{Values: map[string]string{"passport.new.country": "PL"}, Number: "ZQ123456", Photo: picture, Submit: true}); err != nil {
		m.t.Fatal(err)
	}
	ids["template"] = m.template(actor.AgencyID)
	s := &ack.Service{DB: m.DB, Files: m.app.Files}
	for part, kind := range map[string]string{"": "client", "t": "traveler"} {
		a, _, err := s.Send(ctx, actor, ack.Request{Owner: record.Ref{Kind: kind, ID: ids[kind]}, Template: ids["template"], Attachment: ids[part+"file"],
			Recipient: "Zq" + name, Days: 30})
		if err != nil {
			m.t.Fatal(err)
		}
		ids[part+"ack"] = a.ID
	}
}

// template is the text that is sent in an agency.
func (m *matrix) template(agencyID int64) (id int64) {
	m.t.Helper()
	dbtest.Update(m.t, m.DB, db.System(agencyID), func(ctx context.Context, tx *db.Tx) error {
		list, err := ack.Templates(ctx, tx, true)
		if err != nil {
			return err
		}
		for _, t := range list {
			if t.Name == "Terms" {
				id = t.ID
				return nil
			}
		}
		t := &ack.Template{Name: "Terms", Language: "en", Title: "Terms", Text: "Of {agency}", Active: true}
		err = record.Insert(ctx, tx, t)
		id = t.ID
		return err
	})
	return id
}

// linkRows are private links and what they bring.
var linkRows = slices.Concat([]row{
	{route: "GET /fill-in/{token}", open: true, ok: 404},
	{route: "POST /fill-in/{token}", open: true, ok: 404},
	{route: "GET /fill-in/{token}/logo", open: true, ok: 404},
	{route: "GET /acknowledge/{token}", open: true, ok: 404},
	{route: "POST /acknowledge/{token}", open: true, body: "agreed=1&signer=Zq", ok: 404},
	{route: "GET /acknowledge/{token}/file", open: true, ok: 404},
	{route: "GET /acknowledge/{token}/logo", open: true, ok: 404},
	{route: "GET /fill-ins/{id}", on: "live", need: 's', id: "fill", ok: 200},
	{route: "POST /fill-ins/{id}/photo", who: writers, on: "live", need: 's', id: "fill", body: "reason=visa", ok: 200},
	{route: "POST /fill-ins/{id}/photo", who: writers, on: "live", need: 's', id: "fill", ok: 422},
	{route: "POST /fill-ins/{id}", who: writers, on: "live", need: 'e', id: "fill", body: "act=all", ok: 303, uses: true},
	{route: "GET" + v1 + "/travelers/{id}/fill-ins", on: "live", need: 's', id: "traveler", ok: 200},
	{route: "POST" + v1 + "/travelers/{id}/fill-ins", who: writers, on: "live", need: 'e', id: "traveler", body: `{"sections":["personal"],"days":5}`, ok: 201},
	{route: "GET" + v1 + "/fill-ins/{id}", on: "live", need: 's', id: "fill", ok: 200},
	{route: "POST" + v1 + "/fill-ins/{id}/revoke", who: writers, on: "live", need: 'e', id: "openfill", ok: 200, uses: true},
	{route: "POST" + v1 + "/fill-ins/{id}/settle", who: writers, on: "live", need: 'e', id: "fill", body: `{"note":"no"}`, ok: 200, uses: true},
	{route: "GET" + v1 + "/acknowledgements/{id}", on: "live", need: 's', id: "ack", ok: 200},
	{route: "POST" + v1 + "/acknowledgements/{id}/revoke", who: writers, on: "live", need: 'e', id: "ack", ok: 200, uses: true},
}, linkCards("client", ""), linkCards("traveler", "t"), formRows("templates", "text", "ack_template", leaders, "name=T{n}&language=en&title=T&text=x"),
	catalogRows("/ack-templates", "text", leaders, `{"name":"T{n}","language":"en","title":"T","text":"x"}`, `{"title":"U{n}"}`))

func linkCards(kind, t string) []row {
	at := "/" + kind + "s/{id}/"
	return []row{
		{route: "POST " + at + "fill-ins", who: writers, on: "live", need: 'e', id: kind, body: "sections=personal&language=pl&days=5", ok: 200},
		{route: "POST " + at + "fill-ins/{row}/revoke", who: writers, on: "live", need: 'e', id: kind, part: "openfill", ok: 303, uses: true},
		{route: "POST " + at + "acknowledgements", who: writers, on: "live", need: 'e', id: kind, body: "template_id={template}&days=5", ok: 200},
		{route: "POST " + at + "acknowledgements/{row}/revoke", who: writers, on: "live", need: 'e', id: kind, part: t + "ack", ok: 303, uses: true},
		{route: "GET /acknowledgements/{id}", on: "live", need: 's', id: t + "ack", ok: 200},
		{route: "GET /acknowledgements/{id}/file", on: "live", need: 's', id: t + "ack", ok: 200},
		{route: "GET /acknowledgements/{id}/proof.pdf", on: "live", need: 's', id: t + "ack", ok: 200},
		{route: "GET" + v1 + at + "acknowledgements", on: "live", need: 's', id: kind, ok: 200},
		{route: "POST" + v1 + at + "acknowledgements", who: writers, on: "live", need: 'e', id: kind, body: `{"template_id":{template},"days":5}`, ok: 201},
	}
}
