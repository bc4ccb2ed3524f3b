package demo

import (
	"context"
	"strconv"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/madeup"
	"github.com/carnetcrm/carnet/internal/record"
)

// fields defines two fields of the agency's own: what a ski rental asks for, and the
// card of a club.
func (a *Agency) fields(ctx context.Context, tx *db.Tx) error {
	for i, f := range []*field.Field{
		{Name: "Shoe size", Names: "de=Schuhgröße\nes=Talla de calzado\nfr=Pointure\npl=Rozmiar buta", Areas: "traveler", Kind: field.Number,
			Help: "EU 38.5"},
		{Name: "Membership", Names: "de=Mitgliedschaft\nes=Socio\nfr=Adhésion\npl=Członkostwo", Areas: "client", Kind: field.Choice,
			Choices: "SILVER=Silver\nGOLD=Gold\nPLATINUM=Platinum"},
	} {
		f.Active, f.Position = true, int64(i+1)
		if err := record.Insert(ctx, tx, f); err != nil {
			return err
		}
	}
	return nil
}

// fill gives the newest client and its people values, now and then.
func (b *batch) fill(m *madeup.Client, i int) {
	if i%4 == 3 {
		b.clients[len(b.clients)-1].Fields = record.BagOf(map[string]any{"membership": []string{"SILVER", "GOLD", "PLATINUM"}[i/4%3]})
	}
	for n := range m.Travelers {
		if (i+n)%3 == 1 {
			t := b.travelers[len(b.travelers)-len(m.Travelers)+n]
			size := strconv.Itoa(36+(i*7+n*3)%11) + []string{"", ".5"}[i%2]
			t.Fields = record.BagOf(map[string]any{"shoe_size": size})
		}
	}
}
