package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
)

// open returns an SQLite database with a table n of numbers.
func open(t *testing.T) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := d.UpdateLocal(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "CREATE TABLE n (v bigint NOT NULL)")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestManyNewStatements has more readers than connections prepare a statement in
// the middle of their transactions, all at the same moment.
func TestManyNewStatements(t *testing.T) {
	d := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			err := d.Local(ctx, func(tx *db.Tx) error {
				var v int64
				for k := range 5 {
					if err := tx.Row(ctx, fmt.Sprintf("SELECT %d + count(*) FROM n", i*100+k), nil, &v); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Errorf("reader %d: %v", i, err)
			}
		})
	}
	wg.Wait()
}

// TestWriterGivesUp has the writer to whom another one left the common commit be
// cancelled while it waits: the other one must not wait for ever.
func TestWriterGivesUp(t *testing.T) {
	d := open(t)
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		patience, giveUp := context.WithCancel(ctx)
		inside, done := make(chan bool), make(chan error, 1)
		go func() {
			done <- d.UpdateLocal(ctx, func(tx *db.Tx) error {
				inside <- true
				<-patience.Done()
				_, err := tx.Exec(ctx, "INSERT INTO n (v) VALUES (1)")
				return err
			})
		}()
		<-inside
		waiter := make(chan error, 1)
		go func() {
			waiter <- d.UpdateLocal(patience, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, "INSERT INTO n (v) VALUES (2)")
				return err
			})
		}()
		time.Sleep(time.Millisecond)
		giveUp() // the waiting one leaves while the other one is about to commit
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-ctx.Done():
			t.Fatal("the first writer waits for ever")
		}
		if err := <-waiter; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		cancel()
	}
}

// TestAfterClose: who comes too late gets an error and doesn't wait.
func TestAfterClose(t *testing.T) {
	d := open(t)
	for range 2 {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	nothing := func(*db.Tx) error { return nil }
	if d.UpdateLocal(t.Context(), nothing) == nil || d.Local(t.Context(), nothing) == nil {
		t.Error("a closed database begins transactions")
	}
}

// TestReaders: a connection whose asker left in the middle of a query is good for the
// next one, and closing doesn't cut off who reads.
func TestReaders(t *testing.T) {
	d := open(t)
	const q = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 20) SELECT n FROM r"
	sum := func(ctx context.Context, tx *db.Tx, each func()) (sum int64, err error) {
		err = tx.Each(ctx, q, nil, func(rows db.Rows) error {
			var n int64
			err := rows.Scan(&n)
			sum += n
			each()
			return err
		})
		return sum, err
	}
	all := func() error {
		return d.Local(t.Context(), func(tx *db.Tx) error {
			tx.ByKeys()
			got, err := sum(t.Context(), tx, func() {})
			if err == nil && got != 210 {
				t.Errorf("sum %d, want 210", got)
			}
			return err
		})
	}
	if err := all(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := d.Local(ctx, func(tx *db.Tx) error {
		_, err := sum(ctx, tx, cancel)
		var one int64
		return errors.Join(err, tx.Row(ctx, "SELECT 1", nil, &one))
	})
	if !errors.Is(err, context.Canceled) && !strings.Contains(fmt.Sprint(err), "interrupted") {
		t.Errorf("who left was told %v", err)
	}
	if err := all(); err != nil {
		t.Errorf("after somebody left: %v", err)
	}
	err = d.Local(t.Context(), func(tx *db.Tx) error {
		d.Close()
		_, err := sum(t.Context(), tx, func() {})
		return err
	})
	if err != nil {
		t.Errorf("who read while the database was closed: %v", err)
	}
	if all() == nil {
		t.Error("a closed database was read")
	}
}
