package exports_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestMailedFile: a colleague gets by mail no rows, columns or filters that their role
// keeps from them, whatever the sender sees.
func TestMailedFile(t *testing.T) {
	d := newDesk(t)
	d.clients("bob", "South", 2)
	d.clients("sue", "North", 1)
	d.run()
	dbtest.Update(t, d.Service.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var a agency.Agency
		return record.Edit(ctx, tx, &a, d.Agency.ID, 0, func() error { a.SeeAssistant = "branch"; return nil })
	})
	secret := list.Filter{Key: "source_medium", Op: "any", Values: []string{"fair"}}
	south := list.Filter{Key: "name", Op: "contains", Values: []string{"South"}}
	for _, c := range []struct {
		to, kind   string
		filters    []list.Filter
		has, hasnt []string
	}{
		{"ada", "file", nil, []string{"South0000", "South0001", "North0000", "Fair", "Rows: 3"}, nil},
		{"sue", "file", nil, []string{"North0000", "Fair", "Rows: 1"}, []string{"South"}},                            // her branch's
		{"sue", "link", []list.Filter{south}, []string{"name=South", "Rows: 0"}, []string{"South0"}},                 // nothing of it
		{"joe", "file", nil, []string{"South0000", "North0000", "Rows: 3"}, []string{"Fair", "medium"}},              // no agency section
		{"joe", "link", []list.Filter{secret}, []string{"/clients\n", "Rows: –"}, []string{"fair", "Fair", "South"}}, // not even the filter
	} {
		e, err := d.Start(t.Context(), d.As("ada"), exports.Request{List: "client", Format: exports.CSV, Lang: "en", MailTo: d.Users[c.to].ID,
			Selection: list.Selection{All: true, Query: list.Query{Columns: []string{"name", "source_medium"}, Filters: c.filters}}})
		if err != nil {
			t.Fatal(err)
		}
		for range 500 {
			if e = d.get("ada", e.ID); e.Mailed != "" {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		got := d.box.all()
		m := got[len(got)-1]
		text := m.Text
		for _, a := range m.Attach {
			text += string(a.Data)
		}
		if e.Mailed != c.kind {
			t.Errorf("%s got a %q, want a %s", c.to, e.Mailed, c.kind)
		}
		for _, want := range c.has {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q in\n%s", c.to, want, text)
			}
		}
		for _, not := range c.hasnt {
			if strings.Contains(text, not) {
				t.Errorf("%s reads %q in\n%s", c.to, not, text)
			}
		}
	}
}
