package sheet

import (
	"regexp"
	"strings"

	"github.com/carnetcrm/carnet/internal/errs"
)

var dataLike = regexp.MustCompile(`(?i)^(\S+@\S+\.\S+.*|[+(]?\d[\d\s()./+-]{4,}.*|\d+([.,]\d+)?|https?://.*|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*)$`)

// findHeader looks at the first rows, finds the one with the titles, and keeps
// the rows after it as the sample.
func (t *Table) findHeader(opt Options) error {
	var first []Row
	for row, err := range t.rows() {
		if err != nil {
			return err
		}
		if row.Fault == "" && blank(row.Cells) {
			continue
		}
		if first = append(first, row); len(first) > peekRows {
			break
		}
	}
	if len(first) == 0 {
		return errs.New(errs.Invalid, "intake.error.empty")
	}
	width := usualWidth(first)
	best, bestScore := -1, 0.0
	for i, row := range first[:min(len(first), 30)] {
		if score := headerScore(row, width, opt.Known) - 0.03*float64(i); score > bestScore {
			best, bestScore = i, score
		}
	}
	if best >= 0 {
		t.HeaderLine, t.Header = first[best].Line, first[best].Cells
		t.Sample = first[best+1:]
	} else {
		t.Sample = first
	}
	t.nameColumns(width)
	return nil
}

// nameColumns gives empty titles the letters of a spreadsheet, and drops empty
// titles at the end that no row fills.
func (t *Table) nameColumns(width int) {
	if t.HeaderLine > 0 {
		width = max(width, len(t.Header))
	}
	header := make([]string, width)
	copy(header, t.Header)
	for len(header) > 1 && header[len(header)-1] == "" && t.emptyColumn(len(header)-1) {
		header = header[:len(header)-1]
	}
	for i := range header {
		header[i] = strings.Join(strings.Fields(header[i]), " ")
		if header[i] == "" {
			header[i] = Letters(i)
		}
	}
	t.Header = header
}

func (t *Table) emptyColumn(i int) bool {
	for _, r := range t.Sample {
		if r.Fault == "" && i < len(r.Cells) && r.Cells[i] != "" {
			return false
		}
	}
	return true
}

// Letters returns the spreadsheet name of a column counted from 0: A, B ... AA.
func Letters(i int) string {
	s := ""
	for i >= 0 {
		s = string(rune('A'+i%26)) + s
		i = i/26 - 1
	}
	return s
}

// usualWidth is the most frequent number of cells.
func usualWidth(rows []Row) int {
	counts, best := map[int]int{}, 1
	for _, r := range rows {
		if r.Fault != "" {
			continue
		}
		n := len(r.Cells)
		counts[n]++
		if counts[n] > counts[best] || counts[n] == counts[best] && n > best {
			best = n
		}
	}
	return best
}

// headerScore says how much a row looks like titles: many filled cells, words
// that are known as titles, nothing that looks like a value.
func headerScore(row Row, width int, known func(string) bool) float64 {
	if row.Fault != "" {
		return 0
	}
	var filled, hits, data, long int
	seen := map[string]bool{}
	double := 0
	for _, c := range row.Cells {
		if c == "" {
			continue
		}
		filled++
		switch {
		case known(c):
			hits++
		case dataLike.MatchString(c):
			data++
		case len(c) > 80:
			long++
		}
		if seen[c] {
			double++
		}
		seen[c] = true
	}
	if filled == 0 || hits == 0 && (data > 0 || filled < 2 || filled*2 < width) {
		return 0
	}
	n := float64(filled)
	return min(n/float64(max(width, 1)), 1) + 2*float64(hits)/n - 2*float64(data)/n - float64(long)/n - float64(double)/(4*n)
}
