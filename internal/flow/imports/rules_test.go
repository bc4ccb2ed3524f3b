package imports_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

const head = "First name;Last name;E-mail;Mobile;Birth date;City;Advisor;Tags;Remarks\n"

// add creates a client as somebody of the world.
func (d *desk) add(who, family, given, mail, phone string) int64 {
	d.t.Helper()
	n := &flow.NewClient{Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: family, Given: given}}}}
	if mail != "" {
		n.Travelers[0].Communications = append(n.Travelers[0].Communications, contact.Communication{Type: "email", Value: mail})
	}
	if phone != "" {
		n.Communications = append(n.Communications, contact.Communication{Type: "phone", Value: phone})
	}
	dbtest.Update(d.t, d.World.DB, d.As(who), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
	return n.Client.ID
}

func (d *desk) client(id int64) client.Client {
	d.t.Helper()
	var c client.Client
	dbtest.View(d.t, d.World.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, &c, id) })
	return c
}

func (d *desk) actions(who string, run *imports.Run) string {
	var out []string
	for _, r := range d.rows(who, run.ID) {
		out = append(out, fmt.Sprintf("%d:%s:%s", r.Line, r.Action, strings.TrimPrefix(r.Reason, "import.reason.")))
	}
	return strings.Join(out, " ")
}

