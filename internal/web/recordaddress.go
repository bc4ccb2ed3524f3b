package web

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// addressCard shows where they live and where mail goes (R051).
func (v *recordView) addressCard() templ.Component {
	title := v.p.T("contact.card.addresses")
	if v.editing("addresses") {
		return v.addressForm(title)
	}
	card := ui.Card{ID: "addresses", Title: title, Actions: v.open("addresses", "", v.p.T("common.edit"), "edit"), Body: true}
	var facts []ui.Fact
	for _, a := range v.addrs {
		note := ""
		if a.OwnerKind != v.ref.Kind {
			note = v.p.T("contact.of", "Name", v.person.Name())
		}
		facts = append(facts, ui.Fact{Label: v.p.T("contact.kind." + a.Kind), Comp: postal(v.p.addressLines(&a)), Note: note, Full: true})
	}
	if len(facts) == 0 {
		card.Body = false
		return within(ui.CardBox(card), ui.Empty{Title: v.p.T("contact.no_address"), Small: true})
	}
	return within(ui.CardBox(card), ui.Facts{Items: facts})
}

// addressLines writes an address as on an envelope; the country only abroad.
func (p *Page) addressLines(a *contact.Address) []string {
	lang := p.L.Lang()
	if a.Country == p.Agency.Country {
		lang = ""
	}
	lines := country.Lines(country.Address{Street: a.Street, Street2: a.Street2, POBox: a.POBox, PostalCode: a.PostalCode, City: a.City,
		Region: a.Region, Country: a.Country}, lang)
	if a.Recipient != "" {
		lines = append([]string{a.Recipient}, lines...)
	}
	return lines
}

func (v *recordView) addressForm(title string) templ.Component {
	own := map[string]contact.Address{}
	for _, a := range v.addrs {
		if a.OwnerKind == v.ref.Kind {
			own[a.Kind] = a
		}
	}
	versions := ui.Group{ui.Hidden{Name: "physical.version", Value: strconv.FormatInt(own["physical"].Version, 10)},
		ui.Hidden{Name: "mailing.version", Value: strconv.FormatInt(own["mailing"].Version, 10)}}
	c := editCard{id: "addresses", title: title, action: v.path() + "/addresses", plain: true}
	if isStale(v.err) {
		v.extra = versions
		return v.editBox(c)
	}
	physical, mailing := own["physical"], own["mailing"]
	sw := v.redraw("addresses", v.path()+"/addresses")
	fields := append(versions, within(ui.FieldGroup(v.p.T("contact.kind.physical"), false), within(ui.Fields(), v.addressFields("physical", &physical, sw))))
	more := v.on("with_mailing", mailing.ID != 0)
	tick := ui.Group{ui.Hidden{Name: "_tick.with_mailing", Value: "1"},
		ui.Tick{Name: "with_mailing", ID: "e-with-mailing", Label: v.p.T("contact.with_mailing"), Checked: more, Attrs: sw}}
	fields = append(fields, within(ui.Fields(), tick))
	fields = append(fields, redrawButton(v.p.T("contact.redraw")))
	if more {
		fields = append(fields, within(ui.FieldGroup(v.p.T("contact.kind.mailing"), false), within(ui.Fields(), v.addressFields("mailing", &mailing, sw))))
	}
	return v.editBox(c, fields...)
}

// redraw has the script send the form when a control changes what else is asked
// for, such as the country of an address. Nothing is saved.
func (v *recordView) redraw(card, url string) templ.Attributes {
	return templ.Attributes{"hx-post": url, "hx-trigger": "change", "hx-target": "#" + card, "hx-swap": "outerHTML",
		"hx-include": "closest form", "hx-vals": `{"_act":"redraw"}`, "data-redraw": true}
}

// addressFields asks for an address in the order and with the words of its
// country (R051).
func (v *recordView) addressFields(prefix string, a *contact.Address, redraw templ.Attributes) ui.Group {
	code := v.val(prefix+".country", a.Country)
	if code == "" && a.ID == 0 {
		code = v.p.Agency.Country
	}
	get := func(name, stored string, width int) ui.Input {
		return v.text("address", prefix+"."+name, stored, width)
	}
	out := v.p.addressInputs(code, a, get)
	where := v.pick("address", prefix+".country", code, 6, v.p.countries(), true)
	where.Attrs = redraw
	return append(ui.Group{where, get("recipient", a.Recipient, 6)}, append(out, v.tick("address", prefix+".permit_marketing", a.PermitMarketing))...)
}

