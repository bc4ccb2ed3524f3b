package demo

import (
	"github.com/carnetcrm/carnet/internal/madeup"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// related is how many clients have their families told in relations: enough to look at.
const related = 2000

// relate tells what the travelers of the newest client are to the first of them. What
// they are to each other is left for the program to propose.
func (b *batch) relate(m *madeup.Client) {
	first := int64(len(b.travelers) - len(m.Travelers) + 1)
	for i, p := range m.Travelers {
		r := &traveler.Relation{A: first, B: first + int64(i), AIs: p.Role}
		switch p.Role {
		case "child":
			r.AIs, r.BIs = "parent", "child"
		case "parent":
			r.A, r.B, r.BIs = r.B, r.A, "child"
		case "spouse", "partner", "friend":
			r.BIs = p.Role
		default:
			continue
		}
		if i > 0 {
			b.relations = append(b.relations, r)
		}
	}
}
