package web_test

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestTrashOfAMoment: what was deleted in one act has one time of deletion, and its
// pages still show each record once.
func TestTrashOfAMoment(t *testing.T) {
	s := newSite(t, 0)
	const n = 130
	dbtest.Update(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
		for i := range n {
			c := &flow.NewClient{Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: fmt.Sprintf("Gone%03d", i), Given: "Ewa"}}}}
			if err := flow.CreateClient(ctx, tx, c); err != nil {
				return err
			}
			if err := flow.TrashClient(ctx, tx, c.Client.ID, 0); err != nil {
				return err
			}
		}
		return nil
	})
	http := s.client(t, "administrator")
	rows, next := regexp.MustCompile(`action="/trash/(client/\d+)/restore"`), regexp.MustCompile(`href="(/trash\?before=[^"]+)"`)
	seen, pages := map[string]bool{}, 0
	for page := "/trash"; page != ""; {
		res, err := http.Get(s.URL + page)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		for _, m := range rows.FindAllStringSubmatch(string(body), -1) {
			if seen[m[1]] {
				t.Errorf("%s comes twice", m[1])
			}
			seen[m[1]] = true
		}
		page = ""
		if m := next.FindStringSubmatch(string(body)); m != nil && len(seen) <= n {
			page = m[1]
		}
		if pages++; pages > 5 {
			t.Fatal("the trash doesn't end")
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d deleted clients are shown", len(seen), n)
	}
}
