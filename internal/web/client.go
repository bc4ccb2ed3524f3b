package web

import (
	"context"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// clientRoutes are the pages of clients.
func (s *Server) clientRoutes() []Route {
	const kind = "client"
	card := func(path, card string, do act) Route {
		return Route{Pattern: "POST /clients/{id}/" + path, Right: "client.edit", handle: s.saveCard(kind, card, do)}
	}
	out := []Route{
		{Pattern: "GET /clients/new", Right: "client.edit", handle: s.newClient},
		{Pattern: "POST /clients", Right: "client.edit", handle: s.createClient},
		{Pattern: "POST /clients/duplicates", Right: "client.edit", handle: s.clientTwins},
		{Pattern: "GET /clients/lookup", handle: s.lookup("client")},
		{Pattern: "GET /clients/{id}", handle: s.showRecord(kind)},
		card("personal", "personal", savePersonal),
		card("work", "work", saveWork),
		card("data", "data", saveData),
		card("notes", "notes", saveNotes),
		card("tags", "tags", saveTags),
		card("ids", "ids", saveIDs),
		card("travelers", "travelers", saveMembers),
		{Pattern: "POST /clients/{id}/travelers/order", Right: "client.edit", handle: s.orderMembers},
		card("links", "travelers", linkTraveler),
		card("agency", "agency", saveAgency),
		{Pattern: "POST /clients/{id}/shares", Right: "client.share", handle: s.saveCard(kind, "sharing", addShare)},
		{Pattern: "POST /clients/{id}/shares/{row}/delete", Right: "client.share", handle: s.saveCard(kind, "sharing", endShare)},
		card("comments", "comments", addComment),
		card("comments/{row}/delete", "comments", dropComment),
		{Pattern: "POST /clients/{id}/delete", Right: "client.delete", handle: s.trashClient},
		{Pattern: "POST /clients/{id}/restore", Right: "client.delete", handle: s.restoreClient},
	}
	return append(out, s.reachRoutes(kind)...)
}

func (s *Server) trashClient(p *Page) error {
	return p.trash("client", "client.trashed", flow.TrashClient)
}

func (s *Server) restoreClient(p *Page) error { return p.restore("client", flow.RestoreClient) }

// choices are what the selects of a form offer.
type choices struct{ advisors, branches, types []ui.Option }

// loadChoices reads what the card that is edited lets choose from.
func (v *recordView) loadChoices(ctx context.Context, tx *db.Tx) (err error) {
	if v.client == nil || !v.may || v.edit != "data" {
		return nil
	}
	v.choices, err = v.p.loadChoices(ctx, tx, v.client)
	return err
}

// loadChoices reads the people who may have clients, the offices and the customer
// types. What a client has already stays among them, also when it is switched off.
func (p *Page) loadChoices(ctx context.Context, tx *db.Tx, c *client.Client) (out choices, err error) {
	people, err := agency.Advisors(ctx, tx)
	if err != nil {
		return out, err
	}
	for _, u := range people {
		out.advisors = append(out.advisors, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name})
	}
	var branches []agency.Branch
	if err := record.Select(ctx, tx, &branches, "ORDER BY r.name"); err != nil {
		return out, err
	}
	for _, b := range branches {
		if b.Active || int64(c.BranchID) == b.ID {
			out.branches = append(out.branches, ui.Option{Value: strconv.FormatInt(b.ID, 10), Label: b.Name})
		}
	}
	types, err := client.Types(ctx, tx)
	for _, t := range types {
		if t.Active || int64(c.CustomerType) == t.ID {
			out.types = append(out.types, ui.Option{Value: strconv.FormatInt(t.ID, 10), Label: t.Code + " " + t.Name})
		}
	}
	return out, err
}

// refText is the value of a select for another record.
func refText(r db.Ref) string {
	if r == 0 {
		return ""
	}
	return strconv.FormatInt(int64(r), 10)
}

