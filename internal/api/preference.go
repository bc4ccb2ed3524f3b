package api

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/traveler"
)

var preferenceModel = newModel("Preference", "One value of a field of preferences: somebody likes window seats, avoids an airline, has been to Japan.", &traveler.Preference{},
	prop{name: "field", doc: "The field, as GET /preference-fields names it.", example: "airline", must: true},
	prop{name: "code", doc: "Of fields with a list the code of the value, of places an ISO 3166 code or the country's name, else YES or NO.", max: 100, example: "LH"},
	prop{name: "text", doc: "The words of a field without a list; of a place the region or city.", max: 2000, example: ""},
	prop{name: "degree", doc: "like or avoid; preference, intolerance, allergy or anaphylaxis; wish, been or avoid: as the kind of the field has it. The first one where nothing is said.", example: "avoid"},
	prop{name: "number", doc: "The number of a field that holds one; of a place the year; else 0.", example: int64(0)},
	prop{name: "note", doc: "Anything worth remembering of this value.", max: 500, example: "lost the luggage twice"},
)

var loyaltyModel = newModel("Loyalty", "A traveler's membership in a loyalty programme.", &traveler.Loyalty{},
	prop{name: "programme_id", doc: "The programme. POST /programmes adds one that isn't in the list.", example: int64(3), must: true},
	prop{name: "number", doc: "Member number as on the card.", max: 100, example: "992000000000001", must: true},
	prop{name: "name_on_card", doc: "Name as on the card.", max: 100, example: "JOANNA KOWALSKA"},
	prop{name: "tier", doc: "Tier.", max: 100, example: "Senator"},
	prop{name: "tier_until", doc: "Last day of the tier.", example: "2027-02-28"},
	prop{name: "issued", doc: "When the membership began.", example: "2012-05-01"},
	prop{name: "expires", doc: "Last day of the membership.", example: "2027-02-28"},
	prop{name: "pin", doc: "PIN, password or a hint at it. It is stored sealed and never answered: only whether there is one.", max: 100, example: ""},
	prop{name: "note", doc: "Anything worth remembering.", max: 1000, example: ""},
	prop{name: "default", col: "is_default", doc: "The one to book with. Setting it unsets others of the same supplier.", example: true},
)

var specialDateModel = newModel("SpecialDate", "A day that matters to a traveler besides the birthday.", &traveler.SpecialDate{},
	prop{name: "type", doc: "Code of the option list special_date.", max: 30, example: "WEDDING", must: true},
	prop{name: "date", doc: "2001-06-12, or --06-12 where the year is unknown.", example: "2001-06-12", must: true},
	prop{name: "yearly", doc: "Comes round every year; true where nothing is said.", example: true, yes: true},
	prop{name: "remind_days", doc: "How many days before it is pointed out, 0 to 180.", example: int64(14)},
	prop{name: "note", doc: "Anything worth remembering.", max: 500, example: ""},
)

var emergencyModel = newModel("EmergencyContact", "Somebody to call when something happens to a traveler.", &traveler.EmergencyContact{},
	prop{name: "name", doc: "Name.", max: 200, example: "Jan Kowalski", must: true},
	prop{name: "relation", doc: "What they are to the traveler, in your own words.", max: 200, example: "father"},
	prop{name: "phone", doc: "Phone as people write it. There must be a phone or an e-mail.", max: 200, example: "601 234 567"},
	prop{name: "phone_norm", doc: "The phone as E.164, \"\" where it can't be read.", ro: true, example: "+48601234567"},
	prop{name: "email", doc: "E-mail.", max: 200, example: ""},
	prop{name: "note", doc: "Anything worth remembering.", max: 1000, example: ""},
	prop{name: "position", doc: "Place in the order.", example: int64(0)},
)

