package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// recordForm is the form for a new client or traveler: what was typed, and what is
// wrong with it. Its controls are those of the cards.
type recordForm struct {
	recordView
	corporate bool
	tagNames  []ui.Option
	forClient *client.Client // a new traveler joins this client
}

// newForm prepares an empty form, or the one that was sent.
func newForm(p *Page, kind string, f Form, err error) *recordForm {
	return &recordForm{recordView: recordView{p: p, ref: record.Ref{Kind: kind}, edit: "new", form: f, err: formPaths(err)}}
}

func (s *Server) newClient(p *Page) error {
	return p.showClientForm(newForm(p, "client", nil, nil), Form(p.R.URL.Query()).Str("kind"), http.StatusOK)
}

func (p *Page) showClientForm(v *recordForm, kind string, status int) error {
	v.corporate = kind == "corporate" // R001: anything else is a person
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if v.choices, err = p.loadChoices(ctx, tx, &client.Client{}); err != nil {
			return err
		}
		if err = v.loadFields(ctx, tx); err != nil {
			return err
		}
		v.tagNames, err = p.tagOptions(ctx, tx, "client")
		return err
	})
	if err != nil {
		return err
	}
	if p.wantsFragment() {
		return p.write(status, v.clientBox())
	}
	return p.RenderStatus(status, Screen{Title: p.T("client.new"), Nav: "clients"}, v.clientBox())
}

// createClient saves a client with all that was typed, or shows the form again.
func (s *Server) createClient(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	f.tidyRows()
	kind := f.Str("kind")
	if f.Has("_act") || f.Has("_add") {
		return p.showClientForm(newForm(p, "client", f, nil), kind, http.StatusOK)
	}
	var n *flow.NewClient
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		known, err := tag.All(ctx, tx, "")
		if err != nil {
			return err
		}
		own, err := field.Of(ctx, tx)
		if err != nil {
			return err
		}
		n = p.clientOf(f, known) // anew in each attempt: creating fills in ids
		p.fieldsOf(f, own, n)
		if err := precheck(n); err != nil {
			return err
		}
		return flow.CreateClient(ctx, tx, n)
	})
	if err != nil {
		if !correctable(err) {
			return err
		}
		return p.showClientForm(newForm(p, "client", f, err), kind, StatusOf(err))
	}
	p.Flash("good", "client.created", "Name", n.Client.Name)
	if f.Bool("_next") {
		return p.Redirect("/clients/new?kind=" + n.Client.Kind)
	}
	return p.Redirect(pathOf(record.Ref{Kind: "client", ID: n.Client.ID}))
}

// tidyRows drops empty and removed rows and numbers the rest anew, so that what
// the server says about row 2 is said beside row 2.
func (f Form) tidyRows() {
	for group, fields := range map[string][]string{"communications": {"value"}, "others": {"family", "given"}, "ids": {"system", "value"}} {
		rows := f.Rows(group, fields...)
		for name := range f {
			if strings.HasPrefix(name, group+"[") {
				delete(f, name)
			}
		}
		i := 0
		for _, r := range rows {
			if r.Bool("delete") {
				continue
			}
			for name, vals := range r {
				f[fmt.Sprintf("%s[%d].%s", group, i, name)] = vals
			}
			i++
		}
	}
}

// below are the fields whose names begin with a prefix, without it.
func (f Form) below(prefix string) Form {
	out := Form{}
	for name, vals := range f {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			out[rest] = vals
		} else if rest, ok := strings.CutPrefix(name, "_tick."+prefix); ok {
			out["_tick."+rest] = vals
		}
	}
	return out
}

// clientOf reads the form. What reaches one person is kept with the person, what
// reaches a company with the company (R045).
func (p *Page) clientOf(f Form, known []tag.Tag) *flow.NewClient {
	n := &flow.NewClient{}
	fillData(p, f, &n.Client)
	comms := p.commsOf(f)
	if t, ok := p.personOf(f.below("t."), f.Str("kind") != "corporate"); ok {
		t.Primary = true
		if n.Client.Kind != "corporate" {
			t.Communications, comms = comms, nil
		}
		n.Travelers = append(n.Travelers, t)
	}
	for _, row := range f.Rows("others", "family", "given") {
		if t, ok := p.personOf(row, false); ok {
			t.Role = row.Str("role")
			n.Travelers = append(n.Travelers, t)
		}
	}
	n.Communications = comms
	for _, kind := range []string{"physical", "mailing"} {
		a := contact.Address{Kind: kind}
		fillAddress(f, kind+".", &a)
		if !a.Empty() && (kind == "physical" || f.Bool("with_mailing")) {
			n.Addresses = append(n.Addresses, a)
		}
	}
	for _, s := range f.tags(tagOffers(known)) {
		n.Tags = append(n.Tags, tagValue(known, s))
	}
	for _, r := range f.Rows("ids", "system", "value") {
		n.InterfaceIDs = append(n.InterfaceIDs, client.InterfaceID{System: r.Str("system"), Value: r.Str("value")})
	}
	return n
}

