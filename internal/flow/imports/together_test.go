package imports_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/flow/imports"
)

// TestTogether imports the same list twice at the same time: whichever batch comes second
// finds what the first has brought, tags and programmes included, and refuses nobody.
func TestTogether(t *testing.T) {
	d := newDesk(t)
	d.Batch = 40
	const n = 1200
	var b strings.Builder
	b.WriteString("Last name;First name;E-mail;Tags;Frequent flyer 1\n")
	for i := range n {
		fmt.Fprintf(&b, "Kos%d;Ewa;ewa%d@example.com;Tag %d;Wings %d: 77%05d\n", i, i, i/40, i/40, i)
	}
	var runs []*imports.Run
	for _, name := range []string{"one.csv", "two.csv"} {
		run := d.upload("ada", name, b.String())
		d.set("ada", run, nil)
		runs = append(runs, run)
	}
	for _, run := range runs {
		if _, err := d.Start(t.Context(), d.As("ada"), run.ID); err != nil {
			t.Fatal(err)
		}
	}
	var created, skipped int64
	for _, run := range runs {
		r := d.wait("ada", run.ID)
		if r.State != imports.Done || r.Errors != 0 {
			t.Fatalf("%s: %s %s, %s", r.FileName, r.State, r.Error, counts(r))
		}
		created, skipped = created+r.Created, skipped+r.Skipped
	}
	if created != n || skipped != n {
		t.Errorf("created %d, skipped %d of %d each", created, skipped, n)
	}
}
