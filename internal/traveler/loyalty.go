package traveler

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
)

// ProgrammeKinds are the kinds of loyalty programmes.
var ProgrammeKinds = []string{"air", "hotel", "car", "rail", "cruise", "card", "operator", "consortium", "other"}

// Programme is a loyalty programme that the agency knows (R036). Whoever may change a
// client may add one; only who keeps the lists may change one.
type Programme struct {
	record.Base
	Name     string `db:"name" history:"track"`
	NameKey  string `db:"name_key" history:"-"`
	Kind     string `db:"kind" history:"track"`
	Supplier string `db:"supplier" history:"track"` // whose it is: an airline, a chain
	Code     string `db:"code" history:"track"`     // of the supplier: LH
	Pattern  string `db:"pattern" history:"track"`  // regular expression of member numbers; only warns
	Active   bool   `db:"active" history:"track"`   // offered for choice
}

// Table names the table and the kind.
func (*Programme) Table() string { return "programme" }

// Unique names the field of a violated constraint.
func (*Programme) Unique(string) string { return "name" }

// Check tidies p and reports what is wrong with it.
func (p *Programme) Check() error {
	var c errs.Collect
	p.Name, p.Supplier = oneLine(p.Name), oneLine(p.Supplier)
	p.NameKey = fold.Fold(p.Name)
	p.Code, p.Pattern = strings.ToUpper(oneLine(p.Code)), strings.TrimSpace(p.Pattern)
	if p.Kind == "" {
		p.Kind = "other"
	}
	c.Required("name", p.Name)
	for path, s := range map[string]string{"name": p.Name, "supplier": p.Supplier, "pattern": p.Pattern} {
		c.MaxLen(path, s, 100)
	}
	c.MaxLen("code", p.Code, 20)
	c.OneOf("kind", p.Kind, ProgrammeKinds...)
	if _, err := regexp.Compile(p.Pattern); err != nil {
		c.Add("pattern", "loyalty.error.pattern")
	}
	return c.Err()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Guard lets only those who keep the lists change a programme.
func (p *Programme) Guard(_ context.Context, tx *db.Tx, old record.Record) error {
	if old != nil && !tx.Actor.May("option.manage") {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	return nil
}

// Fits reports whether a member number looks like one of the programme; true where
// nobody knows what they look like.
func (p *Programme) Fits(number string) bool {
	if p.Pattern == "" || number == "" {
		return true
	}
	re, err := regexp.Compile("^(?:" + p.Pattern + ")$")
	return err != nil || re.MatchString(strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(number)))
}

// Owner is what tells suppliers apart: the supplier, or the programme itself.
func (p *Programme) Owner() string {
	if s := fold.Fold(p.Supplier); s != "" {
		return s
	}
	return p.NameKey
}

// Programmes returns the programmes of the agency by name, those out of use too.
func Programmes(ctx context.Context, tx *db.Tx) ([]Programme, error) {
	var out []Programme
	err := record.Select(ctx, tx, &out, "ORDER BY r.name_key")
	return out, err
}

// Offered returns the programmes to choose from by name: those of the agency and those
// that Carnet ships, which have no number yet.
func Offered(ctx context.Context, tx *db.Tx) ([]Programme, error) {
	own, err := Programmes(ctx, tx)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, p := range own {
		known[p.NameKey] = true
	}
	out := slices.DeleteFunc(own, func(p Programme) bool { return !p.Active })
	for _, p := range ShippedProgrammes() {
		if !known[p.NameKey] {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Programme) int { return strings.Compare(a.NameKey, b.NameKey) })
	return out, nil
}

// ProgrammeNamed returns the programme with a name, adding it where the agency hasn't
// got it yet: with all that Carnet knows of it, or as one of the given kind (R036).
func ProgrammeNamed(ctx context.Context, tx *db.Tx, name, kind string) (*Programme, error) {
	n := &Programme{Name: name, Kind: kind, Active: true}
	key := fold.Fold(oneLine(name))
	var found []Programme
	if err := record.Select(ctx, tx, &found, "WHERE r.name_key = $1", key); err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return &found[0], nil
	}
	for _, p := range ShippedProgrammes() {
		if p.NameKey == key {
			n = &p
		}
	}
	return n, record.Insert(ctx, tx, n)
}

