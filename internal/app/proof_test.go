package app_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/api"
	"github.com/carnetcrm/carnet/internal/backup"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// The proof: secrets are planted in every sealed column that there is, the program is
// used, and then nothing that it keeps, writes or shows has one of them.

// plant makes the records whose secrets are looked for.
type plant struct {
	*matrix
	traveler int64
	secrets  map[string]string // what was planted -> where
	content  string            // what the files say
	n        int
	open     int // texts in which something that is no secret was found: the search works
}

// text is a secret that occurs nowhere else.
func (p *plant) text(where string) string {
	p.n++
	s := fmt.Sprintf("ZQX%04dK%sW", p.n*7919%10000, strings.ToUpper(hex.EncodeToString([]byte(fmt.Sprint(p.n)))))
	p.secrets[s] = where
	return s
}

// zones are specimens of ICAO 9303; what is looked for is the line with the number.
var zones = map[string][2]string{
	"passport":       {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10", "L898902C36UTO7408122F"},
	"visa":           {"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<", "L8988901C4XXX4009078F"},
	"other_document": {"I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<", "D231458907"},
}

// secret returns what is planted in a column.
func (p *plant) secret(kind, column string) record.Secret {
	where := kind + "." + column
	switch {
	case kind == "payment_card":
		s := cardNumber(71234500000000 + p.n)
		p.n++
		p.secrets[s] = where
		return record.Plain(s)
	case column == "severity":
		return record.Plain("anaphylaxis") // one of four words
	case column == "given_on" || column == "valid_to":
		p.secrets["1987-11-23"] = where
		return record.Plain("1987-11-23")
	case column == "mrz":
		p.secrets[zones[kind][1]] = where
		return record.Plain(zones[kind][0])
	}
	return record.Plain(p.text(where))
}

// base makes a record of a kind without its secrets; nil for one that nobody has told
// how to make here.
func (p *plant) base(kind string) record.Record {
	switch kind {
	case "payment_card":
		return &client.Card{TravelerID: p.traveler}
	case "medical_entry":
		return &traveler.MedicalEntry{TravelerID: p.traveler, Kind: "vaccine"}
	case "passport":
		return &traveler.Passport{TravelerID: p.traveler}
	case "visa":
		return &traveler.Visa{TravelerID: p.traveler, Country: "US"}
	case "other_document":
		return &traveler.OtherDocument{TravelerID: p.traveler, Kind: "national_id"}
	case "loyalty":
		id := p.insert("ada", &traveler.Programme{Name: fmt.Sprint("Programme ", p.n), Kind: "air"})
		return &traveler.Loyalty{TravelerID: p.traveler, ProgrammeID: id, Number: "1"}
	case "attachment":
		return &document.Attachment{OwnerKind: "traveler", OwnerID: p.traveler, Kind: document.File, Name: fmt.Sprintf("f%d.txt", p.n), Blob: "x", Type: "text/plain"}
	case "proposal":
		f := &fillin.FillIn{TravelerID: p.traveler, Sections: "passport", Language: "pl", Status: "sent", ExpiresAt: db.StampOf(p.DB.Now().Add(24 * time.Hour))}
		return &fillin.Proposal{FillInID: p.insert("ann", f), TravelerID: p.traveler, Answer: "{}"}
	case "import_run":
		return &imports.Run{FileName: fmt.Sprintf("f%d.csv", p.n), State: imports.Uploaded}
	case ack.Kind:
		return &ack.Ack{OwnerKind: "traveler", OwnerID: p.traveler, Language: "en", Title: "Terms", Text: "Text", Status: "sent", Recipient: "Ala",
			ExpiresAt: db.StampOf(p.DB.Now().Add(24 * time.Hour))}
	}
	return nil
}

// all plants rounds of records of every kind that has secrets.
func (p *plant) all(rounds int) {
	p.t.Helper()
	for _, k := range record.Kinds() {
		columns := record.Secrets(k.New())
		for round := range rounds {
			if len(columns) == 0 {
				break
			}
			r := p.base(k.Name)
			if r == nil {
				p.t.Errorf("tell plant.base how to make a %s: it has secrets", k.Name)
				break
			}
			for column := range columns {
				// Some have only the lines, which fill in the rest, some only the rest.
				if zones[k.Name][0] != "" && (round%3 == 0 && column != "mrz" || round%3 == 1 && column == "mrz") {
					continue
				}
				if err := record.SetText(r, column, string(p.secret(k.Name, column))); err != nil {
					p.t.Fatal(err)
				}
			}
			err := p.DB.Update(p.t.Context(), db.System(p.Agency.ID), func(tx *db.Tx) error { return p.store(tx, r) })
			if err != nil {
				p.t.Errorf("planting a %s: %+v", k.Name, err)
			}
		}
	}
}

// store inserts by the path of imports, which asks for no person.
func (p *plant) store(tx *db.Tx, r record.Record) error {
	ctx := p.t.Context()
	switch r := r.(type) {
	case *client.Card:
		return record.InsertMany(ctx, tx, []*client.Card{r})
	case *traveler.MedicalEntry:
		return record.InsertMany(ctx, tx, []*traveler.MedicalEntry{r})
	case *traveler.Passport:
		return record.InsertMany(ctx, tx, []*traveler.Passport{r})
	case *traveler.Visa:
		return record.InsertMany(ctx, tx, []*traveler.Visa{r})
	case *traveler.OtherDocument:
		return record.InsertMany(ctx, tx, []*traveler.OtherDocument{r})
	case *traveler.Loyalty:
		return record.InsertMany(ctx, tx, []*traveler.Loyalty{r})
	case *document.Attachment:
		return record.InsertMany(ctx, tx, []*document.Attachment{r})
	case *fillin.Proposal:
		return record.InsertMany(ctx, tx, []*fillin.Proposal{r})
	case *ack.Ack:
		return record.InsertMany(ctx, tx, []*ack.Ack{r})
	case *imports.Run:
		return record.InsertMany(ctx, tx, []*imports.Run{r})
	}
	return fmt.Errorf("what is a %T?", r)
}

// found looks for the planted secrets, in the clear and in the usual disguises.
func (p *plant) look(where string, b []byte) {
	p.t.Helper()
	upper := bytes.ToUpper(b)
	if bytes.Contains(upper, []byte("ZQOWN")) {
		p.open++
	}
	for s, planted := range p.secrets {
		forms := map[string][]byte{"": []byte(s), "hex": []byte(strings.ToUpper(hex.EncodeToString([]byte(s)))),
			"escaped": []byte(strings.ToUpper(url.QueryEscape(s)))}
		for how, f := range forms {
			if bytes.Contains(upper, f) {
				p.t.Errorf("%s tells the secret of %s %s", where, planted, how)
			}
		}
		if bytes.Contains(b, []byte(strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(s)), "="))) {
			p.t.Errorf("%s tells the secret of %s in base64", where, planted)
		}
	}
}

