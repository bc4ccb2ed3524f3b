package document_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// desk is an agency with a store and one client of ann's.
type desk struct {
	*dbtest.World
	*document.Service
	t     *testing.T
	owner record.Ref
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	w := dbtest.NewWorld(t)
	store, err := files.New(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{World: w, Service: &document.Service{DB: w.DB, Files: store}, t: t}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		c := &client.Client{Kind: "personal", Name: "Nowak", Code: "NOWAK", Classification: "client", Segment: "regular", Status: "active", OwnerKind: "agent",
			AdvisorID: db.Ref(w.Users["ann"].ID), BranchID: db.Ref(w.North.ID)}
		if err := record.Insert(ctx, tx, c); err != nil {
			return err
		}
		d.owner = record.Ref{Kind: "client", ID: c.ID}
		return nil
	})
	return d
}

func (d *desk) up(name, content string) *document.Attachment {
	d.t.Helper()
	a, err := d.Upload(d.t.Context(), d.As("ann"), document.Upload{Owner: d.owner, Name: name, Content: strings.NewReader(content)})
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}

// read returns the content as a person gets it.
func (d *desk) read(who string, id int64) (string, error) {
	var open document.Opener
	err := d.World.DB.View(d.t.Context(), d.As(who), func(tx *db.Tx) error {
		a, err := document.Get(d.t.Context(), tx, id)
		if err == nil {
			open, err = d.Open(d.t.Context(), tx, a)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	r, err := open(d.t.Context())
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	return string(b), err
}

func (d *desk) of(who string) (out []document.Attachment) {
	dbtest.View(d.t, d.World.DB, d.As(who), func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = document.Of(ctx, tx, d.owner)
		return err
	})
	return out
}

// blobs are the names in the store.
func (d *desk) blobs() (out []string) {
	if err := d.Files.Each(func(name string, _ time.Time) error { out = append(out, name); return nil }); err != nil {
		d.t.Fatal(err)
	}
	return out
}

func photo(t *testing.T) string {
	img := image.NewRGBA(image.Rect(0, 0, 300, 200))
	for i := range img.Pix {
		img.Pix[i] = byte(i)
	}
	img.Set(1, 1, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestUpload(t *testing.T) {
	d := newDesk(t)
	a := d.up("notes.txt", "PLANTED-SECRET about the client")
	if a.Type != files.Text || a.Size != 31 || a.Number != 1 || !a.Latest || a.Thumb != "" {
		t.Errorf("stored %+v", a)
	}
	if got, err := d.read("ann", a.ID); err != nil || got != "PLANTED-SECRET about the client" {
		t.Errorf("read %q, %v", got, err)
	}
	f, err := d.Files.Open(a.Blob)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := io.ReadAll(f)
	_ = f.Close()
	if bytes.Contains(raw, []byte("PLANTED")) {
		t.Error("the store holds the content in the clear")
	}
	p := d.up("photo.jpg", photo(t))
	if p.Thumb == "" || len(d.blobs()) != 3 {
		t.Errorf("a photo without a small picture: %+v", p)
	}
	if list := d.of("ann"); len(list) != 2 || list[0].ID != p.ID {
		t.Errorf("listed: %+v", list)
	}
}

// TestWhoSees: files are seen with their record, and added by who may change it.
func TestWhoSees(t *testing.T) {
	d := newDesk(t)
	a := d.up("notes.txt", "x")
	for who, want := range map[string]bool{"ann": true, "ada": true, "max": true, "sue": true, "eva": true, "joe": true, "bob": false} {
		_, err := d.read(who, a.ID)
		if want != (err == nil) || !want && !errs.Is(err, errs.NotFound) {
			t.Errorf("%s: %v", who, err)
		}
	}
	for _, who := range []string{"bob", "eva"} {
		_, err := d.Upload(t.Context(), d.As(who), document.Upload{Owner: d.owner, Name: "x", Content: strings.NewReader("x")})
		if !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s uploads: %v", who, err)
		}
	}
	if n := len(d.blobs()); n != 1 {
		t.Errorf("%d blobs, of which somebody had no right to store one", n)
	}
	dbtest.Update(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(client.Client), d.owner.ID, 0)
	})
	if _, err := d.read("ada", a.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("a file of a deleted client: %v", err)
	}
}

func TestVersions(t *testing.T) {
	d := newDesk(t)
	one := d.up("Insurance.pdf", "%PDF-1.4 one")
	two := d.up("2026-11-22 insurance.PDF", "%PDF-1.4 two")
	three := d.up("insurance.pdf", "%PDF-1.4 three")
	d.up("other.pdf", "%PDF-1.4 other")
	if two.Number != 2 || three.Number != 3 || two.Series != one.ID || three.Series != one.ID {
		t.Errorf("versions: %+v, %+v, %+v", one, two, three)
	}
	if list := d.of("ann"); len(list) != 2 {
		t.Errorf("%d files are listed", len(list))
	}
	for id, want := range map[int64]string{one.ID: "one", two.ID: "two", three.ID: "three"} {
		if got, err := d.read("ann", id); err != nil || got != "%PDF-1.4 "+want {
			t.Errorf("version %s: %q, %v", want, got, err)
		}
	}
	dbtest.Update(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		_, err := document.Delete(ctx, tx, three.ID, 0)
		return err
	})
	for _, id := range []int64{one.ID, two.ID, three.ID} {
		if _, err := d.read("ann", id); !errs.Is(err, errs.NotFound) {
			t.Errorf("version %d of a deleted file: %v", id, err)
		}
	}
	again := d.up("insurance.pdf", "%PDF-1.4 new")
	if again.Number != 1 || again.Series != 0 {
		t.Errorf("a new file of an old name: %+v", again)
	}
	dbtest.Update(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		_, err := document.Restore(ctx, tx, three.ID)
		return err
	})
	var names []string
	for _, a := range d.of("ann") {
		names = append(names, a.Name)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"insurance (2).pdf", "insurance.pdf", "other.pdf"}) {
		t.Errorf("after the return: %q", names)
	}
	if got, err := d.read("ann", one.ID); err != nil || got != "%PDF-1.4 one" {
		t.Errorf("the first version: %q, %v", got, err)
	}
}

