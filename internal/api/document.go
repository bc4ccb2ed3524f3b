package api

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// What the four kinds of documents say alike.
var (
	numberProp  = prop{name: "number", doc: "Its number. It is kept sealed: an answer says only whether there is one.", max: 60, example: "ED1234567"}
	hintProp    = prop{name: "number_hint", doc: "The last characters of the number.", ro: true, example: "4567"}
	linesProp   = prop{name: "mrz", doc: "The machine-readable lines, kept sealed. They fill what isn't sent besides.", max: 200, example: ""}
	noteProp    = prop{name: "note", doc: "Anything worth remembering of it.", max: 5000, example: ""}
	seenByProp  = prop{name: "verified_by", doc: "Who saw the original.", ro: true, example: int64(2)}
	seenAtProp  = prop{name: "verified_at", doc: "When that was.", ro: true}
	expiresProp = prop{name: "expires", doc: "Last day on which it is valid.", example: "2027-03-02"}
)

var passportModel = newModel("Passport", "A passport of a traveler.", &traveler.Passport{},
	prop{name: "type", doc: "What kind of passport; ordinary where nothing is said.", enum: append(slices.Clone(traveler.PassportTypes), ""), example: "ordinary"},
	prop{name: "status", doc: "Whether it can still be used; valid where nothing is said.", enum: append(slices.Clone(traveler.PassportStatuses), ""), example: "valid"},
	prop{name: "country", doc: "Issuing country: ISO 3166 code, or a code of ICAO 9303 such as XXA or UNO.", max: 100, example: "PL"},
	numberProp, hintProp, expiresProp,
	prop{name: "issued", doc: "Day of issue.", example: "2017-03-02"},
	prop{name: "authority", doc: "Issuing authority.", max: 200, example: "Prezydent Krakowa"},
	prop{name: "place", doc: "Place of issue.", max: 200, example: "Kraków"},
	prop{name: "family", doc: "Family name as printed.", max: 200, example: "KOWALSKA"},
	prop{name: "given", doc: "Given names as printed.", max: 200, example: "JOANNA MARIA"},
	prop{name: "sex", doc: "As printed; \"\" where unknown.", enum: append([]string{""}, traveler.Sexes...), example: "F"},
	prop{name: "birth_date", doc: "As printed.", example: "1980-03-12"},
	prop{name: "birth_place", doc: "As printed.", max: 200, example: "Kraków"},
	prop{name: "nationality", doc: "As printed: ISO 3166 code, or a code of ICAO 9303.", max: 100, example: "PL"},
	linesProp,
	prop{name: "primary", col: "is_primary", doc: "The one of the next journey; one per traveler. Setting it unsets the other.", example: true},
	seenByProp, seenAtProp, noteProp,
)

var visaModel = newModel("Visa", "A visa of a traveler.", &traveler.Visa{},
	prop{name: "passport_id", doc: "The passport that it is in, one of the traveler's.", example: int64(4)},
	prop{name: "country", doc: "ISO 3166 code, or an area: SCHENGEN, EAST_AFRICA, KAZA, CA4, GCC.", max: 100, example: "US", must: true},
	prop{name: "type", doc: "What it is for; tourist where nothing is said.", enum: append(slices.Clone(traveler.VisaTypes), ""), example: "tourist"},
	numberProp, hintProp,
	prop{name: "entries", doc: "How often one may enter; \"\" where unknown.", enum: append([]string{""}, traveler.VisaEntries...), example: "multiple"},
	prop{name: "valid_from", doc: "First day on which it is valid.", example: "2026-06-10"},
	expiresProp,
	prop{name: "max_stay", doc: "Longest stay in days, 0 where unknown.", example: int64(90)},
	prop{name: "issued", doc: "Day of issue.", example: "2026-06-01"},
	prop{name: "place", doc: "Place of issue.", max: 200, example: "Kraków"},
	linesProp, seenByProp, seenAtProp, noteProp,
)

var nationalityModel = newModel("Nationality", "A nationality of which more is known than that the traveler has it. The traveler's own nationality lists all codes and stays in step.",
	&traveler.Nationality{},
	prop{name: "country", doc: "ISO 3166 code.", max: 100, example: "PL", must: true},
	prop{name: "since", doc: "Since when.", example: "1980-03-12"},
	prop{name: "acquired", doc: "How it was acquired; \"\" where unknown.", enum: append([]string{""}, traveler.Acquired...), example: "birth"},
	seenByProp, seenAtProp, noteProp,
)

