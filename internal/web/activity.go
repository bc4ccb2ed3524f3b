package web

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// activityData is what happened with the record of the page (R128, R129).
type activityData struct {
	latest  []activity.Activity // the latest, at most eventsRead and one more
	events  []activity.Activity // of them, for the section
	between []activity.Activity // those among the changes that the timeline shows
	due     []activity.Activity // open follow-ups
	types   *option.Set
	present map[int64][]present // who was there, by event
	nearby  []present           // who may have been, on the page of a traveler
	cut     bool                // there are more than between holds
	show    string              // what the timeline shows: "" everything, events, changes
}

// eventsShown is how many events the section shows, timelineEvents how many the timeline
// does at a time. eventsRead are read at once: few records have more, and for the others
// nothing else needs to be asked.
const eventsShown, timelineEvents, eventsRead = 6, 100, 40

func activityPart() part {
	return part{at: 'm', load: (*recordView).loadEvents, cards: activityCards, routes: activityRoutes}
}

func activityRoutes(s *Server) (out []Route) {
	for _, kind := range []string{"client", "traveler"} {
		at := " /" + kind + "s/{id}/activities"
		out = append(out, Route{Pattern: "GET" + at + "/new", Right: "client.edit", handle: s.newActivity(kind)},
			Route{Pattern: "POST" + at, Right: "client.edit", handle: s.createActivity(kind)})
	}
	return append(out, Route{Pattern: "GET /activities", handle: activityList},
		Route{Pattern: "GET /activities/{id}", handle: showActivity},
		Route{Pattern: "POST /activities/{id}", Right: "client.edit", handle: saveActivity},
		Route{Pattern: "POST /activities/{id}/done", Right: "client.edit", handle: activityDone},
		Route{Pattern: "POST /activities/{id}/delete", Right: "client.edit", handle: dropActivity})
}

// eventOwners are the records whose events the page shows: on the page of a client its
// travelers', too (R128).
func (v *recordView) eventOwners() []record.Ref {
	out := []record.Ref{v.ref}
	for i := range v.members {
		out = append(out, record.Ref{Kind: "traveler", ID: v.members[i].T.ID})
	}
	return out
}

func (v *recordView) loadEvents(ctx context.Context, tx *db.Tx) (err error) {
	q := Form(v.p.R.URL.Query())
	v.activityData = activityData{}
	if s := q.Str("show"); s == "events" || s == "changes" {
		v.show = s
	}
	if v.types, err = option.Load(ctx, tx); err != nil {
		return err
	}
	if v.latest, err = activity.Between(ctx, tx, v.eventOwners(), 0, 0, eventsRead+1); err != nil {
		return err
	}
	v.events = v.latest[:min(len(v.latest), eventsShown+1)]
	if v.mayNote() && v.ref.Kind == "traveler" {
		if v.nearby, err = around(ctx, tx, v.ref); err != nil {
			return err
		}
	}
	if len(v.latest) <= eventsRead { // all there are: the open ones are among them
		v.due = activity.DueAmong(v.latest, v.eventOwners())
		v.present, err = presentAt(ctx, tx, activityIDs(v.latest)...)
		return err
	}
	v.due, err = activity.DueOf(ctx, tx, v.eventOwners())
	return err
}

// loadBetween reads the events that happened in the time of the changes shown.
func (v *recordView) loadBetween(ctx context.Context, tx *db.Tx) (err error) {
	var from, to db.Stamp
	switch {
	case v.show == "changes":
		return nil
	case v.show == "events":
		v.history = nil
	case len(v.history) > eventsPerPage:
		from = v.history[eventsPerPage-1].At
	}
	if v.earlier != 0 && v.show == "" { // continued: below the last one that was shown
		if err := tx.Row(ctx, "SELECT min(h.at) FROM {history} h WHERE h.id = $1", []any{v.earlier}, &to); err != nil {
			return err
		}
	}
	if len(v.latest) <= eventsRead { // all there are: read already
		v.between = slices.DeleteFunc(slices.Clone(v.latest), func(a activity.Activity) bool { return from != 0 && a.At < from || to != 0 && a.At >= to })
		return nil
	}
	v.between, err = activity.Between(ctx, tx, v.eventOwners(), from, to, timelineEvents+1)
	if v.cut = len(v.between) > timelineEvents; v.cut {
		v.between = v.between[:timelineEvents]
	}
	return err
}

