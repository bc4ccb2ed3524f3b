package tag

import (
	"bytes"
	"context"
	_ "embed" // the example
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
)

// A marketing code of a client is seen and changed by who sees and changes the client.
func clientRule(mode string) db.Rule {
	cond := `{client` + mode + ` has client_id}`
	return db.Rule{Own: cond, Branch: cond}
}

// Affiliation is a consortium or another association of agencies that defines marketing
// codes (R082). It comes from a file of the consortium; of its own the agency only says
// whether it is a member.
type Affiliation struct {
	record.Base
	Code       string   `db:"code" history:"track"`
	Names      Names    `db:"names" history:"-"`
	Edition    string   `db:"edition" history:"track"` // of the file
	ImportedAt db.Stamp `db:"imported_at" history:"-"`
	Member     bool     `db:"member" history:"track"` // false hides all of it (R086)
}

// Table names the table and the kind.
func (*Affiliation) Table() string { return "affiliation" }

// Unique names the field of a violated constraint.
func (*Affiliation) Unique(string) string { return "code" }

// Check reports what is wrong with a: only a file's mistake can be, and readFile tells it.
func (a *Affiliation) Check() error {
	var c errs.Collect
	c.Required("code", a.Code)
	c.Required("names", string(a.Names))
	return c.Err()
}

// Names are the names of one thing by language: lines "de=Kreuzfahrten".
type Names string

// In returns the name in a language, else in English, else the first.
func (n Names) In(lang string) string {
	var english, first string
	for line := range strings.SplitSeq(string(n), "\n") {
		l, name, _ := strings.Cut(line, "=")
		switch {
		case l == lang:
			return name
		case l == "en":
			english = name
		case first == "":
			first = name
		}
	}
	if english != "" {
		return english
	}
	return first
}

// CodeKinds are the kinds of marketing codes: what somebody permits, what they get, and
// what they like (R086).
var CodeKinds = []string{"permission", "subscription", "preference"}

// The states of a marketing code of a client. A permission or subscription is given or
// there is none; a preference is one of the four others.
const Given = "given"

// PreferenceStates are the states of a preference, the keenest first.
var PreferenceStates = []string{"wishes", "interested", "done", "not_interested"}

// Code is a marketing code of an affiliation. Nobody edits it: it changes with the file.
type Code struct {
	record.Base
	AffiliationID int64  `db:"affiliation_id" history:"-"`
	Code          string `db:"code" history:"-"`
	Kind          string `db:"kind" history:"-"` // one of CodeKinds
	Names         Names  `db:"names" history:"-"`
	Category      string `db:"category" history:"-"`
	Categories    Names  `db:"categories" history:"-"` // names of the category
	Position      int64  `db:"position" history:"-"`
	Active        bool   `db:"active" history:"-"` // false: the file has it no more
}

// Table names the table and the kind.
func (*Code) Table() string { return "marketing_code" }

// Unique names the field of a violated constraint.
func (*Code) Unique(string) string { return "code" }

// Check reports what is wrong with c, as for an Affiliation.
func (c *Code) Check() error {
	var bad errs.Collect
	bad.Required("code", c.Code)
	bad.Required("names", string(c.Names))
	bad.OneOf("kind", c.Kind, CodeKinds...)
	return bad.Err()
}

// States are those that a client's code of this kind can have.
func (c *Code) States() []string {
	if c.Kind == "preference" {
		return PreferenceStates
	}
	return []string{Given}
}

// Affiliations returns the affiliations by code; with members those only of which the
// agency is a member.
func Affiliations(ctx context.Context, tx *db.Tx, members bool) (out []Affiliation, err error) {
	err = record.Kept(ctx, tx, &out, "ORDER BY r.code")
	if members {
		out = slices.DeleteFunc(out, func(a Affiliation) bool { return !a.Member })
	}
	return out, err
}

// Member reports whether the agency is a member of any affiliation: without that, nothing
// is said of marketing codes anywhere (R086).
func Member(ctx context.Context, tx *db.Tx) (bool, error) {
	all, err := Affiliations(ctx, tx, true)
	return len(all) > 0, err
}

