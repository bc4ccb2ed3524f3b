package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/phone"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// clientBox is the form for a new client.
func (v *recordForm) clientBox() templ.Component {
	p := v.p
	redraw := v.redraw("form", "/clients")
	box := ui.FormPage{Head: ui.PageHead{Title: p.T("client.new")}, Action: "/clients", Summary: v.summary(pathKind),
		Bar: ui.Savebar{L: p.L, Save: p.T("client.save"), Cancel: "/clients", Errors: len(fieldErrors(v.err)),
			Extra: []ui.Button{{Label: p.T("client.save_next"), Name: "_next", Value: "1", Submit: true}}},
		Aside: asideNote(p.T("client.on_save"), v.onSave())}
	kind := map[bool]string{true: "corporate", false: "personal"}[v.corporate]
	choice := ui.Segmented{Field: ui.Field{Name: "kind", ID: "kind", Label: p.T("client.field.kind")}, Value: kind,
		Options: []ui.Option{{Value: "personal", Label: p.T("client.kind.personal"), Icon: "user"}, {Value: "corporate", Label: p.T("client.kind.corporate"), Icon: "building"}}}
	who := append(ui.Group{redrawBox(choice, redraw, p.T("contact.redraw"))}, v.whoFields()...)
	groups := ui.Group{within(ui.FieldGroup(p.T("client.group.who"), true), within(ui.Fields(), who)),
		within(ui.FieldGroup(p.T("client.group.reach"), false), v.reachRows()),
		within(ui.FieldGroup(p.T("client.group.agency"), false), within(ui.Fields(), v.agencyFields())),
		v.fieldGroup("client", ""), v.firstFields(),
		within(folded(p.T("contact.kind.physical"), v.filled("physical.", "mailing.")), v.addresses(redraw)),
		within(folded(p.T(map[bool]string{true: "client.group.people", false: "client.others"}[v.corporate]), v.corporate || v.filled("others[") || v.adds("others")), v.peopleRows()),
		within(folded(p.T("client.group.more"), v.filled(moreNames...) || v.adds("ids")), v.moreFields())}
	return within(ui.FormBox(box), groups)
}

// whoFields name the client: by the person, or by the company.
func (v *recordForm) whoFields() ui.Group {
	p := v.p
	name := v.text("client", "name", "", 6)
	live := ui.Live("dupes", "/clients/duplicates", "name t.family t.given t.birth_date kind communications others")
	if v.corporate {
		name.Label, name.Required, name.Autofocus = p.T("client.company_name"), true, v.err == nil
		return ui.Group{name, v.text("client", "legal_name", "", 6), live, v.text("client", "tax_id", "", 6), v.text("client", "registration_no", "", 6),
			v.text("client", "contact", "", 6), v.area("client", "travel_policy", "")}
	}
	family := v.text("traveler", "t.family", "", 6)
	family.Autofocus, family.Help = v.err == nil, p.T("traveler.help.passport")
	name.Help = p.T("client.help.name")
	return append(append(ui.Group{family, v.text("traveler", "t.given", "", 6), live}, v.travelerFields()...), name)
}

// peopleRows ask for a company's first contact person, and for more travelers.
func (v *recordForm) peopleRows() templ.Component {
	if !v.corporate {
		return v.otherRows()
	}
	first := within(ui.Fields(), ui.Group{v.text("traveler", "t.family", "", 6), v.text("traveler", "t.given", "", 6), v.text("traveler", "t.position", "", 6)})
	return ui.Group{first, v.fieldGroup("traveler", "t."), v.otherRows()}
}

func (v *recordForm) addresses(redraw templ.Attributes) templ.Component {
	tick := within(ui.Fields(), ui.Group{ui.Hidden{Name: "_tick.with_mailing", Value: "1"},
		ui.Tick{Name: "with_mailing", ID: "e-with-mailing", Label: v.p.T("contact.with_mailing"), Checked: v.on("with_mailing", false), Attrs: redraw}})
	out := ui.Group{v.address("physical", redraw), redrawButton(v.p.T("contact.redraw")), tick}
	if v.on("with_mailing", false) {
		out = append(out, within(ui.FieldGroup(v.p.T("contact.kind.mailing"), false), v.address("mailing", redraw)))
	}
	return out
}

