package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// maxLogo bounds an agency's logo, in bytes.
const maxLogo = 1 << 20

func (s *Server) agencyPage(p *Page) error {
	return p.showAgency(http.StatusOK, p.Agency, nil, nil)
}

func (p *Page) showAgency(status int, a *agency.Agency, f Form, problem error) error {
	return p.showAdmin(status, "agency", ui.PageHead{Title: p.T("admin.tab.agency")}, agencyForm(p, a, f, problem))
}

func (s *Server) saveAgency(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	f = f.chosen()
	logo, err := s.newLogo(p, f)
	var a agency.Agency
	if err == nil {
		err = p.Update(func(ctx context.Context, tx *db.Tx) error {
			return record.Edit(ctx, tx, &a, p.Agency.ID, f.Int("version"), func() error {
				fillAgency(f, &a)
				if logo != nil {
					a.Logo = *logo
				}
				return nil
			})
		})
	} else {
		a = *p.Agency
		fillAgency(f, &a)
	}
	err = p.weigh("agency", p.Agency.ID, f.Int("version"), err)
	if err != nil && correctable(err) && len(fieldErrors(err)) > 0 {
		return p.showAgency(StatusOf(err), &a, f, err)
	}
	if err != nil && !isStale(err) {
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect("/admin/agency")
}

// newLogo stores an uploaded logo. It returns nil when the logo stays, and "" when
// it is removed. Only pictures that browsers show are taken: the type is found
// from the content.
func (s *Server) newLogo(p *Page, f Form) (*string, error) {
	none := ""
	if f.Bool("remove_logo") {
		return &none, nil
	}
	if p.R.MultipartForm == nil {
		return nil, nil
	}
	file, head, err := p.R.FormFile("logo_file")
	if errors.Is(err, http.ErrMissingFile) || (err == nil && head.Size == 0) {
		return nil, nil
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "error.form")
	}
	defer file.Close()
	// Looked at before it is stored: to remove it again could take the same content
	// from somebody else who has stored it.
	start := make([]byte, 4096)
	n, err := io.ReadFull(file, start)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errs.Wrap(err, errs.Invalid, "error.form")
	}
	if !images[files.Sniff(start[:n])] {
		return nil, errs.Bad("logo_file", "error.file_type", "Allowed", "PNG, JPEG, WebP, GIF")
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("reading a logo: %w", err)
	}
	info, err := s.Files.Put(p.Ctx(), file, maxLogo)
	if errs.Is(err, errs.TooLarge) {
		return nil, errs.Bad("logo_file", "error.too_large", "Max", p.L.Bytes(maxLogo))
	}
	if err != nil {
		return nil, err
	}
	return &info.Hash, nil
}

func fillAgency(f Form, a *agency.Agency) {
	for name, to := range map[string]*string{"name": &a.Name, "legal_name": &a.LegalName, "tax_id": &a.TaxID, "street": &a.Street,
		"street2": &a.Street2, "postal_code": &a.PostalCode, "city": &a.City, "region": &a.Region, "country": &a.Country,
		"phone": &a.Phone, "email": &a.Email, "website": &a.Website, "time_zone": &a.TimeZone, "currency": &a.Currency,
		"language": &a.Language, "see_manager": &a.SeeManager, "see_assistant": &a.SeeAssistant, "see_agent": &a.SeeAgent,
		"see_accountant": &a.SeeAccountant, "see_auditor": &a.SeeAuditor} {
		f.put(name, to)
	}
	f.putBool("no_export", &a.NoExport)
	f.putNumber("reveal_limit", &a.RevealLimit)
	f.putNumber("passport_months", &a.PassportMonths)
}

// limitInput is how many secrets one person may look at in an hour.
func (p *Page) limitInput(a *agency.Agency, err error) ui.Input {
	f := p.adminField("agency", "reveal_limit", err, 6)
	f.Help = p.T("secret.limit_help")
	return ui.Input{Field: f, InputMode: "numeric", Value: strconv.FormatInt(a.RevealLimit, 10), Autocomplete: "off"}
}

// scopeOptions are how far a role can see.
func scopeOptions(p *Page) []ui.Option {
	return p.options("agency.scope.", []string{"own", "branch", "agency"})
}
