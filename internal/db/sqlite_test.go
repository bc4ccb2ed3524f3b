package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
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
