package login

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// maxCached bounds the memory of the cache. Only what opens something is kept, so
// strangers can't fill it.
const maxCached = 10000

// cache remembers for a moment what a session or token opens, by its hash.
type cache struct {
	m sync.Map // string -> *entry
	n atomic.Int64
}

// entry is what one secret opens.
type entry struct {
	epoch, moved int64    // as they were before anything was read
	read         db.Stamp // when it was read
	session      Session  // of a session
	tokenID      int64    // of an API token
	ends         db.Stamp // when it stops opening anything; 0 never
	readOnly     bool
	user         agency.User
	agency       agency.Agency
	touched      atomic.Int64 // db.Stamp of the last use that was written
}

func (s *Service) cached(hash string, now db.Stamp) *entry {
	v, ok := s.seen.m.Load(hash)
	if !ok {
		return nil
	}
	e := v.(*entry)
	if e.epoch != agency.Epoch() || e.moved != s.moved.Load() || now >= e.read.Add(recheck) || now < e.read {
		return nil
	}
	return e
}

func (s *Service) keep(hash string, e *entry) {
	if s.seen.n.Load() >= maxCached {
		s.seen.m.Clear()
		s.seen.n.Store(0)
	}
	if _, loaded := s.seen.m.Swap(hash, e); !loaded {
		s.seen.n.Add(1)
	}
}

// forget makes every cached entry old: something about sessions or tokens changed.
func (s *Service) forget() { s.moved.Add(1) }

// begin returns an entry that knows what the caches stood at before the reading.
func (s *Service) begin(now db.Stamp) *entry {
	return &entry{epoch: agency.Epoch(), moved: s.moved.Load(), read: now}
}

// person reads who the entry belongs to. Only active people get in.
func (s *Service) person(ctx context.Context, e *entry, agencyID, userID int64) error {
	err := s.db.View(ctx, db.System(agencyID), func(tx *db.Tx) error {
		if err := record.Get(ctx, tx, &e.user, userID); err != nil {
			return err
		}
		return record.Get(ctx, tx, &e.agency, agencyID)
	})
	if errs.Is(err, errs.NotFound) || (err == nil && e.user.Status != "active") {
		return unknown()
	}
	return err
}

// used writes the time of last use, at most once a minute and beside the request:
// no page waits for the one writer of SQLite because of it.
func (s *Service) used(ctx context.Context, e *entry, now db.Stamp, query string, id int64) {
	was := e.touched.Load()
	if now < db.Stamp(was).Add(touch) || !e.touched.CompareAndSwap(was, int64(now)) {
		return
	}
	ctx = context.WithoutCancel(ctx)
	s.work.Go(func() {
		err := s.db.UpdateLocal(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, query, now, id)
			return err
		})
		if err != nil {
			slog.WarnContext(ctx, "the time of last use wasn't written", "error", err)
		}
	})
}
