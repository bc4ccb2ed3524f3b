package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// travelerRoutes are the pages of travelers.
func (s *Server) travelerRoutes() []Route {
	const kind = "traveler"
	out := []Route{
		{Pattern: "GET /travelers/new", Right: "client.edit", handle: s.newTraveler},
		{Pattern: "POST /travelers", Right: "client.edit", handle: s.createTraveler},
		{Pattern: "POST /travelers/duplicates", Right: "client.edit", handle: s.travelerTwins},
		{Pattern: "GET /travelers/lookup", handle: s.lookup("traveler")},
		{Pattern: "GET /travelers/{id}", handle: s.showRecord(kind)},
		{Pattern: "POST /travelers/{id}/personal", Right: "client.edit", handle: s.saveCard(kind, "personal", savePersonal)},
		{Pattern: "POST /travelers/{id}/work", Right: "client.edit", handle: s.saveCard(kind, "work", saveWork)},
		{Pattern: "POST /travelers/{id}/notes", Right: "client.edit", handle: s.saveCard(kind, "notes", saveTravelerNotes)},
		{Pattern: "POST /travelers/{id}/tags", Right: "client.edit", handle: s.saveCard(kind, "tags", saveTags)},
		{Pattern: "POST /travelers/{id}/links", Right: "client.edit", handle: s.saveCard(kind, "clients", linkClient)},
		{Pattern: "POST /travelers/{id}/links/{row}/delete", Right: "client.edit", handle: s.saveCard(kind, "clients", unlink)},
		{Pattern: "POST /travelers/{id}/delete", Right: "client.delete", handle: s.trashTraveler},
		{Pattern: "POST /travelers/{id}/restore", Right: "client.delete", handle: s.restoreTraveler},
	}
	return append(out, s.reachRoutes(kind)...)
}

// loadHomes reads the clients that a traveler belongs to (L01).
func (v *recordView) loadHomes(ctx context.Context, tx *db.Tx) error {
	v.homes = nil
	links, err := client.LinksOf(ctx, tx, v.ref.ID)
	if err != nil || len(links) == 0 {
		return err
	}
	ids := db.IDs{}
	for _, l := range links {
		ids = append(ids, l.ClientID)
	}
	found := map[int64]home{}
	err = tx.Each(ctx, `SELECT c.id, c.name, c.kind, coalesce((SELECT u.name FROM {user} u WHERE u.id = c.advisor_id), '')
		FROM {client} c WHERE c.id IN {ids $1}`, []any{ids}, func(rows db.Rows) error {
		var h home
		var id int64
		err := rows.Scan(&id, &h.Name, &h.Kind, &h.Advisor)
		found[id] = h
		return err
	})
	for _, l := range links {
		if h, ok := found[l.ClientID]; ok { // not those in the trash
			h.Link = l
			v.homes = append(v.homes, h)
		}
	}
	return err
}

// personalCard is who the traveler is, as in the travel document.
func (v *recordView) personalCard() templ.Component {
	title := v.p.T("traveler.card.personal")
	if v.editing("personal") {
		return v.personalForm(title)
	}
	t, p := v.person, v.p
	label := func(column string) string { return p.fieldLabel("traveler", column) }
	fact := func(column, value string) ui.Fact { return ui.Fact{Label: label(column), Value: value} }
	facts := ui.Facts{Two: true, Items: []ui.Fact{
		fact("family", t.Family), fact("given", t.Given), fact("middle", t.Middle), fact("title", t.Title), fact("suffix", t.Suffix),
		fact("preferred", t.Preferred), fact("former", t.Former), fact("native_name", t.NativeName),
		{Label: label("birth_date"), Value: p.L.Date(t.BirthDate), Note: p.age(t)}, fact("sex", v.names.value(p, "traveler", "sex", t.Sex)),
		fact("salutation", t.Salutation), fact("nationality", namesOr(t.Nationality, p, countryNames)), fact("languages", namesOr(t.Languages, p, languageNames)),
		fact("birth_place", t.BirthPlace), fact("birth_country", p.L.Country(t.BirthCountry)), fact("residence", p.L.Country(t.Residence)),
		fact("marital_status", v.names.value(p, "traveler", "marital_status", t.MaritalStatus)),
	}}
	if t.MainTraveler != 0 {
		id := int64(t.MainTraveler)
		main := ui.Fact{Label: label("main_traveler_id"), Full: true, Value: v.names.value(p, "traveler", "main_traveler_id", strconv.FormatInt(id, 10))}
		if v.names["traveler"][id] != "" { // no link to what the visitor doesn't see
			main.Comp, main.Value = ui.Link{Href: pathOf(record.Ref{Kind: "traveler", ID: id}), Text: main.Value}, ""
		}
		facts.Items = append(facts.Items, main)
	}
	if t.DoNotContact {
		facts.Items = append(facts.Items, fact("do_not_contact", p.T("common.yes")))
	}
	if t.Deceased {
		facts.Items = append(facts.Items, fact("deceased", p.T("common.yes")))
	}
	card := ui.Card{ID: "personal", Title: title, Body: true, Actions: v.open("personal", "", p.T("common.edit"), "edit")}
	if v.client != nil {
		card.Note = t.Name()
		card.Actions = append([]templ.Component{ui.Button{Label: p.T("traveler.open"), Icon: "user", Kind: "ghost", Small: true, Href: pathOf(record.Ref{Kind: "traveler", ID: t.ID})}}, card.Actions...)
	}
	return within(ui.CardBox(card), facts)
}

