package imports

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/record"
)

// Undo takes a whole import back: what it created is gone without a trace, what it
// changed is as it was. It refuses with a Conflict that names them when one of its
// records has been edited since.
func (s *Service) Undo(ctx context.Context, a db.Actor, id int64) (*Run, error) {
	err := s.DB.View(ctx, a, func(tx *db.Tx) error {
		run, err := Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if !run.Undoable() {
			return errs.New(errs.Conflict, "import.error.state")
		}
		edited, err := EditedSince(ctx, tx, run)
		if err != nil {
			return err
		}
		if len(edited) > 0 {
			return editedError(ctx, tx, edited)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.begin(ctx, a, id, jobUndo, func(r *Run) bool {
		ok := r.Undoable()
		r.State, r.Error = Undoing, ""
		return ok
	})
}

// editedError names the first of the clients that were edited, as far as the actor
// sees them.
func editedError(ctx context.Context, tx *db.Tx, clients []int64) error {
	var names []string
	err := tx.Each(ctx, "SELECT c.name FROM {client.any} c WHERE c.id IN {ids $1} ORDER BY c.name_key LIMIT 5", []any{db.IDs(clients[:min(1000, len(clients))])}, func(rows db.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		return err
	}
	return errs.New(errs.Conflict, "import.error.edited", "Count", len(clients), "Names", strings.Join(names, "; "))
}

// undoRow is a row with what undo needs of it.
type undoRow struct {
	Row
	made made
	was  []image
}

func (u *undoRow) read() error {
	if u.Made != "" {
		if err := json.Unmarshal([]byte(u.Made), &u.made); err != nil {
			return fmt.Errorf("reading what import %d made: %w", u.RunID, err)
		}
	}
	if u.Was != "" {
		if err := json.Unmarshal([]byte(u.Was), &u.was); err != nil {
			return fmt.Errorf("reading what import %d changed: %w", u.RunID, err)
		}
	}
	return nil
}

// travelers are those that the row created or changed.
func (u *undoRow) travelers() []int64 {
	out := slices.Clone(u.made["traveler"])
	for _, w := range u.was {
		if w.Kind == "traveler" {
			out = append(out, w.ID)
		}
	}
	return out
}

// done returns at most limit rows that changed something, below seq, the last first.
func done(ctx context.Context, tx *db.Tx, run, below int64, limit int) ([]undoRow, error) {
	var list []Row
	err := record.Select(ctx, tx, &list, `WHERE r.run_id = $1 AND r.seq < $2 AND r.action IN ('create', 'update') AND r.client_id IS NOT NULL
		ORDER BY r.seq DESC LIMIT $3`, run, below, limit)
	if err != nil {
		return nil, err
	}
	out := make([]undoRow, len(list))
	for i := range list {
		out[i].Row = list[i]
		if err := out[i].read(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// EditedSince returns the clients of a run that somebody, or another import, has
// changed since, they themselves or their travelers.
func EditedSince(ctx context.Context, tx *db.Tx, run *Run) ([]int64, error) {
	var out []int64
	seen := map[int64]bool{}
	for below := int64(1) << 52; ; {
		rows, err := done(ctx, tx, run.ID, below, 1000)
		if err != nil || len(rows) == 0 {
			return out, err
		}
		below = rows[len(rows)-1].Seq
		bad, err := edited(ctx, tx, run.ID, rows)
		if err != nil {
			return nil, err
		}
		for id := range bad {
			if !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
}

// edited returns the clients among rows that were changed after the run did. It
// looks with the eyes of the agency: a client that was given to somebody else
// counts, too.
func edited(ctx context.Context, tx *db.Tx, run int64, rows []undoRow) (map[int64]bool, error) {
	clients, travelers := db.IDs{}, db.IDs{}
	of := map[int64]int64{}
	for i := range rows {
		clients = append(clients, int64(rows[i].ClientID))
		for _, t := range rows[i].travelers() {
			travelers = append(travelers, t)
			of[t] = int64(rows[i].ClientID)
		}
	}
	out := map[int64]bool{}
	for _, part := range []struct {
		kind string
		ids  db.IDs
	}{{"client", clients}, {"traveler", travelers}} {
		if len(part.ids) == 0 {
			continue
		}
		err := tx.AsSystem().Each(ctx, `SELECT DISTINCT h.root_id FROM {history} h WHERE h.root_kind = $1 AND h.root_id IN {ids $2} AND h.run_id <> $3
			AND EXISTS (SELECT 1 FROM {history} r WHERE r.root_kind = $1 AND r.root_id = h.root_id AND r.run_id = $3 AND r.id < h.id)`,
			[]any{part.kind, part.ids, run}, func(rows db.Rows) error {
				var id int64
				err := rows.Scan(&id)
				if part.kind == "traveler" {
					id = of[id]
				}
				out[id] = true
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// takeBack is the job of Undo. Each batch removes its rows of the report with what
// they did, so that a job that was cut off goes on with the rest. A record that is
// edited while the job runs stays, and the run says so.
func (s *Service) takeBack(ctx context.Context, j *jobs.Job, a db.Actor, run *Run) error {
	if run.State != Undoing {
		return nil
	}
	a.RunID = run.ID
	kept := int64(0)
	size := s.Batch
	if size <= 0 {
		size = batchSize
	}
	total := run.Created + run.Updated
	for below, doneRows := int64(1)<<52, int64(0); ; {
		if err := j.Stopped(ctx); err != nil {
			return err
		}
		var n int
		var stay int64
		last := below
		err := s.DB.Update(ctx, a, func(tx *db.Tx) error {
			if err := again(ctx, tx); err != nil {
				return err
			}
			rows, err := done(ctx, tx, run.ID, below, size)
			if n = len(rows); err != nil || n == 0 {
				return err
			}
			last = rows[n-1].Seq
			if stay, err = undoBatch(ctx, tx, run, rows); err != nil {
				return err
			}
			return j.Checkpoint(ctx, tx, struct{}{}, doneRows+int64(n), total)
		})
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		below, doneRows, kept = last, doneRows+int64(n), kept+stay
	}
	if kept > 0 {
		return errs.New(errs.Invalid, "import.error.edited_meanwhile")
	}
	return s.undone(ctx, a, run)
}

// undoBatch takes back the rows, the last one first, and returns how many had to
// stay because somebody edited their records meanwhile.
func undoBatch(ctx context.Context, tx *db.Tx, run *Run, rows []undoRow) (kept int64, err error) {
	bad, err := edited(ctx, tx, run.ID, rows)
	if err != nil {
		return 0, err
	}
	all := asRun(tx)
	var clients, travelers, reports []int64
	for i := range rows {
		u := &rows[i]
		if bad[int64(u.ClientID)] {
			kept++
			continue
		}
		if u.Action == Create {
			clients = append(clients, int64(u.ClientID))
			travelers = append(travelers, u.made["traveler"]...)
		} else if err := u.undoUpdate(ctx, all); err != nil {
			return 0, err
		}
		reports = append(reports, u.ID)
	}
	if err := record.UnmakeAll(ctx, all, "client", clients); err != nil {
		return 0, err
	}
	if err := record.UnmakeAll(ctx, all, "traveler", travelers); err != nil {
		return 0, err
	}
	return kept, record.UnmakeAll(ctx, all, "import_row", reports)
}

// undoUpdate removes what an update added and puts back what it changed. Children
// go before their parents.
func (u *undoRow) undoUpdate(ctx context.Context, tx *db.Tx) error {
	for i := len(u.was) - 1; i >= 0; i-- {
		if err := record.PutBack(ctx, tx, u.was[i].Kind, u.was[i].ID, u.was[i].Row); err != nil {
			return err
		}
	}
	for _, kind := range []string{"relation", "passport", "visa", "loyalty", "preference", "special_date", "emergency_contact", "tag_link", "interface_id", "address", "communication", "client_traveler", "traveler"} {
		for _, id := range u.made[kind] {
			if err := record.Unmake(ctx, tx, kind, id); err != nil && !errs.Is(err, errs.NotFound) {
				return err
			}
		}
	}
	record.Reindex(tx, record.Ref{Kind: "client", ID: int64(u.ClientID)})
	return nil
}

// undone removes the last traces: tags and programmes that only this import brought, its history
// and its report.
func (s *Service) undone(ctx context.Context, a db.Actor, run *Run) error {
	for list, remove := range map[string]func(context.Context, *db.Tx, int64, int64) error{"t," + run.NewTags: removeTag, "p," + run.NewProgrammes: removeProgramme} {
		for _, text := range strings.Split(list, ",") {
			id, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				continue
			}
			err = s.DB.Update(ctx, a, func(tx *db.Tx) error { return remove(ctx, asRun(tx), run.ID, id) })
			if err != nil {
				return err
			}
		}
	}
	for {
		var n int64
		err := s.DB.Update(ctx, a, func(tx *db.Tx) (err error) {
			n, err = record.ForgetRun(ctx, tx, run.ID, 5000)
			return err
		})
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	if err := clearRows(ctx, s.DB, a, run.ID); err != nil {
		return err
	}
	return s.DB.Update(ctx, a, func(tx *db.Tx) error {
		var r Run
		return record.Edit(ctx, tx, &r, run.ID, 0, func() error {
			r.State, r.FinishedAt, r.NewTags, r.NewProgrammes = Undone, tx.Now, "", ""
			return nil
		})
	})
}

// removeTag removes a tag that the run created, unless it is used or was changed.
func removeTag(ctx context.Context, tx *db.Tx, run, id int64) error {
	var used, changed int64
	if err := tx.Row(ctx, "SELECT count(*) FROM {tag_link} k WHERE k.tag_id = $1", []any{id}, &used); err != nil {
		return err
	}
	err := tx.Row(ctx, "SELECT count(*) FROM {history} h WHERE h.kind = 'tag' AND h.ref_id = $1 AND h.run_id <> $2", []any{id, run}, &changed)
	if err != nil || used+changed > 0 {
		return err
	}
	if err := record.Unmake(ctx, tx, "tag", id); err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	return nil
}
