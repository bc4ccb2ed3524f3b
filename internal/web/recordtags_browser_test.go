package web_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

// TestTypedTags types a tag whose name begins like that of another: the shorter one isn't
// taken on the way, but when it is all that was typed.
func TestTypedTags(t *testing.T) {
	s := newSite(t, 12)
	dbtest.Update(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
		for _, name := range []string{"Ski", "Skitour"} {
			if err := record.Insert(ctx, tx, &tag.Tag{Name: name, Active: true}); err != nil {
				return err
			}
		}
		return nil
	})
	p := s.browser(t, "administrator", chrome.Options{Width: 1440, Height: 1000, Language: "en"})
	given := func(client int64, typed string) {
		t.Helper()
		before := map[string]bool{}
		dbtest.View(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
			has, err := tag.Of(ctx, tx, record.Ref{Kind: "client", ID: client})
			for _, o := range has {
				before[o.Name] = true
			}
			return err
		})
		p.Navigate(fmt.Sprintf("/clients/%d?edit=tags", client))
		chrome.Eval[bool](p, `(document.querySelector('form#tags c-tokens > input').focus(), true)`)
		p.Type(typed)
		p.Press("Ctrl+s")
		p.WaitFor(`!document.querySelector("form#tags")`)
		dbtest.View(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
			has, err := tag.Of(ctx, tx, record.Ref{Kind: "client", ID: client})
			var got []string
			for _, o := range has {
				if !before[o.Name] {
					got = append(got, o.Name)
				}
			}
			if len(got) != 1 || got[0] != typed {
				t.Errorf("%q gives %q", typed, got)
			}
			return err
		})
	}
	given(3, "Skitour")
	given(4, "Ski")
}
