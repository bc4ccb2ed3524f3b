package api

import (
	"context"
	"slices"
	"time"

	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

var activityModel = newModel("Activity", "Something that happened with a client or traveler.", &activity.Activity{},
	prop{name: "owner_kind", doc: "client or traveler.", ro: true, example: "client"},
	prop{name: "owner_id", doc: "Number of the client or traveler.", ro: true, example: int64(7)},
	prop{name: "type", doc: "Code of the list of types of events: PHONE, COMPLAINT, or one of the agency's own.", max: 30, example: "PHONE", must: true},
	prop{name: "direction", doc: "Of a message or call: received or sent; empty for neither.", example: "in"},
	prop{name: "subject", doc: "In a few words.", max: 300, example: "Asked about Crete in June", must: true},
	prop{name: "text", doc: "All of it.", max: 20000, example: ""},
	prop{name: "at", doc: "When it happened; now where nothing is said.", ro: true},
	prop{name: "minutes", doc: "How long it took.", example: int64(10)},
	prop{name: "result", doc: "What came of it.", max: 300, example: "Offer by Friday"},
	prop{name: "persons", doc: "Others who were there, names by comma. Travelers of the agency are the activity's persons.", max: 300, example: "Joanna Kowalska"},
	prop{name: "private", doc: "Only for its author, managers and administrators.", example: false},
	prop{name: "follow_on", doc: "Day on which to follow up.", example: "2026-11-30"},
	prop{name: "follow_note", doc: "What is to be done then.", max: 300, example: "Call back"},
	prop{name: "follow_done", doc: "Whether that is done.", example: false},
)

// withMoment is a schema of what is sent in which the moment may be said.
func withMoment(s *schema) *schema {
	out := *s
	out.members = slices.Clone(s.members)
	for i, m := range out.members {
		if m.name == "at" {
			out.members[i] = moment("at", "When it happened; now where nothing is said.").orNull()
		}
	}
	return &out
}

var activityDocs = map[string]string{
	"subject": "In a few words.", "type": "Code of the type.", "direction": "Received or sent.", "at": "When it happened.", "minutes": "How long it took.",
	"owner": "Name of the client or traveler.", "client": "Number of a client: what happened with it, with its travelers, and where these were.", "traveler": "Number of a traveler: what happened with them, and where they were.",
	"by": "The user who noted it.", "persons": "Names of those who were there, travelers first.", "result": "What came of it.", "text": "All of it.", "private": "Whether it is private.",
	"follow_due": "Day of a follow-up that isn't done.", "follow_note": "What is to be done.", "version": "Version of the record.",
}

var activityExamples = map[string]any{"subject": "Asked about Crete in June", "type": "PHONE", "direction": "in", "at": "2026-03-12T09:30:00.000Z", "minutes": int64(10),
	"owner": "Kowalska/Joanna", "by": "Marta Lewandowska", "persons": "Joanna Kowalska", "result": "", "text": "", "private": false, "follow_due": "2026-03-20", "follow_note": "Call back", "version": int64(1)}

var activityList = extend(activity.List, "version,subject,type,direction,at,owner,persons,by,result,follow_due,private",
	list.Field{Key: "version", Kind: list.Number, SQL: "a.version"})

func activityOps() []op {
	out := []op{{id: "activity.list", method: "GET", path: "/activities", group: "Activities", summary: "List activities",
		doc:   "What happened with the clients and travelers that you may see, the latest first, in pages; any field sorts.",
		query: listParams, filters: activityList, status: 200, reply: pageSchema("Activity", "An activity as lists show it.", activityList, activityDocs, activityExamples),
		run: func(ctx context.Context, tx *db.Tx, q *req) error { return runList(ctx, tx, q, activityList) }}}
	for _, o := range []owner{clientOwner, travelerOwner} {
		n := o.activities()
		mine := ops(n)
		for i := range mine {
			if mine[i].method == "PATCH" {
				mine[i].run = o.editActivity
			}
		}
		out = append(out, mine...)
	}
	return slices.Concat(out, personOps())
}

var personModel = newModel("ActivityPerson", "A traveler who was there when something happened.", &activity.Person{},
	prop{name: "traveler_id", doc: "Number of the traveler.", example: int64(4), must: true})

// personOps are who was there: added and taken off, never turned into somebody else.
func personOps() (out []op) {
	n := noun[activity.Person]{one: "person of an activity", many: "persons of an activity", id: "activity.person", group: "Activities",
		path: "/activities/{id}/persons", model: personModel, need: "client.edit",
		doc: "The travelers who were there, as far as you see them. Who may change the activity adds any whom they see, up to 100.",
		list: func(ctx context.Context, tx *db.Tx, q *req) ([]activity.Person, error) {
			if err := activityOwner.seen(ctx, tx, q); err != nil {
				return nil, err
			}
			there, err := activity.Persons(ctx, tx, q.id())
			return there[q.id()], err
		},
		prep: func(q *req, p *activity.Person) { p.ActivityID = q.id() },
		owns: func(q *req, p *activity.Person) bool { return p.ActivityID == q.id() }}
	for _, o := range ops(n) {
		if o.method == "DELETE" {
			o.doc = "The activity stays, and so does the traveler."
		}
		if o.method != "PATCH" {
			out = append(out, o)
		}
	}
	return out
}

func (o owner) activities() noun[activity.Activity] {
	return noun[activity.Activity]{one: "activity", many: "activities", id: o.kind + ".activity", group: o.group,
		path: o.path + "/activities", model: activityModel, need: "client.edit", new: withMoment(activityModel.write), edit: withMoment(activityModel.patch),
		doc: "What happened, the latest 200. Who sees the record may tell; the author, managers and administrators change it.",
		list: func(ctx context.Context, tx *db.Tx, q *req) ([]activity.Activity, error) {
			if err := o.seen(ctx, tx, q); err != nil {
				return nil, err
			}
			return activity.Between(ctx, tx, []record.Ref{o.ref(q)}, 0, 0, 200)
		},
		prep: func(q *req, a *activity.Activity) {
			a.OwnerKind, a.OwnerID = o.kind, q.id()
			if at, err := sentMoment(q); err == nil {
				a.At = at
			}
		},
		owns: func(q *req, a *activity.Activity) bool { return a.OwnerKind == o.kind && a.OwnerID == q.id() }}
}

// sentMoment is the moment of the body, 0 for none.
func sentMoment(q *req) (db.Stamp, error) {
	s := q.text("at")
	if s == "" {
		return 0, nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return 0, errs.Bad("at", "error.date")
	}
	return db.StampOf(at), nil
}

func (o owner) editActivity(ctx context.Context, tx *db.Tx, q *req) error {
	a := new(activity.Activity)
	err := record.Edit(ctx, tx, a, q.sub(), q.version, func() error {
		if a.OwnerKind != o.kind || a.OwnerID != q.id() {
			return errs.Missing()
		}
		activityModel.fill(a, q.body)
		at, err := sentMoment(q)
		if at != 0 {
			a.At = at
		}
		return err
	})
	if err != nil {
		return err
	}
	q.answer(activityModel, a)
	return nil
}
