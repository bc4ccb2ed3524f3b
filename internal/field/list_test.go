package field_test

import (
	"context"
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// find returns the names of the clients that a query of the list's address finds.
func find(t *testing.T, w *dbtest.World, who, query string) (names []string) {
	t.Helper()
	dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
		v, err := url.ParseQuery(query)
		if err != nil {
			return err
		}
		d, err := client.List.For(ctx, tx)
		if err != nil {
			return err
		}
		q, err := d.ParseQuery(v, tx.Actor)
		if err != nil {
			return err
		}
		page, err := client.List.Run(ctx, tx, q) // finds the fields itself
		for _, r := range page.Rows {
			names = append(names, r.Values[0].(string))
		}
		return err
	})
	return names
}

// TestLists filters and sorts by each kind of field, and shows it.
func TestLists(t *testing.T) {
	w := dbtest.NewWorld(t)
	define(t, w, &field.Field{Name: "Size", Areas: "client,traveler", Kind: field.Number}, &field.Field{Name: "Since", Areas: "client", Kind: field.Date},
		&field.Field{Name: "Card", Areas: "client", Kind: field.Choice, Choices: "Z=Gold\nA=Silver"},
		&field.Field{Name: "Likes", Areas: "client", Kind: field.Several, Choices: "SKI=Ski\nSUN=Sun"},
		&field.Field{Name: "News", Areas: "client", Kind: field.YesNo}, &field.Field{Name: "Nick", Areas: "client", Kind: field.Text},
		&field.Field{Name: "Hidden", Areas: "client", Kind: field.Text, ViewRoles: "administrator"})
	for name, bag := range map[string]record.Bag{
		"A": `{"size":42.5,"since":"2020-05-01","card":"A","likes":["SKI","SUN"],"news":true,"nick":"Żółw"}`,
		"B": `{"size":-3,"since":"2024-05-01","card":"Z","likes":["SUN"],"news":false,"nick":"Zebra"}`,
		"C": `{"size":0}`,
		"D": ``,
	} {
		make1(t, w, name, bag)
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return flow.CreateClient(ctx, tx, &flow.NewClient{Client: client.Client{Name: "E"},
			Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: "Kos", Fields: `{"size":40}`}}}})
	})
	for query, want := range map[string]string{
		"field_size=42.5":   "A",
		"field_size=42,5":   "A",
		"field_size=0":      "C",
		"field_size.less=1": "B C",
		"field_size.between=-3&field_size.between=1": "B C",
		"field_size.not=0":                           "A B D E",
		"field_size.blank=1":                         "D E",
		"field_size.filled=1":                        "A B C",
		"field_since.before=2021-01-01":              "A",
		"field_since.month=1":                        "",
		"field_since.blank=1":                        "C D E",
		"field_card=Z":                               "B",
		"field_card=Z&field_card=A":                  "A B",
		"field_card.none=Z":                          "A C D E",
		"field_likes=SUN":                            "A B",
		"field_likes=SKI":                            "A",
		"field_likes.none=SKI":                       "B C D E",
		"field_news=false":                           "B",
		"field_news.blank=1":                         "C D E",
		"field_nick=zol":                             "A",
		"field_nick.starts=ze":                       "B",
		"field_nick.is=ZEBRA":                        "B",
		"field_nick.not=zebra":                       "A C D E",
		"sort=-field_size":                           "A C B E D",
		"sort=field_card":                            "B A C D E",
		"sort=-field_nick,name":                      "A B C D E",
		"sort=field_since,-name":                     "E D C A B",
		`where={"filters":[{"key":"traveler","op":"has","where":[{"key":"field_size","op":"is","values":["40"]}]}]}`:                     "E",
		`where={"any":true,"filters":[{"key":"field_size","op":"is","values":["0"]},{"key":"field_news","op":"any","values":["true"]}]}`: "A C",
	} {
		if got := strings.Join(find(t, w, "ann", query), " "); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		p, err := client.List.Run(ctx, tx, list.Query{Columns: []string{"name", "field_size", "field_likes", "field_news", "field_nick"}})
		if err != nil {
			return err
		}
		if got := p.Rows[0].Values; !reflect.DeepEqual(got, []any{"A", json.Number("42.5"), "SKI,SUN", true, "Żółw"}) {
			t.Errorf("%#v", got)
		}
		if _, err := client.List.Run(ctx, tx, list.Query{Columns: []string{"name", "field_hidden"}}); !errs.Is(err, errs.Invalid) {
			t.Errorf("a column out of sight: %v", err)
		}
		_, err = client.List.Run(ctx, tx, list.Query{Sort: "field_hidden"})
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("a sort out of sight: %v", err)
		}
		return nil
	})
}
