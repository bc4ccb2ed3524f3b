// Package activity keeps what happened with clients and travelers (R128, R129): calls,
// visits, complaints, and what is to be done about them. It attaches to a kind and an id
// and knows no area.
package activity

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
)

// Who sees a record sees what happened with it, except what its author keeps private:
// that is for the author and for those who lead. Leading is a matter of the role, not of
// how far somebody sees: accountants and auditors see everybody's clients.
const (
	ofSeen = `{client has owner} OR {traveler has owner}`
	leads  = `EXISTS (SELECT 1 FROM {user.all} u WHERE u.id = :user AND u.role IN ('administrator', 'manager') LIMIT 1 OFFSET 0)`
	seen   = `(` + ofSeen + `) AND (NOT private OR created_by = :user OR ` + leads + `)`
	mine   = `created_by = :user OR ` + leads
)

// Tables are the tenant tables of this package. What somebody wrote is changed by them,
// and by those who lead.
var Tables = []db.Table{{Name: "activity", Of: "owner", Trash: true,
	View: db.Rule{Own: seen, Branch: seen, Agency: seen, Lift: "system"},
	Edit: db.Rule{Own: mine, Branch: mine, Agency: mine, Need: "client.edit", Lift: "system"}}, personTable}

var _ = record.Register(record.Kind{Name: "activity", New: func() record.Record { return new(Activity) }, Purge: purge})

// ListOfTypes is the name of the list of types of activities in package option.
const ListOfTypes = "event"

// Directions are the ways that a message goes; "" is none.
var Directions = []string{"in", "out"}

// Activity is something that happened with a client or traveler.
type Activity struct {
	record.Base
	OwnerKind  string    `db:"owner_kind" history:"-"` // client, traveler
	OwnerID    int64     `db:"owner_id" history:"-"`
	Type       string    `db:"type" history:"track"` // code of the list "event": PHONE, COMPLAINT
	Direction  string    `db:"direction" history:"track"`
	Subject    string    `db:"subject" history:"track"`
	Text       string    `db:"text" history:"track"`
	At         db.Stamp  `db:"at" history:"track"` // when it happened; now where nothing is said
	Minutes    int64     `db:"minutes" history:"track"`
	Result     string    `db:"result" history:"track"`
	Persons    string    `db:"persons" history:"track"`   // others who were there, names by comma; those whom the agency knows are Persons
	Private    bool      `db:"private" history:"track"`   // for the author and those who lead
	FollowOn   date.Date `db:"follow_on" history:"track"` // when to follow up
	FollowNote string    `db:"follow_note" history:"track"`
	FollowDone bool      `db:"follow_done" history:"track"`
	FollowDue  date.Date `db:"follow_due" history:"-"` // FollowOn while it isn't done
}

// Table names the table and the kind.
func (*Activity) Table() string { return "activity" }

// Owner is the client or traveler that it happened with.
func (a *Activity) Owner() record.Ref { return record.Ref{Kind: a.OwnerKind, ID: a.OwnerID} }

// Roots shows it in the history of that record. It has no parents: who sees a record may
// tell what happened with it without changing the record.
func (a *Activity) Roots() []record.Ref { return []record.Ref{a.Owner()} }

// longest is how long something may last, in minutes: 30 days.
const longest = 30 * 24 * 60

// Check tidies a and reports what is wrong with it.
func (a *Activity) Check() error {
	var c errs.Collect
	for path, s := range map[string]*string{"subject": &a.Subject, "result": &a.Result, "persons": &a.Persons, "follow_note": &a.FollowNote} {
		*s = strings.Join(strings.Fields(*s), " ")
		c.MaxLen(path, *s, 300)
	}
	a.Text = strings.TrimSpace(a.Text)
	c.MaxLen("text", a.Text, 20000)
	c.OneOf("owner_kind", a.OwnerKind, "client", "traveler")
	c.Required("type", a.Type)
	c.OneOf("direction", a.Direction, "", "in", "out")
	c.Required("subject", a.Subject)
	if a.Minutes < 0 || a.Minutes > longest {
		c.Add("minutes", "activity.error.minutes")
	}
	if a.FollowOn != "" && (!a.FollowOn.Valid() || !a.FollowOn.HasYear()) {
		c.Add("follow_on", "error.date")
	}
	if a.FollowOn == "" && a.FollowNote != "" {
		c.Add("follow_on", "activity.error.follow_on")
	}
	if a.FollowOn == "" {
		a.FollowDone = false
	}
	a.FollowDue = ""
	if !a.FollowDone {
		a.FollowDue = a.FollowOn
	}
	return c.Err()
}

