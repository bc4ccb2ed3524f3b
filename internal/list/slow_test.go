package list_test

import (
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
)

// TestPatience: a query that takes too long is cancelled, and the message stands at
// the filter that no index serves.
func TestPatience(t *testing.T) {
	w := dbtest.NewWorld(t)
	fill(t, w, 20)
	defer list.Wait(time.Nanosecond)()
	for _, tt := range []struct {
		query list.Query
		field string
	}{
		{list.Query{Filters: []list.Filter{{Key: "status", Op: "any", Values: []string{"active"}}, {Key: "email", Op: "contains", Values: []string{"x"}}}}, "email"},
		{list.Query{Filters: []list.Filter{{Key: "status", Op: "any", Values: []string{"active"}}}, Groups: []list.Group{{Filters: []list.Filter{{Key: "traveler", Op: "none"}}}}}, "traveler"},
	} {
		err := w.DB.View(t.Context(), w.As("ada"), func(tx *db.Tx) error {
			_, err := client.List.Run(t.Context(), tx, tt.query)
			return err
		})
		if !list.IsSlow(err) || errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tt.field+": list.too_slow") {
			t.Errorf("%+v: %v, want a slow error of %s", tt.query, err, tt.field)
		}
	}
}

// TestDeep: three filters within one another are as deep as is allowed, whether or not an
// index serves the outer ones.
func TestDeep(t *testing.T) {
	w := dbtest.NewWorld(t)
	fill(t, w, 20)
	defer list.Shorten([]int{5, 30}, 1)()
	has := func(key string, where ...list.Filter) list.Filter {
		return list.Filter{Key: key, Op: "has", Where: where}
	}
	born := list.Filter{Key: "birth_date", Op: "before", Values: []string{"2000-01-01"}}
	for _, deep := range []list.Filter{has("traveler", has("client", has("communication"))), has("traveler", born, has("client", has("communication")))} {
		err := w.DB.View(t.Context(), w.As("ada"), func(tx *db.Tx) error {
			_, err := client.List.Run(t.Context(), tx, list.Query{Filters: []list.Filter{deep}})
			return err
		})
		if err != nil {
			t.Errorf("%+v: %v", deep, err)
		}
	}
}
