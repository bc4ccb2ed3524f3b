package date

import (
	"testing"
	"time"
)

func TestValid(t *testing.T) {
	for d, want := range map[Date]bool{"1980-03-12": true, "--03-12": true, "--02-29": true, "2024-02-29": true,
		"": false, "2023-02-29": false, "1980-13-01": false, "1980-3-12": false, "0000-01-01": false, "--02-30": false,
		"1980-03-12 ": false, "1980/03/12": false, "--0312": false, "abcd-ef-gh": false} {
		if d.Valid() != want {
			t.Errorf("%q.Valid() = %v", d, !want)
		}
	}
}

func TestParts(t *testing.T) {
	d := Date("1980-03-12")
	if d.Year() != 1980 || d.Month() != time.March || d.Day() != 12 || d.MonthDay() != "03-12" || !d.HasYear() {
		t.Errorf("parts of %s: %d %s %d %s", d, d.Year(), d.Month(), d.Day(), d.MonthDay())
	}
	if d.Weekday() != time.Wednesday || d.WithoutYear() != "--03-12" {
		t.Errorf("weekday %s, without year %s", d.Weekday(), d.WithoutYear())
	}
	n := Date("--03-12")
	if n.Year() != 0 || n.HasYear() || n.MonthDay() != "03-12" || !n.Time().IsZero() {
		t.Errorf("parts of %s: %d %s", n, n.Year(), n.MonthDay())
	}
	if bad := Date("x"); bad.Day() != 0 || bad.Month() != 0 || bad.MonthDay() != "" || bad.WithoutYear() != "" {
		t.Error("a broken date has no parts")
	}
}

func TestAge(t *testing.T) {
	for _, c := range []struct {
		born, on Date
		want     int
		ok       bool
	}{
		{"1980-03-12", "2026-03-11", 45, true}, {"1980-03-12", "2026-03-12", 46, true},
		{"2000-02-29", "2001-02-28", 0, true}, {"2000-02-29", "2001-03-01", 1, true}, {"2000-02-29", "2004-02-29", 4, true},
		{"--03-12", "2026-03-12", 0, false}, {"2030-01-01", "2026-01-01", 0, false}, {"", "2026-01-01", 0, false},
	} {
		if got, ok := c.born.AgeOn(c.on); got != c.want || ok != c.ok {
			t.Errorf("%s on %s: %d, %v, want %d, %v", c.born, c.on, got, ok, c.want, c.ok)
		}
	}
}

func TestReckoning(t *testing.T) {
	for name, c := range map[string]struct{ got, want Date }{
		"leap day":          {Date("2024-02-28").AddDays(1), "2024-02-29"},
		"back over a year":  {Date("2026-01-01").AddDays(-1), "2025-12-31"},
		"no year":           {Date("--03-12").AddDays(1), ""},
		"out of range":      {Date("9999-12-31").AddDays(1), ""},
		"end of month":      {Date("2026-01-31").AddMonths(1), "2026-02-28"},
		"six months back":   {Date("2026-03-31").AddMonths(-6), "2025-09-30"},
		"coming birthday":   {Date("1980-03-12").NextOn("2026-03-13"), "2027-03-12"},
		"birthday today":    {Date("--03-12").NextOn("2026-03-12"), "2026-03-12"},
		"leap birthday":     {Date("2000-02-29").NextOn("2026-01-01"), "2026-03-01"},
		"no birthday":       {Date("").NextOn("2026-01-01"), ""},
		"no such day":       {New(2026, 2, 29), ""},
		"29 Feb, some year": {New(0, 2, 29), "--02-29"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
	if n, ok := Date("2026-03-28").DaysUntil("2026-03-30"); n != 2 || !ok {
		t.Errorf("days until = %d, %v", n, ok)
	}
	if _, ok := Date("--03-28").DaysUntil("2026-03-30"); ok {
		t.Error("days from a date without year")
	}
	if !Date("2026-01-01").Before("2026-01-02") || Date("--01-01").Before("2026-01-02") || !Date("2026-02-01").After("2026-01-02") {
		t.Error("before and after")
	}
}

func TestOrderFor(t *testing.T) {
	for country, want := range map[string]string{"US": "MDY", "PL": "DMY", "GB": "DMY", "JP": "YMD", "": "DMY"} {
		if got := OrderFor(country).String(); got != want {
			t.Errorf("order of %q = %s", country, got)
		}
	}
}
