package app_test

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

// market is the affiliation of which an agency is a member.
func (m *matrix) market(agencyID int64) (id int64) {
	m.t.Helper()
	dbtest.Update(m.t, m.DB, db.System(agencyID), func(ctx context.Context, tx *db.Tx) error {
		var list []tag.Affiliation
		if err := record.Select(ctx, tx, &list, "WHERE r.code = 'HOME'"); err != nil {
			return err
		}
		if len(list) == 0 {
			list = append(list, tag.Affiliation{Code: "HOME", Names: "en=Home", Member: true})
			if err := record.Insert(ctx, tx, &list[0]); err != nil {
				return err
			}
		}
		id = list[0].ID
		return nil
	})
	return id
}

// marketingRows are affiliations, marketing codes of clients, and tags as files.
var marketingRows = []row{
	{route: "GET /api/v1/affiliations", ok: 200},
	{route: "POST /api/v1/affiliations/import", who: leaders, body: `{"format":"carnet.affiliation/1","code":"A{n}","names":{"en":"A"},"codes":[{"code":"X","kind":"permission","names":{"en":"X"}}]}`, ok: 200},
	{route: "PATCH /api/v1/affiliations/{id}", who: leaders, on: "market", need: 'o', id: "id", part: "id", body: `{"member":false}`, ok: 200},
	{route: "GET /api/v1/affiliations/{id}/codes", on: "market", need: 's', id: "id", ok: 200},
	{route: "GET /api/v1/clients/{id}/marketing", on: "live", need: 's', id: "client", ok: 200},
	{route: "PUT /api/v1/clients/{id}/marketing", who: writers, on: "live", need: 'e', id: "client", body: `{"affiliation_id":{market},"codes":[]}`, ok: 200},
	{route: "GET /api/v1/tag-file", who: leaders, ok: 200},
	{route: "POST /api/v1/tag-file", who: leaders, body: `{"format":"carnet.tags/1","tags":[]}`, ok: 200},
	{route: "POST /clients/{id}/marketing", who: writers, on: "live", need: 'e', id: "client", body: "affiliation=0", ok: 303},
	{route: "GET /admin/affiliations", who: leaders, ok: 200},
	{route: "GET /admin/affiliations/example", who: leaders, ok: 200},
	{route: "POST /admin/affiliations", who: leaders, body: "x=1", ok: 422},
	{route: "GET /admin/affiliations/{id}", who: leaders, on: "market", need: 's', id: "id", ok: 200},
	{route: "POST /admin/affiliations/{id}", who: leaders, on: "market", need: 'o', id: "id", part: "id", kind: "affiliation", body: "member=1&version={v}", ok: 303},
	{route: "GET /admin/tags/export", who: leaders, ok: 200},
	{route: "GET /admin/tags/import", who: leaders, ok: 200},
	{route: "POST /admin/tags/import", who: leaders, body: "x=1", ok: 422},
}
