package web

import (
	"net/http"
	"net/url"

	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// secretHref is the page on which numbers of documents are asked for, "" for who may not
// or a selection that is too long to be one.
func (e *exportForm) secretHref(p *Page) string {
	if e.secret || e.list != "traveler" || !exports.MaySecret(p.Actor) || e.count > exports.Small {
		return ""
	}
	v := e.chosen.Encode(e.def)
	if e.chosen.All {
		v.Del("ids")
	}
	return "/travelers/export/secrets?" + v.Encode()
}

// action is where the form goes.
func (e *exportForm) action() string {
	if e.secret {
		return "/travelers/export/secrets"
	}
	return exports.Path(e.list) + "/export/start"
}

func (e *exportForm) secrets(p *Page) (out []ui.Option) {
	return p.options("export.secret.", exports.Secrets)
}

// secretForm is the form on which numbers of documents go along.
func (p *Page) secretForm() (*exportForm, Form, error) {
	e := &exportForm{list: "traveler", secret: true, def: exports.Lists["traveler"], format: exports.XLSX, asked: Form(url.Values{})}
	if !exports.MaySecret(p.Actor) {
		return nil, nil, errs.New(errs.Forbidden, "error.forbidden")
	}
	var f Form
	var err error
	e.chosen, f, err = p.selected(e.def)
	e.opt = exports.Options{Letter: exports.LetterIn(p.Agency.Country), Secrets: exports.Secrets[:1]}
	return e, f, err
}

// exportSecrets asks which numbers leave, and why.
func (s *Server) exportSecrets(p *Page) error {
	e, _, err := p.secretForm()
	if err != nil {
		return err
	}
	return p.showExport(http.StatusOK, e)
}

// exportSecretsStart makes the file at once: it is kept nowhere.
func (s *Server) exportSecretsStart(p *Page) error {
	e, f, err := p.secretForm()
	if err != nil {
		return err
	}
	e.read(f)
	e.asked, e.mailTo, e.opt.Secrets = f, 0, f.All("_secret")
	why, err := whyOf(f)
	if err == nil && len(e.opt.Secrets) == 0 {
		err = errs.Bad("secrets", "error.required")
	}
	var x *exports.Export
	if err == nil {
		x, err = s.Exports.Start(p.Ctx(), p.Actor, exports.Request{List: e.list, Format: e.format, Selection: e.chosen, Options: e.opt, Lang: p.L.Lang(), Why: why})
	}
	if err == nil {
		err = s.sendExport(p, x)
	}
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooMany) {
		e.err = err
		return p.showExport(StatusOf(err), e)
	}
	return err
}
