package traveler

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// DocumentKinds are the kinds of records that are documents of a traveler (R031).
var DocumentKinds = []string{"passport", "visa", "nationality", "other_document"}

// documentRule is the rule of what hangs on a traveler: who sees the traveler sees it,
// who may change the traveler may change it.
func documentRule(mode string) db.Rule {
	cond := `{traveler` + mode + ` has traveler_id}`
	return db.Rule{Own: cond, Branch: cond}
}

// documentTables are the tenant tables of travel documents. That there is a passport
// and until when is seen by whoever sees the traveler; its number asks for the right
// passport.reveal.
var documentTables = []db.Table{
	{Name: "passport", Of: "traveler_id", Trash: true, View: documentRule(""), Edit: documentRule(".edit").With("client.edit")},
	{Name: "visa", Of: "traveler_id", Trash: true, View: documentRule(""), Edit: documentRule(".edit").With("client.edit")},
	{Name: "nationality", Of: "traveler_id", Trash: true, View: documentRule(""), Edit: documentRule(".edit").With("client.edit")},
	{Name: "other_document", Of: "traveler_id", Trash: true, View: documentRule(""), Edit: documentRule(".edit").With("client.edit")},
	{Name: "country_rule", Settled: true, View: db.Everybody, Edit: db.Everybody.With("agency.manage")},
}

var _ = record.Register(
	record.Kind{Name: "passport", New: func() record.Record { return new(Passport) }, Purge: dropImages("passport")},
	record.Kind{Name: "visa", New: func() record.Record { return new(Visa) }, Purge: dropImages("visa")},
	record.Kind{Name: "nationality", New: func() record.Record { return new(Nationality) }, Purge: dropImages("nationality")},
	record.Kind{Name: "other_document", New: func() record.Record { return new(OtherDocument) }, Purge: dropImages("other_document")},
	record.Kind{Name: "country_rule", New: func() record.Record { return new(CountryRule) }},
)

// dropImages removes the images of a document with it.
func dropImages(kind string) func(context.Context, *db.Tx, int64) error {
	return func(ctx context.Context, tx *db.Tx, id int64) error {
		return document.DropPart(ctx, tx, record.Ref{Kind: kind, ID: id})
	}
}

// Seen says who saw the original of a document, and when.
type Seen struct {
	VerifiedBy db.Ref   `db:"verified_by" history:"track"`
	VerifiedAt db.Stamp `db:"verified_at" history:"-"`
}

// MarkSeen notes that the actor has the original in hand, or takes that back.
func (s *Seen) MarkSeen(tx *db.Tx, yes bool) {
	s.VerifiedBy, s.VerifiedAt = 0, 0
	if yes {
		s.VerifiedBy, s.VerifiedAt = db.Ref(tx.Actor.UserID), tx.Now
	}
}

// Document is what the four kinds have in common.
type Document interface {
	record.Record
	Of() int64        // id of the traveler
	Sight() *Seen     // nil where nothing is seen
	Until() date.Date // when it expires, "" if that is unknown or never
	Number() string   // what may be shown of its number: its last characters
}

// NewDocument returns an empty document of a kind, nil for an unknown kind.
func NewDocument(kind string, traveler int64) Document {
	switch kind {
	case "passport":
		return &Passport{TravelerID: traveler}
	case "visa":
		return &Visa{TravelerID: traveler}
	case "nationality":
		return &Nationality{TravelerID: traveler}
	case "other_document":
		return &OtherDocument{TravelerID: traveler}
	}
	return nil
}

// hintOf is what may be shown of a number: enough to tell two apart, too little to
// use it.
func hintOf(number string) string {
	r := []rune(number)
	switch {
	case len(r) >= 9:
		return string(r[len(r)-4:])
	case len(r) >= 6:
		return string(r[len(r)-3:])
	}
	return ""
}

// tidyNumber takes out what people type for their eyes and writes capitals. ok is
// false for what no document has in its number.
func tidyNumber(s string) (number string, ok bool) {
	ok = true
	number = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)), strings.ContainsRune("-/.<", r):
			return unicode.ToUpper(r)
		}
		ok = false
		return r
	}, strings.TrimSpace(s))
	return number, ok && len(number) <= 40
}

// checkNumber tidies a number that was typed and takes its hint.
func checkNumber(c *errs.Collect, number *record.Secret, hint *string) {
	typed, fresh := number.Fresh()
	if !fresh {
		if *number == "" {
			*hint = ""
		}
		return
	}
	tidy, ok := tidyNumber(typed)
	if !ok {
		c.Add("number", "document.error.number")
		return
	}
	*number, *hint = record.Plain(tidy), hintOf(tidy)
}

// checkDates reports a span that ends before it begins, and days without a year.
func checkDates(c *errs.Collect, from, to string, begin, end date.Date) {
	for path, d := range map[string]date.Date{from: begin, to: end} {
		if d != "" && !d.HasYear() {
			c.Add(path, "error.date")
		}
	}
	if end.Before(begin) {
		c.Add(to, "document.error.order")
	}
}

// checkText tidies a line of text.
func checkText(c *errs.Collect, path string, s *string, n int) {
	*s = strings.Join(strings.Fields(*s), " ")
	c.MaxLen(path, *s, n)
}

// checkNote tidies what was noted.
func checkNote(c *errs.Collect, s *string) {
	*s = strings.TrimSpace(*s)
	c.MaxLen("note", *s, 5000)
}