// fieldsOf reads the agency's own fields of a new client and of its people.
func (p *Page) fieldsOf(f Form, own *field.Set, n *flow.NewClient) {
	p.putFields(f, own, "client", "", &n.Client.Fields)
	others := f.Rows("others", "family", "given")
	for i := range n.Travelers {
		form, prefix := f, "t."
		if at := len(others) - len(n.Travelers) + i; at >= 0 {
			form, prefix = others[at], ""
		}
		p.putFields(form, own, "traveler", prefix, &n.Travelers[i].Traveler.Fields)
	}
}

// personOf reads a traveler; without a name there is none unless one is needed.
func (p *Page) personOf(f Form, needed bool) (flow.NewTraveler, bool) {
	var t flow.NewTraveler
	fillPerson(p, f, &t.Traveler)
	return t, needed || f.Str("family")+f.Str("given") != ""
}

func (p *Page) commsOf(f Form) (out []contact.Communication) {
	for i, row := range f.Rows("communications", "value") {
		c := contact.Communication{Region: p.Agency.Country}
		fillCommunication(row, &c)
		c.PermitMarketing = row.Bool("permit_marketing")
		c.Primary = true // the first of its type
		for _, before := range out[:i] {
			c.Primary = c.Primary && before.Type != c.Type
		}
		out = append(out, c)
	}
	return out
}

// precheck looks at everything at once, so that nobody corrects one field after
// the other. What needs the database is checked while saving.
func precheck(n *flow.NewClient) error {
	var bad errs.Collect
	if n.Client.Name == "" && n.Client.Kind != "corporate" && len(n.Travelers) > 0 {
		n.Client.Name = flow.SuggestName(&n.Travelers[0].Traveler)
	}
	nameless := n.Client.Name == "" && n.Client.Kind != "corporate"
	if nameless {
		n.Client.Name = "?" // the traveler's field says what is missing
	}
	bad.Merge("", n.Client.Check())
	for i := range n.Travelers {
		t := &n.Travelers[i]
		prefix := fmt.Sprintf("travelers[%d].", i)
		bad.Merge(prefix, t.Traveler.Check())
		checkAll(&bad, prefix, t.Communications, nil)
	}
	checkAll(&bad, "", n.Communications, n.Addresses)
	for i := range n.InterfaceIDs {
		bad.Merge(fmt.Sprintf("interface_ids[%d].", i), n.InterfaceIDs[i].Check())
	}
	return bad.Err()
}

func checkAll(bad *errs.Collect, prefix string, comms []contact.Communication, addrs []contact.Address) {
	for i := range comms {
		bad.Merge(fmt.Sprintf("%scommunications[%d].", prefix, i), comms[i].Check())
	}
	for i := range addrs {
		bad.Merge(fmt.Sprintf("%saddresses[%d].", prefix, i), addrs[i].Check())
	}
}

// formPaths turns the paths of an error into the names of the form's fields.
func formPaths(err error) error {
	fields := fieldErrors(err)
	mailing := false
	for _, f := range fields {
		mailing = mailing || strings.HasPrefix(f.Path, "addresses[1].")
	}
	for i := range fields {
		path := fields[i].Path
		group, rest, nested := strings.Cut(path, "].")
		name, number, _ := strings.Cut(group, "[")
		n, _ := strconv.Atoi(number)
		switch {
		case !nested:
			continue
		case name == "travelers" && n == 0 && strings.HasPrefix(rest, "communications["):
			path = rest
		case name == "travelers" && n == 0:
			path = "t." + rest
		case name == "travelers":
			path = fmt.Sprintf("others[%d].%s", n-1, rest)
		case name == "addresses" && n == 1:
			path = "mailing." + rest
		case name == "addresses":
			path = "physical." + rest
		case name == "tags":
			path = "tags"
		case name == "interface_ids":
			path = fmt.Sprintf("ids[%d].%s", n, rest)
		}
		fields[i].Path = path
	}
	return err
}

