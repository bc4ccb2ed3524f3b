package intake

import (
	"regexp"
	"strings"

	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/email"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/intake/person"
)

// byValues confirms, corrects or replaces what a title suggests by what stands in
// the column. The title of "Tel." over e-mail addresses is wrong.
func byValues(col Column, values []string) Column {
	if len(values) == 0 {
		return col
	}
	kind, share := looks(values)
	target := map[string]string{"email": "comm.email", "phone": "comm.phone", "date": "traveler.birth_date", "country": "address.country",
		"url": "comm.web", "postal": "address.postal_code", "name": "name.full"}[kind]
	have := targetByKey[col.Target]
	switch {
	case kind == "" || target == "" || col.Target == target:
		return col
	case kind == "email" && share > 0.6 && have.Kind != KindEmail && have.Kind != KindLong:
		return Column{Target: target, Confidence: 0.9 * share, Why: "values"}
	case col.Why != "":
		// The title is understood. Only a plain contradiction outweighs it.
		if have.Kind == KindEmail && kind == "phone" || have.Kind == KindPhone && kind == "date" {
			return Column{Target: target, Confidence: 0.6 * share, Why: "values"}
		}
		return col
	case kind == "date":
		// A date without a telling title may be anything: only old ones are birth dates.
		if !old(values) {
			return col
		}
	}
	if share < 0.6 {
		return col
	}
	return Column{Target: target, Confidence: 0.6 * share, Why: "values"}
}

var (
	postalCode = regexp.MustCompile(`^(\d{2}-\d{3}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4} ?[A-Z]{2})$`)
	phoneLike  = regexp.MustCompile(`^[+(]?\d[\d\s().\-/]{6,}\d$`)
	urlLike    = regexp.MustCompile(`(?i)^(https?://|www\.)\S+$`)
	dateLike   = regexp.MustCompile(`^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}`)
)

// looks names the kind of most values and their share.
func looks(values []string) (kind string, share float64) {
	counts := map[string]int{}
	n := min(len(values), 100)
	for _, v := range values[:n] {
		counts[looksOne(strings.TrimSpace(v))]++
	}
	best := 0
	for k, c := range counts {
		if k != "" && c > best {
			kind, best = k, c
		}
	}
	return kind, float64(best) / float64(n)
}

func looksOne(v string) string {
	switch {
	case strings.Contains(v, "@"):
		if _, ok := email.Parse(strings.FieldsFunc(v, listSep)[0]); ok {
			return "email"
		}
		return ""
	case urlLike.MatchString(v):
		return "url"
	case dateLike.MatchString(v):
		if _, ok := date.Parse(v, date.DMY); ok {
			return "date"
		}
		if _, ok := date.Parse(v, date.MDY); ok {
			return "date"
		}
		return ""
	case postalCode.MatchString(v):
		return "postal"
	case phoneLike.MatchString(v) && len(fold.Digits(v)) <= 15 && len(fold.Digits(v)) >= 7:
		return "phone"
	}
	if len(v) <= 40 {
		if _, ok := country.Lookup(v); ok && len(v) > 3 {
			return "country"
		}
		w := strings.Fields(v)
		if len(w) >= 2 && len(w) <= 4 && (person.Given(w[0]) || person.Given(strings.Trim(w[len(w)-1], ","))) {
			return "name"
		}
	}
	return ""
}

func listSep(r rune) bool { return strings.ContainsRune(" ,;\t\n", r) }

// old reports whether most dates are those of adults' births.
func old(values []string) bool {
	n, all := 0, 0
	for _, v := range values {
		if d, ok := date.ParseBirth(v, date.DMY); ok && d.HasYear() {
			all++
			if d.Year() < 2008 {
				n++
			}
		}
	}
	return all > 0 && n*10 >= all*7
}
