package imports

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/intake/vcard"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/record"
)

// batchSize is how many records are stored in one transaction: enough to be fast,
// few enough that nobody waits for the one writer of SQLite.
const batchSize = 500

// pass is one way through the file of a run.
type pass struct {
	s   *Service
	j   *jobs.Job
	a   db.Actor
	run *Run
	opt Options
	f   *Opened
	e   *engine
	w   *words
	in  intake.Options
	m   intake.Mapping
}

// check is the dry run. It decides on every record and writes nothing but the
// report. Cut off, it begins anew.
func (s *Service) check(ctx context.Context, j *jobs.Job, a db.Actor, run *Run) error {
	if run.State != Checking {
		return nil
	}
	run.resetCounts()
	p, err := s.open(ctx, j, a, run, true)
	if err != nil {
		return err
	}
	defer p.f.Close()
	if err := p.clear(ctx); err != nil {
		return err
	}
	if err := p.all(ctx); err != nil {
		return err
	}
	return p.finish(ctx, Checked)
}

// work is the import. Each batch and its checkpoint are one transaction, so a run
// that was cut off goes on where it stopped.
func (s *Service) work(ctx context.Context, j *jobs.Job, a db.Actor, run *Run) error {
	if run.State != Running {
		return nil
	}
	p, err := s.open(ctx, j, a, run, false)
	if err != nil {
		return err
	}
	defer p.f.Close()
	if run.Position == 0 {
		if err := p.clear(ctx); err != nil { // the report of the dry run
			return err
		}
	}
	if err := p.all(ctx); err != nil {
		return err
	}
	return p.finish(ctx, Done)
}

func (s *Service) open(ctx context.Context, j *jobs.Job, a db.Actor, run *Run, dry bool) (*pass, error) {
	if !a.May(Right) || !a.May("client.edit") {
		return nil, errs.New(errs.Forbidden, "error.forbidden")
	}
	opt, err := run.ReadOptions()
	if err != nil {
		return nil, err
	}
	m, err := run.ReadMapping()
	if err != nil {
		return nil, err
	}
	f, err := s.Open(ctx, a, run, opt)
	if err != nil {
		return nil, err
	}
	p := &pass{s: s, j: j, a: a, run: run, opt: opt, f: f, m: m, e: newEngine(run, opt, a, dry)}
	if p.m.System == "" || opt.System != "" {
		p.m.System = opt.System
	}
	if err := s.DB.View(ctx, a, func(tx *db.Tx) error { return p.words(ctx, tx) }); err != nil {
		f.Close()
		return nil, err
	}
	ag := p.w.agency
	p.e.kinds, p.e.relates = kindsIn(m), slices.ContainsFunc(m.Columns, func(c intake.Column) bool { return c.Target == "relation.person" })
	p.in = intake.Options{Region: ag.Country, Language: ag.Language, Today: date.Today(s.DB.Now(), ag.Location()), Strict: opt.Strict}
	if run.Total == 0 {
		if run.Total, err = p.count(); err != nil {
			f.Close()
			return nil, err
		}
	}
	return p, nil
}

// words reads what the agency calls things.
func (p *pass) words(ctx context.Context, tx *db.Tx) (err error) {
	p.w, err = loadWords(ctx, tx)
	p.e.w = p.w
	return err
}

// count goes over the rows without reading what is in them, so that progress has an
// end to it.
func (p *pass) count() (n int64, err error) {
	if p.f.Cards() {
		for _, err := range vcard.Read(p.f.blob, p.run.FileSize) {
			if err != nil {
				return n, fmt.Errorf("counting the cards: %w", err)
			}
			n++
		}
		return n, nil
	}
	for _, err := range p.f.Table.Rows() {
		if err != nil {
			return n, fmt.Errorf("counting the rows: %w", err)
		}
		n++
	}
	return n, nil
}

// clear removes the report of an earlier pass.
func (p *pass) clear(ctx context.Context) error {
	return clearRows(ctx, p.s.DB, p.a, p.run.ID)
}

