package imports

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/record"
)

// Service imports files into the client books of a database.
type Service struct {
	DB    *db.DB
	Files *files.Store
	Batch int   // records per transaction; 0 is 500
	Max   int64 // bytes of an uploaded client list; 0 is MaxFile
}

// MaxFile bounds an uploaded client list where nothing else was said, in bytes.
const MaxFile = 512 << 20

// Limit is how large a client list may be, in bytes.
func (s *Service) Limit() int64 { return cmp.Or(s.Max, MaxFile) }

// Upload stores a file, recognises it and begins a run. It returns an Invalid error
// for what isn't a client list.
func (s *Service) Upload(ctx context.Context, a db.Actor, name string, r io.Reader) (*Run, error) {
	if !a.May(Right) {
		return nil, errs.New(errs.Forbidden, "error.forbidden")
	}
	info, key, err := s.Files.PutSealed(ctx, r, s.Limit())
	if err != nil {
		return nil, err
	}
	name = fileName(name)
	run := &Run{FileName: name, FileHash: info.Hash, FileSize: info.Size, FileKey: record.Plain(key), State: Uploaded}
	m, err := s.recognise(ctx, a, run, DefaultOptions())
	if err != nil {
		return nil, errors.Join(err, s.Files.Delete(info.Hash)) // nobody else has this file: it is sealed with a key of its own
	}
	opt := DefaultOptions()
	opt.SourceDetail = clip(name, 200)
	run.Options, run.Mapping, run.Product = asJSON(opt), asJSON(m), m.Product
	err = s.DB.Update(ctx, a, func(tx *db.Tx) error { return record.Insert(ctx, tx, run) })
	if err != nil {
		return nil, fmt.Errorf("beginning an import: %w", err)
	}
	return run, nil
}

// fileName is what is kept of the name that a browser gave: no folders, and no
// characters that neither a database nor a page can hold.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	return filepath.Base(strings.ReplaceAll(name, `\`, "/"))
}

// recognise opens the file and proposes a mapping: one that was saved for the same
// titles, else that of intake.
func (s *Service) recognise(ctx context.Context, a db.Actor, run *Run, opt Options) (intake.Mapping, error) {
	f, err := s.Open(ctx, a, run, opt)
	if err != nil {
		return intake.Mapping{}, err
	}
	defer f.Close()
	if f.Cards() {
		return f.Match.Mapping, nil
	}
	m := f.Match.Mapping
	err = s.DB.View(ctx, a, func(tx *db.Tx) error {
		saved, err := savedFor(ctx, tx, f.Table.Header)
		if err == nil && saved != nil {
			m = *saved
			return nil
		}
		if err != nil {
			return err
		}
		if err := proposeOwn(ctx, tx, &m); err != nil {
			return err
		}
		return proposeProfile(ctx, tx, &m)
	})
	return m, err
}

// Opened is the file of a run, opened for reading. It must be closed.
type Opened struct {
	*intake.File
	blob blob
}

// blob is the content of a file in the clear.
type blob interface {
	io.ReaderAt
	io.Closer
}

// content opens what was uploaded. Its key leaves the run only here.
func (s *Service) content(tx *db.Tx, run *Run) (blob, error) {
	key, fresh := run.FileKey.Fresh()
	if !fresh {
		var err error
		if key, err = record.Unsealed(tx, run, "file_key"); err != nil {
			return nil, err
		}
	}
	if key == "" { // from before they were sealed
		return s.Files.Open(run.FileHash)
	}
	return s.Files.OpenSealedAt(run.FileHash, key)
}

// Close frees the file.
func (o *Opened) Close() error {
	err := o.File.Close()
	if e := o.blob.Close(); err == nil {
		err = e
	}
	return err
}

