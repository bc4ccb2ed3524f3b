package web

import (
	"context"
	"fmt"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// loadComplete finds out what a booking would still ask for.
func (v *recordView) loadComplete(ctx context.Context, tx *db.Tx) (err error) {
	v.complete, err = flow.CompleteOf(ctx, tx, &flow.Profile{Client: v.client, People: v.people(), Addressed: len(v.addrs) > 0, Docs: v.docs}, v.p.Today())
	return err
}

// completeMark says in the head how complete the profile is. It opens what is missing,
// each line the card where it is entered.
func (v *recordView) completeMark() (templ.Component, ui.Menu) {
	c, p := v.complete, v.p
	if c == nil || c.Total == 0 {
		return nil, ui.Menu{}
	}
	if len(c.Gaps) == 0 {
		return ui.Badge{Label: p.T("complete.all"), Kind: "good", Tall: true}, ui.Menu{}
	}
	var items []ui.MenuItem
	for _, g := range c.Gaps {
		label := p.T("complete." + g.What)
		href := v.path() + "#" + g.Card
		if v.may {
			href = v.path() + "?edit=" + editOf(g.Card) + "#" + g.Card
		}
		if v.client != nil && g.Traveler != 0 && v.person == nil { // several travelers: each has a page
			label = p.L.Pair(g.Name, label)
			href = fmt.Sprintf("/travelers/%d#%s", g.Traveler, g.Card)
		}
		items = append(items, ui.MenuItem{Label: label, Icon: "arrow-right", Href: href})
	}
	const menu = "complete-menu"
	label := p.T("complete.some", "Done", c.Done(), "Total", c.Total)
	return ui.Button{Label: label, Icon: "tasks", Kind: "ghost", Small: true, Popover: menu},
		ui.Menu{ID: menu, Label: p.T("complete.missing"), Start: true, Groups: []ui.MenuGroup{{Head: p.T("complete.missing"), Items: items}}}
}

// editOf is the state of a card in which something is added to it.
func editOf(card string) string {
	switch card {
	case "contact":
		return "contact-new"
	case "travelers":
		return "travelers-link"
	case "addresses":
		return "addresses"
	case "documents":
		return "documents-passport-new"
	}
	return card
}