// TestTogether stores one name many times at once: each becomes a version.
func TestTogether(t *testing.T) {
	d := newDesk(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	numbers := map[int64]bool{}
	for range 4 {
		wg.Go(func() {
			a, err := d.Upload(t.Context(), d.As("ann"), document.Upload{Owner: d.owner, Name: "same.txt", Content: strings.NewReader("content")})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			numbers[a.Number] = true
			mu.Unlock()
		})
	}
	wg.Wait()
	if len(numbers) != 4 || len(d.of("ann")) != 1 {
		t.Errorf("numbers %v, %d files", numbers, len(d.of("ann")))
	}
}

func TestRefused(t *testing.T) {
	d := newDesk(t)
	d.Max = 1000
	broken := errors.New("the line went dead")
	html := "<html><script>alert(1)</script></html>"
	for name, c := range map[string]struct {
		up   document.Upload
		kind errs.Kind
	}{
		"empty":             {document.Upload{Name: "a.txt", Content: strings.NewReader("")}, errs.Invalid},
		"too large":         {document.Upload{Name: "a.txt", Content: strings.NewReader(strings.Repeat("x", 1001))}, errs.TooLarge},
		"html called jpg":   {document.Upload{Name: "a.jpg", Types: document.Pictures, Content: strings.NewReader(html)}, errs.Invalid},
		"aborted":           {document.Upload{Name: "a.txt", Content: io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken))}, errs.Internal},
		"aborted at once":   {document.Upload{Name: "a.txt", Content: iotest.ErrReader(broken)}, errs.Internal},
		"of nobody":         {document.Upload{Owner: record.Ref{Kind: "client", ID: 999}, Name: "a.txt", Content: strings.NewReader("x")}, errs.NotFound},
		"long description":  {document.Upload{Name: "a.txt", Description: strings.Repeat("x", 501), Content: strings.NewReader("x")}, errs.Invalid},
		"of something else": {document.Upload{Owner: record.Ref{Kind: "user", ID: 1}, Name: "a.txt", Content: strings.NewReader("x")}, errs.Forbidden},
	} {
		if c.up.Owner.Kind == "" {
			c.up.Owner = d.owner
		}
		if _, err := d.Upload(t.Context(), d.As("ann"), c.up); errs.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left := d.blobs(); len(left) > 0 || len(d.of("ann")) > 0 {
		t.Errorf("left: %q", left)
	}
	a, err := d.Upload(t.Context(), d.As("ann"), document.Upload{Owner: d.owner, Name: "passport.pdf", Types: document.Pictures,
		Content: strings.NewReader("\xff\xd8\xff\xe0 a photo that was called PDF")})
	if err != nil || a.Type != files.JPEG || a.Name != "passport.jpg" {
		t.Errorf("a JPG called PDF: %+v, %v", a, err)
	}
}

