package field

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
)

// Option is a value of a choice.
type Option struct {
	Code, Label string
	Off         bool
}

// Options are the values of a choice in their order, those switched off among them.
func (f *Field) Options() (out []Option) {
	for line := range strings.Lines(f.Choices) {
		o := Option{}
		rest, off := strings.CutPrefix(strings.TrimSpace(line), "-")
		o.Off = off
		o.Code, o.Label, _ = strings.Cut(rest, "=")
		if o.Code != "" {
			out = append(out, o)
		}
	}
	return out
}

// SetOptions is the inverse of Options.
func (f *Field) SetOptions(list []Option) {
	var lines []string
	for _, o := range list {
		line := o.Code + "=" + o.Label
		if o.Off {
			line = "-" + line
		}
		lines = append(lines, line)
	}
	f.Choices = strings.Join(lines, "\n")
}

var choiceForm = regexp.MustCompile(`^[A-Z0-9_]{1,30}$`)

// checkChoices gives choices without a code one, made of the label.
func (f *Field) checkChoices(c *errs.Collect) {
	if f.Kind != Choice && f.Kind != Several {
		f.Choices = ""
		return
	}
	var out []Option
	for line := range strings.Lines(f.Choices) {
		rest, off := strings.CutPrefix(strings.TrimSpace(line), "-")
		if rest == "" {
			continue
		}
		o := Option{Off: off}
		var named bool
		if o.Code, o.Label, named = strings.Cut(rest, "="); !named {
			o.Code, o.Label = "", rest
		}
		o.Code, o.Label = strings.ToUpper(strings.TrimSpace(o.Code)), strings.Join(strings.Fields(o.Label), " ")
		out = append(out, o)
	}
	if len(out) <= maxChoices {
		makeCodes(out)
	}
	seen := map[string]bool{}
	for i := range out {
		o := &out[i]
		o.Label = cmp.Or(o.Label, o.Code)
		if len(out) <= maxChoices && (!choiceForm.MatchString(o.Code) || seen[o.Code]) {
			c.Add("choices", "field.error.choice_code", "Code", o.Code)
			return
		}
		c.MaxLen("choices", o.Label, 100)
		seen[o.Code] = true
	}
	switch {
	case len(out) == 0:
		c.Add("choices", "error.required")
	case len(out) > maxChoices:
		c.Add("choices", "field.error.choices", "Max", maxChoices)
	}
	f.SetOptions(out)
}

// maxChoiceCode is the longest code of a choice.
const maxChoiceCode = 30

// makeCodes gives choices without a code one, made of the label and unlike all others:
// long labels begin alike, and of those in other letters than Latin ones nothing is left.
func makeCodes(list []Option) {
	taken := map[string]bool{}
	for _, o := range list {
		taken[o.Code] = true
	}
	for i := range list {
		o := &list[i]
		if o.Code != "" {
			continue
		}
		base := strings.ToUpper(slug(o.Label))
		if base == "" {
			base = "C"
		}
		o.Code = fold.Free(base, maxChoiceCode, func(code string) bool { return taken[code] })
		taken[o.Code] = true
	}
}

// option finds a choice by its code, else by its label. Signs count: A+ isn't A-, and a
// label may be the code of another choice.
func (f *Field) option(text string) *Option {
	list := f.Options()
	key := fold.Fold(text)
	for _, same := range []func(Option) bool{
		func(o Option) bool { return o.Code == text },
		func(o Option) bool { return o.Label == text },
		func(o Option) bool { return strings.EqualFold(o.Code, text) },
		func(o Option) bool { return fold.Fold(o.Label) == key },
	} {
		if i := slices.IndexFunc(list, same); i >= 0 {
			return &list[i]
		}
	}
	return nil
}

// off returns a choice in a value that was switched off: it may stay where it was, but not
// come anew. Nil for none.
func (f *Field) off(v, old any) *Option {
	for _, o := range f.Options() {
		if o.Off && inList(v, o.Code) && !inList(old, o.Code) {
			return &o
		}
	}
	return nil
}

func inList(v any, code string) bool {
	return slices.Contains(strings.Split(record.BagText(v), ","), code)
}

// guardChoices refuses to remove a choice that a record has.
func (f *Field) guardChoices(ctx context.Context, tx *db.Tx, was *Field) error {
	now := f.Options()
	for _, o := range was.Options() {
		if slices.ContainsFunc(now, func(x Option) bool { return x.Code == o.Code }) {
			continue
		}
		var one int64
		err := tx.Row(ctx, "SELECT 1 FROM {field_value} x WHERE x.field_id = $1 AND x.value_key = $2 LIMIT 1", []any{f.ID, o.Code}, &one)
		if err == nil {
			return errs.Bad("choices", "field.error.choice_used", "Label", o.Label)
		}
		if !errs.Is(err, errs.NotFound) {
			return err
		}
	}
	return nil
}
