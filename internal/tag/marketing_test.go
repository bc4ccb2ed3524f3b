package tag_test

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func imported(t *testing.T, w *dbtest.World, who, file string) (out tag.Imported, err error) {
	t.Helper()
	err = w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) (err error) {
		out, err = tag.ImportAffiliation(t.Context(), tx, strings.NewReader(file))
		return err
	})
	return out, err
}

func newClient(t *testing.T, w *dbtest.World, who, name string) int64 {
	t.Helper()
	n := &flow.NewClient{Client: client.Client{Kind: "personal", Name: name}, Travelers: []flow.NewTraveler{{}}}
	n.Travelers[0].Traveler.Family = name
	dbtest.Update(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
	return n.Client.ID
}

const small = `{"format":"carnet.affiliation/1","code":"NORTH","names":{"en":"North","pl":"Północ"},"edition":"1",
"categories":[{"code":"sea","names":{"en":"Sea"}}],
"codes":[{"code":"MAIL","kind":"permission","names":{"en":"By post"}},
{"code":"CRUISE","kind":"preference","category":"sea","names":{"en":"Cruises","de":"Kreuzfahrten"}},
{"code":"DIVE","kind":"preference","category":"sea","names":{"en":"Diving"}}]}`

// TestImportAffiliation: a file is taken over, the same file changes nothing, the next
// one changes names and retires codes without taking them from clients; other agencies
// see nothing of it.
func TestImportAffiliation(t *testing.T) {
	w := dbtest.NewWorld(t)
	got, err := imported(t, w, "ada", small)
	if err != nil || got.Created != 3 || got.Changed+got.Retired != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	if again, err := imported(t, w, "ada", small); err != nil || again.Created+again.Changed+again.Retired != 0 || again.ID != got.ID {
		t.Errorf("again: %+v, %v", again, err)
	}
	if _, err := imported(t, w, "ann", small); !errs.Is(err, errs.Forbidden) {
		t.Errorf("an agent imports: %v", err)
	}
	id := newClient(t, w, "ann", "Nowak")
	code := map[string]int64{}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		codes, err := tag.Codes(ctx, tx, got.ID)
		for _, c := range codes {
			code[c.Code] = c.ID
		}
		if err != nil {
			return err
		}
		if codes[1].Names.In("de") != "Kreuzfahrten" || codes[1].Names.In("fr") != "Cruises" || codes[1].Categories.In("pl") != "Sea" {
			t.Errorf("names %q, %q", codes[1].Names, codes[1].Categories)
		}
		return tag.SetMarks(ctx, tx, id, got.ID, map[int64]string{code["CRUISE"]: "wishes", code["MAIL"]: tag.Given})
	})
	next := strings.NewReplacer(`{"en":"By post"}`, `{"en":"By letter"}`, `,
{"code":"CRUISE","kind":"preference","category":"sea","names":{"en":"Cruises","de":"Kreuzfahrten"}}`, "", `"edition":"1"`, `"edition":"2"`).Replace(small)
	if got, err = imported(t, w, "ada", next); err != nil || got.Created != 0 || got.Retired != 1 || got.Changed != 2 {
		t.Errorf("next edition: %+v, %v", got, err)
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		marks, err := tag.Marks(ctx, tx, id)
		if err != nil || len(marks) != 2 {
			t.Errorf("marks %v, %v", marks, err)
		}
		// A retired code may change its state or go, but nobody new gets it.
		return tag.SetMarks(ctx, tx, id, got.ID, map[int64]string{code["CRUISE"]: "done"})
	})
	other := newClient(t, w, "ann", "Lis")
	for state, want := range map[int64]string{code["CRUISE"]: "interested", code["MAIL"]: "wishes", code["DIVE"]: tag.Given, 987654: tag.Given} {
		err := w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error {
			return tag.SetMarks(t.Context(), tx, other, got.ID, map[int64]string{state: want})
		})
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("code %d as %s: %v", state, want, err)
		}
	}
	if got, err := imported(t, w, "zoe", small); err != nil || got.Created != 3 {
		t.Errorf("the other agency: %+v, %v", got, err)
	}
	if _, err := imported(t, w, "ada", strings.Replace(small, `"MAIL","kind":"permission"`, `"MAIL","kind":"subscription"`, 1)); !errs.Is(err, errs.Invalid) {
		t.Errorf("a code changes its kind: %v", err)
	}
}

