package intake

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/carnetcrm/carnet/internal/date"
)

var polish = Options{Region: "PL", Language: "pl", Today: "2026-11-22"}

// read opens data and returns its results with the proposed mapping.
func read(t *testing.T, data string, opt Options) (*File, []Result) {
	t.Helper()
	f, err := Open(strings.NewReader(data), int64(len(data)), OpenOptions{})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	if !f.Cards() {
		if err := f.Match.Mapping.Check(f.Table.Header); err != nil {
			t.Fatalf("the proposed mapping is wrong: %v", err)
		}
	}
	var out []Result
	for r, err := range f.Records(f.Match.Mapping, opt) {
		if err != nil {
			t.Fatalf("Records: %v", err)
		}
		out = append(out, r)
	}
	return f, out
}

// brief writes a record in one line: client | travelers | communications of each.
func brief(r Record) string {
	var parts []string
	parts = append(parts, r.Client.Kind+" "+r.Client.Name+comms(r.Client.Comms))
	for _, t := range r.Travelers {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s/%s %s %s", t.Family, t.Given, t.Middle, t.BirthDate))+comms(t.Comms))
	}
	return strings.Join(parts, " | ")
}

func comms(list []Comm) string {
	s := ""
	for _, c := range list {
		s += " <" + c.SubType + ":" + or(c.Norm, c.Value) + ">"
	}
	return s
}

func keys(problems []Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, string(p.Severity[0])+strings.TrimPrefix(p.Key, "intake.problem."))
	}
	return strings.Join(out, " ")
}

const googleHead = "First Name,Middle Name,Last Name,File As,Organization Name,Birthday,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - Formatted,Relation 1 - Label,Relation 1 - Value,Event 1 - Label,Event 1 - Value\n"

