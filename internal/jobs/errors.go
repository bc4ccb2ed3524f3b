package jobs

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/carnetcrm/carnet/internal/errs"
)

// permanent marks an error that trying again can't mend.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks err as one that trying again can't mend: the job fails at once.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

// later is an error with a time to wait.
type later struct {
	error
	wait time.Duration
}

func (l later) Unwrap() error { return l.error }

// Later marks err as one after which the job should wait for d, however often it
// failed before.
func Later(err error, d time.Duration) error { return later{err, d} }

// isPermanent reports whether trying again is useless: so marked, or of a kind
// that only another input would mend.
func isPermanent(err error) bool {
	var p permanent
	if errors.As(err, &p) {
		return true
	}
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Invalid, errs.Forbidden, errs.Unauthenticated, errs.TooLarge:
		return true
	}
	return false
}

// backoff is how long a job that failed for the nth time waits: 5 s, 10 s, 20 s
// and so on up to an hour and a half.
func backoff(n int, err error) time.Duration {
	var l later
	if errors.As(err, &l) {
		return l.wait
	}
	return min(5*time.Second<<min(max(n-1, 0), 20), 90*time.Minute)
}

var (
	addresses = regexp.MustCompile(`[^\s<>"'(),;:]+@[^\s<>"'(),;:]+`)
	quoted    = regexp.MustCompile(`"[^"]*"|'[^']*'|“[^”]*”`)
	digits    = regexp.MustCompile(`\+?\d(?:[\s()/-]*\d){6,}`)
)

// describe returns what is stored and logged about an error. People may be in the
// text of an error: a mail server repeats the address, a parser the line it
// couldn't read. So errors of package errs are named by their key, and other
// texts lose addresses, quotations and long numbers.
func describe(err error) string {
	var e *errs.Error
	if errors.As(err, &e) {
		s := e.Kind.String()
		if e.Key != "" {
			s += ": " + e.Key
		}
		for _, f := range e.Fields {
			s += fmt.Sprintf("; %s: %s", f.Path, f.Key)
		}
		if e.Err != nil {
			s += ": " + describe(e.Err)
		}
		return clip(s)
	}
	s := addresses.ReplaceAllString(err.Error(), "[address]")
	s = quoted.ReplaceAllString(s, "[text]")
	return clip(digits.ReplaceAllString(s, "[number]"))
}

func clip(s string) string {
	const limit = 500
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
