package person

import (
	"reflect"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		in    string
		order Order
		lang  string
		want  Name
	}{
		{"Kowalska, Joanna", Auto, "", Name{Family: "Kowalska", Given: "Joanna"}},
		{"Smith, John, Jr.", Auto, "", Name{Family: "Smith", Given: "John", Suffix: "Jr."}},
		{"SMITH/JOHN MR", Auto, "", Name{Title: "MR", Family: "SMITH", Given: "JOHN"}},
		{"NOWAK Jan", Auto, "", Name{Family: "NOWAK", Given: "Jan"}},
		{"Jan NOWAK", Auto, "", Name{Family: "NOWAK", Given: "Jan"}},
		{"KOWALSKI JAN", FamilyFirst, "", Name{Family: "KOWALSKI", Given: "JAN"}},
		{"KOWALSKI JAN", Auto, "", Name{Family: "KOWALSKI", Given: "JAN"}},
		{"Kowalski Jan", Auto, "", Name{Family: "Kowalski", Given: "Jan"}},
		{"Jan Kowalski", Auto, "", Name{Family: "Kowalski", Given: "Jan"}},
		{"Ludwig van Beethoven", Auto, "", Name{Family: "van Beethoven", Given: "Ludwig"}},
		{"Charles de la Fontaine", Auto, "", Name{Family: "de la Fontaine", Given: "Charles"}},
		{"von Trapp Maria", FamilyFirst, "", Name{Family: "von Trapp", Given: "Maria"}},
		{"José Luis García Ñíguez", Auto, "", Name{Family: "García Ñíguez", Given: "José Luis"}},
		{"María Puig Soler", Auto, "es", Name{Family: "Puig Soler", Given: "María"}},
		{"José Luis Puig", Auto, "es", Name{Family: "Puig", Given: "José Luis"}},
		{"José Ortega y Gasset", Auto, "es", Name{Family: "Ortega y Gasset", Given: "José"}},
		{"山田太郎", Auto, "", Name{Family: "山田太郎"}},
		{"山田 太郎", Auto, "", Name{Family: "山田", Given: "太郎"}},
		{"Dr. Hans Müller", Auto, "", Name{Title: "Dr.", Family: "Müller", Given: "Hans"}},
		{"Mr. John Q. Public Sr.", Auto, "", Name{Title: "Mr.", Given: "John", Middle: "Q.", Family: "Public", Suffix: "Sr."}},
		{"Mrs Smith", Auto, "", Name{Title: "Mrs", Family: "Smith"}},
		{"Don Smith", Auto, "", Name{Given: "Don", Family: "Smith"}},
		{"Anna", Auto, "", Name{Given: "Anna"}},
		{"", Auto, "", Name{}},
	} {
		if got := Split(c.in, c.order, c.lang); got != c.want {
			t.Errorf("Split(%q): got %+v, want %+v", c.in, got, c.want)
		}
	}
}

