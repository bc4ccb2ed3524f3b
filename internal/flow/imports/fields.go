package imports

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// field is a column with one value that a file may fill in or overwrite.
type field[T any] struct {
	name string // of the column
	slot uint64
	text func(*T) string // the value, "" for none
	copy func(to, from *T)
}

func text[T any](name string, p func(*T) *string) field[T] {
	return field[T]{name, hash(name), func(r *T) string { return *p(r) }, func(to, from *T) { *p(to) = *p(from) }}
}

func day[T any](name string, p func(*T) *date.Date) field[T] {
	return field[T]{name, hash(name), func(r *T) string { return string(*p(r)) }, func(to, from *T) { *p(to) = *p(from) }}
}

func ref[T any](name string, p func(*T) *db.Ref) field[T] {
	return field[T]{name, hash(name), func(r *T) string {
		if *p(r) == 0 {
			return ""
		}
		return strconv.FormatInt(int64(*p(r)), 10)
	}, func(to, from *T) { *p(to) = *p(from) }}
}

// clientFields are the single values of a client. The name isn't among them: files
// spell it as they like, and it is how people know the client. Neither is the kind,
// which a file rarely states.
var clientFields = []field[client.Client]{
	text("status", func(c *client.Client) *string { return &c.Status }),
	text("classification", func(c *client.Client) *string { return &c.Classification }),
	text("segment", func(c *client.Client) *string { return &c.Segment }),
	text("source_medium", func(c *client.Client) *string { return &c.SourceMedium }),
	text("source_detail", func(c *client.Client) *string { return &c.SourceDetail }),
	text("informal_salutation", func(c *client.Client) *string { return &c.InformalSalutation }),
	text("formal_salutation", func(c *client.Client) *string { return &c.FormalSalutation }),
	text("anniversary_note", func(c *client.Client) *string { return &c.AnniversaryNote }),
	text("contact", func(c *client.Client) *string { return &c.Contact }),
	text("legal_name", func(c *client.Client) *string { return &c.LegalName }),
	text("tax_id", func(c *client.Client) *string { return &c.TaxID }),
	text("language", func(c *client.Client) *string { return &c.Language }),
	text("currency", func(c *client.Client) *string { return &c.Currency }),
	day("anniversary", func(c *client.Client) *date.Date { return &c.Anniversary }),
	ref("customer_type_id", func(c *client.Client) *db.Ref { return &c.CustomerType }),
	ref("branch_id", func(c *client.Client) *db.Ref { return &c.BranchID }),
	ref("advisor_id", func(c *client.Client) *db.Ref { return &c.AdvisorID }),
}

// travelerFields are the single values of a traveler. Family and given name are
// compared folded: a file in capitals doesn't change how a name is spelled.
var travelerFields = []field[traveler.Traveler]{
	folded("family", func(t *traveler.Traveler) *string { return &t.Family }),
	folded("given", func(t *traveler.Traveler) *string { return &t.Given }),
	folded("middle", func(t *traveler.Traveler) *string { return &t.Middle }),
	text("title", func(t *traveler.Traveler) *string { return &t.Title }),
	text("suffix", func(t *traveler.Traveler) *string { return &t.Suffix }),
	text("preferred", func(t *traveler.Traveler) *string { return &t.Preferred }),
	text("former", func(t *traveler.Traveler) *string { return &t.Former }),
	text("native_name", func(t *traveler.Traveler) *string { return &t.NativeName }),
	text("sex", func(t *traveler.Traveler) *string { return &t.Sex }),
	text("nationality", func(t *traveler.Traveler) *string { return &t.Nationality }),
	text("languages", func(t *traveler.Traveler) *string { return &t.Languages }),
	text("occupation", func(t *traveler.Traveler) *string { return &t.Occupation }),
	text("company", func(t *traveler.Traveler) *string { return &t.Company }),
	text("position", func(t *traveler.Traveler) *string { return &t.Position }),
	day("birth_date", func(t *traveler.Traveler) *date.Date { return &t.BirthDate }),
}

func folded[T any](name string, p func(*T) *string) field[T] {
	f := text(name, p)
	f.text = func(r *T) string { return fold.Key(*p(r)) }
	return f
}

