package madeup

import "strconv"

// Agency is a made-up agency with its people and what it sets up for itself.
type Agency struct {
	Name, LegalName, TaxID           string
	Country, Language, Currency      string
	TimeZone                         string // IANA
	Street, PostalCode, City, Region string
	Phone, Email, Website            string
	Branches                         []Branch
	Departments                      []string
	People                           []Employee
	CustomerTypes                    []CustomerType
	Tags                             []Tag
	Share                            float64 // of the biggest agency's number of clients, for the bench
	mix                              []share
}

// Branch is an office.
type Branch struct {
	Name, Code, City, Street, PostalCode, Phone, Email string
	Weight                                             int // its share of the clients
}

// Employee is somebody who signs in.
type Employee struct {
	Given, Family, Email string
	Role                 string // "administrator", "manager", "assistant", "agent", "accountant", "auditor"
	Position, Department string // in the agency's language; Department is one of Agency.Departments
	Branch               int
	Language             string
	Advises              bool // may have clients of one's own
}

// CustomerType is a code of the agency for billing and reports (R071).
type CustomerType struct {
	Code, Name string
	Hidden     bool // left out of the client list unless asked for (R073)
}

// Tag is a label of the agency; Kind is "tag", "attribute" or "interest".
type Tag struct{ Kind, Name, Colour string }

// share says how many of an agency's clients live in a country.
type share struct {
	country string
	percent int
}

// Azymut is the agency of the demo: Kraków, Warszawa and Gdańsk, twelve people.
func Azymut() Agency {
	return Agency{
		Name: "Azymut Travel", LegalName: "Azymut Travel Sp. z o.o.", TaxID: "9990000014",
		Country: "PL", Language: "pl", Currency: "PLN", TimeZone: "Europe/Warsaw",
		Street: "ul. Floriańska 17", PostalCode: "31-019", City: "Kraków", Region: "małopolskie",
		Phone: "+48 12 600 10 20", Email: "biuro@example.com", Website: "https://azymut.example",
		Departments: []string{"Wypoczynek", "Podróże służbowe", "Grupy", "Księgowość"},
		Branches: []Branch{
			{"Kraków", "KRK", "Kraków", "ul. Floriańska 17", "31-019", "+48 12 600 10 20", "krakow@example.com", 50},
			{"Warszawa", "WAW", "Warszawa", "ul. Mokotowska 48", "00-543", "+48 22 800 10 30", "warszawa@example.com", 30},
			{"Gdańsk", "GDN", "Gdańsk", "ul. Długi Targ 9", "80-828", "+48 58 300 10 40", "gdansk@example.com", 20},
		},
		People: []Employee{
			{"Ewa", "Zawistowska", "ewa.zawistowska@example.com", "administrator", "Właścicielka", "Wypoczynek", 0, "pl", true},
			{"Paweł", "Górecki", "pawel.gorecki@example.com", "manager", "Kierownik oddziału", "Podróże służbowe", 0, "pl", true},
			{"Marta", "Lewandowska", "marta.lewandowska@example.com", "manager", "Kierowniczka oddziału", "Wypoczynek", 1, "pl", true},
			{"Natalia", "Sikora", "natalia.sikora@example.com", "assistant", "Asystentka biura", "Wypoczynek", 0, "pl", false},
			{"Oleksandra", "Melnyk", "oleksandra.melnyk@example.com", "assistant", "Asystentka biura", "Grupy", 1, "en", false},
			{"Joanna", "Wrona", "joanna.wrona@example.com", "agent", "Doradczyni klienta", "Wypoczynek", 0, "pl", true},
			{"Łukasz", "Żurawski", "lukasz.zurawski@example.com", "agent", "Doradca klienta", "Grupy", 0, "pl", true},
			{"Agnieszka", "Dąbek", "agnieszka.dabek@example.com", "agent", "Doradczyni klienta", "Podróże służbowe", 1, "pl", true},
			{"Carlos", "Medina Ruiz", "carlos.medina@example.com", "agent", "Doradca klienta", "Wypoczynek", 1, "es", true},
			{"Hanna", "Kreft", "hanna.kreft@example.com", "agent", "Doradczyni klienta", "Wypoczynek", 2, "de", true},
			{"Bogdan", "Śliwiński", "bogdan.sliwinski@example.com", "accountant", "Główny księgowy", "Księgowość", 0, "pl", false},
			{"Claire", "Fontaine", "claire.fontaine@example.com", "auditor", "Biegła rewidentka", "Księgowość", 0, "fr", false},
		},
		CustomerTypes: []CustomerType{
			{"P", "Klient indywidualny", false}, {"B", "Firma", false}, {"G", "Grupa", false},
			{"E", "Pracownik", true}, {"N", "Potencjalny klient", true},
		},
		Tags: []Tag{
			{"tag", "VIP", "amber"}, {"tag", "Stały klient", "green"}, {"tag", "Newsletter", "blue"}, {"tag", "Uwaga: zaległości", "red"},
			{"attribute", "All inclusive", ""}, {"attribute", "Podróż poślubna", ""}, {"attribute", "Z dziećmi", ""}, {"attribute", "Senior", ""},
			{"attribute", "Tylko bezpośrednie loty", ""}, {"interest", "Rejsy", ""}, {"interest", "Narty", ""}, {"interest", "Nurkowanie", ""},
			{"interest", "Objazdy", ""}, {"interest", "City break", ""}, {"interest", "Trekking", ""}, {"interest", "Safari", ""}, {"interest", "Wino i kuchnia", ""},
		},
		Share: 0.1,
		mix: []share{{"PL", 66}, {"DE", 7}, {"UA", 5}, {"GB", 5}, {"US", 4}, {"FR", 3}, {"ES", 3}, {"CH", 1}, {"AT", 1}, {"IT", 1},
			{"IE", 1}, {"CZ", 1}, {"SE", 1}, {"NO", 1}},
	}
}