func TestRecords(t *testing.T) {
	for name, c := range map[string]struct {
		data, product string
		want          []string // brief
		problems      []string // of each
	}{
		"google": {googleHead +
			"Ana,,García Ñíguez,,,--02-29,\"x;\n\"\"y\"\"\",VIP ::: * myContacts,* Home,A@Example.com ::: b@example.org,Mobile,+34 612 345 678 ::: 913 456 789,,,Spouse,Luis,Anniversary,2001-06-12\n" +
			",,,Nowak family,Nowak family,,,* myContacts,,,Work,4.8601E+10,,,,,,\n" +
			",,,,Example Travel GmbH,,,,,info@example.de,,,,,,,,\n" +
			",,,,,,,,,news@example.com,,,,,,,,\n" +
			",,,,,,only a note,,,,,,,,,,,\n", ProductGoogle,
			[]string{"personal García Ñíguez/Ana | García Ñíguez/Ana  --02-29 <home:a@example.com> <home:b@example.org> <mobile:+34612345678> <mobile:+48913456789>",
				"personal Nowak family", "corporate Example Travel GmbH <:info@example.de>", "personal news@example.com <:news@example.com>", ""},
			[]string{"", "wscientific", "", "wnamed_after", "eno_name"}},
		"tres": {"Client Name,Address Line 1,City,State,ZIP,Country,Interface ID,Client Phone,Client Email,Advisor,Traveler First,Traveler Middle,Traveler Last,Traveler Email,Traveler Phone,Traveler Date of Birth,Tag\n" +
			"Doe/Jim & Ann,1 Elm St,Reno,NV,89501,US,77,775-555-0142,does@example.com,Kim,Jim,,Doe,jim@example.com,,02/13/1970,Golf\n" +
			"Doe/Jim & Ann,,,,,,77,,,,Ann,Lee,Doe,,,03/04/1972,\n" +
			"Roe/Max,,,,,,78,,,,,,,,,,\n", ProductTres,
			[]string{"personal Doe/Jim & Ann <:+17755550142> <:does@example.com> | Doe/Jim  1970-02-13 <:jim@example.com> | Doe/Ann Lee 1972-03-04", "personal Roe/Max | Roe/Max"},
			[]string{"", ""}},
		"outlook in Polish": {"Tytuł;Imię;Drugie imię;Nazwisko;Firma;Adres służbowy - ulica;Adres służbowy - kod pocztowy;Adres służbowy - miejscowość;Adres domowy - ulica;Adres domowy - kod pocztowy;Adres domowy - miejscowość;Adres domowy - kraj/region;Faks służbowy;Telefon służbowy;Telefon domowy;Telefon komórkowy;Rocznica;Urodziny;Adres e-mail;Typ poczty e-mail;Wyświetlana nazwa e-mail;Adres e-mail 2;Płeć;Notatki\n" +
			"Pani;Ewa;;Lis;;ul. Prosta 1;00-001;Warszawa;ul. Długa 2;30-001;Kraków;Polska;;;;600 100 200;0/0/00;12.3.1980;ewa@example.pl;SMTP;Ewa;e2@example.pl;Kobieta;uwaga\n", ProductOutlook,
			[]string{"personal Lis/Ewa | Lis/Ewa  1980-03-12 <mobile:+48600100200> <:ewa@example.pl> <:e2@example.pl>"}, []string{""}},
		"clientbase": {"Profile Name,Profile Type,Interface ID,Primary Agent,Salutation,Address 1,City,Home Phone,Traveler First Name,Traveler Last Name,Traveler Email,Birth Date\n" +
			"Smith/John,Leisure,S1,Kim,John,1 Elm,Reno,775-555-0142,John,Smith,j@example.com,2/13/1970\nAcme Inc,Corporate,A1,Kim,,2 Oak,Reno,,,,,\n", ProductClientBase,
			[]string{"personal Smith/John | Smith/John  1970-02-13 <home:775-555-0142> <:j@example.com>", "corporate Acme Inc"}, []string{"", ""}},
		"hubspot": {"Record ID,First Name,Last Name,Email,Lifecycle Stage,Contact owner,Unsubscribed from all email,Associated Company IDs,Legal basis for processing contact's data\n151,Eva,Test,e@example.de,Lead,Kim,true,101;102,Consent\n", ProductHubSpot,
			[]string{"personal Test/Eva | Test/Eva <:e@example.de>"}, []string{""}},
		"messy": {"Clients 2024;;;;;\n;;;;;\nSurname, name;Tel.;E-mail;D.O.B.;FF numbers;Remarks\n" +
			"NOWAK Jan + Ewa;600-100-200 / 22 555 01 23;jan@example.pl, both@example.pl;1.2.80;LO 1; M&M 2;kids\n" +
			"KOWALSKI JAN;48600100200;jan@;31.02.1980;;same?\nLis Ewa;0048 600 100 201;;13.05.1979;;\nBąk;x;y;z;a;b;c;d\n", "",
			[]string{"personal NOWAK/Jan & Ewa <:+48600100200> <:+48225550123> <:both@example.pl> | NOWAK/Jan  1980-02-01 <:jan@example.pl> | NOWAK/Ewa",
				"personal KOWALSKI/JAN | KOWALSKI/JAN <:+48600100200>", "personal Lis/Ewa | Lis/Ewa  1979-05-13 <:+48600100201>", ""},
			[]string{"wjoined wwhose", "wemail wdate", "", "etoo_many_cells"}},
		"German": {"Name;Vorname;Strasse;Hausnr.;PLZ;Ort;Tel. privat;Handy;E-Mail;Geb.-Datum;Kundennr.;Berater;Bemerkungen\nMüller;Hans & Erika;Hauptstr.;5;10115;Berlin;030/5550123;0171 5550123;h@example.de;12.08.1964;K1;Kim;ok\n", "",
			[]string{"personal Müller/Hans & Erika <home:030/5550123> <mobile:0171 5550123> <:h@example.de> | Müller/Hans  1964-08-12 | Müller/Erika"}, []string{""}},
		"no header": {"Jan Nowak,jan@example.pl,600 100 200\nEwa Lis,ewa@example.pl,600 100 201\nAnna Bąk,anna@example.pl,600 100 202\n", "",
			[]string{"personal Nowak/Jan | Nowak/Jan <:jan@example.pl> <:+48600100200>", "personal Lis/Ewa | Lis/Ewa <:ewa@example.pl> <:+48600100201>", "personal Bąk/Anna | Bąk/Anna <:anna@example.pl> <:+48600100202>"}, []string{"", "", ""}},
		"spouse columns": {"First name,Last name,Birthday,Spouse first name,Spouse birthday\nJohn,Smith,1970-01-31,Mary,1972-03-04\n", "",
			[]string{"personal Smith/John & Mary | Smith/John  1970-01-31 | Smith/Mary  1972-03-04"}, []string{""}},
	} {
		f, got := read(t, c.data, polish)
		if f.Match.Product != c.product {
			t.Errorf("%s: product %q", name, f.Match.Product)
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %d records, want %d", name, len(got), len(c.want))
			continue
		}
		for i, r := range got {
			if s := brief(r.Record); !r.Refused() && s != c.want[i] {
				t.Errorf("%s, record %d:\n got %s\nwant %s", name, i, s, c.want[i])
			}
			if s := keys(r.Problems); s != c.problems[i] || r.Refused() != (c.want[i] == "") {
				t.Errorf("%s, record %d: problems %q, want %q", name, i, s, c.problems[i])
			}
		}
	}
}

