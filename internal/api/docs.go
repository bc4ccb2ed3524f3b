package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/carnetcrm/carnet/internal/i18n"
)

//go:embed docs.html
var docsHTML string

//go:embed docs.css
var docsCSS []byte

var docsPage = template.Must(template.New("docs").Parse(docsHTML))

// policy lets the reference load its own style sheets and nothing else.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// documents serves the OpenAPI document and the reference page. Both say how the
// program works and hold no data, so they need no token.
func (s *server) documents() {
	spec := sync.OnceValue(func() []byte { return OpenAPI(s.Version) })
	s.mux.HandleFunc("GET "+specPath, func(w http.ResponseWriter, _ *http.Request) { send(w, "application/json", spec()) })
	page := sync.OnceValue(func() []byte { return reference(s.Version) })
	s.mux.HandleFunc("GET "+docsPath, func(w http.ResponseWriter, _ *http.Request) { send(w, "text/html; charset=utf-8", page()) })
	s.mux.HandleFunc("GET "+docsPath+".css", func(w http.ResponseWriter, _ *http.Request) { send(w, "text/css; charset=utf-8", docsCSS) })
}

func send(w http.ResponseWriter, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-cache")
	w.Write(body)
}

// The reference page shows these.
type (
	docGroup struct {
		Name, Doc string
		Ops       []docOp
	}
	docOp struct {
		ID, Method, Path, Summary, Doc, Need, Curl string
		Params                                     []docField
		Body, Reply                                *docSchema
		Status                                     int
	}
	docSchema struct {
		Name, Doc string
		Fields    []docField
	}
	docField struct {
		Name, Type, In, Doc, Example string
		Must                         bool
	}
	docProblem struct {
		Code, Title string
		Status      int
	}
)

// reference renders the page that people read.
func reference(version string) []byte {
	var b bytes.Buffer
	err := docsPage.Execute(&b, map[string]any{"Version": version, "Intro": strings.Split(introduction, "\n\n"), "Groups": docGroups(),
		"Problems": docProblems(), "Spec": specPath, "CSS": docsPath + ".css"})
	if err != nil {
		panic("api: " + err.Error()) // the template and its data are part of the program
	}
	return b.Bytes()
}

func docGroups() (out []docGroup) {
	w := &writer{components: map[string]*schema{}}
	at := map[string]int{}
	for i := range operations {
		o := &operations[i]
		if _, ok := at[o.group]; !ok {
			at[o.group] = len(out)
			out = append(out, docGroup{Name: o.group, Doc: groupDocs[o.group]})
		}
		g := &out[at[o.group]]
		g.Ops = append(g.Ops, docOp{ID: o.id, Method: o.method, Path: base + o.path, Summary: o.summary, Doc: o.doc, Need: o.need,
			Curl: curl(o), Params: w.docParams(o), Body: docBody(o.body, true), Reply: docBody(o.reply, false), Status: o.status})
	}
	return out
}

func docProblems() (out []docProblem) {
	l := i18n.For("en")
	for _, p := range []docProblem{{"bad_json", "", 400}, {"bad_version", "", 400}, {"bad_key", "", 400}, {"unauthenticated", "", 401},
		{"forbidden", "", 403}, {"step_up", "", 403}, {"not_found", "", 404}, {"method_not_allowed", "", 405}, {"conflict", "", 409},
		{"key_busy", "", 409}, {"stale", "", 412}, {"too_large", "", 413}, {"media_type", "", 415}, {"invalid", "", 422},
		{"key_reused", "", 422}, {"version_required", "", 428}, {"too_many", "", 429}, {"internal", "", 500}, {"unavailable", "", 503}} {
		p.Title = l.T("api.problem." + p.Code)
		out = append(out, p)
	}
	return out
}

// docParams turns what the OpenAPI document says about parameters into rows.
func (w *writer) docParams(o *op) (out []docField) {
	for _, d := range w.parameters(o) {
		f := docField{}
		for _, p := range d {
			switch p.name {
			case "name":
				f.Name = p.value.(string)
			case "in":
				f.In = p.value.(string)
			case "description":
				f.Doc = p.value.(string)
			case "required":
				f.Must = true
			case "schema":
				f.Type = fmt.Sprint(p.value.(doc)[0].value)
			case "example":
				f.Example = fmt.Sprint(p.value)
			}
		}
		out = append(out, f)
	}
	return out
}

func docBody(s *schema, sent bool) *docSchema {
	if s == nil {
		return nil
	}
	d := &docSchema{Name: s.name, Doc: s.doc}
	d.add(s, "", sent)
	return d
}

// add lists the members of an object, those of inner objects behind their name.
func (d *docSchema) add(s *schema, prefix string, sent bool) {
	for _, m := range s.members {
		if sent && m.readOnly {
			continue
		}
		f := docField{Name: prefix + m.name, Type: typeOf(m.schema), Doc: m.doc}
		for _, r := range s.required {
			f.Must = f.Must || sent && r == m.name
		}
		if m.need != "" {
			f.Doc += " Only with the right " + m.need + "."
		}
		if raw, err := json.Marshal(m.example); err == nil && m.example != nil {
			f.Example = string(raw)
		}
		d.Fields = append(d.Fields, f)
		inner := m.schema
		if inner.items != nil {
			inner = inner.items
		}
		if inner.typ == "object" {
			d.add(inner, f.Name+".", sent)
		}
	}
}

func typeOf(s *schema) string {
	t := s.typ
	switch {
	case s.items != nil:
		t = "array of " + s.items.typ + "s"
	case s.format != "":
		t = s.format
	case s.enum != nil:
		t = "one of"
		for i, v := range s.enum {
			if i > 0 {
				t += ","
			}
			t += fmt.Sprintf(" %q", v)
		}
	}
	if s.nullable {
		t += " or null"
	}
	return t
}

// curl is an example of the operation for a shell.
func curl(o *op) string {
	path := o.path
	for strings.Contains(path, "{") {
		i, j := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:i] + "7" + path[j+1:]
	}
	query := ""
	for _, p := range o.query {
		if p.must {
			query = " --get --data-urlencode " + quote(p.name+"="+fmt.Sprint(p.example))
		}
	}
	var b strings.Builder
	b.WriteString("curl -H \"Authorization: Bearer $TOKEN\"")
	if o.method != http.MethodGet && !(o.method == http.MethodPost && o.body != nil) {
		b.WriteString(" -X " + o.method)
	}
	if o.ifMatch {
		b.WriteString(` -H 'If-Match: "3"'`)
	}
	b.WriteString(query + " \\\n  \"$BASE" + base + path + "\"")
	if o.body != nil {
		raw, err := json.MarshalIndent(exampleOf(o.body, true), "", "  ")
		if err == nil {
			b.WriteString(" \\\n  -H 'Content-Type: application/json' -d " + quote(string(raw)))
		}
	}
	return b.String()
}

// quote makes one word of a shell out of s.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