// special are issuers and nationalities of ICAO 9303-3 that are no countries.
var special = []string{"EUE", "UNO", "UNA", "XBA", "XCC", "XCO", "XEC", "XIM", "XMP", "XOM", "XPO", "XXA", "XXB", "XXC", "XXX"}

// Special returns the codes of issuers that are no countries.
func Special() []string { return slices.Clone(special) }

// CountryOf finds the country, or the issuer of ICAO 9303, that a text names.
func CountryOf(s string) (code string, ok bool) {
	s = strings.TrimSpace(s)
	if up := strings.ToUpper(s); slices.Contains(special, up) {
		return up, true
	}
	return country.Lookup(s)
}

// checkCountry turns the name of a country into its code.
func checkCountry(c *errs.Collect, path string, s *string) {
	*s = strings.TrimSpace(*s)
	if *s == "" {
		return
	}
	code, ok := CountryOf(*s)
	if !ok {
		c.Add(path, "error.country")
		return
	}
	*s = code
}

// checkNames tidies the names of a document; they keep the form in which they were
// typed, capitals or not.
func checkNames(c *errs.Collect, family, given *string) {
	checkText(c, "family", family, 200)
	checkText(c, "given", given, 200)
}

// otherPrimaries unsets the mark of those that had it before.
func otherPrimaries[T any, P interface {
	*T
	record.Record
}](ctx context.Context, tx *db.Tx, unset func(P), clause string, args ...any) error {
	var others []T
	if err := record.Select[T, P](ctx, tx, &others, clause, args...); err != nil {
		return err
	}
	for i := range others {
		p := P(&others[i])
		if err := record.Edit(ctx, tx, p, record.Stamps(p).ID, 0, func() error { unset(p); return nil }); err != nil {
			return err
		}
	}
	return nil
}

// yield unsets the mark of a document where others have it.
func yield(ctx context.Context, tx *db.Tx, d record.Record, unset func(), others string, args ...any) error {
	var n int64
	if err := tx.Row(ctx, others, args, &n); err != nil || n == 0 {
		return err
	}
	return record.Edit(ctx, tx, d, record.Stamps(d).ID, 0, func() error { unset(); return nil })
}

// Documents are all travel documents of one traveler.
type Documents struct {
	Passports     []Passport
	Visas         []Visa
	Nationalities []Nationality
	Others        []OtherDocument
}

// Len is how many there are.
func (d *Documents) Len() int {
	return len(d.Passports) + len(d.Visas) + len(d.Nationalities) + len(d.Others)
}

// All returns them as they are shown: passports, visas, nationalities, others.
func (d *Documents) All() (out []Document) {
	for i := range d.Passports {
		out = append(out, &d.Passports[i])
	}
	for i := range d.Visas {
		out = append(out, &d.Visas[i])
	}
	for i := range d.Nationalities {
		out = append(out, &d.Nationalities[i])
	}
	for i := range d.Others {
		out = append(out, &d.Others[i])
	}
	return out
}

// DocumentsOf reads the documents of some travelers, those that matter most first.
// Each traveler has an entry, an empty one where there are none.
func DocumentsOf(ctx context.Context, tx *db.Tx, travelers ...int64) (map[int64]*Documents, error) {
	out := map[int64]*Documents{}
	for _, id := range travelers {
		out[id] = &Documents{}
	}
	if len(travelers) == 0 {
		return out, nil
	}
	ids := db.IDs(travelers)
	var passports []Passport
	var visas []Visa
	var nationalities []Nationality
	var others []OtherDocument
	err := tx.Together(ctx, record.Part(&passports, `of ids $1
		ORDER BY CASE WHEN r.is_primary THEN 0 ELSE 1 END, CASE WHEN r.status = 'valid' THEN 0 ELSE 1 END, r.expires DESC, r.id`, ids),
		record.Part(&visas, "of ids $1 ORDER BY r.expires DESC, r.id", ids),
		record.Part(&nationalities, "of ids $1 ORDER BY r.id", ids),
		record.Part(&others, "of ids $1 ORDER BY r.kind, CASE WHEN r.is_primary THEN 0 ELSE 1 END, r.expires DESC, r.id", ids))
	if err != nil {
		return nil, err
	}
	for _, p := range passports {
		out[p.TravelerID].Passports = append(out[p.TravelerID].Passports, p)
	}
	for _, v := range visas {
		out[v.TravelerID].Visas = append(out[v.TravelerID].Visas, v)
	}
	for _, n := range nationalities {
		out[n.TravelerID].Nationalities = append(out[n.TravelerID].Nationalities, n)
	}
	for _, o := range others {
		out[o.TravelerID].Others = append(out[o.TravelerID].Others, o)
	}
	return out, nil
}

// RestoreDocument takes a document out of the trash. Who only sees the traveler may
// not.
func RestoreDocument(ctx context.Context, tx *db.Tx, kind string, id int64) (Document, error) {
	d := NewDocument(kind, 0)
	if d == nil {
		return nil, errs.Missing()
	}
	if err := record.GetAny(ctx, tx, d, id); err != nil {
		return nil, err
	}
	if err := record.Editable(ctx, tx, record.Ref{Kind: "traveler", ID: d.Of()}); err != nil {
		return nil, err
	}
	return d, record.Restore(ctx, tx, d, id)
}
