package intake

import (
	"fmt"

	"github.com/carnetcrm/carnet/internal/cardno"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/intake/person"
)

// Mapping says what each column of a table means. It is stored as JSON, and fits
// every file with the same titles.
type Mapping struct {
	Product string   `json:"product,omitempty"` // ID of the product that wrote the file, or ""
	System  string   `json:"system,omitempty"`  // system of the external ids
	Merge   string   `json:"merge,omitempty"`   // target whose equal values join consecutive rows, or ""
	Columns []Column `json:"columns"`
}

// Column says what one column means.
type Column struct {
	Title  string `json:"title"`
	Target string `json:"target"` // key of a Target; "skip" leaves the column out

	// Label is the sub-type of a communication, the label of an address or a note.
	Label string `json:"label,omitempty"`
	// LabelFrom is the number, counted from 1, of the column that holds the label.
	LabelFrom int `json:"label_from,omitempty"`
	// Owner of a communication or address: "client", "traveler", or "" to decide by
	// the row: the only traveler's, else the client's (R045, R053).
	Owner string `json:"owner,omitempty"`
	// Person counts the travelers of one row from 0.
	Person int `json:"person,omitempty"`
	// Address counts the addresses of one row from 0; Kind is "physical" or "mailing".
	Address int    `json:"address,omitempty"`
	Kind    string `json:"kind,omitempty"`
	// Number counts the passports, visas, memberships ... of one traveler from 0.
	Number int `json:"number,omitempty"`

	DateOrder date.Order `json:"date_order,omitempty"` // of ambiguous dates
	// DateOpen says that the values don't tell the order of day and month.
	DateOpen  bool         `json:"date_open,omitempty"`
	NameOrder person.Order `json:"name_order,omitempty"` // of undivided names
	Separator string       `json:"separator,omitempty"`  // of a list; "" the usual ones

	// Confidence of a proposal, 0 to 1; 1 when a person chose it.
	Confidence float64 `json:"confidence,omitempty"`
	// Why says what a proposal rests on: "product", "title", "values" or "".
	Why string `json:"why,omitempty"`
}

// Check reports what is wrong with a mapping for a file with these titles.
func (m Mapping) Check(header []string) error {
	var c errs.Collect
	n := len(header)
	seen := map[string]bool{}
	if len(m.Columns) > n {
		c.Add("columns", "intake.mapping.columns", "Count", n)
	}
	useful := false
	for i, col := range m.Columns {
		path := fmt.Sprintf("columns[%d].target", i)
		t, ok := TargetOf(col.Target)
		switch {
		case !ok:
			c.Add(path, "intake.mapping.target")
		case !t.Many && seen[t.Key]:
			c.Add(path, "intake.mapping.twice")
		case i < n && col.Target != "skip" && cardno.IsCodeName(header[i]): // never kept, wherever it goes
			c.Add(path, "intake.mapping.security_code", "Column", header[i])
		case col.Number < 0 || col.Number > maxNumber, col.LabelFrom < 0 || col.LabelFrom > n, col.Person < 0 || col.Person > 9, col.Address < 0 || col.Address > 9:
			c.Add(path, "error.invalid")
		}
		seen[col.Target] = true
		useful = useful || ok && t.Area != "other"
	}
	if !useful {
		c.Add("columns", "intake.mapping.nothing")
	}
	return c.Err()
}

// Fits reports whether the mapping was made for these titles.
func (m Mapping) Fits(header []string) bool {
	if len(m.Columns) != len(header) {
		return false
	}
	for i, c := range m.Columns {
		if normal(c.Title) != normal(header[i]) {
			return false
		}
	}
	return true
}

// has reports whether a column has the target.
func (m Mapping) has(target string) bool {
	for _, c := range m.Columns {
		if c.Target == target {
			return true
		}
	}
	return false
}
