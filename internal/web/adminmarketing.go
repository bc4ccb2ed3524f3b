package web

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func (s *Server) marketingRoutes() []Route {
	const right = "affiliation.manage"
	return []Route{
		{Pattern: "GET /admin/affiliations", Right: right, handle: func(p *Page) error { return affiliationPage(p, http.StatusOK, nil) }},
		{Pattern: "POST /admin/affiliations", Right: right, handle: importAffiliation},
		{Pattern: "GET /admin/affiliations/example", Right: right, handle: func(p *Page) error { return p.sendJSON("affiliation.json", tag.Example) }},
		{Pattern: "GET /admin/affiliations/{id}", Right: right, handle: showAffiliation},
		{Pattern: "POST /admin/affiliations/{id}", Right: right, handle: saveAffiliation},
		{Pattern: "GET /admin/tags/export", Right: "tag.manage", handle: exportTags},
		{Pattern: "GET /admin/tags/import", Right: "tag.manage", handle: func(p *Page) error { return tagImportPage(p, http.StatusOK, nil) }},
		{Pattern: "POST /admin/tags/import", Right: "tag.manage", handle: importTags},
	}
}

// jsonFile calls fn with the file of a form as it arrives, in one transaction.
func (p *Page) jsonFile(fn func(ctx context.Context, tx *db.Tx, file io.Reader) error) error {
	if kind, _, err := mime.ParseMediaType(p.R.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		return errs.New(errs.Invalid, "error.form")
	}
	if err := p.R.ParseMultipartForm(tag.MaxFile); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return errs.Bad("file", "error.too_large", "Max", p.L.Bytes(tag.MaxFile))
		}
		return errs.Wrap(err, errs.Invalid, "error.form")
	}
	defer func() { _ = p.R.MultipartForm.RemoveAll() }()
	file, head, err := p.R.FormFile("file")
	if err != nil || head.Size == 0 {
		return errs.Bad("file", "error.required")
	}
	defer file.Close()
	return p.Update(func(ctx context.Context, tx *db.Tx) error {
		if _, err := file.Seek(0, io.SeekStart); err != nil { // the database may ask for a second attempt
			return errs.Wrap(err, errs.Invalid, "error.form")
		}
		return fn(ctx, tx, file)
	})
}

// fileProblem is what is wrong with an uploaded file, "" for nothing.
func (p *Page) fileProblem(err error) string {
	if err == nil {
		return ""
	}
	if text := p.Problem(err, "file"); text != "" {
		return text
	}
	return p.L.Error(err)
}

func affiliationPage(p *Page, status int, problem error) error {
	var rows []ui.Row
	err := p.View(func(ctx context.Context, tx *db.Tx) error {
		all, err := tag.Affiliations(ctx, tx, false)
		for _, a := range all {
			codes, err := tag.Codes(ctx, tx, a.ID)
			if err != nil {
				return err
			}
			r := ui.Row{Title: a.Names.In(p.L.Lang()), Strong: true, Href: "/admin/affiliations/" + strconv.FormatInt(a.ID, 10),
				Sub: join(a.Code, a.Edition, p.T("affiliation.codes", "Count", len(codes)))}
			if !a.Member {
				r.Badges = []ui.Badge{{Label: p.T("affiliation.not_member"), Kind: "inactive"}}
			}
			rows = append(rows, r)
		}
		return err
	})
	if err != nil {
		return err
	}
	head := ui.PageHead{Title: p.T("admin.tab.affiliations"), Count: countOf(len(rows)),
		Actions: []templ.Component{ui.Button{Label: p.T("affiliation.example"), Icon: "download", Href: "/admin/affiliations/example"}}}
	return p.showAdmin(status, "affiliations", head, affiliationScreen(p, rows, p.fileProblem(problem)))
}

func importAffiliation(p *Page) error {
	var got tag.Imported
	err := p.jsonFile(func(ctx context.Context, tx *db.Tx, file io.Reader) (err error) {
		got, err = tag.ImportAffiliation(ctx, tx, file)
		return err
	})
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooLarge) {
		return affiliationPage(p, StatusOf(err), err)
	}
	if err != nil {
		return err
	}
	p.Flash("good", "affiliation.imported", "Created", got.Created, "Changed", got.Changed, "Retired", got.Retired)
	return p.Redirect("/admin/affiliations")
}

func showAffiliation(p *Page) error { return affiliationRecord(p, http.StatusOK) }

func affiliationRecord(p *Page, status int) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	a := &tag.Affiliation{}
	v := &recordView{p: p}
	err = p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if err = record.Get(ctx, tx, a, id); err != nil {
			return err
		}
		v.marketCodes, err = tag.Codes(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	var codes ui.Group
	for _, g := range v.markGroups(true) {
		f := ui.Facts{Wide: true}
		for _, c := range g.codes {
			f.Items = append(f.Items, ui.Fact{Label: c.Names.In(p.L.Lang()), Value: c.Code})
		}
		codes = append(codes, markList(g.title, f))
	}
	head := ui.PageHead{Title: a.Names.In(p.L.Lang()), Back: ui.Link{Href: "/admin/affiliations", Text: p.T("admin.tab.affiliations")}}
	return p.showAdmin(status, "affiliations", head, affiliationForm(p, a, codes))
}

func saveAffiliation(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		return tag.SetMember(ctx, tx, id, f.Int("version"), f.Bool("member"))
	})
	if isStale(err) {
		p.Flash("caution", "error.stale")
		return p.Redirect("/admin/affiliations/" + strconv.FormatInt(id, 10))
	}
	if err != nil {
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect("/admin/affiliations")
}

// exportTags sends the agency's tags of all kinds as a file (L11).
func exportTags(p *Page) error {
	var raw []byte
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) { raw, err = tag.Export(ctx, tx); return err })
	if err != nil {
		return err
	}
	return p.sendJSON("tags-"+time.Now().In(p.Loc()).Format("2006-01-02")+".json", raw)
}

// sendJSON answers with a file to be kept.
func (p *Page) sendJSON(name string, raw []byte) error {
	h := p.W.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	_, err := p.W.Write(raw)
	return err
}

func tagImportPage(p *Page, status int, problem error) error {
	head := ui.PageHead{Title: p.T("tag.import.title"), Back: ui.Link{Href: "/admin/tags", Text: p.T("admin.tab.tags")}}
	return p.showAdmin(status, "tags", head, jsonUpload(p, "/admin/tags/import", p.T("tag.import.title"), p.T("tag.import.help"), p.fileProblem(problem)))
}

func importTags(p *Page) error {
	var created, skipped int
	err := p.jsonFile(func(ctx context.Context, tx *db.Tx, file io.Reader) (err error) {
		created, skipped, err = tag.Import(ctx, tx, file)
		return err
	})
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooLarge) {
		return tagImportPage(p, StatusOf(err), err)
	}
	if err != nil {
		return err
	}
	p.Flash("good", "tag.imported", "Created", created, "Skipped", skipped)
	return p.Redirect("/admin/tags")
}

// tagActions stand beside "new" above the lists of tags.
func tagActions(p *Page) []templ.Component {
	return []templ.Component{ui.Button{Label: p.T("tag.export"), Icon: "download", Href: "/admin/tags/export"},
		ui.Button{Label: p.T("tag.import"), Icon: "upload", Href: "/admin/tags/import"}}
}

// namesOf are the tags of a kind with their values.
func (p *Page) namesOf(tags []tag.On, kind string) (out []string) {
	for _, o := range tags {
		if o.Kind == kind {
			out = append(out, p.tagShown(o))
		}
	}
	return out
}