// dataCard is what the agency keeps about the account.
func (v *recordView) dataCard() templ.Component {
	title, c, p := v.p.T("client.card.data"), v.client, v.p
	if v.editing("data") {
		return v.dataForm(title)
	}
	fact := func(column, value string) ui.Fact {
		return ui.Fact{Label: p.fieldLabel("client", column), Value: v.names.value(p, "client", column, value)}
	}
	facts := ui.Facts{Two: true, Items: []ui.Fact{fact("code", c.Code), fact("kind", c.Kind), fact("classification", c.Classification),
		fact("segment", c.Segment), fact("status", c.Status), fact("customer_type_id", refText(c.CustomerType)),
		fact("advisor_id", refText(c.AdvisorID)), fact("branch_id", refText(c.BranchID)), fact("sort_name", c.SortName),
		fact("language", c.Language), fact("currency", c.Currency), fact("formal_salutation", c.FormalSalutation),
		fact("informal_salutation", c.InformalSalutation), fact("anniversary", string(c.Anniversary)), fact("anniversary_note", c.AnniversaryNote),
		fact("contact", c.Contact), fact("legal_name", c.LegalName), fact("tax_id", c.TaxID), fact("registration_no", c.RegistrationNo)}}
	return within(ui.CardBox(ui.Card{ID: "data", Title: title, Body: true, Actions: v.open("data", "", p.T("common.edit"), "edit")}), facts)
}

func (v *recordView) dataForm(title string) templ.Component {
	c, p := v.client, v.p
	in := func(name, stored string, width int) ui.Input { return v.text("client", name, stored, width) }
	name := in("name", c.Name, 8)
	name.Required, name.Autofocus = true, true
	advisor := v.pick("client", "advisor_id", refText(c.AdvisorID), 6, withOption(v.choices.advisors, refText(c.AdvisorID), v.names["user"][int64(c.AdvisorID)]), true)
	if !v.mayAssign() {
		advisor.Disabled = true
		advisor.Help = p.T("client.help.assign")
	}
	fields := []templ.Component{name, in("code", c.Code, 4), in("sort_name", c.SortName, 6),
		v.pick("client", "kind", c.Kind, 6, p.options("client.kind.", client.Kinds), false),
		v.pick("client", "classification", c.Classification, 4, p.options("client.classification.", client.Classifications), false),
		v.pick("client", "segment", c.Segment, 4, p.options("client.segment.", client.Segments), false),
		v.pick("client", "status", c.Status, 4, p.options("client.status.", client.Statuses), false),
		advisor, v.pick("client", "branch_id", refText(c.BranchID), 6, v.choices.branches, true),
		v.pick("client", "customer_type_id", refText(c.CustomerType), 6, v.choices.types, true),
		v.pick("client", "language", c.Language, 3, withOption(p.languages(), c.Language, c.Language), true),
		v.pick("client", "currency", c.Currency, 3, withOption(currencies(), c.Currency, c.Currency), true),
		in("formal_salutation", c.FormalSalutation, 6), in("informal_salutation", c.InformalSalutation, 6),
		v.date("client", "anniversary", c.Anniversary, 6, false), in("anniversary_note", c.AnniversaryNote, 6), in("contact", c.Contact, 6),
		in("legal_name", c.LegalName, 6), in("tax_id", c.TaxID, 6), in("registration_no", c.RegistrationNo, 6)}
	return v.editBox(editCard{id: "data", title: title, action: v.path() + "/data", version: c.Version}, fields...)
}

// currencies are the ISO 4217 codes of money in use.
func currencies() []ui.Option {
	var out []ui.Option
	for _, code := range country.Currencies() {
		out = append(out, ui.Option{Value: code, Label: code})
	}
	return out
}

// withOption adds the present value where a list doesn't hold it any more, so
// that saving something else doesn't change it.
func withOption(list []ui.Option, value, label string) []ui.Option {
	if value == "" {
		return list
	}
	for _, o := range list {
		if o.Value == value {
			return list
		}
	}
	return append([]ui.Option{{Value: value, Label: label}}, list...)
}

