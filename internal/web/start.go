package web

import (
	"context"
	"fmt"
	"time"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func (s *Server) startRoutes() []Route {
	return []Route{
		{Pattern: "GET /{$}", handle: s.start},
		{Pattern: "GET /logo", handle: s.logo},
	}
}

// dayItem is a birthday or anniversary of the coming week.
type dayItem struct {
	kind, name, href, note string // kind: birthday, anniversary
	id                     int64
	corporate              bool
	on                     date.Date // the day of this year
	of                     date.Date // the date itself, to count the years
}

// startData is what the start page shows.
type startData struct {
	recent []recentItem
	days   []dayItem
	runs   []runItem
	due    []dueItem // follow-ups
	trash  int64
	count  int64 // of clients, to a bound
}

type recentItem struct {
	id                          int64
	name, kind, phone, segment  string
	classification, status, who string
	at                          db.Stamp
}

type runItem struct {
	id          int64
	file, state string
	created     int64
	at, started db.Stamp
}

// start is the first page of the day: who was here lately, whom to congratulate.
func (s *Server) start(p *Page) error {
	var d startData
	err := p.View(func(ctx context.Context, tx *db.Tx) error {
		for _, part := range []func(context.Context, *db.Tx, *Page) error{d.loadRecent, d.loadBirthdays, d.loadAnniversaries, d.loadRuns, d.loadCounts, d.loadDue} {
			if err := part(ctx, tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.Render(Screen{Title: p.T("nav.start"), Nav: "start"}, startScreen(p, &d))
}

// loadRecent reads the clients that the person changed last, else those that
// anybody changed.
func (d *startData) loadRecent(ctx context.Context, tx *db.Tx, p *Page) error {
	err := tx.Each(ctx, `SELECT c.id, c.name, c.kind, c.phone, c.segment, c.classification, c.status, c.updated_at,
			coalesce((SELECT u.name FROM {user} u WHERE u.id = c.updated_by), '')
		FROM {client} c ORDER BY c.updated_at DESC, c.id DESC LIMIT 8`, nil, func(rows db.Rows) error {
		var r recentItem
		err := rows.Scan(&r.id, &r.name, &r.kind, &r.phone, &r.segment, &r.classification, &r.status, &r.at, &r.who)
		d.recent = append(d.recent, r)
		return err
	})
	return err
}

// week returns the seven days from today as "01-02". A birthday on 29 February is
// kept on the 28th in other years.
func week(today date.Date) (days db.Texts, at map[string]date.Date) {
	at = map[string]date.Date{}
	for i := range 7 {
		day := today.AddDays(i)
		md := day.MonthDay()
		days, at[md] = append(days, md), day
		if md == "02-28" && day.AddDays(1).MonthDay() == "03-01" {
			days, at["02-29"] = append(days, "02-29"), day
		}
	}
	return days, at
}

func (d *startData) loadBirthdays(ctx context.Context, tx *db.Tx, p *Page) error {
	days, at := week(p.Today())
	return tx.Each(ctx, `SELECT t.id, t.family, t.given, t.birth_date, t.birth_md FROM {traveler} t
		WHERE t.birth_md IN {texts $1} AND NOT t.deceased ORDER BY t.birth_md, t.name_key LIMIT 40`, []any{days}, func(rows db.Rows) error {
		i := dayItem{kind: "birthday"}
		var family, given, md string
		if err := rows.Scan(&i.id, &family, &given, &i.of, &md); err != nil {
			return err
		}
		i.name, i.href, i.on = ui.Name{Family: family, Given: given}.String(), fmt.Sprintf("/travelers/%d", i.id), at[md]
		d.add(i)
		return nil
	})
}

func (d *startData) loadAnniversaries(ctx context.Context, tx *db.Tx, p *Page) error {
	days, at := week(p.Today())
	return tx.Each(ctx, `SELECT c.id, c.name, c.kind, c.anniversary, c.anniversary_md, c.anniversary_note FROM {client} c
		WHERE c.anniversary_md IN {texts $1} AND c.status = 'active' ORDER BY c.anniversary_md, c.name_key LIMIT 40`, []any{days}, func(rows db.Rows) error {
		i := dayItem{kind: "anniversary"}
		var kind, md string
		if err := rows.Scan(&i.id, &i.name, &kind, &i.of, &md, &i.note); err != nil {
			return err
		}
		i.corporate, i.href, i.on = kind == "corporate", fmt.Sprintf("/clients/%d", i.id), at[md]
		d.add(i)
		return nil
	})
}

// add keeps the days in their order: the week may cross the end of a year.
func (d *startData) add(i dayItem) {
	at := len(d.days)
	for at > 0 && i.on.Before(d.days[at-1].on) {
		at--
	}
	d.days = append(d.days[:at], append([]dayItem{i}, d.days[at:]...)...)
}

func (d *startData) loadRuns(ctx context.Context, tx *db.Tx, p *Page) error {
	if !p.Actor.May("client.import") {
		return nil
	}
	return tx.Each(ctx, "SELECT r.id, r.file_name, r.state, r.created, r.created_at, r.started_at FROM {import_run} r ORDER BY r.id DESC LIMIT 4", nil, func(rows db.Rows) error {
		var r runItem
		err := rows.Scan(&r.id, &r.file, &r.state, &r.created, &r.at, &r.started)
		d.runs = append(d.runs, r)
		return err
	})
}

func (d *startData) loadCounts(ctx context.Context, tx *db.Tx, p *Page) error {
	err := tx.Row(ctx, "SELECT count(*) FROM (SELECT 1 AS one FROM {client.trash} c LIMIT 1000) x", nil, &d.trash)
	if err != nil {
		return err
	}
	return tx.Row(ctx, "SELECT count(*) FROM (SELECT 1 AS one FROM {client} c LIMIT 10001) x", nil, &d.count)
}

// logo serves the agency's logo from the file store.
func (s *Server) logo(p *Page) error {
	return p.serveFile(p.Agency.Logo, "logo")
}

func (i dayItem) years(p *Page) string {
	if !i.of.HasYear() {
		return ""
	}
	n := i.on.Year() - i.of.Year()
	if n <= 0 {
		return ""
	}
	return p.T("start.turns."+i.kind, "Count", n)
}

// when names a day of the coming week: today, tomorrow, Friday 27 Nov.
func (i dayItem) when(p *Page) string {
	switch i.on {
	case p.Today():
		return p.T("common.today")
	case p.Today().AddDays(1):
		return p.T("common.tomorrow")
	}
	return p.L.DateNear(i.on)
}

func greeting(now time.Time) string {
	switch h := now.Hour(); {
	case h < 5:
		return "start.hello.night"
	case h < 12:
		return "start.hello.morning"
	case h < 18:
		return "start.hello.day"
	}
	return "start.hello.evening"
}

// startEmpty says what to do in an agency without clients.
func startEmpty(p *Page) ui.Empty {
	e := ui.Empty{Title: p.T("start.empty.title"), Text: p.T("start.empty.text")}
	if p.Actor.May("client.import") {
		e.Actions = append(e.Actions, ui.Button{Label: p.T("nav.import"), Href: "/imports/new", Kind: "primary", Icon: "upload"})
	}
	if p.Actor.May("client.edit") {
		e.Actions = append(e.Actions, templ.Component(ui.Button{Label: p.T("nav.new_client"), Href: "/clients/new", Icon: "plus"}))
	}
	return e
}

// made says what an import brought; before it ran there is nothing to say.
func (r runItem) made(p *Page) string {
	if run := (imports.Run{State: r.state, StartedAt: r.started, Created: r.created}); !run.Ran() {
		return ""
	}
	return p.T("start.created", "Count", int(r.created))
}
