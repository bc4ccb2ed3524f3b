package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web"
)

// falling is a place for files of which reading breaks off in the middle once it is told to.
type falling struct {
	content map[string][]byte
	broken  bool
}

func (f *falling) Put(_ context.Context, name string, from *os.File, size int64) (err error) {
	f.content[name], err = io.ReadAll(io.NewSectionReader(from, 0, size))
	return err
}

func (f *falling) Get(_ context.Context, name string) (io.ReadCloser, error) {
	b := f.content[name]
	if !f.broken {
		return io.NopCloser(bytes.NewReader(b)), nil
	}
	return io.NopCloser(io.MultiReader(bytes.NewReader(b[:len(b)/2]), lost{})), nil
}

func (f *falling) Delete(context.Context, string) error { return nil }

func (f *falling) Each(context.Context, func(string, time.Time) error) error { return nil }

type lost struct{}

func (lost) Read([]byte) (int, error) { return 0, errors.New("the bucket went away") }

// TestHalfFile: the file of a document to acknowledge that breaks off in the middle doesn't
// look whole, to the person and to the agency.
func TestHalfFile(t *testing.T) {
	place := &falling{content: map[string][]byte{}}
	var store *files.Store
	d := newDesk(t, true, func(deps *web.Deps) {
		var err error
		if store, err = files.Over(t.TempDir(), place); err != nil {
			t.Fatal(err)
		}
		deps.Files = store
	})
	id, _ := d.couple()
	owner := record.Ref{Kind: "client", ID: id}
	text := &ack.Template{Name: "Terms", Language: "en", Title: "Terms", Text: "Read the file.", Active: true}
	dbtest.Update(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error { text.ID = 0; return record.Insert(ctx, tx, text) })
	content := "%PDF-1.4 " + strings.Repeat("terms ", 1_000_000)
	file, err := (&document.Service{DB: d.DB, Files: store}).Upload(t.Context(), d.As("ann"), document.Upload{Owner: owner, Name: "terms.pdf", Content: words(content)})
	if err != nil {
		t.Fatal(err)
	}
	s := &ack.Service{DB: d.DB, Files: store, Absolute: func(p string) string { return p }}
	a, path, err := s.Send(t.Context(), d.As("ann"), ack.Request{Owner: owner, Template: text.ID, Attachment: file.ID, Days: 5})
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range []bool{false, true} {
		place.broken = broken
		for b, at := range map[*browser]string{d.browser(): path + "/file", d.as("ann"): fmt.Sprintf("/acknowledgements/%d/file", a.ID)} {
			res, err := b.c.Get(d.srv.URL + at)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(res.Body)
			res.Body.Close()
			if whole := err == nil; whole == broken || whole && (string(got) != content || res.ContentLength != int64(len(content))) {
				t.Errorf("%s: %d bytes of %d, %v", at, len(got), len(content), err)
			}
		}
	}
}
