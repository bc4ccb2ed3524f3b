package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/preview"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// The form of a travel document takes an image along: it is stored sealed while it
// arrives, before there is a document, and hung on the document when that is saved. In
// between the form carries what opens it, sealed for this person and this page, so that
// nobody has to choose it again when a field is wrong, with or without script.

// heldImage is an image that was sent with a form and hangs on nothing yet.
type heldImage struct {
	document.Kept
	At db.Stamp // when it was sent
}

// heldFor is how long a form may stay open with an image: less than the clean-up waits.
const heldFor = 24 * time.Hour

// imagePlace is the page for which an image of a form is sealed.
func (v *recordView) imagePlace() string {
	return fmt.Sprintf("image/%s/%d", v.ref.Kind, v.ref.ID)
}

// saveDocument is saveCard for one kind of document, for forms that bring an image.
func (s *Server) saveDocument(kind string, do func(ctx context.Context, tx *db.Tx, v *recordView, doc string) error) handler {
	return func(p *Page) error {
		doc, err := documentKind(p)
		if err != nil {
			return err
		}
		id, err := p.ID("id")
		if err != nil {
			return err
		}
		v := &recordView{p: p, ref: record.Ref{Kind: kind, ID: id}}
		// Who may not store anything needn't send it first.
		if err := p.View(func(ctx context.Context, tx *db.Tx) error { return record.Editable(ctx, tx, v.ref) }); err != nil {
			return err
		}
		if err := v.readDocument(); err != nil {
			return err
		}
		if v.err != nil {
			v.edit = "documents-" + v.form.Str("_row")
			return v.answer(http.StatusUnprocessableEntity)
		}
		return v.save("documents", func(ctx context.Context, tx *db.Tx, v *recordView) error { return do(ctx, tx, v, doc) })
	}
}

// readDocument reads the form. The image is in the store afterwards, and the form says
// so; what is wrong with it is v.err.
func (v *recordView) readDocument() error {
	var kept *document.Kept
	var wrong, fatal error
	f, err := v.p.streamed(func(part *multipart.Part) {
		if part.FormName() != "file" || v.p.s.Files == nil {
			return
		}
		k, err := v.p.s.docs().Keep(v.p.Ctx(), document.Upload{Name: part.FileName(), Types: document.Pictures, Content: part})
		switch {
		case err == nil:
			kept = &k
		case errs.Is(err, errs.Invalid), errs.Is(err, errs.TooLarge), errs.Is(err, errs.Unavailable):
			wrong = onField("file", err)
		default:
			fatal = err
		}
	})
	if fatal != nil {
		return fatal
	}
	if err != nil {
		return err
	}
	v.form = f.chosen()
	if kept != nil {
		if err := v.hold(heldImage{Kept: *kept}); err != nil {
			return err
		}
	}
	switch {
	case wrong != nil:
		delete(v.form, "_act")
		v.err = wrong
	case f.Str("_act") == "drop":
		delete(v.form, "image")
	case f.Str("_act") == "image":
		return v.readImage()
	}
	return nil
}

// onField is what is wrong with a file as an error of the field that takes it.
func onField(path string, err error) error {
	for _, f := range fieldErrors(err) {
		return errs.Bad(path, f.Key, f.Args...)
	}
	var e *errs.Error
	if errors.As(err, &e) {
		return errs.Bad(path, e.Key, e.Args...)
	}
	return err
}

// hold has the form carry an image along.
func (v *recordView) hold(img heldImage) error {
	return v.p.View(func(_ context.Context, tx *db.Tx) error {
		img.At = tx.Now
		raw, err := json.Marshal(img)
		if err != nil {
			return fmt.Errorf("holding an image: %w", err)
		}
		sealed, err := record.Carry(tx, v.imagePlace(), string(raw))
		v.form["image"] = []string{sealed}
		return err
	})
}

// held is the image that the form carries along, nil where there is none. One that was
// made for another person or page, or too long ago, is refused.
func (v *recordView) held(tx *db.Tx) (*heldImage, error) {
	if v.form == nil || v.form.Str("image") == "" {
		return nil, nil
	}
	var img heldImage
	raw, err := record.Carried(tx, v.imagePlace(), v.form.Str("image"))
	if err == nil {
		err = json.Unmarshal([]byte(raw), &img)
	}
	if err != nil || img.At < tx.Now.Add(-heldFor) {
		delete(v.form, "image")
		return nil, errs.Bad("file", "document.error.image_gone")
	}
	return &img, nil
}

