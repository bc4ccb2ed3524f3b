package exports

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/record"
)

// The kinds of jobs.
const (
	jobMake  = "export.make"
	jobMail  = "export.mail"
	jobClean = "export.clean"
)

type jobArgs struct {
	Export int64 `json:"export"`
}

// Register has r do the jobs of exports.
func (s *Service) Register(r *jobs.Runner) {
	r.Handle(jobMake, s.makeJob, jobs.HandlerOptions{Concurrency: 1, Repeatable: true})
	r.Handle(jobMail, s.mailJob, jobs.HandlerOptions{Concurrency: 1, Timeout: 5 * time.Minute, Repeatable: true})
	r.Handle(jobClean, func(ctx context.Context, _ *jobs.Job) error { return s.Clean(ctx) }, jobs.HandlerOptions{Repeatable: true})
	r.Every(jobClean, jobs.Each(time.Hour))
}

// makeJob makes the file of an export as the person who asked, with the rights and
// the rows that the person has now. Begun anew it makes the file anew: nothing leaves
// before it is whole.
func (s *Service) makeJob(ctx context.Context, j *jobs.Job) error {
	var args jobArgs
	if err := j.Bind(&args); err != nil {
		return err
	}
	a, err := agency.Acting(ctx, s.DB, j.AgencyID, j.UserID, "export")
	if err != nil {
		return s.ended(ctx, j, args.Export, files.Info{}, 0, 0, err)
	}
	e := new(Export)
	err = s.edit(ctx, j.AgencyID, args.Export, func(tx *db.Tx, x *Export) error { x.State = Running; e = x; return nil })
	if err != nil {
		return err
	}
	info, n, skipped, err := s.store(ctx, j, a, e)
	return s.ended(ctx, j, e.ID, info, n, skipped, err)
}

// edit changes an export as the program: the person may have lost the right to.
func (s *Service) edit(ctx context.Context, agencyID, id int64, change func(*db.Tx, *Export) error) error {
	return s.DB.Update(ctx, db.System(agencyID), func(tx *db.Tx) error {
		e := new(Export)
		return record.Edit(ctx, tx, e, id, 0, func() error { return change(tx, e) })
	})
}

// store makes the file straight into the store.
func (s *Service) store(ctx context.Context, j *jobs.Job, a db.Actor, e *Export) (info files.Info, n, skipped int64, err error) {
	total := s.total(ctx, a, e)
	r, w := io.Pipe()
	made := make(chan error, 1)
	go func() {
		var err error
		n, skipped, err = s.write(ctx, a, e, w, func(done int64) error {
			if done%500 != 0 {
				return nil
			}
			if err := errors.Join(j.Stopped(ctx), s.still(ctx, j, a)); err != nil {
				return err
			}
			return j.Progress(ctx, done, max(total, done+1))
		})
		w.CloseWithError(err)
		made <- err
	}()
	info, err = s.Files.Put(ctx, r, maxFile)
	r.CloseWithError(io.ErrClosedPipe)
	if failure := <-made; failure != nil && !errors.Is(failure, io.ErrClosedPipe) {
		err = failure
	}
	if err == nil {
		err = s.still(ctx, j, a)
	}
	return info, n, skipped, err
}

// still asks, while a file is made, whether its person may have it as it was begun. Who
// may export no more gets none; for who sees less or other things by now the job begins
// anew.
func (s *Service) still(ctx context.Context, j *jobs.Job, a db.Actor) error {
	now, err := agency.Acting(ctx, s.DB, j.AgencyID, j.UserID, a.Via)
	switch {
	case err != nil:
		return err
	case !now.May(Right):
		return agency.LostRight()
	case !now.Same(a):
		return errors.New("exports: the person has other rights than when the file was begun")
	}
	return nil
}

// total is how many rows there will be, 0 where that takes too long to find out.
func (s *Service) total(ctx context.Context, a db.Actor, e *Export) int64 {
	var n int
	err := s.DB.View(ctx, a, func(tx *db.Tx) error {
		chosen, err := e.Chosen()
		if err != nil {
			return err
		}
		n, err = Lists[e.List].CountSelected(ctx, tx, chosen, 10_000_000)
		return err
	})
	if err != nil {
		return 0
	}
	return int64(n)
}

// ended notes how a job ended, where it ends for good, and has the file mailed.
func (s *Service) ended(ctx context.Context, j *jobs.Job, id int64, info files.Info, n, skipped int64, err error) error {
	final := err == nil || errors.Is(err, jobs.ErrCancelled) || j.Attempt >= attempts || useless(err)
	if !final || errors.Is(err, jobs.ErrLost) {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	failure := s.edit(ctx, j.AgencyID, id, func(tx *db.Tx, e *Export) error {
		e.end(tx.Now, n, skipped, err)
		if errors.Is(err, jobs.ErrCancelled) {
			e.State, e.Error = Cancelled, ""
		}
		if err != nil {
			return nil
		}
		e.FileHash, e.FileSize, e.ExpiresAt = info.Hash, info.Size, tx.Now.Add(Keep)
		if e.MailTo == 0 {
			return nil
		}
		_, err := jobs.Enqueue(ctx, tx, jobMail, jobArgs{id}, jobs.MaxAttempts(8))
		return err
	})
	return errors.Join(err, failure)
}

// useless reports whether trying again would end the same way.
func useless(err error) bool {
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Invalid, errs.Forbidden, errs.Unauthenticated, errs.TooLarge:
		return true
	}
	return false
}

