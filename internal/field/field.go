// Package field keeps the fields that an agency defines itself, for clients and
// travelers (W21): what they are called, what they take, who sees and who edits them,
// and when they must be filled in.
//
// The values of a record stand in its bag (record.Bag), so that they are saved, kept in
// the history, compared in a conflict and put back like its other columns. This package
// is the bag's keeper: it checks them, hides what somebody may not see, and repeats them
// in field_value, where lists find and sort by them.
package field

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/cardno"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
)

func ownerRule(mode string) db.Rule {
	cond := `{client` + mode + ` has owner} OR {traveler` + mode + ` has owner}`
	return db.Rule{Own: cond, Branch: cond}
}

// Tables are the tenant tables of this package. Everybody knows which fields there are,
// who may change a record may fill them in.
var Tables = []db.Table{
	{Name: "field", Settled: true, View: db.Everybody, Edit: db.Everybody.With("field.manage")},
	{Name: "field_value", Of: "owner", View: ownerRule(""), Edit: ownerRule(".edit").With("client.edit")},
}

var _ = record.Register(
	record.Kind{Name: "field", New: func() record.Record { return new(Field) }},
	record.Kind{Name: "field_value", New: func() record.Record { return new(value) }, Silent: true},
)

// The kinds of fields.
const (
	Text    = "text"
	Long    = "long" // text of several lines
	Number  = "number"
	Date    = "date"
	Choice  = "choice"
	Several = "several" // of the choices
	YesNo   = "yesno"
	Link    = "link"
)

// When a field must be filled in.
const (
	Never  = "never"
	Always = "always"
	If     = "if"
)

// The closed lists of a field.
var (
	Kinds        = []string{Text, Long, Number, Date, Choice, Several, YesNo, Link}
	Requirements = []string{Never, Always, If}
	Areas        = []string{"client", "traveler"} // kinds of records that can have fields
)

// Limits.
const (
	MaxFields  = 100 // of an agency
	maxChoices = 300
	maxText    = 200
	maxLong    = 20000
)

// Column is the column of a record that holds its bag: a value is named "fields.size".
const Column = "fields"

// Path names a value in errors, forms and the history.
func Path(code string) string { return Column + "." + code }

// Field is a field of the agency's own.
type Field struct {
	record.Base
	Code        string `db:"code" history:"track"` // its key; never changes
	Name        string `db:"name" history:"track"`
	Names       string `db:"names" history:"track"` // in other languages: lines "de=Schuhgröße"
	Areas       string `db:"areas" history:"track"` // by comma
	Kind        string `db:"kind" history:"track"`
	Help        string `db:"help" history:"track"`
	Choices     string `db:"choices" history:"track"` // lines "GOLD=Gold card", "-OLD=Old card" switched off
	Requirement string `db:"requirement" history:"track"`
	RequiredIf  string `db:"required_if" history:"track"` // lines "age < 18"
	Default     string `db:"default_value" history:"track"`
	ViewRoles   string `db:"view_roles" history:"track"` // by comma, "" is everybody
	EditRoles   string `db:"edit_roles" history:"track"`
	Section     string `db:"section" history:"track"`
	Position    int64  `db:"position" history:"track"`
	Active      bool   `db:"active" history:"track"`

	made bool // the code was made of the name
}

// Table names the table and the kind.
func (*Field) Table() string { return "field" }

// Unique names the field of a violated constraint.
func (*Field) Unique(string) string { return "code" }

// Label is the name of the field in a language.
func (f *Field) Label(lang string) string {
	for line := range strings.Lines(f.Names) {
		if l, name, ok := strings.Cut(strings.TrimSpace(line), "="); ok && l == lang {
			return name
		}
	}
	return f.Name
}

// In reports whether records of a kind have the field.
func (f *Field) In(kind string) bool { return slices.Contains(strings.Split(f.Areas, ","), kind) }

