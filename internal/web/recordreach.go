package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/phone"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
	"github.com/carnetcrm/carnet/internal/weburl"
)

// reachRoutes write communications and addresses of a kind of record.
func (s *Server) reachRoutes(kind string) []Route {
	at := "POST /" + kind + "s/{id}/"
	return []Route{
		{Pattern: at + "communications", Right: "client.edit", handle: s.saveCard(kind, "contact", addCommunication)},
		{Pattern: at + "communications/{row}", Right: "client.edit", handle: s.saveCard(kind, "contact", editCommunication)},
		{Pattern: at + "communications/{row}/delete", Right: "client.edit", handle: s.saveCard(kind, "contact", dropCommunication)},
		{Pattern: at + "addresses", Right: "client.edit", handle: s.saveCard(kind, "addresses", saveAddresses)},
	}
}

// reachRow is one communication while it is edited.
type reachRow struct{ id, row, action, version, label string }

// contactCard lists the ways to reach somebody; each is edited on its own (R049).
func (v *recordView) contactCard() templ.Component {
	card := ui.Card{ID: "contact", Title: v.p.T("contact.card.contact"), Actions: v.open("contact", "new", v.p.T("common.add"), "plus")}
	var rows ui.Group
	for i := range v.comms {
		c := &v.comms[i]
		row := strconv.FormatInt(c.ID, 10)
		if v.may && v.edit == "contact-"+row {
			rows = append(rows, v.communicationForm(c))
			continue
		}
		rows = append(rows, v.communicationRow(c))
	}
	if v.may && v.edit == "contact-new" {
		rows = append(rows, v.communicationForm(&contact.Communication{Type: "phone", OwnerKind: v.ref.Kind, OwnerID: v.ref.ID}))
	}
	if len(rows) == 0 {
		return within(ui.CardBox(card), ui.Empty{Title: v.p.T("contact.none"), Small: true})
	}
	return within(ui.CardBox(card), within(ui.Rows(), rows))
}

var reachIcons = map[string]string{"phone": "phone", "email": "mail", "social": "share", "web": "globe"}

// communicationRow shows a communication as something that can be called, written
// to or opened (R028, R048).
func (v *recordView) communicationRow(c *contact.Communication) templ.Component {
	r := ui.Row{Slim: true, ID: "comm-" + strconv.FormatInt(c.ID, 10), Lead: ui.Icon(reachIcons[c.Type])}
	var link templ.Component
	switch c.Type {
	case "phone":
		r.Title, link = v.number(c.Value), nil
		if strings.HasPrefix(c.Norm, "+") {
			r.Title, r.Href = phone.Format(c.Norm, v.p.Agency.Country), phone.URI(c.Norm)
		}
	case "email":
		r.Title, r.Href = c.Value, "mailto:"+c.Norm
	default:
		r.Title = c.Value
		if _, ok := weburl.Clean(c.Value); ok {
			r.Title = weburl.Display(c.Norm)
			link = ui.WebLink{URL: c.Norm, Text: c.Norm}
		}
	}
	if c.Primary {
		r.Badges = append(r.Badges, ui.Badge{Label: v.p.T("contact.primary")})
	}
	sub := []string{}
	if v.client != nil && v.person != nil && c.OwnerKind == "client" {
		sub = append(sub, v.p.T("contact.shared"))
	}
	for _, s := range []string{v.p.known("contact.sub.", c.SubType), c.Description} {
		if s != "" {
			sub = append(sub, s)
		}
	}
	if c.PermitMarketing {
		sub = append(sub, v.p.T("contact.marketing_yes"))
	}
	r.Sub = strings.Join(sub, " · ")
	if link != nil {
		r.SubComp = ui.Group{link, ui.Text(joined(" · ", sub))}
	}
	row := strconv.FormatInt(c.ID, 10)
	r.Actions = v.iconOpen("contact", row, v.p.T("contact.edit", "Value", r.Title))
	return r
}

func joined(prefix string, parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return prefix + strings.Join(parts, " · ")
}

// iconOpen is open for a row: a pen whose name says what it edits.
func (v *recordView) iconOpen(card, row, label string) []templ.Component {
	out := v.open(card, row, label, "edit")
	for i, c := range out {
		b := c.(ui.Button)
		b.IconOnly = true
		out[i] = b
	}
	return out
}

