package api

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// statusError is an error whose status isn't that of its kind.
type statusError struct {
	err    *errs.Error
	status int
	code   string
}

// Error renders the message for the log.
func (e *statusError) Error() string { return e.err.Error() }

// Unwrap gives the error of a known kind below.
func (e *statusError) Unwrap() error { return e.err }

func errBadJSON() error {
	return &statusError{errs.New(errs.Invalid, "api.bad_json"), http.StatusBadRequest, "bad_json"}
}

func errNoVersion() error {
	return &statusError{errs.New(errs.Conflict, "api.no_version"), http.StatusPreconditionRequired, "version_required"}
}

func errBadVersion() error {
	return &statusError{errs.New(errs.Invalid, "api.bad_version"), http.StatusBadRequest, "bad_version"}
}

func errMediaType() error {
	return &statusError{errs.New(errs.Invalid, "api.media_type"), http.StatusUnsupportedMediaType, "media_type"}
}

// errNoUpload is errMediaType for what takes a file.
func errNoUpload() error {
	return &statusError{errs.New(errs.Invalid, "api.media_upload"), http.StatusUnsupportedMediaType, "media_type"}
}

func errMethod() error {
	return &statusError{errs.New(errs.Invalid, "error.method"), http.StatusMethodNotAllowed, "method_not_allowed"}
}

var statuses = map[errs.Kind]int{
	errs.Internal: http.StatusInternalServerError, errs.NotFound: http.StatusNotFound,
	errs.Invalid: http.StatusUnprocessableEntity, errs.Conflict: http.StatusConflict,
	errs.Forbidden: http.StatusForbidden, errs.Unauthenticated: http.StatusUnauthorized,
	errs.StepUp: http.StatusForbidden, errs.TooMany: http.StatusTooManyRequests,
	errs.TooLarge: http.StatusRequestEntityTooLarge, errs.Unavailable: http.StatusServiceUnavailable,
}

// classify returns the status and the stable code of an error.
func classify(err error, q *req) (int, string, *errs.Error) {
	var special *statusError
	if errors.As(err, &special) {
		return special.status, special.code, special.err
	}
	var e *errs.Error
	if !errors.As(err, &e) {
		e = errs.New(errs.Internal, "error.internal")
	}
	status := statuses[e.Kind]
	code := e.Kind.String()
	if e.Key == "error.stale" {
		code = "stale"
		if q != nil && q.version != 0 { // RFC 9110: the condition of If-Match is false
			status = http.StatusPreconditionFailed
		}
	}
	return status, code, e
}

// problem answers an error as RFC 9457 problem+json in the reader's language. The
// text of an internal error goes to the log only.
func (s *server) problem(w http.ResponseWriter, r *http.Request, q *req, err error) {
	status, code, e := classify(err, q)
	if status >= 500 {
		name := ""
		if q != nil {
			name = q.op.id
		}
		s.log.ErrorContext(r.Context(), "an API request failed", "operation", name, "error", err)
	}
	lang := i18n.Match(r.Header.Get("Accept-Language"))
	l := i18n.For(lang)
	b := append(make([]byte, 0, 512), '{')
	b = appendText(b, "type", docsPath+"#problem-"+code)
	b = appendText(b, "title", l.T("api.problem."+code))
	b = appendInt(b, "status", int64(status))
	b = appendText(b, "code", code)
	detail := l.Error(e)
	if e.Key == "error.stale" { // which speaks of a page
		detail = l.T("api.stale")
	}
	b = appendText(b, "detail", detail)
	b = appendFields(b, l, e, q)
	b = append(b, '}')
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", lang)
	h.Set("Vary", "Accept-Language")
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="carnet"`)
	}
	for i := 0; i+1 < len(e.Args); i += 2 {
		if n, ok := e.Args[i+1].(int); ok && e.Args[i] == "Seconds" && status == http.StatusTooManyRequests {
			h.Set("Retry-After", strconv.Itoa(n))
		}
	}
	w.WriteHeader(status)
	w.Write(b)
}

// appendFields writes what is wrong with single fields: "errors", or "conflicts"
// with both values where somebody else saved first.
func appendFields(b []byte, l *i18n.Localizer, e *errs.Error, q *req) []byte {
	if len(e.Fields) == 0 {
		return b
	}
	if e.Key == "error.stale" {
		b = append(appendKey(b, "conflicts"), '[')
		for _, f := range e.Fields {
			b = append(appendComma(b), '{')
			b = appendText(b, "path", q.pathOf(f.Path))
			b = appendText(b, "mine", f.Mine)
			b = append(appendText(b, "theirs", f.Theirs), '}')
		}
		return append(b, ']')
	}
	fields := slices.Clone(e.Fields) // some checks walk maps: the order must not change from call to call
	slices.SortStableFunc(fields, func(x, y errs.Field) int { return strings.Compare(x.Path, y.Path) })
	b = append(appendKey(b, "errors"), '[')
	for _, f := range fields {
		b = append(appendComma(b), '{')
		b = appendText(b, "path", q.pathOf(f.Path))
		b = appendText(b, "code", codeOf(f.Key))
		b = append(appendText(b, "message", l.Field(f)), '}')
	}
	return append(b, ']')
}

// codeOf makes the stable code of a message: "error.required" is "required",
// "client.error.policy" is "client.policy".
func codeOf(key string) string {
	key = strings.TrimPrefix(key, "error.")
	return strings.Replace(key, ".error.", ".", 1)
}

// renamed are columns whose name in the API is another one.
var renamed = map[string]string{"is_primary": "primary", "is_default": "default_of"}

// pathOf turns the columns in a path into the names that the API gives them.
func (q *req) pathOf(path string) string {
	at := strings.LastIndexByte(path, '.') + 1
	if name, ok := renamed[path[at:]]; ok {
		return path[:at] + name
	}
	if strings.HasPrefix(path[:at], "travelers[") && path[at:] == "traveler_id" && q != nil && q.op.id == "client.create" {
		return path[:at] + "id"
	}
	if path == "to" && q != nil && q.op.id == "user.edit" {
		return "hand_over_to"
	}
	if path == "tag" && q != nil && strings.HasSuffix(q.op.path, "/tags") {
		return "name"
	}
	if strings.HasPrefix(path[:at], "tags[") && path[at:] == "tag" {
		return path[:at] + "name"
	}
	return path
}
