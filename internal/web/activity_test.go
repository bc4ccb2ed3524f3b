package web_test

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/record"
)

var eventLink = regexp.MustCompile(`href="(/activities/\d+)"`)

// event is the first event that the page lists.
func (b *browser) event() string {
	b.d.t.Helper()
	m := eventLink.FindStringSubmatch(b.body)
	if m == nil {
		b.d.t.Fatal("no event on ", b.at)
	}
	return m[1]
}

// TestEventPersons: who was there is ticked, searched or typed; they are links, the event
// is on their own pages, and lists find it by them (R128, R129).
func TestEventPersons(t *testing.T) {
	d := newDesk(t, true)
	id, ewa := d.couple()
	jan := ewa - 1
	page := fmt.Sprintf("/clients/%d", id)
	person := func(id int64) string { return fmt.Sprintf("/travelers/%d", id) }
	aClient(t, d, "Wilk", "Olga", "600 100 300")
	ann := d.as("ann")
	ann.get(page).want(200, "", `name="with" value="`+fmt.Sprint(ewa), "Another traveler", "Other people")
	ann.get(person(ewa)).want(200, "", `name="with" value="`+fmt.Sprint(jan)) // with whom she shares a client
	ann.post(page+"/activities", "type", "MEETING", "subject", "Visit at the desk", "with", fmt.Sprint(ewa), "with_id_q", "Olga Wilk", "persons", "a neighbour").want(200, page)
	event := ann.event()
	ann.want(200, "", `href="`+person(ewa)+`">Ewa Nowak`, ">Olga Wilk</a>")
	ann.get(person(ewa)).want(200, "", "Visit at the desk")
	ann.get(event).want(200, "", "Ewa Nowak", "Olga Wilk", `href="`+person(ewa)+`"`, "a neighbour", `name="_with" value="`+fmt.Sprint(ewa))
	lacks(t, ann.get(person(jan)), "Visit at the desk")

	// The list names them with links, and finds by one who was picked or typed.
	list := ann.get("/activities?client="+fmt.Sprint(id)).want(200, "", `href="`+person(ewa)+`">Ewa Nowak`, "a neighbour")
	lacks(t, list, "· Ewa")
	ann.get("/activities?person="+fmt.Sprint(ewa)).want(200, "", "Visit at the desk")
	ann.get("/activities?person_q=Olga+Wilk").want(200, "", "Visit at the desk", `value="Wilk/Olga"`)
	lacks(t, ann.get("/activities?person="+fmt.Sprint(jan)).want(200, ""), "Visit at the desk")
	ann.get("/activities?person_q=Nobody+At+All").want(200, "", "Nothing found for “Nobody At All”")
	d.as("bob").get("/activities?person="+fmt.Sprint(ewa)).want(404, "")

	// What nobody has found is said at the field, and what was typed stays.
	ann.post(page+"/activities", "type", "NOTE", "subject", "Kept words", "with", fmt.Sprint(jan), "with_id_q", "Nobody At All").
		want(422, "", "Kept words", "Nobody At All", `value="`+fmt.Sprint(jan)+`" checked`)
	ann.post(page+"/activities", "type", "NOTE", "subject", "Kept words", "with", "999999").want(422, "", "Kept words", "Choose a traveler from the list")

	// Two people change it at once: Ann's form doesn't take away whom the manager added.
	version := ann.get(event).want(200, "").version("event")
	d.as("max").post(event, "version", version, "subject", "Visit at the desk", "_with", fmt.Sprint(ewa), "with", fmt.Sprint(ewa), "with", fmt.Sprint(jan)).want(200, page)
	ann.post(event, "version", version, "subject", "Visit at the desk", "_with", fmt.Sprint(ewa)).want(200, page)
	ann.get(event).want(200, "", "Jan Nowak", "Olga Wilk")
	lacks(t, ann, `name="_with" value="`+fmt.Sprint(ewa))
	ann.get(page+"?show=changes").want(200, "", "Removed from an event", "Ewa Nowak · Visit at the desk", "Added to an event")
	lacks(t, ann.get(person(ewa)+"?show=events"), "Visit at the desk")
	// A private event says to nobody but its author, and to who leads, who was there.
	ann.post(page+"/activities", "type", "NOTE", "subject", "Between us", "with", fmt.Sprint(ewa), "private", "1", "_tick.private", "1").want(200, page)
	secret := ann.event()
	for who, status := range map[string]int{"max": 200, "sue": 404, "eva": 404, "bob": 404} {
		if b := d.as(who).get(secret).want(status, ""); status == 404 && who != "bob" {
			for _, at := range []string{person(ewa), "/activities?person=" + fmt.Sprint(ewa), page + "?show=changes"} {
				lacks(t, b.get(at).want(200, ""), "Between us")
			}
		}
	}
}

