package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/carnetcrm/carnet/internal/"

// layers are the packages from the bottom to the top. A package may import those
// of lower layers, and within its layer those named in peers. The diagram of
// docs/architecture.md is this table.
var layers = [][]string{
	// One job each; they know no other package of ours, or next to none.
	{"errs", "fold"},
	{"phone", "email", "weburl", "madeup", "mrz", "cardno"},
	{"date", "password", "vault", "files", "mail", "chrome", "ocr"},
	{"i18n"},
	{"country", "config", "output", "preview"},
	// The platform: knows no travel word.
	{"db"},
	{"record", "list", "jobs", "backup"},
	// The nouns, in dependency order.
	{"agency"},
	{"login", "view", "clientlist"},
	{"publiclink"},
	{"tag", "option", "field"},
	{"document", "activity"},
	{"contact"},
	{"traveler"},
	{"client"},
	{"intake"}, // pure parsers
	// Use cases that span nouns.
	{"flow"},
	{"demo"},
	{"dbtest"},
	// Delivery.
	{"web", "api"},
	{"app"},
	{"bench"},
}

func layerOf(pkg string) int {
	top, _, _ := strings.Cut(pkg, "/")
	return slices.IndexFunc(layers, func(l []string) bool { return slices.Contains(l, top) })
}

// TestDependencies refuses an import that points upwards or sideways.
func TestDependencies(t *testing.T) {
	each(t, func(path string, f *ast.File) {
		pkg := filepath.ToSlash(filepath.Dir(path))
		if pkg == "." || strings.HasSuffix(path, "_test.go") {
			return
		}
		from := layerOf(pkg)
		if from < 0 {
			t.Errorf("%s is in no layer: add it to the table", pkg)
			return
		}
		for _, im := range f.Imports {
			dep, ours := strings.CutPrefix(strings.Trim(im.Path.Value, `"`), module)
			if !ours || top(dep) == top(pkg) {
				continue
			}
			if to := layerOf(dep); to < 0 || to >= from {
				t.Errorf("%s imports %s, which isn't below it", path, dep)
			}
		}
	})
}

func top(pkg string) string { name, _, _ := strings.Cut(pkg, "/"); return name }

// guarded are the functions that go around a rule, and who may call them.
var guarded = map[string][]string{
	"Open":     {"record"},                                              // a secret, without a trace
	"Seal":     {"record"},                                              //
	"Raw":      {"db", "record"},                                        // writes without history
	"RawQuery": {"db", "record"},                                        // likewise
	"NextIDs":  {"db", "record"},                                        //
	"AsSystem": {"db", "record", "login", "traveler", "client", "flow"}, // sees more than the actor: codes, search texts, trash
}

// TestGuardedCalls keeps the ways around visibility and history to those who need
// them.
func TestGuardedCalls(t *testing.T) {
	each(t, func(path string, f *ast.File) {
		pkg := top(filepath.ToSlash(filepath.Dir(path)))
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if ok && guarded[sel.Sel.Name] != nil && !slices.Contains(guarded[sel.Sel.Name], pkg) && receiver(sel) == "tx" {
				t.Errorf("%s calls tx.%s", path, sel.Sel.Name)
			}
			return true
		})
	})
}

func receiver(sel *ast.SelectorExpr) string {
	if id, ok := sel.X.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func each(t *testing.T, fn func(path string, f *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		fn(path, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
