package fillin_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var place = login.Place{IP: "203.0.113.7"}

// world is an agency with a client of ann's who has one traveler.
type world struct {
	*dbtest.World
	t        testing.TB
	traveler int64
	client   int64
	phone    int64
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{World: dbtest.NewWorld(t), t: t}
	n := &flow.NewClient{Travelers: []flow.NewTraveler{{Primary: true,
		Traveler:       traveler.Traveler{Family: "Nowak", Given: "Jan", BirthDate: "1980-03-12", Nationality: "PL"},
		Communications: []contact.Communication{{Type: "phone", Value: "+48 601 700 100", SubType: "mobile"}}}}}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
	w.traveler, w.client = n.Travelers[0].ID, n.Client.ID
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		list, err := contact.Of(ctx, tx, record.Ref{Kind: "traveler", ID: w.traveler})
		w.phone = list[0].ID
		return err
	})
	return w
}

// ask makes a link and returns its token and the number of the request.
func (w *world) ask(who string, sections string) (token string, id int64) {
	w.t.Helper()
	f := &fillin.FillIn{TravelerID: w.traveler, Sections: sections, Language: "pl", Email: "jan@example.com"}
	var path, mailed string
	dbtest.Update(w.t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) (err error) {
		path, err = fillin.Ask(ctx, tx, f, 14, func(p string) string { mailed = "https://crm.example" + p; return mailed })
		return err
	})
	if mailed != "https://crm.example"+path {
		w.t.Fatalf("mailed %q", mailed)
	}
	return strings.TrimPrefix(path, "/fill-in/"), f.ID
}

func (w *world) follow(token string) *fillin.Link {
	w.t.Helper()
	l, err := fillin.Follow(w.t.Context(), w.DB, token, place)
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

func (w *world) show(l *fillin.Link) *fillin.Sheet {
	w.t.Helper()
	s, err := l.Show(w.t.Context(), w.DB)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func key(parts ...any) string {
	out := ""
	for i, p := range parts {
		if i > 0 {
			out += "."
		}
		switch x := p.(type) {
		case string:
			out += x
		case int64:
			out += itoa(x)
		}
	}
	return out
}

func itoa(n int64) string {
	if n >= 10 {
		return itoa(n/10) + string(rune('0'+n%10))
	}
	return string(rune('0' + n))
}

func (w *world) person() (t traveler.Traveler) {
	w.t.Helper()
	dbtest.View(w.t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, &t, w.traveler) })
	return t
}

func store(t *testing.T) *files.Store {
	t.Helper()
	s, err := files.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var jpeg = append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), bytes.Repeat([]byte("zqpicture"), 400)...)

