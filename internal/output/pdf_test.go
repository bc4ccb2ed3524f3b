package output

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func pdfText(t *testing.T, file []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext isn't installed")
	}
	path := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestPDF(t *testing.T) {
	var b bytes.Buffer
	if n, err := PDF(&b, people("pl"), rowsOf(sample...)); err != nil || n != 5 {
		t.Fatal(n, err)
	}
	keep(t, "sample.pdf", b.Bytes())
	text := pdfText(t, b.Bytes())
	for _, want := range []string{"Zażółć/Gęślą Jaźń", "王芳明", "山田太郎", "김민수", "Ελένη Παπαδοπούλου", "Олена Шевченко", "12.03.1980", "12 345",
		"Strona 1 z 1", "5 wierszy", "Oddział to Kraków", "Biuro Podróży Azymut", "22 lis 2026"} {
		if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), want) {
			t.Errorf("%q isn't in\n%s", want, text)
		}
	}
	b.Reset()
	if _, err := PDF(&b, people("pl"), many(200)); err != nil {
		t.Fatal(err)
	}
	keep(t, "pages.pdf", b.Bytes())
	text = pdfText(t, b.Bytes())
	if n := strings.Count(text, "Telefon"); n < 4 || !strings.Contains(text, fmt.Sprintf("Strona %d z %d", n, n)) {
		t.Errorf("%d headers in\n%s", n, text)
	}
	if bytes.Contains(b.Bytes(), []byte("Droid")) {
		t.Error("the Chinese font is in a file without Chinese letters")
	}
	if _, err := PDF(io.Discard, people("pl"), many(MaxPDF+1)); !errors.Is(err, ErrTooMany) {
		t.Error(err)
	}
}

func keep(t *testing.T, name string, file []byte) {
	t.Helper()
	if dir := os.Getenv("CARNET_LOOK"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadable(t *testing.T) {
	p, err := newPaper(false, true)
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{"Zażółć gęślą jaźń": "Zażółć gęślą jaźń", "Grüße, Straße, œuvre, ¿qué?": "Grüße, Straße, œuvre, ¿qué?",
		"Ελένη Олена": "Ελένη Олена", "王 山田 たろう タロウ 김": "王 山田 たろう タロウ 김", "Łucja\u0301": "Łucjá", "Anna 🌴!": "Anna !",
		"a\u200bb": "ab", "𠮷野": "?野", "x\x00y": "xy"} {
		if got := p.readable(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	for _, r := range "ąćęłńóśźżĄĆĘŁŃÓŚŹŻäöüßÄÖÜéèêëçàâîïôùûœæñáíóú¿¡€–—„”«»‰½²№×" {
		if !p.plain.has[r] || !p.bold.has[r] {
			t.Errorf("no %c", r)
		}
	}
}

func TestWrap(t *testing.T) {
	p, err := newPaper(false, true)
	if err != nil {
		t.Fatal(err)
	}
	p.use(p.plain, 10)
	for _, s := range []string{"Przedsiębiorstwo Handlowo-Usługowe Kowalski i Synowie Spółka z ograniczoną odpowiedzialnością", "Donaudampfschifffahrtsgesellschaftskapitän", "王芳明王芳明王芳明王芳明王芳明", "a\nb\nc\nd\ne", " ", ""} {
		for _, width := range []float64{5, 40, 120, 900} {
			lines := p.wrap(s, width, 3)
			if len(lines) > 3 {
				t.Errorf("%q in %v: %q", s, width, lines)
			}
			for _, l := range lines {
				if p.wideOf(l) > width+0.1 && len([]rune(l)) > 1 {
					t.Errorf("%q is wider than %v", l, width)
				}
			}
		}
	}
	if got := p.wrap("ala ma kota i psa", 900, 3); !slices.Equal(got, []string{"ala ma kota i psa"}) {
		t.Error(got)
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		natural []float64
		room    float64
	}{{[]float64{100, 50}, 300}, {[]float64{500, 50, 400}, 600}, {slices.Repeat([]float64{100}, 30), 700}, {nil, 100}} {
		sum := 0.0
		for _, w := range share(c.natural, c.room) {
			sum += w
		}
		if sum > c.room+0.01 {
			t.Errorf("%v take %v of %v", c.natural, sum, c.room)
		}
	}
}

func TestLabels(t *testing.T) {
	lines := [][]string{{"Joanna Kowalska", "ul. Długa 5 m. 7", "31-147 Kraków", "POLSKA"}, {"王芳明", "北京市朝阳区"},
		{"Przedsiębiorstwo Handlowo-Usługowe Kowalski i Synowie Spółka z ograniczoną odpowiedzialnością", "a", "b", "c", "d", "e", "f", "g", "h", "i"}}
	for _, s := range Sheets {
		if s.Left+float64(s.Columns)*s.Width+float64(s.Columns-1)*s.GapX > 216 || s.Top+float64(s.Rows)*s.Height+float64(s.Rows-1)*s.GapY > 297.1 {
			t.Errorf("%s is larger than its paper", s.Key)
		}
		labels := func(yield func([]string, error) bool) {
			for i := range s.PerPage() {
				if !yield(lines[i%len(lines)], nil) {
					return
				}
			}
		}
		for start, pages := range map[int]string{1: "/Count 1\n", 2: "/Count 2\n", 999: "/Count 2\n"} {
			var b bytes.Buffer
			n, err := WriteLabels(&b, people("pl"), s, start, labels)
			if err != nil || n != int64(s.PerPage()) || !strings.Contains(b.String(), pages) {
				t.Errorf("%s from %d: %d labels, %v", s.Key, start, n, err)
			}
			if start == 2 {
				keep(t, "labels-"+s.Key+".pdf", b.Bytes())
			}
		}
	}
	if _, ok := SheetOf("none"); ok {
		t.Error("there is a sheet none")
	}
	if _, err := WriteLabels(io.Discard, people("pl"), Sheets[0], 1, func(func([]string, error) bool) {}); err != nil {
		t.Error(err)
	}
}