// agencyFields ask whose client it is (R095), who looks after it, and where it
// came from.
func (v *recordForm) agencyFields() ui.Group {
	p := v.p
	advisors, me := v.choices.advisors, ""
	if p.User.HasClients {
		me = strconv.FormatInt(p.User.ID, 10)
	}
	if !p.Actor.May("client.assign") { // R097
		advisors = nil
		if me != "" {
			advisors = []ui.Option{{Value: me, Label: p.User.Name}}
		}
	}
	owner := ui.Radios{Field: v.field("client", "owner_kind", 0), Value: v.val("owner_kind", "agent")}
	for _, k := range []string{"agent", "agency"} {
		owner.Options = append(owner.Options, ui.Option{Value: k, Label: p.T("client.owner_kind." + k), Help: p.T("client.owner_help." + k)})
	}
	return ui.Group{owner, v.pick("client", "advisor_id", me, 6, advisors, true),
		v.pick("client", "branch_id", refText(p.User.BranchID), 6, v.choices.branches, true),
		v.pick("client", "source_medium", "", 6, p.options("client.source_medium.", client.SourceMedia), true), v.text("client", "source_detail", "", 6),
		v.pick("client", "segment", "temporary", 4, p.options("client.segment.", client.Segments), false),
		v.pick("client", "classification", "client", 4, p.options("client.classification.", client.Classifications), false),
		v.pick("client", "status", "active", 4, p.options("client.status.", client.Statuses), false),
		v.pick("client", "customer_type_id", "", 6, v.choices.types, true)}
}

// moreFields are what can wait: folded away until one of them is filled in or
// wrong.
func (v *recordForm) moreFields() templ.Component {
	p := v.p
	code := v.text("client", "code", "", 6)
	code.Help = p.T("client.help.code")
	ids := ui.Repeat{L: p.L, Name: "ids", Label: p.T("client.card.ids"), Add: p.T("client.add_id"), Blank: v.idRow("__i__", &client.InterfaceID{})}
	n := 0
	if v.form != nil {
		n = len(v.form.Rows("ids", "system", "value"))
		if v.adds("ids") {
			n++
		}
	}
	for i := range n {
		ids.Rows = append(ids.Rows, v.idRow(strconv.Itoa(i), &client.InterfaceID{}))
	}
	fields := ui.Group{code, v.text("client", "sort_name", "", 6),
		v.pick("client", "language", p.Agency.Language, 6, p.languages(), true), v.pick("client", "currency", p.Agency.Currency, 6, currencies(), true),
		v.text("client", "formal_salutation", "", 6), v.text("client", "informal_salutation", "", 6),
		v.date("client", "anniversary", date.Date(""), 6, false), v.text("client", "anniversary_note", "", 6), v.tagsField()}
	if !v.corporate {
		fields = append(fields, v.text("client", "contact", "", 6), v.text("traveler", "t.company", "", 6), v.text("traveler", "t.position", "", 6))
	}
	fields = append(fields, v.area("client", "remarks", ""), v.area("client", "memo", ""))
	return ui.Group{within(ui.Fields(), fields), ids}
}

// tagsField asks for tags (R075); mandatory ones must be among them (L11).
func (v *recordForm) tagsField() ui.Tokens {
	t := ui.Tokens{Field: v.field("client", "tags", 0), L: v.p.L, Add: v.p.T("client.add_tag"), Suggestions: v.tagNames, Values: v.typedTags(nil, v.tagNames)}
	t.Label, t.Help = v.p.T("client.card.tags"), v.p.T("client.help.tags")
	return t
}

// moreNames are the fields of the last group that are empty to begin with.
var moreNames = []string{"code", "sort_name", "formal_salutation", "informal_salutation", "anniversary", "tags", "ids[", "contact", "remarks", "memo",
	"t.company", "t.position"}

// filled reports whether a field whose name begins so holds something, or is wrong.
func (v *recordForm) filled(prefixes ...string) bool {
	for _, prefix := range prefixes {
		for name, vals := range v.form {
			if strings.HasPrefix(name, prefix) && !strings.HasSuffix(name, ".country") && strings.Join(vals, "") != "" {
				return true
			}
		}
		for _, f := range fieldErrors(v.err) {
			if strings.HasPrefix(f.Path, prefix) {
				return true
			}
		}
	}
	return false
}