// TestWay goes the whole way: asked, opened, saved, continued, sent, compared, accepted
// in part. Nothing reaches the traveler before.
func TestWay(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	token, id := w.ask("ann", "personal,contact,address,passport")
	l := w.follow(token)
	s := w.show(l)
	given, family := key("traveler", w.traveler, "given"), key("traveler", w.traveler, "family")
	phone := key("communication", w.phone, "value")
	if s.Name != "Jan Nowak" || s.Value(given) != "Jan" || s.Value(phone) != "+48 601 700 100" {
		t.Fatalf("shown: %q, %q, %q", s.Name, s.Value(given), s.Value(phone))
	}
	blobs := store(t)
	photo, err := fillin.Keep(ctx, blobs, bytes.NewReader(jpeg))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fillin.Keep(ctx, blobs, strings.NewReader("<html><script>alert(1)</script>")); !errs.Is(err, errs.Invalid) {
		t.Errorf("a page for a picture: %v", err)
	}
	if err := l.Save(ctx, w.DB, fillin.Input{Values: map[string]string{given: "Jan Maria", family: ""}}); err != nil {
		t.Fatal(err) // a person may have given names alone
	}
	err = l.Save(ctx, w.DB, fillin.Input{Values: map[string]string{given: "", phone: "x"}})
	if !errs.Is(err, errs.Invalid) {
		t.Errorf("nonsense: %v", err)
	}
	values := map[string]string{given: "Jan Maria", family: "Nowak", phone: "", "communication.new-email.value": "jan@example.com",
		"address.new.street": "Długa 5", "address.new.city": "Kraków", "passport.new.country": "PL", "passport.new.expires": "1.2.2031",
		key("traveler", w.traveler, "birth_date"): "12.3.1980", "client.1.memo": "zq", "traveler.1.remarks": "zq"}
	if err := l.Save(ctx, w.DB, fillin.Input{Values: values, Number: "ab 1234567", Photo: photo, Submit: true}); err != nil {
		t.Fatal(err)
	}
	if err := l.Save(ctx, w.DB, fillin.Input{Values: values, Submit: true}); !errs.Is(err, errs.Conflict) {
		t.Errorf("sent twice: %v", err)
	}
	if p := w.person(); p.Given != "Jan" || p.Version != 1 {
		t.Fatalf("before it was accepted: %q, version %d", p.Given, p.Version)
	}
	var r *fillin.Review
	look := func(who string) error {
		return w.DB.View(ctx, w.As(who), func(tx *db.Tx) (err error) { r, err = fillin.Look(ctx, tx, id); return err })
	}
	if err := look("ann"); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, d := range r.Differences {
		got[d.Key] = d.Proposed
	}
	want := map[string]string{given: "Jan Maria", phone: "", "communication.new-email.value": "jan@example.com", "address.new.street": "Długa 5",
		"address.new.city": "Kraków", "passport.new.country": "PL", "passport.new.expires": "2031-02-01", fillin.NumberKey: "4567", fillin.PhotoKey: "image/jpeg"}
	for k, v := range want {
		if g, ok := got[k]; !ok || g != v {
			t.Errorf("%s: %q, not %q", k, g, v)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
	w.settlePartly(t, id, given, phone)
	w.accepted(t, blobs)
	if _, err := fillin.Follow(ctx, w.DB, token, place); !errs.Is(err, errs.NotFound) {
		t.Errorf("the link still opens: %v", err)
	}
}

// settlePartly accepts all but the name, which somebody has changed meanwhile: that is
// shown as a conflict.
func (w *world) settlePartly(t *testing.T, id int64, given, phone string) {
	t.Helper()
	var r *fillin.Review
	// Somebody changes the name meanwhile: a conflict is shown.
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		var p traveler.Traveler
		return record.Edit(ctx, tx, &p, w.traveler, 0, func() error { p.Given = "Johann"; return nil })
	})
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) { r, err = fillin.Look(ctx, tx, id); return err })
	if !r.Differences[0].Conflict || r.Differences[0].Known != "Johann" {
		t.Errorf("%+v", r.Differences[0])
	}
	keys := []string{phone, "communication.new-email.value", "address.new.street", "address.new.city", "passport.new.country",
		"passport.new.expires", fillin.NumberKey, fillin.PhotoKey}
	var done *fillin.FillIn
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
		done, err = fillin.Settle(ctx, tx, id, fillin.Verdict{Keys: keys, Note: "the name stays", Version: r.FillIn.Version})
		return err
	})
	if done.Status != "partly" || done.Note == "" {
		t.Errorf("%+v", done)
	}
}

// accepted holds what TestWay has accepted.
func (w *world) accepted(t *testing.T, blobs *files.Store) {
	t.Helper()
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		ref := record.Ref{Kind: "traveler", ID: w.traveler}
		comms, err := contact.Of(ctx, tx, ref)
		if err != nil || len(comms) != 1 || comms[0].Value != "jan@example.com" {
			t.Errorf("%+v, %v", comms, err)
		}
		addrs, err := contact.AddressesOf(ctx, tx, record.Ref{Kind: "client", ID: w.client})
		if err != nil || len(addrs) != 1 || addrs[0].City != "Kraków" {
			t.Errorf("%+v, %v", addrs, err)
		}
		var list []traveler.Passport
		if err := record.Select(ctx, tx, &list, "WHERE r.traveler_id = $1", w.traveler); err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		number, err := record.Reveal(ctx, tx, "passport", list[0].ID, "number", "visa")
		if err != nil || number != "AB1234567" || list[0].Expires != "2031-02-01" {
			t.Errorf("%q, %s, %v", number, list[0].Expires, err)
		}
		_, parts, err := document.OfTraveler(ctx, tx, ref.ID)
		image := parts[record.Ref{Kind: "passport", ID: list[0].ID}]
		if err != nil || len(image) != 1 {
			t.Fatalf("%+v, %v", parts, err)
		}
		k, err := record.Reveal(ctx, tx, "attachment", image[0].ID, "blob_key", "visa")
		if err != nil {
			return err
		}
		f, err := blobs.OpenSealed(ctx, image[0].Blob, k)
		if err != nil {
			return err
		}
		defer f.Close()
		if b, err := io.ReadAll(f); err != nil || !bytes.Equal(b, jpeg) {
			t.Errorf("the picture is another: %d bytes, %v", len(b), err)
		}
		return nil
	})
	if p := w.person(); p.Given != "Johann" {
		t.Errorf("what was refused was written: %q", p.Given)
	}
}