// eventWho are the ids of the people who noted the events of the page.
func (v *recordView) eventWho() (ids []int64) {
	for _, list := range [][]activity.Activity{v.events, v.between, v.due} {
		for i := range list {
			ids = append(ids, int64(list[i].CreatedBy))
		}
	}
	return ids
}

// activityIcons tell the types apart.
var activityIcons = map[string]string{"PHONE": "phone", "EMAIL": "mail", "MEETING": "users", "SMS": "sms", "CHAT": "chat", "LETTER": "file",
	"CATALOGUE": "bookmark", "COMPLAINT": "warning", "PRAISE": "star", "OFFER": "send", "DOCUMENTS": "file", "CONTRACT": "edit", "DEPARTURE": "takeoff",
	"PAYMENT_REMINDER": "banknote", "PAYMENT_PROMISE": "banknote", "POST_REMINDER": "inbox", "PASSPORT": "passport", "INSURANCE": "shield", "GIFT": "heart", "NOTE": "note"}

func activityIcon(code string) string {
	if icon := activityIcons[code]; icon != "" {
		return icon
	}
	return "flag"
}

func activityPath(id int64) string { return "/activities/" + strconv.FormatInt(id, 10) }

// typeLine is the type of an event with its direction.
func typeLine(p *Page, set *option.Set, a *activity.Activity) string {
	out := set.Label(p.L, activity.ListOfTypes, a.Type)
	if a.Direction != "" {
		out = join(out, p.T("activity.direction."+a.Direction))
	}
	return out
}

func activityCards(v *recordView) []cardDef {
	return []cardDef{{"activity", v.p.T("activity.card"), "", v.activityCard}}
}

// activityCard lists the latest events; the list behind it has them all, sorted by any
// column.
func (v *recordView) activityCard() templ.Component {
	p := v.p
	card := ui.Card{ID: "activity", Title: p.T("activity.card"), Half: v.client != nil && len(v.events) == 0}
	if v.mayNote() {
		card.Actions = []templ.Component{ui.Button{Label: p.T("activity.new"), Icon: "plus", Kind: "ghost", Small: true, Dialog: "event-new"}}
	}
	if len(v.events) == 0 {
		return within(ui.CardBox(card), ui.Empty{Title: p.T("activity.none"), Small: true})
	}
	var rows ui.Group
	for i := range v.events[:min(len(v.events), eventsShown)] {
		rows = append(rows, v.eventRow(&v.events[i]))
	}
	all := v.allEvents()
	return within(ui.CardBox(card), ui.Group{within(ui.Rows(), rows), cardLink(all.Href, all.Text)})
}

// allEvents leads to the list of all that happened with the record.
func (v *recordView) allEvents() ui.Link {
	return ui.Link{Href: "/activities?" + v.ref.Kind + "=" + strconv.FormatInt(v.ref.ID, 10), Text: v.p.T("activity.all")}
}

// mayNote reports whether the visitor may tell what happened: who sees the record may.
func (v *recordView) mayNote() bool { return v.p.Actor.May("client.edit") && !v.p.Actor.ReadOnly }

func (v *recordView) eventRow(a *activity.Activity) templ.Component {
	r := ui.Row{Slim: true, Lead: ui.Icon(activityIcon(a.Type)), Title: a.Subject, Href: activityPath(a.ID),
		Sub: join(typeLine(v.p, v.types, a), v.names.user(v.p, int64(a.CreatedBy)), a.Result), End: v.p.day(a.At)}
	if there := v.present[a.ID]; len(there) > 0 {
		r.Sub, r.SubComp = "", withLinks(presentLinks(there), r.Sub)
	}
	r.Badges = v.p.activityBadges(a)
	return r
}

// activityBadges say what is special about an event.
func (p *Page) activityBadges(a *activity.Activity) (out []ui.Badge) {
	if a.Private {
		out = append(out, ui.Badge{Label: p.T("activity.private"), Icon: "lock"})
	}
	if a.FollowDue != "" {
		b := ui.Badge{Label: p.L.Date(a.FollowDue), Icon: "bell"}
		if a.FollowDue < p.Today() {
			b.Kind = "overdue"
		}
		out = append(out, b)
	}
	return out
}

