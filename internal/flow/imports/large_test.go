package imports_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestLarge imports 100,000 people with travelers, phones, e-mails, addresses, tags,
// duplicates in the file and history, in less than 200 MB of memory,
// and tells the time beside that of a bare insert of the rows: the budget is four times.
func TestLarge(t *testing.T) {
	if testing.Short() || os.Getenv("CARNET_TEST_LARGE") == "" {
		t.Skip("takes minutes; set CARNET_TEST_LARGE=100000")
	}
	n, err := strconv.Atoi(os.Getenv("CARNET_TEST_LARGE"))
	if err != nil || n < 100 {
		t.Fatal("CARNET_TEST_LARGE is a number of people")
	}
	d := newDesk(t)
	run, err := d.Upload(t.Context(), d.As("ada"), "people.csv", strings.NewReader(people(n)))
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	var peak atomic.Uint64
	quit := make(chan bool)
	go func() {
		var m runtime.MemStats
		for {
			select {
			case <-quit:
				return
			case <-time.After(100 * time.Millisecond):
				runtime.ReadMemStats(&m)
				peak.Store(max(peak.Load(), m.HeapInuse+m.StackInuse))
			}
		}
	}()
	var took time.Duration
	for _, step := range []struct {
		name string
		act  func(context.Context, db.Actor, int64) (*imports.Run, error)
	}{{"check", d.Check}, {"import", d.Start}} {
		began := time.Now()
		r := d.do("ada", run.ID, step.act)
		took = time.Since(began)
		t.Logf("%s: %s in %s, peak %d MB", step.name, counts(r), time.Since(began).Round(time.Millisecond), peak.Load()>>20)
		d.expect(r, fmt.Sprintf("create %d update 0 skip %d error 0 warned 0", n-n/20, n/20))
	}
	bare := d.bare()
	t.Logf("the same rows inserted bare: %s, the import took %.1f times as long", bare.Round(time.Millisecond), took.Seconds()/bare.Seconds())
	began := time.Now()
	again := d.upload("ada", "people.csv", people(n))
	r := d.do("ada", again.ID, d.Start)
	t.Logf("again: %s in %s, peak %d MB", counts(r), time.Since(began).Round(time.Millisecond), peak.Load()>>20)
	if r.Skipped != int64(n) {
		t.Errorf("imported twice: %s", counts(r))
	}
	began = time.Now()
	if u := d.do("ada", run.ID, d.Undo); u.State != imports.Undone || d.count("client") != 0 {
		t.Errorf("undo ended as %s with %d clients", u.State, d.count("client"))
	}
	t.Logf("undone in %s, peak %d MB", time.Since(began).Round(time.Millisecond), peak.Load()>>20)
	close(quit)
	if mb := peak.Load() >> 20; mb > 200 {
		t.Errorf("%d MB of memory at the peak", mb)
	}
}

// bare copies the rows of the client book into another database, in batches of 500
// and without history or search index: the measure of the budget.
func (d *desk) bare() time.Duration {
	d.t.Helper()
	target, driver := dbtest.Target(d.t), "sqlite"
	if dbtest.OnPostgres() {
		driver = "pgx"
	} else {
		target = "file:" + target + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
	}
	to, err := sql.Open(driver, target)
	if err != nil {
		d.t.Fatal(err)
	}
	defer to.Close()
	to.SetMaxOpenConns(1)
	if _, err := to.Exec(map[string]string{"sqlite": "PRAGMA foreign_keys = OFF", "pgx": "SET session_replication_role = replica"}[driver]); err != nil {
		d.t.Fatal(err)
	}
	var spent time.Duration
	for _, r := range []record.Record{new(client.Client), new(traveler.Traveler), new(client.Link), new(contact.Communication), new(contact.Address), new(tag.Link)} {
		spent += d.copyTable(to, r)
	}
	return spent
}

func (d *desk) copyTable(to *sql.DB, r record.Record) (spent time.Duration) {
	names := []string{"agency_id"}
	for _, c := range record.Columns(r) {
		names = append(names, c.Name)
	}
	cols := strings.Join(names, ", ")
	mark := "?" // names such as $1 are looked up one by one in SQLite
	if dbtest.OnPostgres() {
		mark = "$"
	}
	for after := int64(0); ; {
		var rows [][]any
		dbtest.View(d.t, d.World.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
			return tx.Each(ctx, "SELECT "+cols+", id FROM {"+r.Table()+"} x WHERE id > $1 ORDER BY id LIMIT 500", []any{after}, func(found db.Rows) error {
				row := make([]any, len(names)+1)
				to := make([]any, len(row))
				for i := range row {
					to[i] = &row[i]
				}
				err := found.Scan(to...)
				after, _ = row[len(names)].(int64)
				rows = append(rows, row[:len(names)])
				return err
			})
		})
		if len(rows) == 0 {
			return spent
		}
		began := time.Now()
		tx, err := to.Begin()
		if err != nil {
			d.t.Fatal(err)
		}
		for len(rows) > 0 {
			n := min(len(rows), 200)
			var b strings.Builder
			fmt.Fprintf(&b, `INSERT INTO "%s" (%s) VALUES `, r.Table(), cols)
			var args []any
			for i, row := range rows[:n] {
				b.WriteString(strings.Repeat(",", min(i, 1)) + "(")
				for j, v := range row {
					args = append(args, v)
					fmt.Fprintf(&b, "%s%s%d", strings.Repeat(",", min(j, 1)), mark, len(args))
				}
				b.WriteString(")")
			}
			if _, err := tx.Exec(b.String(), args...); err != nil {
				d.t.Fatal(err)
			}
			rows = rows[n:]
		}
		if err := tx.Commit(); err != nil {
			d.t.Fatal(err)
		}
		spent += time.Since(began)
	}
}