// Texty reports whether the values are texts that people type.
func (f *Field) Texty() bool { return f.Kind == Text || f.Kind == Long || f.Kind == Link }

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// slug makes a code of a name: "Shoe size" becomes "shoe_size".
func slug(name string) string {
	var b strings.Builder
	for _, r := range fold.Fold(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	s := b.String()
	return strings.Trim(s[:min(len(s), 30)], "_")
}

// codeOf makes the code of a field of its name.
func codeOf(name string) string {
	code := slug(name)
	if code == "" || code[0] < 'a' {
		code = strings.TrimSuffix("field_"+code, "_")
	}
	return code
}

// GivenCode is the code that somebody gave a new field, "" where it was made of the name.
func (f *Field) GivenCode() string {
	if f.made {
		return ""
	}
	return f.Code
}

// free finds a code for a field whose name makes the same one as the name of another:
// those written in other letters than Latin ones make none at all. Of two fields with the
// same name the second is refused.
func (f *Field) free(all []Field) {
	f.Code = codeOf(f.Name)
	if slices.ContainsFunc(all, func(o Field) bool { return fold.Fold(o.Name) == fold.Fold(f.Name) }) {
		return
	}
	f.Code = fold.Free(f.Code, 0, func(code string) bool { return slices.ContainsFunc(all, func(o Field) bool { return o.Code == code }) })
}

// Check tidies f and reports what is wrong with it.
func (f *Field) Check() error {
	var c errs.Collect
	for _, s := range []*string{&f.Name, &f.Section} {
		*s = strings.Join(strings.Fields(*s), " ")
	}
	f.Help, f.Code = strings.TrimSpace(f.Help), strings.TrimSpace(f.Code)
	c.Required("name", f.Name)
	c.MaxLen("name", f.Name, 60)
	c.MaxLen("section", f.Section, 60)
	c.MaxLen("help", f.Help, 500)
	if f.Code == "" {
		f.Code, f.made = codeOf(f.Name), true
	}
	if !codeForm.MatchString(f.Code) {
		c.Add("code", "field.error.code")
	}
	if f.Areas == "" {
		c.Add("areas", "error.required")
	} else {
		for a := range strings.SplitSeq(f.Areas, ",") {
			c.OneOf("areas", a, Areas...)
		}
	}
	if f.Requirement == "" {
		f.Requirement = Never
	}
	c.OneOf("kind", f.Kind, Kinds...)
	c.OneOf("requirement", f.Requirement, Requirements...)
	f.ViewRoles, f.EditRoles = tidyRoles(&c, "view_roles", f.ViewRoles), tidyRoles(&c, "edit_roles", f.EditRoles)
	f.checkNames(&c)
	f.checkSecurity(&c)
	f.checkChoices(&c)
	f.checkCondition(&c)
	f.checkDefault(&c)
	return c.Err()
}

// checkSecurity refuses a field for the security codes of cards, in whatever language.
func (f *Field) checkSecurity(c *errs.Collect) {
	names := []string{f.Name, f.Code}
	for line := range strings.Lines(f.Names) {
		_, name, _ := strings.Cut(line, "=")
		names = append(names, name)
	}
	if slices.ContainsFunc(names, cardno.IsCodeName) {
		c.Add("name", "field.error.security_code")
	}
}

func tidyRoles(c *errs.Collect, path, roles string) string {
	var out []string
	for role := range strings.SplitSeq(roles, ",") {
		if role = strings.TrimSpace(role); role == "" || slices.Contains(out, role) {
			continue
		}
		c.OneOf(path, role, agency.Roles...)
		out = append(out, role)
	}
	if len(out) == len(agency.Roles) {
		return "" // everybody
	}
	return strings.Join(out, ",")
}

func (f *Field) checkNames(c *errs.Collect) {
	var out []string
	for line := range strings.Lines(f.Names) {
		lang, name, ok := strings.Cut(strings.TrimSpace(line), "=")
		if name = strings.Join(strings.Fields(name), " "); name == "" && strings.TrimSpace(lang) == "" {
			continue
		}
		if lang = strings.TrimSpace(lang); !ok || !slices.Contains(i18n.Langs, lang) {
			c.Add("names", "field.error.names")
			return
		}
		c.MaxLen("names", name, 60)
		if name != "" && name != f.Name {
			out = append(out, lang+"="+name)
		}
	}
	f.Names = strings.Join(out, "\n")
}

func (f *Field) checkDefault(c *errs.Collect) {
	if f.Default = strings.TrimSpace(f.Default); f.Default == "" || len(f.Kind) == 0 {
		return
	}
	v, key, args := f.Parse(f.Default, nil)
	if key != "" {
		c.Add("default_value", key, args...)
		return
	}
	if o := f.off(v, nil); o != nil { // nobody could make a record
		c.Add("default_value", "field.error.value", "Value", o.Label)
		return
	}
	f.Default = record.BagText(v)
}

// Initial is the value that a new record has where nothing is said, nil for none.
func (f *Field) Initial() any {
	v, key, _ := f.Parse(f.Default, nil)
	if key != "" || f.off(v, nil) != nil {
		return nil
	}
	return v
}

// Guard keeps what was promised to values: the code stays, the kind of a field in use,
// its areas and its choices, too.
func (f *Field) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	if err := f.guardCondition(ctx, tx); err != nil {
		return err
	}
	was, _ := old.(*Field)
	if was == nil {
		all, err := All(ctx, tx)
		if err != nil {
			return err
		}
		if len(all) >= MaxFields {
			return errs.Bad("name", "field.error.many", "Max", MaxFields)
		}
		if f.made {
			f.free(all)
		}
		return nil
	}
	if f.Code != was.Code {
		return errs.Bad("code", "field.error.code_stays")
	}
	use, err := Use(ctx, tx, f.ID)
	if err != nil || len(use) == 0 {
		return err
	}
	if f.Kind != was.Kind && !(was.Kind == Text && f.Kind == Long) {
		return errs.Bad("kind", "field.error.kind_stays")
	}
	for kind := range use {
		if !f.In(kind) {
			return errs.Bad("areas", "field.error.area_used")
		}
	}
	return f.guardChoices(ctx, tx, was)
}

// Use counts the records that have a value of a field, by kind, those in the trash
// among them. Administrators ask: they see all.
func Use(ctx context.Context, tx *db.Tx, id int64) (map[string]int64, error) {
	out := map[string]int64{}
	err := tx.Each(ctx, "SELECT x.owner_kind, count(DISTINCT x.owner_id) FROM {field_value} x WHERE x.field_id = $1 GROUP BY x.owner_kind",
		[]any{id}, func(rows db.Rows) error {
			var kind string
			var n int64
			err := rows.Scan(&kind, &n)
			out[kind] = n
			return err
		})
	return out, err
}
