package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// medicalData is what the section of medical information has read: nothing in the
// clear.
type medicalData struct{ medical traveler.Medical }

// medicalPart is the section of medical information (R029), for those with the right
// medical.view alone.
func medicalPart() part {
	return part{at: 'p', routes: medicalRoutes,
		load: func(v *recordView, ctx context.Context, tx *db.Tx) (err error) {
			if ref, ok := v.personRef(); ok && tx.Actor.May("medical.view") {
				v.medical, err = traveler.MedicalOf(ctx, tx, ref.ID)
			}
			return err
		},
		cards: func(v *recordView) []cardDef {
			if _, ok := v.personRef(); !ok || !v.p.Actor.May("medical.view") {
				return nil
			}
			n := ""
			if len(v.medical.Entries) > 0 {
				n = v.p.L.Number(int64(len(v.medical.Entries)))
			}
			return []cardDef{{"medical", v.p.T("medical.card"), n, v.medicalCard}}
		}}
}

func medicalRoutes(s *Server) (out []Route) {
	for _, kind := range []string{"client", "traveler"} {
		at := "POST /" + kind + "s/{id}/medical"
		out = append(out, Route{Pattern: at, Right: "client.edit", handle: s.saveCard(kind, "medical", addMedical)},
			Route{Pattern: at + "/{row}", Right: "client.edit", handle: s.saveCard(kind, "medical", editMedical)},
			Route{Pattern: at + "/{row}/delete", Right: "client.edit", handle: s.saveCard(kind, "medical", dropMedical)},
			Route{Pattern: "POST /" + kind + "s/{id}/medical-consent", Right: "client.edit", handle: s.saveCard(kind, "medical", saveConsent)})
	}
	return append(out, Route{Pattern: "GET /travelers/{id}/medical/reveal", Right: "medical.view", StepUp: true, handle: s.askMedical},
		Route{Pattern: "POST /travelers/{id}/medical/reveal", Right: "medical.view", StepUp: true, handle: s.revealMedical})
}

// medicalCard says how much is known, and of which kinds; it is opened all at once.
func (v *recordView) medicalCard() templ.Component {
	p, ref := v.p, record.Ref{Kind: "traveler", ID: v.person.ID}
	card := ui.Card{ID: "medical", Title: p.T("medical.card"), Note: p.T("medical.note"), NoteIcon: "lock", Actions: v.open("medical", "new", p.T("common.add"), "plus")}
	var rows ui.Group
	if n := len(v.medical.Entries); n > 0 {
		href := pathOf(ref) + "/medical/reveal?" + url.Values{"back": {p.whence()}}.Encode()
		rows = append(rows, cardItem(medicalMask(p, p.T("medical.count", "Count", n), href)))
	}
	for i := range v.medical.Entries {
		m := &v.medical.Entries[i]
		if v.may && v.edit == "medical-"+idText(m.ID) {
			rows = append(rows, cardItem(v.medicalForm(m)))
			continue
		}
		label := p.T("medical.kind." + m.Kind)
		r := ui.Row{Slim: true, Lead: ui.Icon(medicalIcons[m.Kind]), Title: label, Sub: mask("")}
		r.Actions = v.iconOpen("medical", idText(m.ID), p.T("medical.edit", "What", label))
		rows = append(rows, r)
	}
	if v.may && v.edit == "medical-new" {
		rows = append(rows, cardItem(v.medicalForm(&traveler.MedicalEntry{Kind: "allergy"})))
	}
	consent := v.consentRow()
	if len(rows) == 0 && v.medical.Consent == nil && v.edit != "medical-consent" {
		card.Note, card.NoteIcon = p.T("medical.none"), ""
		return ui.CardBox(card)
	}
	return within(ui.CardBox(card), within(ui.Rows(), append(rows, consent)))
}

var medicalIcons = map[string]string{"allergy": "warning", "requirement": "info", "condition": "heart", "medicine": "clip", "vaccine": "check",
	"blood_group": "heart", "phone": "phone", "other": "note"}