// ownSlot is the place of a field that the agency has defined itself.
func ownSlot(code string) uint64 { return hash("own field", code) }

// ownFacts notes the values of such fields.
func (s *state) ownFacts(owner int, b record.Bag) {
	for code, text := range b.Texts() {
		s.set(slot(owner, ownSlot(code)), hash(text))
	}
}

// containsOwn reports whether all of the values are known.
func (s *state) containsOwn(owner int, b record.Bag) bool {
	for code, text := range b.Texts() {
		if !s.has(slot(owner, ownSlot(code)), hash(text)) {
			return false
		}
	}
	return true
}

// compareOwn returns the codes of the values that the target lacks, or has otherwise
// where the file may overwrite.
func (e *engine) compareOwn(b *drafter, x *decision, owner int, bag record.Bag) (codes []string) {
	texts := bag.Texts()
	for _, code := range slices.Sorted(maps.Keys(texts)) {
		at, print := slot(owner, ownSlot(code)), hash(texts[code])
		was, has := x.target.get(at)
		if has && (was == print || e.opt.Mode != ModeOverwrite) {
			continue
		}
		x.target.set(at, print)
		codes = append(codes, code)
		if f := b.w.own.Get(code); f != nil {
			x.delta.note(plainName + f.Label(b.w.l.Lang()))
		}
	}
	return codes
}

// plainName begins the name of a changed field that isn't a translation key.
const plainName = "="

// copyOwn gives a bag some values of another.
func copyOwn(to *record.Bag, from record.Bag, codes []string) {
	values := from.Values()
	for _, code := range codes {
		*to = to.With(code, values[code])
	}
}

// own reads the fields that the agency has defined itself. What one of them doesn't take
// is kept as a remark, unless not everybody may see the field.
func (b *drafter) own(kind string, in []intake.Own) (bag record.Bag) {
	said := map[string]bool{}
	for _, o := range in {
		f := b.w.own.Get(o.Code)
		doubt := func(key string, args ...any) {
			if f != nil && f.ViewRoles != "" {
				b.leftOut(intake.Said{Title: o.Title})
				return
			}
			b.warn(o.Title, key, args...)
			b.keep(o.Title, o.Value)
		}
		if f == nil || !f.In(kind) || !b.w.own.Edits(f) {
			doubt("field.error.unknown")
			continue
		}
		v, key, args := f.Typed(o.Value, date.OrderFor(b.w.agency.Country))
		switch {
		case key != "":
			doubt(key, args...)
		case said[o.Code]: // of another row of the client
			doubt("intake.problem.other_value", "Value", clip(o.Value, 80))
		default:
			bag, said[o.Code] = bag.With(o.Code, v), true
		}
	}
	return bag
}

// report refuses the row for what is wrong with one of its records.
func (b *drafter) report(area string, err error) {
	var e *errs.Error
	if !errors.As(err, &e) {
		return
	}
	fields := slices.Clone(e.Fields) // in one order: the dry run and the run say the same
	slices.SortStableFunc(fields, func(a, b errs.Field) int { return strings.Compare(a.Path, b.Path) })
	for _, f := range fields {
		b.refuse(b.fieldName(f.Path, area), f.Key, f.Args...)
	}
}

// fieldName is what people call a field of a record, of the first of the areas that has it.
func (b *drafter) fieldName(column string, areas ...string) string {
	for _, area := range areas {
		if key := label(area, column); intake.IsTarget(key) {
			return b.title(key)
		}
	}
	return column
}

// addressSlots tell the addresses of an owner apart.
var addressSlots = map[string]uint64{"physical": hash("physical"), "mailing": hash("mailing")}

// roleSlot is the role of a traveler in the client.
var roleSlot = hash("role")

// textLines returns the lines of remarks, each of which is added once.
func textLines(s string) (out []string) {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// labels are the targets of intake that name a field in reports, where they differ
// from the column.
var labels = map[string]string{"customer_type_id": "customer_type", "branch_id": "branch", "advisor_id": "advisor",
	"languages": "language", "native_name": "native"}

func label(area, column string) string {
	if l := labels[column]; l != "" {
		column = l
	}
	return area + "." + column
}
