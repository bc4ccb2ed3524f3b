package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/api"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// How long things are kept.
const (
	keepTrash = 30 * 24 * time.Hour // data rule 13
	keepJobs  = 30 * 24 * time.Hour
)

// chores registers the work that nobody waits for.
func (a *App) chores() {
	r := a.Jobs
	r.Handle("mail", a.sendMail, jobs.HandlerOptions{Concurrency: 2, Timeout: 2 * time.Minute, Repeatable: true, Forget: true})
	a.Login.Jobs(r)
	for _, c := range []struct {
		kind string
		at   jobs.Next
		do   jobs.Handler
	}{
		{"trash.purge", jobs.Daily(1, 10), a.emptyTrash},
		{"session.clean", jobs.Each(time.Hour), counted(a.Login.Clean)},
		{"idempotency.clean", jobs.Each(time.Hour), counted(func(ctx context.Context) (int64, error) { return api.CleanIdempotency(ctx, a.DB) })},
		{"job.clean", jobs.Daily(1, 40), counted(func(ctx context.Context) (int64, error) { return jobs.Clean(ctx, a.DB, keepJobs) })},
		{"file.clean", jobs.Daily(2, 40), counted(func(ctx context.Context) (int64, error) {
			return (&document.Service{DB: a.DB, Files: a.Files, Log: a.Log}).Clean(ctx)
		})},
		{"link.clean", jobs.Daily(1, 50), counted(a.cleanLinks)},
		{"link.remind", jobs.Each(time.Hour), counted(a.remindLinks)},
		{"database.upkeep", jobs.Daily(2, 10), a.upkeep},
	} {
		r.Handle(c.kind, c.do, jobs.HandlerOptions{Timeout: time.Hour, Repeatable: true})
		r.Every(c.kind, c.at)
	}
}

// counted makes a handler of a function that removes what is old.
func counted(clean func(context.Context) (int64, error)) jobs.Handler {
	return func(ctx context.Context, j *jobs.Job) error {
		n, err := clean(ctx)
		if err != nil {
			return err
		}
		return j.Progress(ctx, n, n)
	}
}

// sendMail sends the message in the arguments. When the process dies between the
// server's answer and the note of it, the message goes out again with the same
// Message-ID, by which the reader's program knows it.
func (a *App) sendMail(ctx context.Context, j *jobs.Job) error {
	var m mail.Message
	if err := j.Bind(&m); err != nil {
		return err
	}
	sum := sha256.Sum256(j.Args)
	m.ID = fmt.Sprintf("carnet.%d.%s", j.ID, hex.EncodeToString(sum[:8]))
	err := a.Mail.Send(ctx, m)
	if err == nil {
		return nil
	}
	var failed *mail.Error
	if errors.As(err, &failed) {
		// Only its own words go on: the server's may name the reader.
		err = errors.New(failed.Error())
		if !failed.Temporary {
			err = jobs.Permanent(err)
		}
	}
	if _, off := a.Mail.(mail.Off); off {
		err = jobs.Permanent(err)
	}
	return err
}

// purgeStep is how many records one transaction removes: the one writer of SQLite
// must not make users wait.
const purgeStep = 20

// emptyTrash removes what was deleted more than 30 days ago, for good, in every
// agency. Clients come first: their links go with them.
func (a *App) emptyTrash(ctx context.Context, j *jobs.Job) error {
	agencies, err := agency.IDs(ctx, a.DB)
	if err != nil {
		return err
	}
	var total int64
	for _, id := range agencies {
		for _, kind := range []string{"activity", "activity_person", "relation", "passport", "visa", "nationality", "other_document", "attachment", "client", "traveler", "view", "client_list"} {
			for {
				if err := j.Stopped(ctx); err != nil {
					return err
				}
				n, err := a.purge(ctx, id, kind)
				if err != nil {
					return fmt.Errorf("emptying the trash: %w", err)
				}
				total += n
				if err := j.Progress(ctx, total, 0); err != nil {
					return err
				}
				if n == 0 {
					break
				}
			}
		}
	}
	return nil
}

