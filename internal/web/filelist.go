package web

import (
	"context"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// fileListView is the area of documents: all files and links that the visitor may see,
// filtered by name, record, type, day and colleague (R125).
type fileListView struct {
	p      *Page
	form   Form
	page   list.Page
	total  int
	rows   []document.Attachment
	owners map[record.Ref]string
	names  map[int64]string
	people []ui.Option
	err    error
}

// fileFilters are the fields of the form: the filter that each is.
var fileFilters = []formFilter{{"name", "name", "contains"}, {"owner", "owner", "contains"}, {"form", "form", "any"},
	{"by", "by", "any"}, {"after", "created", "after"}, {"before", "created", "before"}}

// fileSorts are the orders that can be chosen, the usual one first.
var fileSorts = []string{"-created", "created", "name", "-name", "-size"}

func (v *fileListView) query() (list.Query, error) { return v.p.asked(v.form, fileFilters, "name") }

func (s *Server) fileList(p *Page) error {
	v := &fileListView{p: p, form: Form(p.R.URL.Query())}
	q, bad := v.query()
	v.err = bad
	err := p.View(func(ctx context.Context, tx *db.Tx) error { return v.load(ctx, tx, q) })
	if errs.Is(err, errs.Invalid) { // an unknown sort, a cursor of another list
		return p.Redirect("/documents")
	}
	if err != nil {
		return err
	}
	return p.Render(Screen{Title: p.T("nav.documents"), Nav: "documents"}, fileListScreen(v))
}

func (v *fileListView) load(ctx context.Context, tx *db.Tx, q list.Query) (err error) {
	if v.page, err = document.List.Run(ctx, tx, q); err != nil {
		return err
	}
	q.Cursor = ""
	v.total, err = document.List.Count(ctx, tx, q, countBound)
	if list.IsSlow(err) {
		v.total, err = -1, nil
	}
	if err != nil {
		return err
	}
	var ids db.IDs
	at := map[int64]int{}
	for i, r := range v.page.Rows {
		ids, at[r.ID] = append(ids, r.ID), i
	}
	v.rows = make([]document.Attachment, len(ids))
	var found []document.Attachment
	if err := record.Select(ctx, tx, &found, "WHERE r.id IN {ids $1}", ids); err != nil {
		return err
	}
	for _, a := range found {
		v.rows[at[a.ID]] = a
	}
	if err := v.loadOwners(ctx, tx); err != nil {
		return err
	}
	f, _ := document.List.Field("by", v.p.Actor)
	people, err := f.Options(ctx, tx)
	for _, o := range people {
		v.people = append(v.people, ui.Option{Value: o.Value, Label: o.Label})
	}
	if err != nil {
		return err
	}
	v.names, err = userNames(ctx, tx)
	return err
}

// loadOwners reads the names of the records that the files hang on.
func (v *fileListView) loadOwners(ctx context.Context, tx *db.Tx) error {
	v.owners = map[record.Ref]string{}
	for kind, q := range map[string]string{"client": "SELECT x.id, x.name FROM {client} x WHERE x.id IN {ids $1}",
		"activity": "SELECT x.id, x.subject FROM {activity} x WHERE x.id IN {ids $1}",
		"traveler": "SELECT x.id, CASE WHEN x.given = '' THEN x.family ELSE x.family || '/' || x.given END FROM {traveler} x WHERE x.id IN {ids $1}"} {
		var ids db.IDs
		for _, a := range v.rows {
			if a.OwnerKind == kind {
				ids = append(ids, a.OwnerID)
			}
		}
		err := tx.Each(ctx, q, []any{ids}, func(rows db.Rows) error {
			ref := record.Ref{Kind: kind}
			var name string
			err := rows.Scan(&ref.ID, &name)
			v.owners[ref] = name
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// row is a file with the record that it hangs on.
func (v *fileListView) row(a *document.Attachment) ui.Row {
	p := v.p
	r := ui.Row{Lead: fileLead(fileIcons[a.FormOf()]), Title: a.Name, Href: filePath(a.ID), End: p.day(a.CreatedAt), EndSub: v.names[int64(a.CreatedBy)]}
	if a.Thumb != "" {
		r.Lead = fileThumb(filePath(a.ID) + "/thumb")
	}
	if a.Number > 1 {
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("file.version", "Number", int(a.Number))})
	}
	var about []string
	if a.Kind == document.Link {
		about = some(linkText(a), a.Description)
	} else {
		about = append(some(document.TypeName(a.Type), p.L.Bytes(a.Size)), some(a.Description)...)
	}
	r.SubComp = ui.Group{ui.Link{Href: pathOf(a.Owner()) + "#files", Text: v.owners[a.Owner()]}, ui.Text(joined(" · ", about))}
	return r
}

// pager ends the list.
func (v *fileListView) pager() ui.Pager {
	pg := ui.Pager{L: v.p.L, Shown: len(v.rows), Count: v.p.L.Number(int64(len(v.rows)))}
	if v.total >= 0 {
		pg.Count = ui.Count(v.p.L, len(v.rows), min(v.total, countBound), v.total > countBound)
	}
	if v.page.Next != "" {
		pg.Next = v.href(v.page.Next)
	}
	if v.form.Has("cursor") {
		pg.First = v.href("")
	}
	return pg
}

// href is this list from a place on, with its filters.
func (v *fileListView) href(cursor string) string {
	u := url.Values{}
	for name, vals := range v.form {
		if name != "cursor" && strings.Join(vals, "") != "" {
			u[name] = vals
		}
	}
	if cursor != "" {
		u.Set("cursor", cursor)
	}
	if len(u) == 0 {
		return "/documents"
	}
	return "/documents?" + u.Encode()
}

// filtered reports whether something was asked for.
func (v *fileListView) filtered() bool {
	for _, f := range fileFilters {
		if v.form.Str(f.name) != "" {
			return true
		}
	}
	return false
}

func (v *fileListView) field(name string, width int) ui.Field {
	return ui.Field{Name: name, ID: "q-" + name, Label: v.p.T("file.filter." + name), Width: width, Error: v.p.Problem(v.err, name)}
}

// fields are the filters that are asked for most.
func (v *fileListView) fields() ui.Group {
	text := func(name string) templ.Component {
		return ui.Input{Field: v.field(name, 4), Value: v.form.Str(name), Autocomplete: "off"}
	}
	return ui.Group{text("name"), text("owner"),
		ui.Select{Field: v.field("form", 4), Value: v.form.Str("form"), Options: v.p.options("file.form.", document.Forms), HasNone: true}}
}

// narrowed reports whether one of the other filters is in force.
func (v *fileListView) narrowed() bool {
	return v.form.Str("by")+v.form.Str("after")+v.form.Str("before")+v.form.Str("sort") != ""
}

// moreFields are the other filters, and the order.
func (v *fileListView) moreFields() ui.Group {
	p := v.p
	var sorts []ui.Option
	for _, s := range fileSorts {
		sorts = append(sorts, ui.Option{Value: s, Label: p.T("file.sort." + strings.ReplaceAll(s, "-", "down_"))})
	}
	day := func(name string) templ.Component {
		d := p.dateField(v.field(name, 3), v.form.Str(name), false)
		d.NoYear = false
		return d
	}
	return ui.Group{ui.Select{Field: v.field("by", 3), Value: v.form.Str("by"), Options: v.people, HasNone: true}, day("after"), day("before"),
		ui.Select{Field: v.field("sort", 3), Value: v.form.Str("sort"), Options: sorts, HasNone: true}}
}
