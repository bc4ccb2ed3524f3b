package list_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
)

// TestSplit: where many names begin with a word and others have it further on, the pages
// are those of the names that contain it, in their order, whatever else is asked for.
func TestSplit(t *testing.T) {
	w := dbtest.NewWorld(t)
	type row struct {
		name, key, status string
		id                int64
	}
	var all []row
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for i := range 140 {
			name := [...]string{"Kowalska/Anna %d", "Kowalski %d", "Adler %d", "Biuro Kowalski %d", "Zając-Kowalska/Ewa %d", "Nowak %d", "Kowalik %d"}[i%7]
			if i%7 == 3 || i%7 == 4 { // those that have it further on are few
				name = [...]string{name, "Mazur %d"}[min(1, i%3)]
			}
			c := flow.NewClient{Client: client.Client{Name: fmt.Sprintf(name, i), Kind: "corporate", Status: client.Statuses[i%2]}}
			if err := flow.CreateClient(ctx, tx, &c); err != nil {
				return err
			}
			all = append(all, row{c.Client.Name, c.Client.NameKey, c.Client.Status, c.Client.ID})
		}
		return nil
	})
	defer list.Shorten([]int{5, 12}, 10)()
	for _, word := range []string{"kowalsk", "KOWALSKA", "owalsk"} {
		for _, desc := range []bool{false, true} {
			for _, status := range []string{"", client.Statuses[0]} {
				var want []row
				for _, r := range all {
					if strings.Contains(r.key, strings.ToLower(word)) && (status == "" || r.status == status) {
						want = append(want, r)
					}
				}
				slices.SortFunc(want, func(a, b row) int {
					n := strings.Compare(a.key+fmt.Sprintf(" %20d", a.id), b.key+fmt.Sprintf(" %20d", b.id))
					if desc {
						return -n
					}
					return n
				})
				q := list.Query{Sort: "name", Limit: 7, Filters: []list.Filter{{Key: "name", Op: "contains", Values: []string{word}}}}
				if desc {
					q.Sort = "-name"
				}
				if status != "" {
					q.Filters = append(q.Filters, list.Filter{Key: "status", Op: "any", Values: []string{status}})
				}
				for range 2 { // the second time it is known that a page is split
					var got []string
					for q.Cursor = ""; ; {
						var p list.Page
						dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) (err error) {
							p, err = client.List.Run(ctx, tx, q)
							if _, parted := tx.Recall("parted name " + word); !parted && q.Cursor == "" && word != "owalsk" {
								t.Errorf("%s: the page wasn't split", word)
							}
							if n, err := client.List.Count(ctx, tx, q, 1000); err != nil || n != len(want) {
								t.Errorf("%s %v %s: %d counted, want %d (%v)", word, desc, status, n, len(want), err)
							}
							return err
						})
						for _, r := range p.Rows {
							got = append(got, fmt.Sprint(r.ID))
						}
						if q.Cursor = p.Next; p.Next == "" {
							break
						}
					}
					var ids []string
					for _, r := range want {
						ids = append(ids, fmt.Sprint(r.id))
					}
					if !slices.Equal(got, ids) {
						t.Errorf("%s, descending %v, status %q: %d rows %v, want %d %v", word, desc, status, len(got), got, len(ids), ids)
					}
				}
			}
		}
	}
}