// namesOr names codes, and leaves an empty text empty.
func namesOr(codes string, p *Page, names func(*Page, string) string) string {
	if codes == "" {
		return ""
	}
	return names(p, codes)
}

// age is how old the traveler is today, "" when nobody knows or it doesn't matter
// any more.
func (p *Page) age(t *traveler.Traveler) string {
	if t.Deceased {
		return ""
	}
	if years, ok := t.BirthDate.AgeOn(p.Today()); ok {
		return p.T("common.years", "Count", years)
	}
	return ""
}

func (v *recordView) personalForm(title string) templ.Component {
	t, p := v.person, v.p
	in := func(name, stored string, width int) ui.Input { return v.text("traveler", name, stored, width) }
	family := in("family", t.Family, 6)
	family.Autofocus, family.Help = true, p.T("traveler.help.passport")
	main := v.lookup("main_traveler_id", int64(t.MainTraveler), v.names["traveler"][int64(t.MainTraveler)], "/travelers/lookup")
	main.Help = p.T("traveler.help.main")
	if t.MainTraveler != 0 && v.names["traveler"][int64(t.MainTraveler)] == "" {
		main.Help += " " + p.T("traveler.help.main_hidden")
	}
	c := editCard{id: "personal", title: title, action: v.path() + "/personal", version: t.Version}
	if v.client != nil {
		c.note = t.Name()
	}
	return v.editBox(c, family, in("given", t.Given, 6), in("middle", t.Middle, 6), in("preferred", t.Preferred, 6),
		in("title", t.Title, 3), in("suffix", t.Suffix, 3), in("salutation", t.Salutation, 6),
		v.date("traveler", "birth_date", t.BirthDate, 6, true), v.pick("traveler", "sex", t.Sex, 6, p.options("traveler.sex.", traveler.Sexes), true),
		v.codes("nationality", t.Nationality, p.countries(), p.L.Country), v.codes("languages", t.Languages, p.languages(), p.L.Language),
		in("former", t.Former, 6), in("native_name", t.NativeName, 6), in("birth_place", t.BirthPlace, 6),
		v.pick("traveler", "birth_country", t.BirthCountry, 6, p.countries(), true), v.pick("traveler", "residence", t.Residence, 6, p.countries(), true),
		v.pick("traveler", "marital_status", t.MaritalStatus, 6, p.options("traveler.marital_status.", maritalStatuses), true), main,
		v.tick("traveler", "do_not_contact", t.DoNotContact), v.tick("traveler", "deceased", t.Deceased))
}

var maritalStatuses = []string{"single", "married", "partnership", "separated", "divorced", "widowed"}

// codes asks for countries or languages, any number of them.
func (v *recordView) codes(name, stored string, all []ui.Option, label func(string) string) ui.Tokens {
	t := ui.Tokens{Field: v.field("traveler", name, 6), L: v.p.L, Suggestions: all, Add: v.p.T("common.add")}
	values := Form{name: {stored}}.list(name)
	if v.form != nil && v.form.Has(name) {
		values = v.form.list(name)
	}
	for _, code := range values {
		t.Values = append(t.Values, ui.Option{Value: code, Label: label(code)})
	}
	return t
}

// languages are those that people may speak.
func (p *Page) languages() []ui.Option {
	var out []ui.Option
	for _, o := range country.Languages(p.L.Lang()) {
		out = append(out, ui.Option{Value: o.Code, Label: o.Name})
	}
	return out
}

// fillPerson copies the fields of the personal card. Languages may be typed by
// their names.
func fillPerson(p *Page, f Form, t *traveler.Traveler) {
	for name, to := range map[string]*string{"family": &t.Family, "given": &t.Given, "middle": &t.Middle, "preferred": &t.Preferred,
		"title": &t.Title, "suffix": &t.Suffix, "salutation": &t.Salutation, "sex": &t.Sex, "former": &t.Former, "native_name": &t.NativeName,
		"birth_place": &t.BirthPlace, "birth_country": &t.BirthCountry, "residence": &t.Residence, "marital_status": &t.MaritalStatus,
		"company": &t.Company, "position": &t.Position, "occupation": &t.Occupation, "remarks": &t.Remarks} {
		f.put(name, to)
	}
	f.putDate("birth_date", p.Agency.Country, true, &t.BirthDate)
	f.putBool("do_not_contact", &t.DoNotContact)
	f.putBool("deceased", &t.Deceased)
	if f.Has("nationality") {
		t.Nationality = strings.Join(f.list("nationality"), ",")
	}
	if f.Has("languages") {
		var codes []string
		for _, s := range f.list("languages") {
			for _, o := range p.languages() {
				if strings.EqualFold(o.Label, s) {
					s = o.Value
				}
			}
			codes = append(codes, s)
		}
		t.Languages = strings.Join(codes, ",")
	}
}