// consentRow says when and how the person agreed to their health data being kept.
func (v *recordView) consentRow() templ.Component {
	p, c := v.p, v.medical.Consent
	if v.may && v.edit == "medical-consent" {
		stored := traveler.MedicalConsent{GivenOn: p.Today(), Source: "paper"}
		if c != nil {
			stored = *c
		}
		hidden := ui.Group{ui.Hidden{Name: "version", Value: idText(stored.Version)}, ui.Hidden{Name: "_row", Value: "consent"},
			ui.Hidden{Name: "traveler_id", Value: idText(v.person.ID)}, ui.Hidden{Name: "consent_id", Value: idText(stored.ID)}}
		buttons := ui.Group{ui.Button{Label: p.T("common.save"), Kind: "primary", Submit: true, Small: true, Keys: "Control+S"}, v.cancel("medical")}
		if stored.ID != 0 {
			buttons = append(buttons, ui.Button{Label: p.T("medical.withdraw"), Kind: "ghost", Small: true, Submit: true, Name: "withdraw", Value: "1"})
		}
		fields := append(hidden, v.problemsOutside("given_on", "source", "note")...)
		fields = append(fields, v.date("medical_consent", "given_on", stored.GivenOn, 4, false),
			v.pick("medical_consent", "source", stored.Source, 4, p.options("medical_consent.source.", traveler.ConsentSources), false),
			v.text("medical_consent", "note", stored.Note, 12))
		return cardItem(inlineForm(v.path()+"/medical-consent", "medical", p.T("medical.consent"), fields, buttons))
	}
	r := ui.Row{Slim: true, Lead: ui.Icon("shield"), Title: p.T("medical.consent"), Sub: p.T("medical.no_consent")}
	if c != nil {
		r.Badges = []ui.Badge{{Label: p.L.Date(c.GivenOn), Kind: "good"}}
		r.Sub = strings.Join(nonEmpty(p.T("medical_consent.source."+c.Source), c.Note), " · ")
	}
	r.Actions = v.iconOpen("medical", "consent", p.T("medical.consent_edit"))
	return r
}

// medicalForm takes an entry. What is stored isn't in the page: an empty field leaves
// it, what is typed replaces it.
func (v *recordView) medicalForm(m *traveler.MedicalEntry) templ.Component {
	p := v.p
	base, row, label := v.path()+"/medical", "new", p.T("medical.add")
	action := base
	hidden := ui.Group{ui.Hidden{Name: "version", Value: idText(m.Version)}, ui.Hidden{Name: "traveler_id", Value: idText(v.person.ID)}}
	buttons := ui.Group{ui.Button{Label: p.T("common.save"), Kind: "primary", Submit: true, Small: true, Keys: "Control+S"}, v.cancel("medical")}
	if m.ID != 0 {
		row, label = idText(m.ID), p.T("medical.edit", "What", p.T("medical.kind."+m.Kind))
		action = base + "/" + row
		buttons = append(buttons, ui.Button{Label: p.T("common.delete"), Icon: "trash", Kind: "ghost", Small: true, Submit: true, Action: action + "/delete",
			Attrs: templ.Attributes{"hx-post": action + "/delete", "hx-target": "#medical", "hx-swap": "outerHTML", "formnovalidate": true}})
	}
	hidden = append(hidden, ui.Hidden{Name: "_row", Value: row})
	if isStale(v.err) {
		return inlineForm(action, "medical", label, append(hidden, v.conflict(m.Version)...), buttons)
	}
	in := func(name string, width int) ui.Input { return v.text("medical_entry", name, "", width) }
	what := in("what", 8)
	what.Autofocus = true
	if m.ID != 0 {
		what.Help = p.T("medical.keep")
	}
	fields := append(hidden, v.problemsOutside("kind", "what", "reaction", "severity", "medicine", "given_on", "valid_to", "note")...)
	fields = append(fields, v.pick("medical_entry", "kind", m.Kind, 4, p.options("medical.kind.", traveler.MedicalKinds), false), what,
		in("reaction", 4), v.pick("medical_entry", "severity", "", 4, p.options("medical.severity.", traveler.MedicalSeverities), true), in("medicine", 4),
		v.date("medical_entry", "given_on", "", 4, false), v.date("medical_entry", "valid_to", "", 4, false), v.area("medical_entry", "note", ""))
	return inlineForm(action, "medical", label, fields, buttons)
}

// fillMedical takes what was typed; empty fields leave what is stored.
func fillMedical(v *recordView, m *traveler.MedicalEntry) {
	v.form.put("kind", &m.Kind)
	for name, to := range m.Secrets() {
		s := v.form.Str(name)
		if name == "given_on" || name == "valid_to" {
			var d date.Date
			v.form.putDate(name, v.p.Agency.Country, false, &d)
			s = string(d)
		}
		if s != "" {
			*to = record.Plain(s)
		}
	}
}

func addMedical(ctx context.Context, tx *db.Tx, v *recordView) error {
	v.edit = "medical-new"
	m := &traveler.MedicalEntry{TravelerID: v.form.Int("traveler_id")}
	fillMedical(v, m)
	return record.Insert(ctx, tx, m)
}