var otherDocumentModel = newModel("OtherDocument", "Another paper or number that a journey may need.", &traveler.OtherDocument{},
	prop{name: "kind", doc: "What it is.", enum: traveler.OtherKinds, example: "national_id", must: true},
	prop{name: "name", doc: "What exactly.", max: 200, example: ""},
	prop{name: "country", doc: "ISO 3166 code; needed for a residence permit.", max: 100, example: "PL"},
	numberProp, hintProp,
	prop{name: "issuer", doc: "Authority, clinic or company.", max: 200, example: ""},
	prop{name: "issued", doc: "Day of issue.", example: "2024-05-01"},
	expiresProp,
	prop{name: "family", doc: "Family name as printed.", max: 200, example: "KOWALSKA"},
	prop{name: "given", doc: "Given names as printed.", max: 200, example: "JOANNA"},
	prop{name: "classes", doc: "Classes of a driving licence.", max: 100, example: ""},
	prop{name: "phone", doc: "Number for emergencies of an insurance.", max: 60, example: ""},
	linesProp,
	prop{name: "primary", col: "is_primary", doc: "The one that stands for its kind.", example: false},
	seenByProp, seenAtProp, noteProp,
)

var countryRuleModel = newModel("CountryRule", "How long a country wants a passport to be valid, where that differs from the agency's usual.", &traveler.CountryRule{},
	prop{name: "country", doc: "ISO 3166 code.", max: 100, example: "TH", must: true},
	prop{name: "passport_months", doc: "Months after the return; 0 is for the journey only.", example: int64(6)},
	prop{name: "note", doc: "Anything worth knowing.", max: 500, example: ""},
)

// documentsOf makes the operations of one kind of document below a traveler.
func documentsOf[T any, P interface {
	*T
	traveler.Document
}](path, one, many, doc string, m *model, own func(P, int64), pick func(*traveler.Documents) []T) []op {
	return ops[T, P](noun[T]{one: one, many: many, id: "traveler." + P(new(T)).Table(), group: "Documents", path: travelerOwner.path + "/" + path,
		model: m, need: "client.edit", doc: doc,
		list: func(ctx context.Context, tx *db.Tx, q *req) ([]T, error) {
			if err := travelerOwner.seen(ctx, tx, q); err != nil {
				return nil, err
			}
			all, err := traveler.DocumentsOf(ctx, tx, q.id())
			if err != nil {
				return nil, err
			}
			return pick(all[q.id()]), nil
		},
		prep: func(q *req, r *T) { own(r, q.id()) },
		owns: func(q *req, r *T) bool { return P(r).Of() == q.id() }})
}

func documentOps() []op {
	out := slices.Concat(
		documentsOf("passports", "passport", "passports", "The passports of the traveler, the one of the next journey first.", passportModel,
			func(p *traveler.Passport, id int64) { p.TravelerID = id }, func(d *traveler.Documents) []traveler.Passport { return d.Passports }),
		documentsOf("visas", "visa", "visas", "The visas of the traveler.", visaModel,
			func(v *traveler.Visa, id int64) { v.TravelerID = id }, func(d *traveler.Documents) []traveler.Visa { return d.Visas }),
		documentsOf("nationalities", "nationality", "nationalities", "The nationalities of which more is known.", nationalityModel,
			func(n *traveler.Nationality, id int64) { n.TravelerID = id }, func(d *traveler.Documents) []traveler.Nationality { return d.Nationalities }),
		documentsOf("other-documents", "other document", "other documents", "Identity cards, permits, licences, certificates, policies, numbers.", otherDocumentModel,
			func(o *traveler.OtherDocument, id int64) { o.TravelerID = id }, func(d *traveler.Documents) []traveler.OtherDocument { return d.Others }),
		ops(noun[traveler.CountryRule]{one: "country rule", many: "country rules", id: "country_rule", group: "Documents", path: "/country-rules",
			model: countryRuleModel, need: "agency.manage", doc: "How long countries want passports to be valid, by country.",
			list: everyone[traveler.CountryRule]("r.country")}))
	for i := range out {
		if out[i].method == "DELETE" && out[i].id != "country_rule.delete" {
			out[i].doc = "Moves it to the trash; it can be restored for 30 days."
		}
	}
	for _, d := range []struct{ path, kind, one string }{{"passports", "passport", "passport"}, {"visas", "visa", "visa"},
		{"nationalities", "nationality", "nationality"}, {"other-documents", "other_document", "other document"}} {
		m := map[string]*model{"passport": passportModel, "visa": visaModel, "nationality": nationalityModel, "other_document": otherDocumentModel}[d.kind]
		at := travelerOwner.path + "/" + d.path + "/{number}"
		out = append(out, op{id: "traveler." + d.kind + ".restore", method: "POST", path: at + "/restore", group: "Documents", summary: "Restore " + article(d.one),
			doc: "Takes it out of the trash.", need: "client.edit", status: 200, reply: m.read, what: d.one, run: restoreDocument(d.kind, m)},
			op{id: "traveler." + d.kind + ".seen", method: "POST", path: at + "/seen", group: "Documents", summary: "Note that the original was seen",
				doc: "Sets verified_by and verified_at to you and now, or empties them.", need: "client.edit",
				body: documentSeen, status: 200, reply: m.read, what: d.one, run: seeDocument(d.kind, m)})
	}
	return append(out, warningsOp)
}

