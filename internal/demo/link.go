package demo

import (
	"context"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/record"
)

// terms is a text that clients of the demo acknowledge.
const terms = `Dear {salutation},

these are the terms under which {agency} arranges your journey.

1. Your booking is binding once we have confirmed it in writing.
2. A deposit of 20 % is due at once, the balance 30 days before departure.
3. Please make sure that passports are valid for six months after your return.
4. We keep your data as long as your journey and the law ask for it.

{date}, {agency}`

// Links lets clients answer by private links: one has sent new details, one has signed
// the terms, and one hasn't looked at them yet. It needs clients.
func Links(ctx context.Context, d *db.DB, a *Agency) error {
	ids := map[string][]int64{}
	err := d.View(ctx, a.Actor(), func(tx *db.Tx) error {
		for kind, q := range map[string]string{"client": "SELECT c.id FROM {client} c WHERE c.kind = 'personal' ORDER BY c.id LIMIT 12",
			"traveler": "SELECT t.id FROM {traveler} t ORDER BY t.id LIMIT 12"} {
			err := tx.Each(ctx, q, nil, func(rows db.Rows) error {
				var id int64
				err := rows.Scan(&id)
				ids[kind] = append(ids[kind], id)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(ids["client"]) < 10 || len(ids["traveler"]) < 10 {
		return err
	}
	t := &ack.Template{Name: "Booking terms", Language: "en", Title: "Terms of booking with {agency}", Text: terms, Active: true}
	var path string
	var f *fillin.FillIn
	err = d.Update(ctx, a.Actor(), func(tx *db.Tx) (err error) {
		t.ID = 0
		if err := record.Insert(ctx, tx, t); err != nil {
			return err
		}
		f = &fillin.FillIn{TravelerID: ids["traveler"][7], Sections: strings.Join(fillin.Sections, ","), Language: "pl"}
		path, err = fillin.Ask(ctx, tx, f, 30, nil)
		return err
	})
	if err != nil {
		return err
	}
	if err := sendIn(ctx, d, path, f.TravelerID); err != nil {
		return err
	}
	s := &ack.Service{DB: d}
	for i, sign := range []bool{true, false} {
		_, path, err := s.Send(ctx, a.Actor(), ack.Request{Owner: record.Ref{Kind: "client", ID: ids["client"][7+i]}, Template: t.ID, Days: 60})
		if err != nil || !sign {
			return err
		}
		l, err := ack.Follow(ctx, d, strings.TrimPrefix(path, ack.Path("")), home)
		if err != nil {
			return err
		}
		shown, _, err := l.Show(ctx, d)
		if err == nil {
			err = l.Sign(ctx, d, ack.Answer{Agreed: true, Signer: shown.Recipient, Place: home})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// home is where the made-up clients answer from: an address for documentation.
var home = login.Place{IP: "203.0.113.24", UserAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X)"}

// sendIn answers a request as the person would.
func sendIn(ctx context.Context, d *db.DB, path string, traveler int64) error {
	l, err := fillin.Follow(ctx, d, strings.TrimPrefix(path, fillin.Path("")), home)
	if err != nil {
		return err
	}
	if _, err := l.Show(ctx, d); err != nil {
		return err
	}
	return l.Save(ctx, d, fillin.Input{Submit: true, Number: "ZS0000177", Values: map[string]string{
		"traveler." + strconv.FormatInt(traveler, 10) + ".occupation": "Architektka",
		"communication.new-phone.value":                               "+48 600 555 018",
		"passport.new.country":                                        "PL",
		"passport.new.expires":                                        string(date.Of(d.Now()).AddDays(3000)),
	}})
}
