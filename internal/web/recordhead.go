package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/phone"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// top answers in one look who it is and how to reach them.
func (v *recordView) top() templ.Component {
	head := v.travelerHead
	if v.client != nil {
		head = v.clientHead
	}
	h := head()
	h.Mark, h.MarkMenu = v.completeMark()
	return recordTop(h, v.alerts())
}

func (v *recordView) clientHead() ui.RecordHead {
	c, p := v.client, v.p
	name := nameOf(c.Name, c.Kind == "corporate")
	meta := []string{p.T("client.kind." + c.Kind), p.T("client.segment." + c.Segment)}
	if c.Classification != "prospect" { // a prospect has a badge
		meta = append(meta, p.T("client.classification."+c.Classification))
	}
	if n := len(v.members); n != 1 || c.Kind == "corporate" {
		meta = append(meta, p.T("client.travelers", "Count", n))
	}
	meta = append(meta, p.T("client.since", "Year", c.CreatedAt.Time().In(p.Loc()).Year()))
	h := ui.RecordHead{Name: name, Initials: ui.Initials(name.Family, name.Given), Tint: ui.Tint(c.ID),
		Badges: clientBadges(p, c.Kind, c.Segment, c.Classification, c.Status, false), Meta: meta, Code: c.Code, Reach: v.reach(c.Phone, c.Email)}
	if c.AdvisorID != 0 {
		who := v.names["user"][int64(c.AdvisorID)]
		h.Advisor = ui.Person{Label: p.fieldLabel("client", "advisor_id"), Name: who, Initials: ui.Initials(who, ""), Tint: ui.Tint(int64(c.AdvisorID))}
	}
	var edit []ui.MenuItem
	if v.may {
		h.Actions = append(h.Actions, ui.Button{Label: p.T("client.add_traveler"), Icon: "user-plus", Compact: true, Href: "/travelers/new?client=" + strconv.FormatInt(c.ID, 10)})
		edit = append(edit, ui.MenuItem{Label: p.T("client.link_traveler"), Icon: "link", Href: v.path() + "?edit=travelers-link#travelers"})
		if v.mayAssign() {
			key := "client.assign"
			if c.AdvisorID != 0 {
				key = "client.reassign"
			}
			edit = append(edit, ui.MenuItem{Label: p.T(key), Icon: "user", Href: v.path() + "?edit=data#data"})
		}
	}
	if p.Actor.May("client.share") && v.may {
		edit = append(edit, ui.MenuItem{Label: p.T("client.share"), Icon: "share", Href: v.path() + "?edit=sharing-new#sharing"})
	}
	h.Menu = v.menu(edit)
	h.Actions = append(h.Actions, menuButton(p, h.Menu)...)
	return h
}

func (v *recordView) travelerHead() ui.RecordHead {
	t, p := v.person, v.p
	meta := []string{p.L.Date(t.BirthDate), p.age(t), namesOr(t.Nationality, p, countryNames), t.Preferred}
	h := ui.RecordHead{Name: ui.Name{Family: t.Family, Given: strings.TrimSpace(t.Given + " " + t.Middle)}, Initials: ui.Initials(t.Family, t.Given),
		Tint: ui.Tint(t.ID), Person: true, Meta: meta, Reach: v.reach(t.Phone, t.Email)}
	if t.Deceased {
		h.Badges = append(h.Badges, ui.Badge{Label: p.fieldLabel("traveler", "deceased"), Kind: "inactive"})
	}
	h.Menu = v.menu([]ui.MenuItem{})
	if v.may {
		h.Menu = v.menu([]ui.MenuItem{{Label: p.T("traveler.link_client"), Icon: "link", Href: v.path() + "?edit=clients-link#clients"}})
	}
	h.Actions = menuButton(p, h.Menu)
	return h
}

// menu holds the rarer acts.
func (v *recordView) menu(edit []ui.MenuItem) ui.Menu {
	m := ui.Menu{ID: "record-menu", Label: v.p.T("common.actions"), Start: true, Groups: []ui.MenuGroup{{Items: edit}}}
	if v.may && v.p.Actor.May("client.delete") {
		m.Groups = append(m.Groups, ui.MenuGroup{Items: []ui.MenuItem{{Label: v.p.T("common.delete"), Icon: "trash", Kind: "danger", Post: v.path() + "/delete"}}})
	}
	if len(edit) == 0 && len(m.Groups) == 1 {
		return ui.Menu{}
	}
	return m
}

func menuButton(p *Page, m ui.Menu) []templ.Component {
	if m.ID == "" {
		return nil
	}
	return []templ.Component{ui.Button{Label: p.T("common.more"), Icon: "more", Kind: "ghost", IconOnly: true, Popover: m.ID}}
}

// reach are the quickest ways to somebody: call, write, chat.
func (v *recordView) reach(tel, mail string) (out []templ.Component) {
	if tel != "" {
		out = append(out, ui.Reach{Kind: "phone", Href: phone.URI(tel), Text: phone.Format(tel, v.p.Agency.Country), Short: v.p.T("contact.call")})
	}
	if mail != "" {
		out = append(out, ui.Reach{Kind: "mail", Href: "mailto:" + mail, Text: mail, Short: v.p.T("contact.write")})
	}
	if n := v.chatNumber(tel); n != "" {
		out = append(out, ui.Reach{Kind: "chat", Href: "https://wa.me/" + strings.TrimPrefix(n, "+"), Text: "WhatsApp"})
	}
	return out
}