// Guard lets people write only about what they see, of a type that there is.
func (a *Activity) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	if a.At == 0 {
		a.At = tx.Now
	}
	if a.At > tx.Now.Add(24*3600e9) { // what is to come is a follow-up; a day for clocks and zones
		return errs.Bad("at", "activity.error.future")
	}
	was, _ := old.(*Activity)
	if was != nil && was.Owner() != a.Owner() {
		return errs.Bad("owner_kind", "activity.error.owner")
	}
	if was == nil || was.Type != a.Type {
		ok, err := option.Valid(ctx, tx, ListOfTypes, a.Type)
		if err != nil {
			return err
		}
		if !ok {
			return errs.Bad("type", "activity.error.type")
		}
	}
	var one int64
	return tx.Row(ctx, "SELECT 1 FROM {"+a.OwnerKind+"} r WHERE r.id = $1", []any{a.OwnerID}, &one)
}

// Between returns what happened with some records from one moment up to before another,
// newest first; 0 leaves an end open. What travelers took part in is among it.
func Between(ctx context.Context, tx *db.Tx, owners []record.Ref, from, to db.Stamp, limit int) ([]Activity, error) {
	const end = 1<<53 - 1
	if from == 0 {
		from = -end // before 1970, too
	}
	if to == 0 {
		to = end
	}
	clients, travelers := split(owners)
	// One way to the rows after the other: with two in one condition SQLite reads what
	// happened with everybody.
	ways := []struct {
		from string
		ids  db.IDs
	}{{"of client ids $1 WHERE ", clients}, {"of traveler ids $1 WHERE ", travelers},
		{"WHERE r.id IN (SELECT p.activity_id FROM {activity_person} p WHERE p.traveler_id IN {ids $1}) AND ", travelers}}
	found := make([][]Activity, len(ways))
	var parts []db.Part
	for i, w := range ways {
		if len(w.ids) > 0 {
			parts = append(parts, record.Part(&found[i], w.from+"r.at >= $2 AND r.at < $3 ORDER BY r.at DESC, r.id DESC LIMIT $4", w.ids, int64(from), int64(to), int64(limit)))
		}
	}
	if err := tx.Together(ctx, parts...); err != nil {
		return nil, err
	}
	out := slices.Concat(found...)
	slices.SortFunc(out, func(a, b Activity) int { return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.ID, a.ID)) })
	out = slices.CompactFunc(out, func(a, b Activity) bool { return a.ID == b.ID })
	return out[:min(len(out), limit)], nil
}

// Due returns the follow-ups until a day that are the actor's own, the oldest first.
func Due(ctx context.Context, tx *db.Tx, until date.Date, limit int) ([]Activity, error) {
	var out []Activity
	err := record.Select(ctx, tx, &out, "WHERE r.follow_due <> '' AND r.follow_due <= $1 AND r.created_by = $2 ORDER BY r.follow_due, r.id LIMIT $3",
		string(until), tx.Actor.UserID, int64(limit))
	return out, err
}

// DueOf returns the open follow-ups of clients and those of travelers, at most twenty of
// each, the oldest first.
func DueOf(ctx context.Context, tx *db.Tx, owners []record.Ref) (out []Activity, err error) {
	clients, travelers := split(owners)
	for _, w := range []struct {
		kind string
		ids  db.IDs
	}{{"client", clients}, {"traveler", travelers}} {
		if len(w.ids) == 0 {
			continue
		}
		err = record.Select(ctx, tx, &out, "of $1 ids $2 WHERE r.follow_due <> '' ORDER BY r.follow_due, r.id LIMIT 20", w.kind, w.ids)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// DueAmong is DueOf for events that were read, which are all of the owners.
func DueAmong(events []Activity, owners []record.Ref) (out []Activity) {
	for _, a := range events {
		if a.FollowDue != "" && slices.Contains(owners, a.Owner()) { // not what they only took part in
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b Activity) int {
		return cmp.Or(cmp.Compare(a.OwnerKind, b.OwnerKind), cmp.Compare(a.FollowDue, b.FollowDue), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func split(owners []record.Ref) (clients, travelers db.IDs) {
	for _, o := range owners {
		if o.Kind == "client" {
			clients = append(clients, o.ID)
		} else {
			travelers = append(travelers, o.ID)
		}
	}
	return clients, travelers
}
