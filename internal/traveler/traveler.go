// Package traveler keeps the persons who travel: names as in the passport, and who
// they are. What they book and pay belongs to clients.
package traveler

import (
	"context"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
)

// seen is the rule of visibility: a traveler is seen with a client, and while no
// client has the traveler, by whom it was entered.
const (
	seen = `EXISTS (SELECT 1 FROM {client_traveler} l WHERE l.traveler_id = "traveler".id LIMIT 1 OFFSET 0) OR (` + alone + `)`

	ofSeen = `id IN (SELECT l.traveler_id FROM {client_traveler.all} l WHERE l.client_id IN (SELECT v.id FROM {client.scan} v))`
	alone  = `created_for = :user AND NOT EXISTS (SELECT 1 FROM {client_traveler.all} l WHERE l.traveler_id = "traveler".id)`
)

const editable = `EXISTS (SELECT 1 FROM {client_traveler.edit} l WHERE l.traveler_id = "traveler".id LIMIT 1 OFFSET 0) OR (` + alone + `)`

// Tables are the tenant tables of this package.
var Tables = slices.Concat(personTables, medicalTables, documentTables, relationTables)

var personTables = []db.Table{
	{Name: "traveler", Trash: true, Index: "traveler_fts", Few: "client",
		View: db.Rule{Own: seen, Branch: seen, OwnWays: []string{ofSeen, alone}, BranchWays: []string{ofSeen, alone}},
		Edit: db.Rule{Own: editable, Branch: editable, Need: "client.edit"}},
}

var _ = record.Register(record.Kind{Name: "traveler", New: func() record.Record { return new(Traveler) },
	Derive: derive, Touches: touches, Purge: sweep,
	Holds: `SELECT 1 FROM client c WHERE c.agency_id = $1 AND c.id IN (SELECT l.client_id FROM client_traveler l WHERE l.agency_id = $1 AND l.traveler_id = $2) FOR SHARE`,
	Found: []string{"name_key", "family", "given", "middle", "preferred", "former", "native_name", "birth_date"}})

// Sexes are the values of Traveler.Sex, as in the travel document; "" is
// unspecified.
var Sexes = []string{"M", "F", "X"}

// Traveler is a natural person with identity and tastes; one may exist without a
// client.
type Traveler struct {
	record.Base
	Title         string    `db:"title" history:"track"`
	Family        string    `db:"family" history:"track"` // as in the passport
	Given         string    `db:"given" history:"track"`
	Middle        string    `db:"middle" history:"track"`
	Suffix        string    `db:"suffix" history:"track"`
	Preferred     string    `db:"preferred" history:"track"`
	Former        string    `db:"former" history:"track"`
	NativeName    string    `db:"native_name" history:"track"`
	NameKey       string    `db:"name_key" history:"-"`
	GivenKey      string    `db:"given_key" history:"-"`
	Search        string    `db:"search" history:"-" derived:"yes"`
	OnlyClientID  db.Ref    `db:"only_client_id" history:"-" derived:"yes"`  // where there is exactly one
	OnlyClientKey string    `db:"only_client_key" history:"-" derived:"yes"` // by which that one sorts
	Sex           string    `db:"sex" history:"track"`                       // M, F, X
	Salutation    string    `db:"salutation" history:"track"`
	BirthDate     date.Date `db:"birth_date" history:"track"`
	BirthMD       string    `db:"birth_md" history:"-"` // "03-12": birthdays
	BirthPlace    string    `db:"birth_place" history:"track"`
	BirthCountry  string    `db:"birth_country" history:"track"`
	Nationality   string    `db:"nationality" history:"track"` // ISO 3166 codes by comma
	Residence     string    `db:"residence" history:"track"`
	Languages     string    `db:"languages" history:"track"` // ISO 639 codes by comma
	MaritalStatus string    `db:"marital_status" history:"track"`
	Occupation    string    `db:"occupation" history:"track"`
	Company       string    `db:"company" history:"track"`  // R027
	Position      string    `db:"position" history:"track"` // R027
	Deceased      bool      `db:"deceased" history:"track"`
	DoNotContact  bool      `db:"do_not_contact" history:"track"`
	MainTraveler  db.Ref    `db:"main_traveler_id" history:"track"`
	Remarks       string    `db:"remarks" history:"track"`
	Phone         string    `db:"phone" history:"-" derived:"yes"` // the primary ones, for lists
	Email         string    `db:"email" history:"-" derived:"yes"`
	PassportUntil date.Date `db:"passport_expires" history:"-" derived:"yes"` // see current
	CreatedFor    db.Ref    `db:"created_for" history:"-"`

	Fields record.Bag `db:"fields" history:"track"` // the agency's own (W21)
}

