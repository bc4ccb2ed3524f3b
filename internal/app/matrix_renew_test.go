package app_test

import (
	"maps"
	"strings"

	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/db"
)

// builders make what hangs on a client and its traveler and can be made once more.
var builders = []func(m *matrix, name string, actor db.Actor, ids map[string]int64){
	func(m *matrix, name string, _ db.Actor, ids map[string]int64) {
		for part, kind := range map[string]string{"event": "client", "tevent": "traveler"} {
			ids[part] = m.insert(eventAuthor(name), &activity.Activity{OwnerKind: kind, OwnerID: ids[kind], Type: "NOTE", Subject: "Zq" + name + "event",
				FollowOn: "2026-01-02", FollowNote: "Zq" + name + "follow"})
		}
		ids["there"] = m.insert(eventAuthor(name), &activity.Person{ActivityID: ids["event"], TravelerID: ids["traveler"]})
		m.eventPapers(name, ids)
	},
	func(m *matrix, _ string, actor db.Actor, ids map[string]int64) { m.purse(actor, ids) },
	(*matrix).papersOnFile,
	(*matrix).linked,
	(*matrix).papers,
}

// build runs a builder and notes what it made.
func (m *matrix) build(i int, name string, ids map[string]int64) {
	m.t.Helper()
	before := maps.Clone(ids)
	builders[i](m, name, m.actor(owners[name]), ids)
	for part, id := range ids {
		if before[part] != id {
			m.from[part] = i
		}
	}
}

// needs reports whether the row that is asked names something that a builder makes.
// Before the first row everything is made.
func (m *matrix) needs(i int) bool {
	if m.asking == nil {
		return true
	}
	r := *m.asking
	for part, builder := range m.from {
		if builder == i && (part == r.id || part == r.part || strings.Contains(r.body+r.query, "{"+part+"}")) {
			return true
		}
	}
	return false
}

// complete makes what was left out of subjects that were renewed for a row that didn't
// name it, so that the next row may ask for it and sees that nothing of it is told.
func (m *matrix) complete() {
	for name, left := range m.bare {
		for _, i := range left {
			m.build(i, name, m.ids[name])
		}
		delete(m.bare, name)
	}
}

// renew replaces what a request has used up of a subject: as little as will do.
func (m *matrix) renew(r row, name string) {
	m.t.Helper()
	part := r.part
	if part == "" {
		part = r.id
	}
	if i, ok := m.from[part]; ok && access[name] != "" {
		m.build(i, name, m.ids[name])
		return
	}
	m.make(name)
}
