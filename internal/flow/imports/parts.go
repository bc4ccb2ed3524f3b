package imports

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// part is one record of a person's profile: a passport, a membership, a taste.
type part struct {
	rec       record.Record
	programme string // of a membership: its name
	key       uint64 // tells it from others of its kind
	vals      []val
}

// val is a value of a part, as a fingerprint.
type val struct {
	name  string
	print uint64
}

// partKinds are the kinds of parts. Each hangs on a traveler.
var partKinds = []string{"passport", "visa", "loyalty", "preference", "special_date", "emergency_contact"}

// partSlot is the place of a kind of parts, valSlot that of a value of one of them.
func partSlot(kind string) uint64 { return hash("part", kind) }

func valSlot(kind, name string, key uint64) uint64 { return mix(hash("part value", kind, name), key) }

// given stands for a sealed value: that there is one is all that may be told of it.
const given = "given"

// prints are the fingerprints of a part: of what tells it from others, and of its
// values. What is sealed counts only by what everybody sees of it, the end of a number:
// were it compared as a whole, a list of guesses would tell which of them is right, to
// anybody who may import, without a reason, a limit or an entry in the history.
func (x *part) prints() (key uint64, vals []val) {
	kind := x.rec.Table()
	keyed := func(parts ...string) { key = hash(append([]string{kind}, parts...)...) }
	say := func(name, value string) {
		if value != "" {
			vals = append(vals, val{name, hash(value)})
		}
	}
	switch r := x.rec.(type) {
	case *traveler.Passport:
		if keyed(given, r.Hint); r.No == "" {
			keyed("", r.Country, string(r.Expires))
		}
		say("country", r.Country)
		say("issued", string(r.Issued))
		say("expires", string(r.Expires))
		say("nationality", r.Nationality)
		say("birth_place", fold.Key(r.BirthPlace))
		if r.MRZ != "" {
			say("mrz", given) // lines that are stored stay, whatever the file has
		}
	case *traveler.Visa:
		if keyed(given, r.Hint); r.No == "" {
			keyed("", r.Country, r.Type, string(r.Expires))
		}
		say("country", r.Country)
		say("type", r.Type)
		say("expires", string(r.Expires))
	case *traveler.Loyalty:
		keyed(fold.Fold(x.programme), memberKey(r.Number))
		say("tier", r.Tier)
	case *traveler.Preference:
		f, _ := traveler.PreferenceFieldOf(r.Field)
		switch {
		case f.Single():
			keyed(r.Field)
			say("value", r.Code+"\n"+r.Text+"\n"+strconv.FormatInt(r.Number, 10))
		case f.Kind == traveler.PrefPlaces:
			keyed(r.Field, r.Code, r.Degree)
		default:
			keyed(r.Field, r.Code, r.Text)
			say("degree", r.Degree)
		}
	case *traveler.SpecialDate:
		if keyed(r.Type); r.Type == "CHILD" || r.Type == "OTHER" {
			keyed(r.Type, string(r.Date))
		}
		say("date", string(r.Date))
	case *traveler.EmergencyContact:
		keyed(fold.Key(r.Name))
		say("phone", or(r.PhoneNorm, fold.Digits(r.Phone)))
		say("email", r.Email)
		say("relation", r.Relation)
	}
	return key, vals
}

// number is that of a document of the file, "" for other parts and for what is stored.
func (x *part) number() string {
	var s record.Secret
	switch r := x.rec.(type) {
	case *traveler.Passport:
		s = r.No
	case *traveler.Visa:
		s = r.No
	}
	plain, _ := s.Fresh()
	return plain
}

// memberKey compares numbers of members as programmes do.
func memberKey(number string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(number))
}

// copyVal gives a part one value of another. A preference says its value by several
// columns, a phone number is read by a region that is in none.
func copyVal(to, from record.Record, name string) {
	if t, ok := to.(*traveler.EmergencyContact); ok && name == "phone" {
		t.Region = from.(*traveler.EmergencyContact).Region
	}
	columns := []string{name}
	if name == "value" {
		columns = []string{"code", "text", "number"}
	}
	for _, c := range columns {
		text, err := record.Text(from, c)
		if err == nil {
			err = record.SetText(to, c, text)
		}
		if err != nil {
			panic(err) // no such column: prints said a wrong name
		}
	}
}

// of says whose a part is.
func (x *part) of(travelerID int64) {
	switch r := x.rec.(type) {
	case *traveler.Passport:
		r.TravelerID = travelerID
	case *traveler.Visa:
		r.TravelerID = travelerID
	case *traveler.Loyalty:
		r.TravelerID = travelerID
	case *traveler.Preference:
		r.TravelerID = travelerID
	case *traveler.SpecialDate:
		r.TravelerID = travelerID
	case *traveler.EmergencyContact:
		r.TravelerID = travelerID
	}
}