func TestLinks(t *testing.T) {
	d := newDesk(t)
	for url, ok := range map[string]bool{"https://example.com/terms": true, "example.com": true, "": false, "javascript:alert(1)": false, "data:text/html,x": false} {
		err := d.World.DB.Update(t.Context(), d.As("ann"), func(tx *db.Tx) error {
			_, err := document.AddLink(t.Context(), tx, d.owner, url, "", "what it is")
			return err
		})
		if ok != (err == nil) || !ok && !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", url, err)
		}
	}
	for _, a := range d.of("ann") {
		if a.Name == "" || !strings.HasPrefix(a.URL, "http") {
			t.Errorf("stored %+v", a)
		}
		if _, err := d.read("ann", a.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("the content of a link: %v", err)
		}
	}
}

// TestPrivate: the image of a passport is seen with right, reason and trace only.
func TestPrivate(t *testing.T) {
	d := newDesk(t)
	var person int64
	dbtest.Update(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		v := &traveler.Traveler{Family: "Nowak", Given: "Jan"}
		if err := record.Insert(ctx, tx, v); err != nil {
			return err
		}
		person = v.ID
		return record.Insert(ctx, tx, &client.Link{ClientID: d.owner.ID, TravelerID: v.ID})
	})
	a, err := d.Upload(t.Context(), d.As("ann"), document.Upload{Owner: record.Ref{Kind: "traveler", ID: person}, Part: record.Ref{Kind: "passport", ID: 1},
		Name: "scan.jpg", Types: document.Pictures, Content: strings.NewReader(photo(t))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.read("ann", a.ID); !errs.Is(err, errs.Forbidden) {
		t.Errorf("seen without a word: %v", err)
	}
	dbtest.Update(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		_, err := record.Reveal(ctx, tx, "attachment", a.ID, "blob_key", "visa")
		return err
	})
	if got, err := d.read("ann", a.ID); err != nil || got != photo(t) {
		t.Errorf("after a reason: %d bytes, %v", len(got), err)
	}
	if _, err := d.read("ada", a.ID); !errs.Is(err, errs.Forbidden) {
		t.Errorf("another's reason isn't hers: %v", err)
	}
	now := d.World.DB.Now
	d.World.DB.Now = func() time.Time { return now().Add(document.ShownFor + time.Second) }
	defer func() { d.World.DB.Now = now }()
	if _, err := d.read("ann", a.ID); !errs.Is(err, errs.Forbidden) {
		t.Errorf("long after: %v", err)
	}
	dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		p, err := document.List.Run(ctx, tx, list.Query{})
		if len(p.Rows) != 0 {
			t.Error("the area of documents lists passports")
		}
		return err
	})
}