// summary lists what is wrong, each with a link to its field.
func (v *recordForm) summary(known func(path string) (kind string)) ui.ErrorSummary {
	s := ui.ErrorSummary{L: v.p.L}
	for _, f := range fieldErrors(v.err) {
		field := v.field(known(f.Path), f.Path, 0)
		s.Items = append(s.Items, ui.FieldError{Name: f.Path, ID: field.ID, Label: field.Label, Text: v.p.T(f.Key, f.Args...)})
	}
	if v.err != nil && len(s.Items) == 0 {
		s.Title = v.p.L.Error(v.err)
	}
	return s
}

// pathKind tells which words name a field of the form.
func pathKind(path string) string {
	switch group, _, _ := strings.Cut(strings.ReplaceAll(path, "[", "."), "."); group {
	case "t", "others":
		return "traveler"
	case "communications":
		return "communication"
	case "physical", "mailing":
		return "address"
	case "ids":
		return "link"
	}
	return "client"
}

// reachRows ask how to reach somebody: to begin with, a phone and an e-mail.
func (v *recordForm) reachRows() ui.Repeat {
	p := v.p
	rep := ui.Repeat{L: p.L, Name: "communications", Label: p.T("contact.card.contact"), Add: p.T("contact.add"), Blank: v.reachFields("__i__", "phone")}
	n := 0
	if v.form != nil {
		n = len(v.form.Rows("communications", "value"))
		for i := range n {
			rep.Rows = append(rep.Rows, v.reachFields(strconv.Itoa(i), "phone"))
		}
	}
	spare := []string{}
	if n == 0 {
		spare = append(spare, "phone", "email")
	}
	if v.form != nil && v.form.Str("_add") == "communications" {
		spare = append(spare, "phone")
	}
	for _, kind := range spare {
		rep.Rows = append(rep.Rows, v.reachFields(strconv.Itoa(len(rep.Rows)), kind))
	}
	return rep
}

func (v *recordForm) reachFields(n, kind string) templ.Component {
	row := "communications[" + n + "]."
	sub := v.text("communication", row+"sub_type", "", 4)
	sub.List = v.p.subTypes()
	if n == "__i__" {
		sub.Value = ""
	}
	marketing := ui.Group{ui.Hidden{Name: "_tick." + row + "permit_marketing", Value: "1"}}
	f := v.field("communication", row+"permit_marketing", 0)
	tick := ui.Tick{Name: f.Name, ID: f.ID, Label: f.Label, Checked: v.form != nil && v.form.Bool(f.Name)}
	return within(ui.Fields(), append(ui.Group{v.pick("communication", row+"type", kind, 4, v.p.options("contact.type.", contact.Types), false),
		v.text("communication", row+"value", "", 4), sub}, append(marketing, tick)...))
}

// otherRows ask for the rest of a family or group.
func (v *recordForm) otherRows() ui.Repeat {
	p := v.p
	rep := ui.Repeat{L: p.L, Name: "others", Label: p.T("client.others"), Add: p.T("client.add_traveler"), Blank: v.otherFields("__i__")}
	n := 0
	if v.form != nil {
		n = len(v.form.Rows("others", "family", "given"))
		if v.form.Str("_add") == "others" {
			n++
		}
	}
	for i := range n {
		rep.Rows = append(rep.Rows, v.otherFields(strconv.Itoa(i)))
	}
	return rep
}

func (v *recordForm) otherFields(n string) templ.Component {
	row := "others[" + n + "]."
	role := v.text("link", row+"role", "", 6)
	role.List = v.p.roles()
	return within(ui.Fields(), ui.Group{v.text("traveler", row+"family", "", 6), v.text("traveler", row+"given", "", 6),
		v.date("traveler", row+"birth_date", "", 6, true), role, v.fieldRow(row)})
}

// address asks for one address in the way of its country.
func (v *recordForm) address(prefix string, redraw templ.Attributes) templ.Component {
	return within(ui.Fields(), v.addressFields(prefix, &contact.Address{}, redraw))
}

// travelerFields ask who somebody is, as in the travel document.
func (v *recordForm) travelerFields() ui.Group {
	p := v.p
	in := func(name string, width int) ui.Input { return v.text("traveler", "t."+name, "", width) }
	birth := v.date("traveler", "t.birth_date", traveler.Traveler{}.BirthDate, 6, true)
	return ui.Group{in("preferred", 6), in("middle", 6), birth,
		v.pick("traveler", "t.sex", "", 6, p.options("traveler.sex.", traveler.Sexes), true),
		v.codes("t.nationality", "", p.countries(), p.L.Country), v.codes("t.languages", "", p.languages(), p.L.Language)}
}
