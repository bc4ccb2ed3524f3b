package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// documentForm edits a document, or takes a new one: by hand, or from the
// machine-readable lines.
func (v *recordView) documentForm(kind string, d traveler.Document, row string) templ.Component {
	p, id := v.p, record.Stamps(d).ID
	action, label := v.documentPath(kind, id), p.T("document.new."+kind)
	if id != 0 {
		label = p.T("document.edit", "Name", v.documentName(d))
	}
	buttons := ui.Group{ui.Button{Label: p.T("common.save"), Kind: "primary", Submit: true, Small: true, Keys: "Control+S"}, v.cancel("documents")}
	if id != 0 {
		buttons = append(buttons, ui.Button{Label: p.T("common.delete"), Icon: "trash", Kind: "ghost", Small: true, Submit: true, Action: action + "/delete",
			Attrs: templ.Attributes{"hx-post": action + "/delete", "hx-target": "#documents", "hx-swap": "outerHTML", "formnovalidate": true,
				"formenctype": plainForm, "hx-encoding": plainForm}}) // an image that was chosen doesn't go along
	}
	head := ui.Group{ui.Hidden{Name: "version", Value: strconv.FormatInt(record.Stamps(d).Version, 10)}, ui.Hidden{Name: "_row", Value: kind + "-" + row}}
	if isStale(v.err) {
		return formRow(inlineForm(action, "documents", label, append(head, v.conflict(record.Stamps(d).Version)...), buttons))
	}
	first, more := v.documentFields(kind, d, action)
	fields := append(head, v.documentProblems()...)
	fields = append(fields, first...)
	if len(more) > 0 {
		fields = append(fields, within(fullFold(p.T("document.more"), v.filledMore(d)), within(ui.Fields(), more)))
	}
	return formRow(inlineUpload(action, "documents", label, fields, buttons))
}

// plainForm is the type of a form without files.
const plainForm = "application/x-www-form-urlencoded"

// documentProblems lists what is wrong where no field says it.
func (v *recordView) documentProblems() ui.Group {
	return v.problemsOutside("file", "number", "country", "expires", "issued", "family", "given", "mrz", "type", "status", "sex", "birth_date", "nationality",
		"authority", "place", "birth_place", "note", "entries", "valid_from", "max_stay", "passport_id", "since", "acquired", "kind", "name", "issuer",
		"classes", "phone")
}

// filledMore opens the folded part of a form that holds something or is wrong.
func (v *recordView) filledMore(d traveler.Document) bool {
	return record.Stamps(d).ID != 0 || v.err != nil
}

