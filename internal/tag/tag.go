// Package tag keeps the labels that an agency gives its records (R075, L11).
package tag

import (
	"context"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
)

func ownerRule(mode string) db.Rule {
	cond := `{client` + mode + ` has owner} OR {traveler` + mode + ` has owner}`
	return db.Rule{Own: cond, Branch: cond}
}

// Tables are the tenant tables of this package. Everybody knows the agency's
// tags; who may change a record may tag it.
var Tables = []db.Table{
	{Name: "tag", View: db.Everybody, Edit: db.Everybody.With("tag.manage")},
	{Name: "tag_link", Of: "owner", View: ownerRule(""), Edit: ownerRule(".edit").With("client.edit")},
	{Name: "affiliation", Settled: true, View: db.Everybody, Edit: db.Everybody.With("affiliation.manage")},
	{Name: "marketing_code", Settled: true, View: db.Everybody, Edit: db.Everybody.With("affiliation.manage")},
	{Name: "marketing_link", Of: "client_id", View: clientRule(""), Edit: clientRule(".edit").With("client.edit")},
}

var _ = record.Register(
	record.Kind{Name: "tag", New: func() record.Record { return new(Tag) }},
	record.Kind{Name: "tag_link", New: func() record.Record { return new(Link) }},
	record.Kind{Name: "affiliation", New: func() record.Record { return new(Affiliation) }},
	record.Kind{Name: "marketing_code", New: func() record.Record { return new(Code) }, Silent: true},
	record.Kind{Name: "marketing_link", New: func() record.Record { return new(Mark) }},
)

// Kinds are the kinds of tags: plain ones, attributes that clients are grouped by (R076),
// interests (R079). They have one list, so that no two have the same name.
var Kinds = []string{"tag", "attribute", "interest"}

// Areas are the kinds of records that can take tags.
var Areas = []string{"client", "traveler"}

// maxValue is the longest value of a tag on a record, in characters.
const maxValue = 200

// Tag is a label of the agency.
type Tag struct {
	record.Base
	Kind         string `db:"kind" history:"track"` // one of Kinds
	Name         string `db:"name" history:"track"`
	NameKey      string `db:"name_key" history:"-"`
	Areas        string `db:"areas" history:"track"`       // by comma: client,traveler
	Requirement  string `db:"requirement" history:"track"` // optional, recommended, mandatory
	TakesValue   string `db:"takes_value" history:"track"` // none, free, required
	Choices      string `db:"choices" history:"track"`     // allowed values, one per line; "" is any
	DefaultValue string `db:"default_value" history:"track"`
	Several      bool   `db:"several" history:"track"` // several values per record
	Active       bool   `db:"active" history:"track"`
}

// Table names the table and the kind.
func (*Tag) Table() string { return "tag" }

// Unique names the field of a violated constraint.
func (*Tag) Unique(string) string { return "name" }

// Check tidies t and reports what is wrong with it.
func (t *Tag) Check() error {
	var c errs.Collect
	t.Name = strings.Join(strings.Fields(t.Name), " ")
	t.NameKey = fold.Fold(t.Name)
	c.Required("name", t.Name)
	c.MaxLen("name", t.Name, 60)
	if strings.Contains(t.Name, ",") {
		c.Add("name", "tag.error.comma")
	}
	if t.Kind == "" {
		t.Kind = Kinds[0]
	}
	c.OneOf("kind", t.Kind, Kinds...)
	if t.Areas == "" {
		t.Areas = strings.Join(Areas, ",")
	}
	for _, a := range strings.Split(t.Areas, ",") {
		c.OneOf("areas", a, Areas...)
	}
	if t.Requirement == "" {
		t.Requirement = "optional"
	}
	if t.TakesValue == "" {
		t.TakesValue = "none"
	}
	c.OneOf("requirement", t.Requirement, "optional", "recommended", "mandatory")
	c.OneOf("takes_value", t.TakesValue, "none", "free", "required")
	t.Choices, t.DefaultValue = tidyLines(t.Choices), strings.TrimSpace(t.DefaultValue)
	for line := range strings.SplitSeq(t.Choices, "\n") {
		c.MaxLen("choices", line, maxValue)
	}
	c.MaxLen("default_value", t.DefaultValue, maxValue)
	if t.DefaultValue != "" && !t.allows(t.DefaultValue) {
		c.Add("default_value", "tag.error.value")
	}
	return c.Err()
}