var documentSeen = obj("DocumentSeen", "Whether you have seen the original.", yesno("seen", "You have the original in hand.", true)).must("seen")

// ownDocument reads a document, deleted ones too, that belongs to the traveler of the
// path.
func ownDocument(ctx context.Context, tx *db.Tx, q *req, kind string) (traveler.Document, error) {
	d := traveler.NewDocument(kind, 0)
	if err := record.GetAny(ctx, tx, d, q.sub()); err != nil {
		return nil, err
	}
	if d.Of() != q.id() {
		return nil, errs.Missing()
	}
	return d, nil
}

func restoreDocument(kind string, m *model) runner {
	return func(ctx context.Context, tx *db.Tx, q *req) error {
		if _, err := ownDocument(ctx, tx, q, kind); err != nil {
			return err
		}
		d, err := traveler.RestoreDocument(ctx, tx, kind, q.sub())
		if err != nil {
			return err
		}
		q.answer(m, d)
		return nil
	}
}

func seeDocument(kind string, m *model) runner {
	return func(ctx context.Context, tx *db.Tx, q *req) error {
		d, err := ownDocument(ctx, tx, q, kind)
		if err != nil {
			return err
		}
		err = record.Edit(ctx, tx, d, q.sub(), 0, func() error { d.Sight().MarkSeen(tx, boolOf(q.body, "seen")); return nil })
		if err != nil {
			return err
		}
		q.answer(m, d)
		return nil
	}
}

var warningSchema = obj("DocumentWarning", "Something about documents that could stop a journey.",
	text("code", "passport_expired, passport_soon, name, visa_expired, visa_replaced, document_expired, none (no passport or identity card) or minor (no consent of the parents).", "passport_soon"),
	text("level", "danger, caution or note.", "caution"),
	text("kind", "Kind of the document: passport, visa, other_document; \"\" where it is about the traveler.", "passport"),
	number("document_id", "Number of the document, 0 where it is about the traveler.", 4),
	day("expires", "Until when the document is valid.", "2027-03-02").orNull(),
	text("country", "The country that asks for it, or that the visa is for.", "TZ"),
	number("months", "Months of validity that are asked for.", 6),
).must("code", "level", "kind", "document_id", "expires", "country", "months")

var warningsOp = op{id: "traveler.document_warning.list", method: "GET", path: travelerOwner.path + "/document-warnings", group: "Documents",
	summary: "What could stop a journey", doc: "Looks at passports, visas and other documents for a journey that ends on a day, today where nothing is said, and goes to a country.",
	query:  []param{{member: day("date", "Last day of the journey.", "2026-12-21")}, {member: text("country", "ISO 3166 code of the country.", "TZ")}},
	status: 200, reply: all("DocumentWarning", warningSchema), run: listWarnings}

func listWarnings(ctx context.Context, tx *db.Tx, q *req) error {
	var t traveler.Traveler
	if err := record.Get(ctx, tx, &t, q.id()); err != nil {
		return err
	}
	a, err := agency.Current(ctx, tx)
	if err != nil {
		return err
	}
	when := traveler.When{Date: date.Today(tx.Now.Time(), a.Location())}
	if s := q.query.Get("date"); s != "" {
		if when.Date = date.Date(s); !when.Date.HasYear() {
			return errs.Bad("date", "error.date")
		}
	}
	if s := q.query.Get("country"); s != "" {
		code, ok := traveler.CountryOf(s)
		if !ok {
			return errs.Bad("country", "error.country")
		}
		when.Country = code
	}
	rules, err := traveler.RulesOf(ctx, tx)
	if err != nil {
		return err
	}
	all, err := traveler.DocumentsOf(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	b := append(q.out, `{"items":[`...)
	for _, w := range traveler.Warnings(&t, all[t.ID], when, rules) {
		b = appendText(append(appendComma(b), '{'), "code", w.Code)
		b = appendText(b, "level", w.Level)
		b = appendText(b, "kind", w.Kind)
		b = appendInt(b, "document_id", w.ID)
		b = appendDay(b, "expires", w.Date)
		b = appendText(b, "country", w.Country)
		b = append(appendInt(b, "months", int64(w.Months)), '}')
	}
	q.out = append(b, ']', '}')
	return nil
}