// TestKept looks at the values that brief leaves out.
func TestKept(t *testing.T) {
	_, got := read(t, googleHead+"Ana,,García,,,1.1.1900 or so,Note,,,,Work,4.8E+10,Home,\"ul. Długa 5\n00-238 Warszawa\nPoland\",Spouse,Luis,Wedding,2001-06-12\n", polish)
	c := got[0].Record.Client
	want := "1.1.1900 or so|Note|4.8E+10|Spouse: Luis"
	for _, w := range strings.Split(want, "|") {
		if !strings.Contains(c.Remarks, w) {
			t.Errorf("%q is lost: %q", w, c.Remarks)
		}
	}
	if c.Anniversary != "2001-06-12" {
		t.Errorf("anniversary %q", c.Anniversary)
	}
	if a := (Address{Kind: "physical", Label: "home", Street: "ul. Długa 5", Postal: "00-238", City: "Warszawa", Country: "PL"}); len(c.Addresses) != 1 || c.Addresses[0] != a {
		t.Errorf("addresses %+v", c.Addresses)
	}
	_, got = read(t, "Record ID,First Name,Last Name,Email,Lifecycle Stage,Contact owner,Unsubscribed from all email\n151,Eva,Test,e@example.de,Lead,Kim,TRUE\n", polish)
	r := got[0].Record
	if r.Client.Classification != "prospect" || r.Client.Advisor != "Kim" || !r.Travelers[0].Comms[0].OptedOut || r.Client.ExternalIDs[0] != (ExternalID{"hubspot", "151"}) {
		t.Errorf("%+v", r)
	}
	strict := polish
	strict.Strict = true
	if _, got = read(t, "Name,Geburtstag\nJan Nowak,31.02.1975\n", strict); !got[0].Refused() {
		t.Error("a date that doesn't exist passes the strict reading")
	}
}

