package web

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// cardsData is what the section of payment cards has read.
type cardsData struct {
	payCards []client.Card // of all travelers of the page
}

// cardPart is the section of payment cards: those of a traveler, and on the page of a
// client those of all its travelers, with the way in which the client pays (R038, R058,
// R060).
func cardPart() part {
	return part{at: 'p', load: loadCards, routes: payCardRoutes, cards: func(v *recordView) []cardDef {
		n := ""
		if len(v.payCards) > 0 {
			n = v.p.L.Number(int64(len(v.payCards)))
		}
		out := []cardDef{{"cards", v.p.T("card.card"), n, v.cardsCard}}
		if v.client != nil {
			out = append(out, cardDef{"payment", v.p.T("card.payment"), "", v.paymentCard})
		}
		return out
	}}
}

func loadCards(v *recordView, ctx context.Context, tx *db.Tx) (err error) {
	var ids []int64
	for _, t := range v.people() {
		if len(ids) < mostWatched {
			ids = append(ids, t.ID)
		}
	}
	v.payCards, err = client.Cards(ctx, tx, ids...)
	return err
}

func payCardRoutes(s *Server) (out []Route) {
	for _, kind := range []string{"client", "traveler"} {
		at := "POST /" + kind + "s/{id}/cards"
		out = append(out, Route{Pattern: at, Right: "client.edit", handle: s.saveCard(kind, "cards", addCard)},
			Route{Pattern: at + "/{row}", Right: "client.edit", handle: s.saveCard(kind, "cards", editPayCard)},
			Route{Pattern: at + "/{row}/delete", Right: "client.edit", handle: s.saveCard(kind, "cards", dropCard)})
	}
	return append(out, Route{Pattern: "POST /clients/{id}/payment", Right: "client.edit", handle: s.saveCard("client", "payment", savePayment)})
}

// ownerOf is the traveler of a card on the page.
func (v *recordView) ownerOf(id int64) *traveler.Traveler {
	for _, t := range v.people() {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// cardName is how a card is told from others: "Visa •••• 1111".
func (p *Page) cardName(c *client.Card) string {
	return p.T("payment_card.brand."+c.Brand) + " " + mask(c.Last4)
}

// cardsCard lists payment cards; each is edited on its own.
func (v *recordView) cardsCard() templ.Component {
	card := ui.Card{ID: "cards", Title: v.p.T("card.card")}
	if len(v.people()) > 0 {
		card.Actions = v.open("cards", "new", v.p.T("common.add"), "plus")
	}
	var rows ui.Group
	for i := range v.payCards {
		c := &v.payCards[i]
		if v.may && v.edit == "cards-"+idText(c.ID) {
			rows = append(rows, cardItem(v.cardForm(c)))
			continue
		}
		rows = append(rows, v.cardRow(c))
	}
	if v.may && v.edit == "cards-new" {
		rows = append(rows, cardItem(v.cardForm(&client.Card{})))
	}
	if len(rows) == 0 {
		card.Note = v.p.T("card.none")
		return ui.CardBox(card)
	}
	return within(ui.CardBox(card), within(ui.Rows(), rows))
}

func (v *recordView) cardRow(c *client.Card) templ.Component {
	p := v.p
	r := ui.Row{ID: "card-" + idText(c.ID), Lead: ui.Icon("card"), Title: p.T("payment_card.brand." + c.Brand), Slim: true}
	if c.Expires != "" {
		text := p.T("card.until", "Month", monthText(c.Expires))
		switch {
		case c.Expired(p.Today()):
			r.Badges = append(r.Badges, ui.Badge{Label: p.T("card.expired", "Month", monthText(c.Expires)), Kind: "danger"})
		case c.Expired(p.Today().AddDays(60)):
			r.Badges = append(r.Badges, ui.Badge{Label: text, Kind: "caution"})
		default:
			r.Badges = append(r.Badges, ui.Badge{Label: text})
		}
	}
	if v.client != nil && int64(v.client.DefaultCard) == c.ID {
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("card.is_default"), Kind: "accent"})
	}
	var sub []string
	if t := v.ownerOf(c.TravelerID); t != nil && v.person == nil {
		sub = append(sub, t.Name())
	}
	for _, s := range []string{c.Holder, strings.Join(nonEmpty(c.Street, strings.TrimSpace(c.PostalCode+" "+c.City), c.Region), ", "), c.Note} {
		if s != "" {
			sub = append(sub, s)
		}
	}
	r.SubComp = ui.Group{secretField(p, "payment_card", c.ID, "number", c.Last4), ui.Text(joined(" ", sub))}
	r.Actions = v.iconOpen("cards", idText(c.ID), p.T("card.edit", "Card", p.cardName(c)))
	return r
}

