package db

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What hangs on a record is asked for by that record: {passport of $1} are the rows of
// passport of the traveler with that id, {passport of ids $1} those of several,
// {address of $1 $2} those of the record of a kind and id, {activity of client ids $1}
// those of several clients. They are the rows that {passport} has for these owners. Their
// rule is shorter: of the kinds of owners one is left, and an owner that this transaction
// was given a moment ago, through its own rule, needn't be looked for again in each
// query about what hangs on it.

var hanging = regexp.MustCompile(`\{(\w+)(?:\.\w+)? of (?:(\$\d+|\w+) )??(ids )?(\$\d+)\}`)

// hang is one such place in a query.
type hang struct {
	of   string // the table whose rows hang
	kind string // of the owner; "" where the table says it
	mark string // $2, of the owner's id
	ids  bool   // there are several
	arg  int    // of the owner's kind, from 1; 0 where the text says it
	id   int    // of the owner's id, from 1

	shown bool // the transaction was given the owner
}

// hangs finds the places of a query, with what they hang on this time.
func (tx *Tx) hangs(query string, args []any) (out []hang) {
	if !strings.Contains(query, " of ") {
		return nil
	}
	v, ok := tx.db.hanging.Load(query)
	if !ok {
		v = findHangs(query)
		tx.db.hanging.Store(query, v)
	}
	for _, h := range v.([]hang) {
		if h.id > len(args) || h.arg > len(args) {
			continue // the engine complains
		}
		if h.arg > 0 {
			h.kind = kindOf(args[h.arg-1])
		}
		owner := tx.db.tables[h.of].owner()
		if owner == "" {
			owner = h.kind
		}
		if _, known := tx.db.tables[owner]; h.kind != "" && !known {
			h.kind = "?" // nobody's
		}
		h.shown = tx.wasShown(owner, args[h.id-1])
		out = append(out, h)
	}
	return out
}

func findHangs(query string) (out []hang) {
	for _, m := range hanging.FindAllStringSubmatch(query, -1) {
		h := hang{of: m[1], kind: m[2], mark: m[4], ids: m[3] != "", id: number(m[4])}
		if strings.HasPrefix(m[2], "$") {
			h.arg = number(m[2])
		}
		out = append(out, h)
	}
	return out
}

func number(mark string) int {
	n, _ := strconv.Atoi(mark[1:]) // the expression lets nothing else pass
	return n
}

func kindOf(arg any) string {
	if v := reflect.ValueOf(arg); v.Kind() == reflect.String {
		return v.String()
	}
	return ""
}

// shown are the records that a transaction was given, and when.
type shown map[shownKey]time.Time

type shownKey struct {
	table string
	id    int64
	to    recentKey // whom
	link  string    // and through which private link
}

// Being shown something counts for as long, and for so many records: a page reads what
// hangs on a record at once, an export may go on for an hour.
const (
	shownFor = 2 * time.Second
	maxShown = 1000
)

// Shown notes that this transaction was given a row of {table}, whose rule let it pass.
// It does nothing while writing, which may change who sees what.
func (tx *Tx) Shown(table string, id int64) {
	if !tx.write && tx.db.owners[table] && len(tx.shown) < maxShown {
		tx.shown[shownKey{table, id, tx.asker(), tx.Actor.Link}] = time.Now()
	}
}

// asker tells apart those for whom rules differ.
func (tx *Tx) asker() recentKey {
	return tx.Actor.recentKey(tx.db.rightsBits(tx.Actor))
}

// wasShown reports whether all owners were shown.
func (tx *Tx) wasShown(table string, arg any) bool {
	if len(tx.shown) == 0 {
		return false
	}
	var ids []int64
	switch v := arg.(type) {
	case int64:
		ids = []int64{v}
	case Ref:
		ids = []int64{int64(v)}
	case IDs:
		ids = v
	default:
		return false
	}
	oldest, to := time.Now().Add(-shownFor), tx.asker()
	for _, id := range ids {
		if at, ok := tx.shown[shownKey{table, id, to, tx.Actor.Link}]; !ok || at.Before(oldest) {
			return false
		}
	}
	return true
}

// MayEditShown reports whether the actor may edit a row of {table} because this
// transaction was given it a moment ago, and the rule for editing asks for nothing more
// than the one for seeing. False says nothing: {table.edit} has the answer.
func (tx *Tx) MayEditShown(table string, id int64) bool {
	return tx.EditsWhatItSees(table) && tx.wasShown(table, id)
}

// EditsWhatItSees reports whether {table} and {table.edit} are the same rows for the actor.
func (tx *Tx) EditsWhatItSees(table string) bool {
	see, _, err := tx.planned("SELECT 1 FROM {"+table+"}", nil)
	if err != nil {
		return false
	}
	edit, _, err := tx.planned("SELECT 1 FROM {"+table+".edit}", nil)
	return err == nil && see.sql == edit.sql && slices.Equal(see.extra, edit.extra)
}

// owner is the kind of records on which the rows of t hang, "" where each row says it.
func (t Table) owner() string {
	name, _ := strings.CutSuffix(t.Of, "_id")
	if name == t.Of {
		return ""
	}
	return name
}

var owned = regexp.MustCompile(`\{(\w+) has (\w+)\}`)

// hangsOn are the tables on which the rows of t can hang.
func (t Table) hangsOn() (out []string) {
	if name := t.owner(); name != "" {
		return []string{name}
	}
	for _, m := range owned.FindAllStringSubmatch(t.View.Own+t.View.Agency, -1) {
		if m[2] == t.Of {
			out = append(out, m[1])
		}
	}
	return out
}

// of is the condition that the rows of t hang on h.
func (c *compiler) of(t Table, h *hang) string {
	mark, cond, column := h.mark, "", t.Of
	if t.owner() == "" {
		kind := "'" + h.kind + "'"
		if h.arg > 0 {
			kind = "$" + strconv.Itoa(h.arg)
		}
		column, cond = t.Of+"_id", t.Of+"_kind = "+kind+" AND "
	}
	if h.ids {
		return cond + column + " IN " + c.d.listMark("ids", mark)
	}
	return cond + column + " = " + mark
}

// has expands {table has column} in a rule of t, whose rows hang on h where it isn't nil.
func (c *compiler) has(name, mode, column string, t Table, h *hang) string {
	pair := !strings.HasSuffix(column, "_id")
	given := h != nil && h.shown && (mode == "" || mode == "any")
	if h == nil || column != t.Of || !pair && name != t.owner() {
		h, given = nil, false
	}
	var kind string
	switch {
	case pair && h == nil:
		kind = `"` + t.Name + `".` + column + "_kind = '" + name + "' AND "
	case pair && h.kind != name:
		return "false"
	}
	if given {
		return "true"
	}
	owner := c.d.tables[name]
	if pair {
		column += "_id"
	}
	seen := "EXISTS (SELECT 1 FROM " + c.subquery(owner, mode, nil) + ` v WHERE v.id = "` + t.Name + `".` + column + " LIMIT 1 OFFSET 0)"
	if kind == "" {
		return seen
	}
	return "(" + kind + seen + ")"
}