// Open opens the file of a run with the agency's habits of writing dates.
func (s *Service) Open(ctx context.Context, a db.Actor, run *Run, opt Options) (*Opened, error) {
	if run.FileHash == "" {
		return nil, errs.New(errs.Conflict, "import.error.forgotten")
	}
	var blob blob
	var ag *agency.Agency
	err := s.DB.View(ctx, a, func(tx *db.Tx) (err error) {
		if ag, err = agency.Current(ctx, tx); err == nil {
			blob, err = s.content(tx, run)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	in := intake.OpenOptions{Sheet: opt.Sheet, Encoding: opt.Encoding, DateOrder: date.OrderFor(ag.Country)}
	if opt.Delimiter != "" {
		in.Delimiter = opt.Delimiter[0]
	}
	f, err := intake.Open(blob, run.FileSize, in)
	if err != nil {
		blob.Close()
		return nil, err
	}
	return &Opened{f, blob}, nil
}

// Get returns a run of the actor with its state as it is now.
func Get(ctx context.Context, tx *db.Tx, id int64) (*Run, error) {
	r := new(Run)
	if err := record.Get(ctx, tx, r, id); err != nil {
		return nil, err
	}
	return r, r.refresh(ctx, tx)
}

// List returns the runs that the actor sees, the newest first, older than the run
// before (0 for the newest).
func List(ctx context.Context, tx *db.Tx, before int64, limit int) ([]Run, error) {
	if before == 0 {
		before = 1<<53 - 1
	}
	var out []Run
	if err := record.Select(ctx, tx, &out, "WHERE r.id < $1 ORDER BY r.id DESC LIMIT $2", before, limit); err != nil {
		return nil, err
	}
	for i := range out {
		if err := out[i].refresh(ctx, tx); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// refresh looks at the job of a busy run: it may have been paused or ended without
// its handler.
func (r *Run) refresh(ctx context.Context, tx *db.Tx) error {
	if !r.Busy() || r.JobID == 0 {
		return nil
	}
	job := r.JobID
	j, err := jobs.Behind(ctx, tx, job, func() (bool, error) {
		err := record.Get(ctx, tx, r, r.ID)
		return r.Busy() && r.JobID == job, err
	})
	if errs.Is(err, errs.NotFound) {
		r.State, r.Error = Failed, "import.error.lost"
		return nil
	}
	if err != nil || j == nil {
		return err
	}
	switch j.State {
	case jobs.Paused:
		r.State = Paused
	case jobs.Failed:
		r.State, r.Error = Failed, "import.error.failed"
	case jobs.Cancelled:
		r.State = Cancelled
	}
	return nil
}

// ReadMapping returns the mapping of the run.
func (r *Run) ReadMapping() (m intake.Mapping, err error) {
	if r.Mapping == "" {
		return m, nil
	}
	if err := json.Unmarshal([]byte(r.Mapping), &m); err != nil {
		return m, fmt.Errorf("reading the mapping of import %d: %w", r.ID, err)
	}
	return m, nil
}

// SetMapping stores what the columns mean, and the options of the run. saveAs, when
// not empty, keeps the mapping for files with the same titles.
func (s *Service) SetMapping(ctx context.Context, a db.Actor, id int64, m intake.Mapping, opt Options, saveAs string) (*Run, error) {
	var run *Run
	err := s.DB.View(ctx, a, func(tx *db.Tx) (err error) { run, err = Get(ctx, tx, id); return err })
	if err != nil {
		return nil, err
	}
	f, err := s.Open(ctx, a, run, opt)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if !f.Cards() {
		if err := checkColumns(&m, f.Table.Header); err != nil {
			return nil, err
		}
	}
	m.Product = run.Product
	err = s.DB.Update(ctx, a, func(tx *db.Tx) error {
		if run, err = Get(ctx, tx, id); err != nil {
			return err
		}
		if !run.Editable() {
			return errs.New(errs.Conflict, "import.error.state")
		}
		if err := opt.Check(ctx, tx); err != nil {
			return err
		}
		if saveAs != "" && !f.Cards() {
			if err := saveMapping(ctx, tx, saveAs, f.Table.Header, m); err != nil {
				return err
			}
		}
		return record.Edit(ctx, tx, run, id, 0, func() error {
			run.Mapping, run.Options, run.State = asJSON(m), asJSON(opt), Mapped
			run.resetCounts()
			return nil
		})
	})
	return run, err
}

// Reopen reads the file again with other options (encoding, sheet, delimiter) and
// proposes a fresh mapping.
func (s *Service) Reopen(ctx context.Context, a db.Actor, id int64, opt Options) (*Run, error) {
	var run *Run
	err := s.DB.View(ctx, a, func(tx *db.Tx) (err error) { run, err = Get(ctx, tx, id); return err })
	if err != nil {
		return nil, err
	}
	if err := opt.checkReading(run); err != nil {
		return nil, err
	}
	m, err := s.recognise(ctx, a, run, opt)
	if err != nil {
		return nil, err
	}
	err = s.DB.Update(ctx, a, func(tx *db.Tx) error {
		if run, err = Get(ctx, tx, id); err != nil { // reading a large file takes a while: it may have been started
			return err
		}
		if !run.Editable() {
			return errs.New(errs.Conflict, "import.error.state")
		}
		return record.Edit(ctx, tx, run, id, 0, func() error {
			run.Mapping, run.Product, run.Options, run.State = asJSON(m), m.Product, asJSON(opt), Uploaded
			run.Total = 0
			run.resetCounts()
			return nil
		})
	})
	return run, err
}

func (r *Run) resetCounts() {
	r.RowsDone, r.Position, r.Error = 0, 0, ""
	r.Created, r.Updated, r.Skipped, r.Errors, r.Warnings = 0, 0, 0, 0, 0
}

// Discard removes a run that has imported nothing, or whose import was undone, and
// its file.
func (s *Service) Discard(ctx context.Context, a db.Actor, id int64) error {
	var hash string
	err := s.DB.Update(ctx, a, func(tx *db.Tx) error {
		run, err := Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if run.Busy() || run.Undoable() {
			return errs.New(errs.Conflict, "import.error.state")
		}
		hash = run.FileHash
		return record.Delete(ctx, tx, run, id, 0)
	})
	if err != nil || hash == "" {
		return err
	}
	return s.dropFile(ctx, hash)
}