// fillData copies the fields that cards and the form for a new client share.
func fillData(p *Page, f Form, c *client.Client) {
	for name, to := range map[string]*string{"name": &c.Name, "code": &c.Code, "sort_name": &c.SortName, "kind": &c.Kind,
		"classification": &c.Classification, "segment": &c.Segment, "status": &c.Status, "language": &c.Language, "currency": &c.Currency,
		"formal_salutation": &c.FormalSalutation, "informal_salutation": &c.InformalSalutation, "anniversary_note": &c.AnniversaryNote,
		"contact": &c.Contact, "legal_name": &c.LegalName, "tax_id": &c.TaxID, "registration_no": &c.RegistrationNo,
		"memo": &c.Memo, "remarks": &c.Remarks, "travel_policy": &c.TravelPolicy,
		"owner_kind": &c.OwnerKind, "source_medium": &c.SourceMedium, "source_detail": &c.SourceDetail} {
		f.put(name, to)
	}
	for name, to := range map[string]*db.Ref{"advisor_id": &c.AdvisorID, "branch_id": &c.BranchID, "customer_type_id": &c.CustomerType} {
		f.putRef(name, to)
	}
	f.putDate("anniversary", p.Agency.Country, false, &c.Anniversary)
}

// editClient stores the fields of the form that are among the named ones.
func (v *recordView) editClient(ctx context.Context, tx *db.Tx, names ...string) error {
	only := Form{}
	for _, n := range names {
		if vals, ok := v.form[n]; ok {
			only[n] = vals
		}
	}
	c := new(client.Client)
	return v.editRecord(ctx, tx, c, v.ref.ID, "version", func() { fillData(v.p, only, c) })
}

func saveData(ctx context.Context, tx *db.Tx, v *recordView) error {
	return v.editClient(ctx, tx, "name", "code", "sort_name", "kind", "classification", "segment", "status", "advisor_id", "branch_id",
		"customer_type_id", "language", "currency", "formal_salutation", "informal_salutation", "anniversary", "anniversary_note", "contact",
		"legal_name", "tax_id", "registration_no")
}

// notesCard holds the free texts. The travel policy of a company is internal: it
// is on this page alone (R007, R008).
func (v *recordView) notesCard() templ.Component {
	title, c := v.p.T("client.card.notes"), v.client
	corporate := c.Kind == "corporate"
	if v.editing("notes") {
		first := v.area("client", "remarks", c.Remarks)
		first.Help = v.p.T("client.help.remarks")
		fields := []templ.Component{first, v.area("client", "memo", c.Memo)}
		if corporate || c.TravelPolicy != "" {
			fields = append(fields, v.area("client", "travel_policy", c.TravelPolicy))
		}
		return v.editBox(editCard{id: "notes", title: title, action: v.path() + "/notes", version: c.Version}, fields...)
	}
	var facts ui.Facts
	for _, f := range [][2]string{{"remarks", c.Remarks}, {"memo", c.Memo}, {"travel_policy", c.TravelPolicy}} {
		if f[1] != "" {
			facts.Items = append(facts.Items, ui.Fact{Label: v.p.fieldLabel("client", f[0]), Comp: prose(f[1])})
		}
	}
	card := ui.Card{ID: "notes", Title: title, Body: true, Actions: v.open("notes", "", v.p.T("common.edit"), "edit")}
	if len(facts.Items) == 0 {
		card.Body = false
		return within(ui.CardBox(card), ui.Empty{Title: v.p.T("client.no_notes"), Small: true})
	}
	return within(ui.CardBox(card), facts)
}

func saveNotes(ctx context.Context, tx *db.Tx, v *recordView) error {
	return v.editClient(ctx, tx, "remarks", "memo", "travel_policy")
}