// editPerson changes the traveler of the page.
func (v *recordView) editPerson(ctx context.Context, tx *db.Tx, fill func(*traveler.Traveler)) error {
	id, err := v.personID(ctx, tx)
	if err != nil {
		return err
	}
	t := new(traveler.Traveler)
	return v.editRecord(ctx, tx, t, id, "version", func() { fill(t) })
}

func savePersonal(ctx context.Context, tx *db.Tx, v *recordView) error {
	main, err := v.found(ctx, tx, "traveler", "main_traveler_id")
	if err != nil {
		return err
	}
	for _, s := range v.form.list("languages") {
		if _, ok := languageCode(v.p, s); !ok {
			return errs.Bad("languages", "error.language")
		}
	}
	keep, err := v.hiddenMain(ctx, tx)
	if err != nil {
		return err
	}
	return v.editPerson(ctx, tx, func(t *traveler.Traveler) {
		fillPerson(v.p, v.form, t)
		if v.form.Has("main_traveler_id") && (main != 0 || int64(t.MainTraveler) != keep) {
			t.MainTraveler = db.Ref(main)
		}
	})
}

// hiddenMain is the main traveler where the editor doesn't see them, else 0: whom the form
// couldn't name it can't take away.
func (v *recordView) hiddenMain(ctx context.Context, tx *db.Tx) (int64, error) {
	id, err := v.personID(ctx, tx)
	if err != nil {
		return 0, err
	}
	var t traveler.Traveler
	if err := record.Get(ctx, tx, &t, id); err != nil || t.MainTraveler == 0 {
		return 0, err
	}
	err = record.GetAny(ctx, tx, new(traveler.Traveler), int64(t.MainTraveler))
	if errs.Is(err, errs.NotFound) {
		return int64(t.MainTraveler), nil
	}
	return 0, err
}

// languageCode reads a language given by code or by name.
func languageCode(p *Page, s string) (string, bool) {
	for _, o := range p.languages() {
		if strings.EqualFold(o.Label, s) {
			return o.Value, true
		}
	}
	return s, country.ValidLanguage(s)
}

func saveWork(ctx context.Context, tx *db.Tx, v *recordView) error {
	return v.editPerson(ctx, tx, func(t *traveler.Traveler) { fillPerson(v.p, v.form, t) })
}

func saveTravelerNotes(ctx context.Context, tx *db.Tx, v *recordView) error {
	return v.editPerson(ctx, tx, func(t *traveler.Traveler) { v.form.put("remarks", &t.Remarks) })
}

// workCard is what the traveler does for a living (R027).
func (v *recordView) workCard() templ.Component {
	title, t := v.p.T("traveler.card.work"), v.person
	if v.editing("work") {
		first := v.text("traveler", "company", t.Company, 6)
		first.Autofocus = true
		return v.editBox(editCard{id: "work", title: title, action: v.path() + "/work", version: t.Version},
			first, v.text("traveler", "position", t.Position, 6), v.text("traveler", "occupation", t.Occupation, 6))
	}
	facts := ui.Facts{Two: true}
	for _, f := range [][2]string{{"company", t.Company}, {"position", t.Position}, {"occupation", t.Occupation}} {
		if f[1] != "" {
			facts.Items = append(facts.Items, ui.Fact{Label: v.p.fieldLabel("traveler", f[0]), Value: f[1]})
		}
	}
	card := ui.Card{ID: "work", Title: title, Body: true, Actions: v.open("work", "", v.p.T("common.edit"), "edit")}
	if len(facts.Items) == 0 {
		card.Body = false
		return within(ui.CardBox(card), ui.Empty{Title: v.p.T("traveler.no_work"), Small: true})
	}
	return within(ui.CardBox(card), facts)
}

func (v *recordView) travelerNotesCard() templ.Component {
	title, t := v.p.T("client.card.notes"), v.person
	if v.editing("notes") {
		return v.editBox(editCard{id: "notes", title: title, action: v.path() + "/notes", version: t.Version}, v.area("traveler", "remarks", t.Remarks))
	}
	card := ui.Card{ID: "notes", Title: title, Body: true, Actions: v.open("notes", "", v.p.T("common.edit"), "edit")}
	if t.Remarks == "" {
		card.Body = false
		return within(ui.CardBox(card), ui.Empty{Title: v.p.T("client.no_notes"), Small: true})
	}
	return within(ui.CardBox(card), prose(t.Remarks))
}

// trashTraveler moves a traveler to the trash; the next page offers to undo it.
func (s *Server) trashTraveler(p *Page) error {
	return p.trash("traveler", "traveler.trashed", flow.TrashTraveler)
}

func (s *Server) restoreTraveler(p *Page) error {
	return p.restore("traveler", flow.RestoreTraveler)
}
