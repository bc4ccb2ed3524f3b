package mrz

import (
	"fmt"
	"strings"

	"github.com/carnetcrm/carnet/internal/errs"
)

// Reason says what is wrong with a zone.
type Reason string

// The reasons. With a field of several it is part of the message's key.
const (
	Empty     Reason = "empty"     // no zone at all
	Shape     Reason = "shape"     // neither two lines of 36 or 44 nor three of 30
	Length    Reason = "length"    // one line is too long or too short
	Character Reason = "character" // a character that no zone has
	Content   Reason = "content"   // a field holds what it can't: a digit in a code, no number
	NoDate    Reason = "date"      // there is no such day
	Check     Reason = "check"     // a check digit doesn't agree
	Ambiguous Reason = "ambiguous" // the check digits allow several readings
)

// Problem is one thing that is wrong.
type Problem struct {
	Reason       Reason
	Field        Field // "" where the whole line is meant
	Line, Column int   // from 1; 0 where none is meant
	Found, Want  string
}

// Key returns the key of the message: mrz.problem.check.number.
func (p Problem) Key() string {
	key := "mrz.problem." + string(p.Reason)
	switch p.Reason {
	case Content, NoDate, Check:
		key += "." + string(p.Field)
	}
	return key
}

// Args returns the arguments of the message.
func (p Problem) Args() []any {
	return []any{"Line", p.Line, "Column", p.Column, "Found", p.Found, "Want", p.Want}
}

// Error is why a zone is refused.
type Error struct{ Problems []Problem }

// Error renders the problems for logs and tests. It never shows the zone.
func (e *Error) Error() string {
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		parts[i] = fmt.Sprintf("%s at line %d, column %d", strings.TrimPrefix(p.Key(), "mrz.problem."), p.Line, p.Column)
	}
	return "machine-readable zone: " + strings.Join(parts, "; ")
}

// Invalid makes an error of the application of e: what is wrong with the form's field
// at path.
func (e *Error) Invalid(path string) *errs.Error {
	out := &errs.Error{Kind: errs.Invalid, Key: "error.invalid"}
	for _, p := range e.Problems {
		out.Fields = append(out.Fields, errs.Field{Path: path, Key: p.Key(), Args: p.Args()})
	}
	return out
}

func one(p Problem) *Error { return &Error{Problems: []Problem{p}} }
