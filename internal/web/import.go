package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func (s *Server) importRoutes() []Route {
	r := func(pattern string, h handler) Route {
		return Route{Pattern: pattern, Right: imports.Right, handle: h}
	}
	return []Route{
		r("GET /imports", s.importList),
		r("GET /imports/new", s.importNew),
		r("POST /imports", s.importUpload),
		r("GET /imports/{id}", s.importShow),
		r("POST /imports/{id}/mapping", s.importMapping),
		r("GET /imports/{id}/progress", s.importProgress),
		r("GET /imports/{id}/report.csv", s.importReport),
		r("GET /imports/{id}/errors", s.importErrors),
		r("POST /imports/{id}/start", s.importAct((*imports.Service).Start)),
		r("POST /imports/{id}/pause", s.importAct((*imports.Service).Pause)),
		r("POST /imports/{id}/resume", s.importAct((*imports.Service).Resume)),
		r("POST /imports/{id}/cancel", s.importAct((*imports.Service).Cancel)),
		r("POST /imports/{id}/undo", s.importAct((*imports.Service).Undo)),
		r("POST /imports/{id}/discard", s.importDiscard),
	}
}

// imports is the service behind these pages.
func (s *Server) imports() *imports.Service {
	return &imports.Service{DB: s.DB, Files: s.Files, Max: s.MaxUpload}
}

// runsPage is how many runs a page of the list shows.
const runsPage = 30

func (s *Server) importList(p *Page) error {
	var runs []imports.Run
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		runs, err = imports.List(ctx, tx, p.number("before"), runsPage+1)
		return err
	})
	if err != nil {
		return err
	}
	next := ""
	if len(runs) > runsPage {
		runs = runs[:runsPage]
		next = fmt.Sprintf("/imports?before=%d", runs[runsPage-1].ID)
	}
	return p.Render(Screen{Title: p.T("nav.imports"), Nav: "imports"}, importListScreen(p, runs, next))
}

func (s *Server) importNew(p *Page) error {
	return p.Render(Screen{Title: p.T("import.new"), Nav: "imports"}, importNewScreen(p, nil))
}

// importUpload takes files one after the other as they arrive, without keeping them
// in memory. One file leads to its page, several to the list.
func (s *Server) importUpload(p *Page) error {
	kind, params, err := mime.ParseMediaType(p.R.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return errs.New(errs.Invalid, "error.form")
	}
	mr, err := p.R.MultipartReader()
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "error.form")
	}
	// A list of 500 MB over a slow line takes longer than a page may.
	http.NewResponseController(p.W).SetReadDeadline(time.Now().Add(time.Hour))
	var runs []*imports.Run
	var bad []importFailure
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		var big *http.MaxBytesError
		if err != nil && !errors.As(err, &big) {
			return errs.Wrap(err, errs.Invalid, "error.form") // cut off, or no form at all
		}
		if err != nil {
			return p.uploadError(err)
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		run, err := s.imports().Upload(p.Ctx(), p.Actor, part.FileName(), part)
		switch {
		case errs.Is(err, errs.Invalid):
			bad = append(bad, importFailure{part.FileName(), err})
		case err != nil:
			return p.uploadError(err)
		default:
			runs = append(runs, run)
		}
	}
	switch {
	case len(bad) > 0:
		return p.RenderStatus(http.StatusUnprocessableEntity, Screen{Title: p.T("import.new"), Nav: "imports"}, importNewScreen(p, bad))
	case len(runs) == 0:
		return p.RenderStatus(http.StatusUnprocessableEntity, Screen{Title: p.T("import.new"), Nav: "imports"},
			importNewScreen(p, []importFailure{{"", errs.Bad("file", "error.required")}}))
	case len(runs) == 1:
		return p.Redirect(runHref(runs[0].ID))
	}
	p.Flash("good", "import.uploaded", "Count", len(runs))
	return p.Redirect("/imports")
}

// importFailure is a file that isn't a client list, with the reason.
type importFailure struct {
	name string
	err  error
}

