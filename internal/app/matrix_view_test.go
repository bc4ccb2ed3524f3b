package app_test

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow/clientlists"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/view"
)

// listers may make client lists: everybody but the auditor.
var listers = []string{"ada", "max", "sue", "ann", "amy", "bob", "joe", "zoe"}

// makeView builds the views and client lists of the matrix.
func (m *matrix) makeView(name, unique string) int64 {
	all := agency.Sharing{Share: agency.ForAll}
	who := "max"
	if name == "desk" {
		who, all = "ann", agency.Sharing{}
	}
	l := &clientlist.List{Name: unique, Kind: clientlist.Fixed, Sharing: all}
	v := &view.View{List: "client", Name: unique, Sharing: all}
	var id int64
	dbtest.Update(m.t, m.DB, m.As(who), func(ctx context.Context, tx *db.Tx) error {
		switch name {
		case "desk", "board", "exboard":
			err := view.Save(ctx, tx, v, false)
			if id = v.ID; err == nil && name == "exboard" {
				err = view.Delete(ctx, tx, id, 0)
			}
			return err
		case "stream":
			l.Kind = clientlist.Living
		}
		_, err := clientlists.Create(ctx, tx, l, &list.Selection{All: true})
		if id = l.ID; err == nil && name == "exroll" {
			err = record.Delete(ctx, tx, new(clientlist.List), id, 0)
		}
		return err
	})
	return id
}