// readImage looks for machine-readable lines in the image, and puts them into the form
// as if they had been typed.
func (v *recordView) readImage() error {
	delete(v.form, "_act")
	var img *heldImage
	err := v.p.View(func(_ context.Context, tx *db.Tx) (err error) {
		img, err = v.held(tx)
		return err
	})
	if err == nil && img == nil {
		err = errs.Bad("file", "document.error.image_choose")
	}
	if err == nil {
		var lines string
		if lines, err = v.p.s.linesIn(v.p.Ctx(), img.Kept); err == nil {
			v.form["mrz"], v.form["_act"] = []string{lines}, []string{"read"}
			return nil
		}
	}
	switch {
	case errs.Is(err, errs.Invalid), errs.Is(err, errs.TooLarge), errs.Is(err, errs.Unavailable):
		v.err = onField("file", err)
		return nil
	}
	return err
}

// linesIn reads the machine-readable lines in a picture, or on the first page of a PDF.
// Lines with mistakes come too: the person compares them.
func (s *Server) linesIn(ctx context.Context, k document.Kept) (string, error) {
	if !s.OCR.Available() {
		return "", errs.New(errs.Unavailable, "mrz.ocr.missing")
	}
	r, err := s.docs().Scan(ctx, k)
	switch {
	case errors.Is(err, preview.ErrNone):
		return "", errs.New(errs.Unavailable, "document.error.pdf_program")
	case errors.Is(err, preview.ErrBroken), errors.Is(err, preview.ErrTooBig):
		return "", errs.New(errs.Invalid, "document.error.pdf")
	case err != nil:
		return "", err
	}
	defer r.Close()
	got, err := s.OCR.Read(ctx, r)
	return got.Lines, err
}

// hangImage puts the image of the form on the document that was just saved.
func (v *recordView) hangImage(ctx context.Context, tx *db.Tx, d traveler.Document) error {
	img, err := v.held(tx)
	if err != nil || img == nil {
		return err
	}
	owner := record.Ref{Kind: "traveler", ID: d.Of()}
	return document.Hang(ctx, tx, img.Kept, owner, record.Ref{Kind: d.Table(), ID: record.Stamps(d).ID})
}

// imageField takes the image along, and has its lines read where that can be done.
func (v *recordView) imageField(kind, action string) templ.Component {
	p := v.p
	f := v.field(kind, "file", 0)
	f.Label, f.Help = p.T("document.image"), p.T("document.help.image")
	box := imageBox{file: ui.File{Field: f, L: p.L, Accept: "image/jpeg,application/pdf,.jpg,.jpeg,.pdf", Drop: p.T("document.image_drop")}}
	if v.form != nil && v.form.Str("image") != "" {
		var img *heldImage
		err := p.View(func(_ context.Context, tx *db.Tx) (err error) {
			img, err = v.held(tx)
			return err
		})
		if err == nil {
			box.held, box.name = v.form.Str("image"), join(img.Name, p.L.Bytes(img.Size))
			box.drop = &ui.Button{Label: p.T("document.image_drop_it"), Icon: "x", Kind: "ghost", Small: true, IconOnly: true, Submit: true, Name: "_act", Value: "drop", Attrs: v.formAct(action)}
		}
	}
	switch _, zone := zoneKinds[kind]; {
	case zone && p.s.OCR.Available():
		box.read = &ui.Button{Label: p.T("document.read_image"), Icon: "idcard", Small: true, Submit: true, Name: "_act", Value: "image", Attrs: v.formAct(action)}
	case zone:
		box.missing = p.T("mrz.ocr.missing")
	}
	return documentImage(p, box)
}

// zoneKinds are the documents with machine-readable lines.
var zoneKinds = map[string]bool{"passport": true, "visa": true, "other_document": true}

// formAct has a button of a document's form ask the server to fill in the form.
func (v *recordView) formAct(action string) templ.Attributes {
	return templ.Attributes{"hx-post": action, "hx-target": "#documents", "hx-swap": "outerHTML", "formnovalidate": true}
}