func clearRows(ctx context.Context, d *db.DB, a db.Actor, run int64) error {
	for {
		var n int64
		err := d.Update(ctx, a, func(tx *db.Tx) (err error) {
			n, err = record.Clear(ctx, tx, "import_row", "run_id", run, 5000)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// all goes through the records in batches.
func (p *pass) all(ctx context.Context) error {
	size := p.s.Batch
	if size <= 0 {
		size = batchSize
	}
	var batch []numbered
	seq := int64(0)
	behind := p.run.Position // done by an earlier attempt
	flush := func() error {
		list := batch
		batch = batch[:0]
		if len(list) == 0 {
			return nil
		}
		if list[0].seq <= behind {
			return p.recall(ctx, list)
		}
		if err := p.j.Stopped(ctx); err != nil {
			return err
		}
		return p.batch(ctx, list)
	}
	for res, err := range p.f.Records(p.m, p.in) {
		if err != nil {
			return fmt.Errorf("reading the file: %w", err)
		}
		seq++
		batch = append(batch, numbered{seq, res})
		if len(batch) == size || seq == behind {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

type numbered struct {
	seq int64
	res intake.Result
}

// draft makes the drafts of a batch: anew in each transaction, which must not find those
// that an earlier attempt has changed.
func (p *pass) draft(list []numbered) (*drafter, []*draft) {
	b := &drafter{w: p.w, opt: p.opt, actor: p.a, run: p.run}
	out := make([]*draft, len(list))
	for i, n := range list {
		out[i] = b.make(n.seq, n.res)
	}
	return b, out
}

// batch decides on a batch and stores it, or the report of a dry run.
func (p *pass) batch(ctx context.Context, list []numbered) error {
	for {
		var next Run
		err := p.s.DB.Update(ctx, p.a, func(tx *db.Tx) error {
			if err := again(ctx, tx); err != nil {
				return err
			}
			if other := !tx.Actor.Same(p.a); tx.Try > 0 || other {
				p.a, p.e.actor = tx.Actor, tx.Actor
				p.e.rollback()
			}
			// Read here and not before: who waits for another import to store its batch
			// must find the tags and programmes that it brought.
			if err := p.words(ctx, tx); err != nil {
				return err
			}
			b, drafts := p.draft(list)
			next = *p.run
			return p.store(ctx, tx, b, drafts, &next)
		})
		var r *refusal
		if err != nil && asRefusal(err, &r) && refusable(err) && p.e.refused[r.seq] == nil {
			p.e.rollback()
			p.e.refused[r.seq] = r.err
			continue
		}
		if err != nil {
			p.e.rollback()
			return err
		}
		p.e.commit()
		*p.run = next
		return nil
	}
}

// refusable are the errors that say something about one record, not about the
// database.
func refusable(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict, errs.Forbidden, errs.NotFound:
		return true
	}
	return false
}

func (p *pass) store(ctx context.Context, tx *db.Tx, b *drafter, drafts []*draft, next *Run) error {
	plan, err := p.e.plan(ctx, tx, b, drafts)
	if err != nil {
		return err
	}
	var rows []*Row
	if p.e.dry {
		for _, d := range plan {
			rows = append(rows, p.e.row(d))
		}
	} else {
		var made *writer
		if rows, made, err = p.e.write(ctx, tx, p.w, plan); err != nil {
			return err
		}
		next.NewTags, next.NewProgrammes = joinIDs(next.NewTags, made.newTags), joinIDs(next.NewProgrammes, made.newProgrammes)
	}
	if err := record.InsertMany(ctx, tx, rows); err != nil {
		return err
	}
	for i, r := range rows {
		next.count(r)
		next.RowsDone += int64(max(1, drafts[i].rows))
	}
	next.Position = drafts[len(drafts)-1].seq
	if err := p.save(ctx, tx, next); err != nil {
		return err
	}
	return p.j.Checkpoint(ctx, tx, struct{}{}, next.RowsDone, next.Total)
}

func (r *Run) count(row *Row) {
	switch row.Action {
	case Create:
		r.Created++
	case Update:
		r.Updated++
	case Skip:
		r.Skipped++
	default:
		r.Errors++
	}
	if row.Warned {
		r.Warnings++
	}
}

// save stores how far the pass has come. The state is left to those who ask for
// another one meanwhile.
func (p *pass) save(ctx context.Context, tx *db.Tx, next *Run) error {
	var r Run
	return record.Edit(ctx, tx, &r, next.ID, 0, func() error {
		r.Total, r.RowsDone, r.Position = next.Total, next.RowsDone, next.Position
		r.NewTags, r.NewProgrammes = next.NewTags, next.NewProgrammes
		r.Created, r.Updated, r.Skipped, r.Errors, r.Warnings = next.Created, next.Updated, next.Skipped, next.Errors, next.Warnings
		return nil
	})
}

func (p *pass) finish(ctx context.Context, state string) error {
	return p.s.DB.Update(ctx, p.a, func(tx *db.Tx) error {
		var r Run
		err := record.Edit(ctx, tx, &r, p.run.ID, 0, func() error {
			r.State, r.Total, r.RowsDone, r.FinishedAt = state, p.run.Total, p.run.RowsDone, tx.Now
			return nil
		})
		if err != nil {
			return err
		}
		return p.j.Checkpoint(ctx, tx, struct{}{}, p.run.RowsDone, p.run.Total)
	})
}

// recall remembers records that an earlier attempt has stored, so that later ones
// of the same file still find them.
func (p *pass) recall(ctx context.Context, list []numbered) error {
	rows := map[int64]*Row{}
	err := p.s.DB.View(ctx, p.a, func(tx *db.Tx) error {
		var found []Row
		err := record.Select(ctx, tx, &found, "WHERE r.run_id = $1 AND r.seq >= $2 AND r.seq <= $3", p.run.ID, list[0].seq, list[len(list)-1].seq)
		for i := range found {
			rows[found[i].Seq] = &found[i]
		}
		return err
	})
	if err != nil {
		return err
	}
	_, drafts := p.draft(list)
	for _, d := range drafts {
		r := rows[d.seq]
		if r == nil {
			return errors.New("imports: the report lacks a record before the checkpoint")
		}
		if r.ClientID != 0 && !d.refused() {
			p.e.recall(d, r)
		}
	}
	p.e.commit()
	return nil
}

func (e *engine) recall(d *draft, r *Row) {
	s := e.of(int64(r.ClientID))
	if s == nil {
		s = &state{clientID: int64(r.ClientID), seq: d.seq, line: d.line, mine: r.Action == Create, editable: r.Action == Create}
		e.newTarget(s)
	}
	facts, people := s.facts, s.people
	s.facts, s.people = nil, nil
	s.draft(&d.c, d)
	e.register(s)
	if r.Action == Create {
		e.registerName(s, d.c.Key())
	}
	s.facts, s.people = facts, people // the rest is read when a record is about it
}