// activityEvent is an event in the timeline.
func (v *recordView) activityEvent(a *activity.Activity) ui.Event {
	at := a.At.Time().In(v.p.Loc())
	ev := ui.Event{Icon: activityIcon(a.Type), Kind: "accent", Time: v.p.L.Time(at, v.p.Loc()), ISO: iso(a.At), Title: a.Subject, Href: activityPath(a.ID),
		Text: cutText(a.Text, 280), With: presentLinks(v.present[a.ID]), By: join(typeLine(v.p, v.types, a), v.names.user(v.p, int64(a.CreatedBy)))}
	if a.Type == "COMPLAINT" {
		ev.Kind = "danger"
	}
	if a.Private {
		ev.By = join(ev.By, v.p.T("activity.private"))
	}
	return ev
}

func cutText(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return strings.TrimSpace(string(r[:most])) + "…"
	}
	return s
}

// timelineItem is a line of the timeline with its moment.
type timelineItem struct {
	at time.Time
	ev ui.Event
}

// days groups changes and events by the day in the agency's time zone, newest first.
func (v *recordView) days() []ui.Day {
	var items []timelineItem
	for i := range v.between {
		a := &v.between[i]
		items = append(items, timelineItem{a.At.Time().In(v.p.Loc()), v.activityEvent(a)})
	}
	for i, e := range v.history {
		if i == eventsPerPage {
			break
		}
		if (e.Kind == "activity" || e.Kind == "activity_person") && e.Op == "create" && v.show == "" || v.sameTaste(i) {
			continue // the event itself is there; what one save made of preferences is told once
		}
		items = append(items, timelineItem{e.At.Time().In(v.p.Loc()), v.event(e)})
	}
	slices.SortStableFunc(items, func(a, b timelineItem) int { return b.at.Compare(a.at) })
	var out []ui.Day
	last := date.Date("")
	for _, it := range items {
		if day := date.Of(it.at); day != last {
			out = append(out, ui.Day{Title: v.dayTitle(day)})
			last = day
		}
		d := &out[len(out)-1]
		d.Events = append(d.Events, it.ev)
	}
	return out
}

// timelineHead chooses what the timeline shows, and holds the button for a new event
// with its pop-up.
func (v *recordView) timelineHead() templ.Component {
	p := v.p
	chips := ui.SegmentedLinks{Label: p.T("activity.show")}
	for _, show := range []string{"", "events", "changes"} {
		key, href := "all", v.path()+"#history"
		if show != "" {
			key, href = show, v.path()+"?show="+show+"#history"
		}
		chips.Items = append(chips.Items, ui.Tab{Label: p.T("activity.show." + key), Href: href, Current: v.show == show})
	}
	head := ui.Group{chips}
	if v.mayNote() {
		head = append(head, ui.Button{Label: p.T("activity.new"), Icon: "plus", Small: true, Dialog: "event-new", Keys: "e", Attrs: templ.Attributes{"data-new-event": true}})
	}
	return eventHead(head, v.eventDialog())
}

// eventDialog is the pop-up for a new event (R128).
func (v *recordView) eventDialog() templ.Component {
	if !v.mayNote() {
		return ui.Group{}
	}
	d := ui.Dialog{L: v.p.L, ID: "event-new", Title: v.p.T("activity.new"), Action: v.path() + "/activities", Wide: true,
		Submit: ui.Button{Label: v.p.T("common.save"), Keys: "Control+S"}}
	f := &activityForm{p: v.p, types: v.types, a: &activity.Activity{}, around: v.nearby, short: true}
	for i := range v.members[:min(len(v.members), mostAround)] {
		f.around = append(f.around, present{v.members[i].T.ID, fullName(&v.members[i].T)})
	}
	return within(ui.DialogBox(d), within(ui.Fields(), f.fields()))
}

// followAlerts point out what is to be followed up.
func (v *recordView) followAlerts() (out ui.Group) {
	for i := range v.due {
		a := &v.due[i]
		kind, strong := "info", v.p.T("activity.follow_by", "Date", v.p.L.Date(a.FollowDue))
		if a.FollowDue < v.p.Today() {
			kind, strong = "caution", v.p.T("activity.follow_late", "Date", v.p.L.Date(a.FollowDue))
		}
		text := a.FollowNote
		if text == "" {
			text = a.Subject
		}
		out = append(out, ui.Alert{Kind: kind, Icon: "bell", Strong: strong, Text: text,
			Actions: []templ.Component{ui.Button{Label: v.p.T("common.open"), Kind: "ghost", Small: true, Href: activityPath(a.ID)}}})
	}
	return out
}
