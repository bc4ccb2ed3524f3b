package web

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/preview"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
	"github.com/carnetcrm/carnet/internal/weburl"
)

// fileView is the page of a file: what it shows, its versions, what is known of it.
type fileView struct {
	p        *Page
	a        *document.Attachment
	owner    string // name of the record it hangs on
	versions []document.Attachment
	names    map[int64]string
	shown    bool // its content may be looked at now
	may      bool // it may be changed
	painted  bool // there is a picture of it, though no small one was stored
	pages    int  // of a PDF, 0 where it can't be told
	page     int
	form     Form
	err      error
}

func (s *Server) filePage(p *Page) error { return s.showFile(p, http.StatusOK, &fileView{}) }

func (s *Server) showFile(p *Page, status int, v *fileView) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	v.p, v.page = p, int(min(max(p.number("page"), 1), 1000))
	var open document.Opener
	err = p.View(func(ctx context.Context, tx *db.Tx) error {
		if err := v.load(ctx, tx, id); err != nil {
			return err
		}
		if v.paged() || v.untried() {
			open, err = s.docs().Open(ctx, tx, v.a)
		}
		return err
	})
	if err != nil {
		return err
	}
	if v.untried() {
		_ = read(p.Ctx(), open, func(r io.Reader) error {
			_, err := preview.Thumb(p.Ctx(), r, v.a.Type)
			v.painted = err == nil
			return err
		})
	}
	if v.paged() {
		_ = read(p.Ctx(), open, func(r io.Reader) error { v.pages = preview.Pages(p.Ctx(), r); return nil })
	}
	return p.RenderStatus(status, Screen{Title: v.a.Name, Nav: "documents"}, fileScreen(v))
}

