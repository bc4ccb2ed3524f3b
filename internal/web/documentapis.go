package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// apisRoutes give a passport or visa as the text that airlines take. It holds the
// number, so it is a reveal like any other: right, fresh proof, reason, history.
func (s *Server) apisRoutes() []Route {
	const at = " /travelers/{id}/documents/{kind}/{row}/apis"
	return []Route{{Pattern: "GET" + at, Right: "passport.reveal", StepUp: true, handle: s.askAPIS},
		{Pattern: "POST" + at, Right: "passport.reveal", StepUp: true, handle: s.showAPIS}}
}

// apisDoc reads the document that is asked for and whose it is.
func (p *Page) apisDoc() (d traveler.Document, t *traveler.Traveler, err error) {
	id, err := p.ID("id")
	if err != nil {
		return nil, nil, err
	}
	row, err := p.ID("row")
	if err != nil {
		return nil, nil, err
	}
	kind := p.R.PathValue("kind")
	if kind != "passport" && kind != "visa" {
		return nil, nil, errs.Missing()
	}
	d, t = traveler.NewDocument(kind, 0), new(traveler.Traveler)
	err = p.View(func(ctx context.Context, tx *db.Tx) error {
		if err := record.Get(ctx, tx, d, row); err != nil {
			return err
		}
		if d.Of() != id {
			return errs.Missing()
		}
		return record.Get(ctx, tx, t, id)
	})
	return d, t, err
}

func apisRef(d traveler.Document) secretRef {
	return secretRef{kind: d.Table(), id: record.Stamps(d).ID, column: "number", back: pathOf(record.Ref{Kind: "traveler", ID: d.Of()})}
}

func (s *Server) askAPIS(p *Page) error {
	d, _, err := p.apisDoc()
	if err != nil {
		return err
	}
	return p.renderAPIS(http.StatusOK, d, apisForm(p, p.R.URL.Path, apisRef(d).back, nil, nil))
}

func (p *Page) renderAPIS(status int, d traveler.Document, content templ.Component) error {
	title := p.T("document.apis")
	return p.RenderStatus(status, Screen{Title: title, Nav: "travelers"}, revealScreen(p, apisRef(d), title, content))
}

// showAPIS shows the text for half a minute, once it is written down who looked and why.
func (s *Server) showAPIS(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	d, t, err := p.apisDoc()
	if err != nil {
		return err
	}
	number := ""
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		why, err := whyOf(f)
		if err == nil {
			number, err = flow.Reveal(ctx, tx, d.Table(), record.Stamps(d).ID, "number", why)
		}
		return err
	})
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooMany) {
		return p.renderAPIS(StatusOf(err), d, apisForm(p, p.R.URL.Path, apisRef(d).back, f, err))
	}
	if err != nil {
		return err
	}
	text := ""
	switch d := d.(type) {
	case *traveler.Passport:
		text = d.DOCS(t, number)
	case *traveler.Visa:
		text = d.DOCO(t, number)
	}
	p.leaveSoon(apisRef(d).back)
	return p.renderAPIS(http.StatusOK, d, revealed(p, apisRef(d), text))
}

// apisLink leads to the text for airlines.
func (v *recordView) apisLink(d traveler.Document) []templ.Component {
	kind := d.Table()
	if kind != "passport" && kind != "visa" || !v.hasNumber(d) || !v.p.Actor.May("passport.reveal") || v.p.Actor.ReadOnly {
		return nil
	}
	href := pathOf(record.Ref{Kind: "traveler", ID: d.Of()}) + "/documents/" + kind + "/" + idText(record.Stamps(d).ID) + "/apis"
	return []templ.Component{ui.Button{Label: v.p.L.Pair(v.p.T("document.apis"), v.documentName(d)), Icon: "plane", Kind: "ghost", Small: true, IconOnly: true, Href: href,
		Attrs: templ.Attributes{"rel": "nofollow"}}}
}