// Codes returns the codes of an affiliation in the order of its file.
func Codes(ctx context.Context, tx *db.Tx, affiliation int64) (out []Code, err error) {
	err = record.Kept(ctx, tx, &out, "WHERE r.affiliation_id = $1 ORDER BY r.position, r.id", affiliation)
	return out, err
}

// SetMember says whether the agency is a member.
func SetMember(ctx context.Context, tx *db.Tx, id, version int64, member bool) error {
	var a Affiliation
	return record.Edit(ctx, tx, &a, id, version, func() error { a.Member = member; return nil })
}

// The limits of an affiliation's file.
const (
	MaxFile  = 1 << 20 // bytes
	maxCodes = 5000
)

// Format is what a file of codes calls its format.
const Format = "carnet.affiliation/1"

// Example is a file of an affiliation that doesn't exist, for those who write one.
//
//go:embed example.json
var Example []byte

// file is a file of an affiliation.
type file struct {
	Format     string            `json:"format"`
	Code       string            `json:"code"`
	Names      map[string]string `json:"names"`
	Edition    string            `json:"edition"`
	Categories []struct {
		Code  string            `json:"code"`
		Names map[string]string `json:"names"`
	} `json:"categories"`
	Codes []struct {
		Code     string            `json:"code"`
		Kind     string            `json:"kind"`
		Category string            `json:"category"`
		Names    map[string]string `json:"names"`
	} `json:"codes"`
}

// Imported says what an import changed.
type Imported struct {
	ID                             int64 // of the affiliation
	Created, Changed, Retired, All int
}

// ImportAffiliation reads a file of codes. Codes that the affiliation has already are
// brought up to date, new ones are added, and those that the file has no more are kept
// for the clients who have them, but offered to nobody. The same file twice changes
// nothing.
func ImportAffiliation(ctx context.Context, tx *db.Tx, r io.Reader) (Imported, error) {
	if !tx.Actor.May("affiliation.manage") {
		return Imported{}, errs.New(errs.Forbidden, "error.forbidden")
	}
	f, err := readFile(r)
	if err != nil {
		return Imported{}, err
	}
	a, err := f.affiliation(ctx, tx)
	if err != nil {
		return Imported{}, err
	}
	out := Imported{ID: a.ID, All: len(f.Codes)}
	stored, err := Codes(ctx, tx, a.ID)
	if err != nil {
		return out, err
	}
	var added []*Code
	for _, c := range f.list(a.ID) {
		i := slices.IndexFunc(stored, func(s Code) bool { return s.Code == c.Code })
		if i < 0 {
			added = append(added, c)
			continue
		}
		s := stored[i]
		stored = slices.Delete(stored, i, i+1)
		if s.Kind != c.Kind {
			return out, bad("marketing.error.kind_stays", "Code", c.Code)
		}
		if s.Names == c.Names && s.Category == c.Category && s.Categories == c.Categories && s.Position == c.Position && s.Active {
			continue
		}
		out.Changed++
		err := record.Edit(ctx, tx, &s, s.ID, 0, func() error {
			s.Names, s.Category, s.Categories, s.Position, s.Active = c.Names, c.Category, c.Categories, c.Position, true
			return nil
		})
		if err != nil {
			return out, err
		}
	}
	out.Created = len(added)
	if err := record.InsertMany(ctx, tx, added); err != nil {
		return out, err
	}
	for _, s := range stored {
		if !s.Active {
			continue
		}
		out.Retired++
		if err := record.Edit(ctx, tx, &s, s.ID, 0, func() error { s.Active = false; return nil }); err != nil {
			return out, err
		}
	}
	return out, nil
}

// affiliation stores the head of the file.
func (f *file) affiliation(ctx context.Context, tx *db.Tx) (*Affiliation, error) {
	var found []Affiliation
	if err := record.Select(ctx, tx, &found, "WHERE r.code = $1", f.Code); err != nil {
		return nil, err
	}
	if len(found) == 0 {
		a := &Affiliation{Code: f.Code, Names: names(f.Names), Edition: f.Edition, ImportedAt: tx.Now, Member: true}
		return a, record.Insert(ctx, tx, a)
	}
	a := &found[0]
	return a, record.Edit(ctx, tx, a, a.ID, 0, func() error {
		a.Names, a.Edition, a.ImportedAt = names(f.Names), f.Edition, tx.Now
		return nil
	})
}

