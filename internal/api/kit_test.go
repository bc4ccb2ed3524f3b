package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/password"
	"github.com/carnetcrm/carnet/internal/vault"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// kit is a world with the API in front. The bearer of a token is a person's name;
// "ann:read" is ann's read-only token.
type kit struct {
	*dbtest.World
	t    testing.TB
	api  http.Handler
	seen map[string]bool // operations that were answered

	imports *imports.Service
	exports *exports.Service
	login   *login.Service
}

// word is the password of whoever has one.
const word = "correct horse 77 battery"

var wordHash = sync.OnceValues(func() (string, error) { return password.Hash(word) })

// enable gives people a password, with which they prove who they are.
func (k *kit) enable(names ...string) {
	k.t.Helper()
	hash, err := wordHash()
	if err != nil {
		k.t.Fatal(err)
	}
	dbtest.Update(k.t, k.DB, k.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for _, name := range names {
			if err := k.login.Enable(ctx, tx, k.Users[name].ID, hash); err != nil {
				return err
			}
		}
		return nil
	})
}

// proved adds the proof to a body.
func proved(body string) string {
	if body == "{}" {
		return `{"password":"` + word + `"}`
	}
	return strings.TrimSuffix(body, "}") + `,"password":"` + word + `"}`
}

func newKit(t testing.TB) *kit {
	k := &kit{World: dbtest.NewWorld(t), t: t, seen: map[string]bool{}}
	svc, err := login.New(k.DB, testVault(t), login.Options{BaseURL: "https://carnet.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(svc.Close)
	k.login = svc
	store, err := files.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	k.imports = &imports.Service{DB: k.DB, Files: store}
	out, err := files.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	k.exports = &exports.Service{DB: k.DB, Files: out, Reveal: flow.Reveal}
	k.api = New(Deps{DB: k.DB, Login: svc, Imports: k.imports, Exports: k.exports, Version: "test", Authenticate: func(ctx context.Context, bearer string) (db.Actor, error) {
		name, scope, _ := strings.Cut(bearer, ":")
		if strings.HasPrefix(bearer, "carnet_") {
			a, _, err := svc.AuthenticateToken(ctx, bearer)
			return a, err
		}
		if !slices.Contains(k.Names(), name) {
			return db.Actor{}, errs.New(errs.Unauthenticated, "error.unauthenticated")
		}
		a := k.As(name)
		a.ReadOnly = scope == "read"
		return a, nil
	}})
	return k
}

func testVault(t testing.TB) *vault.Vault {
	t.Helper()
	v, _, err := vault.New("", filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// reply is an answer.
type reply struct {
	t      testing.TB
	what   string
	status int
	head   http.Header
	raw    string
	body   map[string]any
}

// do sends a request: "GET /clients?limit=1" as a person. Extra arguments are
// header names and values.
func (k *kit) do(who, request, body string, header ...string) *reply {
	k.t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r := httptest.NewRequest(method, base+path, strings.NewReader(body))
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+who)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	k.api.ServeHTTP(w, r)
	out := &reply{t: k.t, what: who + " " + request, status: w.Code, head: w.Header(), raw: w.Body.String()}
	if w.Code != http.StatusNoContent {
		if err := json.Unmarshal([]byte(out.raw), &out.body); err != nil {
			k.t.Fatalf("%s: %d %q: %v", out.what, w.Code, out.raw, err)
		}
		if name := namedTwice(json.NewDecoder(strings.NewReader(out.raw))); name != "" {
			k.t.Errorf("%s: %s is there twice", out.what, name)
		}
	}
	if w.Code >= 500 {
		k.t.Errorf("%s: %d %s", out.what, w.Code, out.raw)
	}
	k.conforms(out, method, path)
	return out
}

// namedTwice returns a member that an object has twice, which readers of JSON take in
// different ways; "" is none.
func namedTwice(d *json.Decoder) (twice string) {
	start, _ := d.Token()
	names := map[string]bool{}
	for d.More() && twice == "" {
		if start == json.Delim('{') {
			t, _ := d.Token()
			name, _ := t.(string)
			if names[name] {
				return name
			}
			names[name] = true
		}
		twice = namedTwice(d)
	}
	if start == json.Delim('{') || start == json.Delim('[') {
		d.Token()
	}
	return twice
}

// conforms checks an answer against the schema that the documents promise.
func (k *kit) conforms(r *reply, method, path string) {
	k.t.Helper()
	path, _, _ = strings.Cut(path, "?")
	for i := range operations {
		o := &operations[i]
		if o.method != method || !fits(o.path, path) || (o.id == "client.get" && path == "/clients/code-proposal") {
			continue
		}
		k.seen[o.id] = true
		if r.status >= 400 {
			if !slices.Contains(statusesOf(o), r.status) {
				k.t.Errorf("%s: status %d isn't documented", r.what, r.status)
			}
			return
		}
		if r.status != o.status {
			k.t.Errorf("%s: status %d, the documents say %d", r.what, r.status, o.status)
		}
		if (r.head.Get("Etag") != "") != o.etag {
			k.t.Errorf("%s: ETag %q, the documents say %v", r.what, r.head.Get("Etag"), o.etag)
		}
		if o.reply != nil {
			for _, problem := range mismatch(o.reply, r.body, "") {
				k.t.Errorf("%s: %s", r.what, problem)
			}
		}
	}
}

func fits(pattern, path string) bool {
	a, b := strings.Split(pattern, "/"), strings.Split(path, "/")
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s string) bool {
		i := slices.Index(a, s)
		return s != b[i] && (!strings.HasPrefix(s, "{") || b[i] == "order")
	})
}

// mismatch says where a value differs from its schema.
func mismatch(s *schema, v any, path string) (out []string) {
	if v == nil {
		if !s.nullable {
			out = append(out, path+" is null")
		}
		return out
	}
	switch s.typ {
	case "object":
		o, ok := v.(map[string]any)
		if !ok {
			return []string{path + " isn't an object"}
		}
		for _, name := range s.required {
			if _, ok := o[name]; !ok && s.member(name).need == "" {
				out = append(out, path+"."+name+" is missing")
			}
		}
		for name, x := range o {
			if s.format == "values" || s.own && list.IsOwn(name) {
				continue // of the agency's own fields
			}
			if m := s.member(name); m == nil {
				out = append(out, path+"."+name+" isn't documented")
			} else {
				out = append(out, mismatch(m, x, path+"."+name)...)
			}
		}
	case "array":
		list, ok := v.([]any)
		if !ok {
			return []string{path + " isn't an array"}
		}
		for i, x := range list {
			out = append(out, mismatch(s.items, x, fmt.Sprintf("%s[%d]", path, i))...)
		}
	case "string":
		t, ok := v.(string)
		if !ok {
			return []string{path + " isn't a string"}
		}
		if s.format == "date" && !date.Date(t).Valid() {
			out = append(out, path+" isn't a date: "+t)
		}
		if _, err := time.Parse(time.RFC3339, t); s.format == "date-time" && err != nil {
			out = append(out, path+" isn't a moment: "+t)
		}
		if s.enum != nil && !slices.Contains(s.enum, t) {
			out = append(out, path+" isn't one of the choices: "+t)
		}
	case "integer":
		if _, ok := v.(float64); !ok {
			out = append(out, path+" isn't a number")
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			out = append(out, path+" isn't a boolean")
		}
	}
	return out
}

// want checks the status.
func (r *reply) want(status int) *reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: %d, want %d: %s", r.what, r.status, status, r.raw)
	}
	return r
}

