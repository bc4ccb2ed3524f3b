package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/output"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func (s *Server) exportRoutes() []Route {
	r := func(pattern string, h handler) Route {
		return Route{Pattern: pattern, Right: exports.Right, handle: h}
	}
	out := []Route{
		{Pattern: "GET /exports", handle: s.exportList},
		{Pattern: "GET /exports/{id}", handle: s.exportShow},
		{Pattern: "GET /exports/{id}/progress", handle: s.exportProgress},
		{Pattern: "POST /exports/{id}/cancel", handle: s.exportCancel},
		r("POST /exports/{id}/link", s.exportLink),
		r("GET /exports/{id}/file", s.exportFile),
	}
	for _, name := range exports.Names {
		path := exports.Path(name)
		out = append(out, r("GET "+path+"/export", s.exportChoose(name)), r("POST "+path+"/export", s.exportChoose(name)),
			r("POST "+path+"/export/start", s.exportStart(name)), r("GET "+path+"/print", s.exportPrint(name)), r("POST "+path+"/print", s.exportPrint(name)))
	}
	return append(out,
		Route{Pattern: "GET /travelers/export/secrets", Right: exports.SecretRight, StepUp: true, handle: s.exportSecrets},
		Route{Pattern: "POST /travelers/export/secrets", Right: exports.SecretRight, StepUp: true, handle: s.exportSecretsStart})
}

// exportForm is the page on which format and columns are chosen. Its own fields begin
// with an underscore: the parameters of the list stand beside them.
type exportForm struct {
	list   string
	secret bool // numbers of documents go along
	asked  Form // what was sent
	def    *list.Def
	chosen list.Selection
	format string
	opt    exports.Options
	mailTo int64
	err    error

	count int
	words string
	team  []agency.User
}

// bound is how far the rows of a selection are counted for the page.
const exportBound = 10000

// selected reads what was chosen on a list: with GET all that matches.
func (p *Page) selected(d *list.Def) (list.Selection, Form, error) {
	f, err := p.Form()
	if err != nil {
		return list.Selection{}, nil, err
	}
	v := url.Values(f)
	if p.R.Method == http.MethodGet && !v.Has("ids") {
		v.Set("all", "1")
	}
	v.Del("cursor")
	chosen, err := d.ParseSelection(v, p.Actor)
	chosen.Query.Lang, chosen.Query.Zone = p.L.Lang(), p.Loc()
	return chosen, f, err
}

func (s *Server) exportChoose(name string) handler {
	return func(p *Page) error {
		e := &exportForm{list: name, def: exports.Lists[name], format: exports.XLSX}
		var f Form
		var err error
		if e.chosen, f, err = p.selected(e.def); err != nil {
			return err
		}
		u := e.chosen.Encode(e.def)
		if f.Has("_format") {
			u.Set("_format", f.Str("_format"))
		}
		if done, err := p.toAddress(exports.Path(name)+"/export", u); done || err != nil {
			return err
		}
		if asked := f.Str("_format"); slices.Contains(exports.FormatsOf(name), asked) {
			e.format = asked
		}
		e.opt = exports.Options{Letter: exports.LetterIn(p.Agency.Country), Start: 1}
		return p.showExport(http.StatusOK, e)
	}
}

