package web_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestLongNames: a long name breaks on a phone, and the name of a programme stands whole
// beside its badges on a desk.
func TestLongNames(t *testing.T) {
	s := newSite(t, 5)
	english(t, s, "agent")
	clientID, id := s.ofAgent(t, "agent")
	var request int64
	dbtest.Update(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
		var c client.Client
		if err := record.Edit(ctx, tx, &c, clientID, 0, func() error { c.Name = "Wiśniewska-Brzęczyszczykiewicz/Maksymiliana Aleksandra"; return nil }); err != nil {
			return err
		}
		var tr traveler.Traveler
		if err := record.Edit(ctx, tx, &tr, id, 0, func() error {
			tr.Family, tr.Given = "Wiśniewska-Brzęczyszczykiewicz", "Maksymiliana Aleksandra"
			return nil
		}); err != nil {
			return err
		}
		f := &fillin.FillIn{TravelerID: id, Sections: "personal", Language: "pl"}
		if _, err := fillin.Ask(ctx, tx, f, 14, func(p string) string { return p }); err != nil {
			return err
		}
		request = f.ID
		p := traveler.Programme{Kind: "hotel", Name: "Klub Gościa Uzdrowisk i Sanatoriów", Pattern: "^[0-9]{9}$", Active: true}
		if err := record.Insert(ctx, tx, &p); err != nil {
			return err
		}
		return record.Insert(ctx, tx, &traveler.Loyalty{TravelerID: id, ProgrammeID: p.ID, Number: "AB1", Tier: "Platinum Elite", Default: true, Expires: "2020-01-31"})
	})
	phone := s.browser(t, "agent", chrome.Options{Width: 390, Height: 844, Language: "en"})
	for _, path := range []string{fmt.Sprintf("/clients/%d", clientID), fmt.Sprintf("/travelers/%d", id), fmt.Sprintf("/fill-ins/%d", request)} {
		phone.Navigate(path)
		phone.WaitText("Brzęczyszczykiewicz")
		phone.FitsWidth()
		shown(phone, "long-name")
	}
	desk := s.browser(t, "agent", chrome.Options{Width: 1440, Height: 900, Language: "en"})
	desk.Navigate(fmt.Sprintf("/travelers/%d", id))
	desk.WaitFor(`document.querySelector('#loyalty .row-title')`)
	shown(desk, "long-programme")
	if cut := chrome.Eval[bool](desk, `(e => e.scrollWidth > e.clientWidth)(document.querySelector('#loyalty .row-title > :first-child'))`); cut {
		t.Error("the name of the programme is cut off beside its badges")
	}
}
