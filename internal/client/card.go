package client

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/cardno"
	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

const withPerson = `{traveler has traveler_id}`

const editPerson = `{traveler.edit has traveler_id}`

// cardTable: who sees the traveler sees that there is a card, its brand and its last
// four digits; the number asks for the right card.reveal.
var cardTable = db.Table{Name: "payment_card", Of: "traveler_id",
	View: db.Rule{Own: withPerson, Branch: withPerson},
	Edit: db.Rule{Own: editPerson, Branch: editPerson, Need: "client.edit"}}

var _ = record.Register(record.Kind{Name: "payment_card", New: func() record.Record { return new(Card) }})

// PaymentForms are how a client pays (R058): A agency plastic, where the agency is the
// merchant; C cash or check; P plastic, the client's card; R receivable.
var PaymentForms = []string{"A", "C", "P", "R"}

// Card is a payment card of a traveler; it is listed at all clients of the traveler
// (R038). Security codes are never kept, in no field.
type Card struct {
	record.Base
	TravelerID int64         `db:"traveler_id" history:"-"`
	Number     record.Secret `db:"number" history:"secret" reveal:"card.reveal"`
	Brand      string        `db:"brand" history:"track"` // one of cardno.Brands
	Last4      string        `db:"last4" history:"track"`
	Holder     string        `db:"holder" history:"track"`
	Expires    string        `db:"expires" history:"track"` // "2027-05": valid until the end of the month
	Street     string        `db:"street" history:"track"`  // billing address
	PostalCode string        `db:"postal_code" history:"track"`
	City       string        `db:"city" history:"track"`
	Region     string        `db:"region" history:"track"`
	Country    string        `db:"country" history:"track"` // ISO 3166
	Note       string        `db:"note" history:"track"`
}

// Table names the table and the kind.
func (*Card) Table() string { return "payment_card" }

// Parents is the traveler.
func (c *Card) Parents() []record.Ref { return []record.Ref{{Kind: "traveler", ID: c.TravelerID}} }

var monthForm = regexp.MustCompile(`^20\d\d-(0[1-9]|1[0-2])$`)

// Check tidies c, finds its brand, and reports what is wrong with it.
func (c *Card) Check() error {
	var bad errs.Collect
	for path, s := range map[string]*string{"holder": &c.Holder, "street": &c.Street, "postal_code": &c.PostalCode, "city": &c.City, "region": &c.Region} {
		*s = strings.Join(strings.Fields(*s), " ")
		bad.MaxLen(path, *s, 200)
		c.clean(&bad, path, *s)
	}
	c.Note = strings.TrimSpace(c.Note)
	bad.MaxLen("note", c.Note, 2000)
	c.clean(&bad, "note", c.Note)
	c.checkNumber(&bad)
	if month, ok := cardno.Month(c.Expires); ok {
		c.Expires = month
	} else if c.Expires != "" && !monthForm.MatchString(c.Expires) {
		bad.Add("expires", "card.error.expires")
	}
	if c.Country != "" {
		code, ok := country.Lookup(c.Country)
		if !ok {
			bad.Add("country", "error.country")
		}
		c.Country = code
	}
	return bad.Err()
}

// clean refuses security codes and numbers in fields that aren't sealed.
func (c *Card) clean(bad *errs.Collect, path, s string) {
	switch {
	case cardno.HasCode(s):
		bad.Add(path, "card.error.code")
	case cardno.HasNumber(s):
		bad.Add(path, "card.error.elsewhere")
	}
}

// checkNumber looks at a number that was typed; the stored one stays as it is.
func (c *Card) checkNumber(bad *errs.Collect) {
	typed, fresh := c.Number.Fresh()
	if !fresh {
		if c.Number == "" {
			bad.Add("number", "error.required")
		}
		return
	}
	digits, ok := cardno.Tidy(typed)
	brand, fits := cardno.Brand(digits)
	switch {
	case !ok:
		bad.Add("number", "card.error.digits")
	case !fits:
		bad.Add("number", "card.error.length", "Count", len(digits))
	case !cardno.Luhn(digits):
		bad.Add("number", "card.error.check")
	}
	c.Number, c.Brand, c.Last4 = record.Plain(digits), brand, cardno.Last4(digits)
}