// list returns the codes of a checked file.
func (f *file) list(affiliation int64) (out []*Code) {
	categories := map[string]Names{}
	for _, c := range f.Categories {
		categories[c.Code] = names(c.Names)
	}
	for i, c := range f.Codes {
		out = append(out, &Code{AffiliationID: affiliation, Code: c.Code, Kind: c.Kind, Names: names(c.Names), Category: c.Category,
			Categories: categories[c.Category], Position: int64(i), Active: true})
	}
	return out
}

var codeShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$`)

func bad(key string, args ...any) error { return errs.Bad("file", key, args...) }

// readFile reads and checks a file.
func readFile(r io.Reader) (*file, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read a file of marketing codes: %w", err)
	}
	if len(raw) > MaxFile {
		return nil, errs.New(errs.TooLarge, "error.too_large", "Max", "1 MB")
	}
	var f file
	if err := strict(raw, &f); err != nil {
		return nil, err
	}
	switch {
	case f.Format != Format:
		return nil, bad("marketing.error.format", "Want", Format)
	case !codeShape.MatchString(f.Code):
		return nil, bad("marketing.error.code", "Code", clip(f.Code))
	case !named(f.Names):
		return nil, bad("marketing.error.names", "Code", f.Code)
	case len(f.Edition) > 100 || len(f.Codes) > maxCodes || len(f.Categories) > maxCodes:
		return nil, bad("marketing.error.many", "Max", maxCodes)
	case len(f.Codes) == 0:
		return nil, bad("marketing.error.none")
	}
	seen := map[string]bool{}
	for _, c := range f.Categories {
		if err := once(seen, c.Code, c.Names); err != nil {
			return nil, err
		}
	}
	codes := map[string]bool{}
	for _, c := range f.Codes {
		if err := once(codes, c.Code, c.Names); err != nil {
			return nil, err
		}
		if !slices.Contains(CodeKinds, c.Kind) {
			return nil, bad("marketing.error.kind", "Code", c.Code, "Allowed", strings.Join(CodeKinds, ", "))
		}
		if c.Category != "" && !seen[c.Category] {
			return nil, bad("marketing.error.category", "Code", c.Code, "Category", clip(c.Category))
		}
	}
	return &f, nil
}

// once checks a code and its names, and that it didn't come before.
func once(seen map[string]bool, code string, n map[string]string) error {
	switch {
	case !codeShape.MatchString(code):
		return bad("marketing.error.code", "Code", clip(code))
	case seen[code]:
		return bad("marketing.error.twice", "Code", code)
	case !named(n):
		return bad("marketing.error.names", "Code", code)
	}
	seen[code] = true
	return nil
}

// strict decodes one JSON value and says where it goes wrong.
func strict(raw []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff"))))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		if _, err = dec.Token(); errors.Is(err, io.EOF) {
			return nil
		}
	}
	line := 1 + bytes.Count(raw[:min(dec.InputOffset(), int64(len(raw)))], []byte("\n"))
	return errs.Wrap(err, errs.Invalid, "marketing.error.json", "Line", line)
}

// named reports whether there is a name, in languages that Carnet has, of a fair length.
func named(n map[string]string) bool {
	for lang, name := range n {
		if !slices.Contains(i18n.Langs, lang) || strings.TrimSpace(name) == "" || len(name) > 200 || strings.ContainsAny(name, "\n\r") {
			return false
		}
	}
	return len(n) > 0
}

// names writes names as they are stored, in the order of the languages.
func names(n map[string]string) Names {
	var lines []string
	for _, lang := range i18n.Langs {
		if s := strings.TrimSpace(n[lang]); s != "" {
			lines = append(lines, lang+"="+s)
		}
	}
	return Names(strings.Join(lines, "\n"))
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
