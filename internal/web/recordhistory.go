package web

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/phone"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// asError is errors.As for the one type that matters here.
func asError(err error, to **errs.Error) bool { return errors.As(err, to) }

// eventsPerPage is how many changes the timeline shows at a time.
const eventsPerPage = 25

// loadHistory reads the latest changes, on the page of a client with one traveler
// those of both; what shows in both histories (a link) is taken once.
func (v *recordView) loadHistory(ctx context.Context, tx *db.Tx) error {
	refs := v.refs()
	found, parts := make([][]record.Entry, len(refs)), []db.Part(nil)
	for i, ref := range refs {
		parts = append(parts, func(ctx context.Context, tx *db.Tx) (err error) {
			found[i], err = record.History(ctx, tx, ref, v.earlier, eventsPerPage+1)
			return err
		})
	}
	if err := tx.Together(ctx, parts...); err != nil {
		return err
	}
	v.history = slices.Concat(found...)
	slices.SortFunc(v.history, func(a, b record.Entry) int { return int(b.ID - a.ID) })
	v.history = slices.CompactFunc(v.history, func(a, b record.Entry) bool {
		return a.Kind == b.Kind && a.RefID == b.RefID && a.Version == b.Version && a.Op == b.Op && a.At == b.At
	})
	return nil
}

// wantStale adds what a conflict mentions.
func (v *recordView) wantStale(add func(string, int64)) {
	var e *errs.Error
	if !asError(v.err, &e) {
		return
	}
	for _, a := range e.Args {
		if id, ok := a.(int64); ok {
			add("user", id)
		}
	}
	for _, f := range e.Fields {
		if table, ok := idColumns[f.Path]; ok {
			for _, s := range []string{f.Mine, f.Theirs} {
				id, _ := strconv.ParseInt(s, 10, 64)
				add(table, id)
			}
		}
	}
}

// user is the name of a person of the agency; 0 is the program itself.
func (n names) user(p *Page, id int64) string {
	if name := n["user"][id]; name != "" {
		return name
	}
	return p.T("history.automatic")
}

// value writes a stored value as people read it: names instead of ids, choices
// translated, dates in words.
func (n names) value(p *Page, kind, column, s string) string {
	if s == "" {
		return ""
	}
	if table, ok := idColumns[column]; ok {
		id, _ := strconv.ParseInt(s, 10, 64)
		if name := n[table][id]; name != "" {
			if table == "marketing_code" {
				return tag.Names(name).In(p.L.Lang())
			}
			return name
		}
		return p.T("history.hidden")
	}
	switch column {
	case "sections":
		return p.sectionNames(s)
	case "birth_date", "anniversary", "from_date", "to_date", "issued", "expires", "valid_from", "since", "date", "tier_until", "given_on", "follow_on":
		return p.L.Date(date.Date(s))
	case "language", "languages":
		return languageNames(p, s)
	case "country", "nationality", "residence", "birth_country":
		return countryNames(p, s)
	case "type":
		if key := "option." + kind + "." + s; p.L.Has(key) {
			return p.L.T(key)
		}
	}
	if s == "true" || s == "false" {
		return p.T(map[string]string{"true": "common.yes", "false": "common.no"}[s])
	}
	for _, prefix := range []string{kind, "contact"} {
		if key := prefix + "." + column + "." + s; !strings.ContainsAny(s, " .") && p.L.Has(key) {
			return p.L.T(key)
		}
	}
	return s
}

// timeline is everything that happened, newest first.
func (v *recordView) timeline() ui.Timeline {
	t := ui.Timeline{L: v.p.L, Days: v.days(), Head: v.timelineHead()}
	if len(v.history) > eventsPerPage {
		before := strconv.FormatInt(v.history[eventsPerPage-1].ID, 10)
		if v.show != "" {
			before += "&show=" + v.show
		}
		t.More = ui.Link{Href: v.path() + "?before=" + before + "#history", Text: v.p.T("history.earlier")}
	}
	if v.cut {
		t.All = v.allEvents()
	}
	return t
}

// olderEvents are the changes before those shown, for the script to add below.
func (v *recordView) olderEvents() templ.Component {
	return olderDays(v.timeline())
}

func (v *recordView) dayTitle(d date.Date) string {
	switch today := v.p.Today(); d {
	case today:
		return v.p.T("common.today")
	case today.AddDays(-1):
		return v.p.T("common.yesterday")
	}
	return v.p.L.DateWeekday(d)
}

// eventIcons tell the kinds of entries apart.
var eventIcons = map[string]string{"client": "clients", "traveler": "user", "communication": "phone", "address": "pin",
	"client_traveler": "link", "activity": "flag", "activity_person": "users", "relation": "users", "payment_card": "card", "medical_entry": "heart", "medical_consent": "shield", "tag_link": "tag", "marketing_link": "megaphone", "interface_id": "idcard", "share": "share", "comment": "note",
	"passport": "passport", "visa": "stamp", "nationality": "flag", "other_document": "idcard",
	"fill_in": "send", "acknowledgement": "stamp", "attachment": "clip", "view": "bookmark", "view_default": "bookmark", "client_list": "lists"}

