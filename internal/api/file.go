package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

var fileModel = newModel("File", "A file or link on a client, traveler or activity.", &document.Attachment{},
	prop{name: "kind", doc: "A file whose content is here, or a link.", enum: []string{document.File, document.Link}, example: document.File, ro: true},
	prop{name: "name", doc: "Name of the file; of a link what it is called.", max: 180, example: "2026-11-22 insurance.pdf"},
	prop{name: "description", doc: "What it is.", max: 500, example: "Policy of the winter holidays"},
	prop{name: "url", doc: "Address of a link; empty for a file.", max: 2000, example: ""},
	prop{name: "size", doc: "Bytes of the content.", ro: true, example: int64(48213)},
	prop{name: "type", doc: "Media type, found by the content.", ro: true, example: "application/pdf"},
	prop{name: "number", doc: "Version: a file of the same name as one that is there becomes its next one.", ro: true, example: int64(1)},
	prop{name: "latest", doc: "Whether it is the latest version.", ro: true, example: true},
	prop{name: "part_kind", doc: "What of a traveler it shows: passport, visa; empty for any other file.", ro: true, example: ""},
	prop{name: "part_id", doc: "Number of that passport or visa, 0 for any other file.", ro: true, example: int64(0)},
)

// fileLinkNew is a link for a record.
var fileLinkNew = obj("FileLinkNew", "A link for a record: nothing is copied.",
	text("url", "Address of the page.", "https://example.com/terms"),
	text("name", "What it is called; the address where empty.", "Terms of the ferry").orNull(),
	text("description", "What it is.", "").orNull()).must("url")

// fileOps are the files of all records.
func fileOps() (out []op) {
	for _, o := range []owner{clientOwner, travelerOwner, activityOwner} {
		out = append(out, o.files()...)
	}
	return out
}

func (o owner) files() []op {
	path := o.path + "/files"
	n := noun[document.Attachment]{one: "file", many: "files", id: o.kind + ".file", group: "Files", path: path, model: fileModel, need: "client.edit",
		doc:  "Files and links, each in its latest version, the newest first.",
		list: o.listFiles, owns: func(q *req, a *document.Attachment) bool { return a.OwnerKind == o.kind && a.OwnerID == q.id() }}
	var out []op
	for _, p := range ops(n) {
		switch p.id {
		case n.id + ".create":
			p.summary, p.doc, p.upload, p.body, p.run = "Upload a file", "In the part \"file\", of any kind. The parts \"description\" and \"dated\" (1 puts the day "+
				"before the name) stand before it. \"part\" in the query says which travel document of a traveler it shows: then it is JPG or PDF.", true, nil, nil
			p.query = []param{{member: text("part", "Such as passport-7.", "")}}
			p.act = o.uploadFile
		case n.id + ".delete":
			p.doc, p.need = "Moves the file with its versions to the trash, from which it can be restored for 30 days.", document.RightDelete
			p.run = o.deleteFile
		}
		out = append(out, p)
	}
	one := path + "/{number}"
	return append(out,
		op{id: n.id + ".link", method: "POST", path: o.path + "/file-links", group: "Files", summary: "Add a link", doc: "The page that it leads to is always shown as it is.",
			need: "client.edit", body: fileLinkNew, status: 201, reply: fileModel.read, etag: true, run: o.addLink},
		op{id: n.id + ".versions", method: "GET", path: one + "/versions", group: "Files", what: "file", summary: "List the versions of a file", doc: "The latest first.",
			status: 200, reply: all(fileModel.name, fileModel.read), run: o.listVersions},
		op{id: n.id + ".restore", method: "POST", path: one + "/restore", group: "Files", what: "file", summary: "Restore a file", doc: "From the trash.",
			need: document.RightDelete, status: 200, reply: fileModel.read, etag: true, run: o.restoreFile},
		op{id: n.id + ".content", method: "GET", path: one + "/content", group: "Files", what: "file", summary: "Download a file",
			doc:    "The content. What shows a travel document is sent for five minutes after its \"blob_key\" was revealed with a reason.",
			status: 200, file: anyType, act: o.fileContent})
}

func (o owner) listFiles(ctx context.Context, tx *db.Tx, q *req) (out []document.Attachment, err error) {
	if err := o.seen(ctx, tx, q); err != nil {
		return nil, err
	}
	err = record.Select(ctx, tx, &out, "of $1 $2 WHERE r.latest ORDER BY r.created_at DESC, r.id DESC", o.kind, q.id())
	return out, err
}

// file reads the attachment of the path.
func (o owner) file(ctx context.Context, tx *db.Tx, q *req) (*document.Attachment, error) {
	a, err := document.Get(ctx, tx, q.sub())
	if err == nil && (a.OwnerKind != o.kind || a.OwnerID != q.id()) {
		err = errs.Missing()
	}
	return a, err
}

func (o owner) addLink(ctx context.Context, tx *db.Tx, q *req) error {
	a, err := document.AddLink(ctx, tx, o.ref(q), q.text("url"), q.text("name"), q.text("description"))
	if err == nil {
		q.created(fileModel, a)
		q.location = "/api/v1" + strings.Replace(o.path, "{id}", strconv.FormatInt(q.id(), 10), 1) + "/files/" + strconv.FormatInt(a.ID, 10)
	}
	return err
}