// Table names the table and the kind.
func (*Traveler) Table() string { return "traveler" }

// Name is "Family/Given", as the trade writes it.
func (t *Traveler) Name() string {
	if t.Family == "" || t.Given == "" {
		return t.Family + t.Given
	}
	return t.Family + "/" + t.Given
}

// Check tidies t and reports what is wrong with it.
func (t *Traveler) Check() error {
	var c errs.Collect
	for path, s := range map[string]*string{"title": &t.Title, "family": &t.Family, "given": &t.Given, "middle": &t.Middle,
		"suffix": &t.Suffix, "preferred": &t.Preferred, "former": &t.Former, "native_name": &t.NativeName,
		"salutation": &t.Salutation, "birth_place": &t.BirthPlace, "occupation": &t.Occupation,
		"company": &t.Company, "position": &t.Position} {
		*s = strings.Join(strings.Fields(*s), " ")
		c.MaxLen(path, *s, 200)
	}
	if t.Family == "" && t.Given == "" {
		c.Add("family", "traveler.error.name")
	}
	t.Remarks = strings.TrimSpace(t.Remarks)
	c.MaxLen("remarks", t.Remarks, 20000)
	t.NameKey = fold.Key(t.Family + " " + t.Given + " " + t.Middle)
	t.GivenKey = fold.Key(t.Given + " " + t.Family)
	c.OneOf("sex", t.Sex, "", "M", "F", "X")
	t.BirthMD = ""
	if t.BirthDate != "" {
		if !t.BirthDate.Valid() {
			c.Add("birth_date", "error.date")
		} else {
			t.BirthMD = t.BirthDate.MonthDay()
		}
	}
	if t.ID != 0 && int64(t.MainTraveler) == t.ID {
		c.Add("main_traveler_id", "traveler.error.self")
	}
	for path, s := range map[string]*string{"birth_country": &t.BirthCountry, "residence": &t.Residence, "nationality": &t.Nationality} {
		codes, ok := countries(*s)
		if *s = codes; !ok {
			c.Add(path, "error.country")
		}
	}
	return c.Err()
}

// countries turns names or codes by comma into codes.
func countries(s string) (string, bool) {
	var out []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		code, ok := country.Lookup(part)
		if !ok {
			return s, false
		}
		out = append(out, code)
	}
	return strings.Join(out, ","), true
}

// Unborn reports whether the birth date is still to come. UTC+14 is the earliest zone: a
// child born there today exists already.
func (t *Traveler) Unborn(now db.Stamp) bool {
	return t.BirthDate.HasYear() && t.BirthDate > date.Of(now.Time().Add(14*3600e9))
}

