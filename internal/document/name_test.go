package document

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/carnetcrm/carnet/internal/files"
)

func TestFileName(t *testing.T) {
	for _, c := range []struct{ name, kind, want string }{
		{"insurance.pdf", files.PDF, "insurance.pdf"}, {"Scan.JPEG", files.JPEG, "Scan.JPEG"},
		{"scan.pdf", files.JPEG, "scan.jpg"},             // a photo that was called PDF
		{"letter.jpg", files.Text, "letter.jpg.txt"},     // HTML that was called JPG
		{"photo.jpg", files.Binary, "photo.jpg.bin"},     // and a program
		{"drawing.svg", files.Text, "drawing.svg.txt"},   //
		{"report.v2", files.PDF, "report.v2.pdf"},        // an ending that says nothing
		{"noending", files.PNG, "noending.png"},          //
		{"page.html", files.Text, "page.html"},           // only ever downloaded
		{"contract.docx", files.Binary, "contract.docx"}, //
		{`C:\Users\jan\paszport.pdf`, files.PDF, "paszport.pdf"},
		{"../../etc/passwd", files.Text, "passwd"}, {"a/b/c.txt", files.Text, "c.txt"}, {"///", files.Text, "file"}, {"", files.PDF, "file.pdf"},
		{"..", files.Text, "file"}, {".htaccess", files.Text, "htaccess"}, {"护照 扫描.pdf", files.PDF, "护照 扫描.pdf"},
		{"Zażółć\tgęślą\r\n jaźń.txt", files.Text, "Zażółć gęślą jaźń.txt"},
		{"invoice\u202excod.exe", files.Binary, "invoicexcod.exe"}, // what turns the writing around
		{"nul\x00.txt", files.Text, "nul.txt"}, {"e\u0301te\u0301.pdf", files.PDF, "été.pdf"}, {"bad\xff.txt", files.Text, "bad.txt"},
	} {
		if got := FileName(c.name, c.kind); got != c.want {
			t.Errorf("FileName(%q, %s) = %q, not %q", c.name, c.kind, got, c.want)
		}
	}
	long := FileName(strings.Repeat("长", 300)+".pdf", files.PDF)
	if utf8.RuneCountInString(long) != maxName || !strings.HasSuffix(long, "长.pdf") {
		t.Errorf("a long name became %q", long)
	}
}

func TestDated(t *testing.T) {
	if got := Dated("insurance.pdf", "2026-11-22"); got != "2026-11-22 insurance.pdf" {
		t.Error(got)
	}
	if got := Dated("2024-01-31 insurance.pdf", "2026-11-22"); got != "2024-01-31 insurance.pdf" {
		t.Error(got)
	}
	if key("2026-11-22 Insurance.PDF") != key("insurance.pdf") || key("2026-11-22 ") == "" || key("a.pdf") == key("b.pdf") {
		t.Error("the day isn't part of what a file is")
	}
	if got := numbered("2026-11-22 a.b.pdf", 2); got != "2026-11-22 a.b (2).pdf" {
		t.Error(got)
	}
}

func FuzzFileName(f *testing.F) {
	for _, s := range []string{"a.pdf", "../x", "\u202e", "长.jpg", "a\x00b", ".", "a." + strings.Repeat("x", 400)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []string{files.PDF, files.Text, files.Binary} {
			got := FileName(s, kind)
			if got == "" || !utf8.ValidString(got) || strings.ContainsAny(got, "/\\\x00\r\n\"") && strings.ContainsAny(got, "/\\\x00\r\n") || utf8.RuneCountInString(got) > maxName {
				t.Fatalf("%q became %q", s, got)
			}
			if again := FileName(got, kind); again != got {
				t.Fatalf("%q became %q, then %q", s, got, again)
			}
		}
	})
}