// TestHousehold keeps people apart who share a phone and an e-mail, and finds each
// of them again, however the name is written.
func TestHousehold(t *testing.T) {
	d := newDesk(t)
	run := d.imported("ada", "family.csv", head+
		"Jan;Kowalski;dom@example.com;600 100 200;12.03.1980;Łódź;;;\n"+
		"Anna;Kowalska;dom@example.com;600 100 200;1.02.1982;Łódź;;;\n"+
		"ANNA;KOWALSKA;DOM@EXAMPLE.COM;+48 600-100-200;;;;;\n", nil)
	if got, want := d.actions("ada", run), "2:create:create 3:create:create 4:skip:nothing_new_line"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	again := d.imported("ada", "again.csv", head+
		"Kowalska;Anna;;600100200;;;;;likes the sea\n"+ // names swapped
		"Anna;Kowalska;;;1982-02-01;;;;\n"+ // by birth date
		"Anna;Kowalska;other@example.com;;;;;;\n"+ // nothing agrees but the name
		"Ewa;Kowalska;dom@example.com;600 100 200;;;;;\n", nil)
	if got, want := d.actions("ada", again), "2:update:update 3:skip:nothing_new_line 4:create:create 5:create:create"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestKeys finds clients only by the keys that were chosen.
func TestKeys(t *testing.T) {
	d := newDesk(t)
	d.add("ada", "Nowak", "Jan", "jan@example.com", "600 100 200")
	file := head + "Jan;Nowak;jan@example.com;600 100 200;;;;;\n"
	for _, c := range []struct {
		match []string
		text  string
		want  string
	}{
		{[]string{imports.MatchEmail}, file, "skip:nothing_new"},
		{[]string{imports.MatchPhone}, file, "skip:nothing_new"},
		{[]string{imports.MatchEmail}, head + "Jan;Nowak;j2@example.com;600 100 200;;;;;\n", "create:create"},
		{[]string{imports.MatchPhone}, head + "Jan;Nowak;j2@example.com;600 100 200;;;;;\n", "update:update"},
		{[]string{imports.MatchBirth}, file, "skip:nothing_new"},                                      // no key, but nothing new either
		{[]string{imports.MatchBirth}, head + "Jan;Nowak;x@example.com;;;;;;\n", "create:create"},     // another one of this name
		{[]string{imports.MatchEmail}, head + "Piotr;Nowak;jan@example.com;;;;;;\n", "create:create"}, // the household
	} {
		run := d.upload("ada", "keys.csv", c.text)
		d.set("ada", run, func(o *imports.Options) { o.Match = c.match })
		run = d.do("ada", run.ID, d.Check)
		if got := d.actions("ada", run); got != "2:"+c.want {
			t.Errorf("%v %q: got %s, want %s", c.match, c.text, got, c.want)
		}
	}
	run := d.upload("ada", "none.csv", file)
	opt, _ := run.ReadOptions()
	m, _ := run.ReadMapping()
	opt.Match = nil
	if _, err := d.SetMapping(t.Context(), d.As("ada"), run.ID, m, opt, ""); !errs.Is(err, errs.Invalid) {
		t.Errorf("no key at all: %v", err)
	}
}

// TestModes fills in, overwrites, or leaves alone, and takes each of it back.
func TestModes(t *testing.T) {
	d := newDesk(t)
	id := d.add("ada", "Nowak", "Jan", "jan@example.com", "")
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Insert(ctx, tx, &contact.Address{OwnerKind: "client", OwnerID: id, Kind: "physical", City: "Gdynia", Country: "PL"}); err != nil {
			return err
		}
		var c client.Client
		return record.Edit(ctx, tx, &c, id, 0, func() error { c.Remarks, c.Language = "old", "pl"; return nil })
	})
	before := d.dump()
	file := "First name;Last name;E-mail;Mobile;City;Language;Remarks;Tags\nJan;Nowak;jan@example.com;600 100 200;Kraków;de;new;golf,wine\n"
	for _, c := range []struct{ mode, actions, city, language, remarks, phone string }{
		{imports.ModeCreate, "2:skip:exists", "Gdynia", "pl", "old", ""},
		{imports.ModeFill, "2:update:update", "Gdynia", "pl", "old\nnew", "+48600100200"},
		{imports.ModeOverwrite, "2:update:update", "Kraków", "de", "old\nnew", "+48600100200"},
	} {
		run := d.imported("ada", c.mode+".csv", file, func(o *imports.Options) { o.Mode = c.mode; o.Tags = []string{"moved in"} })
		x := d.client(id)
		if got := d.actions("ada", run); got != c.actions || x.City != c.city || x.Remarks != c.remarks || x.Phone != c.phone {
			t.Errorf("%s: %s, city %q, language %q, remarks %q, phone %q", c.mode, got, x.City, x.Language, x.Remarks, x.Phone)
		}
		d.derived()
		if c.mode == imports.ModeCreate {
			continue
		}
		if n := d.count("tag"); n != 3 {
			t.Errorf("%s: %d tags", c.mode, n)
		}
		if undone := d.do("ada", run.ID, d.Undo); undone.State != imports.Undone {
			t.Fatalf("undo ended as %s", undone.State)
		}
		same(t, c.mode+" undone", before, d.dump())
	}
}

// TestNamed resolves advisors, tags and branches of the file, keeps what nobody
// knows as a remark, and gives new clients the defaults of the run.
func TestNamed(t *testing.T) {
	d := newDesk(t)
	run := d.imported("ada", "named.csv", "First name;Last name;E-mail;Advisor;Branch;Tags;Account code\n"+
		"Jan;Nowak;a@example.com;ANN;South;vip;K1\n"+
		"Ola;Nowak;c@example.com;Nobody Known;Moon;;bad code\n"+
		"Ewa;Nowak;b@example.com;bob@example.com;;;K1\n", func(o *imports.Options) {
		o.Advisor, o.SourceMedium, o.SourceDetail, o.Tags = d.Users["max"].ID, "fair", "Berlin", []string{"imported"}
	})
	d.expect(run, "create 3 update 0 skip 0 error 0 warned 2")
	rows := d.rows("ada", run.ID)
	var got []string
	for _, r := range rows {
		c := d.client(int64(r.ClientID))
		got = append(got, fmt.Sprint(c.AdvisorID, c.BranchID, c.SourceMedium, c.SourceDetail, c.Code, "|", c.Remarks))
	}
	u := d.Users
	want := []string{
		fmt.Sprint(u["ann"].ID, d.South.ID, "fair", "Berlin", "K1", "|"),
		fmt.Sprint(u["max"].ID, d.North.ID, "fair", "Berlin", "NOW", "|", "Account code: bad code\nAdvisor: Nobody Known\nBranch: Moon"),
		fmt.Sprint(u["bob"].ID, d.South.ID, "fair", "Berlin", "NOW-2", "|", "Account code: K1"),
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	var tags []tag.On
	dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) (err error) {
		tags, err = tag.Of(ctx, tx, record.Ref{Kind: "client", ID: int64(rows[0].ClientID)})
		return err
	})
	if len(tags) != 2 || tags[0].Name != "imported" || tags[1].Name != "vip" {
		t.Errorf("tags %v", tags)
	}
	// An assistant may not create tags: the name is kept, the row isn't lost.
	run = d.imported("sue", "tags.csv", "First name;Last name;E-mail;Tags\nAda;Byron;ab@example.com;vip,unheard\n", nil)
	d.expect(run, "create 1 update 0 skip 0 error 0 warned 1")
	if c := d.client(int64(d.rows("sue", run.ID)[0].ClientID)); c.Remarks != "Tags: unheard" {
		t.Errorf("remarks %q", c.Remarks)
	}
}