// Expired reports whether the card's last month is over.
func (c *Card) Expired(today date.Date) bool {
	return c.Expires != "" && len(today) >= 7 && c.Expires < string(today)[:7]
}

// Cards returns the cards of travelers, those that are valid longest first.
func Cards(ctx context.Context, tx *db.Tx, travelers ...int64) (out []Card, err error) {
	if len(travelers) == 0 {
		return nil, nil
	}
	err = record.Select(ctx, tx, &out, "of ids $1 ORDER BY r.traveler_id, r.expires DESC, r.id", db.IDs(travelers))
	return out, err
}

// guardPayment lets the default card be one of the client's travelers' (R060), and
// only where something is paid by card.
func (c *Client) guardPayment(ctx context.Context, tx *db.Tx, was *Client) error {
	if c.DefaultCard == 0 || was != nil && was.DefaultCard == c.DefaultCard {
		return nil
	}
	var one int64
	err := tx.Row(ctx, `SELECT 1 FROM {payment_card} k JOIN {client_traveler} l ON l.traveler_id = k.traveler_id
		WHERE k.id = $1 AND l.client_id = $2 LIMIT 1`, []any{c.DefaultCard, c.ID}, &one)
	if errs.Is(err, errs.NotFound) {
		return errs.Bad("default_card_id", "card.error.default")
	}
	return err
}

// Follow takes a card that was removed off the clients that paid with it.
func (c *Card) Follow(ctx context.Context, tx *db.Tx, _ record.Record, gone bool) error {
	if !gone {
		return nil
	}
	return dropDefault(ctx, tx, `WHERE r.default_card_id = $1
		AND r.id IN (SELECT l.client_id FROM {client_traveler} l WHERE l.traveler_id = $2)`, c.ID, c.TravelerID)
}

// Follow takes the card of a traveler off the client that they were taken out of.
func (l *Link) Follow(ctx context.Context, tx *db.Tx, old record.Record, gone bool) error {
	was, _ := old.(*Link)
	if was == nil || !gone && was.TravelerID == l.TravelerID {
		return nil
	}
	return dropDefault(ctx, tx, `WHERE r.id = $1
		AND r.default_card_id IN (SELECT k.id FROM {payment_card} k WHERE k.traveler_id = $2)`, was.ClientID, was.TravelerID)
}

// DropLostCard takes the default card off a client that came back from the trash, where
// the card was removed or its traveler left meanwhile.
func (c *Client) DropLostCard(ctx context.Context, tx *db.Tx) error {
	if c.DefaultCard == 0 {
		return nil
	}
	return dropDefault(ctx, tx, `WHERE r.id = $1 AND NOT EXISTS (SELECT 1 FROM {payment_card} k
		JOIN {client_traveler} l ON l.traveler_id = k.traveler_id WHERE k.id = r.default_card_id AND l.client_id = r.id)`, c.ID)
}

// dropDefault takes the default card off clients, as the actor where they may change the
// client, else as the program: the card is listed at clients that the actor doesn't see.
func dropDefault(ctx context.Context, tx *db.Tx, clause string, args ...any) error {
	var list []Client
	if err := record.Select(ctx, tx.AsSystem(), &list, clause, args...); err != nil {
		return err
	}
	for i := range list {
		c, by := &list[i], tx
		switch err := record.Editable(ctx, tx, record.Ref{Kind: "client", ID: c.ID}); {
		case errs.Is(err, errs.NotFound) || errs.Is(err, errs.Forbidden):
			by = tx.AsSystem()
		case err != nil:
			return err
		}
		if err := record.Edit(ctx, by, c, c.ID, 0, func() error { c.DefaultCard = 0; return nil }); err != nil {
			return err
		}
	}
	return nil
}

// checkPayment tidies the form of payment.
func (c *Client) checkPayment(bad *errs.Collect) {
	c.PaymentForm = strings.ToUpper(strings.TrimSpace(c.PaymentForm))
	bad.OneOf("payment_form", c.PaymentForm, append([]string{""}, PaymentForms...)...)
	if !slices.Contains([]string{"A", "P"}, c.PaymentForm) {
		c.DefaultCard = 0 // R060: forms A and P alone have a card
	}
}
