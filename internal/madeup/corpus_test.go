package madeup

import (
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

func TestCorpusIsRichEnough(t *testing.T) {
	for code, c := range countries() {
		minFamily, minGiven := 15, 12
		if slices.Contains([]string{"PL", "ES", "FR", "DE", "GB"}, code) {
			minFamily, minGiven = 200, 60
		}
		if n := len(c.family.items); n < minFamily {
			t.Errorf("%s has %d family names", code, n)
		}
		for sex := range 2 {
			distinct := map[string]bool{}
			for age := range 3 {
				for _, n := range c.given[sex][age].items {
					distinct[n.form[sex]] = true
				}
			}
			if len(distinct) < minGiven {
				t.Errorf("%s has %d given names of sex %d", code, len(distinct), sex)
			}
		}
		if len(c.cities.items) < 3 || len(c.streets.items) < 4 || len(c.companies) == 0 || len(c.words) == 0 || len(c.legal) == 0 ||
			c.language == "" || c.currency == "" || len(c.mobile) == 0 || len(c.fixed) == 0 {
			t.Errorf("%s lacks something: %+v", code, c)
		}
		for _, n := range c.family.items {
			if n.slug[male] == "" || n.slug[female] == "" || strings.ContainsAny(n.form[male]+n.form[female], "/|,\n") {
				t.Errorf("%s: family name %+v", code, n)
			}
		}
	}
}

func TestEveryRangeIsValid(t *testing.T) {
	for code, c := range countries() {
		g := New(Options{Agency: Azymut()})
		r := seeded(9, 0, 1)
		for _, pr := range slices.Concat(c.mobile, c.fixed) {
			for range 50 {
				_, s := g.phone(&r, []phoneRange{pr})
				n, err := phonenumbers.Parse(s, "")
				if err != nil || !phonenumbers.IsValidNumber(n) {
					t.Errorf("%s: %s from %s isn't valid (%v)", code, s, pr.shape, err)
					break
				}
			}
		}
	}
}

func TestWomensNames(t *testing.T) {
	tests := []struct{ man, rule, want string }{
		{"Kowalski", "polish", "Kowalska"}, {"Górecki", "polish", "Górecka"}, {"Zawadzki", "polish", "Zawadzka"},
		{"Nowak", "polish", "Nowak"}, {"Novák", "czech", "Nováková"}, {"Svoboda", "czech", "Svobodová"},
		{"Černý", "czech", "Černá"}, {"Hájek", "czech", "Hájková"}, {"Němec", "czech", "Němcová"}, {"Krejčí", "czech", "Krejčí"},
		{"Smith", "", "Smith"},
	}
	for _, tt := range tests {
		if got := womanly(tt.man, tt.rule); got != tt.want {
			t.Errorf("womanly(%q) = %q, want %q", tt.man, got, tt.want)
		}
	}
}

func TestASCII(t *testing.T) {
	tests := map[string]string{"Żółć": "Zolc", "Größe": "Grosse", "Łukasz": "Lukasz", "Işık": "Isik", "Ångström Ø": "Angstrom O", "O'Brien": "O'Brien"}
	for in, want := range tests {
		if got := ascii(in); got != want {
			t.Errorf("ascii(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTextsAreComplete(t *testing.T) {
	for lang, w := range texts() {
		if len(w.remarks) < 40 || len(w.occupations) < 20 || len(w.months) != 12 || len(w.to) < 15 || len(w.policies) < 5 ||
			len(w.anniversaries) != 6 || len(w.groups) < 5 || len(w.memos) < 5 || w.poBox == "" || w.familySlug == "" {
			t.Errorf("%s: %d remarks, %d occupations, %d months, %d destinations, %d policies, %d anniversaries",
				lang, len(w.remarks), len(w.occupations), len(w.months), len(w.to), len(w.policies), len(w.anniversaries))
		}
		known := []string{"given", "family", "to", "month", "n", "year"}
		for _, tpl := range append(slices.Clone(w.remarks), w.dear[:]...) {
			for i := 1; i < len(tpl); i += 2 {
				if !slices.Contains(known, tpl[i]) {
					t.Errorf("%s: unknown placeholder {%s}", lang, tpl[i])
				}
			}
		}
	}
	retired := map[string]string{"en": "retired", "pl": "emerytka", "es": "jubilada", "fr": "retraitée", "de": "Rentnerin"}
	for lang, want := range retired {
		if got := texts()[lang].occupations[occupationRetired].form[female]; got != want {
			t.Errorf("%s: the retired woman is a %q", lang, got)
		}
	}
}

// TestTaxNumbers checks the digits as the authorities do: over the whole number.
func TestTaxNumbers(t *testing.T) {
	whole := map[string]func(s string) bool{
		"PL": func(s string) bool {
			return len(s) == 10 && weightedSum(s, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == int(s[9]-'0')
		},
		"ES": func(s string) bool { return len(s) == 9 && luhnValid(s[1:]) },
		"FR": func(s string) bool { return len(s) == 9 && luhnValid(s) },
		"IT": func(s string) bool { return len(s) == 13 && luhnValid(s[2:]) },
		"DE": func(s string) bool { // the running product ends at 1
			p := 10
			for _, d := range s[2:10] {
				sum := (int(d-'0') + p) % 10
				if sum == 0 {
					sum = 10
				}
				p = 2 * sum % 11
			}
			return len(s) == 11 && (p+int(s[10]-'0'))%10 == 1
		},
		"CH": func(s string) bool {
			d := digitsOnly(s)
			return len(s) == 15 && weightedSum(d, 5, 4, 3, 2, 7, 6, 5, 4, 1)%11 == 0
		},
		"GB": func(s string) bool {
			d := s[2:]
			return len(d) == 9 && (weightedSum(d, 8, 7, 6, 5, 4, 3, 2)+int(d[7]-'0')*10+int(d[8]-'0'))%97 == 0
		},
	}
	for code, valid := range whole {
		r := seeded(4, 0, 1)
		for range 500 {
			if id := taxID(&r, code); !valid(id) {
				t.Errorf("%s: %q has a wrong check digit", code, id)
				break
			}
		}
	}
	if !whole["PL"](Azymut().TaxID) {
		t.Errorf("the agency's own NIP %q is wrong", Azymut().TaxID)
	}
	if id := taxID(&rng{}, "JP"); id != "" {
		t.Errorf("Japan got %q", id)
	}
}

// luhnValid doubles every second digit from the right and wants a multiple of ten.
func luhnValid(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}

func TestAgencies(t *testing.T) {
	for _, a := range append(Bench(), Azymut()) {
		mails := map[string]bool{}
		for _, e := range a.People {
			if mails[e.Email] || !reservedMail.MatchString(e.Email) {
				t.Errorf("%s: e-mail %q is twice or not reserved", a.Name, e.Email)
			}
			mails[e.Email] = true
			if !slices.Contains(a.Departments, e.Department) || e.Branch >= len(a.Branches) {
				t.Errorf("%s: %+v", a.Name, e)
			}
			if !slices.Contains([]string{"administrator", "manager", "assistant", "agent", "accountant", "auditor"}, e.Role) {
				t.Errorf("%s: role %q", a.Name, e.Role)
			}
		}
		for _, s := range a.mix {
			if countries()[s.country] == nil {
				t.Errorf("%s: no corpus of %s", a.Name, s.country)
			}
		}
	}
	a := Azymut()
	if len(a.Branches) != 3 || len(a.People) != 12 {
		t.Errorf("the demo has %d branches and %d people", len(a.Branches), len(a.People))
	}
}
