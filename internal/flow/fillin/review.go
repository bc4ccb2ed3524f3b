package fillin

import (
	"cmp"
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/publiclink"
	"github.com/carnetcrm/carnet/internal/record"
)

// The keys of the differences that are no plain fields.
const (
	NumberKey = "passport.number"
	PhotoKey  = "passport.photo"
)

// Difference is one thing that the person wants otherwise than it is.
type Difference struct {
	Field
	Proposed string
	Conflict bool // it was changed by somebody since it was shown to the person
	// Instead says where it goes if its record was removed or entered since it was shown:
	// InsteadOther, InsteadNew or InsteadNone; "" where all is as it was.
	Instead string
	to      string // key of the field that it is written to, where that isn't its own
}

// Acceptable reports whether accepting the difference writes it to a record.
func (d Difference) Acceptable() bool { return d.Instead != InsteadNone }

// Review is what was sent, beside what is known now.
type Review struct {
	FillIn      *FillIn
	Proposal    *Proposal // nil when it was removed after 90 days
	Differences []Difference
	Lists       *option.Set // of the agency, from which preferences choose; nil where none are asked for
	Passport    int64       // the stored passport that a number is compared with, 0 for none
}

// Look compares what was sent with what is known now, as the actor sees it.
func Look(ctx context.Context, tx *db.Tx, id int64) (*Review, error) {
	r, _, err := look(ctx, tx, id)
	return r, err
}

func look(ctx context.Context, tx *db.Tx, id int64) (*Review, []part, error) {
	r := &Review{FillIn: new(FillIn)}
	if err := record.Get(ctx, tx, r.FillIn, id); err != nil {
		return nil, nil, err
	}
	p, err := proposalOf(ctx, tx, id)
	if errs.Is(err, errs.NotFound) {
		return r, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	r.Proposal = p
	if r.FillIn.SubmittedAt == 0 { // a draft is the person's own
		return r, nil, nil
	}
	list, err := partsOf(ctx, tx, r.FillIn)
	if err != nil {
		return nil, nil, err
	}
	all, err := fields(list)
	if err != nil {
		return nil, nil, err
	}
	a, err := readAnswer(p)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range all {
		v, proposed := a.Values[f.Key]
		if proposed && v != f.Known {
			r.Differences = append(r.Differences, Difference{Field: f, Proposed: v, Conflict: a.Base[f.Key] != f.Known})
		}
	}
	more, list, err := meanwhile(ctx, tx, r.FillIn, a, list, all)
	if err != nil {
		return nil, nil, err
	}
	r.Differences = append(r.Differences, more...)
	r.note(list)
	if p.Number != "" {
		was, shown := a.Base[NumberKey]
		hint := hintOf(list)
		r.Differences = append(r.Differences, Difference{Field: Field{Key: NumberKey, Section: "passport", Kind: "passport", Column: "number", Type: "secret",
			Known: hint}, Proposed: p.NumberHint, Conflict: shown && was != hint && hint != p.NumberHint})
	}
	if p.Photo != "" {
		r.Differences = append(r.Differences, Difference{Field: Field{Key: PhotoKey, Section: "passport", Type: "photo"}, Proposed: p.PhotoType})
	}
	return r, list, nil
}

// note keeps of the parts what the page of differences needs.
func (r *Review) note(list []part) {
	for _, p := range list {
		switch x := p.(type) {
		case *taste:
			r.Lists = x.options
		case *group:
			if x.section == "passport" {
				r.Passport = x.id()
			}
		}
	}
}

// Verdict is what the agency says to what was sent.
type Verdict struct {
	Version int64    // of the request as it was read; 0 takes what is there
	All     bool     // accept everything
	Keys    []string // else what is accepted; the rest is refused
	Note    string   // why something is refused
}

// Settle accepts what a verdict names, as the actor: it is written to the records as if
// the actor had typed it, and their rights and rules apply. The rest is refused, and the
// link ends. Conflict when somebody has settled it already.
func Settle(ctx context.Context, tx *db.Tx, id int64, v Verdict) (*FillIn, error) {
	r, list, err := look(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	f := r.FillIn
	if !f.Waits() {
		return nil, errs.New(errs.Conflict, "link.error.settled")
	}
	accepted := map[string]Difference{}
	for _, d := range r.Differences {
		if d.Acceptable() && (v.All || slices.Contains(v.Keys, d.Key)) {
			accepted[cmp.Or(d.to, d.Key)] = d
		}
	}
	outcome := "partly"
	switch {
	case len(accepted) == len(r.Differences):
		outcome = "accepted"
	case len(accepted) == 0:
		outcome = "refused"
	}
	var bad errs.Collect
	for _, g := range list {
		if err := bad.Merge("", g.write(ctx, tx, r, accepted)); err != nil {
			return nil, err
		}
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	err = record.Edit(ctx, tx, f, f.ID, v.Version, func() error {
		if !f.Waits() { // somebody was quicker since it was read
			return errs.New(errs.Conflict, "link.error.settled")
		}
		f.Status, f.Note, f.SettledAt = outcome, v.Note, tx.Now
		return nil
	})
	if err != nil {
		return nil, err
	}
	return f, publiclink.Revoke(ctx, tx, f.Ref())
}

// write stores what was accepted of one record.
func (g *group) write(ctx context.Context, tx *db.Tx, r *Review, accepted map[string]Difference) error {
	var bad errs.Collect
	if err := bad.Merge(g.prefix(), g.store(ctx, tx, r, accepted)); err != nil {
		return err
	}
	return bad.Err()
}

func (g *group) store(ctx context.Context, tx *db.Tx, r *Review, accepted map[string]Difference) error {
	if g.section == "passport" {
		return g.writePassport(ctx, tx, r, accepted)
	}
	change := g.change(accepted)
	if change == nil {
		return nil
	}
	if g.id() == 0 {
		if err := change(); err != nil || removed(g) {
			return err
		}
		return record.Insert(ctx, tx, g.rec)
	}
	err := record.Edit(ctx, tx, g.rec, g.id(), 0, func() error {
		if err := change(); err != nil {
			return err
		}
		if removed(g) {
			return errRemoved
		}
		return nil
	})
	if err == errRemoved {
		return record.Delete(ctx, tx, g.rec, record.Stamps(g.rec).ID, 0)
	}
	return err
}

// errRemoved turns an edit that empties a phone into its removal.
var errRemoved = errs.New(errs.Conflict, "error.stale")

// change gives the record what was accepted of it; nil when that is nothing.
func (g *group) change(accepted map[string]Difference) func() error {
	any := false
	for _, column := range g.columns {
		_, ok := accepted[g.key(column)]
		any = any || ok
	}
	if !any {
		return nil
	}
	return func() error {
		for _, column := range g.columns {
			if d, ok := accepted[g.key(column)]; ok {
				if err := record.SetText(g.rec, column, d.Proposed); err != nil {
					return err
				}
			}
		}
		return nil
	}
}
