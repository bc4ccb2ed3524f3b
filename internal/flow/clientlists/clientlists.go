// Package clientlists fills lists of clients: with those that were ticked, with all that
// match a filter, with what other lists have or don't have in common (R117).
package clientlists

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// AtOnce is how many clients are added or removed while the person waits; more are the
// work of a job.
const AtOnce = 1000

// chunk is how many of them one transaction writes.
const chunk = 500

// most bounds the members of a list: the numbers of all of them are in memory while
// they are added.
const most = 2_000_000

// jobFill is the kind of the job.
const jobFill = "client_list.fill"

// Done says what became of an act on the members of a list.
type Done struct {
	Changed int   // members added or removed
	Chosen  int   // visible clients of the selection
	JobID   int64 // the job that does it, 0 where it is done
}

// jobArgs is what a job fills.
type jobArgs struct {
	List      int64          `json:"list"`
	Selection list.Selection `json:"selection"`
	Remove    bool           `json:"remove,omitempty"`
}

// Add puts the clients of a selection into a fixed list: those that the actor sees.
func Add(ctx context.Context, tx *db.Tx, id int64, s list.Selection) (Done, error) {
	return act(ctx, tx, jobArgs{List: id, Selection: s})
}

// Remove takes the clients of a selection out of a fixed list.
func Remove(ctx context.Context, tx *db.Tx, id int64, s list.Selection) (Done, error) {
	return act(ctx, tx, jobArgs{List: id, Selection: s, Remove: true})
}

func act(ctx context.Context, tx *db.Tx, args jobArgs) (Done, error) {
	if err := fixed(ctx, tx, args.List); err != nil {
		return Done{}, err
	}
	ids, err := client.List.Selected(ctx, tx, args.Selection, AtOnce)
	if err != nil {
		return Done{}, err
	}
	if len(ids) > AtOnce {
		return enqueue(ctx, tx, args)
	}
	n, err := write(ctx, tx, args, ids)
	if err != nil {
		return Done{}, err
	}
	return Done{Changed: n, Chosen: len(ids)}, touch(ctx, tx, args.List, n, 0)
}

