// Package ack sends documents to be acknowledged (R126, reading A15): a text of the
// agency, with or without a file, goes out as a private link; the person reads it and
// signs with their name, or declines. What exactly was shown, who answered, when and
// from where is kept so that nobody of the agency can change it.
package ack

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
)

// RightManage is the right to keep the templates.
const RightManage = "template.manage"

// Template is a text to be acknowledged. Its title and text may hold merge fields, such
// as {name}: Fields lists them.
type Template struct {
	record.Base
	Name     string `db:"name" history:"track"`
	Language string `db:"language" history:"track"`
	Title    string `db:"title" history:"track"`
	Text     string `db:"text" history:"track"`
	Number   int64  `db:"number" history:"track"` // of the version
	Active   bool   `db:"active" history:"track"`
}

// Table names the table and the kind.
func (*Template) Table() string { return "ack_template" }

// Unique names the field of a violated constraint.
func (*Template) Unique(string) string { return "name" }

// Version is an earlier version of a template.
type Version struct {
	record.Base
	TemplateID int64  `db:"template_id" history:"-"`
	Number     int64  `db:"number" history:"-"`
	Title      string `db:"title" history:"-"`
	Text       string `db:"text" history:"-"`
}

// Table names the table and the kind.
func (*Version) Table() string { return "ack_text" }

// Check accepts what a template was.
func (*Version) Check() error { return nil }

// Fields are the merge fields of a template: the name of the person, how they are
// addressed, the client, the agency, today's date.
var Fields = []string{"name", "salutation", "client", "agency", "date"}

var field = regexp.MustCompile(`\{\s*([\pL\d_]+)\s*\}`)

// Check tidies t and reports what is wrong with it: a field that doesn't exist would
// stand in a document that somebody signs.
func (t *Template) Check() error {
	var bad errs.Collect
	t.Name, t.Title = strings.Join(strings.Fields(t.Name), " "), strings.Join(strings.Fields(t.Title), " ")
	t.Text = strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(t.Text, "\r\n", "\n"), "\r", "\n"))
	bad.Required("name", t.Name)
	bad.MaxLen("name", t.Name, 100)
	bad.Required("title", t.Title)
	bad.MaxLen("title", t.Title, 200)
	bad.Required("text", t.Text)
	bad.MaxLen("text", t.Text, 100000)
	bad.OneOf("language", t.Language, i18n.Langs...)
	for path, s := range map[string]string{"title": t.Title, "text": t.Text} {
		for _, m := range field.FindAllStringSubmatch(s, -1) {
			if !slices.Contains(Fields, m[1]) {
				bad.Add(path, "ack.error.field", "Field", m[0], "Known", "{"+strings.Join(Fields, "}, {")+"}")
				break
			}
		}
	}
	if t.Number < 1 {
		t.Number = 1
	}
	return bad.Err()
}

// Guard keeps the version before each change of the text.
func (t *Template) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	was, ok := old.(*Template)
	if !ok {
		t.Number = 1
		return nil
	}
	t.Number = was.Number
	if was.Title == t.Title && was.Text == t.Text {
		return nil
	}
	t.Number++
	return record.Insert(ctx, tx, &Version{TemplateID: was.ID, Number: was.Number, Title: was.Title, Text: was.Text})
}

// Templates returns the templates by name; active ones only, where asked for.
func Templates(ctx context.Context, tx *db.Tx, active bool) ([]Template, error) {
	var out []Template
	clause := "ORDER BY r.name, r.id"
	if active {
		clause = "WHERE r.active " + clause
	}
	err := record.Select(ctx, tx, &out, clause)
	return out, err
}

// Versions returns the earlier versions of a template, the newest first.
func Versions(ctx context.Context, tx *db.Tx, id int64) ([]Version, error) {
	var out []Version
	err := record.Select(ctx, tx, &out, "WHERE r.template_id = $1 ORDER BY r.number DESC", id)
	return out, err
}

// merge fills in the fields of a text. What is filled in is text and nothing else: a
// name that looks like a field stays as it is.
func merge(s string, values map[string]string) string {
	return field.ReplaceAllStringFunc(s, func(m string) string {
		if v, ok := values[field.FindStringSubmatch(m)[1]]; ok {
			return v
		}
		return m
	})
}
