package record

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// Change is one field of a saved change. Old and New are empty for a secret.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
}

// Entry is one saved change of a record (R017).
type Entry struct {
	ID      int64
	At      db.Stamp
	UserID  db.Ref // 0 is the program itself
	Via     string // web, api, import, job, cli
	RunID   int64
	Op      string // create, edit, delete, restore, purge, reveal
	Kind    string
	RefID   int64
	Version int64
	Changes []Change
}

// HistoryTable is the policy of the history: whoever sees a record sees what
// happened to it. Areas whose records have pages add their rule with Root.
func HistoryTable(roots ...string) db.Table {
	rule := "false"
	for _, kind := range roots {
		rule += " OR {" + kind + ".any has root}"
	}
	own := "(" + rule + ")"
	return db.Table{Name: "history", Of: "root",
		View: db.Rule{Own: own, Branch: own, Agency: "", Need: ""},
		Edit: db.Same("false")} // written by this package alone, never changed
}

func show(v reflect.Value) string {
	if v.IsZero() {
		return ""
	}
	if v.Type() == secretType {
		return v.String() // sealed: only compared, never shown
	}
	return fmt.Sprint(v.Interface())
}

// changes lists the tracked fields in which r differs from old; old nil stands
// for an empty record, r nil for a removed one.
func changes(r, old Record) []Change {
	var out []Change
	either := r
	if r == nil {
		either = old
	}
	for _, c := range shapeOf(either).cols {
		if c.history == "-" {
			continue
		}
		if c.bag {
			var was, is Bag
			if old != nil {
				was = *bagOf(old)
			}
			if r != nil {
				is = *bagOf(r)
			}
			out = append(out, bagChanges(c.name, was, is)...)
			continue
		}
		var was, is string
		if old != nil {
			was = show(c.value(old))
		}
		if r != nil {
			is = show(c.value(r))
		}
		if was == is {
			continue
		}
		if c.history == "secret" {
			was, is = "", ""
		}
		out = append(out, Change{c.name, was, is})
	}
	return out
}

// rooted is a record that shows its changes on pages other than those of its
// parents.
type rooted interface{ Roots() []Ref }

func roots(r Record) []Ref {
	if x, ok := r.(rooted); ok {
		return x.Roots()
	}
	if p := parents(r); len(p) > 0 {
		return p
	}
	return []Ref{{r.Table(), r.base().ID}}
}

const historySQL = `INSERT INTO "history" (agency_id, at, user_id, via, run_id, op, kind, ref_id, version, root_kind, root_id, changes) VALUES `

func writeHistory(ctx context.Context, tx *db.Tx, op string, r, old Record) error {
	either := r
	if r == nil {
		either = old
	}
	if kinds[either.Table()].Silent {
		return nil
	}
	var diff []Change
	if op != "delete" || r == nil { // moving to the trash changes no field
		diff = changes(r, old)
	}
	for _, args := range historyArgs(tx, op, either, diff) {
		if _, err := tx.Raw(ctx, historySQL+"("+marks(1, len(args))+")", args...); err != nil {
			return fmt.Errorf("writing the history: %w", err)
		}
	}
	return nil
}

// historyArgs returns the values of one history row per root.
func historyArgs(tx *db.Tx, op string, r Record, diff []Change) (rows [][]any) {
	if diff == nil {
		diff = []Change{}
	}
	text, _ := json.Marshal(diff) // of strings: can't fail
	a := tx.Actor
	for _, root := range roots(r) {
		rows = append(rows, []any{a.AgencyID, tx.Now, db.Ref(a.UserID), a.Via, a.RunID, op,
			r.Table(), r.base().ID, r.base().Version, root.Kind, root.ID, string(text)})
	}
	return rows
}

// History returns the changes shown on the page of a record, newest first, at
// most limit of them older than the entry before (0 for the newest). Fields that
// the actor has no right to are left out.
func History(ctx context.Context, tx *db.Tx, root Ref, before int64, limit int) ([]Entry, error) {
	if before == 0 {
		before = 1<<53 - 1
	}
	return entries(ctx, tx, " of $1 $2", `WHERE h.id < $3 ORDER BY h.id DESC LIMIT $4`,
		root.Kind, root.ID, before, limit)
}

