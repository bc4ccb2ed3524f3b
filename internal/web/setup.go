package web

import (
	"net/http"
	"strconv"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func demoID(i int) string { return "demo-" + strconv.Itoa(i) }

// setupPage is the first start: it proposes what the browser's language suggests.
func (s *Server) setupPage(p *Page) error {
	if needed, err := flow.NeedsSetup(p.Ctx(), s.DB); err != nil {
		return err
	} else if !needed {
		return p.Redirect("/sign-in")
	}
	n := &flow.NewAgency{}
	a := &n.Agency
	a.Language = p.L.Lang()
	a.Country = map[string]string{"en": "GB", "es": "ES", "fr": "FR", "pl": "PL", "de": "DE"}[a.Language]
	a.Currency, a.TimeZone = country.Currency(a.Country), country.TimeZone(a.Country)
	return p.RenderPlain(http.StatusOK, p.T("setup.title"), setupScreen(p, n, nil))
}

func (s *Server) setup(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	n := &flow.NewAgency{Agency: agency.Agency{Name: f.Str("agency.name"), City: f.Str("agency.city"), Country: f.Str("agency.country"),
		TimeZone: f.Str("agency.time_zone"), Currency: f.Str("agency.currency"), Language: f.Str("agency.language")},
		Branch: f.Str("branch"), Admin: agency.User{Name: f.Str("admin.name"), Email: f.Str("admin.email"), Language: ""}, Password: f.Raw("password")}
	if n.Password == "" {
		err = errs.Bad("password", "error.required")
	} else {
		err = flow.Setup(p.Ctx(), s.DB, s.Login, n)
	}
	if errs.Is(err, errs.Conflict) && len(fieldErrors(err)) == 0 {
		p.Flash("caution", "agency.error.exists")
		return p.Redirect("/sign-in")
	}
	if k := errs.KindOf(err); err != nil && k != errs.Invalid && k != errs.Conflict {
		return err
	}
	if err != nil {
		return p.RenderPlain(StatusOf(err), p.T("setup.title"), setupScreen(p, n, err))
	}
	r, err := s.Login.SignIn(p.Ctx(), login.Attempt{Email: n.Admin.Email, Password: n.Password, Place: p.place()})
	if err != nil {
		return err
	}
	p.Flash("good", "setup.done")
	return p.signedIn(r, "/")
}

// languageOptions are the languages of the interface by their own names.
func languageOptions() (out []ui.Option) {
	for _, lang := range i18n.Langs {
		out = append(out, ui.Option{Value: lang, Label: i18n.For(lang).Name()})
	}
	return out
}

func countryOptions(p *Page) (out []ui.Option) {
	for _, o := range country.Options(p.L.Lang()) {
		out = append(out, ui.Option{Value: o.Code, Label: o.Name})
	}
	return out
}

func zoneOptions() (out []ui.Option) {
	for _, z := range country.TimeZones() {
		out = append(out, ui.Option{Value: z, Label: z})
	}
	return out
}

func currencyOptions() (out []ui.Option) {
	for _, c := range country.Currencies() {
		out = append(out, ui.Option{Value: c, Label: c})
	}
	return out
}

// field is a field with the error that belongs to its name.
func (p *Page) field(err error, name, label string, width int, required bool) ui.Field {
	return ui.Field{Name: name, Label: label, Error: p.Problem(err, name), Width: width, Required: required}
}