// TestMandatoryTag refuses clients that lack a mandatory tag (L11), and takes them
// when the run gives it.
func TestMandatoryTag(t *testing.T) {
	d := newDesk(t)
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &tag.Tag{Name: "Consent", Requirement: "mandatory", Areas: "client", Active: true})
	})
	file := head + "Jan;Nowak;a@example.com;;;;;;\nEwa;Nowak;b@example.com;;;;;consent;\n"
	d.expect(d.imported("ada", "needs.csv", file, nil), "create 1 update 0 skip 0 error 1 warned 0")
	d.expect(d.imported("ada", "has.csv", file, func(o *imports.Options) { o.Tags = []string{"Consent"} }), "create 1 update 0 skip 1 error 0 warned 0")
}

// TestVisible: an import sees, changes and tells no more than its owner may.
func TestVisible(t *testing.T) {
	d := newDesk(t)
	bobs := d.add("bob", "Nowak", "Jan", "jan@example.com", "")
	before := d.client(bobs)
	file := head + "Jan;Nowak;jan@example.com;600 100 200;;;;;x\n"
	// Sue works in the north and doesn't see Bob's client in the south.
	run := d.imported("sue", "south.csv", file, func(o *imports.Options) { o.Mode = imports.ModeOverwrite })
	if got := d.actions("sue", run); got != "2:create:create" {
		t.Errorf("sue: %s", got)
	}
	for _, line := range d.report("sue", run.ID) {
		if strings.Contains(line, "warning") || strings.Contains(line, "bob") {
			t.Errorf("sue is told: %s", line)
		}
	}
	if after := d.client(bobs); after != before {
		t.Errorf("bob's client changed: %+v", after)
	}
	// A client that is shared for reading is found but not changed.
	dbtest.Update(t, d.World.DB, d.As("bob"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &client.Share{ClientID: db.Ref(bobs), UserID: d.Users["max"].ID})
	})
	d.do("sue", run.ID, d.Undo)
	run = d.imported("max", "shared.csv", file, func(o *imports.Options) { o.Mode = imports.ModeOverwrite })
	if got := d.actions("max", run); got != "2:skip:readonly" {
		t.Errorf("max: %s", got)
	}
	// Others see neither the run nor its rows; administrators see both.
	for _, who := range d.Names() {
		dbtest.View(t, d.World.DB, d.As(who), func(ctx context.Context, tx *db.Tx) error {
			_, err := imports.Get(ctx, tx, run.ID)
			rows, rowsErr := imports.Rows(ctx, tx, run.ID, imports.RowFilter{Limit: 10})
			if sees := who == "max" || who == "ada"; (err == nil) != sees || (len(rows) > 0) != sees || rowsErr != nil {
				t.Errorf("%s: run %v, %d rows %v", who, err, len(rows), rowsErr)
			}
			return nil
		})
	}
	if _, err := d.Upload(t.Context(), d.As("ann"), "x.csv", strings.NewReader(file)); !errs.Is(err, errs.Forbidden) {
		t.Errorf("an agent uploads: %v", err)
	}
	if _, err := d.Undo(t.Context(), d.As("zoe"), run.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("another agency undoes: %v", err)
	}
}