// Meridian is the host agency of the bench: many branches, hundreds of advisors, clients
// from all the countries there are names for. Branches is at least 1.
func Meridian(branches, peoplePerBranch int) Agency {
	a := Azymut()
	a.Name, a.LegalName, a.Website, a.Share = "Meridian Host Agency", "Meridian Travel Network S.A.", "https://meridian.example", 1
	a.Branches, a.People = nil, nil
	pl := countries()["PL"]
	r := seeded(1, branches, purposeClient)
	for b := range branches {
		at := pl.cities.items[b%len(pl.cities.items)]
		n := strconv.Itoa(b + 1)
		a.Branches = append(a.Branches, Branch{Name: at.name + " " + n, Code: "M" + n, City: at.name,
			Street: pl.streets.draw(&r) + " " + n, PostalCode: "30-001", Phone: "+48 12 600 20 " + twoDigits(b),
			Email: "m" + n + "@example.com", Weight: 1 + 100/(b+3)})
		for p := range peoplePerBranch {
			a.People = append(a.People, hostEmployee(&r, pl, b, p, len(a.People)))
		}
	}
	a.mix = []share{{"PL", 26}, {"ES", 13}, {"FR", 13}, {"DE", 13}, {"GB", 8}, {"US", 7}, {"CH", 2}, {"AT", 2}, {"IT", 3}, {"IE", 1}, {"CZ", 2},
		{"UA", 2}, {"GR", 1}, {"TR", 1}, {"SE", 1}, {"DK", 1}, {"NO", 1}, {"PT", 1}, {"BR", 1}, {"CN", 1}, {"JP", 1}, {"VN", 1}, {"IN", 1}}
	return a
}

// hostEmployee makes person p of a branch of the host agency: an administrator first in
// the first branch, a manager and an assistant first in the others, then agents.
func hostEmployee(r *rng, c *country, branch, p, number int) Employee {
	sex := r.below(2)
	given, fam := c.given[sex][1].draw(r), c.family.draw(r)
	e := Employee{Given: given.form[sex], Family: fam.form[sex], Role: "agent", Position: "Doradca klienta",
		Department: "Wypoczynek", Branch: branch, Language: "pl", Advises: true}
	e.Email = given.slug[sex] + "." + fam.slug[sex] + strconv.Itoa(number) + "@example.com"
	switch {
	case p == 0 && branch == 0:
		e.Role, e.Position = "administrator", "Administrator"
	case p == 0:
		e.Role, e.Position = "manager", "Kierownik oddziału"
	case p == 1:
		e.Role, e.Position, e.Advises = "assistant", "Asystent biura", false
	}
	return e
}

// twoDigits renders n modulo 100 with a leading zero.
func twoDigits(n int) string { return digit(n/10%10) + digit(n%10) }

// Lindenhof is the small agency of the bench: one desk in Zürich, two people.
func Lindenhof() Agency {
	return Agency{
		Name: "Reisebüro Lindenhof", LegalName: "Reisebüro Lindenhof GmbH", Country: "CH", Language: "de", Currency: "CHF",
		TimeZone: "Europe/Zurich", Street: "Lindenhofgasse 4", PostalCode: "8001", City: "Zürich", Region: "ZH",
		Phone: "+41 44 210 10 20", Email: "reisen@example.org", Website: "https://lindenhof.example",
		Departments: []string{"Beratung"},
		Branches:    []Branch{{"Zürich", "ZRH", "Zürich", "Lindenhofgasse 4", "8001", "+41 44 210 10 20", "reisen@example.org", 1}},
		People: []Employee{
			{"Ursina", "Caduff", "ursina.caduff@example.org", "administrator", "Inhaberin", "Beratung", 0, "de", true},
			{"Reto", "Aebischer", "reto.aebischer@example.org", "agent", "Reiseberater", "Beratung", 0, "de", true},
		},
		CustomerTypes: []CustomerType{{"P", "Privatkunde", false}, {"B", "Firma", false}, {"G", "Gruppe", false}},
		Tags: []Tag{{"tag", "VIP", "amber"}, {"tag", "Newsletter", "blue"}, {"interest", "Kreuzfahrten", ""}, {"interest", "Wandern", ""},
			{"interest", "Skiferien", ""}, {"attribute", "Familie", ""}},
		Share: 0.002,
		mix:   []share{{"CH", 84}, {"DE", 8}, {"IT", 3}, {"AT", 2}, {"FR", 2}, {"GB", 1}},
	}
}

// Bench returns the three agencies of unlike size for the bench, the biggest first; each
// one's Share says how many clients it has for every one of the biggest.
func Bench() []Agency { return []Agency{Meridian(40, 10), Azymut(), Lindenhof()} }
