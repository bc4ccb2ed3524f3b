package list_test

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// some makes clients and travelers with names, numbers and addresses as people type them
// differently.
func some(t *testing.T, w *dbtest.World) {
	t.Helper()
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for _, c := range []flow.NewClient{
			{Client: client.Client{Name: "Agro-Trans Sp. z o.o.", Kind: "corporate"}, Communications: []contact.Communication{{Type: "phone", Value: "+48 512 575 065"}}},
			{Client: client.Client{Name: "Adamczyk/Beata"}, Communications: []contact.Communication{{Type: "email", Value: "Beata@Example.com"}},
				Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: "Adamczyk", Given: "Beata"},
					Communications: []contact.Communication{{Type: "phone", Value: "600 100 200"}, {Type: "email", Value: "Beata.Adamczyk@Example.com"}}}}},
			{Client: client.Client{Name: "Jan/Maria"}, Travelers: []flow.NewTraveler{
				{Traveler: traveler.Traveler{Family: "Bukulska-Dziedzic", Given: "Jan"}}, {Traveler: traveler.Traveler{Family: "Jan", Given: "Maria Anna"}},
				{Traveler: traveler.Traveler{Given: "Madonna"}}}},
		} {
			if err := flow.CreateClient(ctx, tx, &c); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestAsTyped: names are found however their hyphens and dots are typed, a family name is
// the family name, and phones and e-mails are read as they are where they are kept.
func TestAsTyped(t *testing.T) {
	w := dbtest.NewWorld(t)
	some(t, w)
	for _, tt := range []struct {
		def   *list.Def
		query string
		want  []string
	}{
		{&client.List, "name=Agro-Trans", []string{"Agro-Trans Sp. z o.o."}},
		{&client.List, "name=agro trans", []string{"Agro-Trans Sp. z o.o."}},
		{&client.List, "name=Sp. z o.o.", []string{"Agro-Trans Sp. z o.o."}},
		{&client.List, "name.is=AGRO-trans sp z o o", []string{"Agro-Trans Sp. z o.o."}},
		{&client.List, "name.starts=Agro-T", []string{"Agro-Trans Sp. z o.o."}},
		{&client.List, "name.not=Agro-Trans Sp. z o.o.", []string{"Adamczyk/Beata", "Jan/Maria"}},
		{&client.List, "name.is=Adamczyk/Beata", []string{"Adamczyk/Beata"}},
		{&client.List, "phone=512-575-065", []string{"Agro-Trans Sp. z o.o."}},
		{&client.List, "phone=(48) 512575065", []string{"Agro-Trans Sp. z o.o."}},
		{&client.List, "phone.is=512575065", []string{"Agro-Trans Sp. z o.o."}},
		{&client.List, "phone.starts=0048 512", []string{"Agro-Trans Sp. z o.o."}},
		{&client.List, "phone=575-0", []string{"Agro-Trans Sp. z o.o."}},
		{&client.List, "email=BEATA@", []string{"Adamczyk/Beata"}},
		{&client.List, `where={"filters":[{"key":"communication","op":"has","where":[{"key":"value","op":"is","values":["BEATA@example.COM"]}]}]}`, []string{"Adamczyk/Beata"}},
		{&client.List, `where={"filters":[{"key":"traveler","op":"has","where":[{"key":"family","op":"is","values":["adamczyk"]}]}]}`, []string{"Adamczyk/Beata"}},
		{&traveler.List, "family=Jan", []string{"Jan"}},
		{&traveler.List, "family.is=jan", []string{"Jan"}},
		{&traveler.List, "family=bukulska-dziedzic", []string{"Bukulska-Dziedzic"}},
		{&traveler.List, "family=Dziedzic", []string{"Bukulska-Dziedzic"}},
		{&traveler.List, "family.starts=bukulska-d", []string{"Bukulska-Dziedzic"}},
		{&traveler.List, "family.blank=1", []string{""}},
		{&traveler.List, "family.not=Jan", []string{"", "Adamczyk", "Bukulska-Dziedzic"}},
		{&traveler.List, "given=Jan", []string{"Bukulska-Dziedzic"}},
		{&traveler.List, "given.is=Maria Anna", []string{"Jan"}},
		{&traveler.List, "given.starts=Maria", []string{"Jan"}},
		{&traveler.List, "phone=600-100", []string{"Adamczyk"}},
		{&traveler.List, "phone.is=(+48) 600.100.200", []string{"Adamczyk"}},
		{&traveler.List, "email=Beata.ADAMCZYK", []string{"Adamczyk"}},
		{&traveler.List, "email.not=beata.adamczyk@EXAMPLE.com", []string{"", "Bukulska-Dziedzic", "Jan"}},
	} {
		rows := asked(t, w, tt.def, tt.query)
		slices.Sort(rows)
		if slices.Sort(tt.want); !slices.Equal(rows, tt.want) {
			t.Errorf("%s: %s gives %q, want %q", tt.def.Name, tt.query, rows, tt.want)
		}
	}
}

// asked returns the first column of the rows of a query, as an address has it.
func asked(t *testing.T, w *dbtest.World, def *list.Def, address string) (out []string) {
	t.Helper()
	key, value, _ := strings.Cut(address, "=")
	v := url.Values{key: {value}}
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		q, err := def.ParseQuery(v, tx.Actor)
		if err != nil {
			return err
		}
		p, err := def.Run(ctx, tx, q)
		for _, r := range p.Rows {
			out = append(out, r.Values[0].(string))
		}
		return err
	})
	return out
}