// TestEdited: an import whose records were edited since can't be undone, and the
// refusal names them.
func TestEdited(t *testing.T) {
	d := newDesk(t)
	run := d.imported("max", "two.csv", head+"Jan;Nowak;a@example.com;;;;;;\nEwa;Lis;b@example.com;;;;;;\n", nil)
	id := int64(d.rows("max", run.ID)[1].ClientID)
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &contact.Communication{OwnerKind: "client", OwnerID: id, Type: "phone", Value: "600 100 200"})
	})
	_, err := d.Undo(t.Context(), d.As("max"), run.ID)
	if !errs.Is(err, errs.Conflict) || !strings.Contains(fmt.Sprint(err.(*errs.Error).Args), "Lis/Ewa") {
		t.Errorf("undo: %v", err)
	}
	if n := d.count("client"); n != 2 {
		t.Errorf("%d clients", n)
	}
	// A later import that touches the clients blocks the earlier one, until it is
	// undone itself.
	first := d.imported("ada", "a.csv", head+"Ola;Maj;c@example.com;;;;;;\n", nil)
	second := d.imported("ada", "b.csv", head+"Ola;Maj;c@example.com;600 300 400;;;;;\n", nil)
	if _, err := d.Undo(t.Context(), d.As("ada"), first.ID); !errs.Is(err, errs.Conflict) {
		t.Errorf("the earlier import: %v", err)
	}
	for _, r := range []*imports.Run{second, first} {
		if u := d.do("ada", r.ID, d.Undo); u.State != imports.Undone {
			t.Errorf("%s: %s %s", r.FileName, u.State, u.Error)
		}
	}
}

