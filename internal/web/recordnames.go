package web

import (
	"context"
	"slices"
	"strconv"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
)

// names are what ids in changes stand for, as far as the visitor may know.
type names map[string]map[int64]string

// idColumns says which table an id column points at.
var idColumns = map[string]string{"advisor_id": "user", "user_id": "user", "branch_id": "branch", "share_branch_id": "branch", "owner_id": "user",
	"customer_type_id": "customer_type", "tag_id": "tag", "code_id": "marketing_code", "traveler_id": "traveler", "main_traveler_id": "traveler", "a_id": "traveler", "b_id": "traveler", "default_card_id": "payment_card", "verified_by": "user", "passport_id": "passport", "view_id": "view"}

// nameQueries read the names of some rows.
var nameQueries = map[string]string{
	"payment_card": "SELECT x.id, '•••• ' || x.last4 FROM {payment_card} x WHERE x.id IN {ids $1}",
	"tag":          "SELECT x.id, x.name FROM {tag} x WHERE x.id IN {ids $1}",
	"view":         "SELECT x.id, x.name FROM {view} x WHERE x.id IN {ids $1}",
	"passport":     "SELECT x.id, x.country || ' •••• ' || x.number_hint FROM {passport.any} x WHERE x.id IN {ids $1}",
	// Who was added to or taken off which event.
	"activity_person": `SELECT x.id, CASE WHEN t.given = '' THEN t.family ELSE t.given || ' ' || t.family END || ' · ' || a.subject
		FROM {activity_person.any} x JOIN {traveler.any} t ON t.id = x.traveler_id JOIN {activity.any} a ON a.id = x.activity_id WHERE x.id IN {ids $1}`,
	"traveler": "SELECT x.id, CASE WHEN x.given = '' THEN x.family ELSE x.given || ' ' || x.family END FROM {traveler.any} x WHERE x.id IN {ids $1}",
}

// nameTables are the queries for all names of settled tables, which have few rows.
var nameTables = map[string]string{
	"user":           "SELECT x.id, x.name FROM {user} x",
	"branch":         "SELECT x.id, x.name FROM {branch} x",
	"customer_type":  "SELECT x.id, x.name FROM {customer_type} x",
	"marketing_code": "SELECT x.id, x.names FROM {marketing_code} x",
}

// loadNames reads the names that the page needs: of its people and offices, and
// of what its history mentions.
func (v *recordView) loadNames(ctx context.Context, tx *db.Tx) error {
	want := map[string]db.IDs{}
	add := func(table string, id int64) {
		if id != 0 && !slices.Contains(want[table], id) {
			want[table] = append(want[table], id)
		}
	}
	for _, e := range v.history {
		add("user", int64(e.UserID))
		if e.Kind == "activity_person" {
			add(e.Kind, e.RefID)
		}
		for _, c := range e.Changes {
			if table, ok := idColumns[c.Field]; ok {
				for _, s := range []string{c.Old, c.New} {
					id, _ := strconv.ParseInt(s, 10, 64)
					add(table, id)
				}
			}
		}
	}
	for _, id := range append(v.eventWho(), v.seenBy()...) {
		add("user", id)
	}
	v.wantStale(add)
	if c := v.client; c != nil {
		for _, id := range []db.Ref{c.AdvisorID, c.CreatedBy, c.UpdatedBy} {
			add("user", int64(id))
		}
		add("branch", int64(c.BranchID))
		add("customer_type", int64(c.CustomerType))
	}
	if t := v.person; t != nil {
		add("user", int64(t.CreatedBy))
		add("traveler", int64(t.MainTraveler))
	}
	for _, c := range v.comments {
		add("user", int64(c.CreatedBy))
	}
	v.names = names{"tag": {}, "traveler": {}}
	v.nameKnown(want)
	parts := []db.Part{v.loadActs, v.loadChoices}
	for table, ids := range want {
		list := v.names[table]
		if list == nil {
			list = map[int64]string{}
			v.names[table] = list
		}
		if len(ids) == 0 {
			continue
		}
		parts = append(parts, func(ctx context.Context, tx *db.Tx) error { return readNames(ctx, tx, table, ids, list) })
	}
	return tx.Together(ctx, parts...)
}

// nameKnown gives the names that the page has read already, and takes them off want.
func (v *recordView) nameKnown(want map[string]db.IDs) {
	known := func(table string, id int64, name string) {
		if i := slices.Index(want[table], id); i >= 0 {
			want[table] = slices.Delete(want[table], i, i+1)
			v.names[table][id] = name
		}
	}
	for i := range v.tags {
		known("tag", v.tags[i].TagID, v.tags[i].Name)
	}
	for _, t := range v.people() {
		known("traveler", t.ID, fullName(t))
	}
}

// readNames puts the names that rows of a table have into list.
func readNames(ctx context.Context, tx *db.Tx, table string, ids db.IDs, list map[int64]string) error {
	if q, settled := nameTables[table]; settled {
		all, err := idNames(ctx, tx, q)
		for _, id := range ids {
			list[id] = nameIn(all, id)
		}
		return err
	}
	return tx.Each(ctx, nameQueries[table], []any{ids}, func(rows db.Rows) error {
		var id int64
		var name string
		err := rows.Scan(&id, &name)
		list[id] = name
		return err
	})
}

// loadActs finds out which acts on many records, of those that the history names,
// the reader may look at.
func (v *recordView) loadActs(ctx context.Context, tx *db.Tx) error {
	var ids db.IDs
	for i := range v.history {
		if act := bulk.ActOf(&v.history[i]); act != 0 {
			ids = append(ids, act)
		}
	}
	if v.acts = nil; len(ids) == 0 {
		return nil
	}
	v.acts = map[int64]bool{}
	return tx.Each(ctx, "SELECT x.id FROM {bulk_act} x WHERE x.id IN {ids $1}", []any{ids}, func(rows db.Rows) error {
		var id int64
		err := rows.Scan(&id)
		v.acts[id] = true
		return err
	})
}