// Loyalty is a traveler's membership in a programme (R035).
type Loyalty struct {
	record.Base
	TravelerID  int64         `db:"traveler_id" history:"-"`
	ProgrammeID int64         `db:"programme_id" history:"track"`
	Number      string        `db:"number" history:"track"` // as on the card
	NameOnCard  string        `db:"name_on_card" history:"track"`
	Tier        string        `db:"tier" history:"track"`
	TierUntil   date.Date     `db:"tier_until" history:"track"`
	Issued      date.Date     `db:"issued" history:"track"`
	Expires     date.Date     `db:"expires" history:"track"`
	PIN         record.Secret `db:"pin" history:"secret" reveal:"passport.reveal"` // PIN, password or a hint at it
	Note        string        `db:"note" history:"track"`
	Default     bool          `db:"is_default" history:"track"` // the one to book with, one per supplier
}

// Table names the table and the kind.
func (*Loyalty) Table() string { return "loyalty" }

// Parents is the member.
func (l *Loyalty) Parents() []record.Ref {
	return []record.Ref{{Kind: "traveler", ID: l.TravelerID}}
}

// Unique names the field of a violated constraint.
func (*Loyalty) Unique(string) string { return "number" }

// Check tidies l and reports what is wrong with it.
func (l *Loyalty) Check() error {
	var c errs.Collect
	for path, s := range map[string]*string{"number": &l.Number, "name_on_card": &l.NameOnCard, "tier": &l.Tier} {
		*s = oneLine(*s)
		c.MaxLen(path, *s, 100)
	}
	l.Note = strings.TrimSpace(l.Note)
	c.MaxLen("note", l.Note, 1000)
	c.Required("number", l.Number)
	if l.ProgrammeID == 0 {
		c.Required("programme", "")
	}
	for path, d := range map[string]date.Date{"tier_until": l.TierUntil, "issued": l.Issued, "expires": l.Expires} {
		if d != "" && (!d.Valid() || !d.HasYear()) {
			c.Add(path, "error.date")
		}
	}
	if l.Issued.Valid() && l.Expires.Valid() && l.Expires < l.Issued {
		c.Add("expires", "loyalty.error.expires")
	}
	if plain, fresh := l.PIN.Fresh(); fresh {
		c.MaxLen("pin", plain, 100)
	}
	return c.Err()
}

// Guard makes l the only default membership with its supplier.
func (l *Loyalty) Guard(ctx context.Context, tx *db.Tx, _ record.Record) error {
	var own Programme
	if err := record.Get(ctx, tx, &own, l.ProgrammeID); err != nil {
		return errs.Bad("programme", "loyalty.error.programme")
	}
	if !l.Default {
		return nil
	}
	list, err := Memberships(ctx, tx, l.TravelerID)
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.ID == l.ID || !m.Default || m.Programme.Owner() != own.Owner() {
			continue
		}
		o := new(Loyalty)
		if err := record.Edit(ctx, tx, o, m.ID, 0, func() error { o.Default = false; return nil }); err != nil {
			return err
		}
	}
	return nil
}

// Membership is a membership with its programme.
type Membership struct {
	Loyalty
	Programme Programme
}

// Memberships returns where a traveler is a member, by kind and name of the programme.
func Memberships(ctx context.Context, tx *db.Tx, id int64) ([]Membership, error) {
	var list []Loyalty
	if err := record.Select(ctx, tx, &list, "of $1 ORDER BY r.id", id); err != nil || len(list) == 0 {
		return nil, err
	}
	ids := db.IDs{}
	for _, l := range list {
		ids = append(ids, l.ProgrammeID)
	}
	var progs []Programme
	if err := record.Select(ctx, tx, &progs, "WHERE r.id IN {ids $1}", ids); err != nil {
		return nil, err
	}
	out := make([]Membership, 0, len(list))
	for _, l := range list {
		m := Membership{Loyalty: l}
		if at := slices.IndexFunc(progs, func(p Programme) bool { return p.ID == l.ProgrammeID }); at >= 0 {
			m.Programme = progs[at]
		}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b Membership) int {
		if n := slices.Index(ProgrammeKinds, a.Programme.Kind) - slices.Index(ProgrammeKinds, b.Programme.Kind); n != 0 {
			return n
		}
		return strings.Compare(a.Programme.NameKey, b.Programme.NameKey)
	})
	return out, nil
}
