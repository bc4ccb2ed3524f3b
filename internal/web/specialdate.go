package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/phone"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// datesCard lists the days that matter to the person besides the birthday (R026).
func (v *recordView) datesCard() templ.Component {
	c := partCard{id: "dates", noun: "special_date", path: "special-dates", half: true}
	c.form = func(string) templ.Component {
		return v.dateForm(c, &traveler.SpecialDate{Yearly: true, RemindDays: soon})
	}
	for i := range v.special {
		s := &v.special[i]
		row := strconv.FormatInt(s.ID, 10)
		if v.may && v.edit == "dates-"+row {
			c.rows = append(c.rows, v.dateForm(c, s))
			continue
		}
		name := v.dateName(s)
		r := ui.Row{Slim: true, ID: "date-row-" + row, Lead: ui.Icon("calendar"), Title: name, Actions: v.iconOpen("dates", row, v.p.T("special_date.edit", "Name", name))}
		sub := []string{v.p.L.Date(s.Date)}
		if !s.Yearly {
			sub = append(sub, v.p.T("special_date.once"))
		}
		if s.RemindDays > 0 {
			sub = append(sub, v.p.T("special_date.remind", "Count", int(s.RemindDays)))
		}
		if s.Note != "" {
			sub = append(sub, s.Note)
		}
		r.Sub = strings.Join(sub, " · ")
		c.rows = append(c.rows, r)
	}
	return v.partBox(c)
}

func (v *recordView) dateName(s *traveler.SpecialDate) string {
	return v.options.Label(v.p.L, "special_date", s.Type)
}

func (v *recordView) dateForm(c partCard, s *traveler.SpecialDate) templ.Component {
	row, name := "new", ""
	if s.ID != 0 {
		row, name = strconv.FormatInt(s.ID, 10), v.dateName(s)
	}
	var types []ui.Option
	for _, o := range v.options.All("special_date") {
		if o.Active || o.Code == s.Type {
			types = append(types, ui.Option{Value: o.Code, Label: o.Label(v.p.L)})
		}
	}
	kind := v.pick("special_date", "type", s.Type, 6, types, false)
	kind.Attrs = templ.Attributes{"autofocus": true}
	when := v.date("special_date", "date", s.Date, 6, false)
	remind := v.text("special_date", "remind_days", strconv.FormatInt(s.RemindDays, 10), 6)
	remind.InputMode, remind.MaxLength = "numeric", 3
	return v.partForm(c, row, s.Version, name, kind, when, remind, v.text("special_date", "note", s.Note, 6), v.tick("special_date", "yearly", s.Yearly))
}

func fillDate(v *recordView, s *traveler.SpecialDate) {
	v.form.put("type", &s.Type)
	v.form.putDate("date", v.p.Agency.Country, false, &s.Date)
	v.form.putNumber("remind_days", &s.RemindDays)
	v.form.put("note", &s.Note)
	v.form.putBool("yearly", &s.Yearly)
}

func addDate(ctx context.Context, tx *db.Tx, v *recordView) error {
	v.edit = "dates-new"
	id, err := v.subject(ctx, tx)
	if err != nil {
		return err
	}
	s := &traveler.SpecialDate{TravelerID: id}
	fillDate(v, s)
	return record.Insert(ctx, tx, s)
}

func editDate(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	v.edit = "dates-" + strconv.FormatInt(id, 10)
	s := new(traveler.SpecialDate)
	return v.editRecord(ctx, tx, s, id, "version", func() { fillDate(v, s) })
}

func dropDate(ctx context.Context, tx *db.Tx, v *recordView) error {
	return v.dropPart(ctx, tx, new(traveler.SpecialDate))
}

// dateAlerts point out the special dates that are due.
func (v *recordView) dateAlerts() (out ui.Group) {
	if v.person == nil || v.person.Deceased {
		return nil
	}
	today := v.p.Today()
	for i := range v.special {
		s := &v.special[i]
		if !s.Due(today) {
			continue
		}
		next := s.Next(today)
		when := v.p.T("client.alert.on", "Date", v.p.L.Date(next.WithoutYear()))
		switch next {
		case today:
			when = strings.ToLower(v.p.T("common.today"))
		case today.AddDays(1):
			when = strings.ToLower(v.p.T("common.tomorrow"))
		}
		out = append(out, ui.Alert{Kind: "info", Icon: "calendar", Strong: v.p.T("special_date.alert", "Type", v.dateName(s), "Name", v.person.Name(), "When", when),
			Text: strings.TrimSpace(s.Note + " " + v.p.turns(s.Date, next))})
	}
	return out
}

