package imports_test

import (
	"strings"
	"testing"
)

// TestLong: what is too long is named as people call it, and of remarks that are cut the
// row says so.
func TestLong(t *testing.T) {
	d := newDesk(t)
	run := d.imported("ada", "long.csv", "Last name;E-mail;Legal name;Suffix;Occupation;Remarks\n"+
		"Kos;kos@example.com;"+strings.Repeat("x", 400)+";"+strings.Repeat("y", 300)+";"+strings.Repeat("y", 300)+";\n"+
		"Lis;lis@example.com;;;;"+strings.Repeat("z", 20001)+"\n", nil)
	d.expect(run, "create 1 update 0 skip 0 error 1 warned 1")
	got := strings.Join(d.report("ada", run.ID), "\n")
	for _, want := range []string{"Legal name: At most", "Traveler: suffix: At most", "Traveler: occupation: At most", "longer than 20000 characters"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in %s", want, got)
		}
	}
}

// TestTakenCode: a row whose only key is another client's is found again by its name, and
// creates nobody twice.
func TestTakenCode(t *testing.T) {
	d := newDesk(t)
	d.imported("ada", "first.csv", "Account code;Last name\nK1;Kos\n", nil)
	const list = "Account code;Last name;First name\nK1;Lis;Jan\n"
	d.expect(d.imported("ada", "second.csv", list, nil), "create 1 update 0 skip 0 error 0 warned 1")
	for range 2 {
		d.expect(d.imported("ada", "again.csv", list, nil), "create 0 update 0 skip 1 error 0 warned 1")
	}
}