// fixed refuses a list that the actor may not change, or that has no members.
func fixed(ctx context.Context, tx *db.Tx, id int64) error {
	l, err := clientlist.Get(ctx, tx, id)
	if err != nil {
		return err
	}
	if !tx.Actor.May(clientlist.RightEdit) {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	if l.Kind != clientlist.Fixed {
		return errs.New(errs.Conflict, "client_list.error.living", "Name", l.Name)
	}
	return record.Editable(ctx, tx, record.Ref{Kind: "client_list", ID: id})
}

func enqueue(ctx context.Context, tx *db.Tx, args jobArgs) (Done, error) {
	id, err := jobs.Enqueue(ctx, tx, jobFill, args)
	if err != nil {
		return Done{}, err
	}
	return Done{JobID: id}, touch(ctx, tx, args.List, 0, id)
}

// touch notes that members changed, and which job changes them.
func touch(ctx context.Context, tx *db.Tx, id int64, changed int, job int64) error {
	if changed == 0 && job == 0 {
		return nil
	}
	var l clientlist.List
	return record.Edit(ctx, tx, &l, id, 0, func() error {
		if changed > 0 {
			l.MembersAt = tx.Now
		}
		if job != 0 {
			l.JobID = job
		}
		return nil
	})
}

// write adds or removes clients; those that are there already, or aren't, stay as they
// are.
func write(ctx context.Context, tx *db.Tx, args jobArgs, ids []int64) (int, error) {
	have := map[int64]int64{}
	err := tx.Each(ctx, "SELECT m.client_id, m.id FROM {client_list_member} m WHERE m.list_id = $1 AND m.client_id IN {ids $2}",
		[]any{args.List, db.IDs(ids)}, func(rows db.Rows) error {
			var id, member int64
			err := rows.Scan(&id, &member)
			have[id] = member
			return err
		})
	if err != nil {
		return 0, err
	}
	if args.Remove {
		var members []int64
		for _, m := range have {
			members = append(members, m)
		}
		slices.Sort(members)
		return len(members), record.Drop(ctx, tx, "client_list_member", members)
	}
	var fresh []*clientlist.Member
	for _, id := range ids {
		if have[id] == 0 {
			fresh = append(fresh, &clientlist.Member{ListID: args.List, ClientID: id})
		}
	}
	return len(fresh), record.InsertMany(ctx, tx, fresh)
}

// Create stores a new list. A fixed one begins with the clients of the selection; a
// living one follows its query.
func Create(ctx context.Context, tx *db.Tx, l *clientlist.List, s *list.Selection) (Done, error) {
	if l.Kind == clientlist.Living && s != nil {
		if !s.All {
			return Done{}, errs.Bad("kind", "client_list.error.ticked")
		}
		if err := l.Keep(s.Query); err != nil {
			return Done{}, err
		}
	}
	if l.Kind == clientlist.Living {
		q, err := l.Ask()
		if err != nil {
			return Done{}, errs.Bad("query", "client_list.error.query")
		}
		// What can't be asked isn't stored.
		if _, err := client.List.Count(ctx, tx, q, 1); err != nil && !list.IsSlow(err) {
			return Done{}, err
		}
	}
	if err := record.Insert(ctx, tx, l); err != nil || l.Kind == clientlist.Living || s == nil {
		return Done{}, err
	}
	return Add(ctx, tx, l.ID, *s)
}

// The ways to combine lists.
const (
	Union        = "union"        // in one of them
	Intersection = "intersection" // in all of them
	Difference   = "difference"   // in the first, in none of the others
)

// Ways lists them.
var Ways = []string{Union, Intersection, Difference}

// Combine stores a new fixed list with what others have in common, or not: as the actor
// sees them, today. One list alone is copied.
func Combine(ctx context.Context, tx *db.Tx, l *clientlist.List, way string, lists []int64) (Done, error) {
	if !slices.Contains(Ways, way) {
		return Done{}, errs.Bad("way", "client_list.error.way")
	}
	if len(lists) == 0 || len(lists) > 20 {
		return Done{}, errs.Bad("lists", "client_list.error.lists", "Max", 20)
	}
	var names []string
	for _, id := range lists {
		if _, err := clientlist.Get(ctx, tx, id); err != nil {
			return Done{}, errs.Bad("lists", "client_list.error.missing")
		}
		names = append(names, strconv.FormatInt(id, 10))
	}
	of := func(op string, ids ...string) list.Filter {
		return list.Filter{Key: clientlist.Key, Op: op, Values: ids}
	}
	var q list.Query
	switch way {
	case Union:
		q.Filters = append(q.Filters, of("any", names...))
	case Intersection:
		for _, n := range names {
			q.Filters = append(q.Filters, of("any", n))
		}
	case Difference:
		if q.Filters = append(q.Filters, of("any", names[0])); len(names) > 1 {
			q.Filters = append(q.Filters, of("none", names[1:]...))
		}
	}
	l.Kind, l.Query = clientlist.Fixed, ""
	return Create(ctx, tx, l, &list.Selection{All: true, Query: q})
}

// In is the query of the clients of a list.
func In(id int64) list.Query {
	return list.Query{Filters: []list.Filter{{Key: clientlist.Key, Op: "any", Values: []string{strconv.FormatInt(id, 10)}}}}
}

// Count returns how many clients of a list the actor sees, counted up to bound: bound+1
// stands for more.
func Count(ctx context.Context, tx *db.Tx, id int64, bound int) (int, error) {
	return client.List.Count(ctx, tx, In(id), bound)
}

// Service does the jobs.
type Service struct{ DB *db.DB }

// Register has r do the jobs of client lists.
func (s *Service) Register(r *jobs.Runner) {
	r.Handle(jobFill, s.fill, jobs.HandlerOptions{Concurrency: 2, Repeatable: true})
}

// progress is the checkpoint of a job: the clients up to this number are done.
type progress struct {
	Last    int64 `json:"last"`
	Changed int   `json:"changed"`
}

// fill adds or removes what was chosen, as the person who asked and with the rights
// that they have now, some hundred at a time.
func (s *Service) fill(ctx context.Context, j *jobs.Job) error {
	var args jobArgs
	if err := j.Bind(&args); err != nil {
		return err
	}
	a, err := agency.Acting(ctx, s.DB, j.AgencyID, j.UserID, "job")
	if err != nil {
		return final(err)
	}
	var at progress
	if _, err := j.Load(&at); err != nil {
		return err
	}
	var ids []int64
	err = s.DB.View(ctx, a, func(tx *db.Tx) error {
		ids, err = client.List.Selected(ctx, tx, args.Selection, most)
		return err
	})
	if err != nil {
		return final(err)
	}
	slices.Sort(ids)
	done, _ := slices.BinarySearch(ids, at.Last+1)
	for total := len(ids); done < total; {
		if err := j.Stopped(ctx); err != nil {
			return err
		}
		part := ids[done:min(done+chunk, total)]
		err := s.DB.Update(ctx, a, func(tx *db.Tx) error {
			if err := agency.Again(ctx, tx); err != nil {
				return err
			}
			if err := fixed(ctx, tx, args.List); err != nil {
				return err
			}
			seen, err := client.List.Selected(ctx, tx, list.Selection{IDs: part}, chunk) // by now
			if err != nil {
				return err
			}
			n, err := write(ctx, tx, args, seen)
			if err != nil {
				return err
			}
			next := progress{part[len(part)-1], at.Changed + n}
			if done+len(part) == total {
				if err := touch(ctx, tx, args.List, next.Changed, 0); err != nil {
					return err
				}
			}
			tx.AfterCommit(func() { at = next })
			return j.Checkpoint(ctx, tx, next, int64(done+len(part)), int64(total))
		})
		if err != nil {
			return final(err)
		}
		done += len(part)
	}
	return nil
}

// final marks the errors after which trying again is useless.
func final(err error) error {
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Invalid, errs.Forbidden, errs.Unauthenticated:
		return jobs.Permanent(fmt.Errorf("filling a client list: %w", err))
	case errs.Conflict:
		var taken *db.Taken
		if !errors.As(err, &taken) { // somebody added the same clients meanwhile
			return jobs.Permanent(fmt.Errorf("filling a client list: %w", err))
		}
	}
	return err
}
