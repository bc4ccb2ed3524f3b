package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func (s *Server) exportList(p *Page) error {
	v := exportLog{all: p.Actor.May("audit.view") && p.R.URL.Query().Get("of") != "me"}
	only := p.User.ID
	if v.all {
		only = 0
	}
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if v.rows, err = exports.List(ctx, tx, only, p.number("before"), runsPage+1); err != nil {
			return err
		}
		v.names, err = userNames(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if len(v.rows) > runsPage {
		v.rows = v.rows[:runsPage]
		v.next = fmt.Sprintf("/exports?before=%d", v.rows[runsPage-1].ID)
		if !v.all {
			v.next += "&of=me"
		}
	}
	return p.Render(Screen{Title: p.T("export.log"), Nav: "exports"}, exportListScreen(p, &v))
}

type exportLog struct {
	rows  []exports.Export
	names map[int64]string
	all   bool
	next  string
}

func (v *exportLog) summary(p *Page, e *exports.Export) string {
	words := e.Words
	if words == "" {
		words = p.T("export.everything")
	}
	return words
}

func (p *Page) export() (*exports.Export, error) {
	id, err := p.ID("id")
	if err != nil {
		return nil, err
	}
	var e *exports.Export
	err = p.View(func(ctx context.Context, tx *db.Tx) (err error) { e, err = exports.Get(ctx, tx, id); return err })
	return e, err
}

func (s *Server) exportShow(p *Page) error {
	e, err := p.export()
	if err != nil {
		return err
	}
	names := map[int64]string{}
	err = p.View(func(ctx context.Context, tx *db.Tx) (err error) { names, err = userNames(ctx, tx); return err })
	if err != nil {
		return err
	}
	return p.Render(Screen{Title: exportTitle(p, e), Nav: "exports"}, exportOneScreen(p, e, names))
}

func exportTitle(p *Page, e *exports.Export) string {
	return p.T("export.list."+e.List) + " · " + p.T("export.format."+e.Format)
}

func (p *Page) ownExport(e *exports.Export) bool { return int64(e.CreatedBy) == p.User.ID }

func (s *Server) exportProgress(p *Page) error {
	e, err := p.export()
	if err != nil {
		return err
	}
	if !e.Busy() {
		return p.Redirect(exportHref(e.ID))
	}
	return p.Fragment(exportBar(p, e))
}

func exportBar(p *Page, e *exports.Export) ui.Progress {
	bar := ui.Progress{ID: "export-progress", L: p.L, Title: p.T("export.state." + e.State), Value: e.Done, Max: e.Total, Refresh: exportHref(e.ID) + "/progress"}
	if e.Total > 0 {
		bar.Count = p.T("common.of", "Part", p.L.Number(min(e.Done, e.Total)), "Total", p.L.Number(e.Total))
	}
	return bar
}

func (s *Server) exportCancel(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	if _, err := s.Exports.Cancel(p.Ctx(), p.Actor, id); err != nil {
		return err
	}
	return p.Redirect(exportHref(id))
}

func (s *Server) exportLink(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	token, err := s.Exports.Link(p.Ctx(), p.Actor, id)
	if err != nil {
		return err
	}
	return p.Redirect(exportHref(id) + "/file?token=" + url.QueryEscape(token))
}

func (s *Server) exportFile(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	e, f, err := s.Exports.Open(p.Ctx(), p.Actor, id, p.R.URL.Query().Get("token"))
	if err != nil {
		return err
	}
	defer f.Close()
	p.download(e.FileName, exports.Types[e.Format])
	p.W.Header().Set("X-Accel-Buffering", "no")
	http.ServeContent(p.W, p.R, "", e.FinishedAt.Time(), f)
	return nil
}

func exportSub(p *Page, v *exportLog, e *exports.Export) string {
	parts := []string{v.summary(p, e)}
	if v.all {
		parts = append([]string{v.names[int64(e.CreatedBy)]}, parts...)
	}
	if e.MailTo != 0 {
		parts = append(parts, exportMailed(p, e, v.names))
	}
	return strings.Join(parts, " · ")
}

func exportMailed(p *Page, e *exports.Export, names map[int64]string) string {
	key := "export.mailed.not_yet"
	switch e.Mailed {
	case "file":
		key = "export.mailed.file"
	case "link":
		key = "export.mailed.link"
	}
	return p.T(key, "Name", names[int64(e.MailTo)])
}

func exportRows(p *Page, e *exports.Export) string {
	if e.State != exports.Done {
		return ""
	}
	return p.T("export.rows", "Count", int(e.Rows), "Number", p.L.Number(e.Rows))
}