// TestMembership: what a client has is seen and changed by who sees and changes the
// client; where the agency is no member nothing is added.
func TestMembership(t *testing.T) {
	w := dbtest.NewWorld(t)
	got, err := imported(t, w, "ada", small)
	if err != nil {
		t.Fatal(err)
	}
	mine, his := newClient(t, w, "ann", "Nowak"), newClient(t, w, "bob", "Lis")
	set := func(who string, client int64, state string) error {
		return w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error {
			codes, err := tag.Codes(t.Context(), tx, got.ID)
			if err != nil {
				return err
			}
			return tag.SetMarks(t.Context(), tx, client, got.ID, map[int64]string{codes[0].ID: state})
		})
	}
	if err := set("ann", mine, tag.Given); err != nil {
		t.Fatal(err)
	}
	if err := set("ann", his, tag.Given); err == nil {
		t.Error("ann changes bob's client")
	}
	if err := set("eva", mine, ""); err == nil {
		t.Error("an auditor changes a client")
	}
	seen := func(who string, client int64) (n int) {
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			marks, err := tag.Marks(ctx, tx, client)
			n = len(marks)
			return err
		})
		return n
	}
	if seen("ann", mine) != 1 || seen("ada", mine) != 1 || seen("bob", mine) != 0 || seen("zoe", mine) != 0 {
		t.Error("marks are seen by others than those who see the client")
	}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return tag.SetMember(ctx, tx, got.ID, 0, false)
	})
	if err := set("bob", his, ""); err != nil {
		t.Errorf("nothing to remove: %v", err)
	}
	if err := set("bob", his, tag.Given); !errs.Is(err, errs.Invalid) {
		t.Errorf("chosen though the agency is no member: %v", err)
	}
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		members, err := tag.Affiliations(ctx, tx, true)
		if err != nil || len(members) != 0 {
			t.Errorf("members %v, %v", members, err)
		}
		return nil
	})
}

// TestMarketingFilter finds clients by code and state, attribute and interest (R080, R087).
func TestMarketingFilter(t *testing.T) {
	w := dbtest.NewWorld(t)
	got, err := imported(t, w, "ada", small)
	if err != nil {
		t.Fatal(err)
	}
	a, b := newClient(t, w, "ann", "Nowak"), newClient(t, w, "ann", "Lis")
	var cruise string
	var golf, big int64
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		codes, err := tag.Codes(ctx, tx, got.ID)
		if err != nil {
			return err
		}
		cruise = strconv.FormatInt(codes[1].ID, 10)
		if err := tag.SetMarks(ctx, tx, a, got.ID, map[int64]string{codes[1].ID: "wishes"}); err != nil {
			return err
		}
		if err := tag.SetMarks(ctx, tx, b, got.ID, map[int64]string{codes[1].ID: "not_interested"}); err != nil {
			return err
		}
		g, k := &tag.Tag{Kind: "interest", Name: "Golf", Active: true}, &tag.Tag{Kind: "attribute", Name: "Big", Active: true}
		if err := record.Insert(ctx, tx, g); err != nil {
			return err
		}
		if err := record.Insert(ctx, tx, k); err != nil {
			return err
		}
		golf, big = g.ID, k.ID
		if err := tag.Put(ctx, tx, record.Ref{Kind: "client", ID: a}, "Golf", ""); err != nil {
			return err
		}
		return tag.Put(ctx, tx, record.Ref{Kind: "client", ID: b}, "Big", "")
	})

	of := func(key string, id int64) []list.Filter {
		return []list.Filter{{Key: key, Op: "any", Values: []string{strconv.FormatInt(id, 10)}}}
	}
	marketing := func(where ...list.Filter) []list.Filter {
		return []list.Filter{{Key: "marketing", Op: "has", Where: where}}
	}
	for name, c := range map[string]struct {
		filters []list.Filter
		want    []int64
	}{
		"code":            {marketing(list.Filter{Key: "code", Op: "any", Values: []string{cruise}}), []int64{a, b}},
		"code and state":  {marketing(list.Filter{Key: "code", Op: "any", Values: []string{cruise}}, list.Filter{Key: "state", Op: "any", Values: []string{"wishes", "interested"}}), []int64{a}},
		"interest":        {of("interest", golf), []int64{a}},
		"attribute":       {of("attribute", big), []int64{b}},
		"tag of any kind": {of("tag", golf), []int64{a}},
		"other kind":      {of("attribute", golf), nil},
	} {
		dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			page, err := client.List.Run(ctx, tx, list.Query{Filters: c.filters})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return nil
			}
			var ids []int64
			for _, r := range page.Rows {
				ids = append(ids, r.ID)
			}
			slices.Sort(ids)
			if !slices.Equal(ids, c.want) {
				t.Errorf("%s finds %v, want %v", name, ids, c.want)
			}
			return nil
		})
	}
}

// TestLeftAffiliation: a filter that names a code of an affiliation which the agency has left
// is told by its name; one that never was is refused.
func TestLeftAffiliation(t *testing.T) {
	w := dbtest.NewWorld(t)
	got, err := imported(t, w, "ada", small)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		codes, err := tag.Codes(ctx, tx, got.ID)
		if err != nil {
			return err
		}
		if err := tag.SetMember(ctx, tx, got.ID, 0, false); err != nil {
			return err
		}
		q := list.Query{Filters: []list.Filter{{Key: "marketing", Op: "has", Where: []list.Filter{{Key: "code", Op: "any", Values: []string{strconv.FormatInt(codes[1].ID, 10)}}}}}}
		words, err := client.List.Describe(ctx, tx, q, "en")
		if err != nil || !strings.Contains(words, "Cruises") {
			t.Errorf("in words %q, %v", words, err)
		}
		q.Filters[0].Where[0].Values = []string{"999999"}
		if _, err := client.List.Run(ctx, tx, q); err == nil || !strings.Contains(err.Error(), "list.gone_value") {
			t.Errorf("a code that never was: %v", err)
		}
		return nil
	})
}