// Since returns the changes of one record after a version, oldest first. A change
// that shows on two pages is returned once.
func Since(ctx context.Context, tx *db.Tx, ref Ref, version int64) ([]Entry, error) {
	all, err := entries(ctx, tx, "", `WHERE h.kind = $1 AND h.ref_id = $2 AND h.version > $3 AND h.op <> 'reveal' ORDER BY h.id`,
		ref.Kind, ref.ID, version)
	return slices.CompactFunc(all, func(a, b Entry) bool { return a.Version == b.Version }), err
}

// Told is a condition on {history} h, with " AND " behind it, that leaves out the kinds
// of which the actor isn't even told that they changed; "" where there are none.
func Told(tx *db.Tx) string {
	var unseen []string
	for name, k := range kinds {
		if t, ok := tx.TableOf(name); k.Hidden && ok && !tx.Actor.May(t.View.Need) {
			unseen = append(unseen, "'"+name+"'")
		}
	}
	if len(unseen) == 0 {
		return ""
	}
	slices.Sort(unseen)
	return "h.kind NOT IN (" + strings.Join(unseen, ", ") + ") AND "
}

// entries reads those that hang on something ("" on anything) and that a clause picks.
func entries(ctx context.Context, tx *db.Tx, of, clause string, args ...any) ([]Entry, error) {
	var out []Entry
	clause = strings.Replace(clause, "WHERE ", "WHERE "+Told(tx), 1)
	err := tx.Each(ctx, `SELECT h.id, h.at, h.user_id, h.via, h.run_id, h.op, h.kind, h.ref_id, h.version, h.changes
		FROM {history`+of+`} h `+clause, args, func(rows db.Rows) error {
		var e Entry
		var text string
		err := rows.Scan(&e.ID, &e.At, &e.UserID, &e.Via, &e.RunID, &e.Op, &e.Kind, &e.RefID, &e.Version, &text)
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &e.Changes); err != nil {
			return fmt.Errorf("reading history %d: %w", e.ID, err)
		}
		e.Changes = readable(e.Kind, e.Changes, tx.Actor)
		out = append(out, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, readableBags(ctx, tx, out)
}

// readableBags leaves out the values of bags that the actor may not see.
func readableBags(ctx context.Context, tx *db.Tx, list []Entry) error {
	var knows func(string) bool
	for i := range list {
		kept := list[i].Changes[:0]
		for _, c := range list[i].Changes {
			key, ok := BagKey(list[i].Kind, c.Field)
			if ok && knows == nil {
				if keeper.Knows == nil {
					return nil
				}
				var err error
				if knows, err = keeper.Knows(ctx, tx); err != nil {
					return err
				}
			}
			if !ok || knows(key) {
				kept = append(kept, c)
			}
		}
		list[i].Changes = kept
	}
	return nil
}

// readable leaves out the fields that the actor has no right to.
func readable(kind string, list []Change, a db.Actor) []Change {
	k, ok := kinds[kind]
	if !ok {
		return list
	}
	need := map[string]string{}
	for _, c := range shapeOf(k.New()).cols {
		need[c.name] = c.need
	}
	out := list[:0]
	for _, c := range list {
		if a.May(need[c.Field]) {
			out = append(out, c)
		}
	}
	return out
}

// staleConflict says in which fields the caller's record and the stored one
// differ, and marks those that somebody else changed since the caller read it.
func staleConflict(ctx context.Context, tx *db.Tx, stored, mine Record, version int64) error {
	others, err := Since(ctx, tx, Ref{stored.Table(), stored.base().ID}, version)
	if err != nil {
		return err
	}
	theirs := map[string]bool{}
	e := errs.New(errs.Conflict, "error.stale")
	for _, o := range others {
		for _, c := range o.Changes {
			theirs[c.Field] = true
		}
	}
	for _, c := range shapeOf(stored).cols {
		if c.history != "track" || (c.need != "" && !tx.Actor.May(c.need)) {
			continue
		}
		diff := []Change{{c.name, show(c.value(stored)), show(c.value(mine))}}
		if c.bag { // the rest of mine is completed by what is stored
			diff = bagChanges(c.name, *bagOf(stored), *bagOf(mine))
		}
		for _, d := range diff {
			if d.Old == d.New {
				continue
			}
			key := "conflict.mine" // only I changed it
			if theirs[d.Field] {
				key = "conflict.both"
			}
			e.Fields = append(e.Fields, errs.Field{Path: d.Field, Key: key, Mine: d.New, Theirs: d.Old})
		}
	}
	if len(others) > 0 {
		last := others[len(others)-1]
		e.Args = []any{"User", int64(last.UserID), "At", last.At, "Version", stored.base().Version}
	}
	return e
}
