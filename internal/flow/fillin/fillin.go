// Package fillin asks a person to fill in their own data by a private link (W12): what
// they are asked for, what they propose, and how the agency accepts it. Nothing that
// comes by a link is written to a traveler before somebody of the agency says so.
package fillin

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/email"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/publiclink"
	"github.com/carnetcrm/carnet/internal/record"
)

// Kind is the kind of the record, and of its links.
const Kind = "fill_in"

// rule gives the requests about travelers of a mode, and to the person who was asked
// their own.
func rule(mode string) db.Rule {
	of := "{traveler" + mode + " has traveler_id}"
	own := of + " OR " + publiclink.Rule(Kind)
	return db.Rule{Own: own, Branch: of, Agency: of}
}

func answerRule(mode string) db.Rule {
	return db.Same("{fill_in" + mode + " has fill_in_id}")
}

// Tables are the tenant tables of this package: who sees a traveler sees what was asked
// and answered, who edits the traveler asks and accepts.
var Tables = []db.Table{
	{Name: "fill_in", Of: "traveler_id", View: rule(""), Edit: rule(".edit")},
	{Name: "proposal", View: answerRule(""), Edit: answerRule(".edit")},
}

var _ = record.Register(
	record.Kind{Name: "fill_in", New: func() record.Record { return new(FillIn) }},
	record.Kind{Name: "proposal", New: func() record.Record { return new(Proposal) }, Silent: true},
)

// Sections are the parts that a person can be asked for, in their order on the page.
var Sections = []string{"personal", "contact", "address", "passport", "preferences", "emergency"}

// Statuses are where a request stands; that it has expired is seen from the time only.
var Statuses = []string{"sent", "opened", "submitted", "accepted", "partly", "refused", "revoked", "expired"}

// FillIn is one request to one person.
type FillIn struct {
	record.Base
	TravelerID  int64    `db:"traveler_id" history:"-"`
	ClientID    db.Ref   `db:"client_id" history:"-"`
	Sections    string   `db:"sections" history:"track"` // by comma
	Language    string   `db:"language" history:"-"`
	Email       string   `db:"email" history:"track"`
	Message     string   `db:"message" history:"-"`
	Status      string   `db:"status" history:"track"`
	Note        string   `db:"note" history:"track"`
	ExpiresAt   db.Stamp `db:"expires_at" history:"-"`
	OpenedAt    db.Stamp `db:"opened_at" history:"-"`
	SubmittedAt db.Stamp `db:"submitted_at" history:"-"`
	SettledAt   db.Stamp `db:"settled_at" history:"-"`
}

// Table names the table and the kind.
func (*FillIn) Table() string { return Kind }

// Parents is the traveler, who is asked.
func (f *FillIn) Parents() []record.Ref { return []record.Ref{{Kind: "traveler", ID: f.TravelerID}} }

// Ref names the request.
func (f *FillIn) Ref() record.Ref { return record.Ref{Kind: Kind, ID: f.ID} }

// Asks reports whether a section is asked for.
func (f *FillIn) Asks(section string) bool {
	return slices.Contains(strings.Split(f.Sections, ","), section)
}

// State is the status at a moment: one of Statuses.
func (f *FillIn) State(now db.Stamp) string {
	if (f.Status == "sent" || f.Status == "opened") && f.ExpiresAt <= now {
		return "expired"
	}
	return f.Status
}

// Open reports whether the person can still send something.
func (f *FillIn) Open(now db.Stamp) bool {
	s := f.State(now)
	return s == "sent" || s == "opened"
}

// Waits reports whether an answer waits for the agency.
func (f *FillIn) Waits() bool { return f.Status == "submitted" }

// maxDays is the longest time for which a link can be given.
const maxDays = 90

// Check tidies f and reports what is wrong with it.
func (f *FillIn) Check() error {
	var bad errs.Collect
	var chosen []string
	asked := strings.Split(strings.ReplaceAll(f.Sections, " ", ""), ",")
	for _, s := range Sections {
		if slices.Contains(asked, s) {
			chosen = append(chosen, s)
		}
	}
	for _, s := range asked {
		if s != "" {
			bad.OneOf("sections", s, Sections...)
		}
	}
	f.Sections = strings.Join(chosen, ",")
	bad.Required("sections", f.Sections)
	bad.OneOf("language", f.Language, i18n.Langs...)
	bad.OneOf("status", f.Status, Statuses[:7]...)
	f.Message, f.Note = strings.TrimSpace(f.Message), strings.TrimSpace(f.Note)
	bad.MaxLen("message", f.Message, 2000)
	bad.MaxLen("note", f.Note, 2000)
	if f.Email = strings.TrimSpace(f.Email); f.Email != "" {
		norm, ok := email.Parse(f.Email)
		if !ok {
			bad.Add("email", "error.email")
		}
		f.Email = norm
	}
	return bad.Err()
}

