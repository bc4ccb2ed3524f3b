// Package option keeps the lists from which people choose: meals, beds, airlines. Carnet
// ships them as codes whose labels are translated; an agency switches values off, adds
// its own, and puts them in order. What records keep is the code, and a code that was
// valid once stays so: old records still show what they say.
package option

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
)

// Tables are the tenant tables of this package.
var Tables = []db.Table{{Name: "option", Settled: true, View: db.Everybody, Edit: db.Everybody.With("option.manage")}}

var _ = record.Register(record.Kind{Name: "option", New: func() record.Record { return new(Option) }})

// Option is what the agency says of one value of a list: that it isn't offered, where
// it stands, what it is called. Without a row a shipped value is as Carnet ships it.
type Option struct {
	record.Base
	List     string `db:"list" history:"track"`
	Code     string `db:"code" history:"track"`
	Label    string `db:"label" history:"track"`    // "" takes the shipped one
	Position int64  `db:"position" history:"track"` // from 1; 0 where nobody moved it
	Active   bool   `db:"active" history:"track"`

	made bool // the code was made of the label
}

// Table names the table and the kind.
func (*Option) Table() string { return "option" }

// Unique names the field of a violated constraint.
func (*Option) Unique(string) string { return "code" }

var codes = regexp.MustCompile(`^[A-Z0-9][A-Z0-9_]{0,29}$`)

// Check tidies o and reports what is wrong with it. A value without a code gets one made
// of its label.
func (o *Option) Check() error {
	var c errs.Collect
	o.Label = strings.Join(strings.Fields(o.Label), " ")
	o.Code = strings.ToUpper(strings.TrimSpace(o.Code))
	if o.Code == "" {
		o.Code, o.made = CodeOf(o.Label), true
	}
	l, known := Lists[o.List]
	if !known {
		c.Add("list", "option.error.list")
	}
	if !codes.MatchString(o.Code) {
		c.Add("code", "option.error.code")
	}
	if !l.Has(o.Code) {
		c.Required("label", o.Label)
	}
	if strings.ContainsAny(o.Label, ",;") {
		c.Add("label", "option.error.comma")
	}
	c.MaxLen("label", o.Label, 80)
	if o.Position < 0 {
		c.Add("position", "error.number")
	}
	return c.Err()
}

// Guard keeps list and code as they are: records hold the code. A new value whose code is
// made of its label gets one that no other value has: else it would become that value.
func (o *Option) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	if was, ok := old.(*Option); ok && (was.Code != o.Code || was.List != o.List) {
		return errs.Bad("code", "option.error.fixed")
	}
	if old != nil || !o.made {
		return nil
	}
	s, err := Load(ctx, tx)
	if err != nil {
		return err
	}
	if _, twin := s.Find(i18n.For("en"), o.List, o.Label); twin {
		e := errs.Bad("label", "option.error.twin")
		e.Kind = errs.Conflict
		return e
	}
	all := codesOf(s.All(o.List))
	o.Code = fold.Free(CodeOf(o.Label), maxCode, func(code string) bool { return slices.Contains(all, code) })
	return nil
}

// maxCode is the longest code.
const maxCode = 30