// documentFields are the controls of a kind: those that every booking needs, and the
// rest. That of the lines comes before those that it fills.
func (v *recordView) documentFields(kind string, d traveler.Document, action string) (first, more ui.Group) {
	p := v.p
	text := func(name, stored string, width int) ui.Input { return v.text(kind, name, stored, width) }
	day := func(name string, stored date.Date, width int) ui.DateField {
		f := v.date(kind, name, stored, width, false)
		f.NoYear = false
		return f
	}
	switch d := d.(type) {
	case *traveler.Passport:
		first = ui.Group{v.imageField(kind, action), v.linesField(kind, d.MRZ, action), v.issuerPick(kind, "country", d.Country, 4, nil), v.numberField(kind, d.No, d.Hint), day("expires", d.Expires, 4),
			v.printedName(kind, "family", d.Family), v.printedName(kind, "given", d.Given),
			v.issuerPick(kind, "nationality", d.Nationality, 4, nil), v.pick(kind, "sex", d.Sex, 4, p.options("traveler.sex.", traveler.Sexes), true), v.date(kind, "birth_date", d.BirthDate, 4, true),
			v.tick(kind, "is_primary", d.Primary), v.seenTick(kind, &d.Seen)}
		more = ui.Group{v.pick(kind, "type", d.Type, 4, p.options("passport.type.", traveler.PassportTypes), false),
			v.pick(kind, "status", d.Status, 4, p.options("passport.status.", traveler.PassportStatuses), false), day("issued", d.Issued, 4),
			text("authority", d.Authority, 4), text("place", d.Place, 4), text("birth_place", d.BirthPlace, 4), v.area(kind, "note", d.Note)}
	case *traveler.Visa:
		stay := text("max_stay", "", 4)
		stay.InputMode = "numeric"
		if d.MaxStay > 0 {
			stay.Value = v.val("max_stay", strconv.FormatInt(d.MaxStay, 10))
		}
		first = ui.Group{v.imageField(kind, action), v.linesField(kind, d.MRZ, action), v.issuerPick(kind, "country", d.Country, 4, traveler.VisaAreas),
			v.pick(kind, "type", d.Type, 4, p.options("visa.type.", traveler.VisaTypes), false), v.numberField(kind, d.No, d.Hint),
			day("valid_from", d.ValidFrom, 4), day("expires", d.Expires, 4), v.pick(kind, "entries", d.Entries, 4, p.options("visa.entries.", traveler.VisaEntries), true),
			v.passportPick(d), stay, v.seenTick(kind, &d.Seen)}
		more = ui.Group{day("issued", d.Issued, 4), text("place", d.Place, 4), v.area(kind, "note", d.Note)}
	case *traveler.Nationality:
		first = ui.Group{v.imageField(kind, action), v.issuerPick(kind, "country", d.Country, 4, nil), day("since", d.Since, 4),
			v.pick(kind, "acquired", d.Acquired, 4, p.options("nationality.acquired.", traveler.Acquired), true), v.area(kind, "note", d.Note), v.seenTick(kind, &d.Seen)}
	case *traveler.OtherDocument:
		first = ui.Group{v.imageField(kind, action), v.linesField(kind, d.MRZ, action), v.pick(kind, "kind", d.Kind, 4, p.options("other_document.kind.", traveler.OtherKinds), false),
			v.numberField(kind, d.No, d.Hint), day("expires", d.Expires, 4), v.issuerPick(kind, "country", d.Country, 4, nil),
			text("name", d.Name, 4), text("issuer", d.Issuer, 4), v.seenTick(kind, &d.Seen)}
		more = ui.Group{v.printedName(kind, "family", d.Family), v.printedName(kind, "given", d.Given), day("issued", d.Issued, 4), text("classes", d.Classes, 4),
			text("phone", d.Phone, 4), v.tick(kind, "is_primary", d.Primary), v.area(kind, "note", d.Note)}
	}
	return first, more
}

// numberField takes a number. The stored one is never in it: an empty field keeps it.
func (v *recordView) numberField(kind string, stored record.Secret, hint string) ui.Input {
	in := v.text(kind, "number", "", 4)
	in.Attrs = templ.Attributes{"spellcheck": "false", "autocapitalize": "characters"}
	switch {
	case hint != "":
		in.Help = v.p.T("document.help.keep", "Hint", hint)
	case stored != "":
		in.Help = v.p.T("document.help.keep_any")
	}
	return in
}

func (v *recordView) printedName(kind, name, stored string) ui.Input {
	in := v.text(kind, name, stored, 6)
	in.Help = v.p.T("document.help.printed")
	return in
}

// issuerPick chooses a country, or what issues documents like one.
func (v *recordView) issuerPick(kind, name, stored string, width int, areas []string) ui.Select {
	var opts []ui.Option
	for _, code := range areas {
		opts = append(opts, ui.Option{Value: code, Label: v.p.land(code)})
	}
	opts = append(opts, v.p.countries()...)
	for _, code := range traveler.Special() {
		opts = append(opts, ui.Option{Value: code, Label: code})
	}
	return v.pick(kind, name, stored, width, opts, true)
}

