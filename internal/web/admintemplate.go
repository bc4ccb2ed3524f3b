package web

import (
	"context"
	"io"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// ackCatalog keeps the texts to be acknowledged.
var ackCatalog = &catalog{name: "templates", kind: "ack_template", right: ack.RightManage,
	blankRecord: func() record.Record { return &ack.Template{Active: true} }, rows: templateRows, fill: fillTemplate,
	fields: func(p *Page, r record.Record, err error, _ []ui.Option) templ.Component {
		t := r.(*ack.Template)
		if t.Language == "" {
			t.Language = p.Agency.Language
		}
		var earlier []ack.Version
		if t.ID != 0 {
			verr := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
				earlier, err = ack.Versions(ctx, tx, t.ID)
				return err
			})
			if verr != nil {
				return templ.ComponentFunc(func(context.Context, io.Writer) error { return verr })
			}
		}
		return templateFields(p, t, err, earlier)
	}}

func templateRows(ctx context.Context, tx *db.Tx, p *Page) (out []ui.Row, err error) {
	list, err := ack.Templates(ctx, tx, false)
	for _, t := range list {
		out = append(out, p.catalogRow("/admin/templates", t.ID, t.Name, join(t.Title, p.L.Language(t.Language), p.T("ack.version", "Number", p.L.Number(t.Number))), t.Active))
	}
	return out, err
}

func fillTemplate(f Form, r record.Record) {
	t := r.(*ack.Template)
	for name, to := range map[string]*string{"name": &t.Name, "language": &t.Language, "title": &t.Title, "text": &t.Text} {
		f.put(name, to)
	}
	f.putBool("active", &t.Active)
}

// spoken are the languages that Carnet speaks.
func (p *Page) spoken() (out []ui.Option) {
	for _, code := range i18n.Langs {
		out = append(out, ui.Option{Value: code, Label: i18n.For(code).Name()})
	}
	return out
}