// CodeOf makes a code of a label: "Zimmer am See" is ZIMMER_AM_SEE.
func CodeOf(label string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(fold.Fold(label)) {
		switch {
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	s := b.String()
	if len(s) > maxCode {
		s = s[:maxCode]
	}
	if s = strings.Trim(s, "_"); s == "" && label != "" { // written in letters that fold to no Latin ones
		s = "OWN_" + strconv.FormatUint(uint64(sum(label)), 36)
		s = strings.ToUpper(s)
	}
	return s
}

func sum(s string) uint32 { // FNV-1a
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// Value is a value of a list as the agency has it.
type Value struct {
	List, Code string
	Own        string // the agency's label, "" for the shipped one
	Shipped    bool
	Active     bool
	ID         int64 // of the agency's row, 0 for none
	Version    int64
}

// Label is what the value is called in a language.
func (v Value) Label(l *i18n.Localizer) string {
	if v.Own != "" {
		return v.Own
	}
	return shippedLabel(l, v.List, v.Code)
}

func shippedLabel(l *i18n.Localizer, list, code string) string {
	if name := Lists[list].names[code]; name != "" {
		return name
	}
	if label, ok := l.Find("option." + list + "." + code); ok {
		return label
	}
	return code
}

// Set is all that the agency says about lists.
type Set struct{ own map[string][]Option }

// Load reads what the agency says about lists; usually that is little.
func Load(ctx context.Context, tx *db.Tx) (*Set, error) {
	var rows []Option
	if err := record.Kept(ctx, tx, &rows, "ORDER BY r.list, r.id"); err != nil {
		return nil, err
	}
	s := &Set{own: map[string][]Option{}}
	for _, o := range rows {
		s.own[o.List] = append(s.own[o.List], o)
	}
	return s, nil
}

// All returns the values of a list in order, those that are switched off too: first
// those that somebody put in order, then the shipped ones, then the agency's own.
func (s *Set) All(list string) []Value {
	type placed struct {
		Value
		at int64
	}
	const unmoved = 1 << 20
	var out []placed
	own := s.own[list]
	for i, code := range Lists[list].Codes {
		p := placed{Value{List: list, Code: code, Shipped: true, Active: !Lists[list].old[code]}, unmoved + int64(i)}
		if at := slices.IndexFunc(own, func(o Option) bool { return o.Code == code }); at >= 0 {
			o := own[at]
			p.Own, p.Active, p.ID, p.Version = o.Label, o.Active, o.ID, o.Version
			p.at = cmp.Or(o.Position, p.at)
		}
		out = append(out, p)
	}
	for _, o := range own {
		if !Lists[list].Has(o.Code) {
			out = append(out, placed{Value{List: list, Code: o.Code, Own: o.Label, Active: o.Active, ID: o.ID, Version: o.Version}, cmp.Or(o.Position, 2*unmoved+o.ID)})
		}
	}
	slices.SortStableFunc(out, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	vals := make([]Value, len(out))
	for i := range out {
		vals[i] = out[i].Value
	}
	return vals
}

// Active returns the values of a list that are offered.
func (s *Set) Active(list string) []Value {
	return slices.DeleteFunc(s.All(list), func(v Value) bool { return !v.Active })
}

// Label is what a code of a list is called in a language: the code itself where nobody
// knows it any more.
func (s *Set) Label(l *i18n.Localizer, list, code string) string {
	for _, o := range s.own[list] {
		if o.Code == code && o.Label != "" {
			return o.Label
		}
	}
	return shippedLabel(l, list, code)
}

// Find returns the code of what somebody typed: a code, or a label in their language or
// in English.
func (s *Set) Find(l *i18n.Localizer, list, typed string) (string, bool) {
	want := fold.Fold(strings.TrimSpace(typed))
	if want == "" {
		return "", false
	}
	en := i18n.For("en")
	for _, v := range s.All(list) {
		if strings.EqualFold(v.Code, strings.TrimSpace(typed)) || fold.Fold(v.Label(l)) == want || fold.Fold(shippedLabel(en, list, v.Code)) == want {
			return v.Code, true
		}
	}
	return "", false
}

// Valid reports whether a code is one of a list, offered or not. It asks the database
// only about codes that Carnet doesn't ship.
func Valid(ctx context.Context, tx *db.Tx, list, code string) (bool, error) {
	if Lists[list].Has(code) {
		return true, nil
	}
	var n int64
	err := tx.Row(ctx, "SELECT count(*) FROM {option} o WHERE o.list = $1 AND o.code = $2", []any{list, code}, &n)
	return n > 0, err
}

// Arrange stores which values of a list are offered and in what order: the codes from
// first to last, and those of them that are off. Values as Carnet ships them get no row
// until something about them differs.
func Arrange(ctx context.Context, tx *db.Tx, list string, order []string, off map[string]bool, labels map[string]string) error {
	s, err := Load(ctx, tx)
	if err != nil {
		return err
	}
	all := s.All(list)
	moved := !slices.Equal(order, codesOf(all))
	for _, v := range all {
		at := slices.Index(order, v.Code)
		if at < 0 {
			continue // added by somebody else meanwhile
		}
		active, label := !off[v.Code], v.Own
		if l, said := labels[v.Code]; said {
			label = l
		}
		if v.ID == 0 {
			if !moved && active == v.Active && label == "" {
				continue
			}
			o := &Option{List: list, Code: v.Code, Label: label, Active: active}
			if moved {
				o.Position = int64(at + 1)
			}
			if err := record.Insert(ctx, tx, o); err != nil {
				return err
			}
			continue
		}
		o := new(Option)
		err := record.Edit(ctx, tx, o, v.ID, 0, func() error {
			o.Active, o.Label = active, label
			if moved {
				o.Position = int64(at + 1)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func codesOf(vals []Value) []string {
	out := make([]string, len(vals))
	for i, v := range vals {
		out[i] = v.Code
	}
	return out
}
