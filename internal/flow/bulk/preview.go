package bulk

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
)

// lookAt is how many records a preview looks at one by one. What becomes of more is
// told for the first of them.
const lookAt = 10_000

// samples is how many names are told of those that would be refused for one reason.
const samples = 5

// Preview is what an order would do.
type Preview struct {
	Order     Order
	Total     int // records that are meant; Max+1 stands for more than Max
	Looked    int // of Total: that the rest is about
	Changed   int
	Unchanged int
	Groups    []Group  // from what to what, the most frequent first
	Reasons   []Reason // why records would be refused, the most frequent first
}

// Refused is how many would be refused.
func (p *Preview) Refused() (n int) {
	for _, r := range p.Reasons {
		n += r.Count
	}
	return n
}

// Group is how many records go from one value to another.
type Group struct {
	Was, Now string // as stored
	Count    int
}

// Reason is how many records are refused for one reason.
type Reason struct {
	Why
	Count int
	Named []Named // some of them
}

// Named is a record with its name; one that isn't seen has none.
type Named struct {
	ID   int64
	Name string
}

// Preview says what an order would do, and does nothing. It completes the order.
func (n *Noun) Preview(ctx context.Context, tx *db.Tx, o Order, sel list.Selection) (*Preview, error) {
	n, err := nounFor(ctx, tx, o)
	if err != nil {
		return nil, err
	}
	if err := n.Check(ctx, tx, &o); err != nil {
		return nil, err
	}
	ids, err := n.Def.Selected(ctx, tx, sel, Max)
	if err != nil {
		return nil, err
	}
	p := &Preview{Order: o, Total: len(ids), Looked: min(len(ids), lookAt)}
	if len(ids) == 0 {
		return nil, errs.New(errs.Invalid, "bulk.error.none")
	}
	if len(ids) > Max {
		return nil, errs.New(errs.Invalid, "bulk.error.too_many", "Max", Max)
	}
	slices.Sort(ids)
	w, err := n.worker(ctx, tx, o)
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(ids[:p.Looked], stepSize) {
		if err := w.step(ctx, tx, part, true, p.take); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(p.Groups, func(a, b Group) int { return cmp.Compare(b.Count, a.Count) })
	slices.SortStableFunc(p.Reasons, func(a, b Reason) int { return cmp.Compare(b.Count, a.Count) })
	for i := range p.Reasons {
		if err := n.names(ctx, tx, p.Reasons[i].Named); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// take counts what would become of one record.
func (p *Preview) take(id int64, e effect, err error) {
	switch {
	case err != nil:
		p.refuse(id, why(err))
	case !e.changed:
		p.Unchanged++
	default:
		p.Changed++
		i := slices.IndexFunc(p.Groups, func(g Group) bool { return g.Was == e.was && g.Now == e.now })
		if i < 0 {
			i = len(p.Groups)
			p.Groups = append(p.Groups, Group{Was: e.was, Now: e.now})
		}
		p.Groups[i].Count++
	}
}

func (p *Preview) refuse(id int64, w Why) {
	same := func(r Reason) bool { return r.Key == w.Key && asText(r.Args) == asText(w.Args) }
	i := slices.IndexFunc(p.Reasons, same)
	if i < 0 {
		i = len(p.Reasons)
		p.Reasons = append(p.Reasons, Reason{Why: w})
	}
	r := &p.Reasons[i]
	r.Count++
	if len(r.Named) < samples {
		r.Named = append(r.Named, Named{ID: id})
	}
}

func asText(args []any) string {
	raw, _ := json.Marshal(args) // of texts and numbers: can't fail
	return string(raw)
}

// names fills in the names of records, as far as the actor sees them.
func (n *Noun) names(ctx context.Context, tx *db.Tx, list []Named) error {
	ids := db.IDs{}
	for _, x := range list {
		ids = append(ids, x.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	return tx.Each(ctx, "SELECT x.id, "+n.Name+" FROM {"+n.Kind+".any} x WHERE x.id IN {ids $1}", []any{ids}, func(rows db.Rows) error {
		var id int64
		var name string
		err := rows.Scan(&id, &name)
		for i := range list {
			if list[i].ID == id {
				list[i].Name = name
			}
		}
		return err
	})
}

// worker carries an order out on one stretch of records after the other.
type worker struct {
	n *Noun
	o Order
	d doer
}

func (n *Noun) worker(ctx context.Context, tx *db.Tx, o Order) (*worker, error) {
	d, err := n.doer(ctx, tx, o)
	return &worker{n, o, d}, err
}

// step does it to some records and tells what became of each. Errors that were made
// for users are told, others end the step.
func (w *worker) step(ctx context.Context, tx *db.Tx, ids []int64, dry bool, tell func(int64, effect, error)) error {
	hindered := map[int64]error{}
	if w.o.What == Delete && w.n.Hindered != nil {
		var err error
		if hindered, err = w.n.Hindered(ctx, tx, ids); err != nil {
			return err
		}
	}
	free := make([]int64, 0, len(ids))
	for _, id := range ids {
		if err := hindered[id]; err != nil {
			tell(id, effect{}, err)
		} else {
			free = append(free, id)
		}
	}
	return w.d.do(ctx, tx, free, dry, func(id int64, e effect, err error) error {
		if err != nil && (errs.KindOf(err) == errs.Internal || isStale(err)) {
			return err // stale: somebody saves it at this moment; the step begins anew
		}
		tell(id, e, err)
		return nil
	})
}