// TestOutlookTitles recognises Outlook in the five languages, by titles of its own.
func TestOutlookTitles(t *testing.T) {
	for lang, c := range map[string]struct{ head, want string }{
		"en": {"Title,First Name,Middle Name,Last Name,Company,Business Street,Business City,Business Postal Code,Home Street,Home Postal Code,Business Phone,Home Phone,Mobile Phone,Assistant's Phone,Car Phone,Anniversary,Birthday,E-mail Address,E-mail 2 Address,Notes,Web Page",
			"traveler.title traveler.given traveler.middle traveler.family traveler.company address.street@2 address.city@2 address.postal_code@2 address.street@1 address.postal_code@1 comm.phone:work comm.phone:home comm.phone:mobile comm.phone:assistant comm.phone:car client.anniversary traveler.birth_date comm.email comm.email client.remarks comm.web"},
		"de": {"Anrede,Vorname,Weitere Vornamen,Nachname,Firma,Straße geschäftlich,Ort geschäftlich,Postleitzahl geschäftlich,Straße privat,Postleitzahl privat,Telefon geschäftlich,Telefon (privat),Mobiltelefon,Telefon Assistent,Autotelefon,Jahrestag,Geburtstag,E-Mail-Adresse,E-Mail 2: Adresse,Notizen,Webseite",
			"traveler.title traveler.given traveler.middle traveler.family traveler.company address.street@2 address.city@2 address.postal_code@2 address.street@1 address.postal_code@1 comm.phone:work comm.phone:home comm.phone:mobile comm.phone:assistant comm.phone:car client.anniversary traveler.birth_date comm.email comm.email client.remarks comm.web"},
		"fr": {"Titre,Prénom,Deuxième prénom,Nom,Société,Rue (bureau),Ville (bureau),Code postal (bureau),Rue (domicile),Code postal (domicile),Téléphone (bureau),Téléphone (domicile),Tél. mobile,Téléphone de l'assistant(e),Téléphone (voiture),Anniversaire de mariage ou fête,Anniversaire,Adresse de messagerie,Adresse de messagerie 2,Notes,Page Web",
			"traveler.title traveler.given traveler.middle traveler.family traveler.company address.street@2 address.city@2 address.postal_code@2 address.street@1 address.postal_code@1 comm.phone:work comm.phone:home comm.phone:mobile comm.phone:assistant comm.phone:car client.anniversary traveler.birth_date comm.email comm.email client.remarks comm.web"},
		"es": {"Tratamiento,Nombre,Segundo nombre,Apellidos,Organización,Calle del trabajo,Ciudad de trabajo,Código postal del trabajo,Calle del domicilio,Código postal del domicilio,Teléfono del trabajo,Particular,Móvil,Teléfono del ayudante,Teléfono del automóvil,Aniversario,Cumpleaños,Dirección de correo electrónico,Dirección de correo electrónico 2,Notas,Página web",
			"traveler.title traveler.given traveler.middle traveler.family traveler.company address.street@2 address.city@2 address.postal_code@2 address.street@1 address.postal_code@1 comm.phone:work comm.phone comm.phone:mobile comm.phone:assistant comm.phone:car client.anniversary traveler.birth_date comm.email comm.email client.remarks comm.web"},
	} {
		m := Recognise(strings.Split(c.head, ","), nil, date.DMY)
		var got []string
		for _, col := range m.Mapping.Columns {
			s := col.Target
			if strings.HasPrefix(s, "comm.phone") && col.Label != "" {
				s += ":" + col.Label
			}
			if col.Address > 0 {
				s += fmt.Sprintf("@%d", col.Address)
			}
			got = append(got, s)
		}
		if m.Product != ProductOutlook {
			t.Errorf("%s: product %q", lang, m.Product)
		}
		for i, w := range strings.Fields(c.want) {
			if got[i] != w {
				t.Errorf("%s: %q is %s, want %s", lang, m.Mapping.Columns[i].Title, got[i], w)
			}
		}
	}
}

func TestTitles(t *testing.T) {
	for title, want := range map[string]string{
		"Nazwisko i imię": "name.full", "Data ur.": "traveler.birth_date", "Tel. kom.": "comm.phone", "Nr klienta": "client.code",
		"Opiekun": "client.advisor", "Uwagi": "client.remarks", "Kod pocztowy": "address.postal_code", "Teléfono móvil": "comm.phone",
		"Fecha de nacimiento": "traveler.birth_date", "Población": "address.city", "C.P.": "address.postal_code", "N.I.F.": "client.tax_id",
		"Nom de famille": "traveler.family", "Né(e) le": "traveler.birth_date", "Courriel": "comm.email", "Portable": "comm.phone",
		"PLZ": "address.postal_code", "Geb.-Datum": "traveler.birth_date", "Kd.-Nr.": "client.code", "E-Mail privat": "comm.email",
		"Passport no / expiry": "passport.number", "FF numbers": "loyalty.membership", "DOB": "traveler.birth_date", "ADDRESS": "address.street", "Zip/Postal code": "address.postal_code",
		"traveler e-mail": "comm.email", "Mailing street": "address.street", "Adres korespondencyjny - ulica": "address.street",
		"Ansprechpartner": "client.contact", "Geschlecht": "traveler.sex", "Lp.": "skip", "Adresse postale": "address.street", "Dirección postal": "address.street", "Anniversary Date": "client.anniversary",
		"Zuständiger Mitarbeiter": "client.advisor", "completely unknown": "",
	} {
		if got := understand(title); got.target != want {
			t.Errorf("%q: %s, want %s", title, got.target, want)
		}
	}
}