func (f importFailure) text(p *Page) string {
	out := p.L.Error(f.err)
	for _, x := range fieldErrors(f.err) {
		out = p.T(x.Key, x.Args...)
	}
	if f.name != "" {
		out = p.L.Pair(f.name, out)
	}
	return out
}

func (p *Page) uploadError(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return errs.New(errs.TooLarge, "error.too_large", "Max", p.L.Bytes(big.Limit))
	}
	return err
}

// number is a parameter of the query, 0 where it is none.
func (p *Page) number(name string) int64 {
	n, err := strconv.ParseInt(p.R.URL.Query().Get(name), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func runHref(id int64) string { return fmt.Sprintf("/imports/%d", id) }

// run reads the import that the path names.
func (p *Page) run() (*imports.Run, error) {
	id, err := p.ID("id")
	if err != nil {
		return nil, err
	}
	var run *imports.Run
	err = p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		run, err = imports.Get(ctx, tx, id)
		return err
	})
	return run, err
}

// importShow shows where a run stands: the mapping, the dry run, the run, the report.
func (s *Server) importShow(p *Page) error {
	run, err := p.run()
	if err != nil {
		return err
	}
	if run.Editable() && (run.State != imports.Checked || p.R.URL.Query().Get("step") == "map") {
		return s.showMapping(p, run, nil)
	}
	v := runView{run: run, filter: p.R.URL.Query().Get("rows")}
	after := p.number("after")
	if run.NewTags != "" {
		if v.newTags, err = p.tagsNamed(run.NewTags); err != nil {
			return err
		}
	}
	if !run.Busy() {
		if v.filter == "" && run.Errors+run.Warnings > 0 {
			v.filter = "problem"
		}
		err = p.View(func(ctx context.Context, tx *db.Tx) (err error) {
			action := v.filter
			if action == "all" {
				action = ""
			}
			v.rows, err = imports.Rows(ctx, tx, run.ID, imports.RowFilter{Action: action, After: after, Limit: rowsPage + 1})
			return err
		})
		if err != nil {
			return err
		}
		if len(v.rows) > rowsPage {
			v.rows = v.rows[:rowsPage]
			v.next = fmt.Sprintf("%s?rows=%s&after=%d", runHref(run.ID), v.filter, v.rows[rowsPage-1].Seq)
		}
	}
	return p.Render(Screen{Title: run.FileName, Nav: "imports"}, importRunScreen(p, &v))
}

// rowsPage is how many rows of a report a page shows.
const rowsPage = 50

// runView is the page of a run.
type runView struct {
	run    *imports.Run
	filter string // as imports.RowFilter.Action; "all" for every row
	rows   []imports.Row
	next   string

	newTags string // names of the tags that the run created
}

// tagsNamed returns the names of tags by their ids, which are separated by commas.
func (p *Page) tagsNamed(list string) (string, error) {
	var ids db.IDs
	for _, s := range strings.Split(list, ",") {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	var names []string
	err := p.View(func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, "SELECT t.name FROM {tag} t WHERE t.id IN {ids $1} ORDER BY t.name_key", []any{ids}, func(rows db.Rows) error {
			var name string
			err := rows.Scan(&name)
			names = append(names, name)
			return err
		})
	})
	return strings.Join(names, ", "), err
}

// importAct makes a page of one of the acts on a run.
func (s *Server) importAct(act func(*imports.Service, context.Context, db.Actor, int64) (*imports.Run, error)) handler {
	return func(p *Page) error {
		id, err := p.ID("id")
		if err != nil {
			return err
		}
		if _, err := act(s.imports(), p.Ctx(), p.Actor, id); err != nil {
			return p.importRefused(id, err)
		}
		s.Kick()
		return p.Redirect(runHref(id))
	}
}

