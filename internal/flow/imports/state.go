package imports

import (
	"hash/maphash"

	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/fold"
)

// A state is what is known of one client: one that is there already, or one that
// the file creates. It holds fingerprints of the values, not the values, so that
// the states of a large file fit into memory and a dry run can follow what the run
// will do.
type state struct {
	n        int // among the targets of the engine
	clientID int64
	seq      int64 // record of the file that created or first met it
	line     int
	mine     bool // the run creates it
	editable bool
	loaded   bool // facts are complete
	changed  bool // facts are ahead of the database: only in a dry run
	pending  *decision
	people   []personState
	facts    []fact
}

type personState struct {
	id    int64
	name  uint64 // print of family and given
	birth uint64 // print of name and birth date, 0 without one
}

// fact is one value. Of a single slot there is one; of a plural one, many.
type fact struct{ slot, print uint64 }

var seed = maphash.MakeSeed()

// hash is a fingerprint of texts within this process. 64 bits: two values among
// ten million share one with a chance of one in 400,000.
func hash(parts ...string) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, p := range parts {
		h.WriteString(p)
		h.WriteByte(0)
	}
	return h.Sum64()
}

func mix(a, b uint64) uint64 {
	a ^= b + 0x9e3779b97f4a7c15 + (a << 12) + (a >> 4)
	a *= 0xff51afd7ed558ccd
	return a ^ (a >> 33)
}

// slot names a field, by its hash, of the client (owner 0) or of one of its people
// (from 1 on).
func slot(owner int, field uint64) uint64 { return mix(field, uint64(owner+1)) }

// The plural slots.
var (
	slotEmail   = hash("email") // whoever of the client has it
	slotPhone   = hash("phone")
	slotSocial  = hash("social")
	slotWeb     = hash("web")
	slotName    = hash("name")     // of the client and of its people
	slotID      = hash("id")       // interface ids
	slotOther   = hash("other id") // interface ids of an unnamed system
	slotCode    = hash("code")     // account code
	slotTag     = hash("tag")      // folded name
	slotPermit  = hash("permit")   // communications that may be used for marketing
	slotMemo    = hash("memo")     // lines
	slotRemarks = hash("remarks")  // lines of the client's remarks, or by owner of a traveler's
)

func commSlot(kind string) uint64 {
	switch kind {
	case "email":
		return slotEmail
	case "phone":
		return slotPhone
	case "social":
		return slotSocial
	}
	return slotWeb
}

func idSlot(system string) uint64 {
	if system == otherSystem {
		return slotOther
	}
	return slotID
}

func (s *state) get(slot uint64) (print uint64, ok bool) {
	for _, f := range s.facts {
		if f.slot == slot {
			return f.print, true
		}
	}
	return 0, false
}

func (s *state) has(slot, print uint64) bool {
	for _, f := range s.facts {
		if f.slot == slot && f.print == print {
			return true
		}
	}
	return false
}

// add notes one value of a plural slot.
func (s *state) add(slot, print uint64) {
	if !s.has(slot, print) {
		s.facts = append(s.facts, fact{slot, print})
	}
}

// set notes the value of a single slot.
func (s *state) set(slot, print uint64) {
	for i := range s.facts {
		if s.facts[i].slot == slot {
			s.facts[i].print = print
			return
		}
	}
	s.facts = append(s.facts, fact{slot, print})
}

func (s *state) drop(slot, print uint64) {
	for i, f := range s.facts {
		if f.slot == slot && f.print == print {
			s.facts = append(s.facts[:i:i], s.facts[i+1:]...)
			return
		}
	}
}

// clone returns a copy whose changes don't show in s.
func (s *state) clone() state {
	c := *s
	c.people = append([]personState(nil), s.people...)
	c.facts = append([]fact(nil), s.facts...)
	return c
}

func commPrint(c *contact.Communication) uint64 { return hash(c.Norm) }

func idPrint(system, value string) uint64 { return hash(system, value) }

func addrPrint(a *contact.Address) uint64 {
	return hash(fold.Key(a.Street), fold.Key(a.Street2), fold.Key(a.POBox), fold.Key(a.PostalCode), fold.Key(a.City), fold.Key(a.Region), a.Country)
}

// The kinds of keys by which clients are found.
var (
	keyID    = hash("key id")
	keyEmail = hash("key email")
	keyPhone = hash("key phone")
	keyBirth = hash("key birth")
	keyCode  = hash("key code")
)

// keyOf makes a key of what agrees: a communication with a name, a birth date with
// a name, an id (0 for no name).
func keyOf(kind, print, name uint64) uint64 { return mix(mix(kind, print), name) }

// keys are all keys by which a later record can find the client.
func (s *state) keys() (out []uint64) {
	for _, f := range s.facts {
		kind := keyEmail
		switch f.slot {
		case slotID:
			out = append(out, keyOf(keyID, f.print, 0))
			continue
		case slotOther:
			kind = keyID
		case slotCode:
			kind = keyCode
		case slotPhone:
			kind = keyPhone
		case slotEmail:
		default:
			continue
		}
		for _, n := range s.facts {
			if n.slot == slotName {
				out = append(out, keyOf(kind, f.print, n.print))
			}
		}
	}
	for _, p := range s.people {
		if p.birth != 0 {
			out = append(out, keyOf(keyBirth, p.birth, 0))
		}
	}
	return out
}

// namesKey groups clients by their own name, for records that have no key.
var namesKey = hash("whole name")
