package web_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web"
)

// TestSentSheet: once a form was sent by its link, pictures that come by it are stored
// nowhere; nor are those that are no pictures, that were replaced, or that nobody asked
// for.
func TestSentSheet(t *testing.T) {
	var store *files.Store
	d := newDesk(t, true, func(deps *web.Deps) { store = deps.Files })
	var path, contact string
	dbtest.Update(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		n := &flow.NewClient{Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: "Nowak", Given: "Jan"}}}}
		err := flow.CreateClient(ctx, tx, n)
		if err == nil {
			path, err = fillin.Ask(ctx, tx, &fillin.FillIn{TravelerID: n.Travelers[0].ID, Sections: "passport", Language: "en"}, 14, nil)
		}
		if err == nil {
			contact, err = fillin.Ask(ctx, tx, &fillin.FillIn{TravelerID: n.Travelers[0].ID, Sections: "contact", Language: "en"}, 14, nil)
		}
		return err
	})
	stored := func() (n int) {
		if err := store.Each(func(string, time.Time) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	b := d.browser()
	to := path
	send := func(status, blobs int, picture []byte, fields ...string) {
		t.Helper()
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("photo", "passport.jpg")
		if err != nil {
			t.Fatal(err)
		}
		part.Write(picture)
		for _, f := range fields {
			if err := form.WriteField(f, "1"); err != nil {
				t.Fatal(err)
			}
		}
		form.Close()
		b.done(b.c.Post(d.srv.URL+to, form.FormDataContentType(), &body)).want(status, "")
		if n := stored(); n != blobs {
			t.Errorf("%d pictures are stored, want %d", n, blobs)
		}
	}
	picture := []byte(smallJPG(t))
	send(422, 0, []byte("no picture at all"))
	send(200, 1, picture)
	send(200, 1, append(slices.Clone(picture), 1, 2, 3)) // another one in its place
	send(200, 1, picture, "send")
	send(409, 1, picture, "send")
	send(409, 1, append(picture, make([]byte, 3<<20)...))
	to = contact
	send(200, 1, picture)
}

// TestAcceptedPicture: the picture of a passport that came by a link can be looked at, once
// it is accepted, as one that was uploaded.
func TestAcceptedPicture(t *testing.T) {
	var store *files.Store
	d := newDesk(t, true, func(deps *web.Deps) { store = deps.Files })
	_, id := d.couple()
	f := &fillin.FillIn{TravelerID: id, Sections: "passport", Language: "en"}
	var path string
	dbtest.Update(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
		path, err = fillin.Ask(ctx, tx, f, 14, nil)
		return err
	})
	l, err := fillin.Follow(t.Context(), d.DB, strings.TrimPrefix(path, fillin.Path("")), login.Place{IP: "203.0.113.9"})
	if err != nil {
		t.Fatal(err)
	}
	photo, err := fillin.Keep(t.Context(), store, words(smallJPG(t)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Show(t.Context(), d.DB); err != nil {
		t.Fatal(err)
	}
	if err := l.Save(t.Context(), d.DB, fillin.Input{Number: "ABC123456", Photo: photo, Submit: true}); err != nil {
		t.Fatal(err)
	}
	b := d.as("ann")
	b.post(fmt.Sprintf("/fill-ins/%d", f.ID), "act", "all").want(200, fmt.Sprintf("/travelers/%d", id))
	file := b.newest()
	b.get(file).want(200, "", `name="reason"`)
	b.post(file+"/reveal", "reason", "booking").want(200, file, file+"/preview?page=1")
	if res, raw := b.fetch(file + "/preview?page=1"); res.StatusCode != 200 || files.Sniff(raw) != files.JPEG {
		t.Errorf("the picture: %d, %d bytes", res.StatusCode, len(raw))
	}
}
