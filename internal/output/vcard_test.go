package output

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/date"
)

func cardsOf(list ...*Card) Cards {
	return func(yield func(*Card, error) bool) {
		for _, c := range list {
			if !yield(c, nil) {
				return
			}
		}
	}
}

var joanna = &Card{UID: "urn:carnet:client:7", Full: "Joanna Kowalska", Family: "Kowalska", Given: "Joanna", Prefix: "dr", Born: "1980-03-12",
	Anniversary: "--06-01", Language: "pl", Note: "Lubi morze; nie lubi gór,\na zwłaszcza zimą", Tags: []string{"VIP", "a,b"}, Updated: time.Unix(0, 0),
	Reach:  []CardReach{{"phone", "komórka", "+48600100200", true}, {"email", "praca", "joanna@example.com", false}, {"web", "", "https://example.com/a b", false}, {"social", "", "@joanna", false}},
	Places: []CardPlace{{false, "", "m. 7", "ul. Długa 5", "Kraków", "małopolskie", "31-147", "Polska"}}}

func TestVCard(t *testing.T) {
	var b bytes.Buffer
	n, err := VCard(&b, false, cardsOf(joanna, &Card{Full: "Azymut; sp. z o.o.", Company: "Azymut; sp. z o.o.", IsCompany: true}))
	if err != nil || n != 2 {
		t.Fatal(n, err)
	}
	want := strings.ReplaceAll(`BEGIN:VCARD
VERSION:4.0
UID:urn:carnet:client:7
FN:Joanna Kowalska
N:Kowalska;Joanna;;dr;
BDAY:19800312
ANNIVERSARY:--0601
LANG:pl
TEL;PREF=1;TYPE="voice,cell":+48600100200
EMAIL;TYPE=work:joanna@example.com
URL:https://example.com/a%20b
X-SOCIALPROFILE:@joanna
ADR;TYPE=home:;m. 7;ul. Długa 5;Kraków;małopolskie;31-147;Polska
CATEGORIES:VIP,a\,b
NOTE:Lubi morze\; nie lubi gór\,\na zwłaszcza zimą
REV:19700101T000000Z
END:VCARD
BEGIN:VCARD
VERSION:4.0
KIND:org
FN:Azymut\; sp. z o.o.
N:;;;;
ORG:Azymut\; sp. z o.o.
END:VCARD
`, "\n", "\r\n")
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	b.Reset()
	if _, err := VCard(&b, true, cardsOf(joanna)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"VERSION:3.0\r\n", "BDAY:1980-03-12\r\n", "TEL;TYPE=voice,pref,cell:+48600100200\r\n", "EMAIL;TYPE=internet,work:"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "ANNIVERSARY") {
		t.Error("an anniversary without a year in 3.0")
	}
}

// FuzzVCard: no value breaks out of its line, and lines are short.
func FuzzVCard(f *testing.F) {
	for _, s := range []string{"a\r\nEND:VCARD", "ł" + strings.Repeat("ż", 100), "\xff\x80" + strings.Repeat("\x80", 200), "a;b,c\\n", "--03-12"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		c := &Card{UID: s, Full: s, Family: s, Company: s, Note: s, Tags: []string{s}, Born: date.Date(s), Language: s,
			Reach: []CardReach{{"phone", s, s, true}, {"email", s, s, false}, {"web", s, s, false}}, Places: []CardPlace{{Street: s, City: s}}}
		if _, err := VCard(&b, len(s)%2 == 0, cardsOf(c)); err != nil {
			t.Fatal(err)
		}
		ends := 0
		for line := range strings.SplitSeq(strings.TrimSuffix(b.String(), "\r\n"), "\r\n") {
			if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
				t.Errorf("the line %q of %q", line, s)
			}
			if line == "END:VCARD" {
				ends++
			}
		}
		if ends != 1 {
			t.Errorf("%d ends of %q", ends, s)
		}
	})
}
