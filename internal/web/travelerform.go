package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// newTraveler shows the empty form; ?client=7 adds the traveler to that client.
func (s *Server) newTraveler(p *Page) error {
	return p.showTravelerForm(newForm(p, "traveler", nil, nil), Form(p.R.URL.Query()).Int("client"), http.StatusOK)
}

func (p *Page) showTravelerForm(v *recordForm, clientID int64, status int) error {
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if err = v.loadFields(ctx, tx); err != nil {
			return err
		}
		if v.tagNames, err = p.tagOptions(ctx, tx, "traveler"); err != nil || clientID == 0 {
			return err
		}
		v.forClient = new(client.Client)
		return record.Get(ctx, tx, v.forClient, clientID)
	})
	if err != nil {
		return err
	}
	if p.wantsFragment() {
		return p.write(status, v.travelerBox())
	}
	return p.RenderStatus(status, Screen{Title: p.T("traveler.new"), Nav: "travelers"}, v.travelerBox())
}

// travelerBox is the form for a new traveler.
func (v *recordForm) travelerBox() templ.Component {
	p := v.p
	redraw := v.redraw("form", "/travelers")
	box := ui.FormPage{Head: ui.PageHead{Title: p.T("traveler.new")}, Action: "/travelers", Summary: v.summary(pathKind),
		Bar: ui.Savebar{L: p.L, Save: p.T("traveler.save"), Cancel: "/travelers", Errors: len(fieldErrors(v.err)),
			Extra: []ui.Button{{Label: p.T("client.save_next"), Name: "_next", Value: "1", Submit: true}}}}
	family := v.text("traveler", "t.family", "", 6)
	family.Autofocus, family.Help = v.err == nil, p.T("traveler.help.passport")
	who := append(ui.Group{family, v.text("traveler", "t.given", "", 6), ui.Live("dupes", "/travelers/duplicates", "t.family t.given t.birth_date communications")}, v.travelerFields()...)
	if c := v.forClient; c != nil {
		box.Head.Back = ui.Link{Href: pathOf(record.Ref{Kind: "client", ID: c.ID}), Text: c.Name}
		box.Bar.Cancel = box.Head.Back.Href
		role := v.text("link", "role", "", 6)
		role.List = p.roles()
		who = append(who, role, ui.Hidden{Name: "client", Value: strconv.FormatInt(c.ID, 10)})
	}
	work := ui.Group{v.text("traveler", "t.company", "", 6), v.text("traveler", "t.position", "", 6), v.text("traveler", "t.occupation", "", 6)}
	groups := ui.Group{within(ui.FieldGroup(p.T("client.group.who"), true), within(ui.Fields(), who)),
		within(ui.FieldGroup(p.T("client.group.reach"), false), v.reachRows()),
		v.fieldGroup("traveler", "t."),
		within(folded(p.T("contact.kind.physical"), v.filled("physical.", "mailing.")), v.addresses(redraw)),
		within(ui.FieldGroup(p.T("traveler.card.work"), false), within(ui.Fields(), work)),
		within(ui.FieldGroup(p.T("client.card.notes"), false), within(ui.Fields(), ui.Group{v.tagsField(), v.area("traveler", "t.remarks", "")}))}
	return within(ui.FormBox(box), groups)
}

// travelerOf reads the form.
func (p *Page) travelerOf(f Form, known []tag.Tag) *flow.NewTraveler {
	t, _ := p.personOf(f.below("t."), true)
	t.Communications = p.commsOf(f)
	for _, kind := range []string{"physical", "mailing"} {
		a := contact.Address{Kind: kind}
		fillAddress(f, kind+".", &a)
		if !a.Empty() && (kind == "physical" || f.Bool("with_mailing")) {
			t.Addresses = append(t.Addresses, a)
		}
	}
	for _, s := range f.tags(tagOffers(known)) {
		t.Tags = append(t.Tags, tagValue(known, s))
	}
	return &t
}

// createTraveler saves a traveler, and links it to a client where it was made for
// one.
func (s *Server) createTraveler(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	f.tidyRows()
	home := f.Int("client")
	if f.Has("_act") || f.Has("_add") {
		return p.showTravelerForm(newForm(p, "traveler", f, nil), home, http.StatusOK)
	}
	var t *flow.NewTraveler
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		known, err := tag.All(ctx, tx, "")
		if err != nil {
			return err
		}
		t = p.travelerOf(f, known)
		own, err := field.Of(ctx, tx)
		if err != nil {
			return err
		}
		p.putFields(f, own, "traveler", "t.", &t.Traveler.Fields)
		var bad errs.Collect
		bad.Merge("t.", t.Traveler.Check())
		checkAll(&bad, "", t.Communications, t.Addresses)
		if err := bad.Err(); err != nil {
			return err
		}
		if err := flow.CreateTraveler(ctx, tx, t); err != nil || home == 0 {
			return err
		}
		return record.Insert(ctx, tx, &client.Link{ClientID: home, TravelerID: t.ID, Role: f.Str("role")})
	})
	if err != nil {
		if !correctable(err) {
			return err
		}
		for i := range fieldErrors(err) { // what needs the database names its field without the prefix
			if e := &fieldErrors(err)[i]; (!strings.ContainsAny(e.Path, ".[") || strings.HasPrefix(e.Path, field.Column+".")) && e.Path != "tags" {
				e.Path = "t." + e.Path
			}
		}
		return p.showTravelerForm(newForm(p, "traveler", f, err), home, StatusOf(err))
	}
	p.Flash("good", "traveler.created", "Name", t.Traveler.Name())
	switch {
	case f.Bool("_next") && home != 0:
		return p.Redirect(fmt.Sprintf("/travelers/new?client=%d", home))
	case f.Bool("_next"):
		return p.Redirect("/travelers/new")
	case home != 0:
		return p.Redirect(pathOf(record.Ref{Kind: "client", ID: home}) + "#travelers")
	}
	return p.Redirect(pathOf(record.Ref{Kind: "traveler", ID: t.ID}))
}

// travelerTwins points out look-alikes while a traveler is typed (R006).
func (s *Server) travelerTwins(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	f.tidyRows()
	t := p.travelerOf(f, nil)
	suspect := flow.Suspect{Name: flow.SuggestName(&t.Traveler), Region: p.Agency.Country, BirthDate: []date.Date{t.Traveler.BirthDate},
		People: []string{strings.TrimSpace(t.Traveler.Family + " " + t.Traveler.Given)}}
	for _, c := range t.Communications {
		switch c.Type {
		case "phone":
			suspect.Phones = append(suspect.Phones, c.Value)
		case "email":
			suspect.Emails = append(suspect.Emails, c.Value)
		}
	}
	return p.twins(suspect, "")
}