// emergencyCard lists whom to call when something happens.
func (v *recordView) emergencyCard() templ.Component {
	c := partCard{id: "emergency", noun: "emergency_contact", path: "emergency-contacts", half: true}
	c.form = func(string) templ.Component { return v.emergencyForm(c, &traveler.EmergencyContact{}) }
	for i := range v.emergency {
		e := &v.emergency[i]
		row := strconv.FormatInt(e.ID, 10)
		if v.may && v.edit == "emergency-"+row {
			c.rows = append(c.rows, v.emergencyForm(c, e))
			continue
		}
		r := ui.Row{Slim: true, ID: "emergency-row-" + row, Lead: ui.Icon("phone"), Title: e.Name,
			Actions: v.iconOpen("emergency", row, v.p.T("emergency_contact.edit", "Name", e.Name))}
		var sub ui.Group
		add := func(c templ.Component) {
			if len(sub) > 0 {
				sub = append(sub, ui.Text(" · "))
			}
			sub = append(sub, c)
		}
		if e.Relation != "" {
			add(ui.Text(v.p.known("emergency_contact.relation.", e.Relation)))
		}
		switch {
		case e.PhoneNorm != "":
			add(ui.Link{Href: phone.URI(e.PhoneNorm), Text: phone.Format(e.PhoneNorm, v.p.Agency.Country)})
		case e.Phone != "":
			add(ui.Text(e.Phone))
		}
		if e.Email != "" {
			add(ui.EmailLink{Address: e.Email})
		}
		if e.Note != "" {
			add(ui.Text(e.Note))
		}
		r.SubComp = sub
		c.rows = append(c.rows, r)
	}
	return v.partBox(c)
}

// emergencyRelations are the words for who somebody is that all languages share.
var emergencyRelations = []string{"mother", "father", "partner", "child", "friend", "neighbour"}

// emergencyRelations are those words, to choose from.
func (p *Page) emergencyRelations() (out []string) {
	for _, s := range emergencyRelations {
		out = append(out, p.T("emergency_contact.relation."+s))
	}
	return out
}

func (v *recordView) emergencyForm(c partCard, e *traveler.EmergencyContact) templ.Component {
	row := "new"
	if e.ID != 0 {
		row = strconv.FormatInt(e.ID, 10)
	}
	name := v.text("emergency_contact", "name", e.Name, 6)
	name.Required, name.Autofocus = true, true
	relation := v.text("emergency_contact", "relation", v.p.known("emergency_contact.relation.", e.Relation), 6)
	relation.List = v.p.emergencyRelations()
	tel, mail := v.text("emergency_contact", "phone", e.Phone, 6), v.text("emergency_contact", "email", e.Email, 6)
	tel.Type, mail.Type = "tel", "email"
	return v.partForm(c, row, e.Version, e.Name, name, relation, tel, mail, v.text("emergency_contact", "note", e.Note, 0))
}

func fillEmergency(v *recordView, e *traveler.EmergencyContact) {
	for name, to := range map[string]*string{"name": &e.Name, "relation": &e.Relation, "phone": &e.Phone, "email": &e.Email, "note": &e.Note} {
		v.form.put(name, to)
	}
}

func addEmergency(ctx context.Context, tx *db.Tx, v *recordView) error {
	v.edit = "emergency-new"
	id, err := v.subject(ctx, tx)
	if err != nil {
		return err
	}
	e := &traveler.EmergencyContact{TravelerID: id, Position: 1 << 20}
	fillEmergency(v, e)
	return record.Insert(ctx, tx, e)
}

func editEmergency(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	v.edit = "emergency-" + strconv.FormatInt(id, 10)
	e := new(traveler.EmergencyContact)
	return v.editRecord(ctx, tx, e, id, "version", func() { fillEmergency(v, e) })
}

func dropEmergency(ctx context.Context, tx *db.Tx, v *recordView) error {
	return v.dropPart(ctx, tx, new(traveler.EmergencyContact))
}
