package web

import (
	"context"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// marketingData is what the section of marketing codes has read. Where the agency is a
// member of no affiliation it is empty, and so is the section (R086).
type marketingData struct {
	affiliations []tag.Affiliation
	affiliation  int64 // the chosen one: only its codes are shown (R083)
	marketCodes  []tag.Code
	marks        map[int64]string // states by code
}

// marketingPart is the section of marketing codes of a client (R082-R087).
func marketingPart() part {
	return part{at: 'm', load: (*recordView).loadMarketing, cards: func(v *recordView) []cardDef {
		if len(v.affiliations) == 0 {
			return nil
		}
		return []cardDef{{"marketing", v.p.T("marketing.card"), countText(v.p, len(v.marks)), v.marketingCard}}
	}, routes: func(s *Server) []Route {
		return []Route{{Pattern: "POST /clients/{id}/marketing", Right: "client.edit", handle: s.saveCard("client", "marketing", saveMarketing)}}
	}}
}

func (v *recordView) loadMarketing(ctx context.Context, tx *db.Tx) (err error) {
	if v.client == nil {
		return nil
	}
	if v.affiliations, err = tag.Affiliations(ctx, tx, true); err != nil || len(v.affiliations) == 0 {
		return err
	}
	list, err := tag.Shown(ctx, tx, v.client.ID)
	if err != nil {
		return err
	}
	v.marks = map[int64]string{}
	for _, m := range list {
		v.marks[m.CodeID] = m.State
	}
	return v.chooseAffiliation(ctx, tx)
}

// chooseAffiliation takes the affiliation that was asked for, else the first of which
// the client has codes, else the first.
func (v *recordView) chooseAffiliation(ctx context.Context, tx *db.Tx) error {
	wanted := Form(v.p.R.URL.Query()).Int("affiliation")
	if v.form != nil {
		wanted = v.form.Int("affiliation")
	}
	first := slices.IndexFunc(v.affiliations, func(a tag.Affiliation) bool { return a.ID == wanted })
	order := slices.Clone(v.affiliations)
	if first >= 0 {
		order = order[first : first+1]
	}
	for i, a := range order {
		codes, err := tag.Codes(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		has := slices.ContainsFunc(codes, func(c tag.Code) bool { return v.marks[c.ID] != "" })
		if i == 0 || has {
			v.affiliation, v.marketCodes = a.ID, codes
		}
		if has {
			break
		}
	}
	return nil
}

// saveMarketing stores the states that were changed in the form: what a colleague has
// changed meanwhile elsewhere in it stays.
func saveMarketing(ctx context.Context, tx *db.Tx, v *recordView) error {
	affiliation := v.form.Int("affiliation")
	codes, err := tag.Codes(ctx, tx, affiliation)
	if err != nil {
		return err
	}
	states := map[int64]string{}
	for _, c := range codes {
		name := markName(c)
		state := v.form.Str(name)
		if v.form.Has("_tick."+name) && v.form.Bool(name) {
			state = tag.Given
		}
		if v.form.Has("_was."+name) && state != v.form.Str("_was."+name) {
			states[c.ID] = state
		}
	}
	return tag.SetMarks(ctx, tx, v.ref.ID, affiliation, states)
}

func markName(c tag.Code) string { return "m" + strconv.FormatInt(c.ID, 10) }

// marketingURL is the section with another affiliation, or with all codes.
func (v *recordView) marketingURL(affiliation int64, all bool) string {
	u := "?card=marketing&affiliation=" + strconv.FormatInt(affiliation, 10)
	if all {
		u += "&codes=all"
	}
	return v.path() + u + "#marketing"
}

// markGroup are the codes of one category, in the order of the file.
type markGroup struct {
	title string
	codes []tag.Code
}

// markGroups gathers the codes by kind and category; retired ones only where the client
// has them.
func (v *recordView) markGroups(all bool) (out []markGroup) {
	lang := v.p.L.Lang()
	for _, c := range v.marketCodes {
		if v.marks[c.ID] == "" && (!all || !c.Active) {
			continue
		}
		title := v.p.T("marketing.kind." + c.Kind)
		if of := c.Categories.In(lang); of != "" {
			title = of
		}
		if n := len(out); n == 0 || out[n-1].title != title {
			out = append(out, markGroup{title: title})
		}
		g := &out[len(out)-1]
		g.codes = append(g.codes, c)
	}
	return out
}

// marketingCard shows the client's codes of one affiliation, only the chosen ones or
// all that there are (R085).
func (v *recordView) marketingCard() templ.Component {
	p, title := v.p, v.p.T("marketing.card")
	if v.editing("marketing") {
		fields := ui.Group{ui.Hidden{Name: "affiliation", Value: idText(v.affiliation)}}
		for _, g := range v.markGroups(true) {
			fields = append(fields, markFields(g.title, v.markControls(g)))
		}
		return v.editBox(editCard{id: "marketing", title: title, action: v.path() + "/marketing", plain: true}, within(ui.Stack(), fields))
	}
	all := p.R.URL.Query().Get("codes") == "all"
	chosen, offered := 0, 0
	for _, c := range v.marketCodes {
		if v.marks[c.ID] != "" {
			chosen++
		}
		if c.Active || v.marks[c.ID] != "" {
			offered++
		}
	}
	card := ui.Card{ID: "marketing", Title: title, Body: true}
	if v.may {
		edit := v.open("marketing", "", p.T("common.edit"), "edit")
		if len(v.affiliations) > 1 {
			at := v.path() + "?edit=marketing&affiliation=" + idText(v.affiliation)
			edit = []templ.Component{ui.Button{Label: p.T("common.edit"), Icon: "edit", Kind: "ghost", Small: true,
				Href: at + "#marketing", Swap: ui.Swap{Card: "marketing", Get: at, Edit: true}}}
		}
		card.Actions = edit
	}
	bar := ui.Group{ui.SegmentedLinks{Label: p.T("marketing.show"), Items: []ui.Tab{
		{Label: p.T("marketing.selected", "Count", chosen), Href: v.marketingURL(v.affiliation, false), Current: !all},
		{Label: p.T("marketing.all", "Count", offered), Href: v.marketingURL(v.affiliation, true), Current: all}}}}
	if len(v.affiliations) > 1 {
		which := ui.SegmentedLinks{Label: p.T("marketing.which")}
		for _, a := range v.affiliations {
			which.Items = append(which.Items, ui.Tab{Label: a.Names.In(p.L.Lang()), Href: v.marketingURL(a.ID, all), Current: a.ID == v.affiliation})
		}
		bar = append(ui.Group{which}, bar...)
	}
	return within(ui.CardBox(card), marketingView(v, bar, v.markGroups(all)))
}

// markState is what is said of a code of the client.
func (v *recordView) markState(c tag.Code) string {
	state := v.marks[c.ID]
	if state == "" {
		return "–"
	}
	text := v.p.T("marketing.state." + state)
	if !c.Active {
		text += " · " + v.p.T("marketing.retired")
	}
	return text
}

func (v *recordView) markFacts(g markGroup) ui.Facts {
	f := ui.Facts{Two: true}
	for _, c := range g.codes {
		f.Items = append(f.Items, ui.Fact{Label: c.Names.In(v.p.L.Lang()), Value: v.markState(c)})
	}
	return f
}

// markControls are a box for each permission and subscription, a choice for each
// preference.
func (v *recordView) markControls(g markGroup) (out ui.Group) {
	for _, c := range g.codes {
		name, stored := markName(c), v.marks[c.ID]
		was := ui.Hidden{Name: "_was." + name, Value: v.val("_was."+name, stored)}
		f := ui.Field{Name: name, ID: "e-marketing-" + name, Label: c.Names.In(v.p.L.Lang()), Width: 4}
		if c.Kind != "preference" {
			out = append(out, ui.Group{was, ui.Hidden{Name: "_tick." + name, Value: "1"}, within(markBox(), ui.Tick{Name: name, ID: f.ID, Label: f.Label, Checked: v.on(name, stored != "")})})
			continue
		}
		out = append(out, ui.Group{was, ui.Select{Field: f, Value: v.val(name, stored), Options: v.p.options("marketing.state.", tag.PreferenceStates), HasNone: true}})
	}
	return out
}