// TestEventFiles: files and links hang on an event and are seen by who sees the event.
func TestEventFiles(t *testing.T) {
	d := newDesk(t, true)
	id, _ := d.couple()
	page := fmt.Sprintf("/clients/%d", id)
	ann := d.as("ann")
	ann.post(page+"/activities", "type", "COMPLAINT", "subject", "The broken chair", "private", "1", "_tick.private", "1").want(200, page)
	event := ann.event()
	ann.get(event).want(200, "", "No files yet", `data-drop-to="`+event+`/files"`)
	ann.get(event+"?edit=files-new").want(200, "", "Drop files here", `action="`+event+`/files"`)
	ann.sendFiles(event+"/files", nil, sent{"chair.jpg", words(smallJPG(t))}).want(200, event, "1 file added", "chair.jpg")
	file := ann.newest()
	ann.sendFiles(event+"/files", nil, sent{"chair.jpg", words("not a picture")}).want(200, event, "1 file added") // its content decides what it is
	ann.sendFiles(event+"/files", nil).want(422, event+"/files", "The broken chair", "Drop files here")
	ann.post(event+"/file-links", "url", "javascript:alert(1)").want(422, event+"/file-links", "The broken chair")
	ann.post(event+"/file-links", "url", "https://example.org/claim", "name", "The claim").want(200, event, "The claim")
	ann.get(file).want(200, "", "The broken chair", `href="`+event+`#files"`)
	ann.get("/documents").want(200, "", "chair.jpg", "The broken chair")
	lacks(t, ann.get(page), "chair.jpg") // those of the client itself are apart
	for who, status := range map[string]int{"max": 200, "sue": 404, "eva": 404, "bob": 404} {
		b := d.as(who)
		for _, at := range []string{file, file + "/download", file + "/preview", file + "/thumb"} {
			b.get(at).want(status, "")
		}
		if listed := strings.Contains(b.get("/documents").want(200, "").body, "chair.jpg"); listed != (status == 200) {
			t.Errorf("%s finds the file in the area of documents: %v", who, listed)
		}
	}
	d.as("sue").sendFiles(event+"/files", nil, sent{"x.txt", words("x")}).want(404, "")
	ann.post(event+"/delete").want(200, page)
	ann.get(file).want(404, "")
}

// TestEventExport: the list of events leaves as the lists of clients do.
func TestEventExport(t *testing.T) {
	d := newDesk(t, true)
	id, ewa := d.couple()
	page := fmt.Sprintf("/clients/%d", id)
	ann := d.as("ann")
	ann.post(page+"/activities", "type", "PHONE", "subject", "=HYPERLINK(1)", "with", fmt.Sprint(ewa), "persons", "+a neighbour").want(200, page)
	ann.post(page+"/activities", "type", "NOTE", "subject", "Between us", "private", "1", "_tick.private", "1").want(200, page)
	lacks(t, ann.get("/activities").want(200, ""), "/activities/export") // an agent may not export
	boss := d.as("max")
	list := boss.get("/activities?type=PHONE&after=1.1.2020&person="+fmt.Sprint(ewa)).want(200, "", "/activities/export?")
	at := regexp.MustCompile(`href="(/activities/export\?[^"]+)"`).FindStringSubmatch(list.body)
	if at == nil {
		t.Fatal("no way to the export")
	}
	choose := boss.get(strings.ReplaceAll(at[1], "&amp;", "&")).want(200, "", "1 row", "Phone call")
	lacks(t, choose, `value="vcard"`)
	back := regexp.MustCompile(`href="(/activities\?[^"]+)"`).FindStringSubmatch(choose.body)
	if back == nil {
		t.Fatal("no way back")
	}
	boss.get(strings.ReplaceAll(back[1], "&amp;", "&")).want(200, "", "HYPERLINK")
	csv := boss.post("/activities/export/start", "all", "1", "_format", "csv", "_col", "subject", "_col", "type", "_col", "persons", "_col", "private").want(200, "", "'=HYPERLINK(1)", "Phone call", "Ewa Nowak,' +a neighbour", "Between us")
	if strings.Contains(csv.body, ",=HYPERLINK") {
		t.Error("a cell is a formula")
	}
	for _, format := range []string{"xlsx", "pdf"} {
		boss.post("/activities/export/start", "all", "1", "_format", format).want(200, "")
	}
	boss.post("/activities/export/start", "all", "1", "_format", "vcard").want(422, "")
	boss.post("/activities/export/start", "all", "1", "_format", "csv", "_col", "nosuch").want(422, "")
	boss.get("/activities/print?"+url.Values{"type": {"PHONE"}}.Encode()).want(200, "", "HYPERLINK(1)", "Ewa Nowak")
	sue := d.as("sue").post("/activities/export/start", "all", "1", "_format", "csv", "_col", "subject").want(200, "", "HYPERLINK(1)")
	lacks(t, sue, "Between us")
	ann.get("/activities/export").want(403, "")
	boss.get("/exports").want(200, "", "Events")
}

