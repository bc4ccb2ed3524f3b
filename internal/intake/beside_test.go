package intake

import (
	"strings"
	"testing"
)

// said lists what the rows say of the profile of their first people.
func said(got []Result) (out []string) {
	for _, r := range got {
		var s []string
		for _, p := range r.Record.Travelers[0].Profile {
			s = append(s, strings.TrimPrefix(p.Target, "passport.")+"="+p.Value)
		}
		out = append(out, strings.Join(append(s, keys(r.Problems)), " "))
	}
	return out
}

// TestBeside takes what stands beside a passport's number away from it.
func TestBeside(t *testing.T) {
	for cell, want := range map[string]string{
		"AB1234567 / 12.3.2031":               "expires=2031-03-12 number=AB1234567 ",
		"AB 1234567 (valid until 12.03.2031)": "expires=2031-03-12 number=AB 1234567 ",
		"AB1234567 ważny do 12 marca 2031":    "expires=2031-03-12 number=AB1234567 ",
		"AB1234567, PL":                       "country=PL number=AB1234567 ",
		"AB1234567 exp 03/29":                 "number=AB1234567 wbeside",
		"AB1234567 (stary)":                   "number=AB1234567 wbeside",
		"AB 1234567":                          "number=AB 1234567 ",
		"12 34 56789":                         "number=12 34 56789 ",
		"AB12345 67":                          "number=AB12345 67 ",
		"AB1234567 / CD7654321":               "number=AB1234567 / CD7654321 ",
	} {
		_, got := read(t, "Surname;First name;Passport no / expiry\nKos;Jan;\""+cell+"\"\n", polish)
		if s := said(got)[0]; s != want {
			t.Errorf("%s: %q, want %q", cell, s, want)
		}
		if r := got[0].Record.Client.Remarks; strings.Contains(r, "1234567") {
			t.Errorf("%s: the number stands in %q", cell, r)
		}
	}
}

// TestLabelledDocuments keeps numbers of documents out of the remarks, which an address book
// has in fields that their owner has named.
func TestLabelledDocuments(t *testing.T) {
	_, got := read(t, "First Name,Middle Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Custom Field 1 - Label,Custom Field 1 - Value,"+
		"Custom Field 2 - Label,Custom Field 2 - Value,Custom Field 3 - Label,Custom Field 3 - Value,Custom Field 4 - Label,Custom Field 4 - Value\n"+
		"Ana,,García,,,,,,Passport,AB1234567,Pasaporte,CD1234567,Passport expiry,2031-03-12,Shoe size,38\n", polish)
	if s := said(got)[0]; s != "number=AB1234567 number=CD1234567 expires=2031-03-12 " {
		t.Errorf("%q", s)
	}
	if p := got[0].Record.Travelers[0].Profile; len(p) == 3 && p[0].Number == p[1].Number {
		t.Error("two numbers are one passport")
	}
	if r := got[0].Record.Client.Remarks; r != "Shoe size: 38" {
		t.Errorf("remarks %q", r)
	}
}
