package madeup

import (
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"
)

var agencies = map[string]Options{
	"azymut":    {Seed: 1, Agency: Azymut()},
	"meridian":  {Seed: 2, Agency: Meridian(40, 10), Wide: true},
	"lindenhof": {Seed: 3, Agency: Lindenhof(), Today: time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
}

// each runs check on n clients of every agency.
func each(t *testing.T, n int, check func(t *testing.T, g *Generator, c Client)) {
	for name, o := range agencies {
		t.Run(name, func(t *testing.T) {
			g := New(o)
			for i := range n {
				check(t, g, g.Client(i))
				if t.Failed() {
					t.Fatalf("client %d: %+v", i, g.Client(i))
				}
			}
		})
	}
}

func TestSameSeedSamePeople(t *testing.T) {
	const n = 3000
	o := agencies["azymut"]
	want := make([]Client, n)
	g := New(o)
	for i := range n {
		want[i] = g.Client(i)
	}
	var wg sync.WaitGroup
	again := New(o)
	for part := range 4 { // backwards and at the same time: a client depends on its number only
		wg.Go(func() {
			for i := n - 1 - part; i >= 0; i -= 4 {
				if got := again.Client(i); !reflect.DeepEqual(got, want[i]) {
					t.Errorf("client %d differs:\n%+v\n%+v", i, got, want[i])
					return
				}
			}
		})
	}
	wg.Wait()
	o.Seed++
	other, same := New(o), 0
	for i := range n {
		if other.Client(i).Name == want[i].Name {
			same++
		}
	}
	if same > n/20 {
		t.Errorf("another seed gives %d of %d names again", same, n)
	}
}

var (
	reservedMail = regexp.MustCompile(`^[A-Za-z0-9]+([._-][A-Za-z0-9]+)*@(example\.(com|org|net)|[a-z0-9-]{1,63}\.example)$`)
	fullDate     = regexp.MustCompile(`^(\d{4}|-)-(\d\d)-(\d\d)$`)
)

// values returns all communications of a client and its people.
func values(c Client) (phones, emails []Value) {
	phones, emails = append(phones, c.Phones...), append(emails, c.Emails...)
	for _, p := range c.Travelers {
		phones, emails = append(phones, p.Phones...), append(emails, p.Emails...)
	}
	return phones, emails
}

func TestEmailsReachNobody(t *testing.T) {
	each(t, 20_000, func(t *testing.T, _ *Generator, c Client) {
		_, emails := values(c)
		for _, v := range emails {
			if !reservedMail.MatchString(v.Value) {
				t.Errorf("e-mail %q", v.Value)
			}
		}
	})
}

func TestPhonesAreValid(t *testing.T) {
	each(t, 8_000, func(t *testing.T, g *Generator, c Client) {
		phones, _ := values(c)
		for _, v := range phones {
			n, err := phonenumbers.Parse(v.Value, g.agency.Country)
			if err != nil || !phonenumbers.IsValidNumber(n) {
				t.Errorf("phone %q (%s): valid is false, %v", v.Value, v.E164, err)
				return
			}
			if got := phonenumbers.Format(n, phonenumbers.E164); got != v.E164 {
				t.Errorf("phone %q is %s, want %s", v.Value, got, v.E164)
			}
		}
	})
}

func TestDemoUsesReservedNumbers(t *testing.T) {
	reserved := regexp.MustCompile(`^\+(4420794|44161496|44117496|44131496|49176040690|4917139200|493023125|496990009|494066969|492214710|498999998` +
		`|33199|33261|33353|33465|33536|4670174|4631390|4640628|468465|1\d{3}55501)`)
	g, seen := New(agencies["azymut"]), 0
	for i := range 5000 {
		phones, _ := values(g.Client(i))
		for _, v := range phones {
			for _, code := range []string{"+44", "+49", "+33", "+46", "+1"} {
				if strings.HasPrefix(v.E164, code) && !strings.HasPrefix(v.E164, "+420") {
					if seen++; !reserved.MatchString(v.E164) {
						t.Errorf("client %d: %s isn't reserved for fiction", i, v.E164)
					}
				}
			}
		}
	}
	if seen < 200 {
		t.Errorf("only %d numbers of countries with a reserved block", seen)
	}
}

func TestDatesAndNames(t *testing.T) {
	each(t, 20_000, func(t *testing.T, g *Generator, c Client) {
		checkDate(t, g, c.Anniversary)
		if c.Name == "" || strings.TrimSpace(c.Name) != c.Name {
			t.Errorf("name %q, %d travelers", c.Name, len(c.Travelers))
		}
		for _, p := range c.Travelers {
			checkDate(t, g, p.BirthDate)
			if p.Family == "" || p.Given == "" || strings.Contains(p.Family+p.Given, "  ") {
				t.Errorf("person %q %q", p.Family, p.Given)
			}
			if strings.ContainsAny(p.Family+p.Given+p.Occupation+p.Native, "|/,{}") {
				t.Errorf("raw corpus text in %+v", p)
			}
		}
		if text := c.Remarks + c.Memo + c.TravelPolicy + c.FormalSalutation + c.LegalName + c.Street; strings.ContainsAny(text, "{}|") {
			t.Errorf("a placeholder is left in %q", text)
		}
	})
}

// checkDate accepts an empty date, a real past one, or a real day without its year.
func checkDate(t *testing.T, g *Generator, s string) {
	t.Helper()
	m := fullDate.FindStringSubmatch(s)
	switch {
	case s == "":
		return
	case m == nil:
		t.Errorf("date %q", s)
		return
	case m[1] == "-":
		s = "2024" + s[1:] // a leap year: 29 February is a birthday
	}
	d, err := time.Parse(time.DateOnly, s)
	if err != nil || d.Year() > max(g.year, 2024) || d.Year() < g.year-125 {
		t.Errorf("date %q: %v", s, err)
	}
}

func TestClientsAreConsistent(t *testing.T) {
	codes := map[string]bool{}
	each(t, 20_000, func(t *testing.T, g *Generator, c Client) {
		phones, emails := values(c)
		if c.Classification == "client" && len(phones)+len(emails) == 0 {
			t.Error("a client without any contact (R065)")
		}
		if key := g.agency.Name + c.Code; codes[key] || len(c.Code) > 10 || len(c.Code) < 4 {
			t.Errorf("code %q", c.Code)
		} else {
			codes[key] = true
		}
		if (c.Kind == "corporate") != (c.LegalName != "") || c.Kind == "personal" && c.TravelPolicy != "" {
			t.Error("company fields on a person or none on a company (R007)")
		}
		if c.Branch < 0 || c.Branch >= len(g.agency.Branches) || c.Advisor >= len(g.agency.People) {
			t.Fatal("branch or advisor doesn't exist")
		}
		if c.Advisor >= 0 && (!g.agency.People[c.Advisor].Advises || g.agency.People[c.Advisor].Branch != c.Branch) {
			t.Error("an advisor of another branch, or one who has no clients")
		}
		if c.Advisor < 0 && !c.AgencyOwned {
			t.Error("nobody owns it")
		}
		if len(c.Travelers) == 0 && (c.Kind == "personal" || !g.wide) {
			t.Error("nobody travels")
		}
		if c.Kind == "personal" && c.Travelers[0].Role != "" {
			t.Errorf("primary with role %q", c.Travelers[0].Role)
		}
	})
}

func TestDistributions(t *testing.T) {
	const n = 30_000
	g := New(agencies["meridian"])
	count := map[string]int{}
	families := map[string]int{}
	persons := 0
	for i := range n {
		c := g.Client(i)
		count["kind "+c.Kind]++
		count["country "+c.Country]++
		count["class "+c.Classification]++
		if c.DuplicateOf >= 0 {
			count["duplicate"]++
		}
		if c.Remarks != "" {
			count["remarks"]++
		}
		if strings.Count(c.Name, "/") == 2 {
			count["group"]++
		}
		persons += len(c.Travelers)
		if len(c.Travelers) == 0 {
			count["nobody"]++
		}
		for _, p := range c.Travelers {
			families[p.Family]++
			switch {
			case p.BirthDate == "":
				count["no birth date"]++
			case strings.HasPrefix(p.BirthDate, "--"):
				count["no birth year"]++
			}
			if strings.HasSuffix(p.BirthDate, "-02-29") {
				count["leap day"]++
			}
			if p.Role == "child" {
				count["child"]++
			}
			if p.Native != "" {
				count["native"]++
			}
			if p.Former != "" {
				count["former"]++
			}
		}
	}
	tests := []struct {
		what     string
		of       int
		min, max float64 // per cent
	}{
		{"kind corporate", n, 7, 10}, {"country PL", n, 23, 30}, {"country ES", n, 11, 15}, {"country CN", n, 0.3, 3},
		{"class prospect", n, 9, 17}, {"duplicate", n, 2.5, 3.5}, {"remarks", n, 40, 60}, {"group", n, 0.5, 4},
		{"no birth date", persons, 8, 15}, {"no birth year", persons, 2, 5}, {"leap day", persons, 0.2, 1.5},
		{"child", persons, 15, 35}, {"native", persons, 1, 8}, {"former", persons, 1, 12},
		{"nobody", n, 0.6, 1.5},
	}
	for _, tt := range tests {
		if got := 100 * float64(count[tt.what]) / float64(tt.of); got < tt.min || got > tt.max {
			t.Errorf("%s: %.2f %%, want %.1f to %.1f", tt.what, got, tt.min, tt.max)
		}
	}
	if families["Nowak"] < 5*families["Karpiński"] || len(families) < 8_000 {
		t.Errorf("Nowak %d, Karpiński %d, %d different family names", families["Nowak"], families["Karpiński"], len(families))
	}
	for _, fam := range []string{"Kowalska", "Wiśniewski", "García López", "Smith", "Müller", "Dupont", "Wang", "O'Sullivan"} {
		if families[fam] == 0 {
			t.Errorf("no %s among %d people", fam, persons)
		}
	}
}

func TestDuplicatesResembleTheirOriginal(t *testing.T) {
	g := New(agencies["azymut"])
	kinds := map[string]int{}
	for i := range 20_000 {
		c := g.Client(i)
		if c.DuplicateOf < 0 {
			continue
		}
		o := g.Client(c.DuplicateOf)
		kinds[c.Mistake]++
		if o.DuplicateOf >= 0 || c.DuplicateOf >= i || o.Country != c.Country || o.City != c.City || c.Code == o.Code {
			t.Fatalf("client %d copies %d:\n%+v\n%+v", i, c.DuplicateOf, c, o)
		}
		p, q := c.Travelers[0], o.Travelers[0]
		if c.Kind == "personal" && c.Mistake != "no birth date" && p.BirthDate != q.BirthDate {
			t.Fatalf("client %d: birth date %q and %q", i, p.BirthDate, q.BirthDate)
		}
		a, _ := values(c)
		b, _ := values(o)
		if len(a) > 0 && a[0].E164 != b[0].E164 {
			t.Fatalf("client %d: phones %v and %v", i, a, b)
		}
	}
	for _, d := range duplicates {
		if kinds[d.mistake] == 0 {
			t.Errorf("no copy with %q", d.mistake)
		}
	}
}

func TestLandmarks(t *testing.T) {
	g := New(agencies["meridian"])
	joanna, grazyna := g.Client(7), g.Client(11)
	if joanna.Name != "Kowalska/Joanna" || joanna.Travelers[0].Phones[0].E164 != "+48600100200" {
		t.Errorf("client 7 is %+v", joanna)
	}
	if grazyna.Travelers[0].Family != "Żółć" || grazyna.Travelers[0].BirthDate != "--02-29" {
		t.Errorf("client 11 is %+v", grazyna)
	}
	if c := New(agencies["lindenhof"]).Client(7); c.Name == joanna.Name {
		t.Error("the Swiss agency has the Polish landmark")
	}
}

func BenchmarkClient(b *testing.B) {
	g := New(agencies["meridian"])
	g.Client(0) // loads the corpora
	persons := 0
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		persons += len(g.Client(i).Travelers)
	}
	b.ReportMetric(float64(persons)/b.Elapsed().Seconds(), "persons/s")
}