func TestPeople(t *testing.T) {
	for _, c := range []struct {
		in    string
		order Order
		want  []Name
	}{
		{"NOWAK Jan + Ewa", FamilyFirst, []Name{{Family: "NOWAK", Given: "Jan"}, {Family: "NOWAK", Given: "Ewa"}}},
		{"NOWAK Jan+Ewa", Auto, []Name{{Family: "NOWAK", Given: "Jan"}, {Family: "NOWAK", Given: "Ewa"}}},
		{"Smith/John & Mary", Auto, []Name{{Family: "Smith", Given: "John"}, {Family: "Smith", Given: "Mary"}}},
		{"Smith/John & Doe/Mary", Auto, []Name{{Family: "Smith", Given: "John"}, {Family: "Doe", Given: "Mary"}}},
		{"Smith, John & Mary", Auto, []Name{{Family: "Smith", Given: "John"}, {Family: "Smith", Given: "Mary"}}},
		{"Jan i Ewa Nowak", FamilyFirst, []Name{{Family: "Nowak", Given: "Jan"}, {Family: "Nowak", Given: "Ewa"}}},
		{"Nowak Jan i Ewa", FamilyFirst, []Name{{Family: "Nowak", Given: "Jan"}, {Family: "Nowak", Given: "Ewa"}}},
		{"Hans und Erika Müller", Auto, []Name{{Family: "Müller", Given: "Hans"}, {Family: "Müller", Given: "Erika"}}},
		{"Mr & Mrs Smith", Auto, []Name{{Title: "Mr", Family: "Smith"}, {Title: "Mrs", Family: "Smith"}}},
		{"Herr und Frau Müller", Auto, []Name{{Title: "Herr", Family: "Müller"}, {Title: "Frau", Family: "Müller"}}},
		{"Jan Kowalski i Ewa Nowak", Auto, []Name{{Family: "Kowalski", Given: "Jan"}, {Family: "Nowak", Given: "Ewa"}}},
		{"Juan y María García", Auto, []Name{{Family: "García", Given: "Juan"}, {Family: "García", Given: "María"}}},
		{"Pierre et Marie Dupont", Auto, []Name{{Family: "Dupont", Given: "Pierre"}, {Family: "Dupont", Given: "Marie"}}},
		{"John Smith & Mary", Auto, []Name{{Family: "Smith", Given: "John"}, {Family: "Smith", Given: "Mary"}}},
		{"José Ortega y Gasset", Auto, []Name{{Family: "Ortega y Gasset", Given: "José"}}},
		{" ", Auto, nil},
	} {
		got := People(c.in, c.order, "")
		if len(got) == 0 && len(c.want) == 0 {
			continue
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("People(%q): got %+v, want %+v", c.in, got, c.want)
		}
	}
}

func TestCompany(t *testing.T) {
	for _, s := range []string{"Müller GmbH", "Acme S.A.", "ABC Sp. z o.o.", "Smith & Sons Ltd", "Dupont SARL", "García S.L.",
		"Nordlicht GmbH & Co. KG", "Fundacja Promyk", "Biuro Rachunkowe Nowak", "Acme AG", "Example Inc.", "Firma XYZ sp.j."} {
		if !Company(s) {
			t.Errorf("Company(%q) is false", s)
		}
	}
	for _, s := range []string{"Jan Kowalski", "Maria Sa", "Nowak Jan + Ewa", "Anna As", "Smith family", "", "Co"} {
		if Company(s) {
			t.Errorf("Company(%q) is true", s)
		}
	}
	if !Group("Smith family") || !Group("Państwo Nowakowie") || Group("Jan Nowak") {
		t.Error("Group is wrong")
	}
}

func TestLabel(t *testing.T) {
	for want, in := range map[string]string{"Nowak/Jan & Ewa": "Jan i Ewa Nowak", "Smith/John": "John Smith", "Kowalski/Jan & Nowak/Ewa": "Jan Kowalski i Ewa Nowak"} {
		if got := Label(People(in, Auto, "")); got != want {
			t.Errorf("Label(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzPeople(f *testing.F) {
	for _, s := range []string{"NOWAK Jan + Ewa", "Smith/John & Mary", "von + &", "Dr. & / ,", "y y y", "- - -", "Mr Jr."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, o := range []Order{Auto, FamilyFirst, GivenFirst} {
			for _, n := range People(s, o, "es") {
				if n.Given == "" && n.Family == "" {
					t.Fatalf("a person without name in %q", s)
				}
			}
		}
		// Nothing that was typed as a word may vanish.
		n := Split(s, Auto, "")
		all := n.Title + n.Given + n.Middle + n.Family + n.Suffix
		for _, w := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",/;. \t\r\n", r) || r < 33 || r == 0x85 || r == 0xa0 }) {
			if len(w) > 2 && !strings.Contains(all, w) && isPlain(w) && isPlain(s) {
				t.Fatalf("%q lost from %q: %+v", w, s, n)
			}
		}
		Company(s)
		Group(s)
	})
}

func isPlain(s string) bool {
	for _, r := range s {
		if r > 126 || r < 32 {
			return false
		}
	}
	return true
}
