package db

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// Stamp is a moment in microseconds since 1970-01-01 UTC, as the database keeps
// it. 0 is no moment and is stored as NULL where the column allows it.
type Stamp int64

// StampOf returns t as a Stamp; the zero time is 0.
func StampOf(t time.Time) Stamp {
	if t.IsZero() {
		return 0
	}
	return Stamp(t.UnixMicro())
}

// Time returns the moment in UTC; the zero time for 0.
func (s Stamp) Time() time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(s)).UTC()
}

// Add returns the stamp moved by d.
func (s Stamp) Add(d time.Duration) Stamp { return s + Stamp(d.Microseconds()) }

// MarshalJSON writes RFC 3339 in UTC, or null.
func (s Stamp) MarshalJSON() ([]byte, error) {
	if s == 0 {
		return []byte("null"), nil
	}
	return []byte(`"` + s.Time().Format("2006-01-02T15:04:05.000Z") + `"`), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Stamp) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*s = 0
		return nil
	}
	var t time.Time
	if err := json.Unmarshal(b, &t); err != nil {
		return fmt.Errorf("reading a time: %w", err)
	}
	*s = StampOf(t)
	return nil
}

// Ref is the id of another record; 0 is none and is stored as NULL.
type Ref int64

// Scan reads a Ref; NULL is 0.
func (r *Ref) Scan(v any) error {
	n, err := nullable(v)
	*r = Ref(n)
	return err
}

// Scan reads a Stamp; NULL is 0.
func (s *Stamp) Scan(v any) error {
	n, err := nullable(v)
	*s = Stamp(n)
	return err
}

func nullable(v any) (int64, error) {
	switch n := v.(type) {
	case nil:
		return 0, nil
	case int64:
		return n, nil
	}
	return 0, fmt.Errorf("db: a number was expected, not %T", v)
}

// IDs is a list of numbers for {ids $n}.
type IDs []int64

// Among is the condition that an expression is one of the numbers bound at mark as
// IDs. {ids $n} says the same; this is for lists of thousands: PostgreSQL looks each
// up in an index, where it would compare each with every row of a table that it has
// no statistics of yet.
func (tx *Tx) Among(expr, mark string) string {
	if tx.db.Dialect == Postgres {
		return expr + " = ANY (" + mark + "::bigint[])"
	}
	return expr + " IN {ids " + mark + "}"
}

// Texts is a list of strings for {texts $n}.
type Texts []string

// bind turns the arguments into what the drivers take, without changing args.
func bind(args []any, lite bool) ([]any, error) {
	out := args
	put := func(i int, v any) {
		if &out[0] == &args[0] {
			out = append([]any(nil), args...)
		}
		out[i] = v
	}
	for i, a := range args {
		switch v := a.(type) {
		case Ref:
			put(i, orNull(int64(v)))
		case Stamp:
			put(i, orNull(int64(v)))
		case IDs:
			if !lite {
				put(i, []int64(v))
				continue
			}
			b, _ := json.Marshal([]int64(v)) // of numbers: can't fail
			put(i, notNullJSON(b))
		case Texts:
			if !lite {
				put(i, []string(v))
				continue
			}
			b, _ := json.Marshal([]string(v))
			put(i, notNullJSON(b))
		case int:
			put(i, int64(v))
		case int64, string, bool, float64, []byte, nil, *int64, *string:
		case driver.Valuer:
		default:
			s, ok := text(a)
			if !ok {
				return nil, fmt.Errorf("db: can't bind a %T", a)
			}
			put(i, s)
		}
	}
	return out, nil
}

func notNullJSON(b []byte) string {
	if string(b) == "null" {
		return "[]"
	}
	return string(b)
}

func orNull(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}
