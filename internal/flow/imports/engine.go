package imports

import (
	"github.com/carnetcrm/carnet/internal/db"
)

// engine carries one pass over a file: the dry run or the run. What it remembers
// is in step with the committed batches: rollback takes back those of a batch that
// failed.
type engine struct {
	run     *Run
	opt     Options
	actor   db.Actor
	dry     bool
	kinds   []string // of parts that the file brings
	relates bool     // the file says who is related to whom
	w       *words   // of the batch

	targets  []*state
	byKey    map[uint64]int
	byName   map[uint64][]int // clients of a name, for records without a key
	byClient map[int64]int
	codes    map[uint64]bool // account codes that the file gave
	next     map[string]int  // where the numbers behind a proposed code go on

	persons map[uint64][]personRef // people of the file that aren't stored yet, by name
	related map[uint64]bool        // relations of this pass
	above   map[uint64][]uint64    // whom this pass makes parents and grandparents

	saved   map[*state]state
	undo    []func()
	refused map[int64]error // records that the database refused, by seq
}

func newEngine(run *Run, opt Options, actor db.Actor, dry bool) *engine {
	return &engine{run: run, opt: opt, actor: actor, dry: dry, byKey: map[uint64]int{}, byName: map[uint64][]int{},
		persons: map[uint64][]personRef{}, related: map[uint64]bool{}, above: map[uint64][]uint64{},
		byClient: map[int64]int{}, codes: map[uint64]bool{}, next: map[string]int{}, saved: map[*state]state{}, refused: map[int64]error{}}
}

// touch keeps a copy of s before the batch changes it.
func (e *engine) touch(s *state) {
	if _, ok := e.saved[s]; !ok {
		e.saved[s] = s.clone()
	}
}

// commit forgets how to take the batch back, and the facts that can be read from
// the database again when another record needs them.
func (e *engine) commit() {
	for s := range e.saved {
		s.pending = nil
		if s.clientID != 0 && !(e.dry && s.changed) {
			s.loaded, s.facts, s.people = false, nil, nil
		} else {
			s.facts = append(make([]fact, 0, len(s.facts)), s.facts...)
		}
	}
	clear(e.saved)
	e.undo = e.undo[:0]
}

// rollback puts back what the batch changed in memory.
func (e *engine) rollback() {
	for s, was := range e.saved {
		*s = was
	}
	clear(e.saved)
	for i := len(e.undo) - 1; i >= 0; i-- {
		e.undo[i]()
	}
	e.undo = e.undo[:0]
}

// newTarget adds a state and returns its number.
func (e *engine) newTarget(s *state) int {
	i := len(e.targets)
	s.n = i
	e.targets = append(e.targets, s)
	e.undo = append(e.undo, func() { e.targets = e.targets[:i] })
	if s.clientID != 0 {
		e.byClient[s.clientID] = i
		e.undo = append(e.undo, func() { delete(e.byClient, s.clientID) })
	}
	return i
}

// register makes s known by all its keys. A key that another client has stays that
// client's: the first one wins.
func (e *engine) register(s *state) {
	n := s.n
	for _, k := range s.keys() {
		if _, taken := e.byKey[k]; !taken {
			e.byKey[k] = n
			e.undo = append(e.undo, func() { delete(e.byKey, k) })
		}
	}
}

// registerName makes a client of the file known by its own name, for later records
// that have nothing but a name.
func (e *engine) registerName(s *state, nameKey string) {
	k := mix(namesKey, hash(nameKey))
	if was := e.byName[k]; len(was) < maxNamesakes {
		e.byName[k] = append(was[:len(was):len(was)], s.n)
		e.undo = append(e.undo, func() { e.byName[k] = was })
	}
}