func TestMappingJSON(t *testing.T) {
	f, _ := read(t, googleHead+"Ana,,García,,,,,,,,,,,,,,,\n", polish)
	text, err := json.Marshal(f.Match.Mapping)
	if err != nil {
		t.Fatal(err)
	}
	var back Mapping
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, f.Match.Mapping) {
		t.Errorf("%v\n%+v\n%+v", err, back, f.Match.Mapping)
	}
	if !back.Fits(f.Table.Header) || back.Fits(f.Table.Header[1:]) {
		t.Error("Fits is wrong")
	}
	for name, m := range map[string]Mapping{
		"unknown target": {Columns: []Column{{Target: "x"}, {Target: "name.full"}}},
		"twice":          {Columns: []Column{{Target: "client.name"}, {Target: "client.name"}}},
		"nothing":        {Columns: []Column{{Target: "skip"}, {Target: "note"}}},
		"label":          {Columns: []Column{{Target: "comm.email", LabelFrom: 9}}},
	} {
		if m.Check([]string{"a", "b"}) == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestErrorFile corrects nothing, reads the error file again, and gets the same
// refusals; the column with the reasons stays out.
func TestErrorFile(t *testing.T) {
	data := "Nazwisko;Imię;Uwagi\nNowak;Jan;\"=1+1; \"\"x\"\"\"\n;;tylko uwaga\nLis;Ewa;+48 600 100 200\nBąk;\"Anna;\n"
	f, got := read(t, data, polish)
	var b bytes.Buffer
	e, err := NewErrorFile(&b, f, "Powód")
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, r := range got {
		if r.Refused() || r.Record.Client.Name == "Nowak/Jan" {
			if err := e.Add("=powód", r.Rows...); err != nil {
				t.Fatal(err)
			}
			refused++
		}
	}
	if err := e.Flush(); err != nil || refused != 3 {
		t.Fatalf("%v, %d rows", err, refused)
	}
	want := "\uFEFF! Powód;Nazwisko;Imię;Uwagi\r\n'=powód;Nowak;Jan;\"'=1+1; \"\"x\"\"\"\r\n'=powód;;;tylko uwaga\r\n'=powód;Bąk;Anna;\r\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
	_, again := read(t, b.String(), polish)
	if len(again) != 3 || again[0].Record.Client.Remarks != `=1+1; "x"` || keys(again[1].Problems) != "eno_name" || brief(again[2].Record) != "personal Bąk/Anna | Bąk/Anna" {
		t.Errorf("%+v", again)
	}
	if e.Name("klienci.v2.xlsx") != "klienci.v2-errors.csv" {
		t.Error(e.Name("klienci.v2.xlsx"))
	}
}

// TestErrorFileCells: no cell of an error file begins a formula, by whatever separator a
// program cuts it, and the values are the same when the file comes back.
func TestErrorFileCells(t *testing.T) {
	notes := []string{"x;=1+cmd|' /C calc'!A0", " =1+1", "\uff1d1+1", "a|+2;-3\t@x", "don't; 'tis", "-5", "+48 600 100 200", "+48600100200", "\"=1\"", "'"}
	var data strings.Builder
	out := csv.NewWriter(&data)
	out.Write([]string{"Nazwisko", "Imię", "Uwagi"})
	for _, n := range notes {
		out.Write([]string{"Lis", "Ewa", n})
	}
	out.Flush()
	f, got := read(t, data.String(), polish)
	var b bytes.Buffer
	e, err := NewErrorFile(&b, f, "Powód")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range got {
		if err := e.Add("why", r.Rows...); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, cell := range strings.FieldsFunc(b.String(), func(r rune) bool { return strings.ContainsRune(",;|\t\r\n\"", r) }) {
		if c := strings.TrimSpace(cell); strings.IndexAny(c, "=+-@\uff1d") == 0 && c != "+48 600 100 200" {
			t.Errorf("a program may run %q", cell)
		}
	}
	_, again := read(t, b.String(), polish)
	if len(again) != len(notes) {
		t.Fatalf("%d of %d rows came back", len(again), len(notes))
	}
	for i := range again {
		if was, is := got[i].Record.Client.Remarks, again[i].Record.Client.Remarks; was != is {
			t.Errorf("%q came back as %q", was, is)
		}
	}
}

func TestCards(t *testing.T) {
	data := "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lis;Ewa;;;\r\nFN:Ewa Lis\r\nORG:Acme;Sales\r\nTEL;TYPE=CELL,pref:600 100 200\r\nTEL;TYPE=WORK,FAX:22 555 01 23\r\nBDAY:1604-05-12\r\nADR;TYPE=WORK:;;Prosta 1;Warszawa;;00-001;Poland\r\nADR;TYPE=HOME:;;Długa 2;Kraków;;30-001;Poland\r\nCATEGORIES:VIP,My Contacts\r\nUID:abc\r\nEND:VCARD\r\n" +
		"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Acme GmbH\r\nORG:Acme GmbH\r\nX-ABShowAs:COMPANY\r\nEMAIL:info@example.de\r\nEND:VCARD\r\n" +
		"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Cut"
	f, got := read(t, data, polish)
	if len(got) != 3 || f.Match.Product != ProductVCard {
		t.Fatalf("%d cards of %s", len(got), f.Match.Product)
	}
	r := got[0].Record
	if s := brief(r); s != "personal Lis/Ewa | Lis/Ewa  --05-12 <mobile:+48600100200> <work fax:+48225550123>" {
		t.Error(s)
	}
	if r.Client.Addresses[0].City != "Kraków" || r.Travelers[0].Addresses[0].City != "Warszawa" || r.Travelers[0].Company != "Acme" || len(r.Client.Tags) != 1 || r.Client.ExternalIDs[0].ID != "abc" {
		t.Errorf("%+v", r)
	}
	if s := brief(got[1].Record); s != "corporate Acme GmbH <:info@example.de>" {
		t.Error(s)
	}
	if keys(got[2].Problems) != "ecard_end" || got[2].Rows[0].Line != 21 {
		t.Errorf("%+v", got[2])
	}
	var b bytes.Buffer
	e, _ := NewErrorFile(&b, f, "Reason")
	if err := e.Add("cut, off", got[2].Rows...); err != nil || e.Flush() != nil {
		t.Fatal(err)
	}
	if _, again := read(t, b.String(), polish); len(again) != 1 || again[0].Record.Client.Name != "Cut" || !strings.Contains(b.String(), `X-CARNET-REASON:cut\, off`) {
		t.Errorf("%s", b.String())
	}
}

// TestWide reads 90 columns and a Windows page.
func TestWide(t *testing.T) {
	head, row := []string{"Nazwisko", "Imię"}, []string{"Żółć", "Łukasz"}
	for i := range 88 {
		head, row = append(head, fmt.Sprintf("Pole %d", i+1)), append(row, fmt.Sprintf("wartość %d", i+1))
	}
	data, err := charmap.Windows1250.NewEncoder().String("Lista;2024\n\n" + strings.Join(head, ";") + "\n" + strings.Join(row, ";") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	f, got := read(t, data, polish)
	if len(f.Table.Header) != 90 || len(got) != 1 || got[0].Record.Client.Name != "Żółć/Łukasz" || strings.Count(got[0].Record.Client.Remarks, "\n") != 87 {
		t.Errorf("%d columns, %d records", len(f.Table.Header), len(got))
	}
}

func FuzzRecords(f *testing.F) {
	f.Add("Name,E-mail,Tel.,Birthday,Address\nJan + Ewa Nowak,a@b.pl,1/2,1.1.1,x\n")
	f.Add(googleHead + "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r\n")
	f.Add("BEGIN:VCARD\nN:a;b\nADR:;;;;;;\nTEL:+\nBDAY:0\nEND:VCARD")
	f.Add("Client Name,Interface ID,Traveler First,Traveler Last,Client Phone\nA,1,b,c,d\nA,1,e,f,g\n")
	f.Add("Last name;First name;Passport no / expiry;Passport 2 number;MRZ;Visa;Frequent flyer 1;Emergency contact;Related to;Allergies;CVV\nKos;Ewa;AB1234567 / 1.2.2030;x;P<UTO|L8;1;LH 992003;Jan (600 100 200;Jan;nuts;123\n")
	f.Add("passport.number,passport.expires,preference.seat,special_date.WEDDING,traveler.family\n4111 1111 1111 1111,0,aisle|,29.2.,x\n")
	f.Fuzz(func(t *testing.T, s string) {
		file, err := Open(strings.NewReader(s), int64(len(s)), OpenOptions{})
		if err != nil {
			return
		}
		defer file.Close()
		line := 0
		for r, err := range file.Records(file.Match.Mapping, polish) {
			if err != nil {
				return
			}
			if r.Refused() {
				continue
			}
			if r.Record.Client.Name == "" || r.Record.Client.Kind == "" || r.Record.Line <= line {
				t.Fatalf("bad record after line %d: %+v", line, r.Record)
			}
			line = r.Record.Line
			for _, tr := range r.Record.Travelers {
				if tr.Family == "" && tr.Given == "" {
					t.Fatalf("a traveler without name: %+v", r.Record)
				}
			}
		}
	})
}
