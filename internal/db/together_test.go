package db_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
)

// asks is a part that asks n questions one after the other and notes the answers.
func asks(out *[]string, name string, n int) db.Part {
	return func(ctx context.Context, tx *db.Tx) error {
		for i := range n {
			var text string
			var none *int64
			if err := tx.Row(ctx, "SELECT $1 || CAST($2 AS text), NULL", []any{name, fmt.Sprint(i)}, &text, &none); err != nil {
				return err
			}
			if none != nil {
				return errors.New("NULL was a number")
			}
			*out = append(*out, text)
		}
		return nil
	}
}

func together(t *testing.T, d *db.DB, parts ...db.Part) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return d.Local(ctx, func(tx *db.Tx) error { return tx.Together(ctx, parts...) })
}

func openLocal(t *testing.T) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), dbtest.Target(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// TestTogether: each part gets the answers to its own questions, however many they are,
// and whatever parts it has itself.
func TestTogether(t *testing.T) {
	d := openLocal(t)
	var got []string
	many := func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 300) SELECT n, CAST(n AS text) || 'ż' FROM r WHERE 'x' LIKE '%x%'", nil,
			func(rows db.Rows) error {
				var n int64
				var text string
				err := rows.Scan(&n, &text)
				if err == nil && text != fmt.Sprintf("%dż", n) {
					return fmt.Errorf("%d is %q", n, text)
				}
				if n == 300 {
					got = append(got, "many")
				}
				return err
			})
	}
	nested := func(ctx context.Context, tx *db.Tx) error {
		err := tx.Together(ctx, asks(&got, "d", 2), asks(&got, "e", 1), func(ctx context.Context, tx *db.Tx) error {
			return tx.Together(ctx, asks(&got, "f", 1), asks(&got, "g", 3))
		})
		if err == nil {
			got = append(got, "nested")
		}
		return errors.Join(err, tx.Together(ctx))
	}
	missing := func(ctx context.Context, tx *db.Tx) error {
		var n int64
		if tx.Row(ctx, "SELECT 1 WHERE 1 = 2", nil, &n) == nil {
			t.Error("a row that isn't there was found")
		}
		return nil
	}
	if err := together(t, d, asks(&got, "a", 3), asks(&got, "b", 1), asks(&got, "c", 0), nested, many, missing); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if want := "a0 a1 a2 b0 d0 d1 e0 f0 g0 g1 g2 many nested"; strings.Join(got, " ") != want {
		t.Errorf("answers %v, want %s", got, want)
	}
}

// TestTogetherFails: the first error is the one that is told; parts that wait end, and
// the connection is good for what comes next. A panic is the caller's.
func TestTogetherFails(t *testing.T) {
	d := openLocal(t)
	var got []string
	bad := errors.New("bad")
	fails := func(ctx context.Context, tx *db.Tx) error {
		if err := asks(new([]string), "x", 1)(ctx, tx); err != nil {
			return err
		}
		return bad
	}
	if err := together(t, d, asks(&got, "a", 5), fails, asks(&got, "b", 5)); !errors.Is(err, bad) {
		t.Errorf("error %v, want %v", err, bad)
	}
	wrong := func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, "SELECT nothing FROM nowhere", nil, func(db.Rows) error { return nil })
	}
	within := func(ctx context.Context, tx *db.Tx) error { return tx.Together(ctx, asks(&got, "c", 3), wrong) }
	if err := together(t, d, asks(&got, "a", 2), within); err == nil {
		t.Error("a table that isn't there was read")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Local(ctx, func(tx *db.Tx) error { return tx.Together(ctx, asks(&got, "a", 1), asks(&got, "b", 1)) }); err == nil {
		t.Error("who has gone was answered")
	}
	func() {
		defer func() {
			if recover() != "oh" {
				t.Error("the panic was lost")
			}
		}()
		together(t, d, asks(&got, "a", 2), func(context.Context, *db.Tx) error { panic("oh") })
	}()
	got = nil
	if err := together(t, d, asks(&got, "a", 1), asks(&got, "b", 1)); err != nil || len(got) != 2 {
		t.Errorf("afterwards: %v, %v", got, err)
	}
}

// TestTogetherNulls: what is missing, what is empty and what has a value stay apart
// however rows follow one another.
func TestTogetherNulls(t *testing.T) {
	d := openLocal(t)
	read := func(query, want string) db.Part {
		return func(ctx context.Context, tx *db.Tx) error {
			var got []string
			err := tx.Each(ctx, query, nil, func(rows db.Rows) error {
				var a, b *string
				err := rows.Scan(&a, &b)
				for _, s := range []*string{a, b} {
					if s == nil {
						got = append(got, "NULL")
					} else {
						got = append(got, strconv.Quote(*s))
					}
				}
				return err
			})
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
			return err
		}
	}
	err := together(t, d, read("SELECT '' AS a, '' AS b", `"" ""`), read("SELECT CAST(NULL AS text), ''", `NULL ""`),
		read("SELECT CAST(NULL AS text), CAST(NULL AS text) WHERE 1 = 2", ""),
		read("SELECT 'x', CAST(NULL AS text) UNION ALL SELECT CAST(NULL AS text), 'yz' UNION ALL SELECT '', 'ż'", `"x" NULL NULL "yz" "" "ż"`))
	if err != nil {
		t.Fatal(err)
	}
}