// Guard keeps the two sides apart: who comes by the link says that it was opened and
// sent, the agency everything else. The time of a link is from a day to three months.
func (f *FillIn) Guard(_ context.Context, tx *db.Tx, old record.Record) error {
	was, _ := old.(*FillIn)
	if was == nil {
		if f.ExpiresAt <= tx.Now || f.ExpiresAt > tx.Now.Add((maxDays*24+1)*time.Hour) {
			return errs.Bad("days", "link.error.days", "Max", maxDays)
		}
		return nil
	}
	mine, theirs := *f, *was
	for _, x := range []*FillIn{&mine, &theirs} {
		x.Base = record.Base{}
	}
	if tx.Actor.Link != "" {
		if f.Status != "opened" && f.Status != "submitted" {
			return errs.New(errs.Forbidden, "error.forbidden")
		}
		theirs.Status, theirs.OpenedAt, theirs.SubmittedAt = f.Status, f.OpenedAt, f.SubmittedAt
		if mine != theirs {
			return errs.New(errs.Forbidden, "error.forbidden")
		}
		return nil
	}
	if f.OpenedAt != was.OpenedAt || f.SubmittedAt != was.SubmittedAt || f.TravelerID != was.TravelerID || f.Sections != was.Sections ||
		f.Status != was.Status && (f.Status == "opened" || f.Status == "submitted") {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	return nil
}

// Proposal is what the person has typed so far, and once sent, what they propose.
type Proposal struct {
	record.Base
	FillInID   int64         `db:"fill_in_id" history:"-"`
	TravelerID int64         `db:"traveler_id" history:"-"`
	Answer     string        `db:"answer" history:"-"` // JSON of answer
	Number     record.Secret `db:"number" history:"secret" reveal:"passport.reveal"`
	NumberHint string        `db:"number_hint" history:"-"`
	Photo      string        `db:"photo" history:"-"` // blob
	PhotoKey   record.Secret `db:"photo_key" history:"secret" reveal:"passport.reveal"`
	PhotoType  string        `db:"photo_type" history:"-"`
	PhotoSize  int64         `db:"photo_size" history:"-"`
}

// Table names the table and the kind.
func (*Proposal) Table() string { return "proposal" }

// Roots is the traveler: who looked at a number that was sent shows in their history.
func (p *Proposal) Roots() []record.Ref { return []record.Ref{{Kind: "traveler", ID: p.TravelerID}} }

// MayReveal keeps a draft the person's own: nobody looks at what wasn't sent.
func (p *Proposal) MayReveal(ctx context.Context, tx *db.Tx) error {
	f := new(FillIn)
	if err := record.Get(ctx, tx, f, p.FillInID); err != nil {
		return err
	}
	if f.SubmittedAt == 0 {
		return errs.Missing()
	}
	return nil
}

// Check keeps the visible part of the number.
func (p *Proposal) Check() error {
	number, fresh := p.Number.Fresh()
	if !fresh {
		if p.Number == "" {
			p.NumberHint = ""
		}
		return nil
	}
	number = strings.ToUpper(strings.Join(strings.Fields(number), ""))
	if len(number) > 40 || strings.Trim(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.") != "" {
		return errs.Bad("number", "link.error.number")
	}
	p.Number, p.NumberHint = record.Plain(number), number[max(0, len(number)-4):]
	if len(number) < 8 {
		p.NumberHint = number[max(0, len(number)-2):]
	}
	return nil
}

// Of returns the requests to a traveler, the newest first.
func Of(ctx context.Context, tx *db.Tx, travelerID int64) ([]FillIn, error) {
	var out []FillIn
	err := record.Select(ctx, tx, &out, "of $1 ORDER BY r.id DESC LIMIT 50", travelerID)
	return out, err
}

// proposalOf reads what was typed.
func proposalOf(ctx context.Context, tx *db.Tx, fillIn int64) (*Proposal, error) {
	var list []Proposal
	if err := record.Select(ctx, tx, &list, "WHERE r.fill_in_id = $1", fillIn); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errs.Missing()
	}
	return &list[0], nil
}
