package exports_test

import (
	"context"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestOwnFields: what the agency has defined itself leaves with its label, as a number
// where it is one, and in the note of a card; never what somebody doesn't see.
func TestOwnFields(t *testing.T) {
	d := newDesk(t)
	dbtest.Update(t, d.Service.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		for _, r := range []record.Record{
			&field.Field{Name: "Shoe size", Names: "pl=Rozmiar buta", Areas: "client", Kind: field.Number, Active: true},
			&field.Field{Name: "Likes", Areas: "client", Kind: field.Several, Choices: "SKI=Narty\nSUN=Słońce", Active: true},
			&field.Field{Name: "Secret", Areas: "client", Kind: field.Text, ViewRoles: "administrator", Active: true},
		} {
			if err := record.Insert(ctx, tx, r); err != nil {
				return err
			}
		}
		return record.Insert(ctx, tx, &client.Client{Name: "Kos/Ewa", AdvisorID: db.Ref(d.Users["sue"].ID), BranchID: d.Users["sue"].BranchID,
			Fields: `{"shoe_size":42.5,"likes":["SKI","SUN"],"secret":"plan B"}`})
	})
	sel := all("name", "field_shoe_size", "field_likes")
	sel.Query.Filters = []list.Filter{{Key: "field_shoe_size", Op: "more", Values: []string{"42"}}}
	e, text := d.small("sue", exports.Request{List: "client", Format: exports.CSV, Selection: sel})
	if !strings.HasPrefix(text, "\uFEFFNazwa klienta;Rozmiar buta;Likes\r\nKos/Ewa;\"42,5\";\"Narty, Słońce\"\r\n") || !strings.Contains(e.Words, "Rozmiar buta") {
		t.Errorf("%s\n%s", text, e.Words)
	}
	for _, format := range []string{exports.XLSX, exports.PDF} {
		d.small("sue", exports.Request{List: "client", Format: format, Selection: sel})
	}
	if _, text = d.small("sue", exports.Request{List: "client", Format: exports.VCard, Selection: sel}); !strings.Contains(text, `NOTE:Rozmiar buta: 42\,5\nLikes: Narty\, Słońce`) || strings.Contains(text, "plan B") {
		t.Errorf("%s", text)
	}
	_, err := d.Start(t.Context(), d.As("sue"), exports.Request{List: "client", Format: exports.CSV, Lang: "pl", Selection: all("name", "field_secret")})
	if !errs.Is(err, errs.Invalid) {
		t.Errorf("a field out of sight: %v", err)
	}
}