// passportPick chooses the passport that a visa is in.
func (v *recordView) passportPick(d *traveler.Visa) ui.Select {
	var opts []ui.Option
	for _, o := range v.docs[d.TravelerID].Passports {
		label := strings.Join(strings.Fields(o.Country+" "+mask(o.Hint)), " ")
		if o.Expires != "" {
			label += ", " + v.p.L.Date(o.Expires)
		}
		opts = append(opts, ui.Option{Value: idText(o.ID), Label: label})
	}
	stored := ""
	if d.PassportID != 0 {
		stored = idText(int64(d.PassportID))
	}
	return v.pick("visa", "passport_id", stored, 4, opts, true)
}

// seenTick says that the original was in somebody's hands.
func (v *recordView) seenTick(kind string, s *traveler.Seen) templ.Component {
	f := v.field(kind, "seen", 0)
	f.Label = v.p.T("document.see")
	return ui.Group{ui.Hidden{Name: "_tick.seen", Value: "1"}, ui.Tick{Name: "seen", ID: f.ID, Label: f.Label, Checked: v.on("seen", s.VerifiedAt != 0)}}
}

// linesField takes the machine-readable lines; the button beside it has the server fill
// the form from them, with script as soon as they are pasted.
func (v *recordView) linesField(kind string, stored record.Secret, action string) templ.Component {
	t := v.area(kind, "mrz", "")
	t.Help = v.p.T("document.help.lines")
	if stored != "" {
		t.Help += " " + v.p.T("document.help.keep_any")
	}
	t.Attrs = templ.Attributes{"spellcheck": "false", "autocapitalize": "characters", "autocomplete": "off", "class": "code", "hx-post": action,
		"hx-trigger": "paste delay:150ms", "hx-vals": `{"_act":"read"}`, "hx-include": "closest form", "hx-target": "#documents", "hx-swap": "outerHTML", "data-redraw": true}
	msg, kindOf := v.readLines(kind)
	if kindOf == "danger" {
		t.Error = msg
		msg = ""
	}
	return linesBox(v.p, t, ui.Button{Label: v.p.T("document.read"), Icon: "enter", Small: true, Submit: true, Name: "_act", Value: "read", Attrs: v.formAct(action)}, msg, kindOf)
}

// readLines fills the form from the lines when that was asked for. It returns what to
// tell: what is wrong with the lines, or what was read.
func (v *recordView) readLines(kind string) (message, level string) {
	if v.form == nil || v.form.Str("_act") != "read" || v.form.Str("mrz") == "" {
		return "", ""
	}
	z, err := traveler.ReadZone(v.form.Str("mrz"))
	if err != nil {
		return v.p.Problem(err, "mrz"), "danger"
	}
	set := func(name, value string) {
		if value != "" {
			v.form[name] = []string{value}
		}
	}
	set("mrz", z.Lines)
	set("country", z.Issuer)
	set("number", z.Number)
	set("expires", v.p.typedDate(z.Expires))
	set("family", z.Family)
	set("given", z.Given)
	if kind == "passport" {
		set("nationality", z.Nationality)
		set("sex", z.Sex)
		set("birth_date", v.p.typedDate(z.BirthDate))
	}
	delete(v.form, "_act")
	if v.person != nil && !v.person.Bears(z.Family, z.Given) {
		return v.p.T("document.read_name"), "caution"
	}
	if z.Corrected > 0 {
		return v.p.T("document.read_corrected", "Count", z.Corrected), "good"
	}
	return v.p.T("document.read_done"), "good"
}

