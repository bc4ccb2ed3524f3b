package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/phone"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// loadMembers reads the travelers of a client in their order (L04).
func (v *recordView) loadMembers(ctx context.Context, tx *db.Tx) error {
	v.members, v.person = nil, nil
	links, err := client.Links(ctx, tx, v.ref.ID)
	if err != nil || len(links) == 0 {
		return err
	}
	ids := db.IDs{}
	for _, l := range links {
		ids = append(ids, l.TravelerID)
	}
	var people []traveler.Traveler
	if err := record.Select(ctx, tx, &people, "WHERE r.id IN {ids $1}", ids); err != nil {
		return err
	}
	for _, l := range links {
		for _, t := range people {
			if t.ID == l.TravelerID {
				v.members = append(v.members, member{l, t})
			}
		}
	}
	return nil
}

// onlyTraveler returns the traveler who is shown as one with the client.
func onlyTraveler(ctx context.Context, tx *db.Tx, clientID int64) (int64, error) {
	v := &recordView{ref: record.Ref{Kind: "client", ID: clientID}, client: new(client.Client)}
	if err := record.Get(ctx, tx, v.client, clientID); err != nil {
		return 0, err
	}
	if err := v.loadMembers(ctx, tx); err != nil {
		return 0, err
	}
	if v.tellPerson(); v.person == nil {
		return 0, errs.Missing()
	}
	return v.person.ID, nil
}

// travelersCard lists who travels on this account.
func (v *recordView) travelersCard() templ.Component {
	p, title := v.p, v.p.T("client.card.travelers")
	if v.may && v.edit == "travelers" {
		return v.membersForm(title)
	}
	card := ui.Card{ID: "travelers", Title: title, Count: countText(p, len(v.members)),
		Actions: v.open("travelers", "link", p.T("client.link_traveler"), "link")}
	if len(v.members) > 0 {
		card.Actions = append(v.open("travelers", "", p.T("common.edit"), "edit"), card.Actions...)
	}
	var content ui.Group
	if v.may && v.edit == "travelers-link" {
		content = append(content, v.linkForm("travelers", "traveler_id", "/travelers/lookup", p.T("client.link_traveler"), p.T("client.help.link")))
	}
	var rows ui.Group
	for i := range v.members {
		rows = append(rows, v.memberRow(&v.members[i]))
	}
	switch {
	case len(rows) == 0:
		content = append(content, ui.Empty{Title: p.T("client.no_travelers"), Small: true})
	case v.may && len(rows) > 1:
		content = append(content, within(order(v.path()+"/travelers/order"), within(ui.Rows(), rows)))
	default:
		content = append(content, within(ui.Rows(), rows))
	}
	return within(ui.CardBox(card), content)
}

func countText(p *Page, n int) string {
	if n == 0 {
		return ""
	}
	return p.L.Number(int64(n))
}

func (v *recordView) memberRow(m *member) templ.Component {
	p, t := v.p, &m.T
	r := ui.Row{Lead: ui.Avatar{Initials: ui.Initials(t.Family, t.Given), Tint: ui.Tint(t.ID), Size: "lg"}, Strong: true,
		Title: strings.TrimSpace(t.Given + " " + t.Family), Href: pathOf(record.Ref{Kind: "traveler", ID: t.ID}),
		End: phone.Format(t.Phone, p.Agency.Country), EndSub: t.Email}
	if m.Primary && len(v.members) > 1 {
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("client.primary")})
	}
	if m.Role != "" {
		r.Badges = append(r.Badges, ui.Badge{Label: p.known("client.role.", m.Role)})
	}
	var sub []string
	for _, s := range []string{p.L.Date(t.BirthDate), p.age(t)} {
		if s != "" {
			sub = append(sub, s)
		}
	}
	r.Sub = strings.Join(sub, ", ")
	if note, kind := v.passportNote(t); note != "" {
		if r.End == "" {
			r.End = t.Email
		}
		r.EndSub, r.EndKind = note, kind
	}
	if v.may && len(v.members) > 1 {
		r.Attrs = templ.Attributes{"data-item": strconv.FormatInt(m.Link.ID, 10)}
		for _, way := range []string{"up", "down"} {
			r.Actions = append(r.Actions, ui.Button{Label: p.T("ui.move_" + way), Icon: "chevron-" + way, Kind: "ghost", Small: true, IconOnly: true,
				Attrs: templ.Attributes{"data-move": way, "hidden": true}})
		}
	}
	return r
}