// event shows one saved change. An edit is a quiet line with old and new value;
// what came, went or came back has a title of its own.
func (v *recordView) event(e record.Entry) ui.Event {
	if e.Op == "reveal" {
		return v.lookEvent(e)
	}
	at := e.At.Time().In(v.p.Loc())
	ev := ui.Event{Icon: eventIcons[e.Kind], Time: v.p.L.Time(at, v.p.Loc()), ISO: iso(e.At), By: v.by(e)}
	own := e.Kind == v.ref.Kind
	if e.Op == "edit" {
		ev.Change = true
		if !own && !(e.Kind == "traveler" && v.person != nil) {
			ev.Title = v.p.T("history." + e.Kind + ".edit")
		}
	} else {
		ev.Title = v.p.T("history." + e.Kind + "." + e.Op)
		ev.Kind = map[string]string{"create": "good", "delete": "danger", "restore": "accent"}[e.Op]
		if !own {
			ev.Kind = ""
		}
	}
	if act := bulk.ActOf(&e); act != 0 && v.acts[act] { // others aren't told that there was more
		if ev.Href = actHref(act); ev.Title == "" {
			ev.Title = v.p.T("bulk.in_history")
		}
	}
	if e.Kind == "preference" {
		return v.tasteEvent(ev, e)
	}
	if ev.Text = v.inShort(e); ev.Text != "" {
		return ev
	}
	for _, c := range e.Changes {
		old, is := v.columnValue(e.Kind, c.Field, c.Old), v.columnValue(e.Kind, c.Field, c.New)
		if e.Kind == "communication" && c.Field == "value" {
			old, is = v.number(old), v.number(is)
		}
		if e.Kind == "relation" && c.Field == "a_is" {
			old, is = v.kinLabel(c.Old, ""), v.kinLabel(c.New, "")
		}
		ev.Changes = append(ev.Changes, ui.Change{Field: v.columnLabel(fieldKind(e.Kind), c.Field), Old: old, New: is})
	}
	return ev
}

// shortFields are what a part of a record is told by when it comes or goes.
var shortFields = map[string][]string{"communication": {"value", "sub_type", "description"}, "client_traveler": {"traveler_id", "role"},
	"address": {"recipient", "street", "street2", "po_box", "postal_code", "city", "region", "country"}, "tag_link": {"tag_id", "value"}, "marketing_link": {"code_id", "state"},
	"interface_id": {"system", "value"}, "payment_card": {"brand", "last4"}, "medical_entry": {"kind"}, "share": {"user_id"}, "comment": {"text"}, "attachment": {"name", "url"},
	"passport": {"country", "expires"}, "visa": {"country", "expires"}, "nationality": {"country"}, "other_document": {"kind", "name", "country"}}

// inShort tells in one line what came or went: an address, not its eight fields.
func (v *recordView) inShort(e record.Entry) string {
	if e.Op == "edit" {
		return ""
	}
	switch e.Kind {
	case "relation":
		return v.relationText(&e)
	case "activity_person":
		return v.names[e.Kind][e.RefID]
	}
	var out []string
	for _, field := range shortFields[e.Kind] {
		for _, c := range e.Changes {
			if c.Field != field {
				continue
			}
			s := v.names.value(v.p, e.Kind, field, c.New+c.Old) // one of both is empty
			switch {
			case e.Kind == "communication" && field == "value":
				s = v.number(s)
			case field == "sub_type":
				s = v.p.known("contact.sub.", s)
			case field == "role":
				s = v.p.known("client.role.", s)
			}
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}

// known translates a free text that is one of the proposed words, as imports and
// other programs write them; anything else stays as it was typed.
func (p *Page) known(prefix, s string) string {
	if key := prefix + strings.ToLower(strings.TrimSpace(s)); s != "" && p.L.Has(key) {
		return p.L.T(key)
	}
	return s
}

// number writes a phone in the usual groups and leaves anything else alone.
func (v *recordView) number(s string) string {
	if strings.Contains(s, "@") {
		return s
	}
	return phone.Show(s, v.p.Agency.Country)
}

// fieldKind is the area whose words name the fields of a kind of record.
func fieldKind(kind string) string {
	switch kind {
	case "payment_card", "medical_entry", "medical_consent", "client", "traveler", "communication", "address", "view", "client_list", "relation", "activity", "fill_in", "acknowledgement", "passport", "visa", "nationality", "other_document",
		"loyalty", "special_date", "emergency_contact", "preference":
		return kind
	case "view_default":
		return "view"
	case "attachment":
		return "file"
	}
	return "link"
}

// by says who did it, and by which way when it wasn't on a page.
func (v *recordView) by(e record.Entry) string {
	name := v.names.user(v.p, int64(e.UserID))
	switch e.Via {
	case "link":
		return v.p.T("history.via.link")
	case "import", "api", "cli":
		return name + ", " + v.p.T("history.via."+e.Via)
	}
	return name
}

// languageNames names languages given as codes by comma.
func languageNames(p *Page, codes string) string {
	var out []string
	for code := range strings.SplitSeq(codes, ",") {
		if code = strings.TrimSpace(code); code != "" {
			out = append(out, p.L.Language(code))
		}
	}
	return strings.Join(out, ", ")
}
