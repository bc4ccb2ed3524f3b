package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Limits of size; generated code is exempt.
const (
	maxFile = 400 // lines
	maxFunc = 80  // lines
)

// sources are the folders that hold our Go code, seen from this one.
var sources = []string{".", "../cmd", "../scripts"}

// TestDocumented refuses a package without a comment, and an exported name without
// one. A comment on a group of constants or variables counts for all of them.
func TestDocumented(t *testing.T) {
	documented := map[string]bool{} // by folder
	ours(t, func(path string, fset *token.FileSet, f *ast.File) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		dir := filepath.Dir(path)
		documented[dir] = documented[dir] || strings.TrimSpace(f.Doc.Text()) != ""
		for _, d := range f.Decls {
			for _, id := range undocumented(d) {
				t.Errorf("%s: %s has no comment", fset.Position(id.Pos()), id.Name)
			}
		}
	})
	for dir, ok := range documented {
		if !ok {
			t.Errorf("no file of %s has a package comment", dir)
		}
	}
}

// undocumented returns the exported names that a declaration leaves without a
// comment. Methods of unexported types are nobody's business.
func undocumented(d ast.Decl) (out []*ast.Ident) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc.Text() == "" && (d.Recv == nil || ast.IsExported(typeName(d.Recv.List[0].Type))) {
			out = append(out, d.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc.Text()+s.Doc.Text()+s.Comment.Text() == "" {
					out = append(out, s.Name)
				}
			case *ast.ValueSpec:
				for _, id := range s.Names {
					if id.IsExported() && d.Doc.Text()+s.Doc.Text()+s.Comment.Text() == "" {
						out = append(out, id)
					}
				}
			}
		}
	}
	return out
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.IndexListExpr:
		return typeName(e.X)
	}
	return ""
}

// TestSizes keeps files and functions at a size that can be read in one go.
func TestSizes(t *testing.T) {
	ours(t, func(path string, fset *token.FileSet, f *ast.File) {
		lines := func(n ast.Node) int { return fset.Position(n.End()).Line - fset.Position(n.Pos()).Line + 1 }
		if n := fset.File(f.Pos()).LineCount(); n > maxFile {
			t.Errorf("%s has %d lines: split it by what it is about", path, n)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && lines(fn) > maxFunc {
				t.Errorf("%s: %s has %d lines", fset.Position(fn.Pos()), fn.Name.Name, lines(fn))
			}
		}
	})
}

// ours calls fn for every Go file that people write.
func ours(t *testing.T, fn func(path string, fset *token.FileSet, f *ast.File)) {
	t.Helper()
	n := 0
	for _, root := range sources {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
				return err
			}
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			if !ast.IsGenerated(f) {
				n++
				fn(path, fset, f)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 100 {
		t.Fatalf("found %d files only", n)
	}
}