// TestErrorFile: refused rows come back with their reasons, are corrected, and go
// in.
func TestErrorFile(t *testing.T) {
	d := newDesk(t)
	run := d.imported("ada", "broken.csv", head+"Jan;Nowak;a@example.com;;;;;;\n;;;;;;;;only a remark\nEwa;Lis;;;;;;;;1;2;3;4;5\n", nil)
	d.expect(run, "create 1 update 0 skip 0 error 2 warned 0")
	var b bytes.Buffer
	if err := d.WriteErrors(t.Context(), d.As("ada"), run.ID, i18n.For("pl"), &b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if strings.Contains(text, "Nowak") || !strings.Contains(text, "only a remark") || strings.Count(text, "\n") != 3 {
		t.Fatalf("the error file is %s", text)
	}
	fixed := strings.Replace(text, ";;;;;;;;;only", ";Ola;Maj;;;;;;;only", 1)
	fixed = strings.ReplaceAll(fixed, ";;;;;;;;1;2;3;4;5", ";b@example.com;;;;;;")
	again := d.imported("ada", run.ErrorFileName(), fixed, nil)
	if again.Created != 2 || again.Errors != 0 {
		t.Errorf("%s\n%s\n%s", counts(again), fixed, strings.Join(d.report("ada", again.ID), "\n"))
	}
	b.Reset()
	err := d.WriteReport(t.Context(), d.As("ada"), run.ID, i18n.For("de"), &b)
	if err != nil || strings.Count(b.String(), "\r\n") != 4 || !strings.Contains(b.String(), ",Angelegt,") {
		t.Errorf("the report: %v %s", err, b.String())
	}
}

// TestActionWords: what would become of rows until the run has written, then what did.
func TestActionWords(t *testing.T) {
	d := newDesk(t)
	run := d.upload("ada", "one.csv", head+"Jan;Nowak;a@example.com;;;;;;\n;;;;;;;;only a remark\n")
	l := i18n.For("es")
	for _, c := range []struct {
		act  func(context.Context, db.Actor, int64) (*imports.Run, error)
		want string
	}{{d.Check, "Crear, Error"}, {d.Start, "Creado, Errores"}, {d.Undo, "Creado, Errores"}} {
		r := d.do("ada", run.ID, c.act)
		if got := r.ActionWord(l, imports.Create, 1) + ", " + r.ActionWord(l, imports.Refuse, 2); got != c.want {
			t.Errorf("%s: %q, want %q", r.State, got, c.want)
		}
	}
	lost := &imports.Run{State: imports.Failed, Created: 3} // the dry run failed half way
	if got := lost.ActionWord(l, imports.Create, 3); got != "Crear" {
		t.Errorf("a failed dry run: %q", got)
	}
}

// TestSavedMapping: a mapping that was saved is proposed for the next file with the
// same titles.
func TestSavedMapping(t *testing.T) {
	d := newDesk(t)
	text := "Ansprechpartner;Was;Wann\nJan Nowak;jan@example.com;1.2.1980\n"
	run := d.upload("ada", "odd.csv", text)
	m, _ := run.ReadMapping()
	opt, _ := run.ReadOptions()
	m.Columns[0].Target, m.Columns[1].Target, m.Columns[2].Target = "name.full", "comm.email", "traveler.birth_date"
	if _, err := d.SetMapping(t.Context(), d.As("ada"), run.ID, m, opt, "Odd program"); err != nil {
		t.Fatal(err)
	}
	next := d.upload("max", "odd2.csv", text)
	got, _ := next.ReadMapping()
	for i, want := range []string{"name.full", "comm.email", "traveler.birth_date"} {
		if got.Columns[i].Target != want || got.Columns[i].Why != "saved" {
			t.Errorf("column %d: %+v", i, got.Columns[i])
		}
	}
	m.Columns[0].Target = "nonsense"
	if _, err := d.SetMapping(t.Context(), d.As("ada"), run.ID, m, opt, ""); !errs.Is(err, errs.Invalid) {
		t.Errorf("a target that doesn't exist: %v", err)
	}
}

// TestForget: files and reports go after 30 days or with their run, but not while
// another run needs the same file.
func TestForget(t *testing.T) {
	d := newDesk(t)
	file := head + "Jan;Nowak;a@example.com;;;;;;\n"
	old := d.imported("ada", "old.csv", file, nil)
	stored := func(hash string) bool { _, err := d.Files.Stat(hash); return err == nil }
	now := d.World.DB.Now
	d.World.DB.Now = func() time.Time { return now().Add(imports.Keep - time.Hour) }
	twin := d.upload("max", "same.csv", file)
	d.World.DB.Now = func() time.Time { return now().Add(imports.Keep + time.Hour) }
	if err := d.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	run := d.wait("ada", old.ID)
	if run.FileHash != "" || run.Created != 1 || len(d.rows("ada", old.ID)) != 0 || run.Undoable() {
		t.Errorf("the old run is %+v", run)
	}
	if !stored(twin.FileHash) {
		t.Error("the file is gone, but another run needs it")
	}
	if _, err := d.Undo(t.Context(), d.As("ada"), old.ID); !errs.Is(err, errs.Conflict) {
		t.Errorf("undo of a forgotten run: %v", err)
	}
	if err := d.WriteErrors(t.Context(), d.As("ada"), old.ID, i18n.For("en"), &bytes.Buffer{}); !errs.Is(err, errs.Conflict) {
		t.Errorf("refused rows of a forgotten run: %v", err)
	}
	if err := d.Discard(t.Context(), d.As("max"), twin.ID); err != nil || stored(twin.FileHash) {
		t.Errorf("discarded: %v, the file is there: %v", err, stored(twin.FileHash))
	}
}
