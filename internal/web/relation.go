package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// relationData is whom the person of the page is related to (R039-R045).
type relationData struct {
	kin       []traveler.Kin
	kinds     []traveler.Kinship
	proposals []traveler.Proposal
}

func relationPart() part {
	return part{at: 'p', load: (*recordView).loadRelations, cards: relationCards, routes: relationRoutes}
}

// loadRelations reads relations, and what follows from them for who may add it.
func (v *recordView) loadRelations(ctx context.Context, tx *db.Tx) (err error) {
	v.relationData = relationData{}
	ref, ok := v.personRef()
	if !ok {
		return nil
	}
	if v.kinds, err = traveler.Kinships(ctx, tx); err != nil {
		return err
	}
	if v.kin, err = traveler.KinOf(ctx, tx, ref.ID); err != nil || !v.may {
		return err
	}
	v.proposals, err = traveler.Proposals(ctx, tx, ref.ID, v.kin, v.p.Today())
	return err
}

func relationCards(v *recordView) []cardDef {
	if _, ok := v.personRef(); !ok {
		return nil
	}
	return []cardDef{{"relations", v.p.T("relation.card"), countText(v.p, len(v.kin)), v.relationsCard}}
}

func relationRoutes(s *Server) (out []Route) {
	for _, kind := range []string{"client", "traveler"} {
		at := "POST /" + kind + "s/{id}/relations"
		out = append(out, Route{Pattern: at, Right: "client.edit", handle: s.saveCard(kind, "relations", saveRelations)},
			Route{Pattern: at + "/{row}/accept", Right: "client.edit", handle: s.saveCard(kind, "relations", acceptProposal)},
			Route{Pattern: at + "/{row}/never", Right: "client.edit", handle: s.saveCard(kind, "relations", refuseProposal)})
	}
	return append(out, Route{Pattern: "POST /admin/relations/switch", Right: "option.manage", handle: switchKinship})
}

// personID is the traveler whose sections the page shows.
func (v *recordView) personID(ctx context.Context, tx *db.Tx) (int64, error) {
	if v.ref.Kind == "client" {
		return onlyTraveler(ctx, tx, v.ref.ID)
	}
	return v.ref.ID, nil
}

// kinLabel says what somebody is, by their sex.
func (v *recordView) kinLabel(code, sex string) string {
	return traveler.KinLabel(v.p.L, v.kinds, code, sex)
}

// fullName is a person as one speaks of them.
func fullName(t *traveler.Traveler) string { return strings.TrimSpace(t.Given + " " + t.Family) }

// relationsCard lists whom the person is related to, with a small picture of the
// family.
func (v *recordView) relationsCard() templ.Component {
	p, title := v.p, v.p.T("relation.card")
	if v.editing("relations") {
		return v.relationsForm(title)
	}
	card := ui.Card{ID: "relations", Title: title, Count: countText(p, len(v.kin))}
	if len(v.kin) > 0 {
		card.Actions = v.open("relations", "", p.T("common.edit"), "edit")
	} else {
		card.Actions = v.open("relations", "", p.T("relation.add"), "plus")
		if len(v.proposals) == 0 {
			return within(ui.CardBox(card), ui.Empty{Title: p.T("relation.none"), Small: true})
		}
	}
	var content, rows ui.Group
	if pic := v.familyPicture(); pic != nil {
		content = append(content, pic)
	}
	for i := range v.kin {
		rows = append(rows, v.kinRow(&v.kin[i]))
	}
	content = append(content, within(ui.Rows(), rows))
	if len(v.proposals) > 0 {
		var offers ui.Group
		for i := range v.proposals {
			offers = append(offers, v.proposalRow(&v.proposals[i]))
		}
		content = append(content, proposalBox(p.T("relation.proposals"), within(ui.Rows(), offers)))
	}
	return within(ui.CardBox(card), content)
}

