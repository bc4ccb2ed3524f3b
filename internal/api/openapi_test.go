package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestOpenAPI holds the whole contract in a golden file, so that no change of it
// goes unseen.
func TestOpenAPI(t *testing.T) {
	const golden = "testdata/openapi.json"
	got := OpenAPI("test")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the document differs from %s; look at the change and run: go test ./internal/api -run TestOpenAPI -update", golden)
	}
}

// TestDocumented makes sure that every operation, parameter and field is explained
// and has an example, and that references lead somewhere.
func TestDocumented(t *testing.T) {
	var d struct {
		Components struct{ Schemas map[string]any }
	}
	raw := bytes.ReplaceAll(OpenAPI("test"), []byte(`": "`), []byte(`":"`))
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(string(raw), `"$ref":"#/components/schemas/`) {
		if name, _, _ := strings.Cut(part, `"`); !strings.HasPrefix(part, "{") && d.Components.Schemas[name] == nil {
			t.Errorf("nothing is called %s", name)
		}
	}
	if name := namedTwice(json.NewDecoder(bytes.NewReader(raw))); name != "" {
		t.Errorf("an object has %s twice", name)
	}
	for name, c := range d.Components.Schemas {
		must, _ := c.(map[string]any)["required"].([]any)
		if all := map[any]bool{}; slices.ContainsFunc(must, func(x any) bool { was := all[x]; all[x] = true; return was }) {
			t.Errorf("%s requires a member twice: %v", name, must)
		}
	}
	ids := map[string]bool{}
	for i := range operations {
		o := &operations[i]
		if o.summary == "" || o.doc == "" || o.group == "" || groupDocs[o.group] == "" || ids[o.id] {
			t.Errorf("%s: no summary, description or group, or twice there", o.id)
		}
		ids[o.id] = true
		for _, p := range o.params() {
			if p.doc == "" || strings.HasPrefix(p.doc, "Filter:  ") {
				t.Errorf("%s: parameter %s isn't explained", o.id, p.name)
			}
		}
		for _, s := range []*schema{o.body, o.reply} {
			if s != nil {
				explained(t, o.id, s)
			}
		}
	}
}

func explained(t *testing.T, path string, s *schema) {
	t.Helper()
	if s.doc == "" {
		t.Errorf("%s isn't explained", path)
	}
	if s.example == nil && s.typ != "object" && s.typ != "array" {
		t.Errorf("%s has no example", path)
	}
	for _, m := range s.members {
		explained(t, path+"."+m.name, m.schema)
	}
	if s.items != nil {
		explained(t, path+"[]", s.items)
	}
}
