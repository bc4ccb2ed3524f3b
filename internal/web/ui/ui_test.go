package ui

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/web/assets"
	"golang.org/x/net/html"
)

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// walk visits every element below n.
func walk(n *html.Node, fn func(*html.Node)) {
	if n.Type == html.ElementNode {
		fn(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, fn)
	}
}

// Every part, in every language: valid, named, within the policy.
func TestGallery(t *testing.T) {
	for _, lang := range i18n.Langs {
		l := i18n.For(lang)
		for name, page := range galleryPages {
			t.Run(lang+"/"+name, func(t *testing.T) {
				text := render(t, page(l, "light"))
				if m := regexp.MustCompile(`\b(ui|common)\.[a-z_]+(\.[a-z_]+)*`).FindString(text); m != "" {
					t.Errorf("a key is shown raw: %s", m)
				}
				if strings.Contains(text, "{{") || strings.Contains(text, "<no value>") {
					t.Error("a placeholder is shown raw")
				}
				doc, err := html.Parse(strings.NewReader(text))
				if err != nil {
					t.Fatal(err)
				}
				checkDocument(t, doc)
			})
		}
	}
}

// checkDocument holds the rules that a browser doesn't complain about.
func checkDocument(t *testing.T, doc *html.Node) {
	t.Helper()
	ids, refs := map[string]bool{}, []string{}
	labelled := map[string]bool{}
	walk(doc, func(n *html.Node) {
		if id, ok := attr(n, "id"); ok {
			if ids[id] || id == "" {
				t.Errorf("the id %q is there twice", id)
			}
			ids[id] = true
		}
		for _, name := range []string{"aria-labelledby", "aria-describedby", "aria-controls", "for", "popovertarget", "commandfor", "list", "form"} {
			if v, ok := attr(n, name); ok {
				refs = append(refs, strings.Fields(v)...)
				if name == "for" {
					labelled[v] = true
				}
			}
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") || strings.HasPrefix(a.Val, "javascript:") || strings.HasPrefix(a.Val, "data:") {
				t.Errorf("the policy refuses <%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
		if href, ok := attr(n, "href"); ok && n.Data == "use" {
			if _, icon, sprite := strings.Cut(href, "#i-"); sprite && !assets.HasIcon(icon) {
				t.Errorf("the sprite has no icon %q", icon)
			}
		}
		if n.Data == "script" && n.FirstChild != nil || n.Data == "style" {
			t.Errorf("<%s> inside the page", n.Data)
		}
	})
	for _, r := range refs {
		if !ids[r] {
			t.Errorf("something refers to the id %q, which isn't there", r)
		}
	}
	walk(doc, func(n *html.Node) {
		if !slices.Contains([]string{"input", "select", "textarea"}, n.Data) {
			return
		}
		if kind, _ := attr(n, "type"); kind == "hidden" {
			return
		}
		id, _ := attr(n, "id")
		_, named := attr(n, "aria-label")
		for p := n.Parent; p != nil && !named; p = p.Parent {
			named = p.Data == "label"
		}
		if !named && !labelled[id] {
			name, _ := attr(n, "name")
			t.Errorf("<%s name=%q> has no label", n.Data, name)
		}
	})
}

func TestResults(t *testing.T) {
	text := render(t, gallerySearch(i18n.For("en")))
	for _, want := range []string{`id="r-0-0"`, `<mark>Kowal</mark>`, `data-value="2"`, `role="option"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if text := render(t, Results{L: i18n.For("pl")}); !strings.Contains(text, i18n.For("pl").T("common.no_results")) {
		t.Errorf("nothing found, nothing said: %s", text)
	}
}

// What a user typed is text, wherever it stands.
func TestEscaping(t *testing.T) {
	bad := `" onload="x"><script>alert(1)</script>`
	l := i18n.For("en")
	for name, c := range map[string]templ.Component{
		"input":  Input{Field: Field{Name: bad, Label: bad, Help: bad, Error: bad}, Value: bad},
		"area":   Textarea{Field: Field{Name: "x", Label: bad}, Value: "</textarea>" + bad},
		"select": Select{Field: Field{Name: "x", Label: bad}, Options: []Option{{Value: bad, Label: bad, Group: bad}}},
		"name":   Name{bad, bad},
		"link":   Link{bad, bad},
		"web":    WebLink{"javascript:alert(1)", bad},
		"button": Button{Label: bad, Icon: bad, Kind: bad, Keys: bad, Shortcut: bad, ID: bad, Href: "javascript:alert(1)", Swap: Swap{Card: bad, Get: bad, Edit: true}},
		"submit": Button{Label: bad, IconOnly: true, Name: bad, Value: bad, Form: bad, Action: "javascript:alert(1)", Popover: bad, Dialog: bad, Attrs: templ.Attributes{"data-x": bad}},
		"badge":  Group{Badge{Label: bad, Kind: bad, Icon: bad}, Badge{Label: bad, IconOnly: true}, BadgeList{{Label: bad, Kind: bad}}},
		"avatar": Group{Avatar{Initials: bad, Size: bad}, Time{bad, bad}, Icon(bad)},
		"row": Row{Title: bad + "@example.com", ID: bad, Kind: bad, Href: bad, Sub: bad, End: bad, EndSub: bad, EndKind: bad, Badges: []Badge{{Label: bad}},
			Attrs: templ.Attributes{"data-x": bad}},
		"facts":   Facts{Items: []Fact{{Label: bad, Value: bad, Note: bad}}},
		"caution": Input{Field: Field{ID: bad, Name: bad, Label: bad, Note: bad, Caution: bad}},
		"result":  Results{L: l, Groups: []ResultGroup{{Label: bad, Items: []Result{{Title: bad, Query: "script", What: bad, Href: bad, Value: bad}}}}},
		"table":   Table{L: l, Label: bad, Action: "#", Columns: []Column{{Label: bad}, {Label: bad}}, Rows: []TableRow{{ID: bad, Href: bad, Peek: bad, Name: Name{bad, bad}, Cells: []Cell{{Text: bad}}}}},
		"tokens":  Tokens{L: l, Field: Field{Name: "x", Label: bad}, Values: []Option{{Value: bad, Label: bad}}, Suggestions: []Option{{Label: bad}}},
		"event":   Timeline{L: l, Days: []Day{{Title: bad, Events: []Event{{Title: bad, Text: bad, Href: bad, Changes: []Change{{bad, bad, bad}}}}}}},
	} {
		text := render(t, c)
		if strings.Contains(text, "<script>") || strings.Contains(text, "javascript:alert") || strings.Contains(text, `" onload="`) {
			t.Errorf("%s lets markup through: %s", name, text)
		}
	}
}

// TestShortcuts: the sheet names no key twice, and calls keys as they are labelled.
func TestShortcuts(t *testing.T) {
	for lang, want := range map[string]string{"en": "Ctrl K", "de": "Strg K", "fr": "Maj x"} {
		seen := map[string]bool{}
		for _, s := range shortcutList(Frame{L: i18n.For(lang), Nav: []NavItem{{Label: "Exports", Key: "e"}}}) {
			keys := strings.Join(s.keys, " ")
			if seen[keys] {
				t.Errorf("%s: %s is there twice", lang, keys)
			}
			seen[keys] = true
		}
		if !seen[want] {
			t.Errorf("%s: no %s in %v", lang, want, seen)
		}
	}
}

func TestTextareaKeepsFirstLine(t *testing.T) {
	text := render(t, Textarea{Field: Field{Name: "memo", Label: "Memo"}, Value: "\nsecond"})
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	walk(doc, func(n *html.Node) {
		if n.Data == "textarea" && n.FirstChild.Data != "\nsecond" {
			t.Errorf("the text came back as %q", n.FirstChild.Data)
		}
	})
}

// TestOneClass: what a page adds to the class of a control stands in its one attribute.
func TestOneClass(t *testing.T) {
	f := Field{Name: "x", Label: "X", Attrs: templ.Attributes{"class": "code"}}
	for name, c := range map[string]templ.Component{"input": Input{Field: f}, "textarea": Textarea{Field: f}, "select": Select{Field: f}, "password": Password{Field: f, L: i18n.For("en")},
		"date": DateField{Field: f, L: i18n.For("en")}, "lookup": Lookup{Field: f, L: i18n.For("en")}} {
		text := render(t, c)
		if !strings.Contains(text, `class="input code"`) || strings.Contains(text, `class="code"`) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestHighlight(t *testing.T) {
	for _, c := range []struct{ text, query, want string }{
		{"Kowalska/Joanna", "kowal", "[Kowal]ska/Joanna"},
		{"Żółć Łukasz", "zolc luk", "[Żółć] [Łuk]asz"},
		{"Großmann", "gross", "[Groß]mann"},
		{"Kowalska", "", "Kowalska"},
		{"", "x", ""},
		{"Anna", "xyz", "Anna"},
		{"Hanna", "an na", "H[anna]"},
	} {
		var b strings.Builder
		for _, p := range Highlight(c.text, c.query) {
			if p.Hit {
				b.WriteString("[" + p.Text + "]")
			} else {
				b.WriteString(p.Text)
			}
		}
		if b.String() != c.want {
			t.Errorf("Highlight(%q, %q) = %s, want %s", c.text, c.query, b.String(), c.want)
		}
	}
}

func FuzzHighlight(f *testing.F) {
	f.Add("Żółć", "zolc")
	f.Add("ﬁn", "i")
	f.Fuzz(func(t *testing.T, text, query string) {
		var b strings.Builder
		for _, p := range Highlight(text, query) {
			b.WriteString(p.Text)
		}
		if want := strings.ToValidUTF8(text, "\uFFFD"); len(text) == len(want) && b.String() != text {
			t.Errorf("the pieces of %q make %q", text, b.String())
		}
	})
}

func TestInitials(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"Kowalska", "Joanna", "KJ"}, {"żurawska", "ewelina", "ŻE"}, {"Nordlicht Maschinenbau GmbH", "", "NM"},
		{"O’Connor", "Siobhán", "OS"}, {"", "", ""}, {"3M", "", "3"}, {"\"Sun\" Travel", "", "ST"}, {"李", "明", "李明"},
	} {
		if got := Initials(c.a, c.b); got != c.want {
			t.Errorf("Initials(%q, %q) = %q, want %q", c.a, c.b, got, c.want)
		}
	}
}

func TestCount(t *testing.T) {
	en := i18n.For("en")
	for _, c := range []struct {
		shown, total int
		bounded      bool
		want         string
	}{{25, 64, false, "25 of 64"}, {25, 10000, true, "25 of 10,000+"}, {3, 3, false, "3"}, {0, 0, false, "0"}} {
		if got := Count(en, c.shown, c.total, c.bounded); got != c.want {
			t.Errorf("Count(%d, %d, %v) = %q, want %q", c.shown, c.total, c.bounded, got, c.want)
		}
	}
	text := render(t, Pager{L: en, Count: "25 of 64 clients", Shown: 25})
	if !strings.Contains(text, "<span data-shown>25</span>") {
		t.Errorf("the script can't find the number: %s", text)
	}
}

func TestTint(t *testing.T) {
	seen := map[int]bool{}
	for id := int64(-3); id < 20; id++ {
		n := Tint(id)
		if n < 1 || n > tints {
			t.Fatalf("Tint(%d) = %d", id, n)
		}
		seen[n] = true
	}
	if len(seen) != tints {
		t.Errorf("only %d tints are used", len(seen))
	}
}

func TestSlices(t *testing.T) {
	ts := Tally{Items: []TallyItem{{Kind: "create", Count: 100000}, {Kind: "update"}, {Kind: "error", Count: 1}}}.slices()
	if len(ts) != 2 || ts[0].x != "0.0%" || ts[1].kind != "error" || ts[1].width == "0.0%" {
		t.Errorf("slices: %+v", ts)
	}
}
