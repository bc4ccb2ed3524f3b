package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

var programmeIcons = map[string]string{"air": "plane", "hotel": "bed", "car": "car", "rail": "train", "cruise": "ship", "card": "card",
	"operator": "globe", "consortium": "building", "other": "star"}

// partCard is a card whose rows are edited one by one, as those of contact are.
type partCard struct {
	id, noun, path string // "dates", "special_date", "special-dates"
	half           bool
	rows           ui.Group
	form           func(row string) templ.Component // the form of a row, "new" for a new one
}

// partBox shows a card of rows.
func (v *recordView) partBox(c partCard) templ.Component {
	p := v.p
	card := ui.Card{ID: c.id, Title: p.T(c.noun + ".card"), Half: c.half, Actions: v.open(c.id, "new", p.T("common.add"), "plus")}
	for i, c := range card.Actions {
		b := c.(ui.Button)
		b.Focus = v.back // where the person was before the card was saved
		card.Actions[i] = b
	}
	rows := c.rows
	if v.may && v.edit == c.id+"-new" {
		rows = append(rows, c.form("new"))
	}
	if len(rows) == 0 { // one line: a person has many sections
		card.Note = p.T(c.noun + ".none")
		return within(ui.CardBox(card), ui.Group{})
	}
	return within(ui.CardBox(card), within(ui.Rows(), rows))
}

// partForm is the form of one row.
func (v *recordView) partForm(c partCard, row string, version int64, name string, fields ...templ.Component) templ.Component {
	r := reachRow{id: c.id + "-" + row, row: row, action: v.path() + "/" + c.path, version: strconv.FormatInt(version, 10), label: v.p.T(c.noun + ".add")}
	buttons := ui.Group{ui.Button{Label: v.p.T("common.save"), Kind: "primary", Submit: true, Small: true, Keys: "Control+S"}, v.cancel(c.id)}
	if row != "new" {
		r.action, r.label = r.action+"/"+row, v.p.T(c.noun+".edit", "Name", name)
		buttons = append(buttons, ui.Button{Label: v.p.T("common.delete"), Icon: "trash", Kind: "ghost", Small: true, Submit: true, Action: r.action + "/delete",
			Attrs: templ.Attributes{"hx-post": r.action + "/delete", "hx-target": "#" + c.id, "hx-swap": "outerHTML", "formnovalidate": true}})
	}
	if isStale(v.err) {
		return rowForm(c.id, r, v.conflict(version), buttons)
	}
	return rowForm(c.id, r, append(v.problems(), fields...), buttons)
}

// loyaltyCard lists where the person is a member (R035).
func (v *recordView) loyaltyCard() templ.Component {
	c := partCard{id: "loyalty", noun: "loyalty", path: "loyalty"}
	c.form = func(string) templ.Component { return v.loyaltyForm(c, &traveler.Membership{}) }
	for i := range v.memberships {
		m := &v.memberships[i]
		if v.may && v.edit == "loyalty-"+strconv.FormatInt(m.ID, 10) {
			c.rows = append(c.rows, v.loyaltyForm(c, m))
			continue
		}
		c.rows = append(c.rows, v.loyaltyRow(m))
	}
	return v.partBox(c)
}

func (v *recordView) loyaltyRow(m *traveler.Membership) templ.Component {
	p, today := v.p, v.p.Today()
	row := strconv.FormatInt(m.ID, 10)
	r := ui.Row{Slim: true, ID: "loyalty-row-" + row, Lead: ui.Icon(programmeIcons[m.Programme.Kind]), Title: m.Programme.Name}
	if m.Tier != "" {
		r.Badges = append(r.Badges, ui.Badge{Label: m.Tier, Icon: "star"})
	}
	if m.Default {
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("loyalty.default")})
	}
	sub := []string{m.Number}
	if m.NameOnCard != "" {
		sub = append(sub, m.NameOnCard)
	}
	if m.TierUntil != "" && m.Tier != "" {
		sub = append(sub, p.T("loyalty.tier_until", "Tier", m.Tier, "Date", p.L.Date(m.TierUntil)))
	}
	switch {
	case m.Expires == "":
	case m.Expires < today:
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("loyalty.expired", "Date", p.L.Date(m.Expires)), Kind: "danger"})
	default:
		sub = append(sub, p.T("loyalty.until", "Date", p.L.Date(m.Expires)))
	}
	if !m.Programme.Fits(m.Number) {
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("loyalty.unusual", "Name", m.Programme.Name), Kind: "caution"})
	}
	if m.Note != "" {
		sub = append(sub, m.Note)
	}
	r.Sub = strings.Join(sub, " · ")
	if m.PIN != "" {
		r.SubComp = ui.Group{ui.Text(r.Sub + " · " + p.fieldLabel("loyalty", "pin") + " "), secretField(p, "loyalty", m.ID, "pin", "")}
	}
	r.Actions = v.iconOpen("loyalty", row, p.T("loyalty.edit", "Name", m.Programme.Name))
	return r
}