func nonEmpty(list ...string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// monthText writes "2027-05" as it stands on a card: 05/27.
func monthText(month string) string {
	if len(month) != 7 {
		return month
	}
	return month[5:] + "/" + month[2:4]
}

// cardForm edits a card. The number that is stored is not in the page: what is typed
// replaces it, an empty field leaves it. There is no field for a security code.
func (v *recordView) cardForm(c *client.Card) templ.Component {
	p := v.p
	base, row, label := v.path()+"/cards", "new", p.T("card.add")
	action := base
	if c.ID != 0 {
		row, label = idText(c.ID), p.T("card.edit", "Card", p.cardName(c))
		action = base + "/" + row
	}
	hidden := ui.Group{ui.Hidden{Name: "version", Value: idText(c.Version)}, ui.Hidden{Name: "_row", Value: row}}
	buttons := ui.Group{ui.Button{Label: p.T("common.save"), Kind: "primary", Submit: true, Small: true, Keys: "Control+S"}, v.cancel("cards")}
	if c.ID != 0 {
		buttons = append(buttons, ui.Button{Label: p.T("common.delete"), Icon: "trash", Kind: "ghost", Small: true, Submit: true, Action: action + "/delete",
			Attrs: templ.Attributes{"hx-post": action + "/delete", "hx-target": "#cards", "hx-swap": "outerHTML", "formnovalidate": true}})
	}
	if isStale(v.err) {
		return inlineForm(action, "cards", label, append(hidden, v.conflict(c.Version)...), buttons)
	}
	in := func(name, stored string, width int) ui.Input { return v.text("payment_card", name, stored, width) }
	number := in("number", "", 6)
	number.Value, number.InputMode, number.Autofocus, number.MaxLength = "", "numeric", true, 32 // never back into the page
	number.Required = c.ID == 0
	if c.ID != 0 {
		number.Help = p.T("card.keep", "Card", p.cardName(c))
	}
	until := in("expires", monthText(c.Expires), 3)
	until.Placeholder, until.InputMode = "05/27", "numeric"
	fields := append(hidden, v.problemsOutside("number", "holder", "expires", "street", "postal_code", "city", "region", "country", "note")...)
	if c.ID == 0 {
		if people := v.people(); len(people) > 1 {
			var opts []ui.Option
			for _, t := range people {
				opts = append(opts, ui.Option{Value: idText(t.ID), Label: t.Name()})
			}
			fields = append(fields, v.pick("payment_card", "traveler_id", "", 12, opts, false))
		} else if len(people) == 1 {
			fields = append(fields, ui.Hidden{Name: "traveler_id", Value: idText(people[0].ID)})
		}
	}
	fields = append(fields, number, until, in("holder", c.Holder, 12), in("street", c.Street, 6), in("postal_code", c.PostalCode, 3), in("city", c.City, 3),
		in("region", c.Region, 6), v.pick("payment_card", "country", c.Country, 6, countryOptions(p), true), in("note", c.Note, 12), noCode(p))
	return inlineForm(action, "cards", label, fields, buttons)
}

func fillCard(f Form, c *client.Card) {
	for name, to := range map[string]*string{"holder": &c.Holder, "expires": &c.Expires, "street": &c.Street, "postal_code": &c.PostalCode,
		"city": &c.City, "region": &c.Region, "country": &c.Country, "note": &c.Note} {
		f.put(name, to)
	}
	if s := f.Str("number"); s != "" {
		c.Number = record.Plain(s)
	}
}

// unsaid takes the number out of what was typed: it must not come back into a page.
func (v *recordView) unsaid(err error) error {
	delete(v.form, "number")
	return err
}

func addCard(ctx context.Context, tx *db.Tx, v *recordView) error {
	v.edit = "cards-new"
	c := &client.Card{TravelerID: v.form.Int("traveler_id")}
	fillCard(v.form, c)
	return v.unsaid(record.Insert(ctx, tx, c))
}

func editPayCard(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	v.edit = "cards-" + idText(id)
	c := new(client.Card)
	return v.unsaid(v.editRecord(ctx, tx, c, id, "version", func() { fillCard(v.form, c) }))
}

func dropCard(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	return record.Delete(ctx, tx, new(client.Card), id, v.form.Int("version"))
}

// paymentCard is how the client pays (R058) and with which card (R060).
func (v *recordView) paymentCard() templ.Component {
	p, c, title := v.p, v.client, v.p.T("card.payment")
	if v.editing("payment") {
		form := v.pick("client", "payment_form", c.PaymentForm, 6, p.options("client.payment_form.", client.PaymentForms), true)
		var opts []ui.Option
		for i := range v.payCards {
			k := &v.payCards[i]
			label := p.cardName(k)
			if t := v.ownerOf(k.TravelerID); t != nil && v.person == nil {
				label += ", " + t.Name()
			}
			opts = append(opts, ui.Option{Value: idText(k.ID), Label: label})
		}
		pick := v.pick("client", "default_card_id", refText(c.DefaultCard), 6, opts, true)
		pick.Help = p.T("card.default_help")
		return v.editBox(editCard{id: "payment", title: title, action: v.path() + "/payment", version: c.Version}, form, pick)
	}
	card := ui.Card{ID: "payment", Title: title, Body: true, Half: true, Actions: v.open("payment", "", p.T("common.edit"), "edit")}
	if c.PaymentForm == "" {
		card.Body = false
		return within(ui.CardBox(card), ui.Empty{Title: p.T("card.no_payment"), Small: true})
	}
	facts := ui.Facts{Items: []ui.Fact{{Label: p.fieldLabel("client", "payment_form"), Value: p.T("client.payment_form." + c.PaymentForm)}}}
	for i := range v.payCards {
		if k := &v.payCards[i]; k.ID == int64(c.DefaultCard) {
			text := p.cardName(k)
			if k.Expired(p.Today()) {
				text += " · " + p.T("card.expired", "Month", monthText(k.Expires))
			}
			facts.Items = append(facts.Items, ui.Fact{Label: p.fieldLabel("client", "default_card_id"), Value: text})
		}
	}
	return within(ui.CardBox(card), facts)
}

func savePayment(ctx context.Context, tx *db.Tx, v *recordView) error {
	c := new(client.Client)
	return v.editRecord(ctx, tx, c, v.ref.ID, "version", func() {
		v.form.put("payment_form", &c.PaymentForm)
		v.form.putRef("default_card_id", &c.DefaultCard)
	})
}