func (o owner) deleteFile(ctx context.Context, tx *db.Tx, q *req) error {
	if _, err := o.file(ctx, tx, q); err != nil {
		return err
	}
	_, err := document.Delete(ctx, tx, q.sub(), q.version)
	return err
}

func (o owner) restoreFile(ctx context.Context, tx *db.Tx, q *req) error {
	a := new(document.Attachment)
	if err := record.GetAny(ctx, tx, a, q.sub()); err != nil {
		return err
	}
	if a.OwnerKind != o.kind || a.OwnerID != q.id() {
		return errs.Missing()
	}
	a, err := document.Restore(ctx, tx, q.sub())
	if err == nil {
		q.answer(fileModel, a)
	}
	return err
}

func (o owner) listVersions(ctx context.Context, tx *db.Tx, q *req) error {
	a, err := o.file(ctx, tx, q)
	if err != nil {
		return err
	}
	list, err := document.Versions(ctx, tx, a)
	q.out = append(appendRecords(append(q.out, `{"items":`...), fileModel, list, q.actor), '}')
	return err
}

// docs is the service of files: they are where the imports are.
func (q *req) docs() *document.Service {
	return &document.Service{DB: q.s.DB, Files: q.s.Imports.Files, Log: q.s.log, Max: q.s.MaxFile}
}

// fileContent sends the content to be saved.
func (o owner) fileContent(q *req, w http.ResponseWriter) error {
	var a *document.Attachment
	var open document.Opener
	ctx := q.http.Context()
	err := q.s.DB.View(ctx, q.actor, func(tx *db.Tx) (err error) {
		if a, err = o.file(ctx, tx, q); err == nil {
			open, err = q.docs().Open(ctx, tx, a)
		}
		return err
	})
	if err != nil {
		return err
	}
	r, err := open(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(a.Name))
	h.Set("Content-Length", strconv.FormatInt(a.Size, 10))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Hour))
	if _, err := io.Copy(w, r); err != nil {
		q.s.log.WarnContext(ctx, "a download broke off", "op", q.op.id, "error", err)
		panic(http.ErrAbortHandler) // half a file must not look whole
	}
	return nil
}

// partKinds are the travel documents that have images.
var partKinds = map[string]bool{"passport": true, "visa": true, "nationality": true, "other_document": true}

// part reads from the query which travel document of a traveler a file shows.
func (o owner) part(q *req) (part record.Ref, err error) {
	s := q.query.Get("part")
	if s == "" {
		return part, nil
	}
	for kind := range partKinds {
		if n, err := strconv.ParseInt(cutPrefix(s, kind+"-"), 10, 64); err == nil && o.kind == "traveler" {
			part = record.Ref{Kind: kind, ID: n}
		}
	}
	if part.Kind == "" {
		return part, errs.Bad("part", "error.format")
	}
	ctx := q.http.Context()
	return part, q.s.DB.View(ctx, q.actor, func(tx *db.Tx) error {
		var one int64
		return tx.Row(ctx, "SELECT 1 FROM {"+part.Kind+".edit} r WHERE r.id = $1 AND r.traveler_id = $2", []any{part.ID, q.id()}, &one)
	})
}

// cutPrefix is s behind a prefix, "" where it doesn't begin so.
func cutPrefix(s, prefix string) string {
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):]
	}
	return ""
}

// uploadFile streams a file to the store.
func (o owner) uploadFile(q *req, w http.ResponseWriter) error {
	ctx := q.http.Context()
	var today date.Date // where the agency is
	err := q.s.DB.View(ctx, q.actor, func(tx *db.Tx) error {
		a, err := agency.Current(ctx, tx)
		if err != nil {
			return err
		}
		today = date.Today(tx.Now.Time(), a.Location())
		return record.Editable(ctx, tx, o.ref(q))
	})
	if err != nil {
		return err
	}
	kind, params, err := mime.ParseMediaType(q.http.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return errNoUpload()
	}
	up := document.Upload{Owner: o.ref(q)}
	if up.Part, err = o.part(q); err != nil {
		return err
	}
	if up.Part.Kind != "" {
		up.Types = document.Pictures
	}
	c := http.NewResponseController(w)
	c.SetReadDeadline(time.Now().Add(6 * time.Hour)) // of any size, over any line
	c.SetWriteDeadline(time.Now().Add(6 * time.Hour))
	form := multipart.NewReader(q.http.Body, params["boundary"])
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return errs.Bad("file", "error.required")
		}
		if err != nil {
			return errs.Wrap(err, errs.Invalid, "error.form")
		}
		switch part.FormName() {
		case "description":
			words, err := io.ReadAll(io.LimitReader(part, 4000))
			if err != nil {
				return errs.Wrap(err, errs.Invalid, "error.form")
			}
			up.Description = string(words)
		case "dated":
			up.Dated = today
		case "file":
			up.Name, up.Content = part.FileName(), part
			a, err := q.docs().Upload(ctx, q.actor, up)
			if err != nil {
				return err
			}
			q.created(fileModel, a)
			return nil
		}
	}
}
