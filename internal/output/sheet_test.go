package output

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestTextPDF: a long text goes over several pages, in any letters, with its facts.
func TestTextPDF(t *testing.T) {
	var b bytes.Buffer
	table := &Table{Title: "Warunki – żółć", Agency: "Azymut", Lang: "pl", At: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	text := strings.Repeat("Zażółć gęślą jaźń, ein Satz mit Größe, 山田太郎.\n\n", 120)
	if err := TextPDF(&b, table, text, []Fact{{"Podpisano jako", "Zofia Żak"}, {"SHA-256", strings.Repeat("0f", 32)}, {"empty", ""}}); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b.Bytes(), []byte("%PDF-")) {
		t.Fatalf("it begins with %q", b.Bytes()[:8])
	}
	if n := bytes.Count(b.Bytes(), []byte("/Type /Page\n")); n < 4 {
		t.Errorf("%d pages", n)
	}
	var empty bytes.Buffer
	if err := TextPDF(&empty, &Table{Title: "x", Lang: "en", Letter: true}, "", nil); err != nil || empty.Len() == 0 {
		t.Errorf("an empty text: %d bytes, %v", empty.Len(), err)
	}
}