// target is the target whose name stands for a value of the part in reports, name "" for
// the part itself.
func (x *part) target(name string) string {
	switch r := x.rec.(type) {
	case *traveler.Preference:
		return intake.PreferenceTarget + r.Field
	case *traveler.SpecialDate:
		return intake.DateTarget + r.Type
	case *traveler.Loyalty:
		return "loyalty." + or(name, "membership")
	case *traveler.EmergencyContact:
		return "emergency." + or(name, "contact")
	}
	return x.rec.Table() + "." + or(name, "number")
}

// partFacts notes parts of a person.
func (s *state) partFacts(owner int, list []part) {
	for i := range list {
		x := &list[i]
		kind := x.rec.Table()
		s.add(slot(owner, partSlot(kind)), x.key)
		for _, v := range x.vals {
			s.set(slot(owner, valSlot(kind, v.name, x.key)), v.print)
		}
	}
}

// containsParts reports whether all of the parts are known, with all their values.
func (s *state) containsParts(owner int, list []part) bool {
	for i := range list {
		x := &list[i]
		kind := x.rec.Table()
		if !s.has(slot(owner, partSlot(kind)), x.key) {
			return false
		}
		for _, v := range x.vals {
			if !s.has(slot(owner, valSlot(kind, v.name, x.key)), v.print) {
				return false
			}
		}
	}
	return true
}

// partDelta is a part that a person lacks, or values that one of theirs gets.
type partDelta struct {
	i     int // in the draft
	names []string
}

// compareParts returns what the parts add to those of the target.
func (e *engine) compareParts(b *drafter, x *decision, owner int, list []part) (out []partDelta) {
	s := x.target
	added := map[uint64]bool{} // two numbers of one row may end alike
	for i := range list {
		p := &list[i]
		kind := p.rec.Table()
		if added[p.key] || !s.has(slot(owner, partSlot(kind)), p.key) {
			added[p.key] = true
			s.partFacts(owner, list[i:i+1])
			out = append(out, partDelta{i: i})
			x.delta.note(p.target(""))
			continue
		}
		if p.number() != "" {
			b.warn(b.title(p.target("number")), "import.warning.number_alike")
		}
		d := partDelta{i: i}
		for _, v := range p.vals {
			at := slot(owner, valSlot(kind, v.name, p.key))
			was, has := s.get(at)
			if has && (was == v.print || e.opt.Mode != ModeOverwrite) {
				continue
			}
			s.set(at, v.print)
			d.names = append(d.names, v.name)
			x.delta.note(p.target(v.name))
		}
		if len(d.names) > 0 {
			out = append(out, d)
		}
	}
	return out
}

// partsOf reads the parts of a kind of some travelers. What is sealed stays so.
func partsOf(ctx context.Context, tx *db.Tx, w *words, kind string, ids db.IDs) (map[int64][]part, error) {
	out := map[int64][]part{}
	add := func(traveler int64, x part) error {
		x.key, x.vals = x.prints()
		out[traveler] = append(out[traveler], x)
		return nil
	}
	switch kind {
	case "passport":
		return out, each(ctx, tx, ids, func(r *traveler.Passport) error { return add(r.TravelerID, part{rec: r}) })
	case "visa":
		return out, each(ctx, tx, ids, func(r *traveler.Visa) error { return add(r.TravelerID, part{rec: r}) })
	case "loyalty":
		return out, each(ctx, tx, ids, func(r *traveler.Loyalty) error {
			return add(r.TravelerID, part{rec: r, programme: w.programmeNames[r.ProgrammeID]})
		})
	case "preference":
		return out, each(ctx, tx, ids, func(r *traveler.Preference) error { return add(r.TravelerID, part{rec: r}) })
	case "special_date":
		return out, each(ctx, tx, ids, func(r *traveler.SpecialDate) error { return add(r.TravelerID, part{rec: r}) })
	}
	return out, each(ctx, tx, ids, func(r *traveler.EmergencyContact) error { return add(r.TravelerID, part{rec: r}) })
}

func each[T any, P interface {
	*T
	record.Record
}](ctx context.Context, tx *db.Tx, ids db.IDs, fn func(P) error) error {
	var list []T
	if err := record.Select[T, P](ctx, tx, &list, "WHERE r.traveler_id IN {ids $1} ORDER BY r.id", ids); err != nil {
		return err
	}
	for i := range list {
		if err := fn(P(&list[i])); err != nil {
			return err
		}
	}
	return nil
}

// kindsIn are the kinds of parts that a mapping brings.
func kindsIn(m intake.Mapping) (out []string) {
	for _, c := range m.Columns {
		area, _, _ := strings.Cut(c.Target, ".")
		kinds := []string{area}
		switch {
		case area == "emergency":
			kinds = []string{"emergency_contact"}
		case area == "note" && (c.LabelFrom > 0 || c.Label != ""): // whose label may name a document
			kinds = []string{"passport", "visa"}
		}
		for _, k := range kinds {
			if slices.Contains(partKinds, k) && !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}
