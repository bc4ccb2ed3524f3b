package exports

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/output"
	"github.com/carnetcrm/carnet/internal/record"
)

// Request is what somebody asks for.
type Request struct {
	List      string // one of Names
	Format    string
	Selection list.Selection // its query's columns are those of the file, in order
	Options   Options
	Lang      string
	MailTo    int64  // colleague, 0 for none
	Job       bool   // leave it to a job however few rows there are
	Why       string // of secrets: the reason, as flow.Why joins it; the caller has made sure of fresh proof
}

// Start notes an export. The one that it returns is either left to a job, or small,
// and then Make must be called at once.
func (s *Service) Start(ctx context.Context, a db.Actor, q Request) (*Export, error) {
	if !a.May(Right) {
		return nil, agency.Refused(ctx, s.DB, a, Right)
	}
	d := Lists[q.List]
	if d == nil {
		return nil, errs.Bad("list", "error.choice", "Allowed", strings.Join(Names, ", "))
	}
	e := &Export{List: q.List, Format: q.Format, Lang: q.Lang, Via: a.Via, State: Waiting, MailTo: db.Ref(q.MailTo), why: q.Why}
	var n int
	err := s.DB.View(ctx, a, func(tx *db.Tx) (err error) {
		if d, err = d.For(ctx, tx); err != nil {
			return err
		}
		if err = s.check(ctx, tx, d, &q); err != nil {
			return err
		}
		if !q.Selection.All {
			if n, err = d.CountSelected(ctx, tx, q.Selection, Small); err != nil {
				return err
			}
		}
		if err = e.describe(ctx, tx, d, &q, n); err != nil || !q.Selection.All {
			return err
		}
		if n, err = d.CountSelected(ctx, tx, q.Selection, Small); list.IsSlow(err) {
			n, err = Small+1, nil // a job has the time to find them
		}
		e.Rows = int64(min(n, Small))
		return err
	})
	if err != nil {
		return nil, err
	}
	small := n <= Small && !q.Job && q.MailTo == 0
	if !small && len(q.Options.Secrets) > 0 {
		return nil, errs.Bad("secrets", "export.error.secret_rows", "Max", Small)
	}
	if q.Format == Print {
		small = true
	}
	err = s.DB.Update(ctx, a, func(tx *db.Tx) error {
		if small {
			e.State = Running
			return record.Insert(ctx, tx, e)
		}
		if err := record.Insert(ctx, tx, e); err != nil {
			return err
		}
		return record.Edit(ctx, tx, e, e.ID, 0, func() (err error) {
			e.JobID, err = jobs.Enqueue(ctx, tx, jobMake, jobArgs{e.ID}, jobs.MaxAttempts(attempts))
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("noting an export: %w", err)
	}
	return e, nil
}

// check refuses what can't be made before anything is noted.
func (s *Service) check(ctx context.Context, tx *db.Tx, d *list.Def, q *Request) error {
	var bad errs.Collect
	bad.OneOf("format", q.Format, FormatsOf(q.List)...)
	for _, key := range q.Selection.Query.Columns {
		if f, ok := d.Field(key, tx.Actor); !ok || f.NoShow {
			bad.Add("columns", "list.unknown_field", "Field", key)
		}
	}
	if q.Format == Labels {
		if _, ok := output.SheetOf(q.Options.Sheet); !ok {
			bad.Add("sheet", "export.error.sheet")
		}
	}
	if err := checkSecrets(&bad, tx.Actor, q); err != nil {
		return err
	}
	if q.MailTo != 0 {
		switch {
		case q.Format == Print:
			bad.Add("mail_to", "export.error.mail_print")
		case !s.MailOn:
			bad.Add("mail_to", "error.mail_off")
		default:
			var u agency.User
			if err := record.Get(ctx, tx, &u, q.MailTo); errs.Is(err, errs.NotFound) || err == nil && u.Status != "active" {
				bad.Add("mail_to", "export.error.colleague")
			} else if err != nil {
				return err
			}
		}
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return asks(ctx, tx, d, q.Selection.Query)
}

// asks refuses an order or columns that the list doesn't know, as the list itself would:
// it is asked for a record that doesn't exist, in the way in which the rows will be read.
// Filters are refused when the rows are counted.
func asks(ctx context.Context, tx *db.Tx, d *list.Def, q list.Query) error {
	q.Columns = Columns(d, q, tx.Actor)
	return d.EachSelected(ctx, tx, list.Selection{IDs: []int64{0}, Query: q}, func(list.Row) error { return nil })
}

// describe fills in what the log keeps.
func (e *Export) describe(ctx context.Context, tx *db.Tx, d *list.Def, q *Request, n int) error {
	l := i18n.For(q.Lang)
	var err error
	if q.Selection.All {
		if e.Words, err = d.Describe(ctx, tx, q.Selection.Query, q.Lang); err != nil {
			return err
		}
	} else {
		e.Words = l.T("export.ticked", "Count", n, "Number", l.Number(int64(n)))
		// What else was asked for doesn't decide what leaves.
		q.Selection.Query.Any, q.Selection.Query.Filters, q.Selection.Query.Groups = false, nil, nil
	}
	for _, key := range q.Options.Secrets {
		e.Words = strings.TrimPrefix(e.Words+" · "+l.T("export.secret."+key), " · ")
	}
	e.Words = cut(e.Words, 4000)
	selection, err := json.Marshal(q.Selection)
	if err != nil {
		return fmt.Errorf("noting a selection: %w", err)
	}
	options, err := json.Marshal(q.Options)
	if err != nil {
		return fmt.Errorf("noting options: %w", err)
	}
	ag, err := agency.Current(ctx, tx)
	if err != nil {
		return err
	}
	e.Selection, e.Options = string(selection), string(options)
	e.Rows = int64(min(n, Small))
	name := l.T("export.list." + q.List)
	if q.Format == Labels {
		name = l.T("export.format.labels")
	}
	e.FileName = name + " " + string(date.Today(tx.Now.Time(), ag.Location())) + Extensions[q.Format]
	return nil
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// Columns are the fields that leave: those that were asked for, in their order, else
// those of the list; never one to which the actor has no right any more.
func Columns(d *list.Def, q list.Query, a db.Actor) (out []string) {
	keys := q.Columns
	if len(keys) == 0 {
		keys = d.Columns
	}
	for _, key := range keys {
		if f, ok := d.Field(key, a); ok && !f.NoShow && !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}