// read gives the content of a file to do. A file that can't be read is shown as one that
// has no picture.
func read(ctx context.Context, open document.Opener, do func(r io.Reader) error) error {
	r, err := open(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	return do(r)
}

func (v *fileView) load(ctx context.Context, tx *db.Tx, id int64) (err error) {
	if v.a, err = document.Get(ctx, tx, id); err != nil {
		return err
	}
	if v.versions, err = document.Versions(ctx, tx, v.a); err != nil {
		return err
	}
	if v.names, err = userNames(ctx, tx); err != nil {
		return err
	}
	if v.shown, err = document.Shown(ctx, tx, v.a); err != nil {
		return err
	}
	switch err := record.Editable(ctx, tx, record.Ref{Kind: "attachment", ID: id}); {
	case err == nil:
		v.may = !tx.Actor.ReadOnly
	case !errs.Is(err, errs.Forbidden):
		return err
	}
	v.owner, err = ownerName(ctx, tx, v.a.Owner())
	return err
}

// visible reports whether there is a picture of the file.
func (v *fileView) visible() bool {
	return v.a.Kind == document.File && preview.Can(v.a.Type) && (v.a.Thumb != "" || v.painted)
}

// untried reports whether nobody has tried yet to make a picture of the file: none is made
// of what comes by a private link.
func (v *fileView) untried() bool {
	return v.shown && v.a.Private() && v.a.Kind == document.File && preview.Can(v.a.Type) && v.a.Thumb == "" && !v.painted
}

// paged reports whether the file has pages that may be looked at now.
func (v *fileView) paged() bool { return v.shown && v.visible() && v.a.FormOf() == "pdf" }

func (v *fileView) path() string { return filePath(v.a.ID) }

// pageHref is a page of a PDF, "" behind the last and before the first one.
func (v *fileView) pageHref(n int) string {
	if n < 1 || v.pages > 0 && n > v.pages {
		return ""
	}
	return v.path() + "?page=" + strconv.Itoa(n)
}

func (v *fileView) picture() string {
	return v.path() + "/preview?page=" + strconv.Itoa(v.page)
}

// nth says which page is shown.
func (v *fileView) nth() string {
	if v.pages > 0 {
		return v.p.T("file.page_of", "Page", v.page, "Pages", v.pages)
	}
	return v.p.T("file.page", "Page", v.page)
}

func (v *fileView) back() ui.Link {
	return ui.Link{Href: pathOf(v.a.Owner()) + "#files", Text: v.owner}
}

// actions are what can be done with the file.
func (v *fileView) actions() (out []templ.Component) {
	p := v.p
	if v.may && p.Actor.May(document.RightDelete) {
		out = append(out, fileDelete(p, v.a, false))
	}
	switch {
	case v.a.Kind == document.Link:
		out = append(out, fileOpenLink(v.a.URL, p.T("file.open_link")))
	case v.shown:
		out = append(out, ui.Button{Label: p.T("file.save"), Icon: "download", Kind: "primary", Href: v.path() + "/download", Attrs: templ.Attributes{"download": true}})
	}
	return out
}

// facts are what is known of the file.
func (v *fileView) facts() ui.Facts {
	p, a := v.p, v.a
	f := ui.Facts{Items: []ui.Fact{{Label: p.T("file.field.owner"), Value: v.owner}}}
	add := func(key, value string) {
		if value != "" {
			f.Items = append(f.Items, ui.Fact{Label: p.T("file.field." + key), Value: value})
		}
	}
	if a.Kind == document.Link {
		add("url", a.URL)
	} else {
		name := document.TypeName(a.Type)
		if name == "" {
			name = p.T("file.form." + a.FormOf())
		}
		add("form", name)
		add("size", p.L.Bytes(a.Size))
	}
	add("created", p.moment(a.CreatedAt))
	add("by", v.names[int64(a.CreatedBy)])
	add("description", a.Description)
	return f
}

// versionRows are all versions, the latest first.
func (v *fileView) versionRows() (rows ui.Group) {
	p := v.p
	for i := range v.versions {
		o := &v.versions[i]
		r := ui.Row{Title: p.T("file.version", "Number", int(o.Number)), Href: filePath(o.ID), Slim: true,
			Sub: join(p.moment(o.CreatedAt), v.names[int64(o.CreatedBy)], p.L.Bytes(o.Size))}
		if o.ID == v.a.ID {
			r.Badges = append(r.Badges, ui.Badge{Label: p.T("file.this_version"), Kind: "accent"})
		}
		if !o.Private() {
			r.Actions = append(r.Actions, ui.Button{Label: p.T("file.download", "Name", o.Name), Icon: "download", IconOnly: true, Kind: "ghost", Small: true,
				Href: filePath(o.ID) + "/download", Attrs: templ.Attributes{"download": true}})
		}
		rows = append(rows, r)
	}
	return rows
}

func (v *fileView) input(name, value string) ui.Input {
	f := ui.Field{Name: name, ID: "f-" + name, Label: v.p.T("file.field." + name), Error: v.p.Problem(v.err, name)}
	if v.form != nil && v.form.Has(name) {
		value = v.form.Str(name)
	}
	return ui.Input{Field: f, Value: value, Autocomplete: "off"}
}

// saveFile gives a file another name or description, a link another address.
func (s *Server) saveFile(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	a := new(document.Attachment)
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		return record.Edit(ctx, tx, a, id, f.Int("version"), func() error {
			f.put("name", &a.Name)
			f.put("description", &a.Description)
			if a.Kind == document.Link {
				f.put("url", &a.URL)
			}
			return nil
		})
	})
	if err != nil && correctable(err) {
		return s.showFile(p, StatusOf(err), &fileView{form: f, err: err})
	}
	if err != nil {
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect(filePath(id))
}

// revealFile notes who looks at the image of a travel document and why; then it can be
// looked at for a few minutes (W8).
func (s *Server) revealFile(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		a, err := document.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if !a.Private() {
			return nil
		}
		why, err := whyOf(f)
		if err != nil {
			return err
		}
		_, err = flow.Reveal(ctx, tx, "attachment", id, "blob_key", why)
		return err
	})
	if err != nil && correctable(err) {
		return s.showFile(p, StatusOf(err), &fileView{form: f, err: err})
	}
	if err != nil {
		return err
	}
	return p.Redirect(filePath(id))
}

// linkText is how the address of a link is shown.
func linkText(a *document.Attachment) string { return weburl.Display(a.URL) }