func (v *recordView) loyaltyForm(c partCard, m *traveler.Membership) templ.Component {
	p := v.p
	row := "new"
	if m.ID != 0 {
		row = strconv.FormatInt(m.ID, 10)
	}
	prog := v.text("loyalty", "programme", m.Programme.Name, 6)
	prog.Required, prog.Autofocus = true, true
	for _, o := range v.programmes {
		prog.List = append(prog.List, o.Name)
	}
	kind := v.pick("loyalty", "kind", "", 6, p.options("loyalty.kind.", traveler.ProgrammeKinds), true)
	kind.Help = p.T("loyalty.new_help")
	number := v.text("loyalty", "number", m.Number, 6)
	number.Required = true
	pin := ui.Password{Field: v.field("loyalty", "pin", 6), L: p.L, Autocomplete: "off"}
	pin.Help = p.T("loyalty.pin_help")
	note := v.text("loyalty", "note", m.Note, 0)
	fields := []templ.Component{prog, kind, number, v.text("loyalty", "name_on_card", m.NameOnCard, 6), v.text("loyalty", "tier", m.Tier, 6),
		v.partDate("loyalty", "tier_until", string(m.TierUntil), 6), v.partDate("loyalty", "issued", string(m.Issued), 6), v.partDate("loyalty", "expires", string(m.Expires), 6), pin}
	if m.PIN != "" {
		drop := ui.Tick{Name: "pin_drop", ID: "e-loyalty-pin-drop", Label: p.T("loyalty.pin_drop"), Checked: v.form.Bool("pin_drop")}
		fields = append(fields, drop)
	}
	return v.partForm(c, row, m.Version, m.Programme.Name, append(fields, note, v.tick("loyalty", "is_default", m.Default))...)
}

// partDate asks for a date with a year.
func (v *recordView) partDate(kind, name, stored string, width int) ui.DateField {
	d := v.p.dateField(v.field(kind, name, width), v.val(name, v.p.typedValue(stored)), false)
	d.NoYear = false
	return d
}

// fillLoyalty copies the form. A programme that nobody knows yet is added (R036).
func fillLoyalty(v *recordView, l *traveler.Loyalty, programme int64) {
	f, home := v.form, v.p.Agency.Country
	if programme != 0 {
		l.ProgrammeID = programme
	}
	for name, to := range map[string]*string{"number": &l.Number, "name_on_card": &l.NameOnCard, "tier": &l.Tier, "note": &l.Note} {
		f.put(name, to)
	}
	f.putDate("tier_until", home, false, &l.TierUntil)
	f.putDate("issued", home, false, &l.Issued)
	f.putDate("expires", home, false, &l.Expires)
	f.putBool("is_default", &l.Default)
	switch pin := f.Raw("pin"); {
	case pin != "":
		l.PIN = record.Plain(pin)
	case f.Bool("pin_drop"):
		l.PIN = ""
	}
}

// programme finds or adds the programme that was typed; 0 where none was.
func (v *recordView) programme(ctx context.Context, tx *db.Tx) (int64, error) {
	name := v.form.Str("programme")
	if name == "" {
		return 0, nil
	}
	p, err := traveler.ProgrammeNamed(ctx, tx, name, v.form.Str("kind"))
	if err != nil {
		return 0, renamed(err, "name", "programme")
	}
	return p.ID, nil
}

// renamed tells of a field by the name that it has in the form.
func renamed(err error, from, to string) error {
	fields := fieldErrors(err)
	for i := range fields {
		if fields[i].Path == from {
			fields[i].Path = to
		}
	}
	return err
}

func addLoyalty(ctx context.Context, tx *db.Tx, v *recordView) error {
	v.edit = "loyalty-new"
	id, err := v.subject(ctx, tx)
	if err != nil {
		return err
	}
	if err := record.Editable(ctx, tx, record.Ref{Kind: "traveler", ID: id}); err != nil {
		return err // before a programme is added for nothing
	}
	l := &traveler.Loyalty{TravelerID: id}
	prog, err := v.programme(ctx, tx)
	if err != nil {
		return err
	}
	fillLoyalty(v, l, prog)
	return record.Insert(ctx, tx, l)
}

func editLoyalty(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	v.edit = "loyalty-" + strconv.FormatInt(id, 10)
	if err := record.Editable(ctx, tx, record.Ref{Kind: "loyalty", ID: id}); err != nil {
		return err
	}
	prog, err := v.programme(ctx, tx)
	if err != nil {
		return err
	}
	l := new(traveler.Loyalty)
	return v.editRecord(ctx, tx, l, id, "version", func() { fillLoyalty(v, l, prog) })
}

func dropLoyalty(ctx context.Context, tx *db.Tx, v *recordView) error {
	return v.dropPart(ctx, tx, new(traveler.Loyalty))
}

// dropPart removes the row that the path names.
func (v *recordView) dropPart(ctx context.Context, tx *db.Tx, r record.Record) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	return record.Delete(ctx, tx, r, id, v.form.Int("version"))
}
