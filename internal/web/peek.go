package web

import (
	"context"
	"fmt"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/phone"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// peekData is what a peek shows below its head.
type peekData struct {
	facts   []ui.Fact
	people  []ui.Row
	remarks string
}

// reachButtons are the quickest ways to somebody: call and write.
func reachButtons(p *Page, tel, mail string) (out []templ.Component) {
	if tel != "" {
		out = append(out, ui.Button{Label: phone.Format(tel, p.Agency.Country), Icon: "phone", Small: true, Href: "tel:" + tel})
	}
	if mail != "" {
		out = append(out, ui.Button{Label: mail, Icon: "mail", Small: true, Href: "mailto:" + mail})
	}
	return out
}

func (d *peekData) fact(label, value string) {
	if value != "" {
		d.facts = append(d.facts, ui.Fact{Label: label, Value: value})
	}
}

func (p *Page) tagNames(ctx context.Context, tx *db.Tx, ref record.Ref) (string, error) {
	on, err := tag.Of(ctx, tx, ref)
	var names []string
	for _, o := range on {
		names = append(names, p.tagShown(o))
	}
	return strings.Join(names, ", "), err
}

// clientPeek shows a client beside the list.
func clientPeek(p *Page, id int64, back string) (templ.Component, error) {
	var c client.Client
	var d peekData
	var advisor, branch string
	err := p.View(func(ctx context.Context, tx *db.Tx) error {
		if err := record.Get(ctx, tx, &c, id); err != nil {
			return err
		}
		err := tx.Row(ctx, `SELECT coalesce((SELECT u.name FROM {user} u WHERE u.id = $1), ''), coalesce((SELECT b.name FROM {branch} b WHERE b.id = $2), '')`,
			[]any{int64(c.AdvisorID), int64(c.BranchID)}, &advisor, &branch)
		if err != nil {
			return err
		}
		tags, err := p.tagNames(ctx, tx, record.Ref{Kind: "client", ID: id})
		if err != nil {
			return err
		}
		d.fact(p.T("client.field.advisor"), advisor)
		d.fact(p.T("client.field.branch"), branch)
		d.fact(p.T("client.field.code"), c.Code)
		d.fact(p.T("client.field.city"), c.City)
		d.fact(p.T("client.field.tag"), tags)
		d.remarks = c.Remarks
		return d.loadPeople(ctx, tx, p, id)
	})
	if err != nil {
		return nil, err
	}
	name := nameOf(c.Name, c.Kind == "corporate")
	head := ui.Peek{L: p.L, Label: c.Name, Name: name, Href: fmt.Sprintf("/clients/%d", id), Close: back,
		Initials: ui.Initials(name.Family, name.Given), Tint: ui.Tint(id),
		Badges: clientBadges(p, c.Kind, c.Segment, c.Classification, c.Status, true),
		Meta:   []string{p.T("client.kind." + c.Kind), c.Code}, Reach: reachButtons(p, c.Phone, c.Email)}
	return peekScreen(p, head, &d), nil
}

func (d *peekData) loadPeople(ctx context.Context, tx *db.Tx, p *Page, clientID int64) error {
	return tx.Each(ctx, `SELECT t.id, t.family, t.given, l.role FROM {client_traveler} l JOIN {traveler} t ON t.id = l.traveler_id
		WHERE l.client_id = $1 ORDER BY l.position, l.id LIMIT 12`, []any{clientID}, func(rows db.Rows) error {
		var id int64
		var family, given, role string
		err := rows.Scan(&id, &family, &given, &role)
		d.people = append(d.people, ui.Row{Lead: ui.Avatar{Initials: ui.Initials(family, given), Tint: ui.Tint(id)},
			Name: ui.Name{Family: family, Given: given}, Href: fmt.Sprintf("/travelers/%d", id), Sub: p.known("client.role.", role), Slim: true})
		return err
	})
}

// travelerPeek shows a traveler beside the list.
func travelerPeek(p *Page, id int64, back string) (templ.Component, error) {
	var t traveler.Traveler
	var d peekData
	err := p.View(func(ctx context.Context, tx *db.Tx) error {
		if err := record.Get(ctx, tx, &t, id); err != nil {
			return err
		}
		tags, err := p.tagNames(ctx, tx, record.Ref{Kind: "traveler", ID: id})
		if err != nil {
			return err
		}
		d.fact(p.T("traveler.field.birth_date"), p.L.Date(t.BirthDate))
		if t.Nationality != "" {
			d.fact(p.T("traveler.field.nationality"), countryNames(p, t.Nationality))
		}
		d.fact(p.T("traveler.field.company"), t.Company)
		d.fact(p.T("traveler.field.tag"), tags)
		d.remarks = t.Remarks
		return tx.Each(ctx, `SELECT c.id, c.name, c.kind, l.role FROM {client_traveler} l JOIN {client} c ON c.id = l.client_id
			WHERE l.traveler_id = $1 ORDER BY c.name_key LIMIT 12`, []any{id}, func(rows db.Rows) error {
			var cid int64
			var name, kind, role string
			err := rows.Scan(&cid, &name, &kind, &role)
			n := nameOf(name, kind == "corporate")
			d.people = append(d.people, ui.Row{Lead: ui.Avatar{Initials: ui.Initials(n.Family, n.Given), Tint: ui.Tint(cid), Account: true},
				Name: n, Href: fmt.Sprintf("/clients/%d", cid), Sub: p.known("client.role.", role), Slim: true})
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	head := ui.Peek{L: p.L, Label: t.Name(), Name: ui.Name{Family: t.Family, Given: t.Given}, Href: fmt.Sprintf("/travelers/%d", id), Close: back,
		Initials: ui.Initials(t.Family, t.Given), Tint: ui.Tint(id), Person: true, Reach: reachButtons(p, t.Phone, t.Email)}
	return peekScreen(p, head, &d), nil
}
