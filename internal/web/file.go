package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// fileRoutes are the files of records and the area of documents (R121-R125).
func (s *Server) fileRoutes() []Route {
	var out []Route
	for _, kind := range []string{"client", "traveler"} {
		at := "POST /" + kind + "s/{id}/"
		out = append(out, Route{Pattern: at + "files", Right: "client.edit", Upload: true, handle: s.uploadFiles(kind)},
			Route{Pattern: at + "file-links", Right: "client.edit", handle: s.saveCard(kind, "files-link", addFileLink)})
	}
	out = append(out, Route{Pattern: "POST /activities/{id}/files", Right: "client.edit", Upload: true, handle: s.uploadFiles("activity")},
		Route{Pattern: "POST /activities/{id}/file-links", Right: "client.edit", handle: addEventLink})
	return append(out,
		Route{Pattern: "GET /documents", handle: s.fileList},
		Route{Pattern: "GET /files/{id}", handle: s.filePage},
		Route{Pattern: "GET /files/{id}/download", handle: s.downloadFile},
		Route{Pattern: "GET /files/{id}/preview", handle: s.previewFile},
		Route{Pattern: "GET /files/{id}/thumb", handle: s.thumbFile},
		Route{Pattern: "POST /files/{id}", Right: "client.edit", handle: s.saveFile},
		Route{Pattern: "POST /files/{id}/reveal", Right: "passport.reveal", StepUp: true, handle: s.revealFile},
		Route{Pattern: "POST /files/{id}/delete", Right: document.RightDelete, handle: s.deleteFile},
		Route{Pattern: "POST /files/{id}/restore", Right: document.RightDelete, handle: s.restoreFile})
}

// docs is the service behind these pages.
func (s *Server) docs() *document.Service {
	return &document.Service{DB: s.DB, Files: s.Files, Log: s.Log, Max: s.MaxFile}
}

// filePath is the page of a file.
func filePath(id int64) string { return "/files/" + strconv.FormatInt(id, 10) }

// fileFailure is a file that wasn't stored.
type fileFailure struct {
	name string
	err  error
}

// stillGoing lets an upload take as long as it needs, as long as something arrives: a
// page has a minute, a scan over a hotel's line has not.
type stillGoing struct {
	r io.Reader
	c *http.ResponseController
}

func (s stillGoing) Read(p []byte) (int, error) {
	s.c.SetReadDeadline(time.Now().Add(2 * time.Minute))
	return s.r.Read(p)
}

// multipart reads a form with files as it arrives, without keeping anything of it.
func (p *Page) multipart() (*multipart.Reader, error) {
	kind, params, err := mime.ParseMediaType(p.R.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, errs.New(errs.Invalid, "error.form")
	}
	c := http.NewResponseController(p.W)
	c.SetWriteDeadline(time.Time{}) // begins when the upload has ended
	return multipart.NewReader(stillGoing{p.R.Body, c}, params["boundary"]), nil
}

// uploadFiles stores files one after the other as they arrive (R121). What can't be
// stored is named; the others stay.
func (s *Server) uploadFiles(kind string) handler {
	return func(p *Page) error {
		id, err := p.ID("id")
		if err != nil {
			return err
		}
		up := document.Upload{Owner: record.Ref{Kind: kind, ID: id}}
		if part := p.R.URL.Query().Get("part"); part != "" {
			if up.Part, err = p.partOf(up.Owner, part); err != nil {
				return err
			}
			up.Types = document.Pictures // R033
		}
		// Who may not store anything needn't send it first.
		err = p.View(func(ctx context.Context, tx *db.Tx) error { return record.Editable(ctx, tx, up.Owner) })
		if err != nil {
			return err
		}
		form, err := p.multipart()
		if err != nil {
			return err
		}
		done, bad, err := s.storeFiles(p, form, up)
		if err != nil {
			return err
		}
		return p.uploaded(up, done, bad)
	}
}

// partKinds are the travel documents that have images.
var partKinds = map[string]bool{"passport": true, "visa": true, "nationality": true, "other_document": true}