var programmes = noun[traveler.Programme]{one: "loyalty programme", many: "loyalty programmes", id: "programme", group: "Agency", path: "/programmes",
	need: "option.manage", doc: "The loyalty programmes of the agency. Who may change clients may add one: of a well-known one the name suffices.",
	list: everyone[traveler.Programme]("r.name_key"), prep: wellKnown,
	model: newModel("Programme", "A loyalty programme.", &traveler.Programme{},
		prop{name: "name", doc: "Name, unique in the agency.", max: 100, example: "Miles & More", must: true},
		prop{name: "kind", doc: "What it is of; other where nothing is said.", enum: append([]string{""}, traveler.ProgrammeKinds...), example: "air"},
		prop{name: "supplier", doc: "Whose it is.", max: 100, example: "Lufthansa Group"},
		prop{name: "code", doc: "Code of the airline or chain.", max: 20, example: "LH"},
		prop{name: "pattern", doc: "Regular expression of member numbers. It only warns.", max: 100, example: "\\d{15}"},
		prop{name: "active", doc: "Whether it is offered; true where nothing is said.", example: true, yes: true})}

// wellKnown fills in what Carnet knows of a programme of which only the name was sent.
func wellKnown(_ *req, p *traveler.Programme) {
	if p.Kind+p.Supplier+p.Code+p.Pattern != "" {
		return
	}
	all := traveler.ShippedProgrammes()
	if i := slices.IndexFunc(all, func(s traveler.Programme) bool { return s.NameKey == fold.Fold(p.Name) }); i >= 0 {
		p.Kind, p.Supplier, p.Code, p.Pattern = all[i].Kind, all[i].Supplier, all[i].Code, all[i].Pattern
	}
}

var options = noun[option.Option]{one: "option", many: "options", id: "option", group: "Agency", path: "/options", need: "option.manage", noDelete: true,
	doc:  "What the agency says of values of option lists: own ones, switched-off ones, their order. Read GET /option-lists for all values.",
	list: everyone[option.Option]("r.list, r.position, r.id"),
	model: newModel("Option", "What the agency says of one value of a list.", &option.Option{},
		prop{name: "list", doc: "Name of the list.", example: "room", must: true},
		prop{name: "code", doc: "Code that records keep: A-Z, 0-9 and _. Made of the label where nothing is sent. It can't be changed.", max: 30, example: "LAKE_VIEW"},
		prop{name: "label", doc: "Name in the agency's words, the same in all languages; \"\" takes the shipped one.", max: 80, example: "Lake view"},
		prop{name: "position", doc: "Place in the list from 1; 0 where nobody moved it.", example: int64(0)},
		prop{name: "active", doc: "Whether it is offered; true where nothing is said.", example: true, yes: true})}

// ofTraveler is a noun that hangs on travelers.
func ofTraveler[T any](n noun[T], list func(context.Context, *db.Tx, int64) ([]T, error), owner func(*T) *int64) noun[T] {
	n.group, n.need = travelerOwner.group, "client.edit"
	n.list = func(ctx context.Context, tx *db.Tx, q *req) ([]T, error) {
		if err := travelerOwner.seen(ctx, tx, q); err != nil {
			return nil, err
		}
		return list(ctx, tx, q.id())
	}
	n.prep = func(q *req, r *T) { *owner(r) = q.id() }
	n.owns = func(q *req, r *T) bool { return *owner(r) == q.id() }
	return n
}

// memberships are those of a traveler, without their programmes.
func memberships(ctx context.Context, tx *db.Tx, id int64) (out []traveler.Loyalty, err error) {
	list, err := traveler.Memberships(ctx, tx, id)
	for _, m := range list {
		out = append(out, m.Loyalty)
	}
	return out, err
}