// at returns the value at a path such as "items.0.name"; nil where there is none.
func (r *reply) at(path string) any {
	var v any = r.body
	for part := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// is checks values: path, value, path, value ...
func (r *reply) is(pairs ...any) *reply {
	r.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		got, want := r.at(pairs[i].(string)), pairs[i+1]
		if n, ok := want.(int); ok {
			want = float64(n)
		}
		if got != want {
			r.t.Errorf("%s: %s is %#v, want %#v in %s", r.what, pairs[i], got, want, r.raw)
		}
	}
	return r
}

// id is the number of the answered record.
func (r *reply) id() int64 {
	r.t.Helper()
	n, ok := r.body["id"].(float64)
	if !ok {
		r.t.Fatalf("%s: no id in %s", r.what, r.raw)
	}
	return int64(n)
}

// all returns a member of every item.
func (r *reply) all(name string) []string {
	r.t.Helper()
	items, ok := r.body["items"].([]any)
	if !ok {
		r.t.Fatalf("%s: no items in %s", r.what, r.raw)
	}
	out := []string{}
	for _, x := range items {
		out = append(out, fmt.Sprint(x.(map[string]any)[name]))
	}
	return out
}

// bad checks which fields a problem names: path, code, path, code ...
func (r *reply) bad(status int, pairs ...string) *reply {
	r.t.Helper()
	r.want(status)
	if ct := r.head.Get("Content-Type"); ct != "application/problem+json" {
		r.t.Errorf("%s: content type %q", r.what, ct)
	}
	list, _ := r.body["errors"].([]any)
	var got []string
	for _, x := range list {
		o := x.(map[string]any)
		got = append(got, o["path"].(string), o["code"].(string))
		if m := o["message"].(string); m == "" || strings.Contains(m, "{{") {
			r.t.Errorf("%s: message %q", r.what, m)
		}
	}
	if !slices.Equal(got, pairs) {
		r.t.Errorf("%s: errors %q, want %q", r.what, got, pairs)
	}
	return r
}

// serve starts the API on a real connection.
func (k *kit) serve() *httptest.Server {
	s := httptest.NewServer(k.api)
	k.t.Cleanup(s.Close)
	return s
}

func drain(r io.ReadCloser) { io.Copy(io.Discard, r); r.Close() }