func (v *recordView) kinRow(k *traveler.Kin) templ.Component {
	p, t := v.p, &k.T
	r := ui.Row{Lead: ui.Avatar{Initials: ui.Initials(t.Family, t.Given), Tint: ui.Tint(t.ID), Size: "md"}, Title: fullName(t), Strong: true,
		Href: pathOf(record.Ref{Kind: "traveler", ID: t.ID}), Badges: []ui.Badge{{Label: v.kinLabel(k.Is, t.Sex)}}}
	if int64(v.person.MainTraveler) == t.ID {
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("relation.is_main"), Kind: "accent"})
	}
	sub := []string{p.L.Date(t.BirthDate)}
	if t.Deceased {
		sub = append(sub, p.fieldLabel("traveler", "deceased"))
	} else {
		sub[0] = strings.Trim(sub[0]+", "+p.age(t), ", ")
	}
	if k.From != "" {
		sub = append(sub, p.T("relation.from", "Date", p.L.Date(k.From)))
	}
	if k.To != "" {
		sub = append(sub, p.T("relation.until", "Date", p.L.Date(k.To)))
	}
	r.Sub = join(append(sub, k.Note)...)
	return r
}

// proposalRow offers a relation that follows from others (W20).
func (v *recordView) proposalRow(o *traveler.Proposal) templ.Component {
	name := fullName(&o.T)
	at := v.path() + "/relations/" + strconv.FormatInt(o.T.ID, 10)
	r := ui.Row{Slim: true, Lead: ui.Icon("users"), Title: name, Href: pathOf(record.Ref{Kind: "traveler", ID: o.T.ID}),
		Sub: v.p.T("relation.via", "Name", fullName(&o.Via))}
	for _, code := range o.Codes {
		kind := v.kinLabel(code, o.T.Sex)
		r.Actions = append(r.Actions, postButton(at+"/accept", "relations", ui.Button{Label: kind, Icon: "check", Small: true, Submit: true, Name: "code", Value: code,
			Attrs: templ.Attributes{"aria-label": v.p.T("relation.accept", "Name", name, "Kind", kind)}}))
	}
	r.Actions = append(r.Actions, postButton(at+"/never", "relations", ui.Button{Label: v.p.T("relation.never", "Name", name), Icon: "x", IconOnly: true, Kind: "ghost",
		Small: true, Submit: true, Name: "codes", Value: strings.Join(o.Codes, ",")}))
	return r
}

func acceptProposal(ctx context.Context, tx *db.Tx, v *recordView) error {
	return v.proposed(ctx, tx, func(id, other int64) error {
		return traveler.Relate(ctx, tx, id, other, v.form.Str("code"), &traveler.Relation{})
	})
}

func refuseProposal(ctx context.Context, tx *db.Tx, v *recordView) error {
	return v.proposed(ctx, tx, func(id, other int64) error {
		return traveler.Refuse(ctx, tx, id, other, v.form.list("codes")...)
	})
}

// proposed answers a proposal about the person of the path. Where that fails, the card
// opens with what is stored.
func (v *recordView) proposed(ctx context.Context, tx *db.Tx, do func(id, other int64) error) error {
	id, err := v.personID(ctx, tx)
	if err != nil {
		return err
	}
	other, err := v.rowID()
	if err != nil {
		return err
	}
	if err := do(id, other); err != nil {
		v.form = nil
		return err
	}
	return nil
}

// relationText tells a relation of the history from the page's side: "Jan Kowalski:
// father".
func (v *recordView) relationText(e *record.Entry) string {
	at := map[string]string{}
	for _, c := range e.Changes {
		at[c.Field] = c.New + c.Old // one of both is empty
	}
	me := v.ref.ID
	if v.person != nil {
		me = v.person.ID
	}
	code, who := at["a_is"], at["a_id"]
	if who == strconv.FormatInt(me, 10) {
		who = at["b_id"]
		for _, k := range v.kinds {
			if k.Code == code {
				code = k.Inverse
				break
			}
		}
	}
	if who == "" {
		return ""
	}
	text := v.p.L.Pair(v.names.value(v.p, "relation", "traveler_id", who), v.kinLabel(code, ""))
	return join(text, v.p.L.Date(date.Date(at["from_date"])), at["note"])
}