// chatNumber is the number for WhatsApp: one that says so, else the first.
func (v *recordView) chatNumber(tel string) string {
	for _, c := range v.comms {
		if c.Type == "phone" && strings.Contains(strings.ToLower(c.SubType), "whatsapp") {
			tel = c.Norm
			break
		}
	}
	if strings.HasPrefix(tel, "+") {
		return tel
	}
	return ""
}

// soon is how many days ahead a birthday is pointed out.
const soon = 14

// alerts say what needs attention before anybody calls.
func (v *recordView) alerts() (out ui.Group) {
	p := v.p
	alert := func(kind, icon, strong, text string) {
		out = append(out, ui.Alert{Kind: kind, Icon: icon, Strong: strong, Text: text})
	}
	people := []*traveler.Traveler{}
	if v.client == nil {
		people = append(people, v.person)
	}
	for i := range v.members {
		people = append(people, &v.members[i].T)
	}
	for _, t := range people {
		if t.DoNotContact {
			alert("danger", "warning", p.T("traveler.alert.do_not_contact", "Name", t.Name()), p.T("traveler.alert.do_not_contact_text"))
		}
		if t.Deceased {
			alert("caution", "", p.T("traveler.alert.deceased", "Name", t.Name()), "")
		} else if in, next, ok := p.inDays(t.BirthDate); ok {
			alert("info", "cake", p.T("traveler.alert.birthday", "Name", t.Name(), "When", in), p.turns(t.BirthDate, next))
		}
	}
	out = append(out, v.linkAlerts()...)
	out = append(out, v.documentAlerts()...)
	out = append(out, v.dateAlerts()...)
	out = append(out, v.followAlerts()...)
	if c := v.client; c != nil {
		if in, next, ok := p.inDays(c.Anniversary); ok {
			alert("info", "heart", p.T("client.alert.anniversary", "When", in), strings.TrimSpace(c.AnniversaryNote+" "+p.turns(c.Anniversary, next)))
		}
		if c.Status == "inactive" {
			alert("caution", "", p.T("client.alert.inactive"), p.T("client.alert.inactive_text"))
		}
		if c.Phone == "" && c.Email == "" && !v.reachedThrough() {
			alert("caution", "phone", p.T("client.alert.no_contact"), p.T("client.alert.no_contact_text"))
		}
	}
	return out
}

// reachedThrough reports whether a traveler is reached through a main traveler
// (reading A9).
func (v *recordView) reachedThrough() bool {
	for i := range v.members {
		if v.members[i].T.MainTraveler != 0 {
			return true
		}
	}
	return contact.First(v.comms, "phone")+contact.First(v.comms, "email") != ""
}

// inDays says when a yearly day comes round, if that is soon.
func (p *Page) inDays(d date.Date) (when string, next date.Date, ok bool) {
	if !d.Valid() {
		return "", "", false
	}
	today := p.Today()
	next = d.NextOn(today)
	days, ok := today.DaysUntil(next)
	switch {
	case !ok || days > soon:
		return "", "", false
	case days == 0:
		return strings.ToLower(p.T("common.today")), next, true
	case days == 1:
		return strings.ToLower(p.T("common.tomorrow")), next, true
	}
	return p.T("client.alert.on", "Date", p.L.Date(next.WithoutYear())), next, true
}

// turns is how many years it will have been.
func (p *Page) turns(d, on date.Date) string {
	if years, ok := d.AgeOn(on); ok && years > 0 {
		return p.T("common.years", "Count", years)
	}
	return ""
}

// mayAssign reports whether the visitor may give the client this or another
// advisor (R097, R098, reading A10).
func (v *recordView) mayAssign() bool {
	if v.client.AdvisorID == 0 {
		return v.p.Actor.May("client.assign")
	}
	return v.p.Actor.May("client.reassign")
}

// trash moves a record to the trash and goes to the list, which offers to undo it.
func (p *Page) trash(kind, key string, do func(context.Context, *db.Tx, int64, int64) error) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	name := ""
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		if kind == "client" {
			var c client.Client
			if err := record.Get(ctx, tx, &c, id); err != nil {
				return err
			}
			name = c.Name
		} else {
			var t traveler.Traveler
			if err := record.Get(ctx, tx, &t, id); err != nil {
				return err
			}
			name = t.Name()
		}
		return do(ctx, tx, id, 0)
	})
	if err != nil {
		return err
	}
	p.FlashUndo(pathOf(record.Ref{Kind: kind, ID: id})+"/restore", key, "Name", name)
	return p.Redirect("/" + kind + "s")
}

// restore brings a record back and shows it.
func (p *Page) restore(kind string, do func(context.Context, *db.Tx, int64) error) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	if err := p.Update(func(ctx context.Context, tx *db.Tx) error { return do(ctx, tx, id) }); err != nil {
		return err
	}
	p.Flash("good", "client.restored")
	return p.Redirect(pathOf(record.Ref{Kind: kind, ID: id}))
}
