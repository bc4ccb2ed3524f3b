// Package errs holds the few kinds of error that Carnet tells a caller about.
//
// An error carries a translation key and its arguments, never a finished
// sentence: the delivery packages render it in the reader's language, as HTML or
// as RFC 9457 problem+json. Any other error is Internal: it is logged, and its
// text never leaves the program.
package errs

import (
	"errors"
	"strings"
)

// Kind says how a caller should react to an error.
type Kind int

// The kinds, with the HTTP status that the delivery packages give them.
const (
	Internal        Kind = iota // 500: our fault; the text stays inside
	NotFound                    // 404: no such record, or none that the actor may see
	Invalid                     // 422: input that must be corrected, per field
	Conflict                    // 409: somebody saved first, or a unique value is taken
	Forbidden                   // 403: visible, but this act isn't allowed
	Unauthenticated             // 401: sign in first
	StepUp                      // 403: fresh proof of identity is needed
	TooMany                     // 429: wait before trying again
	TooLarge                    // 413: the upload or the request exceeds its limit
	Unavailable                 // 503: a part (mail, disk) doesn't answer at the moment
)

var names = [...]string{"internal", "not_found", "invalid", "conflict", "forbidden",
	"unauthenticated", "step_up", "too_many", "too_large", "unavailable"}

// String returns the stable machine name of the kind, as the API shows it.
func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return names[Internal]
}

// Field is what is wrong with one field of the input.
type Field struct {
	Path string // as the form and the API name it: "email", "communications[2].value"
	Key  string // translation key
	Args []any  // name, value, name, value ...

	// For a Conflict: the value that was sent and the one stored meanwhile.
	Mine, Theirs string
}

// Error is an error of a known kind.
type Error struct {
	Kind   Kind
	Key    string // translation key of the message
	Args   []any  // name, value, name, value ...
	Fields []Field
	Err    error // the cause, for the log only
}

// Error renders the message for logs and tests, without translation.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Kind.String())
	if e.Key != "" {
		b.WriteString(": " + e.Key)
	}
	for _, f := range e.Fields {
		b.WriteString("; " + f.Path + ": " + f.Key)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is lets errors.Is(err, errs.New(errs.NotFound, "")) match any error of the kind.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Key == "" && t.Kind == e.Kind
}

// New returns an error of kind with a translation key and its arguments.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// Wrap is New with a cause that goes to the log.
func Wrap(err error, kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args, Err: err}
}

// Bad returns an Invalid error for one field.
func Bad(path, key string, args ...any) *Error {
	return &Error{Kind: Invalid, Key: "error.invalid", Fields: []Field{{Path: path, Key: key, Args: args}}}
}

// Missing is the NotFound that hides whether the record exists at all.
func Missing() *Error { return New(NotFound, "error.not_found") }

// KindOf returns the kind of err, Internal if it has none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Collect gathers what is wrong with the fields of one record.
type Collect struct{ fields []Field }

// Add notes that the field at path is wrong.
func (c *Collect) Add(path, key string, args ...any) {
	c.fields = append(c.fields, Field{Path: path, Key: key, Args: args})
}

// Required notes an empty value.
func (c *Collect) Required(path, value string) {
	if strings.TrimSpace(value) == "" {
		c.Add(path, "error.required")
	}
}

// MaxLen notes a value of more than n characters.
func (c *Collect) MaxLen(path, value string, n int) {
	if len(value) > n && len([]rune(value)) > n {
		c.Add(path, "error.too_long", "Max", n)
	}
}

// OneOf notes a value that isn't in the list.
func (c *Collect) OneOf(path, value string, allowed ...string) {
	for _, a := range allowed {
		if value == a {
			return
		}
	}
	c.Add(path, "error.choice", "Allowed", strings.Join(allowed, ", "))
}

// Merge adds the fields of err (an *Error of kind Invalid) below prefix.
// It returns err itself when it is of another kind, nil otherwise.
func (c *Collect) Merge(prefix string, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(err, &e) || e.Kind != Invalid {
		return err
	}
	for _, f := range e.Fields {
		f.Path = prefix + f.Path
		c.fields = append(c.fields, f)
	}
	return nil
}

// Err returns an Invalid error with all that was noted, or nil.
func (c *Collect) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Key: "error.invalid", Fields: c.fields}
}
