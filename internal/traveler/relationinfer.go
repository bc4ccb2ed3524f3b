package traveler

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// never is a proposal that somebody turned down; written as a relation would be.
type never struct {
	record.Base
	A   int64  `db:"a_id" history:"-"`
	B   int64  `db:"b_id" history:"-"`
	AIs string `db:"a_is" history:"-"`
}

// Table names the table and the kind.
func (*never) Table() string { return "relation_never" }

// Check has nothing to tidy.
func (*never) Check() error { return nil }

// Guard lets only those turn a proposal down who could accept it.
func (n *never) Guard(ctx context.Context, tx *db.Tx, _ record.Record) error {
	return related(ctx, tx, n.A, n.B)
}

// Proposal is a relation that follows from others (W20): two children of one mother are
// siblings. Codes are what T may be to the person, the likeliest first.
type Proposal struct {
	T     Traveler
	Codes []string
	Via   Traveler // the person through whom it follows
}

// follows says what somebody is whom a relative of the person is related to: the parent
// of my sibling is my parent, or a step-parent.
var follows = map[[2]string][]string{
	{"parent", "child"}:         {"sibling", "half_sibling"},
	{"parent", "parent"}:        {"grandparent"},
	{"parent", "sibling"}:       {"aunt_uncle"},
	{"parent", "spouse"}:        {"parent", "step_parent"},
	{"parent", "partner"}:       {"step_parent", "parent"},
	{"sibling", "parent"}:       {"parent"},
	{"sibling", "sibling"}:      {"sibling", "half_sibling"},
	{"sibling", "child"}:        {"niece_nephew"},
	{"sibling", "grandparent"}:  {"grandparent"},
	{"spouse", "child"}:         {"child", "step_child"},
	{"partner", "child"}:        {"step_child", "child"},
	{"spouse", "parent"}:        {"parent_in_law"},
	{"spouse", "sibling"}:       {"sibling_in_law"},
	{"child", "sibling"}:        {"child", "step_child"},
	{"child", "child"}:          {"grandchild"},
	{"child", "spouse"}:         {"child_in_law"},
	{"aunt_uncle", "child"}:     {"cousin"},
	{"grandparent", "spouse"}:   {"grandparent"},
	{"spouse", "grandchild"}:    {"grandchild"},
	{"child", "grandchild"}:     nil, // great-grandchildren have no kind
	{"parent", "grandparent"}:   nil,
	{"sibling", "half_sibling"}: {"half_sibling"},
}

// mostProposals is how many are shown at a time: more is work, not help.
const mostProposals = 6

// Proposals returns the relations that follow for a person from those that the actor
// sees, which are mine (KinOf) and those of relatives, without those that there are already or that somebody turned down. Those that
// ended before today prove nothing.
func Proposals(ctx context.Context, tx *db.Tx, id int64, mine []Kin, today date.Date) ([]Proposal, error) {
	if len(mine) == 0 {
		return nil, nil
	}
	all, err := Kinships(ctx, tx)
	if err != nil {
		return nil, err
	}
	known := map[int64]bool{id: true}
	var near []int64
	for _, k := range mine {
		if kind, _, ok := kinshipOf(all, k.Is); ok && kind.Group == "family" {
			known[k.T.ID] = true
			near = append(near, k.T.ID)
		}
	}
	theirs, err := kinOf(ctx, tx, near, known)
	if err != nil || len(theirs) == 0 {
		return nil, err
	}
	refused, err := refusedOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	var out []Proposal
	for _, k := range mine {
		if over(&k, today) {
			continue
		}
		for _, o := range theirs[k.T.ID] {
			if known[o.T.ID] || over(&o, today) {
				continue
			}
			codes := slices.DeleteFunc(slices.Clone(follows[[2]string{k.Is, o.Is}]), func(code string) bool {
				kind, _, ok := kinshipOf(all, code)
				return !ok || !kind.Active || refused[refusal(all, id, o.T.ID, code)]
			})
			if len(codes) > 0 && len(out) < mostProposals {
				known[o.T.ID] = true
				out = append(out, Proposal{T: o.T, Codes: codes, Via: k.T})
			}
		}
	}
	return out, nil
}

func over(k *Kin, today date.Date) bool { return k.To != "" && k.To < today }

// refusal is a turned down proposal in the one form that a relation has.
func refusal(all []Kinship, id, other int64, code string) never {
	var r Relation
	if err := r.Put(all, id, other, code); err != nil {
		return never{}
	}
	return never{A: r.A, B: r.B, AIs: r.AIs}
}

func refusedOf(ctx context.Context, tx *db.Tx, id int64) (map[never]bool, error) {
	var list []never
	err := record.Select(ctx, tx, &list, "WHERE r.a_id = $1 OR r.b_id = $1", id)
	out := map[never]bool{}
	for _, n := range list {
		out[never{A: n.A, B: n.B, AIs: n.AIs}] = true
	}
	return out, err
}

// Refuse turns a proposal down for good: it is offered on neither side again.
func Refuse(ctx context.Context, tx *db.Tx, id, other int64, codes ...string) error {
	all, err := Kinships(ctx, tx)
	if err != nil {
		return err
	}
	refused, err := refusedOf(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, code := range codes {
		n := refusal(all, id, other, code)
		if n.A == 0 {
			return errs.Bad("code", "relation.error.code")
		}
		if refused[n] {
			continue
		}
		if err := record.Insert(ctx, tx, &n); err != nil {
			return err
		}
	}
	return nil
}

// Relate stores that other is code to id.
func Relate(ctx context.Context, tx *db.Tx, id, other int64, code string, r *Relation) error {
	all, err := Kinships(ctx, tx)
	if err != nil {
		return err
	}
	if err := r.Put(all, id, other, code); err != nil {
		return err
	}
	return record.Insert(ctx, tx, r)
}

// Possible says what would keep Relate from storing that other is code to id; nil if
// nothing does.
func Possible(ctx context.Context, tx *db.Tx, id, other int64, code string) error {
	all, err := Kinships(ctx, tx)
	if err != nil {
		return err
	}
	var r Relation
	if err := r.Put(all, id, other, code); err != nil {
		return err
	}
	if err := r.Check(); err != nil {
		return err
	}
	return r.Guard(ctx, tx, nil)
}
