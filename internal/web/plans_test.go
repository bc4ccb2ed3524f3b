package web_test

import (
	"database/sql"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
)

// grown are the tables that have more rows the longer an agency works.
var grown = []string{"acknowledgement", "activity", "activity_person", "address", "attachment", "client", "client_traveler", "comment",
	"communication", "emergency_contact", "field_value", "fill_in", "history", "interface_id", "loyalty", "marketing_link", "medical_entry",
	"nationality", "other_document", "passport", "payment_card", "preference", "relation", "share", "special_date", "tag_link", "traveler", "visa"}

var (
	argument = regexp.MustCompile(`\$\d+`)
	walks    = regexp.MustCompile(`^(?:SCAN (\w+)|SEARCH (\w+)(?: AS \w+)? USING (?:COVERING )?INDEX \w+ \(agency_id=\?( AND \w+[<>]\?)*\))$`)
)

// TestPlansOfRecords: the page of a client or traveler finds what hangs on it by an
// index of its own. None of its queries goes through a table of the whole agency, which
// takes no time in a demo and seconds after some years.
func TestPlansOfRecords(t *testing.T) {
	if dbtest.OnPostgres() {
		t.Skip("PostgreSQL plans by what the tables hold")
	}
	s := newSite(t, 60)
	furnish(t, s)
	before := s.db.Statements()
	seen := 0
	for _, l := range looks {
		if (strings.HasPrefix(l.path, "/clients/") || strings.HasPrefix(l.path, "/travelers/")) && l.path[strings.LastIndex(l.path, "/")+1] <= '9' {
			res, err := s.client(t, l.role).Get(s.URL + l.path)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			seen++
		}
	}
	var path string
	err := s.db.Local(t.Context(), func(tx *db.Tx) error {
		return tx.Row(t.Context(), "SELECT file FROM pragma_database_list WHERE name = 'main'", nil, &path)
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	looked := 0
	for _, q := range s.db.Statements() {
		if slices.Contains(before, q) {
			continue
		}
		looked++
		for _, step := range plan(t, d, argument.ReplaceAllString(q, "1")) {
			if m := walks.FindStringSubmatch(step); m != nil && slices.Contains(grown, m[1]+m[2]) {
				t.Errorf("%s\nin %s", step, q)
			}
		}
	}
	if seen < 20 || looked < 50 {
		t.Errorf("%d pages asked %d queries", seen, looked)
	}
}

func plan(t *testing.T, d *sql.DB, q string) (steps []string) {
	t.Helper()
	rows, err := d.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+q)
	if err != nil {
		t.Fatalf("%v in %s", err, q)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