// TestRefusedFiles: a file with a mistake changes nothing and says what it is.
func TestRefusedFiles(t *testing.T) {
	w := dbtest.NewWorld(t)
	for name, c := range map[string]struct{ file, key string }{
		"no JSON":        {"code;name", "marketing.error.json"},
		"cut off":        {small[:200], "marketing.error.json"},
		"two values":     {small + "{}", "marketing.error.json"},
		"unknown member": {strings.Replace(small, `"edition"`, `"edit"`, 1), "marketing.error.json"},
		"other format":   {strings.Replace(small, "affiliation/1", "affiliation/9", 1), "marketing.error.format"},
		"bad code":       {strings.Replace(small, `"NORTH"`, `"N O"`, 1), "marketing.error.code"},
		"no code":        {strings.Replace(small, `"DIVE"`, `""`, 1), "marketing.error.code"},
		"twice":          {strings.Replace(small, `"DIVE"`, `"MAIL"`, 1), "marketing.error.twice"},
		"no name":        {strings.Replace(small, `{"en":"Diving"}`, `{}`, 1), "marketing.error.names"},
		"language":       {strings.Replace(small, `{"en":"Diving"}`, `{"xx":"Diving"}`, 1), "marketing.error.names"},
		"kind":           {strings.Replace(small, `"permission"`, `"wish"`, 1), "marketing.error.kind"},
		"category":       {strings.Replace(small, `"category":"sea"`, `"category":"air"`, 1), "marketing.error.category"},
		"no codes":       {`{"format":"carnet.affiliation/1","code":"X","names":{"en":"X"},"codes":[]}`, "marketing.error.none"},
		"huge":           {strings.Repeat(" ", tag.MaxFile+1), "error.too_large"},
	} {
		_, err := imported(t, w, "ada", c.file)
		if err == nil || !strings.Contains(err.Error(), c.key) {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		all, err := tag.Affiliations(ctx, tx, false)
		if len(all) > 0 {
			t.Errorf("left behind: %v", all)
		}
		return err
	})
}

// TestExample: the example that the documentation names can be imported.
func TestExample(t *testing.T) {
	w := dbtest.NewWorld(t)
	if got, err := imported(t, w, "ada", string(tag.Example)); err != nil || got.Created < 20 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestTagExchange: what one agency exports another imports, once; nothing that exists is
// changed (L11).
func TestTagExchange(t *testing.T) {
	w := dbtest.NewWorld(t)
	var file []byte
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) (err error) {
		for _, g := range []*tag.Tag{{Name: "VIP", Active: true, Requirement: "recommended"}, {Kind: "interest", Name: "Golf", Areas: "client", Active: true},
			{Kind: "attribute", Name: "Size", TakesValue: "required", Choices: "small\nlarge", DefaultValue: "small", Several: true}} {
			if err := record.Insert(ctx, tx, g); err != nil {
				return err
			}
		}
		file, err = tag.Export(ctx, tx)
		return err
	})
	take := func(who string, raw []byte) (created, skipped int, err error) {
		err = w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) (err error) {
			created, skipped, err = tag.Import(t.Context(), tx, bytes.NewReader(raw))
			return err
		})
		return created, skipped, err
	}
	dbtest.Update(t, w.DB, w.As("zoe"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &tag.Tag{Name: "vip", Active: false})
	})
	if c, s, err := take("zoe", file); err != nil || c != 2 || s != 1 {
		t.Fatalf("created %d, skipped %d, %v", c, s, err)
	}
	if c, s, err := take("zoe", file); err != nil || c != 0 || s != 3 {
		t.Errorf("again: created %d, skipped %d, %v", c, s, err)
	}
	dbtest.View(t, w.DB, w.As("zoe"), func(ctx context.Context, tx *db.Tx) error {
		out, err := tag.Export(ctx, tx)
		if got := string(out); !strings.Contains(got, `"name": "vip"`) || !strings.Contains(got, `"kind": "interest"`) || !strings.Contains(got, `"large"`) {
			t.Errorf("%s", out)
		}
		return err
	})
	if _, _, err := take("ann", file); err == nil {
		t.Error("an agent imports tags")
	}
	for _, broken := range []string{"[]", `{"format":"carnet.tags/1","tags":[{"name":"New","kind":"colour"}]}`, `{"format":"carnet.tags/1","tags":[{"name":""}]}`} {
		if _, _, err := take("ada", []byte(broken)); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", broken, err)
		}
	}
}
