package web

import (
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/publiclink"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// fillInRoutes are the pages of requests to fill in one's data (W12): those of the
// person, who has a link and no login, and those of the agency.
func (s *Server) fillInRoutes() []Route {
	return []Route{
		{Pattern: "GET /fill-in/{token}", Public: true, handle: s.public(s.fillInPage)},
		{Pattern: "POST /fill-in/{token}", Public: true, handle: s.public(s.saveFillIn)},
		{Pattern: "GET /fill-in/{token}/logo", Public: true, handle: s.public(s.fillInLogo)},
		{Pattern: "GET /fill-ins/{id}", handle: s.reviewPage},
		{Pattern: "POST /fill-ins/{id}", Right: "client.edit", handle: s.settleFillIn},
		{Pattern: "POST /fill-ins/{id}/photo", Right: "passport.reveal", StepUp: true, Keep: true, handle: s.fillInPhoto},
	}
}

// sheetView is the person's page as it is shown again after a mistake.
type sheetView struct {
	*fillin.Sheet
	p     *Page
	base  string
	typed map[string]string
	err   error
	saved bool
}

func fillInBase(p *Page) string { return fillin.Path(p.R.PathValue("token")) }

func (s *Server) follow(p *Page) (*fillin.Link, error) {
	return fillin.Follow(p.Ctx(), s.DB, p.R.PathValue("token"), p.place())
}

func (s *Server) fillInPage(p *Page) error {
	l, err := s.follow(p)
	if err != nil || p.R.Method == http.MethodHead {
		return err
	}
	if err := publiclink.Used(p.Ctx(), s.DB, fillin.Kind, p.R.PathValue("token")); err != nil {
		return err
	}
	return s.showSheet(p, l, http.StatusOK, sheetView{saved: p.R.URL.Query().Get("saved") != ""})
}

func (s *Server) showSheet(p *Page, l *fillin.Link, status int, v sheetView) (err error) {
	if v.Sheet, err = l.Show(p.Ctx(), s.DB); err != nil {
		return err
	}
	f := v.FillIn
	p.speaks(f.Language)
	v.p, v.base = p, fillInBase(p)
	title := p.T("link.fill.title")
	foot := p.T("link.foot", "Agency", v.Agency.Name, "Until", p.L.DateTime(f.ExpiresAt.Time(), v.Agency.Location()))
	if !f.Open(db.StampOf(s.DB.Now())) {
		return p.renderPublic(status, v.Agency, title, v.base, foot, publicNote(p.T("link.fill.done_title"), p.T("link.fill.done", "Agency", v.Agency.Name)))
	}
	return p.renderPublic(status, v.Agency, title, v.base, foot, fillInScreen(&v))
}

func (s *Server) fillInLogo(p *Page) error {
	l, err := s.follow(p)
	if err != nil {
		return err
	}
	return s.publicLogo(p, l.Actor)
}

// maxSheet bounds a form that comes by a link, the picture in it included.
const maxSheet = fillin.PhotoLimit + maxForm

// saveFillIn keeps what was typed. The picture goes to the store while it arrives: it
// is sealed before it touches a disk, which a parsed form wouldn't be.
func (s *Server) saveFillIn(p *Page) error {
	l, err := s.follow(p)
	if err != nil {
		return err
	}
	sheet, err := l.Show(p.Ctx(), s.DB)
	if err != nil {
		return err
	}
	p.speaks(sheet.FillIn.Language)
	if !sheet.FillIn.Open(db.StampOf(s.DB.Now())) { // nothing of it is stored: a link goes on opening once it was sent
		_, _ = io.Copy(io.Discard, p.R.Body) // browsers read no answer before they have sent everything
		return s.showSheet(p, l, http.StatusConflict, sheetView{})
	}
	f, photo, err := s.readSheet(p, sheet.FillIn.Asks("passport"))
	if photo != nil { // kept, whatever is wrong with the rest
		if perr := l.Save(p.Ctx(), s.DB, fillin.Input{Photo: photo, Replaced: func(blob string) { s.dropPhoto(p, blob) }}); perr != nil {
			s.dropPhoto(p, photo.Info.Hash)
			if errs.Is(perr, errs.Conflict) { // sent from another page while the picture arrived
				return s.showSheet(p, l, http.StatusConflict, sheetView{})
			}
			return perr
		}
	}
	in := fillin.Input{Values: map[string]string{}, Number: f.Str("number"), Submit: f.Has("send")}
	if in.Number != "" && l.Save(p.Ctx(), s.DB, fillin.Input{Number: in.Number}) == nil {
		in.Number = "" // kept likewise: a form that comes back doesn't show it. What is wrong with it is told below
	}
	for name := range f {
		in.Values[name] = f.Str(name)
	}
	gatherTastes(p, sheet.Fields, f, in.Values)
	if err == nil {
		err = l.Save(p.Ctx(), s.DB, in)
	}
	switch {
	case err == nil && in.Submit:
		return p.Redirect(fillInBase(p))
	case err == nil:
		return p.Redirect(fillInBase(p) + "?saved=1")
	case errs.Is(err, errs.Conflict): // sent from another page meanwhile
		return s.showSheet(p, l, http.StatusConflict, sheetView{})
	case len(fieldErrors(err)) == 0:
		return err
	}
	delete(in.Values, "number")
	return s.showSheet(p, l, StatusOf(err), sheetView{typed: in.Values, err: err})
}

// readSheet reads the form part by part. What is wrong with the picture is an error of
// its field, and the rest of the form is read all the same. One that nobody asked for is
// stored nowhere.
func (s *Server) readSheet(p *Page, asked bool) (f Form, photo *fillin.Photo, err error) {
	var wrong error
	f, err = p.streamed(func(part *multipart.Part) {
		if asked && part.FormName() == "photo" && photo == nil {
			photo, wrong = s.keepPhoto(p, part)
		}
	})
	if err == nil {
		err = wrong
	}
	return f, photo, err
}

// dropPhoto removes a picture that nothing refers to. What stays after all, the clean-up
// finds.
func (s *Server) dropPhoto(p *Page, blob string) {
	if err := s.Files.Delete(blob); err != nil {
		s.Log.WarnContext(p.Ctx(), "a picture that wasn't needed stays", "error", err)
	}
}

func (s *Server) keepPhoto(p *Page, part *multipart.Part) (*fillin.Photo, error) {
	if s.Files == nil {
		return nil, errs.Bad("photo", "error.mail_off")
	}
	photo, err := fillin.Keep(p.Ctx(), s.Files, part)
	if errs.Is(err, errs.TooLarge) {
		return nil, errs.Bad("photo", "error.too_large", "Max", p.L.Bytes(fillin.PhotoLimit))
	}
	return photo, err
}

// sheetSection is a part of the person's page.
type sheetSection struct {
	id, title, note string
	fields          ui.Group
}

// sections are what is asked for, each with its controls.
func (v *sheetView) sections() (out []sheetSection) {
	for _, name := range fillin.Sections {
		if !v.FillIn.Asks(name) {
			continue
		}
		sec := sheetSection{id: name, title: v.p.T("link.section." + name)}
		if key := "link.section_help." + name; v.p.L.Has(key) {
			sec.note = v.p.L.T(key)
		}
		sec.fields = v.controls(name)
		if name == "passport" {
			sec.fields = append(ui.Group{v.numberControl()}, sec.fields...)
			sec.fields = append(sec.fields, photoControl(v))
		}
		out = append(out, sec)
	}
	return out
}

// controls are those of a section: in groups where it is about several things or people.
func (v *sheetView) controls(section string) (out ui.Group) {
	group, in := "", ui.Group{}
	flush := func() {
		if len(in) > 0 {
			out = append(out, within(ui.FieldGroup(group, false), within(ui.Fields(), in)))
		}
		in = nil
	}
	for _, f := range v.Fields {
		if f.Section != section {
			continue
		}
		name := v.groupName(f)
		if name == "" {
			out = append(out, v.control(f))
			continue
		}
		if name != group {
			flush()
			group = name
		}
		in = append(in, v.control(f))
	}
	flush()
	return out
}

// groupName is the heading under which a field stands, "" for none.
func (v *sheetView) groupName(f fillin.Field) string {
	switch {
	case f.Section == "preferences":
		return v.p.T("preference.category." + f.Label)
	case f.Section != "emergency":
		return ""
	case f.Label == "":
		return v.p.T("link.another.contact")
	}
	return f.Label
}

func (v *sheetView) value(f fillin.Field) string {
	if s, ok := v.typed[f.Key]; ok {
		return s
	}
	s := v.Value(f.Key)
	if f.Type == "date" || f.Type == "birth" {
		return v.p.L.DateInput(date.Date(s), date.OrderFor(v.Agency.Country))
	}
	return s
}

// completes helps the phone fill in what it knows of its owner.
var completes = map[string]string{"traveler.given": "given-name", "traveler.middle": "additional-name", "traveler.family": "family-name",
	"traveler.birth_date": "bday", "address.street": "address-line1", "address.street2": "address-line2", "address.postal_code": "postal-code",
	"address.city": "address-level2", "address.region": "address-level1", "address.country": "country"}

// control asks for one field.
func (v *sheetView) control(f fillin.Field) templ.Component {
	p := v.p
	field := ui.Field{Name: f.Key, Label: fieldName(p, f), Error: p.Problem(v.err, f.Key), Width: 6}
	value := v.value(f)
	switch f.Type {
	case "birth", "date":
		return ui.DateField{Field: field, L: p.L, Value: value, Order: strings.ToLower(date.OrderFor(v.Agency.Country).String()), Birth: f.Type == "birth"}
	case "country", "nationality":
		opts := publicCountries(p.L, v.Agency.Country)
		if strings.Contains(value, ",") { // several: as they are, or another single one
			opts = append([]ui.Option{{Value: value, Label: countryNames(p, value)}}, opts...)
		}
		return ui.Select{Field: field, Value: value, Options: opts, HasNone: true}
	case "sex":
		return ui.Select{Field: field, Value: value, Options: p.options("traveler.sex.", traveler.Sexes), HasNone: true}
	case "taste":
		return v.tasteControl(f, field, value)
	case "phone":
		return ui.Input{Field: field, Value: value, Type: "tel", Autocomplete: ownOnly(f, "tel"), MaxLength: 100}
	case "email":
		return ui.Input{Field: field, Value: value, Type: "email", Autocomplete: ownOnly(f, "email"), MaxLength: 200}
	}
	if f.Section == "emergency" && f.Column == "relation" {
		return ui.Input{Field: field, Value: p.known("emergency_contact.relation.", value), List: p.emergencyRelations(), Autocomplete: "off", MaxLength: 200}
	}
	complete := completes[f.Kind+"."+f.Column]
	if complete == "" {
		complete = "off"
	}
	return ui.Input{Field: field, Value: value, Autocomplete: complete, MaxLength: 200}
}

// ownOnly keeps a phone from filling in its owner where somebody else is asked for.
func ownOnly(f fillin.Field, complete string) string {
	if f.Section == "emergency" {
		return "off"
	}
	return complete
}

// fieldName is what a field is called: the words of its record, and for phones and
// e-mails what they are.
func fieldName(p *Page, f fillin.Field) string {
	switch {
	case f.Type == "photo":
		return p.T("link.photo")
	case f.Kind == "communication":
		name := p.T("contact.type." + f.Type)
		if strings.Contains(f.Key, ".new-") {
			return p.T("link.another." + f.Type)
		}
		if f.Label != "" {
			name += " (" + p.known("contact.sub.", f.Label) + ")"
		}
		return name
	case f.Kind == "passport" && (f.Column == "family" || f.Column == "given" || f.Column == "country" || f.Column == "number" || f.Column == "issued" || f.Column == "expires"):
		return p.T("link.passport." + f.Column)
	}
	if pref, ok := traveler.PreferenceFieldOf(f.Column); ok && f.Kind == "preference" {
		return p.T(pref.LabelKey(""))
	}
	return p.fieldLabel(f.Kind, f.Column)
}

// numberControl asks for the number of the passport. What is known is masked, and an
// empty field changes nothing.
func (v *sheetView) numberControl() templ.Component {
	f := ui.Field{Name: "number", Label: v.p.T("link.passport.number"), Error: v.p.Problem(v.err, "number"), Width: 6}
	switch {
	case v.Typed != "":
		f.Help = v.p.T("link.number_typed", "End", v.Typed)
	case v.Hint != "":
		f.Help = v.p.T("link.number_known", "End", v.Hint)
	}
	return ui.Input{Field: f, Autocomplete: "off", MaxLength: 60}
}

// publicCountries are all countries by name, that of the agency first.
func publicCountries(l *i18n.Localizer, home string) (out []ui.Option) {
	if home != "" {
		out = append(out, ui.Option{Value: home, Label: l.Country(home)})
	}
	for _, o := range country.Options(l.Lang()) {
		if o.Code != home {
			out = append(out, ui.Option{Value: o.Code, Label: o.Name})
		}
	}
	return out
}

// problems lists what is wrong, with a link to each field.
func (v *sheetView) problems() ui.ErrorSummary {
	s := ui.ErrorSummary{L: v.p.L}
	for _, e := range fieldErrors(v.err) {
		label := v.p.T("link.photo")
		for _, f := range v.Fields {
			if f.Key == e.Path {
				label = fieldName(v.p, f)
			}
		}
		if e.Path == "number" {
			label = v.p.T("link.passport.number")
		}
		s.Items = append(s.Items, ui.FieldError{Name: e.Path, Label: label, Text: v.p.T(e.Key, e.Args...)})
	}
	return s
}