func tasteOps() []op {
	path := travelerOwner.path
	added := ops(programmes)
	for i := range added {
		if added[i].id == "programme.create" { // R036: on the spot
			added[i].need = "client.edit"
		}
	}
	return slices.Concat(
		ops(ofTraveler(noun[traveler.Preference]{one: "preference", many: "preferences", id: "traveler.preference", path: path + "/preferences", model: preferenceModel,
			doc: "What the traveler likes and avoids, one record per field and value."}, traveler.Preferences, func(p *traveler.Preference) *int64 { return &p.TravelerID })),
		ops(ofTraveler(noun[traveler.Loyalty]{one: "membership", many: "memberships", id: "traveler.loyalty", path: path + "/loyalty", model: loyaltyModel,
			doc: "The loyalty programmes of which the traveler is a member."}, memberships, func(l *traveler.Loyalty) *int64 { return &l.TravelerID })),
		ops(ofTraveler(noun[traveler.SpecialDate]{one: "special date", many: "special dates", id: "traveler.special_date", path: path + "/special-dates", model: specialDateModel,
			doc: "Special dates as they come in the year."}, traveler.SpecialDates, func(s *traveler.SpecialDate) *int64 { return &s.TravelerID })),
		ops(ofTraveler(noun[traveler.EmergencyContact]{one: "emergency contact", many: "emergency contacts", id: "traveler.emergency_contact", path: path + "/emergency-contacts",
			model: emergencyModel, doc: "Whom to call when something happens, in order."}, traveler.EmergencyContacts, func(e *traveler.EmergencyContact) *int64 { return &e.TravelerID })),
		added, ops(options), []op{
			{id: "option_list.list", method: "GET", path: "/option-lists", group: "Agency", summary: "List the option lists", status: 200,
				doc:   "All lists with all their values in order, labels in the language of Accept-Language. Values that aren't offered are still valid.",
				reply: all("OptionSet", optionListSchema), run: listOptions},
			{id: "preference_field.list", method: "GET", path: "/preference-fields", group: "Agency", summary: "List the fields of preferences", status: 200,
				doc: "What can be known of a traveler's taste.", reply: all("PreferenceField", preferenceFieldSchema), run: listPreferenceFields},
		})
}

var (
	optionListSchema = obj("OptionSet", "A list of values to choose from.",
		text("name", "Name of the list.", "board"), text("label", "What the list is called.", "Board"),
		array("values", "The values in order.", obj("OptionValue", "A value of a list.",
			text("code", "Code that records keep.", "HB"), text("label", "What it is called.", "Half board"),
			yesno("active", "Whether it is offered.", true), yesno("shipped", "Whether it comes with Carnet.", true)).must("code", "label", "active", "shipped")),
	).must("name", "label", "values")
	preferenceFieldSchema = obj("PreferenceField", "Something that can be known of a traveler's taste.",
		text("key", "Name of the field.", "airline"), text("category", "Category.", "flight"), text("label", "What it is called.", "Airlines"),
		text("kind", "one, several, likes, severity, places, words, text, number or yes_no.", "likes"), text("list", "Its option list, \"\" for none.", "airline"),
		array("degrees", "What can be said of a value, the usual one first.", text("", "A degree.", "like").schema),
	).must("key", "category", "label", "kind", "list", "degrees")
)

func listOptions(ctx context.Context, tx *db.Tx, q *req) error {
	set, err := option.Load(ctx, tx)
	if err != nil {
		return err
	}
	l := i18n.For(q.lang())
	b := append(q.out, `{"items":[`...)
	for _, name := range option.Names {
		b = appendText(append(appendComma(b), '{'), "name", name)
		b = appendText(b, "label", l.T("option.list."+name))
		b = append(appendKey(b, "values"), '[')
		for _, v := range set.All(name) {
			b = appendText(append(appendComma(b), '{'), "code", v.Code)
			b = appendText(b, "label", v.Label(l))
			b = appendBool(b, "active", v.Active)
			b = append(appendBool(b, "shipped", v.Shipped), '}')
		}
		b = append(b, ']', '}')
	}
	q.out = append(b, ']', '}')
	return nil
}

func listPreferenceFields(_ context.Context, _ *db.Tx, q *req) error {
	l := i18n.For(q.lang())
	b := append(q.out, `{"items":[`...)
	for _, f := range traveler.PreferenceFields {
		b = appendText(append(appendComma(b), '{'), "key", f.Key)
		b = appendText(b, "category", f.Category)
		b = appendText(b, "label", l.T(f.LabelKey("")))
		b = appendText(b, "kind", string(f.Kind))
		b = appendText(b, "list", f.List)
		b = append(appendTexts(b, "degrees", f.Degrees()), '}')
	}
	q.out = append(b, ']', '}')
	return nil
}
