package flow_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
)

// BenchmarkCreateClient creates clients with one traveler, a phone and an e-mail,
// history and search index included, eight at once.
func BenchmarkCreateClient(b *testing.B) {
	w := dbtest.NewWorld(b)
	var n atomic.Int64
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			err := w.DB.Update(context.Background(), w.As("ada"), func(tx *db.Tx) error {
				return flow.CreateClient(context.Background(), tx, person(fmt.Sprint("Kowalska", i), "Joanna", fmt.Sprint("+48600", 100000+i), fmt.Sprint("j", i, "@example.com")))
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkInsertClient creates bare clients.
func BenchmarkInsertClient(b *testing.B) {
	w := dbtest.NewWorld(b)
	var n atomic.Int64
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			err := w.DB.Update(context.Background(), w.As("ada"), func(tx *db.Tx) error {
				return flow.CreateClient(context.Background(), tx, &flow.NewClient{Client: client.Client{Name: fmt.Sprint("Kowalska/Joanna", i)}})
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkListPage reads a page of 50.
func BenchmarkListPage(b *testing.B) {
	w := dbtest.NewWorld(b)
	dbtest.Update(b, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for i := range 200 {
			if err := flow.CreateClient(ctx, tx, person(fmt.Sprint("Kowalska", i), "Joanna", "", "")); err != nil {
				return err
			}
		}
		return nil
	})
	b.ResetTimer()
	for b.Loop() {
		dbtest.View(b, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			p, err := client.List.Run(ctx, tx, list.Query{})
			if len(p.Rows) != 50 {
				b.Fatal(len(p.Rows))
			}
			return err
		})
	}
}
