package i18n

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// keyShape tells a translation key from other strings: "client.name", "error.too_long".
var keyShape = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$`)

// keyArg is the position of the key in the calls that take one. Add is that of
// errs.Collect; an Add of something else is told by the shape of its argument.
var keyArg = map[string]int{"T": 0, "errs.New": 1, "errs.Wrap": 2, "errs.Bad": 1, "Add": 1}

// TestKeysInSourceExist looks at every key that Go and templ source names: it exists in
// English, and the call gives every placeholder that the message has.
func TestKeysInSourceExist(t *testing.T) {
	fset := token.NewFileSet()
	seen := 0
	for _, root := range []string{"../../internal", "../../cmd"} {
		if _, err := os.Stat(root); err != nil {
			continue
		}
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					if problem, counted := checkCall(call); counted {
						seen++
						if problem != "" {
							t.Errorf("%s: %s", fset.Position(call.Pos()), problem)
						}
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen == 0 {
		t.Fatal("no key was found in the source: this test looks in the wrong place")
	}
}

// checkCall says what is wrong with the key of a call; counted is false when the call
// takes none.
func checkCall(call *ast.CallExpr) (problem string, counted bool) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	name := sel.Sel.Name
	if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "errs" {
		name = "errs." + name
	}
	at, ok := keyArg[name]
	if !ok || at >= len(call.Args) {
		return "", false
	}
	key, whole := literal(call.Args[at])
	switch {
	case key == "":
		return "", false
	case !whole && strings.HasSuffix(key, "."):
		if !slices.ContainsFunc(Keys("en"), func(k string) bool { return strings.HasPrefix(k, key) }) {
			return fmt.Sprintf("no key begins with %q", key), true
		}
		return "", true
	case !whole || !keyShape.MatchString(key):
		return "", false
	}
	m := catalogues["en"]().messages[key]
	if m == nil {
		return fmt.Sprintf("the key %q doesn't exist", key), true
	}
	given, known := names(call, at+1)
	for _, p := range m.placeholders() {
		if known && !slices.Contains(given, p) {
			return fmt.Sprintf("%q needs the argument %s", key, p), true
		}
	}
	return "", true
}

// literal returns the text of a string literal, or the literal that a concatenation
// begins with (whole is false then).
func literal(e ast.Expr) (s string, whole bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, _ = strconv.Unquote(e.Value)
			return s, true
		}
	case *ast.BinaryExpr:
		s, _ = literal(e.X)
		return s, false
	}
	return "", false
}

// names returns the argument names of a call from position at on; known is false when
// they are passed on from elsewhere.
func names(call *ast.CallExpr, at int) (given []string, known bool) {
	if call.Ellipsis.IsValid() {
		return nil, false
	}
	for i := at; i < len(call.Args); i += 2 {
		s, whole := literal(call.Args[i])
		if !whole {
			return nil, false
		}
		given = append(given, s)
	}
	return given, true
}

// TestCheckCall makes sure that the check above can fail.
func TestCheckCall(t *testing.T) {
	for source, want := range map[string]string{
		`l.T("common.save")`:                          "",
		`l.T("common.no_such")`:                       `the key "common.no_such" doesn't exist`,
		`errs.New(errs.Invalid, "no.such")`:           `the key "no.such" doesn't exist`,
		`errs.Bad("name", "error.too_long")`:          `"error.too_long" needs the argument Max`,
		`errs.Bad("name", "error.too_long", args...)`: "",
		`c.Add("name", "error.too_long", "Max", 5)`:   "",
		`c.Add("name", "error.nothing")`:              `the key "error.nothing" doesn't exist`,
		`l.T("nothing." + kind)`:                      `no key begins with "nothing."`,
		`l.T("common." + kind)`:                       "",
	} {
		e, err := parser.ParseExpr(source)
		if err != nil {
			t.Fatal(err)
		}
		if got, counted := checkCall(e.(*ast.CallExpr)); got != want || !counted {
			t.Errorf("%s: %q, %v, want %q", source, got, counted, want)
		}
	}
	for _, source := range []string{`h.Add("Accept", "text/html")`, `l.T(key)`, `errs.New(errs.Forbidden, "")`, `f("common.no_such")`} {
		e, err := parser.ParseExpr(source)
		if err != nil {
			t.Fatal(err)
		}
		if problem, counted := checkCall(e.(*ast.CallExpr)); counted {
			t.Errorf("%s was taken for a message: %s", source, problem)
		}
	}
}