// fillDocument copies the form into a document.
func fillDocument(p *Page, f Form, tx *db.Tx, d traveler.Document) {
	day := func(name string, to *date.Date, birth bool) { f.putDate(name, p.Agency.Country, birth, to) }
	secret := func(name string, to *record.Secret) {
		if s := f.Str(name); s != "" { // an empty field keeps what is stored
			*to = record.Plain(s)
		}
	}
	texts := map[string]*string{}
	switch d := d.(type) {
	case *traveler.Passport:
		texts = map[string]*string{"type": &d.Type, "status": &d.Status, "country": &d.Country, "authority": &d.Authority, "place": &d.Place, "family": &d.Family,
			"given": &d.Given, "sex": &d.Sex, "birth_place": &d.BirthPlace, "nationality": &d.Nationality, "note": &d.Note}
		day("issued", &d.Issued, false)
		day("expires", &d.Expires, false)
		day("birth_date", &d.BirthDate, true)
		secret("number", &d.No)
		secret("mrz", &d.MRZ)
		f.putBool("is_primary", &d.Primary)
	case *traveler.Visa:
		texts = map[string]*string{"type": &d.Type, "country": &d.Country, "entries": &d.Entries, "place": &d.Place, "note": &d.Note}
		day("valid_from", &d.ValidFrom, false)
		day("expires", &d.Expires, false)
		day("issued", &d.Issued, false)
		secret("number", &d.No)
		secret("mrz", &d.MRZ)
		f.putRef("passport_id", &d.PassportID)
		if f.Has("max_stay") {
			d.MaxStay = f.Int("max_stay")
			if f.Str("max_stay") != "" && d.MaxStay == 0 && f.Str("max_stay") != "0" {
				d.MaxStay = -1 // no number: Check reports it
			}
		}
	case *traveler.Nationality:
		texts = map[string]*string{"country": &d.Country, "acquired": &d.Acquired, "note": &d.Note}
		day("since", &d.Since, false)
	case *traveler.OtherDocument:
		texts = map[string]*string{"kind": &d.Kind, "name": &d.Name, "country": &d.Country, "issuer": &d.Issuer, "family": &d.Family, "given": &d.Given,
			"classes": &d.Classes, "phone": &d.Phone, "note": &d.Note}
		day("issued", &d.Issued, false)
		day("expires", &d.Expires, false)
		secret("number", &d.No)
		secret("mrz", &d.MRZ)
		f.putBool("is_primary", &d.Primary)
	}
	for name, to := range texts {
		f.put(name, to)
	}
	if s := d.Sight(); f.Has("_tick.seen") && f.Bool("seen") != (s.VerifiedAt != 0) {
		s.MarkSeen(tx, f.Bool("seen"))
	}
}

// addDocument stores a new document of the person of the page.
func addDocument(ctx context.Context, tx *db.Tx, v *recordView, kind string) error {
	v.edit = "documents-" + kind + "-new"
	id := v.ref.ID
	if v.ref.Kind == "client" {
		var err error
		if id, err = onlyTraveler(ctx, tx, id); err != nil {
			return err
		}
	}
	d := traveler.NewDocument(kind, id)
	fillDocument(v.p, v.form, tx, d)
	if err := record.Insert(ctx, tx, d); err != nil {
		return err
	}
	return v.hangImage(ctx, tx, d)
}

func editDocument(ctx context.Context, tx *db.Tx, v *recordView, kind string) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	v.edit = "documents-" + kind + "-" + idText(id)
	d := traveler.NewDocument(kind, 0)
	err = v.editRecord(ctx, tx, d, id, "version", func() { fillDocument(v.p, v.form, tx, d) })
	if err != nil && !alreadySo(err) {
		return err
	}
	return v.hangImage(ctx, tx, d)
}

// seeDocument notes that the original was seen.
func seeDocument(ctx context.Context, tx *db.Tx, v *recordView, kind string) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	d := traveler.NewDocument(kind, 0)
	return record.Edit(ctx, tx, d, id, 0, func() error {
		d.Sight().MarkSeen(tx, v.form.Bool("seen"))
		return nil
	})
}

// dropDocument moves a document to the trash, and has the card offer to take it back.
func dropDocument(ctx context.Context, tx *db.Tx, v *recordView, kind string) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	if err := record.Delete(ctx, tx, traveler.NewDocument(kind, 0), id, v.form.Int("version")); err != nil {
		return err
	}
	v.gone = &record.Ref{Kind: kind, ID: id}
	return nil
}

func restoreDocument(ctx context.Context, tx *db.Tx, v *recordView, kind string) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	_, err = traveler.RestoreDocument(ctx, tx, kind, id)
	return err
}
