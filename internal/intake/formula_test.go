package intake

import "testing"

// TestFormulaErrors leaves out what a formula shows that has no value.
func TestFormulaErrors(t *testing.T) {
	_, got := read(t, "Surname;First name;City;E-mail;Notes\nKos;Jan;#N/A;#REF!;#bezug!\n#NAZWA?;#NAZWA?;;;#VIP!\n", polish)
	r := got[0].Record
	if r.Client.Name != "Kos/Jan" || len(r.Client.Addresses) != 0 || r.Client.Remarks != "" || keys(got[0].Problems) != "wformula wformula wformula" {
		t.Errorf("%+v %s", r.Client, keys(got[0].Problems))
	}
	if !got[1].Refused() || got[1].Record.Client.Remarks != "#VIP!" {
		t.Errorf("without a name: %+v", got[1].Record.Client)
	}
}

// TestApostrophes drops the sign by which a program kept a phone number from being computed.
func TestApostrophes(t *testing.T) {
	_, got := read(t, "Surname;Phone\nKos;'600100203\nLis;\"\"\"600 100 204\"\"\"\n", polish)
	for i, want := range []string{"+48600100203", "+48600100204"} {
		if c := got[i].Record.Travelers[0].Comms; len(c) != 1 || c[0].Norm != want || c[0].Description != "" {
			t.Errorf("%+v", c)
		}
	}
}