// partOf reads which travel document of a traveler an image belongs to: "passport-7".
func (p *Page) partOf(owner record.Ref, s string) (part record.Ref, err error) {
	kind, n, _ := strings.Cut(s, "-")
	part.Kind = kind
	if part.ID, err = strconv.ParseInt(n, 10, 64); err != nil || owner.Kind != "traveler" || !partKinds[kind] {
		return part, errs.Missing()
	}
	var one int64
	return part, p.View(func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, "SELECT 1 FROM {"+kind+".edit} r WHERE r.id = $1 AND r.traveler_id = $2", []any{part.ID, owner.ID}, &one)
	})
}

// maxWords bounds a field that comes with files, in bytes.
const maxWords = 4000

// storeFiles reads the form. Fields that say something about the files come before
// them. An error is what stops everything: no right, no room, no store.
func (s *Server) storeFiles(p *Page, form *multipart.Reader, up document.Upload) (done []*document.Attachment, bad []fileFailure, err error) {
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return done, bad, nil
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return done, bad, cutOff(err)
		}
		if err != nil {
			return done, bad, errs.Wrap(err, errs.Invalid, "error.form") // no form at all
		}
		switch part.FormName() {
		case "dated":
			up.Dated = date.Date(p.Today())
		case "description":
			words, err := io.ReadAll(io.LimitReader(part, maxWords))
			if err != nil {
				return done, bad, errs.Wrap(err, errs.Invalid, "error.form")
			}
			up.Description = string(words)
		case "file":
			if part.FileName() == "" {
				continue // nothing was chosen
			}
			up.Name, up.Content = part.FileName(), part
			a, err := s.docs().Upload(p.Ctx(), p.Actor, up)
			switch {
			case err == nil:
				done = append(done, a)
			case errs.Is(err, errs.Invalid), errs.Is(err, errs.TooLarge), errs.Is(err, errs.Unavailable):
				bad = append(bad, fileFailure{document.FileName(up.Name, ""), err})
			case errors.Is(err, io.ErrUnexpectedEOF):
				return done, bad, cutOff(err)
			default:
				return done, bad, err
			}
		}
	}
}

// cutOff is the error of an upload whose sender has gone: nobody reads an answer.
func cutOff(err error) error { return fmt.Errorf("%w: %w", context.Canceled, err) }

// uploaded answers with the page of the record.
func (p *Page) uploaded(up document.Upload, done []*document.Attachment, bad []fileFailure) error {
	card := "files"
	if up.Part.Kind != "" {
		card = "documents"
	}
	if len(bad) > 0 || len(done) == 0 {
		return p.filesAgain(up, bad)
	}
	if len(done) == 1 && done[0].Number > 1 {
		p.Flash("good", "file.new_version", "Name", done[0].Name, "Number", int(done[0].Number))
	} else {
		p.Flash("good", "file.added", "Count", len(done))
	}
	to := p.back()
	if to == p.here() {
		to = pathOf(up.Owner)
	}
	to, _, _ = strings.Cut(to, "?")
	return p.Redirect(to + "#" + card)
}

// addFileLink hangs a link on the record (R122).
func addFileLink(ctx context.Context, tx *db.Tx, v *recordView) error {
	v.edit = "files-link"
	_, err := document.AddLink(ctx, tx, v.ref, v.form.Str("url"), v.form.Str("name"), v.form.Str("description"))
	return err
}

func (s *Server) deleteFile(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	var a *document.Attachment
	var left []document.Attachment
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		if a, err = document.Delete(ctx, tx, id, f.Int("version")); err == nil && !a.Latest {
			left, err = document.Versions(ctx, tx, a)
		}
		return err
	})
	if err != nil {
		return err
	}
	p.FlashUndo(filePath(id)+"/restore", "file.deleted", "Name", a.Name)
	if len(left) > 0 {
		return p.Redirect(filePath(left[0].ID)) // the first version may be the one that went
	}
	return p.Redirect(pathOf(a.Owner()) + "#files")
}

func (s *Server) restoreFile(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	var a *document.Attachment
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		a, err = document.Restore(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	p.Flash("good", "file.restored", "Name", a.Name)
	return p.Redirect(pathOf(a.Owner()) + "#files")
}
