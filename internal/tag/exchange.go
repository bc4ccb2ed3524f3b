package tag

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
)

// TagFormat is what a file of tags calls its format.
const TagFormat = "carnet.tags/1"

// exchange is a file of tags (L11).
type exchange struct {
	Format string       `json:"format"`
	Tags   []exchangeOf `json:"tags"`
}

type exchangeOf struct {
	Kind         string   `json:"kind"`
	Name         string   `json:"name"`
	Areas        []string `json:"areas"`
	Requirement  string   `json:"requirement"`
	TakesValue   string   `json:"takes_value"`
	Choices      []string `json:"choices,omitempty"`
	DefaultValue string   `json:"default_value,omitempty"`
	Several      bool     `json:"several"`
	Active       bool     `json:"active"`
}

// Export writes the agency's tags, attributes and interests as JSON.
func Export(ctx context.Context, tx *db.Tx) ([]byte, error) {
	tags, err := All(ctx, tx, "")
	if err != nil {
		return nil, err
	}
	out := exchange{Format: TagFormat, Tags: []exchangeOf{}}
	for _, t := range tags {
		e := exchangeOf{Kind: t.Kind, Name: t.Name, Areas: strings.Split(t.Areas, ","), Requirement: t.Requirement, TakesValue: t.TakesValue,
			DefaultValue: t.DefaultValue, Several: t.Several, Active: t.Active}
		if t.Choices != "" {
			e.Choices = strings.Split(t.Choices, "\n")
		}
		out.Tags = append(out.Tags, e)
	}
	raw, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("export tags: %w", err)
	}
	return append(raw, '\n'), nil
}

// Import creates the tags of a file that the agency doesn't have yet, and changes none
// that it has: whose name is known, whatever its kind, is skipped (L11). Nothing is
// created when one of the tags is wrong.
func Import(ctx context.Context, tx *db.Tx, r io.Reader) (created, skipped int, err error) {
	if !tx.Actor.May("tag.manage") {
		return 0, 0, errs.New(errs.Forbidden, "error.forbidden")
	}
	raw, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return 0, 0, fmt.Errorf("read a file of tags: %w", err)
	}
	if len(raw) > MaxFile {
		return 0, 0, errs.New(errs.TooLarge, "error.too_large", "Max", "1 MB")
	}
	var f exchange
	if err := strict(raw, &f); err != nil {
		return 0, 0, err
	}
	switch {
	case f.Format != TagFormat:
		return 0, 0, bad("marketing.error.format", "Want", TagFormat)
	case len(f.Tags) > maxCodes:
		return 0, 0, bad("marketing.error.many", "Max", maxCodes)
	}
	has, err := All(ctx, tx, "")
	if err != nil {
		return 0, 0, err
	}
	known := map[string]bool{}
	for _, t := range has {
		known[t.NameKey] = true
	}
	for _, e := range f.Tags {
		key := fold.Fold(strings.Join(strings.Fields(e.Name), " "))
		if known[key] {
			skipped++
			continue
		}
		known[key] = true
		t := &Tag{Kind: e.Kind, Name: e.Name, Areas: strings.Join(e.Areas, ","), Requirement: e.Requirement, TakesValue: e.TakesValue,
			Choices: strings.Join(e.Choices, "\n"), DefaultValue: e.DefaultValue, Several: e.Several, Active: e.Active}
		if err := record.Insert(ctx, tx, t); errs.Is(err, errs.Invalid) {
			return 0, 0, errs.Wrap(err, errs.Invalid, "marketing.error.tag", "Name", clip(e.Name))
		} else if err != nil {
			return 0, 0, err
		}
		created++
	}
	return created, skipped, nil
}