// TestEventTime: a day that is to come is refused at its field; of two people who change
// the time at once, the one who takes over the other's does.
func TestEventTime(t *testing.T) {
	d := newDesk(t, true)
	id, _ := d.couple()
	page := fmt.Sprintf("/clients/%d", id)
	ann, max := d.as("ann"), d.as("max")
	ann.post(page+"/activities", "type", "NOTE", "subject", "Visit", "at_date", "2999-05-03").want(422, "", "An event has already happened", `id="event-at_date-err"`)
	ann.post(page+"/activities", "type", "NOTE", "subject", "Visit", "at_date", "2025-05-03", "at_time", "9:00").want(200, page)
	event := ann.event()
	version := ann.get(event).want(200, "", `value="09:00"`).version("event")
	max.post(event, "version", version, "subject", "Visit", "at_date", "2025-05-03", "at_time", "10:00").want(200, page)
	// Ann has changed the subject alone; her form holds the time that was.
	mine := []string{"subject", "Visit at the desk", "at_date", "2025-05-03", "at_time", "9:00"}
	ann.post(event, append([]string{"version", version}, mine...)...).want(409, event, `name="choose.at"`)
	ann.post(event, append([]string{"version", ann.version("event"), "choose.at", "theirs"}, mine...)...).want(200, page)
	ann.get(event).want(200, "", "Visit at the desk", `value="10:00"`)
	for _, show := range []string{"", "?show=events"} { // what was long ago is told, too
		ann.post(page+"/activities", "type", "NOTE", "subject", "First journey", "at_date", "1.8.1964").want(200, page)
		ann.get(page+show).want(200, "", "First journey")
	}
	ann.get(event)
	// And now she insists.
	ann.post(event, append([]string{"version", ann.version("event"), "choose.at", "mine"}, mine...)...).want(200, page)
	ann.get(event).want(200, "", `value="09:00"`)
}

// TestManyEvents: where the timeline doesn't tell all events it leads to the list of them,
// and going back in it keeps to what was chosen.
func TestManyEvents(t *testing.T) {
	d := newDesk(t, true)
	id, _ := d.couple()
	page := fmt.Sprintf("/clients/%d", id)
	ann := d.as("ann")
	note := func(from, to int) {
		dbtest.Update(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			for i := from; i < to; i++ {
				if err := record.Insert(ctx, tx, &activity.Activity{OwnerKind: "client", OwnerID: id, Type: "NOTE", Subject: fmt.Sprintf("Note %03d", i), At: db.Stamp(i+1) * 1e9}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	list := fmt.Sprintf(`href="/activities?client=%d"`, id)
	for _, c := range []struct{ from, to, links int }{{0, 100, 1}, {100, 101, 2}} { // the card of events has one, too
		note(c.from, c.to)
		if n := strings.Count(ann.get(page+"?show=events").want(200, "", "Note 001").body, list); n != c.links {
			t.Errorf("%d events: %d links to all", c.to, n)
		}
	}
	lacks(t, ann, "Note 000")
	back := regexp.MustCompile(`href="(/clients/\d+\?before=\d+[^"#]*)`).FindStringSubmatch(ann.get(page+"?show=changes").want(200, "").body)
	if back == nil {
		t.Fatal("there is nothing before")
	}
	if ann.get(html.UnescapeString(back[1])).want(200, ""); !regexp.MustCompile(`aria-current="[a-z]+"[^>]*>\s*Changes`).MatchString(ann.body) {
		t.Error("what is before are changes and events")
	}
	if !strings.HasSuffix(back[1], "show=changes") {
		t.Errorf("going back leads to %s", back[1])
	}
}