func tidyLines(s string) string {
	var out []string
	for _, line := range strings.Split(s, "\n") {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func (t *Tag) allows(value string) bool {
	if t.TakesValue == "none" {
		return value == ""
	}
	if value == "" {
		return t.TakesValue != "required"
	}
	return t.Choices == "" || slices.Contains(strings.Split(t.Choices, "\n"), value)
}

// In reports whether records of the kind can take t.
func (t *Tag) In(kind string) bool { return slices.Contains(strings.Split(t.Areas, ","), kind) }

// Link is a tag on a record.
type Link struct {
	record.Base
	TagID     int64  `db:"tag_id" history:"track"`
	OwnerKind string `db:"owner_kind" history:"-"`
	OwnerID   int64  `db:"owner_id" history:"-"`
	Value     string `db:"value" history:"track"`
}

// Table names the table and the kind.
func (*Link) Table() string { return "tag_link" }

// Parents is the tagged record.
func (l *Link) Parents() []record.Ref { return []record.Ref{{Kind: l.OwnerKind, ID: l.OwnerID}} }

// Unique names the field of a violated constraint.
func (*Link) Unique(string) string { return "tag" }

// Check tidies l.
func (l *Link) Check() error {
	var c errs.Collect
	l.Value = strings.TrimSpace(l.Value)
	c.MaxLen("value", l.Value, maxValue)
	return c.Err()
}

// Guard refuses a tag that is switched off, that is meant for other records, or
// whose value isn't allowed.
func (l *Link) Guard(ctx context.Context, tx *db.Tx, _ record.Record) error {
	var t Tag
	if err := record.Get(ctx, tx, &t, l.TagID); err != nil {
		return err
	}
	if l.Value == "" {
		l.Value = t.DefaultValue
	}
	switch {
	case !t.Active:
		return errs.Bad("tag", "tag.error.inactive", "Name", t.Name)
	case !t.In(l.OwnerKind):
		return errs.Bad("tag", "tag.error.area", "Name", t.Name)
	case !t.allows(l.Value):
		return errs.Bad("value", "tag.error.value", "Name", t.Name)
	case t.Several:
		return nil
	}
	var others []Link
	err := record.Select(ctx, tx, &others, "WHERE r.owner_kind = $1 AND r.owner_id = $2 AND r.tag_id = $3 AND r.id <> $4",
		l.OwnerKind, l.OwnerID, l.TagID, l.ID)
	if err == nil && len(others) > 0 {
		return errs.Bad("tag", "tag.error.once", "Name", t.Name)
	}
	return err
}

// On is a tag as a record carries it.
type On struct {
	LinkID, TagID     int64
	Kind, Name, Value string
}

// Of returns the tags of a record by name.
func Of(ctx context.Context, tx *db.Tx, owner record.Ref) (out []On, err error) {
	err = tx.Each(ctx, `SELECT l.id, l.tag_id, t.kind, t.name, l.value FROM {tag_link of $1 $2} l JOIN {tag} t ON t.id = l.tag_id
		ORDER BY t.name_key, l.value`, []any{owner.Kind, owner.ID},
		func(rows db.Rows) error {
			var o On
			err := rows.Scan(&o.LinkID, &o.TagID, &o.Kind, &o.Name, &o.Value)
			out = append(out, o)
			return err
		})
	return out, err
}

// All returns the agency's active tags for a kind of record, by name; every tag
// for the empty kind.
func All(ctx context.Context, tx *db.Tx, kind string) ([]Tag, error) {
	var tags []Tag
	if err := record.Select(ctx, tx, &tags, "ORDER BY r.name_key"); err != nil || kind == "" {
		return tags, err
	}
	return slices.DeleteFunc(tags, func(t Tag) bool { return !t.Active || !t.In(kind) }), nil
}

// Put gives a record the tag with this name, unless it has it with that value.
// A name that is unknown becomes a tag where the actor may maintain tags.
func Put(ctx context.Context, tx *db.Tx, owner record.Ref, name, value string) error {
	id, err := Named(ctx, tx, name)
	if err != nil {
		return err
	}
	has, err := Of(ctx, tx, owner)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(has, func(o On) bool { return o.TagID == id && (value == "" || o.Value == value) }) {
		return nil
	}
	return record.Insert(ctx, tx, &Link{TagID: id, OwnerKind: owner.Kind, OwnerID: owner.ID, Value: value})
}

// Named returns the id of the tag with this name, creating it where the actor may
// maintain tags.
func Named(ctx context.Context, tx *db.Tx, name string) (int64, error) {
	var t []Tag
	if err := record.Select(ctx, tx, &t, "WHERE r.name_key = $1", fold.Fold(name)); err != nil {
		return 0, err
	}
	if len(t) > 0 {
		return t[0].ID, nil
	}
	if !tx.Actor.May("tag.manage") {
		return 0, errs.Bad("tags", "tag.error.unknown", "Name", name)
	}
	n := &Tag{Name: name, Active: true}
	err := record.Insert(ctx, tx, n)
	return n.ID, err
}

// Missing returns the names of the mandatory tags that a record lacks (L11).
func Missing(ctx context.Context, tx *db.Tx, owner record.Ref) (names []string, err error) {
	all, err := All(ctx, tx, owner.Kind)
	if err != nil {
		return nil, err
	}
	has, err := Of(ctx, tx, owner)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		if t.Requirement == "mandatory" && !slices.ContainsFunc(has, func(o On) bool { return o.TagID == t.ID }) {
			names = append(names, t.Name)
		}
	}
	return names, nil
}
