package view_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/view"
)

// TestOpen: everybody gets the rows that they see. A filter that a reader may not use
// is an error that names it, a column or a sort is left out.
func TestOpen(t *testing.T) {
	w := newWorld(t)
	ids := map[string]int64{}
	for _, who := range []string{"ann", "bob", "zoe"} {
		n := &flow.NewClient{Client: client.Client{Segment: "vip_incentive"}, Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: "Vip", Given: who}}}}
		w.do(who, func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
		ids[who] = n.Client.ID
	}
	v := vip()
	v.Share = agency.ForAll
	w.save("max", v, false)
	for who, want := range map[string][]int64{"ada": {ids["ann"], ids["bob"]}, "max": {ids["ann"]}, "ann": {ids["ann"]}, "bob": {ids["bob"]}, "joe": {ids["ann"], ids["bob"]}} {
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			v, err := view.Get(ctx, tx, "client", v.ID)
			if err != nil {
				return err
			}
			q, err := v.Open(&client.List, tx.Actor)
			if err != nil {
				return err
			}
			got, err := client.List.IDs(ctx, tx, q, 100)
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("%s sees %v through the view, want %v", who, got, want)
			}
			return err
		})
	}
	source := []list.Filter{{Key: "source_medium", Op: "any", Values: []string{"web_form"}}}
	gone := []list.Filter{{Key: "shoe_size", Op: "is", Values: []string{"46"}}}
	deep := []list.Filter{{Key: "traveler", Op: "has", Where: []list.Filter{{Key: "shoe_size", Op: "is", Values: []string{"46"}}}}}
	for _, tt := range []struct {
		who  string
		q    list.Query
		want string // the field in the error, or the query that is left
	}{
		{"ann", list.Query{Filters: source, Columns: []string{"name", "source_medium"}, Sort: "source_medium,-name"}, `{"filters":[{"key":"source_medium","op":"any","values":["web_form"]}],"sort":"source_medium,-name","columns":["name","source_medium"]}`},
		{"joe", list.Query{Columns: []string{"name", "source_medium", "shoe_size"}, Sort: "source_medium,-name"}, `{"sort":"-name","columns":["name"]}`},
		{"joe", list.Query{Filters: source}, "source_medium"},
		{"joe", list.Query{Groups: []list.Group{{Any: true, Filters: source}}}, "source_medium"},
		{"ada", list.Query{Filters: gone}, "shoe_size"},
		{"ada", list.Query{Filters: deep}, "traveler.shoe_size"},
	} {
		v := &view.View{Name: "Old"}
		if err := v.Keep(tt.q); err != nil {
			t.Fatal(err)
		}
		q, err := v.Open(&client.List, w.As(tt.who))
		var e *errs.Error
		got := ""
		if asError(err, &e) {
			got, _ = e.Args[3].(string)
		} else {
			raw, _ := json.Marshal(q)
			got = string(raw)
		}
		if got != tt.want {
			t.Errorf("%s opens %s: %s (%v), want %s", tt.who, v.Query, got, err, tt.want)
		}
	}
}