// viewRows are the pages and operations of saved views and of client lists.
var viewRows = numbered(slices.Concat([]row{
	{route: "GET /clients", on: "board", need: 's', query: "?view={id}", ok: 200},
	{route: "GET /clients", on: "desk", need: 's', query: "?view={id}", ok: 200},
	{route: "GET /views", ok: 200},
	{route: "GET /views/new", query: "?v_list=client&segment=regular", ok: 200},
	{route: "POST /views/new", body: "v_list=client&segment=regular", ok: 303},
	{route: "POST /views/new", body: "v_list=client&segment=regular&v_name=V{n}&v_pin=1", ok: 303},
	{route: "POST /views/new", who: leaders, body: "v_list=client&v_name=V{n}&who=all", ok: 303},
	{route: "POST /views/order", query: "?list=client", ok: 303},
	{route: "GET /views/{id}", on: "board", need: 's', ok: 200},
	{route: "GET /views/{id}", on: "desk", need: 's', ok: 200},
	{route: "POST /views/{id}", on: "board", need: 'o', part: "id", kind: "view", body: "version={v}&name=B{n}", ok: 303},
	{route: "POST /views/{id}", on: "desk", need: 'o', body: "name=B{n}", ok: 303},
	{route: "POST /views/{id}/update", on: "board", need: 'o', part: "id", kind: "view", body: "version={v}&city=c{n}", ok: 303},
	{route: "POST /views/{id}/pin", on: "board", need: 's', body: "on=1", ok: 303},
	{route: "POST /views/{id}/default", on: "board", need: 's', body: "on=1", ok: 303},
	{route: "POST /views/{id}/default", on: "board", who: leaders, need: 's', body: "on=1&role=agent", ok: 303},
	{route: "POST /views/{id}/duplicate", on: "board", need: 's', ok: 303},
	{route: "POST /views/{id}/delete", on: "board", need: 'o', ok: 303, uses: true},
	{route: "POST /views/{id}/restore", on: "exboard", need: 'o', ok: 303, uses: true},
	{route: "GET /lists", ok: 200},
	{route: "GET /lists/new", who: listers, ok: 200},
	{route: "POST /lists/new", who: listers, body: "l_name=L{n}", ok: 303},
	{route: "GET /lists/add", who: listers, query: "?all=1", ok: 200},
	{route: "POST /lists/add", who: listers, body: "all=1", ok: 303},
	{route: "POST /lists/add", who: listers, body: "all=1&l_name=L{n}&l_kind=living", ok: 303},
	{route: "POST /lists/add", who: listers, on: "roll", need: 'o', body: "to={id}&all=1", ok: 303},
	{route: "POST /lists/combine", who: listers, on: "roll", need: 's', body: "first={id}&way=union&l_name=C{n}", ok: 303, none: 422},
	{route: "GET /lists/{id}", on: "roll", need: 's', ok: 200},
	{route: "GET /lists/{id}", on: "stream", need: 's', ok: 200},
	{route: "GET /lists/{id}/progress", on: "roll", need: 's', ok: 303},
	{route: "POST /lists/{id}", who: listers, on: "roll", need: 'o', part: "id", kind: "client_list", body: "version={v}&name=R{n}", ok: 303},
	{route: "POST /lists/{id}/update", who: listers, on: "stream", need: 'o', part: "id", kind: "client_list", body: "version={v}&city=c{n}", ok: 303},
	{route: "POST /lists/{id}/remove", who: listers, on: "roll", need: 'o', body: "all=1", ok: 303},
	{route: "POST /lists/{id}/delete", who: listers, on: "roll", need: 'o', ok: 303, uses: true},
	{route: "POST /lists/{id}/restore", who: listers, on: "exroll", need: 'o', ok: 303, uses: true},
}, []row{
	{route: "GET" + v1 + "/clients", on: "board", need: 's', query: "?view={id}&count=1", ok: 200},
	{route: "GET" + v1 + "/clients", on: "desk", need: 's', query: "?view={id}", ok: 200},
	{route: "GET" + v1 + "/clients", on: "roll", need: 's', query: "?list={id}&count=1", ok: 200, none: 422},
	{route: "GET" + v1 + "/views", query: "?list=client", ok: 200},
	{route: "POST" + v1 + "/views", body: `{"list":"client","name":"V{n}","query":"segment=regular"}`, ok: 201},
	{route: "POST" + v1 + "/views", who: leaders, body: `{"list":"client","name":"V{n}","share":"all"}`, ok: 201},
	{route: "GET" + v1 + "/views/{id}", on: "board", need: 's', ok: 200},
	{route: "PATCH" + v1 + "/views/{id}", on: "board", need: 'o', body: `{"name":"A{n}"}`, ok: 200},
	{route: "PATCH" + v1 + "/views/{id}", on: "desk", need: 'o', body: `{"name":"A{n}"}`, ok: 200},
	{route: "POST" + v1 + "/views/{id}/pin", on: "board", need: 's', body: `{"on":true}`, ok: 200},
	{route: "POST" + v1 + "/views/{id}/default", on: "board", need: 's', body: `{"on":true}`, ok: 200},
	{route: "POST" + v1 + "/views/{id}/default", who: leaders, on: "board", need: 's', body: `{"on":true,"role":"agent"}`, ok: 200},
	{route: "DELETE" + v1 + "/views/{id}", on: "board", need: 'o', ok: 204, uses: true},
	{route: "POST" + v1 + "/views/{id}/restore", on: "exboard", need: 'o', ok: 200, uses: true},
	{route: "GET" + v1 + "/client-lists", ok: 200},
	{route: "POST" + v1 + "/client-lists", who: listers, body: `{"name":"L{n}","kind":"fixed"}`, ok: 201},
	{route: "POST" + v1 + "/client-lists/combine", who: listers, on: "roll", need: 's', body: `{"name":"L{n}","lists":[{id}],"way":"union"}`, ok: 201, none: 422},
	{route: "GET" + v1 + "/client-lists/{id}", on: "roll", need: 's', ok: 200},
	{route: "PATCH" + v1 + "/client-lists/{id}", who: listers, on: "roll", need: 'o', body: `{"name":"A{n}"}`, ok: 200},
	{route: "POST" + v1 + "/client-lists/{id}/members", who: listers, on: "roll", need: 'o', body: `{"all":true}`, ok: 200},
	{route: "POST" + v1 + "/client-lists/{id}/members/remove", who: listers, on: "roll", need: 'o', body: `{"all":true}`, ok: 200},
	{route: "DELETE" + v1 + "/client-lists/{id}", who: listers, on: "roll", need: 'o', ok: 204, uses: true},
	{route: "POST" + v1 + "/client-lists/{id}/restore", who: listers, on: "exroll", need: 'o', ok: 200, uses: true},
}))

// numbered has {id} name the subject's own number.
func numbered(rows []row) []row {
	for i := range rows {
		rows[i].id = "id"
	}
	return rows
}