// get reads an address as the administrator, and looks at the answer.
func (p *plant) get(path string) []byte {
	w := p.as("ada", request{method: "GET", path: path})
	for name, vals := range w.Header() {
		p.look("the header "+name+" of "+path, []byte(strings.Join(vals, "\n")))
	}
	body := w.Body.Bytes()
	if strings.HasPrefix(path, "/files/") && strings.HasSuffix(path, "/download") {
		body = bytes.ReplaceAll(body, []byte(p.content), nil) // who asks for a file gets it
	}
	p.look(path, body)
	return w.Body.Bytes()
}

var hrefs = regexp.MustCompile(`(?:href|hx-get)="(/[^"#]*)`)

// crawl follows the links of the pages, breadth first.
func (p *plant) crawl(most int, from ...string) int {
	seen := map[string]bool{}
	queue := from
	for n := 0; n < most; n++ {
		if len(queue) == 0 {
			return n
		}
		path := queue[0]
		queue = queue[1:]
		for _, m := range hrefs.FindAllSubmatch(p.get(path), -1) {
			to := strings.ReplaceAll(string(m[1]), "&amp;", "&")
			if !seen[to] && !strings.HasPrefix(to, "/assets/") && !strings.HasPrefix(to, "/sign-out") {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	return most
}

// TestProof plants secrets and looks for them everywhere.
func TestProof(t *testing.T) {
	m := newMatrix(t)
	p := &plant{matrix: m, traveler: m.ids["own"]["traveler"], secrets: map[string]string{}}
	p.all(6)
	p.content = p.text("the content of a file")
	docs := &document.Service{DB: m.DB, Files: m.app.Files}
	for _, name := range []string{"scan.txt", "scan2.txt"} {
		up := document.Upload{Owner: record.Ref{Kind: "traveler", ID: p.traveler}, Name: name, Content: strings.NewReader("a scan that says " + p.content)}
		if _, err := docs.Upload(t.Context(), m.As("ann"), up); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.secrets) < 50 {
		p.all(3)
	}
	t.Logf("%d secrets are planted", len(p.secrets))
	work(t, m.app)
	p.use()
	own := fmt.Sprint(p.traveler)
	pages := p.crawl(200, "/travelers/"+own, fmt.Sprint("/clients/", m.ids["own"]["client"]), "/", "/travelers", "/clients", "/documents", "/admin/reveals", "/exports", "/imports", "/trash")
	operations := p.read(own)
	t.Logf("%d pages, %d answers of the API", pages, operations)
	p.look("the log", []byte(m.log.String()))
	p.dump()
	p.folder(m.app.Config.Data)
	p.backup()
}

// backup makes a backup and looks for the secrets in all that is in it.
func (p *plant) backup() {
	var archive bytes.Buffer
	in := &backup.Installation{Target: p.app.Target(), Files: p.app.Files, Temp: p.t.TempDir()}
	if _, err := backup.Write(p.t.Context(), in, &archive, "test"); err != nil {
		p.t.Fatal(err)
	}
	p.look("the backup", archive.Bytes())
	z, err := gzip.NewReader(&archive)
	if err != nil {
		p.t.Fatal(err)
	}
	for t := tar.NewReader(z); ; {
		e, err := t.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			p.t.Fatal(err)
		}
		b, err := io.ReadAll(t)
		if err != nil {
			p.t.Fatal(err)
		}
		if e.Name == "database" && dbtest.OnPostgres() {
			b = p.script(b)
		}
		p.open = 0
		p.look(e.Name+" in the backup", b)
		if e.Name == "database" && p.open == 0 {
			p.t.Error("what is no secret wasn't found in the backup either: the search doesn't work")
		}
	}
}

// script is a dump of PostgreSQL, which is compressed, as SQL.
func (p *plant) script(dump []byte) []byte {
	cmd := exec.CommandContext(p.t.Context(), "pg_restore", "--file=-")
	cmd.Stdin = bytes.NewReader(dump)
	b, err := cmd.Output()
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

// read asks every operation that only reads.
func (p *plant) read(own string) (n int) {
	for _, r := range api.Routes() {
		if r.Method == "GET" && !strings.Contains(r.Path, "{number}") {
			path := strings.ReplaceAll(r.Path, "{id}", own)
			if strings.Contains(r.Path, "/clients/{id}") {
				path = strings.ReplaceAll(r.Path, "{id}", fmt.Sprint(p.ids["own"]["client"]))
			}
			p.get(path)
			n++
		}
	}
	return n
}

// use does what people do: looks at secrets, searches for them, makes mistakes, and
// takes lists out.
func (p *plant) use() {
	t := p.t
	at := fmt.Sprintf("/travelers/%d", p.traveler)
	for s, where := range p.secrets { // a search for a secret finds nothing, and isn't logged
		w := p.as("ann", request{method: "GET", path: "/api/v1/search?q=" + url.QueryEscape(s)})
		if body := w.Body.String(); w.Code == 200 && strings.Contains(body, `"id":`) {
			t.Errorf("a search finds the secret of %s: %s", where, body)
		}
		p.as("ann", request{method: "GET", path: "/search?q=" + url.QueryEscape(s)})
	}
	card := cardNumber(88888800000001)
	p.secrets[card] = "a card that was typed"
	wrong := card[:15] + fmt.Sprint((int(card[15]-'0')+1)%10)
	p.secrets[wrong] = "a card that was mistyped"
	for _, f := range []string{"number=" + wrong, "number=" + card + "&expires=13/99", "number=" + card + "&note=CVV+123", "number=" + card} {
		for _, h := range []map[string][]string{nil, {"Hx-Request": {"true"}}} {
			w := p.as("ann", request{method: "POST", path: at + "/cards", body: f + "&traveler_id=" + fmt.Sprint(p.traveler), header: h})
			p.look("the answer to a card that was typed", w.Body.Bytes())
		}
	}
	w := p.as("ann", request{method: "POST", path: "/api/v1" + at + "/cards", body: `{"number":"` + wrong + `","cvv":"123"}`})
	p.look("the problem of a wrong card", w.Body.Bytes())
	if w.Code != 422 || !strings.Contains(w.Body.String(), "cvv") {
		t.Errorf("a security code: %d %s", w.Code, w.Body)
	}
	w = p.as("ann", request{method: "POST", path: "/reveal", body: fmt.Sprintf("kind=payment_card&id=%d&column=number&reason=other&note=checking", p.ids["own"]["card"])})
	if w.Code != 200 {
		t.Errorf("looking at a card: %d", w.Code)
	}
	p.as("ann", request{method: "POST", path: at + "/medical/reveal", body: "reason=visa"})
	for _, list := range []string{"clients", "travelers"} {
		for _, format := range []string{"csv", "xlsx", "pdf"} {
			p.export(list, format)
		}
	}
}

// export takes a whole list out and looks into the file.
func (p *plant) export(list, format string) {
	w := p.as("ada", request{method: "POST", path: "/api/v1/" + list + "/export", body: `{"all":true,"format":"` + format + `"}`})
	var e struct{ ID int64 }
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.ID == 0 {
		p.t.Errorf("export of %s as %s: %d %s", list, format, w.Code, w.Body)
		return
	}
	at := fmt.Sprintf("/api/v1/exports/%d", e.ID)
	for began := time.Now(); !strings.Contains(string(p.get(at)), `"ready":true`); time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > 2*time.Minute {
			p.t.Errorf("the export of %s as %s isn't made", list, format)
			return
		}
	}
	w = p.as("ada", request{method: "POST", path: at + "/link"})
	var link struct{ URL string }
	if err := json.Unmarshal(w.Body.Bytes(), &link); err != nil {
		p.t.Errorf("the link of an export: %d %s", w.Code, w.Body)
		return
	}
	p.file(list+"."+format, p.get(link.URL))
}
