package imports_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/i18n"
)

// TestReportCells: no cell of the report as a file begins a formula, by whatever
// separator a program cuts it.
func TestReportCells(t *testing.T) {
	d := newDesk(t)
	run := d.imported("max", "x.csv", "Last name;First name;E-mail\nKos;Ewa |=HYPERLINK(1);a@example.com\nLis;Ewa,=1;b@example.com\n", nil)
	var b bytes.Buffer
	if err := d.WriteReport(t.Context(), d.As("max"), run.ID, i18n.For("pl"), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Kos/Ewa |'=HYPERLINK(1)", `"Lis/Ewa,'=1"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s lacks %s", b.String(), want)
		}
	}
}
