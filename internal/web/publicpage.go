package web

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// Pages behind private links have no session: the token in the address is what opens
// them. They tell no other site where they are (as all pages; to tell nobody at all would
// keep older browsers from saying where a form comes from), are kept by nobody, and have
// no way to the rest of the program.

// public makes a handler of a page behind a private link. Whatever is wrong with the
// link, unknown, expired or revoked, the answer is one and the same.
func (s *Server) public(do handler) handler {
	return func(p *Page) error {
		h := p.W.Header()
		h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
		p.Visitor = nil // a colleague who looks sees what the person sees
		err := do(p)
		if !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.TooMany) {
			return err
		}
		status := statuses[errs.KindOf(err)]
		if status == http.StatusTooManyRequests {
			h.Set("Retry-After", "60")
		}
		f := ui.Frame{L: p.L, Title: p.T("link.gone_title"), Public: true, Agency: ui.Agency{Name: "Carnet"}}
		return p.write(status, within(ui.Public(f, ""), publicNote(p.T("link.gone_title"), p.T("link.gone"))))
	}
}

// renderPublic answers with a page of an agency in the language of the person.
func (p *Page) renderPublic(status int, a *agency.Agency, title, base, foot string, c templ.Component) error {
	f := ui.Frame{L: p.L, Title: title, Public: true, Agency: ui.Agency{Name: a.Name}, Theme: p.cookie("theme")}
	if a.Logo != "" {
		f.Agency.Logo = base + "/logo"
	}
	return p.write(status, within(ui.Public(f, foot), c))
}

// publicLogo sends the logo of the agency whose link was opened.
func (s *Server) publicLogo(p *Page, a db.Actor) error {
	var logo string
	err := s.DB.View(p.Ctx(), a, func(tx *db.Tx) error {
		return tx.Row(p.Ctx(), "SELECT a.logo FROM {agency} a WHERE a.id = $1", []any{a.AgencyID}, &logo)
	})
	if err != nil {
		return err
	}
	return p.serveFile(logo, "logo")
}

// speaks has a page behind a link talk in the language that the link was made for.
func (p *Page) speaks(lang string) { p.L = i18n.For(lang) }

func idText(id int64) string { return strconv.FormatInt(id, 10) }