// membersForm changes role, order and primary traveler, and unlinks (L04).
func (v *recordView) membersForm(title string) templ.Component {
	p := v.p
	primary := ""
	var opts []ui.Option
	rep := ui.Repeat{L: p.L, Name: "travelers", Label: title, Sortable: true}
	for i := range v.members {
		m := &v.members[i]
		id := strconv.FormatInt(m.Link.ID, 10)
		if m.Primary {
			primary = id
		}
		opts = append(opts, ui.Option{Value: id, Label: m.T.Name()})
		row := "travelers[" + strconv.Itoa(i) + "]."
		role := v.text("link", row+"role", m.Role, 0)
		role.Label = p.T("client.role_of", "Name", m.T.Name())
		role.List = p.roles()
		rep.Rows = append(rep.Rows, ui.Group{ui.Hidden{Name: row + "id", Value: id},
			ui.Hidden{Name: row + "version", Value: strconv.FormatInt(m.Link.Version, 10)}, role})
	}
	first := ui.Select{Field: v.field("link", "primary", 6), Value: v.val("primary", primary), Options: opts}
	return v.editBox(editCard{id: "travelers", title: title, action: v.path() + "/travelers", plain: true},
		rep, within(ui.Fields(), first), prose(p.T("client.help.unlink")))
}

// roles are proposed for a traveler's role; it is free text.
func (p *Page) roles() (out []string) {
	for _, r := range []string{"spouse", "partner", "child", "parent", "assistant", "employee"} {
		out = append(out, p.T("client.role."+r))
	}
	return out
}

// saveMembers stores roles, order and the primary traveler. The version of each
// link guards what was typed; the order alone is nobody's loss.
func saveMembers(ctx context.Context, tx *db.Tx, v *recordView) error {
	primary := v.form.Int("primary")
	rows := v.form.Rows("travelers", "id")
	for _, last := range []bool{false, true} { // the primary one last: it takes the mark from the others
		for i, row := range rows {
			if id := row.Int("id"); (id == primary) == last {
				err := v.own(ctx, tx, id, func() error { return saveMember(ctx, tx, row, int64(i), id == primary) })
				if err != nil {
					return under("travelers["+strconv.Itoa(i)+"].", err)
				}
			}
		}
	}
	return nil
}

func saveMember(ctx context.Context, tx *db.Tx, row Form, position int64, primary bool) error {
	id, l := row.Int("id"), new(client.Link)
	if row.Bool("delete") {
		return record.Delete(ctx, tx, l, id, 0)
	}
	return record.Edit(ctx, tx, l, id, 0, func() error {
		if l.Version != row.Int("version") && l.Role != row.Str("role") {
			return errs.Bad("role", "client.error.role_changed", "Role", l.Role)
		}
		l.Role, l.Position, l.Primary = row.Str("role"), position, primary
		return nil
	})
}

// own refuses a link that belongs to another client than the page's.
func (v *recordView) own(ctx context.Context, tx *db.Tx, link int64, do func() error) error {
	var l client.Link
	if err := record.Get(ctx, tx, &l, link); err != nil {
		return err
	}
	if (v.ref.Kind == "client" && l.ClientID != v.ref.ID) || (v.ref.Kind == "traveler" && l.TravelerID != v.ref.ID) {
		return errs.Missing()
	}
	return do()
}