// importRefused answers an act that a run doesn't take: a button was pressed twice, or on a
// page of before, or clients were edited. The page of the run tells how it stands.
func (p *Page) importRefused(id int64, err error) error {
	var no *errs.Error
	if !errs.Is(err, errs.Conflict) || !errors.As(err, &no) {
		return err
	}
	p.Flash("caution", no.Key, no.Args...)
	return p.Redirect(runHref(id))
}

func (s *Server) importDiscard(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	if err := s.imports().Discard(p.Ctx(), p.Actor, id); err != nil {
		return p.importRefused(id, err)
	}
	p.Flash("good", "import.discarded")
	return p.Redirect("/imports")
}

// importProgress is the bar of a busy run. When the run has ended it leads to its
// page anew.
func (s *Server) importProgress(p *Page) error {
	run, err := p.run()
	if err != nil {
		return err
	}
	if !run.Busy() {
		return p.Redirect(runHref(run.ID))
	}
	return p.Fragment(progressOf(p, run))
}

// progressOf tells how far a busy run is.
func progressOf(p *Page, run *imports.Run) ui.Progress {
	bar := ui.Progress{ID: "run-progress", L: p.L, Title: p.T("import.state." + run.State), Value: run.RowsDone, Max: run.Total,
		Refresh: fmt.Sprintf("/imports/%d/progress", run.ID)}
	if run.Total > 0 {
		bar.Count = p.T("common.of", "Part", p.L.Number(min(run.RowsDone, run.Total)), "Total", p.L.Number(run.Total))
	}
	bar.Detail = countsOf(p, run)
	if run.Errors > 0 {
		bar.Error = p.T("import.errors", "Count", int(run.Errors))
	}
	if run.StartedAt != 0 && run.RowsDone > 0 && run.Total > run.RowsDone {
		passed := p.s.DB.Now().Sub(run.StartedAt.Time())
		left := time.Duration(float64(passed) / float64(run.RowsDone) * float64(run.Total-run.RowsDone))
		bar.Left = p.T("import.left", "Time", p.L.Duration(left.Round(time.Second)))
	}
	return bar
}

// countsOf says what became of how many records: "3 created, 1 updated, 0 skipped".
func countsOf(p *Page, run *imports.Run) string {
	return p.T("import.so_far.created", "Count", run.Created) + ", " + p.T("import.so_far.updated", "Count", run.Updated) + ", " +
		p.T("import.so_far.skipped", "Count", run.Skipped)
}

// tallyOf sums up a run.
func tallyOf(p *Page, run *imports.Run) ui.Tally {
	t := ui.Tally{}
	var words []string
	for _, i := range []struct {
		action string
		n      int64
	}{{imports.Create, run.Created}, {imports.Update, run.Updated}, {imports.Skip, run.Skipped}, {imports.Refuse, run.Errors}} {
		label := run.ActionWord(p.L, i.action, i.n)
		t.Items = append(t.Items, ui.TallyItem{Kind: i.action, Label: label, Count: i.n, Text: p.L.Number(i.n)})
		words = append(words, p.L.Number(i.n)+" "+label)
	}
	t.Label = strings.Join(words, ", ")
	return t
}

func (s *Server) importReport(p *Page) error {
	run, err := p.run()
	if err != nil {
		return err
	}
	p.download(run.FileName+"-"+p.T("import.report_file")+".csv", "text/csv; charset=utf-8")
	return s.imports().WriteReport(p.Ctx(), p.Actor, run.ID, p.L, p.W)
}

func (s *Server) importErrors(p *Page) error {
	run, err := p.run()
	if err != nil {
		return err
	}
	if run.FileHash == "" {
		return errs.New(errs.Conflict, "import.error.forgotten")
	}
	p.download(run.ErrorFileName(), "application/octet-stream")
	return s.imports().WriteErrors(p.Ctx(), p.Actor, run.ID, p.L, p.W)
}

// download names the file that follows. The name may hold what a person typed.
func (p *Page) download(name, kind string) {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`"\/:*?<>|`, r) {
			return '_'
		}
		return r
	}, name)
	p.W.Header().Set("Content-Type", kind)
	p.W.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}