// TestReplaced: another number is another passport; the same one is the same.
func TestReplaced(t *testing.T) {
	w := newWorld(t)
	p := &traveler.Passport{TravelerID: w.traveler, Country: "PL", No: record.Plain("AA1111111"), Expires: "2027-01-01"}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { p.ID = 0; return record.Insert(ctx, tx, p) })
	send := func(number, expires string) []traveler.Passport {
		token, id := w.ask("ann", "passport")
		l := w.follow(token)
		if s := w.show(l); s.Hint == "" || strings.Contains(s.Hint, "AA11") {
			t.Errorf("the hint is %q", s.Hint)
		}
		var cur int64
		dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, "SELECT p.id FROM {passport} p WHERE p.is_primary", nil, &cur)
		})
		err := l.Save(t.Context(), w.DB, fillin.Input{Values: map[string]string{key("passport", cur, "expires"): expires}, Number: number, Submit: true})
		if err != nil {
			t.Fatal(err)
		}
		var list []traveler.Passport
		dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			if _, err := fillin.Settle(ctx, tx, id, fillin.Verdict{All: true}); err != nil {
				return err
			}
			list = nil
			return record.Select(ctx, tx, &list, "WHERE r.traveler_id = $1 ORDER BY r.id", w.traveler)
		})
		return list
	}
	if list := send("aa1111111", "2028-01-01"); len(list) != 1 || list[0].Expires != "2028-01-01" {
		t.Fatalf("the same number: %+v", list)
	}
	list := send("BB2222222", "2036-01-01")
	if len(list) != 2 || list[0].Status != "replaced" || list[0].Primary || !list[1].Primary || list[1].Expires != "2036-01-01" || list[1].Country != "PL" {
		t.Errorf("another number: %+v", list)
	}
}

// TestUnborn: a day of birth that is to come is told to the person, not to the agency that
// would accept it.
func TestUnborn(t *testing.T) {
	w := newWorld(t)
	token, _ := w.ask("ann", "personal")
	l := w.follow(token)
	w.show(l)
	born := key("traveler", w.traveler, "birth_date")
	for _, submit := range []bool{false, true} {
		err := l.Save(t.Context(), w.DB, fillin.Input{Values: map[string]string{born: "2090-05-01"}, Submit: submit})
		if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), born) {
			t.Errorf("born in 2090: %v", err)
		}
	}
	if err := l.Save(t.Context(), w.DB, fillin.Input{Values: map[string]string{born: "1990-05-01"}, Submit: true}); err != nil {
		t.Error(err)
	}
}

// TestGreeting: the mail greets who has no given name by the family name.
func TestGreeting(t *testing.T) {
	w := newWorld(t)
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		var p traveler.Traveler
		if err := record.Edit(ctx, tx, &p, w.traveler, 0, func() error { p.Given, p.Family = "", "Sukarno"; return nil }); err != nil {
			return err
		}
		f := &fillin.FillIn{TravelerID: w.traveler, Sections: "personal", Language: "pl", Email: "s@example.com"}
		_, err := fillin.Ask(ctx, tx, f, 14, func(p string) string { return "https://crm.example" + p })
		return err
	})
	var n int64
	if err := w.DB.Local(t.Context(), func(tx *db.Tx) error {
		return tx.Row(t.Context(), "SELECT count(*) FROM job WHERE kind = 'mail' AND args LIKE '%Dzień dobry Sukarno,%'", nil, &n)
	}); err != nil || n != 1 {
		t.Errorf("%d mails greet by name, %v", n, err)
	}
}
