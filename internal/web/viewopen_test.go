package web_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/view"
)

// TestViewsOpen: what stands beside a view in an address narrows it, what is foreign to
// the list changes nothing; and a first view that somebody can't open doesn't lock them
// out of the list.
func TestViewsOpen(t *testing.T) {
	d := newDesk(t, true)
	coast := &view.View{List: "client", Name: "Coast", Sharing: agency.Sharing{Share: agency.ForAll}}
	from := &view.View{List: "client", Name: "Walked in", Sharing: agency.Sharing{Share: agency.ForAll}}
	dbtest.Update(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for _, c := range []*client.Client{{Name: "Vipska/Ola", Segment: "vip_incentive", Classification: "client"}, {Name: "Vipski/Jan", Segment: "vip_incentive", Classification: "prospect"},
			{Name: "Other/Ewa", Segment: "regular", Classification: "prospect"}} {
			if err := record.Insert(ctx, tx, c); err != nil {
				return err
			}
		}
		for v, f := range map[*view.View]list.Filter{coast: {Key: "segment", Op: "any", Values: []string{"vip_incentive"}}, from: {Key: "source_medium", Op: "any", Values: []string{"walk_in"}}} {
			if err := v.Keep(list.Query{Filters: []list.Filter{f}}); err != nil {
				return err
			}
			if err := view.Save(ctx, tx, v, true); err != nil {
				return err
			}
		}
		return view.SetDefault(ctx, tx, from.ID, agency.Accountant, true)
	})
	max, joe := d.as("max"), d.as("joe")
	open := fmt.Sprintf("/clients?view=%d", coast.ID)
	max.get(open+"&utm_source=mail").want(200, "", "Vipska", "Vipski").lacks("Other/Ewa", "tab-mark")
	max.get(open+"&classification=prospect").want(200, "", "Vipski", "tab-mark").lacks("Vipska", "Other")
	max.get(open+"&changed=1&classification=prospect").want(200, "", "Vipski", "Other").lacks("Vipska")

	joe.get("/clients").want(200, "/clients?view=0", "Walked in", "filters by Source", "Vipska", "Other")
	joe.get(fmt.Sprintf("/clients?view=%d", from.ID)).want(422, "", "view=0")
	joe.get("/clients?source_medium=walk_in").want(422, "", "/clients?view=0", "Open the list without filters")

	// Of alternatives one is enough; a filter beside them must hold.
	either := url.QueryEscape(`{"any":true,"filters":[{"key":"segment","op":"any","values":["vip_incentive"]},{"key":"classification","op":"any","values":["prospect"]}]}`)
	max.get("/clients?where="+either).want(200, "", "Vipska", "Vipski", "Other")
	max.get("/clients/filter?do=apply&field=name&f0.key=name&f0.op=contains&f0.v=vipsk&base="+url.QueryEscape("where="+either)).want(200, "", "Vipska", "Vipski").lacks("Other")
}

// lacks holds that none of the texts is on the page.
func (b *browser) lacks(texts ...string) *browser {
	b.d.t.Helper()
	for _, s := range texts {
		if strings.Contains(b.body, s) {
			b.d.t.Errorf("%s shows %q", b.at, s)
		}
	}
	return b
}
