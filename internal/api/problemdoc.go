package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/i18n"
)

// problemDoc is the schema of a problem.
func problemDoc() doc {
	str := func(text, example string) doc {
		return doc{}.set("type", "string").set("description", text).set("examples", []string{example})
	}
	list := func(text string, members doc, names ...string) doc {
		return doc{}.set("type", "array").set("description", text).
			set("items", doc{}.set("type", "object").set("properties", members).set("required", names))
	}
	return doc{}.set("type", "object").set("description", "What went wrong (RFC 9457).").set("properties", doc{}.
		set("type", str("Address of the explanation.", docsPath+"#problem-invalid")).
		set("title", str("What kind of problem it is.", "Invalid input")).
		set("status", doc{}.set("type", "integer").set("description", "The HTTP status.").set("examples", []int{422})).
		set("code", str("Stable name of the kind of problem.", "invalid")).
		set("detail", str("What to do about it.", "Please check the marked fields.")).
		set("errors", list("What is wrong with single fields.", doc{}.
			set("path", str("The field or parameter.", "travelers[0].family")).
			set("code", str("Stable name of the mistake.", "required")).
			set("message", str("What to do about it.", "Please fill in this field.")), "path", "code", "message")).
		set("conflicts", list("With status 412: the fields in which your change and the stored record differ.", doc{}.
			set("path", str("The field.", "memo")).
			set("mine", str("What you sent.", "Call back on Monday")).
			set("theirs", str("What is stored.", "Called back")), "path", "mine", "theirs"))).
		set("required", []string{"type", "title", "status", "code", "detail"})
}

// problemTexts describe the statuses of problems.
var problemTexts = []struct {
	status int
	text   string
}{
	{400, "The body isn't a JSON object, or a header can't be read."}, {401, "The token is missing or isn't valid."},
	{403, "The person or the token has no right to do this."}, {404, "There is no such record, or none that you may see."},
	{409, "A unique value is taken, something still refers to the record, or the Idempotency-Key is at work."},
	{412, "Somebody else saved first; \"conflicts\" has both values."}, {413, "The body is larger than 1 MB."},
	{415, "The body isn't application/json."}, {422, "Input that must be corrected; \"errors\" says where."},
	{428, "If-Match is missing."}, {429, "Too many at once: wait as long as Retry-After says."}, {500, "A fault of the program."}, {503, "Not available at the moment."},
}

// statusesOf lists the problems that an operation can answer.
func statusesOf(o *op) (out []int) {
	if o.body != nil || o.ifMatch || o.method == http.MethodPost {
		out = append(out, 400)
	}
	out = append(out, 401)
	if o.need != "" || o.writes() {
		out = append(out, 403)
	}
	if strings.Contains(o.path, "{") || o.writes() || o.asks("view") {
		out = append(out, 404)
	}
	if o.writes() {
		out = append(out, 409)
	}
	if o.ifMatch {
		out = append(out, 412)
	}
	if o.body != nil || o.upload {
		out = append(out, 413, 415)
	}
	out = append(out, 422)
	if o.ifMatch {
		out = append(out, 428)
	}
	if o.body != nil && o.body.member("password") != nil { // guesses are slowed
		out = append(out, 429)
	}
	return append(out, 500, 503)
}

// asks reports whether the operation has a parameter.
func (o *op) asks(name string) bool {
	return slices.ContainsFunc(o.query, func(p param) bool { return p.name == name })
}

func (w *writer) problems() (d doc) {
	l := i18n.For("en")
	codes := map[int]string{400: "bad_json", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 409: "conflict", 412: "stale",
		413: "too_large", 415: "media_type", 422: "invalid", 428: "version_required", 429: "too_many", 500: "internal", 503: "unavailable"}
	for _, p := range problemTexts {
		code := codes[p.status]
		d = d.set(strconv.Itoa(p.status), doc{}.set("description", p.text).set("content", doc{}.set("application/problem+json",
			doc{}.set("schema", doc{}.set("$ref", "#/components/schemas/Problem")).set("example", doc{}.
				set("type", docsPath+"#problem-"+code).set("title", l.T("api.problem."+code)).set("status", p.status).
				set("code", code).set("detail", p.text)))))
	}
	return d
}