// orderMembers stores the order that somebody gave the travelers by mouse or
// keyboard.
func (s *Server) orderMembers(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	v := &recordView{p: p, ref: record.Ref{Kind: "client", ID: id}}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		for i, item := range f.All("item") {
			link, _ := strconv.ParseInt(item, 10, 64)
			l := new(client.Link)
			err := v.own(ctx, tx, link, func() error {
				return record.Edit(ctx, tx, l, link, 0, func() error { l.Position = int64(i); return nil })
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || !p.wantsFragment() {
		if err == nil {
			return p.Redirect(v.path() + "#travelers")
		}
		return err
	}
	p.W.WriteHeader(http.StatusNoContent)
	return nil
}

// linkForm finds an existing record and links it; a new one is created on a page
// of its own.
func (v *recordView) linkForm(card, field, url, label, help string) templ.Component {
	look := v.lookup(field, 0, "", url)
	look.Required, look.Help = true, help
	role := v.text("link", "role", "", 6)
	role.List = v.p.roles()
	buttons := ui.Group{ui.Button{Label: v.p.T("client.link"), Kind: "primary", Submit: true, Small: true}, v.cancel(card)}
	if card == "travelers" {
		buttons = append(buttons, ui.Button{Label: v.p.T("client.add_traveler"), Icon: "user-plus", Kind: "ghost", Small: true,
			Href: "/travelers/new?client=" + strconv.FormatInt(v.ref.ID, 10)})
	}
	return inlineForm(v.path()+"/links", card, label, append(v.problemsOutside(field, "role"), look, role), buttons)
}

// lookup is a control that finds another record.
func (v *recordView) lookup(name string, id int64, text, url string) ui.Lookup {
	k := ui.Lookup{Field: v.field("link", name, 6), L: v.p.L, URL: url, Text: v.val(name+"_q", text)}
	k.Label = v.p.fieldLabel("traveler", name)
	if k.Label == name {
		k.Label = v.p.fieldLabel("link", name)
	}
	if id != 0 {
		k.Value = strconv.FormatInt(id, 10)
	}
	k.Value = v.val(name, k.Value)
	return k
}

// found returns the id that a lookup chose. Without script its text is searched
// for: exactly one record must answer.
func (v *recordView) found(ctx context.Context, tx *db.Tx, kind, name string) (int64, error) {
	id, q := v.form.Int(name), v.form.Str(name+"_q")
	if id != 0 && (q != "" || !v.form.Has(name+"_q")) {
		return id, nil
	}
	if q == "" {
		return 0, nil
	}
	hits, err := flow.SearchKind(ctx, tx, kind, q, 2)
	switch {
	case err != nil:
		return 0, err
	case len(hits) == 0:
		return 0, errs.Bad(name, "client.error.nobody", "Name", q)
	case len(hits) == 1:
		return hits[0].ID, nil
	}
	return 0, errs.Bad(name, "client.error.several", "Name", q)
}

// lookup answers a Lookup while somebody types.
func (s *Server) lookup(kind string) handler {
	return func(p *Page) error {
		q := Form(p.R.URL.Query()).Str("q")
		res := ui.Results{L: p.L}
		g := ui.ResultGroup{Label: p.T("nav." + kind + "s")}
		err := p.View(func(ctx context.Context, tx *db.Tx) error {
			hits, err := flow.SearchKind(ctx, tx, kind, q, 8)
			for _, h := range hits {
				r := p.result(h, q)
				r.Value, r.Href = strconv.FormatInt(h.ID, 10), ""
				g.Items = append(g.Items, r)
			}
			return err
		})
		if err != nil {
			return err
		}
		res.Groups = append(res.Groups, g)
		return p.Fragment(res)
	}
}

func linkTraveler(ctx context.Context, tx *db.Tx, v *recordView) error {
	v.edit = "travelers-link"
	id, err := v.found(ctx, tx, "traveler", "traveler_id")
	if err != nil {
		return err
	}
	if id == 0 {
		return errs.Bad("traveler_id", "error.required")
	}
	return linked(record.Insert(ctx, tx, &client.Link{ClientID: v.ref.ID, TravelerID: id, Role: v.form.Str("role")}), "traveler_id")
}

func linkClient(ctx context.Context, tx *db.Tx, v *recordView) error {
	v.edit = "clients-link"
	id, err := v.found(ctx, tx, "client", "client_id")
	if err != nil {
		return err
	}
	if id == 0 {
		return errs.Bad("client_id", "error.required")
	}
	return linked(record.Insert(ctx, tx, &client.Link{ClientID: id, TravelerID: v.ref.ID, Role: v.form.Str("role")}), "client_id")
}

// linked says that both are linked already, in place of a taken value.
func linked(err error, field string) error {
	for i := range fieldErrors(err) {
		f := &fieldErrors(err)[i]
		if f.Key == "error.taken" {
			f.Path, f.Key = field, "client.error.linked"
		}
	}
	return err
}

// unlink takes a traveler out of a client; both stay.
func unlink(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	return v.own(ctx, tx, id, func() error { return record.Delete(ctx, tx, new(client.Link), id, 0) })
}

// homesCard lists the clients that the traveler belongs to (L01).
func (v *recordView) homesCard() templ.Component {
	p := v.p
	card := ui.Card{ID: "clients", Title: p.T("traveler.card.clients"), Count: countText(p, len(v.homes)),
		Actions: v.open("clients", "link", p.T("traveler.link_client"), "link")}
	var content, rows ui.Group
	if v.may && v.edit == "clients-link" {
		content = append(content, v.linkForm("clients", "client_id", "/clients/lookup", p.T("traveler.link_client"), p.T("traveler.help.link")))
	}
	for _, h := range v.homes {
		n := nameOf(h.Name, h.Kind == "corporate")
		r := ui.Row{Lead: ui.Avatar{Initials: ui.Initials(n.Family, n.Given), Tint: ui.Tint(h.ClientID), Account: true, Size: "md"}, Name: n,
			Href: pathOf(record.Ref{Kind: "client", ID: h.ClientID}), Sub: h.Advisor}
		if h.Primary {
			r.Badges = append(r.Badges, ui.Badge{Label: p.T("client.primary")})
		}
		if h.Role != "" {
			r.Badges = append(r.Badges, ui.Badge{Label: p.known("client.role.", h.Role)})
		}
		if v.may {
			r.Actions = []templ.Component{postButton(v.path()+"/links/"+strconv.FormatInt(h.Link.ID, 10)+"/delete", "clients",
				ui.Button{Label: p.T("client.unlink_from", "Name", h.Name), Icon: "x", IconOnly: true, Kind: "ghost", Small: true, Submit: true})}
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		content = append(content, ui.Empty{Title: p.T("traveler.no_clients"), Text: p.T("traveler.no_clients_text"), Small: true})
	} else {
		content = append(content, within(ui.Rows(), rows))
	}
	return within(ui.CardBox(card), content)
}