// Cancel ends an export that is on its way.
func (s *Service) Cancel(ctx context.Context, a db.Actor, id int64) (*Export, error) {
	var e *Export
	err := s.DB.Update(ctx, a, func(tx *db.Tx) (err error) {
		if e, err = Get(ctx, tx, id); err != nil {
			return err
		}
		if err := record.Editable(ctx, tx, record.Ref{Kind: "export", ID: id}); err != nil {
			return err
		}
		if !e.Busy() || e.JobID == 0 {
			return errs.New(errs.Conflict, "export.error.state")
		}
		if err := jobs.Cancel(ctx, tx, e.JobID); err != nil {
			return err
		}
		j, err := jobs.Get(ctx, tx, e.JobID)
		if err != nil || j.State != jobs.Cancelled { // it ends at its next row, and notes it
			return err
		}
		return record.Edit(ctx, tx, e, id, 0, func() error { e.State, e.FinishedAt = Cancelled, tx.Now; return nil })
	})
	return e, err
}

// Link makes a new link to the file, for the person who asked for it and nobody else;
// an earlier link ends. The database keeps its hash only.
func (s *Service) Link(ctx context.Context, a db.Actor, id int64) (token string, err error) {
	raw := make([]byte, 24)
	rand.Read(raw)
	token = base64.RawURLEncoding.EncodeToString(raw)
	err = s.DB.Update(ctx, a, func(tx *db.Tx) error {
		e, err := Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := e.mine(a); err != nil {
			return err
		}
		if !e.Ready(tx.Now.Time()) {
			return errs.New(errs.Conflict, "export.error.gone")
		}
		return record.Edit(ctx, tx, e, id, 0, func() error { e.TokenHash = hashOf(token); return nil })
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// mine refuses whoever didn't ask for the export, also who may see that it exists.
func (e *Export) mine(a db.Actor) error {
	if !a.May(Right) || a.UserID == 0 || int64(e.CreatedBy) != a.UserID {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	return nil
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Open opens the file for the person who asked for it, by a link that is still good.
func (s *Service) Open(ctx context.Context, a db.Actor, id int64, token string) (*Export, *os.File, error) {
	var e *Export
	err := s.DB.View(ctx, a, func(tx *db.Tx) (err error) { e, err = Get(ctx, tx, id); return err })
	if err != nil {
		return nil, nil, err
	}
	if err := e.mine(a); err != nil {
		return nil, nil, err
	}
	if e.TokenHash == "" || subtle.ConstantTimeCompare([]byte(hashOf(token)), []byte(e.TokenHash)) != 1 || !e.Ready(s.DB.Now()) {
		return nil, nil, errs.New(errs.NotFound, "export.error.gone")
	}
	f, err := s.Files.Open(e.FileHash)
	return e, f, err
}

// Clean forgets the files of exports whose link has ended, and removes them.
func (s *Service) Clean(ctx context.Context) error {
	ids, err := agency.IDs(ctx, s.DB)
	if err != nil {
		return err
	}
	needed := map[string]bool{}
	for _, id := range ids {
		var old []int64
		err := s.DB.View(ctx, db.System(id), func(tx *db.Tx) error {
			return tx.Each(ctx, "SELECT e.id, e.file_hash, e.expires_at FROM {export} e WHERE e.file_hash <> ''", nil, func(rows db.Rows) error {
				var id int64
				var hash string
				var end db.Stamp
				if err := rows.Scan(&id, &hash, &end); err != nil {
					return err
				}
				if end < tx.Now {
					old = append(old, id)
				} else {
					needed[hash] = true
				}
				return nil
			})
		})
		if err != nil {
			return fmt.Errorf("looking for old exports: %w", err)
		}
		for _, n := range old {
			err := s.edit(ctx, id, n, func(_ *db.Tx, e *Export) error { e.FileHash, e.TokenHash = "", ""; return nil })
			if err != nil {
				return fmt.Errorf("forgetting an export: %w", err)
			}
		}
	}
	// By age as well: a file that is being stored isn't in any row yet.
	limit := s.DB.Now().Add(-Keep - grace)
	return s.Files.Each(func(hash string, stored time.Time) error {
		if needed[hash] || stored.After(limit) {
			return nil
		}
		return s.Files.Delete(hash)
	})
}