// TestEndsOfTime: what is before the first day or after the last one is nothing, and up to
// the last one is everything.
func TestEndsOfTime(t *testing.T) {
	w := dbtest.NewWorld(t)
	some(t, w)
	for query, want := range map[string]int{"created.after=9999-12-31": 0, "created.before=0001-01-01": 0, "created.on=9999-12-31": 0, "created.on=0001-01-01": 0,
		"created.before=9999-12-31": 3, "anniversary.after=9999-12-31": 0, "anniversary.before=0001-01-01": 0} {
		if rows := asked(t, w, &client.List, query); len(rows) != want {
			t.Errorf("%s gives %d rows, want %d", query, len(rows), want)
		}
	}
	q := list.Query{Filters: []list.Filter{{Key: "created", Op: "between", Values: []string{"0001-01-01", "9999-12-31"}}}}
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		p, err := client.List.Run(ctx, tx, q)
		if len(p.Rows) != 3 {
			t.Errorf("all of time has %d rows", len(p.Rows))
		}
		return err
	})
}

// TestNotToBeAsked: a filter that can't be asked is refused, never left out: the list would
// be a wider one. Foreign parameters are none of the list's business.
func TestNotToBeAsked(t *testing.T) {
	w := dbtest.NewWorld(t)
	some(t, w)
	may := w.As("ada")
	mayNot := may
	mayNot.Rights = maps.Clone(may.Rights)
	delete(mayNot.Rights, "client.internal")
	closed := client.List
	closed.Extra = nil // the agency's own fields are known, and this is none of them
	for _, tt := range []struct {
		def   *list.Def
		a     db.Actor
		query string
		key   string
	}{
		{&client.List, mayNot, "source_medium=walk_in", "list.unknown_field"},
		{&client.List, mayNot, "op.source_medium=blank", "list.unknown_field"},
		{&closed, may, "field_membership=GOLD", "list.unknown_field"},
		{&client.List, may, "name.foo=1", "list.unknown_operator"},
		{&client.List, may, "city.filled=0", "error.choice"},
		{&client.List, may, "phone.blank=no", "error.choice"},
		{&client.List, may, "created.today=yes", "error.choice"},
		{&client.List, may, "created.after=2020-01-01&created.after=2021-01-01", "list.needs_one"},
		{&client.List, may, "travelers=1&travelers=2", "list.needs_one"},
		{&client.List, may, "traveler.least=1&traveler.least=2", "list.needs_one"},
		{&client.List, may, "travelers=1&travelers=1&created.between=2020-01-01&created.between=2021-01-01", ""},
		{&client.List, may, "city.filled=true", ""},
		{&client.List, may, "op.city=filled", ""},
		{&client.List, may, "op.city=filled&city=left", ""},
		{&client.List, may, "utm_source=mail", ""},
		{&client.List, may, "source_medium=walk_in", ""},
		{&client.List, may, `name=a&where={"any":true,"filters":[{"key":"status","op":"any","values":["active"]}],"groups":[{"filters":[{"key":"city","op":"filled"}]}]}`, "list.too_deep"},
	} {
		v, err := url.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tt.def.ParseQuery(v, tt.a)
		got := ""
		if e := (*errs.Error)(nil); errors.As(err, &e) && len(e.Fields) > 0 {
			got = e.Fields[0].Key
		}
		if got != tt.key {
			t.Errorf("%s: %v, want %q", tt.query, err, tt.key)
		}
	}
}

// TestDeletedTag: a filter that names a deleted tag is refused, and told as such; one that
// names a tag which isn't offered any more is asked.
func TestDeletedTag(t *testing.T) {
	w := dbtest.NewWorld(t)
	some(t, w)
	for _, tt := range []struct {
		gone bool
		word string
	}{{true, "deleted"}, {false, "Old"}} {
		g := &tag.Tag{Name: "Old", Kind: "tag", Areas: "client", Requirement: "optional", TakesValue: "none", Active: tt.gone}
		dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			if err := record.Insert(ctx, tx, g); err != nil || !tt.gone {
				return err
			}
			return record.Delete(ctx, tx, g, g.ID, 0)
		})
		flt := list.Filter{Key: "tag", Op: "none", Values: []string{strconv.FormatInt(g.ID, 10)}}
		err := w.DB.View(t.Context(), w.As("ada"), func(tx *db.Tx) error {
			words, err := client.List.Describe(t.Context(), tx, list.Query{Filters: []list.Filter{flt}}, "en")
			if err != nil || !strings.HasSuffix(words, tt.word) {
				t.Errorf("in words: %q, %v, want %s", words, err, tt.word)
			}
			_, err = client.List.Run(t.Context(), tx, list.Query{Filters: []list.Filter{flt}})
			return err
		})
		if refused := err != nil && strings.Contains(err.Error(), "list.gone_value"); refused != tt.gone {
			t.Errorf("deleted %v: %v", tt.gone, err)
		}
	}
}
