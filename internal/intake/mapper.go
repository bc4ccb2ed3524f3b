package intake

import (
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/cardno"
	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/intake/sheet"
	"github.com/carnetcrm/carnet/internal/output"
)

// Options tell what the file itself can't.
type Options struct {
	Region    string    // ISO 3166 home country of the agency, for phones without country code
	Language  string    // ISO 639 language of the agency, for the habits of names
	Today     date.Date // no birth date lies after it; places two-digit years
	Strict    bool      // refuse rows with an unreadable date, e-mail or choice instead of warning
	Delimiter byte      // of the file; set by File.Records
}

// Mapper turns the rows of a table into records. It isn't safe for concurrent use.
type Mapper struct {
	m         Mapping
	opt       Options
	numbers   []int             // of the columns, see spread
	countries map[string]string // look-ups of this file, "" for an unknown name
	back      bool              // an error file comes back, see ErrorFile
}

// NewMapper prepares a mapping for many rows.
func NewMapper(m Mapping, opt Options) *Mapper {
	back := slices.ContainsFunc(m.Columns, func(c Column) bool { return strings.HasPrefix(c.Title, ReasonMark) })
	return &Mapper{m: m, opt: opt, numbers: spread(m.Columns), countries: map[string]string{}, back: back}
}

// Apply makes one record of one row. The record is meaningless when one of the
// problems is an error.
func (p *Mapper) Apply(row sheet.Row) (Record, []Problem) {
	b := &builder{p: p, line: row.Line, rec: Record{Line: row.Line}}
	if row.Fault != "" {
		b.report(Error, "", row.Fault)
		return b.rec, b.problems
	}
	cells, ok := p.fit(b, row)
	if !ok {
		return b.rec, b.problems
	}
	if row.Doubtful {
		b.report(Warning, "", "intake.problem.encoding")
	}
	if row.Cut && len(row.Cells) < len(p.m.Columns) {
		b.report(Warning, "", "intake.problem.cut")
	}
	for i := range p.m.Columns {
		c := &p.m.Columns[i]
		if i >= len(cells) || c.Target == "skip" || cardno.IsCodeName(c.Title) { // security codes are never read
			continue
		}
		value := strings.TrimSpace(cells[i])
		if value == "" {
			continue
		}
		// The apostrophes by which files of ours keep a spreadsheet from computing.
		if p.back {
			value = output.Plain(value)
		} else if len(value) > 1 && value[0] == '\'' && strings.IndexByte("=+-@", value[1]) >= 0 {
			value = value[1:]
		}
		if formulaErrors[strings.ToUpper(value)] {
			b.report(Warning, c.Title, "intake.problem.formula", "Value", value)
			continue
		}
		lab := c.Label
		if k := c.LabelFrom - 1; k >= 0 && k < len(cells) && strings.TrimSpace(cells[k]) != "" {
			lab = cells[k]
		}
		if isProfile(c.Target) {
			b.putProfile(c, p.numbers[i], lab, b.shield(c, value))
			continue
		}
		b.put(c, lab, value)
	}
	b.finish()
	return b.rec, b.problems
}

// formulaErrors are what a spreadsheet shows where a formula has no value, in its languages.
var formulaErrors = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields(`#N/A #REF! #VALUE! #DIV/0! #NAME? #NUM! #NULL! #SPILL! #CALC! #N/D #N/D! #NV #BEZUG! #WERT! #ZAHL! #ADR! #ARG!
		#DZIEL/0! #NAZWA? #LICZBA! #ZERO! #¡REF! #¡VALOR! #¡DIV/0! #¿NOMBRE? #¡NUM! #¡NULO! #VALEUR! #NOM? #NOMBRE! #NUL!`) {
		m[s] = true
	}
	return m
}()

// countryCode looks a country up, once per name.
func (p *Mapper) countryCode(name string) (string, bool) {
	if code, ok := p.countries[name]; ok {
		return code, code != ""
	}
	code, ok := country.Lookup(name)
	if !ok {
		code = ""
	}
	if len(p.countries) < 10000 {
		p.countries[name] = code
	}
	return code, ok
}

// fit makes the cells of a row match the columns. A row with too many cells has a
// delimiter inside a value that should have been quoted; the cells are joined again
// where that can be proven, otherwise the row is refused.
func (p *Mapper) fit(b *builder, row sheet.Row) ([]string, bool) {
	cells, n := row.Cells, len(p.m.Columns)
	for len(cells) > n && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	extra := len(cells) - n
	if extra <= 0 || n == 0 {
		return cells, true
	}
	k, ok := p.seam(row, cells, extra)
	if !ok {
		b.report(Error, "", "intake.problem.too_many_cells", "Found", len(cells), "Expected", n)
		return nil, false
	}
	sep := string(p.opt.Delimiter)
	if p.opt.Delimiter == 0 {
		sep = ";"
	}
	joined := append([]string{}, cells[:k]...)
	joined = append(joined, strings.Join(cells[k:k+extra+1], sep+" "))
	joined = append(joined, cells[k+extra+1:]...)
	if guarded(p.m.Columns[k].Target) {
		b.report(Warning, p.m.Columns[k].Title, "intake.problem.joined", "Value", "…")
	} else {
		b.report(Warning, p.m.Columns[k].Title, "intake.problem.joined", "Value", clip(cardno.Mask(joined[k]), 80))
	}
	return joined, true
}

// seam finds the only column into which the surplus cells can belong: every column
// that holds dates, phones or e-mails must still do so, and where that leaves a
// choice, the blank after the delimiter of running text decides.
func (p *Mapper) seam(row sheet.Row, cells []string, extra int) (int, bool) {
	var fits []int
	for k := 0; k+extra < len(cells); k++ {
		if p.typed(cells, k, extra) {
			fits = append(fits, k)
		}
	}
	if len(fits) == 1 {
		return fits[0], true
	}
	if p.opt.Delimiter == 0 || strings.ContainsRune(row.Raw, '"') {
		return 0, false
	}
	raw := strings.Split(row.Raw, string(p.opt.Delimiter))
	first, count := -1, 0
	for i, c := range raw {
		if i > 0 && i < len(cells) && strings.HasPrefix(c, " ") {
			if first < 0 {
				first = i
			}
			count++
		}
	}
	if count != extra {
		return 0, false
	}
	for _, k := range fits {
		if k+1 == first && strings.HasPrefix(raw[k+extra], " ") {
			return k, true
		}
	}
	return 0, false
}

// typed reports whether the columns with a kind of value hold such values when the
// cells k to k+extra are one.
func (p *Mapper) typed(cells []string, k, extra int) bool {
	for i, c := range p.m.Columns {
		j := i
		if i > k {
			j += extra
		}
		t := targetByKey[c.Target]
		v := cells[j]
		if i == k {
			v = strings.Join(cells[k:k+extra+1], "; ")
		}
		if v == "" {
			continue
		}
		switch t.Kind {
		case KindEmail:
			if _, ok := normalEmail(emails(v)[0].value); !ok {
				return false
			}
		case KindDate:
			if _, ok := date.Parse(v, c.DateOrder); !ok {
				return false
			}
		case KindPhone:
			if f := phones(v); len(f) == 0 || f[0].value == "" {
				return false
			}
		case KindText:
			if strings.Contains(v, "@") && c.Target != "comm.social" {
				return false
			}
		}
	}
	return true
}