// communicationForm edits one communication, or takes a new one.
func (v *recordView) communicationForm(c *contact.Communication) templ.Component {
	base := v.path() + "/communications"
	r := reachRow{id: "comm-new", row: "new", action: base, version: "0", label: v.p.T("contact.add")}
	if c.ID != 0 {
		r.row = strconv.FormatInt(c.ID, 10)
		r.id, r.action, r.version, r.label = "comm-"+r.row, base+"/"+r.row, strconv.FormatInt(c.Version, 10), v.p.T("contact.edit", "Value", c.Value)
	}
	buttons := ui.Group{ui.Button{Label: v.p.T("common.save"), Kind: "primary", Submit: true, Small: true, Keys: "Control+S"}, v.cancel("contact")}
	if c.ID != 0 {
		buttons = append(buttons, ui.Button{Label: v.p.T("common.delete"), Icon: "trash", Kind: "ghost", Small: true, Submit: true, Action: r.action + "/delete",
			Attrs: templ.Attributes{"hx-post": r.action + "/delete", "hx-target": "#contact", "hx-swap": "outerHTML", "formnovalidate": true}})
	}
	if isStale(v.err) {
		return reachForm(r, v.conflict(c.Version), buttons)
	}
	value := v.text("communication", "value", c.Value, 4)
	value.Required, value.Autofocus = true, true
	sub := v.text("communication", "sub_type", c.SubType, 4)
	sub.List = v.p.subTypes()
	fields := append(v.problemsOutside("value", "type", "sub_type", "description"),
		v.pick("communication", "type", c.Type, 4, v.p.options("contact.type.", contact.Types), false), value, sub,
		v.text("communication", "description", c.Description, 8))
	if c.ID == 0 && v.client != nil && v.person != nil { // R045: whose is it?
		opts := []ui.Option{{Value: "traveler", Label: v.person.Name()}, {Value: "client", Label: v.p.T("contact.owner_shared")}}
		f := v.field("communication", "owner", 4)
		fields = append(fields, ui.Select{Field: f, Value: v.val("owner", "traveler"), Options: opts})
	}
	fields = append(fields, v.tick("communication", "is_primary", c.Primary), v.tick("communication", "permit_marketing", c.PermitMarketing))
	return reachForm(r, fields, buttons)
}

// problemsOutside lists what is wrong besides the fields that show it themselves.
func (v *recordView) problemsOutside(shown ...string) ui.Group {
	if v.err == nil {
		return nil
	}
	for _, f := range fieldErrors(v.err) {
		if !slices.Contains(shown, f.Path) {
			return v.problems()
		}
	}
	return nil
}

// subTypes are proposed for what kind of phone or address it is; the field is free
// text (R047).
func (p *Page) subTypes() []string {
	var out []string
	for _, s := range []string{"mobile", "home", "work", "whatsapp", "emergency", "assistant"} {
		out = append(out, p.T("contact.sub."+s))
	}
	return append(out, "Facebook", "Instagram", "LinkedIn", "X")
}

func fillCommunication(f Form, c *contact.Communication) {
	f.put("type", &c.Type)
	f.put("value", &c.Value)
	f.put("sub_type", &c.SubType)
	f.put("description", &c.Description)
	f.putBool("is_primary", &c.Primary)
	f.putBool("permit_marketing", &c.PermitMarketing)
}

func addCommunication(ctx context.Context, tx *db.Tx, v *recordView) error {
	v.edit = "contact-new"
	c := &contact.Communication{OwnerKind: v.ref.Kind, OwnerID: v.ref.ID, Region: v.p.Agency.Country}
	if v.ref.Kind == "client" && v.form.Str("owner") == "traveler" {
		t, err := onlyTraveler(ctx, tx, v.ref.ID)
		if err != nil {
			return err
		}
		c.OwnerKind, c.OwnerID = "traveler", t
	}
	fillCommunication(v.form, c)
	c.Position = 1 << 20 // behind those that came with the record
	return record.Insert(ctx, tx, c)
}

// rowID is the number of a part of the record in the path. That the part belongs
// to the record is not asked: who may change it is decided by its own record.
func (v *recordView) rowID() (int64, error) { return v.p.ID("row") }

func editCommunication(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	v.edit = "contact-" + strconv.FormatInt(id, 10)
	c := &contact.Communication{Region: v.p.Agency.Country}
	return v.editRecord(ctx, tx, c, id, "version", func() { fillCommunication(v.form, c) })
}

// editRecord stores a change under the version that the form was made from. After
// a conflict it tells apart what I changed and what only the other did.
func (v *recordView) editRecord(ctx context.Context, tx *db.Tx, r record.Record, id int64, versionField string, fill func()) error {
	version := v.form.Int(versionField)
	if version <= 0 {
		version = -1 // a form without a version never overwrites anything
	}
	err := record.Edit(ctx, tx, r, id, version, func() error { fill(); return nil })
	if !isStale(err) {
		return err
	}
	others, serr := record.Since(ctx, tx, record.Ref{Kind: r.Table(), ID: id}, version)
	if serr != nil {
		return serr
	}
	return merged(err, others)
}

func dropCommunication(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	return record.Delete(ctx, tx, new(contact.Communication), id, v.form.Int("version"))
}