func (p *Page) showExport(status int, e *exportForm) error {
	err := p.View(func(ctx context.Context, tx *db.Tx) error {
		def, err := e.def.For(ctx, tx)
		if err != nil {
			return err
		}
		e.def = def
		if err := record.Select(ctx, tx, &e.team, "WHERE r.status = 'active' AND r.id <> $1 ORDER BY r.name_key, r.id", p.User.ID); err != nil {
			return err
		}
		if e.chosen.All {
			if e.words, err = p.describe(ctx, tx, e.def, e.chosen.Query); err != nil {
				return err
			}
		}
		if e.count, err = e.def.CountSelected(ctx, tx, e.chosen, exportBound); list.IsSlow(err) {
			e.count, err = exportBound+1, nil
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.RenderStatus(status, Screen{Title: p.T("export.title"), Nav: strings.TrimPrefix(exports.Path(e.list), "/")}, exportScreen(p, e))
}

// hiddens carry the selection to the next page.
func (e *exportForm) hiddens() (out []ui.Hidden) {
	v := e.chosen.Encode(e.def)
	v.Del("cols")
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		for _, s := range v[k] {
			out = append(out, ui.Hidden{Name: k, Value: s})
		}
	}
	return out
}

// back is the list with its query.
func (e *exportForm) back() string {
	return listWith(exports.Path(e.list), e.def, e.chosen.Query)
}

// exportFrom is the page on which the form of a list that leaves is chosen.
func exportFrom(name string, d *list.Def, q list.Query) string {
	q.Columns = nil
	return listWith(exports.Path(name)+"/export", d, q)
}

func listWith(path string, d *list.Def, q list.Query) string {
	if v := d.EncodeQuery(q); len(v) > 0 {
		return path + "?" + v.Encode()
	}
	return path
}

// rows says how many rows were chosen.
func (e *exportForm) rows(p *Page) string {
	if e.count > exportBound {
		return p.T("export.more_than", "Number", p.L.Number(exportBound))
	}
	return p.T("export.rows", "Count", e.count, "Number", p.L.Number(int64(e.count)))
}

// columns are all fields that the visitor may export: the chosen ones in their order,
// then the others.
func (e *exportForm) columns(p *Page) (chosen []string, out []ui.Option) {
	chosen = exports.Columns(e.def, e.chosen.Query, p.Actor)
	keys := slices.Clone(chosen)
	for _, f := range e.def.Visible(p.Actor) {
		if !f.NoShow && !slices.Contains(keys, f.Key) {
			keys = append(keys, f.Key)
		}
	}
	for _, k := range keys {
		out = append(out, ui.Option{Value: k, Label: e.def.Title(p.L, k)})
	}
	return chosen, out
}

func (e *exportForm) formats(p *Page) (out []ui.Option) {
	list := exports.FormatsOf(e.list)
	if e.secret {
		list = exports.SecretFormats
	}
	for _, f := range list {
		out = append(out, ui.Option{Value: f, Label: p.T("export.format." + f), Help: p.T("export.format_help." + f)})
	}
	return out
}

func (e *exportForm) sheets() (out []ui.Option) {
	for _, s := range output.Sheets {
		out = append(out, ui.Option{Value: s.Key, Label: s.Name})
	}
	return out
}

func (e *exportForm) colleagues(p *Page) (out []ui.Option) {
	for _, u := range e.team {
		out = append(out, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name})
	}
	return out
}

// read fills in what the page sent.
func (e *exportForm) read(f Form) {
	e.format, e.mailTo = f.Str("_format"), f.Int("_mail_to")
	e.chosen.Query.Columns = f.All("_col")
	e.opt = exports.Options{Letter: f.Str("_paper") == "letter", Sheet: f.Str("_sheet"), Start: int(f.Int("_start")), Old: f.Str("_vcard") == "3", Country: f.Bool("_country")}
}

func (s *Server) exportStart(name string) handler {
	return func(p *Page) error {
		e := &exportForm{list: name, def: exports.Lists[name]}
		var f Form
		var err error
		if e.chosen, f, err = p.selected(e.def); err != nil {
			return err
		}
		e.read(f)
		x, err := s.Exports.Start(p.Ctx(), p.Actor, exports.Request{List: name, Format: e.format, Selection: e.chosen, Options: e.opt,
			Lang: p.L.Lang(), MailTo: e.mailTo})
		if errs.Is(err, errs.Invalid) && len(fieldErrors(err)) > 0 {
			e.err = err
			return p.showExport(http.StatusUnprocessableEntity, e)
		}
		if err != nil {
			return err
		}
		switch {
		case x.Format == exports.Print:
			return s.printout(p, x, e)
		case x.JobID != 0:
			s.Kick()
			return p.Redirect(exportHref(x.ID))
		}
		return s.sendExport(p, x)
	}
}

// sendExport makes a small export and sends it.
func (s *Server) sendExport(p *Page, x *exports.Export) error {
	file, err := s.Exports.Make(p.Ctx(), p.Actor, x)
	if err != nil {
		return err
	}
	p.download(x.FileName, exports.Types[x.Format])
	p.W.Header().Set("Content-Length", strconv.Itoa(len(file)))
	if _, err := p.W.Write(file); err != nil {
		p.s.Log.DebugContext(p.Ctx(), "the reader went away", "error", err)
	}
	return nil
}

func exportHref(id int64) string { return fmt.Sprintf("/exports/%d", id) }

func (s *Server) exportPrint(name string) handler {
	return func(p *Page) error {
		e := &exportForm{list: name, def: exports.Lists[name]}
		var err error
		if e.chosen, _, err = p.selected(e.def); err != nil {
			return err
		}
		if done, err := p.toAddress(exports.Path(name)+"/print", e.chosen.Encode(e.def)); done || err != nil {
			return err
		}
		x, err := s.Exports.Start(p.Ctx(), p.Actor, exports.Request{List: name, Format: exports.Print, Selection: e.chosen, Lang: p.L.Lang()})
		if err != nil {
			return err
		}
		return s.printout(p, x, e)
	}
}

func (s *Server) printout(p *Page, x *exports.Export, e *exportForm) error {
	sheet, err := s.Exports.Printout(p.Ctx(), p.Actor, x)
	if err != nil {
		return err
	}
	return p.write(http.StatusOK, printScreen(p, sheet, e.back()))
}

// exportList is the log: one's own exports, for those who watch over the agency all.
// exportLog is the page of the log.
// summary is what left, in one line.
// export reads the export that the path names.
// own reports whether the visitor asked for the export.
// exportBar tells how far a busy export is.
// exportLink makes a link that only this person can use, and follows it.
// exportSub is the line below an export in the log.
