package fillin

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// Where a difference goes whose record isn't what it was when the person saw it.
const (
	InsteadOther = "other" // the record that stands there now
	InsteadNew   = "new"   // what the person saw was removed: accepting adds it anew
	InsteadNone  = "none"  // nowhere by itself: whoever looks enters it by hand
)

// meanwhile finds what was proposed for records that nobody is asked about any more: they
// were removed, or entered, since the person saw the page. What a person has sent never
// vanishes. It returns the parts as well to which accepting it adds.
func meanwhile(ctx context.Context, tx *db.Tx, f *FillIn, a answer, list []part, all []Field) ([]Difference, []part, error) {
	var out []Difference
	fields := map[string]Field{}
	for _, x := range all {
		fields[x.Key] = x
	}
	for _, key := range slices.Sorted(maps.Keys(a.Values)) {
		if _, asked := fields[key]; asked {
			continue
		}
		g, err := heir(ctx, tx, f, a, list, key)
		if err != nil {
			return nil, nil, err
		}
		table, rest, _ := strings.Cut(key, ".")
		_, column, _ := strings.Cut(rest, ".")
		d := Difference{Field: Field{Key: key, Kind: table, Column: column, Type: a.typeOf(key, table, column)}, Proposed: a.Values[key], Conflict: true, Instead: InsteadNone}
		if g == nil || !slices.Contains(g.columns, column) {
			out = append(out, d)
			continue
		}
		if !slices.ContainsFunc(list, func(p part) bool { return p == part(g) }) {
			list = append(list, g)
		}
		more, err := g.fields()
		if err != nil {
			return nil, nil, err
		}
		d.Field = more[slices.Index(g.columns, column)]
		if was, asked := fields[d.Key]; asked {
			d.Known = was.Known // what is known now, not what is put back below
		} else {
			d.Known = ""
		}
		_, newer := a.Values[d.Key]
		if d.Key != key && newer || d.Proposed == d.Known {
			continue // they have said it again since, or it is so already
		}
		if d.Instead = InsteadOther; g.id() == 0 {
			d.Instead = InsteadNew
			if err := g.putBack(a, key[:len(key)-len(column)]); err != nil {
				return nil, nil, err
			}
		}
		d.to, d.Key = d.Key, key
		out = append(out, d)
	}
	return out, list, nil
}

// typeOf is the type of a field whose record isn't asked about any more.
func (a answer) typeOf(key, table, column string) string {
	switch {
	case table == "communication" && strings.Contains(a.Values[key]+a.Base[key], "@"): // nothing else tells what it was
		return "email"
	case table == "communication":
		return "phone"
	}
	return cmp.Or(types[column], "text")
}

// heir is the record to which a proposal goes whose own isn't asked about: the address or
// the passport that stands there now, or a new phone, e-mail or person to call in place of
// the one that was removed. nil where there is none: the record is still there, out of
// sight of whoever looks, or nobody knows what it was.
func heir(ctx context.Context, tx *db.Tx, f *FillIn, a answer, list []part, key string) (*group, error) {
	name := strings.Split(key, ".")
	k, known := record.KindOf(name[0])
	if len(name) != 3 || !known {
		return nil, nil
	}
	var now *group // the one of its table that has taken the place, or was made for it before
	for _, p := range list {
		if g, ok := p.(*group); ok && g.rec.Table() == name[0] && (name[0] == "address" || name[0] == "passport" || g.name == name[1]) {
			now = g
		}
	}
	if id, err := strconv.ParseInt(name[1], 10, 64); err == nil {
		stands := record.Get(ctx, tx.AsSystem(), k.New(), id)
		if stands != nil && !errs.Is(stands, errs.NotFound) {
			return nil, stands
		}
		if seen := record.Get(ctx, tx, k.New(), id); stands == nil && (seen != nil || now == nil) {
			return nil, nil
		}
	}
	if now != nil {
		return now, nil
	}
	g := &group{name: name[1]}
	switch name[0] {
	case "communication":
		c := &contact.Communication{OwnerKind: "traveler", OwnerID: f.TravelerID, Type: a.typeOf(key, name[0], "value"), Position: 1 << 20}
		g.section, g.rec, g.columns = "contact", c, []string{"value"}
	case "emergency_contact":
		e := &traveler.EmergencyContact{TravelerID: f.TravelerID, Position: 1 << 20}
		g.section, g.rec, g.columns, g.label = "emergency", e, emergencyColumns, a.Base["emergency_contact."+name[1]+".name"]
	default:
		return nil, nil
	}
	return g, nil
}

// putBack gives a new record what the person saw and left as it was of the one that was
// removed: who corrects a phone doesn't write the name again.
func (g *group) putBack(a answer, prefix string) error {
	for _, column := range g.columns {
		was, shown := a.Base[prefix+column]
		if v, changed := a.Values[prefix+column]; !shown || was == "" || changed && v == "" {
			continue
		}
		if err := record.SetText(g.rec, column, was); err != nil {
			return err
		}
	}
	return nil
}
