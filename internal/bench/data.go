package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/demo"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/madeup"
)

// dataVersion is raised when the made-up data or how it is loaded changes: a data
// set of another version is built anew.
const dataVersion = 3

// seed makes every run measure the same people.
const seed = 2026

// Set is a data set: three agencies of unlike size in one database.
type Set struct {
	Version int    `json:"version"`
	Schema  int64  `json:"schema"` // number of the newest migration when it was built
	Clients int    `json:"clients"`
	Engine  string `json:"engine"`

	Profiles int    `json:"profiles"` // version of the profiles that its travelers have
	Target   string `json:"-"`        // path or URL
	Dir      string `json:"-"`

	Agency int64         `json:"agency"` // the biggest one
	Built  time.Duration `json:"built"`
	Rows   map[string]int64
}

// open opens the database of the set.
func (s *Set) open(ctx context.Context) (*db.DB, error) {
	return db.Open(ctx, s.Target, flow.Tables...)
}

func (s *Set) note() string { return filepath.Join(s.Dir, "set.json") }

// Prepare returns the data set of an engine and size below dir, building it when it
// isn't there or is of another version.
func Prepare(ctx context.Context, dir, engine string, clients int, server *Server, log io.Writer) (*Set, error) {
	s := &Set{Version: dataVersion, Clients: clients, Engine: engine, Dir: filepath.Join(dir, fmt.Sprintf("%s-%d", engine, clients))}
	if err := dataFolder(s.Dir); err != nil {
		return nil, err
	}
	if engine == "sqlite" {
		s.Target = filepath.Join(s.Dir, "carnet.db")
	} else {
		s.Target = server.URL(fmt.Sprintf("bench_%d", clients))
	}
	var old Set
	if raw, err := os.ReadFile(s.note()); err == nil && json.Unmarshal(raw, &old) == nil && old.Version == dataVersion && old.Clients == clients {
		old.Target, old.Dir = s.Target, s.Dir
		_, err := db.Migrate(ctx, old.Target, db.MigrateOptions{})
		if err == nil {
			fmt.Fprintf(log, "using the data in %s\n", s.Dir)
			if err := old.fill(ctx, log); err != nil {
				return nil, err
			}
			return &old, old.settle(ctx)
		}
		fmt.Fprintf(log, "the data in %s is of no use, so it is built anew: %v\n", s.Dir, err)
	}
	return s, s.build(ctx, server, log)
}

// dataFolder makes a folder that the program takes for one of its own, although other things
// will lie in it, too.
func dataFolder(dir string) error { return os.MkdirAll(filepath.Join(dir, "files"), 0o700) }

// build makes the data set from nothing.
func (s *Set) build(ctx context.Context, server *Server, log io.Writer) error {
	os.Remove(s.note())
	if s.Engine == "sqlite" {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			os.Remove(s.Target + suffix)
		}
	} else if err := server.recreate(ctx, fmt.Sprintf("bench_%d", s.Clients)); err != nil {
		return err
	}
	if _, err := db.Migrate(ctx, s.Target, db.MigrateOptions{}); err != nil {
		return err
	}
	began := time.Now()
	if err := s.dropIndexes(ctx); err != nil {
		return err
	}
	d, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	for i, m := range madeup.Bench() {
		a, err := demo.Found(ctx, d, m)
		if err != nil {
			return err
		}
		if i == 0 {
			s.Agency = a.ID
		}
		n := int(m.Share * float64(s.Clients))
		g := madeup.New(madeup.Options{Seed: seed, Agency: m, Wide: true})
		last := time.Now()
		err = demo.Load(ctx, d, a, g, 0, n, func(done int) {
			if time.Since(last) > 10*time.Second {
				last = time.Now()
				fmt.Fprintf(log, "%s: %d of %d clients of %s, %.0f/s\n", s.Engine, done, n, m.Name, float64(done)/time.Since(began).Seconds())
			}
		})
		if err != nil {
			return err
		}
	}
	if err := d.Close(); err != nil {
		return err
	}
	note := func(q string) {
		q, _, _ = strings.Cut(q, "\n")
		fmt.Fprintf(log, "%s: %s after %s\n", s.Engine, q, time.Since(began).Round(time.Second))
	}
	if err := s.makeIndexes(ctx, note); err != nil {
		return err
	}
	if err := s.fill(ctx, log); err != nil {
		return err
	}
	if err := s.settle(ctx); err != nil {
		return err
	}
	s.Built = time.Since(began)
	s.Schema = db.SchemaVersion()
	fmt.Fprintf(log, "%s: %d clients built in %s\n", s.Engine, s.Clients, s.Built.Round(time.Second))
	return s.save()
}