// Guard keeps the birth date in the past, the main traveler visible, and the
// chain of main travelers short: whom others are reached through is reached
// directly.
func (t *Traveler) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	if t.Unborn(tx.Now) {
		return errs.Bad("birth_date", "traveler.error.future")
	}
	if old == nil && t.CreatedFor == 0 {
		t.CreatedFor = db.Ref(tx.Actor.UserID)
	}
	was, _ := old.(*Traveler)
	if t.MainTraveler == 0 || (was != nil && was.MainTraveler == t.MainTraveler) {
		return nil
	}
	var main Traveler
	if err := record.Get(ctx, tx, &main, int64(t.MainTraveler)); err != nil {
		return errs.Bad("main_traveler_id", "traveler.error.main")
	}
	if main.MainTraveler != 0 {
		return errs.Bad("main_traveler_id", "traveler.error.chain")
	}
	var n int64
	if err := tx.Row(ctx, "SELECT count(*) FROM {traveler} t WHERE t.main_traveler_id = $1", []any{t.ID}, &n); err != nil {
		return err
	}
	if n > 0 {
		return errs.Bad("main_traveler_id", "traveler.error.chain")
	}
	return nil
}

// SearchText is all that the search box finds a traveler by.
func (t *Traveler) SearchText(comms []contact.Communication) string {
	parts := []string{t.NameKey, fold.Key(t.Preferred + " " + t.Former), fold.Fold(t.NativeName), string(t.BirthDate)}
	return strings.Join(strings.Fields(strings.Join(append(parts, contact.Found(comms)...), " ")), " ")
}

func derive(ctx context.Context, tx *db.Tx, id int64) (record.Derived, error) {
	var t Traveler
	if err := record.GetAny(ctx, tx, &t, id); err != nil {
		if errs.Is(err, errs.NotFound) {
			return nil, nil // removed meanwhile
		}
		return nil, err
	}
	comms, err := contact.Of(ctx, tx, record.Ref{Kind: "traveler", ID: id})
	if err != nil {
		return nil, err
	}
	until, err := passportExpires(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	only, key, err := onlyClient(ctx, tx, id)
	return record.Derived{"search": t.SearchText(comms), "phone": contact.First(comms, "phone"), "email": contact.First(comms, "email"),
		"passport_expires": until, "only_client_id": only, "only_client_key": key}, err
}

// onlyClient is the client of a traveler where there is exactly one, and the key by which
// it sorts: lists find whom clients have by them (list.Related.Near). Clients tell when
// their names change.
func onlyClient(ctx context.Context, tx *db.Tx, id int64) (only db.Ref, key string, err error) {
	n := 0
	err = tx.Each(ctx, "SELECT c.id, c.name_key FROM {client_traveler} l JOIN {client.any} c ON c.id = l.client_id WHERE l.traveler_id = $1 LIMIT 2", []any{id},
		func(rows db.Rows) error {
			n++
			return rows.Scan(&only, &key)
		})
	if n != 1 {
		return 0, "", err
	}
	return only, key, err
}

// touches are the clients whose search text contains the traveler's name.
func touches(ctx context.Context, tx *db.Tx, id int64) (out []record.Ref, err error) {
	err = tx.Each(ctx, "SELECT l.client_id FROM {client_traveler} l WHERE l.traveler_id = $1", []any{id}, func(rows db.Rows) error {
		r := record.Ref{Kind: "client"}
		err := rows.Scan(&r.ID)
		out = append(out, r)
		return err
	})
	return out, err
}

func sweep(ctx context.Context, tx *db.Tx, id int64) error {
	for _, table := range []string{"communication", "address", "tag_link", "comment", "attachment", "acknowledgement"} {
		if err := record.Sweep(ctx, tx, table, "traveler", id); err != nil {
			return err
		}
	}
	if err := activity.Sweep(ctx, tx, "traveler", id); err != nil {
		return err
	}
	var others []Traveler
	if err := record.Select(ctx, tx.AsSystem(), &others, "WHERE r.main_traveler_id = $1", id); err != nil {
		return err
	}
	for i := range others {
		o := &others[i]
		if err := record.Edit(ctx, tx.AsSystem(), o, o.ID, 0, func() error { o.MainTraveler = 0; return nil }); err != nil {
			return err
		}
	}
	return nil
}
