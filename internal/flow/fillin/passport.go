package fillin

import (
	"context"
	"strconv"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// passportColumns are those of a passport that the person reads off theirs; its number
// and its picture are asked for beside them, and sealed.
var passportColumns = []string{"country", "issued", "expires", "family", "given"}

// blankPassport returns an empty passport of a traveler.
func blankPassport(traveler int64) (record.Record, error) {
	k, _ := record.KindOf("passport")
	p := k.New()
	for column, text := range map[string]string{"traveler_id": strconv.FormatInt(traveler, 10), "type": "ordinary", "status": "valid"} {
		if err := record.SetText(p, column, text); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// passportGroups are the passport of the next journey, or a blank one.
func passportGroups(ctx context.Context, tx *db.Tx, owners []record.Ref) ([]*group, error) {
	p, err := blankPassport(owners[0].ID)
	if err != nil {
		return nil, err
	}
	g := &group{section: "passport", name: "new", rec: p, columns: passportColumns}
	var id int64
	err = tx.Row(ctx, `SELECT p.id FROM {passport} p WHERE p.traveler_id = $1 AND p.status = 'valid'
		ORDER BY CASE WHEN p.is_primary THEN 0 ELSE 1 END, p.expires DESC, p.id DESC LIMIT 1`, []any{owners[0].ID}, &id)
	if errs.Is(err, errs.NotFound) {
		return []*group{g}, nil
	}
	if err != nil {
		return nil, err
	}
	g.name = strconv.FormatInt(id, 10)
	return []*group{g}, record.Get(ctx, tx, p, id)
}

// hintOf is what may be shown of the number of a stored passport.
func hintOf(list []part) string {
	for _, p := range list {
		if g, ok := p.(*group); ok && g.section == "passport" {
			hint, _ := record.Text(g.rec, "number_hint") // the column exists
			return hint
		}
	}
	return ""
}

// writePassport stores what was accepted of a passport. Another number is another
// passport: it is added, and the old one is replaced by it.
func (g *group) writePassport(ctx context.Context, tx *db.Tx, r *Review, accepted map[string]Difference) error {
	change := g.change(accepted)
	_, number := accepted[NumberKey]
	_, photo := accepted[PhotoKey]
	if change == nil && !number && !photo {
		return nil
	}
	if change == nil {
		change = func() error { return nil }
	}
	typed := ""
	if number {
		var err error
		if typed, err = record.Unsealed(tx, r.Proposal, "number"); err != nil {
			return err
		}
		stored, err := record.Unsealed(tx, g.rec, "number")
		if err != nil {
			return err
		}
		if g.id() != 0 && stored != "" && stored != typed {
			if err := g.replace(ctx, tx); err != nil {
				return err
			}
		}
	}
	fill := func() error {
		if err := change(); err != nil || typed == "" {
			return err
		}
		return record.SetText(g.rec, "number", string(record.Plain(typed)))
	}
	var err error
	if g.id() != 0 {
		err = record.Edit(ctx, tx, g.rec, g.id(), 0, fill)
	} else if err = fill(); err == nil {
		err = record.Insert(ctx, tx, g.rec)
	}
	if err != nil || !photo {
		return err
	}
	return attach(ctx, tx, r.Proposal, g.rec)
}

// replace marks the stored passport as replaced and goes on with a new one of the same
// country and names.
func (g *group) replace(ctx context.Context, tx *db.Tx) error {
	owner, err := record.Text(g.rec, "traveler_id")
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(owner, 10, 64)
	next, err := blankPassport(id)
	if err != nil {
		return err
	}
	for _, column := range []string{"country", "family", "given", "sex", "birth_date", "birth_place", "nationality", "is_primary"} {
		was, err := record.Text(g.rec, column)
		if err == nil {
			err = record.SetText(next, column, was)
		}
		if err != nil {
			return err
		}
	}
	err = record.Edit(ctx, tx, g.rec, g.id(), 0, func() error { return record.SetText(g.rec, "status", "replaced") })
	g.rec = next
	return err
}