// oldTrash picks the oldest deleted records. Companions come before the travelers
// to whom they belong, who wait for companions that were deleted later.
var oldTrash = map[string]string{
	"activity":        "SELECT r.id FROM {activity.trash} r WHERE r.deleted_at < $1 ORDER BY r.id LIMIT $2",
	"activity_person": binned("activity_person"),
	"attachment":      "SELECT r.id FROM {attachment.trash} r WHERE r.deleted_at < $1 ORDER BY r.id LIMIT $2",
	"relation":        "SELECT r.id FROM {relation.trash} r WHERE r.deleted_at < $1 ORDER BY r.id LIMIT $2",
	"passport":        binned("passport"),
	"visa":            binned("visa"),
	"nationality":     binned("nationality"),
	"other_document":  binned("other_document"),
	"client":          "SELECT r.id FROM {client.trash} r WHERE r.deleted_at < $1 ORDER BY r.id LIMIT $2",
	"view":            "SELECT r.id FROM {view.trash} r WHERE r.deleted_at < $1 ORDER BY r.id LIMIT $2",
	"client_list":     "SELECT r.id FROM {client_list.trash} r WHERE r.deleted_at < $1 ORDER BY r.id LIMIT $2",
	"traveler": `SELECT r.id FROM {traveler.trash} r WHERE r.deleted_at < $1
		AND NOT EXISTS (SELECT 1 FROM {traveler.trash} c WHERE c.main_traveler_id = r.id AND c.deleted_at >= $1)
		ORDER BY CASE WHEN r.main_traveler_id IS NULL THEN 1 ELSE 0 END, r.id LIMIT $2`,
}

// binned picks the oldest deleted records of a kind.
func binned(kind string) string {
	return "SELECT r.id FROM {" + kind + ".trash} r WHERE r.deleted_at < $1 ORDER BY r.id LIMIT $2"
}

func (a *App) purge(ctx context.Context, agencyID int64, kind string) (n int64, err error) {
	err = a.DB.Update(ctx, db.System(agencyID), func(tx *db.Tx) error {
		ids, err := tx.IDs(ctx, oldTrash[kind], tx.Now.Add(-keepTrash), purgeStep)
		if err != nil {
			return err
		}
		n = int64(len(ids))
		for _, id := range ids {
			if kind == "traveler" {
				if err := freeCompanions(ctx, tx, id); err != nil {
					return err
				}
			}
			if err := record.Purge(ctx, tx, kind, id); err != nil && !errs.Is(err, errs.NotFound) {
				return err
			}
		}
		return nil
	})
	return n, err
}

// freeCompanions has the travelers who came along with one that is removed stand
// on their own.
func freeCompanions(ctx context.Context, tx *db.Tx, id int64) error {
	var list []traveler.Traveler
	if err := record.Select(ctx, tx, &list, "WHERE r.main_traveler_id = $1", id); err != nil {
		return err
	}
	for i := range list {
		t := &list[i]
		if err := record.Edit(ctx, tx, t, t.ID, 0, func() error { t.MainTraveler = 0; return nil }); err != nil {
			return err
		}
	}
	return nil
}

// upkeep merges what the day's changes have left beside the trigram indexes: a search
// reads each segment of SQLite's, and all that PostgreSQL hasn't sorted in yet, which it
// does by itself only now and then. Statistics need no care: the migrations set them, see
// 0009.
func (a *App) upkeep(ctx context.Context, _ *jobs.Job) error {
	if a.DB.Dialect != db.SQLite {
		return a.DB.UpdateLocal(ctx, func(tx *db.Tx) error { return sortIn(ctx, tx) })
	}
	var twins []string
	for _, t := range a.DB.Tables() {
		twins = append(twins, t.Index, t.Within)
	}
	for _, twin := range twins {
		if twin == "" {
			continue
		}
		// A negative number begins the merging of all segments into one; others go on.
		for pages, more := -mergePages, true; more; pages = mergePages {
			err := a.DB.UpdateLocal(ctx, func(tx *db.Tx) (err error) {
				more, err = merge(ctx, tx, twin, pages)
				return err
			})
			if err != nil {
				return fmt.Errorf("merging %s: %w", twin, err)
			}
		}
	}
	return nil
}

// sortIn has PostgreSQL sort what was added last into its trigram indexes.
func sortIn(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `SELECT gin_clean_pending_list(c.oid::regclass) FROM pg_class c JOIN pg_am a ON a.oid = c.relam
		WHERE a.amname = 'gin' AND c.relkind = 'i' AND c.relnamespace = current_schema()::regnamespace`)
	return err
}

// mergePages bounds how long one step keeps the writer.
const mergePages = 200

// merge does one step and reports whether there is more to do: SQLite counts less
// than two changes when there isn't.
func merge(ctx context.Context, tx *db.Tx, index string, pages int) (bool, error) {
	var before, after int64
	if err := tx.Row(ctx, "SELECT total_changes()", nil, &before); err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf("INSERT INTO %[1]s (%[1]s, rank) VALUES ('merge', %[2]d)", index, pages)); err != nil {
		return false, err
	}
	err := tx.Row(ctx, "SELECT total_changes()", nil, &after)
	return after-before >= 2, err
}