func editMedical(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	v.edit = "medical-" + idText(id)
	m := new(traveler.MedicalEntry)
	err = v.editRecord(ctx, tx, m, id, "version", func() { fillMedical(v, m) })
	if isStale(err) { // what was typed must not travel through the page of the conflict
		for name := range m.Secrets() {
			delete(v.form, name)
		}
	}
	return err
}

func dropMedical(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	return record.Delete(ctx, tx, new(traveler.MedicalEntry), id, v.form.Int("version"))
}

func saveConsent(ctx context.Context, tx *db.Tx, v *recordView) error {
	v.edit = "medical-consent"
	c := &traveler.MedicalConsent{TravelerID: v.form.Int("traveler_id")}
	fill := func() {
		v.form.put("source", &c.Source)
		v.form.put("note", &c.Note)
		v.form.putDate("given_on", v.p.Agency.Country, false, &c.GivenOn)
	}
	id := v.form.Int("consent_id")
	switch {
	case id == 0:
		fill()
		return record.Insert(ctx, tx, c)
	case v.form.Bool("withdraw"):
		return record.Delete(ctx, tx, c, id, v.form.Int("version"))
	}
	return v.editRecord(ctx, tx, c, id, "version", fill)
}

// medicalLine is one line of what was opened.
type medicalLine struct{ label, text string }

func (s *Server) askMedical(p *Page) error {
	id, back, err := p.medicalOf(Form(p.R.URL.Query()))
	if err != nil {
		return err
	}
	return p.showMedical(http.StatusOK, id, back, nil, nil)
}

func (p *Page) medicalOf(f Form) (id int64, back string, err error) {
	if id, err = p.ID("id"); err != nil {
		return 0, "", err
	}
	if back = f.Str("back"); !ours(back) {
		back = pathOf(record.Ref{Kind: "traveler", ID: id})
	}
	return id, back, p.View(func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, new(traveler.Traveler), id) })
}

func (p *Page) showMedical(status int, id int64, back string, f Form, problem error) error {
	ask := medicalAsk(p, pathOf(record.Ref{Kind: "traveler", ID: id})+"/medical/reveal", back, f, problem)
	if p.wantsFragment() {
		return p.write(status, ask)
	}
	title := p.T("medical.card")
	return p.RenderStatus(status, Screen{Title: title, Nav: "travelers"}, medicalScreen(p, title, back, ask))
}

// revealMedical opens all that is known about a person's health, as one act.
func (s *Server) revealMedical(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	id, back, err := p.medicalOf(f)
	if err != nil {
		return err
	}
	var entries []traveler.MedicalEntry
	var open []map[string]string
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		why, err := whyOf(f)
		if err != nil {
			return err
		}
		if err := flow.MayReveal(ctx, tx); err != nil {
			return err
		}
		entries, open, err = traveler.RevealMedical(ctx, tx, id, why)
		return err
	})
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooMany) {
		status := StatusOf(err)
		if p.wantsFragment() {
			status = http.StatusUnprocessableEntity
		}
		return p.showMedical(status, id, back, f, err)
	}
	if err != nil {
		return err
	}
	shown := medicalOpen(p, p.medicalLines(entries, open), back)
	if p.wantsFragment() {
		return p.Fragment(shown)
	}
	p.W.Header().Set("Refresh", strconv.Itoa(4*shownFor)+"; url="+back)
	title := p.T("medical.card")
	return p.Render(Screen{Title: title, Nav: "travelers"}, medicalScreen(p, title, back, shown))
}

// medicalLines writes entries out: "Allergy: peanuts, swelling, anaphylaxis".
func (p *Page) medicalLines(entries []traveler.MedicalEntry, open []map[string]string) (out []medicalLine) {
	for i, m := range entries {
		o := open[i]
		var parts []string
		for _, name := range []string{"what", "reaction", "severity", "medicine", "given_on", "valid_to", "note"} {
			s := o[name]
			switch {
			case s == "":
				continue
			case name == "severity":
				s = p.T("medical.severity." + s)
			case name == "given_on" || name == "valid_to":
				s = p.L.Pair(p.fieldLabel("medical_entry", name), p.L.Date(date.Date(s)))
			case name == "medicine" || name == "reaction":
				s = p.L.Pair(p.fieldLabel("medical_entry", name), s)
			}
			parts = append(parts, s)
		}
		out = append(out, medicalLine{p.T("medical.kind." + m.Kind), strings.Join(parts, "\n")})
	}
	return out
}
