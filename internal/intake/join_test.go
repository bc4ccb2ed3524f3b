package intake

import (
	"strings"
	"testing"
)

// TestJoin reads rows of one client: nothing that a later row says gets lost, and who has
// several rows is one person.
func TestJoin(t *testing.T) {
	_, got := read(t, "Account code;Surname;First name;E-mail;Mobile;Birth date;Anniversary;Advisor;City;Street;Company;Occupation;Passport number\n"+
		"F1;Kos;Jan;jan@example.pl;600 100 200;1.2.1980;12.6.2001;Kim;Łódź;Długa 1;;;AB1234567\n"+
		"F1;KOS;Jan;j.kos@example.pl;600 100 201;;13.6.2001;Joe;Gdynia;Prosta 2;Acme;Baker;CD1234567\n"+
		"F1;Kos;Ewa;ewa@example.pl;600 100 200;3.4.1982;12.6.2001;kim;Łódź;Długa 1;;;\n"+
		"F1;;;all@example.pl;;;;;;;;;\n"+
		"F2;Lis;Jan;;;1.2.1950;;;;;;;\nF2;Lis;Jan;;;1.2.1980;;;;;;;\n", polish)
	if len(got) != 2 {
		t.Fatalf("%d clients", len(got))
	}
	r := got[0].Record
	if want := "personal Kos/Jan & Ewa <:all@example.pl> | Kos/Jan  1980-02-01 <:jan@example.pl> <mobile:+48600100200> <:j.kos@example.pl> <mobile:+48600100201>" +
		" | Kos/Ewa  1982-04-03 <:ewa@example.pl> <mobile:+48600100200>"; brief(r) != want {
		t.Errorf("got %s\nwant %s", brief(r), want)
	}
	if a := r.Travelers[0]; a.Company != "Acme" || a.Occupation != "Baker" || len(a.Profile) != 2 || a.Profile[1].Number == a.Profile[0].Number {
		t.Errorf("of another row: %+v", a)
	}
	if want := "Advisor: Joe|Anniversary: 2001-06-13|Street: Prosta 2, Gdynia"; strings.ReplaceAll(r.Client.Remarks, "\n", "|") != want {
		t.Errorf("remarks %q", r.Client.Remarks)
	}
	if got := keys(got[0].Problems); got != "wother_value wother_value wother_value" {
		t.Errorf("problems %s", got)
	}
	if n := len(got[1].Record.Travelers); n != 2 {
		t.Errorf("father and son are %d", n)
	}
}

// TestJoinNames names a client by its people as long as the name stays one.
func TestJoinNames(t *testing.T) {
	rows := []string{"Account code;Surname;First name"}
	for _, name := range strings.Fields("Maksymilian Aleksandra Bartłomiej Katarzyna Wawrzyniec Małgorzata Przemysław Agnieszka Stanisław") {
		rows = append(rows, "F1;Brzęczyszczykiewicz;"+name)
	}
	_, got := read(t, strings.Join(rows[:4], "\n"), polish)
	if name := got[0].Record.Client.Name; name != "Brzęczyszczykiewicz/Maksymilian & Aleksandra & Bartłomiej" {
		t.Errorf("three are called %s", name)
	}
	_, got = read(t, strings.Join(rows, "\n"), polish)
	if n := len([]rune(got[0].Record.Client.Name)); n > maxName || len(got[0].Record.Travelers) != 9 {
		t.Errorf("nine are called %s", got[0].Record.Client.Name)
	}
}
