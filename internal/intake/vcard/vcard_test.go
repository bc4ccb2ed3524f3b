package vcard

import (
	"strings"
	"testing"
)

func all(t *testing.T, s string) []Card {
	t.Helper()
	var out []Card
	for c, err := range Read(strings.NewReader(s), int64(len(s))) {
		if err != nil {
			t.Fatalf("Read: %v", err)
		}
		out = append(out, c)
	}
	return out
}

func TestRead(t *testing.T) {
	cards := all(t, strings.Join([]string{
		"BEGIN:VCARD", "VERSION:2.1",
		"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C5=BB=C3=B3=C5=82=C4=87;=C5=81ukasz;;;",
		"NOTE;QUOTED-PRINTABLE;CHARSET=ISO-8859-2:pok=F3j ci=",
		"chy=0D=0Apok=F3j dwa", // soft break, next line without indent
		"TEL;CELL;PREF:+48 600 100 200",
		"PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ",
		" SkZJRg==", "AAAA", "",
		"EMAIL;INTERNET:l@example.pl",
		"END:VCARD",
		"BEGIN:VCARD", "VERSION:3.0",
		`N:Smith\, Jr.;Anna;;;`, `item1.TEL:905-222-1234`, `item1.X-ABLabel:_$!<AssistantPhone>!$_`,
		`NOTE:line one\nline two\; three`, "ADR;type=HOME:;;Main", "  Street 1;Town;;12345;", "END:VCARD",
		"BEGIN:VCARD", "FN:Cut off",
		"BEGIN:VCARD", "VERSION:4.0", `TEL;VALUE=uri;TYPE="work,voice";PREF=1:tel:+1-418-656-9254;ext=102`, "END:VCARD",
	}, "\r\r\n"))
	if len(cards) != 4 {
		t.Fatalf("%d cards, want 4", len(cards))
	}
	checks := []struct{ got, want string }{
		{cards[0].Props[0].Parts()[0], "Żółć"},
		{cards[0].Props[0].Parts()[1], "Łukasz"},
		{cards[0].Props[1].Text(), "pokój cichy\npokój dwa"},
		{cards[0].Props[2].Value, "+48 600 100 200"},
		{cards[0].Props[3].Value, "l@example.pl"},
		{cards[1].Props[0].Parts()[0], "Smith, Jr."},
		{cards[1].Label(cards[1].Props[1]), "assistant phone"},
		{cards[1].Props[3].Text(), "line one\nline two; three"},
		{cards[1].Props[4].Parts()[2], "Main Street 1"},
		{cards[2].Fault, "intake.problem.card_end"},
		{cards[3].Props[0].Value, "tel:+1-418-656-9254;ext=102"},
		{strings.Join(cards[3].Props[0].Types(), " "), "work voice pref"},
	}
	for i, c := range checks {
		if c.got != c.want {
			t.Errorf("%d: got %q, want %q", i, c.got, c.want)
		}
	}
	if cards[0].Line != 1 || cards[1].Line != 13 || cards[2].Line != 22 {
		t.Errorf("lines %d, %d, %d", cards[0].Line, cards[1].Line, cards[2].Line)
	}
	if strings.Contains(cards[0].Raw, "SkZJ") {
		t.Error("the picture is kept")
	}
}

func TestReadNoCards(t *testing.T) {
	for _, err := range Read(strings.NewReader("nothing"), 7) {
		if err == nil {
			t.Fatal("no error for a file without cards")
		}
		return
	}
}

func FuzzRead(f *testing.F) {
	f.Add("BEGIN:VCARD\nVERSION:2.1\nN:a;b\nNOTE;QUOTED-PRINTABLE:=C3=\n=84=\nEND:VCARD")
	f.Add("BEGIN:VCARD\nAGENT:\nBEGIN:VCARD\nEND:VCARD\nTEL;TYPE=\"a,b\";X:\\\\;\\n\nEND:VCARD\n")
	f.Add("BEGIN:VCARD\nPHOTO;BASE64:\n\n\nEND:VCARD")
	f.Fuzz(func(t *testing.T, s string) {
		for c, err := range Read(strings.NewReader(s), int64(len(s))) {
			if err != nil {
				return
			}
			if c.Line < 1 {
				t.Fatal("card without line")
			}
			for _, p := range c.Props {
				if p.Name == "" || len(p.Parts()) == 0 || len(p.List()) == 0 {
					t.Fatalf("bad property %+v", p)
				}
				p.Text()
				c.Label(p)
			}
		}
	})
}