// addressInputs are the lines of an address as its country writes them. What the
// country doesn't use but is filled in stays in sight.
func (p *Page) addressInputs(code string, a *contact.Address, get func(name, stored string, width int) ui.Input) (out ui.Group) {
	layout := country.LayoutOf(code)
	stored := map[country.Field]string{country.Street: a.Street, country.Street2: a.Street2, country.POBox: a.POBox,
		country.PostalCode: a.PostalCode, country.City: a.City, country.Region: a.Region}
	fields := slices.Clone(layout.Fields)
	for _, f := range []country.Field{country.Street2, country.POBox, country.PostalCode, country.Region} {
		if stored[f] != "" && !layout.Uses(f) {
			fields = append(fields, f)
		}
	}
	for _, f := range fields {
		width := map[country.Field]int{country.PostalCode: 4, country.City: 8, country.Street2: 8, country.POBox: 4, country.Region: 6}[f]
		in := get(string(f), stored[f], width)
		switch {
		case f == country.PostalCode && !layout.PostalOK(in.Value):
			in.Caution = p.T("country.warn.postal", "Example", layout.PostalExample)
		case f == country.PostalCode && layout.PostalExample != "":
			in.Placeholder = layout.PostalExample
		case f == country.Region && layout.RegionKind != "":
			in.Label = p.T("country.region." + layout.RegionKind)
		}
		out = append(out, in)
	}
	return out
}

// countryChoices are countries by language and the one that comes first.
var countryChoices sync.Map // [2]string -> []ui.Option

// countries are all countries to choose from, the agency's own first. They are everybody's:
// nobody may change them.
func (p *Page) countries() []ui.Option {
	home := p.Agency.Country
	if all, ok := countryChoices.Load([2]string{p.L.Lang(), home}); ok {
		return all.([]ui.Option)
	}
	out := []ui.Option{}
	if home != "" {
		out = append(out, ui.Option{Value: home, Label: p.L.Country(home)})
	}
	for _, o := range country.Options(p.L.Lang()) {
		if o.Code != home {
			out = append(out, ui.Option{Value: o.Code, Label: o.Name})
		}
	}
	out = slices.Clip(out) // whoever appends gets another list
	countryChoices.Store([2]string{p.L.Lang(), home}, out)
	return out
}

func fillAddress(f Form, prefix string, a *contact.Address) {
	for name, to := range map[string]*string{"recipient": &a.Recipient, "street": &a.Street, "street2": &a.Street2, "po_box": &a.POBox,
		"postal_code": &a.PostalCode, "city": &a.City, "region": &a.Region, "country": &a.Country} {
		f.put(prefix+name, to)
	}
	f.putBool(prefix+"permit_marketing", &a.PermitMarketing)
}

// saveAddresses stores both addresses of the card. An address that was emptied is
// removed; so is the mailing address when its box isn't ticked any more (R051).
func saveAddresses(ctx context.Context, tx *db.Tx, v *recordView) error {
	stored, err := contact.AddressesOf(ctx, tx, v.ref)
	if err != nil {
		return err
	}
	for _, kind := range []string{"physical", "mailing"} {
		prefix := kind + "."
		at := slices.IndexFunc(stored, func(a contact.Address) bool { return a.Kind == kind })
		a := &contact.Address{OwnerKind: v.ref.Kind, OwnerID: v.ref.ID, Kind: kind}
		if at >= 0 {
			*a = stored[at]
		}
		fillAddress(v.form, prefix, a)
		gone := a.Empty() || (kind == "mailing" && v.form.Has("_tick.with_mailing") && !v.form.Bool("with_mailing"))
		switch {
		case at < 0 && !gone:
			err = record.Insert(ctx, tx, a)
		case at >= 0 && gone:
			err = record.Delete(ctx, tx, a, stored[at].ID, v.form.Int(prefix+"version"))
		case at >= 0:
			err = v.editRecord(ctx, tx, a, stored[at].ID, prefix+"version", func() { fillAddress(v.form, prefix, a) })
		}
		if err != nil {
			return under(prefix, err)
		}
	}
	return nil
}

// under puts the paths of an error below a prefix of the form.
func under(prefix string, err error) error {
	for i := range fieldErrors(err) {
		f := &fieldErrors(err)[i]
		f.Path = prefix + f.Path
	}
	return err
}