// adds reports whether a row of the group was asked for without script.
func (v *recordForm) adds(group string) bool { return v.form != nil && v.form.Str("_add") == group }

// onSave says what will happen, before it does.
func (v *recordForm) onSave() []string {
	p := v.p
	first := p.T("client.on_save.person")
	if v.corporate {
		first = p.T("client.on_save.company")
	}
	return []string{first, p.T("client.on_save.class"), p.T("client.on_save.code")}
}

// clientTwins points out look-alikes while a client is typed (R006), and says what
// the record will be called.
func (s *Server) clientTwins(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	f.tidyRows()
	n := p.clientOf(f, nil)
	suspect := flow.Suspect{Name: n.Client.Name, Region: p.Agency.Country}
	if suspect.Name == "" && len(n.Travelers) > 0 && n.Client.Kind != "corporate" {
		suspect.Name = flow.SuggestName(&n.Travelers[0].Traveler)
	}
	comms := n.Communications
	for _, t := range n.Travelers {
		suspect.People = append(suspect.People, strings.TrimSpace(t.Traveler.Family+" "+t.Traveler.Given))
		suspect.BirthDate = append(suspect.BirthDate, t.Traveler.BirthDate)
		comms = append(comms, t.Communications...)
	}
	for _, c := range comms {
		switch c.Type {
		case "phone":
			suspect.Phones = append(suspect.Phones, c.Value)
		case "email":
			suspect.Emails = append(suspect.Emails, c.Value)
		}
	}
	code := ""
	if suspect.Name != "" && f.Str("code") == "" {
		tel := ""
		if len(suspect.Phones) > 0 {
			tel = suspect.Phones[0]
		}
		err = p.View(func(ctx context.Context, tx *db.Tx) (err error) {
			code, err = client.FreeCode(ctx, tx, client.ProposeCode(suspect.Name, tel))
			return err
		})
		if err != nil {
			return err
		}
	}
	hint := ""
	if code != "" {
		hint = p.T("client.will_be", "Name", suspect.Name, "Code", code)
	}
	return p.twins(suspect, hint)
}

// twinLimit is how many look-alikes are pointed out.
const twinLimit = 4

// twins answers with the records that look like what is being typed.
func (p *Page) twins(s flow.Suspect, hint string) error {
	d := ui.Dupes{L: p.L}
	typed := len(strings.TrimSpace(s.Name)) >= 3 || len(s.Phones)+len(s.Emails) > 0
	if typed {
		err := p.View(func(ctx context.Context, tx *db.Tx) error {
			found, err := flow.Twins(ctx, tx, s, twinLimit)
			for i := range found {
				item, derr := p.dupe(ctx, tx, &found[i])
				if derr != nil {
					return derr
				}
				d.Items = append(d.Items, item)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return p.Fragment(twinHints(d, hint))
}

// dupe says of a look-alike what agrees and who has it.
func (p *Page) dupe(ctx context.Context, tx *db.Tx, t *flow.Twin) (ui.Dupe, error) {
	name := nameOf(t.Name, t.Corporate)
	d := ui.Dupe{Name: name, Href: pathOf(record.Ref{Kind: t.Kind, ID: t.ID}), Initials: ui.Initials(name.Family, name.Given), Tint: ui.Tint(t.ID), Person: t.Kind == "traveler"}
	for _, r := range t.Reasons {
		why := p.T("client.twin." + r)
		switch {
		case r == "phone" && t.Phone != "":
			why = phone.Format(t.Phone, p.Agency.Country)
		case r == "email" && t.Email != "":
			why = t.Email
		case r == "birth_date" && t.Kind == "traveler":
			why = p.L.Date(date.Date(t.Detail))
		}
		d.Why = append(d.Why, why)
	}
	if t.Kind != "client" {
		return d, nil
	}
	var advisor, branch string
	err := tx.Row(ctx, `SELECT coalesce((SELECT u.name FROM {user} u WHERE u.id = c.advisor_id), ''), coalesce((SELECT b.name FROM {branch} b WHERE b.id = c.branch_id), '')
		FROM {client} c WHERE c.id = $1`, []any{t.ID}, &advisor, &branch)
	var rest []string
	for _, s := range []string{t.Detail, advisor, branch} {
		if s != "" {
			rest = append(rest, s)
		}
	}
	d.Rest = strings.Join(rest, ", ")
	return d, err
}
