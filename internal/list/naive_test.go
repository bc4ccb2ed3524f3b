package list_test

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/phone"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// The naive evaluation of filters: everything that somebody sees is read into memory
// and asked row by row, without a line of SQL that the list would use.

// thing is a row with the values of its fields by key. A value is string, int64, bool
// or, of what hangs on the row, a list of them.
type thing struct {
	id     int64
	values map[string]any
	areas  map[string][]*thing
}

type naive struct {
	def   *list.Def
	rows  []*thing
	today date.Date
	zone  *time.Location
}

// readAll reads what an actor sees: clients and travelers with all that hangs on them.
func readAll(t *testing.T, w *dbtest.World, who string) (clients, travelers *naive) {
	t.Helper()
	clients, travelers = &naive{def: &client.List, zone: time.UTC}, &naive{def: &traveler.List, zone: time.UTC}
	dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
		clients.today = date.Today(tx.Now.Time(), time.UTC)
		travelers.today = clients.today
		var cs []client.Client
		var ts []traveler.Traveler
		var links []client.Link
		var comms []contact.Communication
		var addrs []contact.Address
		var tags []tag.Link
		var passports []traveler.Passport
		var loyalty []traveler.Loyalty
		var named []tag.Tag
		for _, err := range []error{record.Select(ctx, tx, &cs, ""), record.Select(ctx, tx, &ts, ""), record.Select(ctx, tx, &links, ""),
			record.Select(ctx, tx, &comms, ""), record.Select(ctx, tx, &addrs, ""), record.Select(ctx, tx, &tags, ""), record.Select(ctx, tx, &passports, ""), record.Select(ctx, tx, &loyalty, ""), record.Select(ctx, tx, &named, "")} {
			if err != nil {
				return err
			}
		}
		of := func(kind string, ids []any) (out []any) { // the tags of a kind
			for _, id := range ids {
				if slices.ContainsFunc(named, func(g tag.Tag) bool { return g.ID == id.(int64) && g.Kind == kind }) {
					out = append(out, id)
				}
			}
			return out
		}
		hung := func(kind string, id int64) (a map[string][]*thing, tagIDs, phones, mails []any) {
			a = map[string][]*thing{}
			for _, m := range comms {
				if m.OwnerKind == kind && m.OwnerID == id {
					a["communication"] = append(a["communication"], &thing{id: m.ID, values: map[string]any{"type": m.Type, "value": m.Norm, "sub_type": m.SubType,
						"description": m.Description, "permit_marketing": m.PermitMarketing}})
					if m.Type == "phone" {
						phones = append(phones, m.Norm)
					} else if m.Type == "email" {
						mails = append(mails, m.Norm)
					}
				}
			}
			for _, d := range addrs {
				if d.OwnerKind == kind && d.OwnerID == id {
					a["address"] = append(a["address"], &thing{id: d.ID, values: map[string]any{"kind": d.Kind, "city": d.City, "postal_code": d.PostalCode,
						"street": d.Street, "region": d.Region, "country": d.Country, "permit_marketing": d.PermitMarketing}})
				}
			}
			for _, l := range tags {
				if l.OwnerKind == kind && l.OwnerID == id {
					tagIDs = append(tagIDs, l.TagID)
				}
			}
			return a, tagIDs, phones, mails
		}
		byClient, byTraveler := map[int64]*thing{}, map[int64]*thing{}
		for i := range cs {
			c := &cs[i]
			a, tagIDs, _, _ := hung("client", c.ID)
			byClient[c.ID] = &thing{c.ID, map[string]any{"_name": c.Name, "name": c.NameKey, "code": c.Code, "kind": c.Kind, "segment": c.Segment, "classification": c.Classification,
				"status": c.Status, "customer_type": int64(c.CustomerType), "language": c.Language, "currency": c.Currency, "anniversary": string(c.Anniversary), "tag": tagIDs,
				"phone": c.Phone, "email": c.Email, "city": c.City, "country": c.Country, "advisor": int64(c.AdvisorID), "branch": int64(c.BranchID),
				"payment_form": c.PaymentForm, "attribute": of("attribute", tagIDs), "interest": of("interest", tagIDs), "source_medium": c.SourceMedium, "created": int64(c.CreatedAt), "updated": int64(c.UpdatedAt)}, a}
			clients.rows = append(clients.rows, byClient[c.ID])
		}
		for i := range ts {
			v := &ts[i]
			a, tagIDs, phones, mails := hung("traveler", v.ID)
			byTraveler[v.ID] = &thing{v.ID, map[string]any{"family": v.Family, "given": v.Given, "middle": v.Middle, "preferred": v.Preferred,
				"birth_date": string(v.BirthDate), "sex": v.Sex, "nationality": v.Nationality, "languages": v.Languages, "residence": v.Residence, "do_not_contact": v.DoNotContact, "company": v.Company, "occupation": v.Occupation,
				"tag": tagIDs, "phone": phones, "email": mails, "created": int64(v.CreatedAt), "updated": int64(v.UpdatedAt),
				"passport_expires": string(v.PassportUntil), "interest": of("interest", tagIDs), "visa_country": []any(nil), "document_kind": []any(nil)}, a}
			papers(byTraveler[v.ID], passports, loyalty)
			travelers.rows = append(travelers.rows, byTraveler[v.ID])
		}
		linked(links, byClient, byTraveler)
		return nil
	})
	return clients, travelers
}

// papers gives a traveler its passports and memberships.
func papers(v *thing, all []traveler.Passport, loyalty []traveler.Loyalty) {
	var clubs []any
	for _, m := range loyalty {
		if m.TravelerID == v.id {
			clubs = append(clubs, m.ProgrammeID)
			v.areas["loyalty"] = append(v.areas["loyalty"], &thing{id: m.ID, values: map[string]any{"programme": m.ProgrammeID, "kind": "hotel", "number": m.Number,
				"tier": m.Tier, "tier_until": string(m.TierUntil), "expires": string(m.Expires)}})
		}
	}
	v.values["programme"] = clubs
	var countries []any
	for _, p := range all {
		if p.TravelerID == v.id {
			countries = append(countries, p.Country)
			v.areas["passport"] = append(v.areas["passport"], &thing{id: p.ID, values: map[string]any{"expires": string(p.Expires), "country": p.Country, "type": p.Type,
				"status": p.Status, "issued": string(p.Issued), "nationality": p.Nationality, "primary": p.Primary, "verified": p.VerifiedAt != 0}})
		}
	}
	v.values["passport_country"] = countries
	// A taste is asked of the traveler as a whole: one row, in which nothing is set here.
	taste := map[string]any{}
	for _, f := range traveler.PreferenceList.Fields {
		taste[f.Key] = []any(nil)
		if f.Via == nil {
			taste[f.Key] = ""
		}
	}
	v.areas["preference"] = []*thing{{id: v.id, values: taste}}
}

func linked(links []client.Link, byClient, byTraveler map[int64]*thing) {
	for _, c := range byClient {
		c.values["travelers"] = int64(0)
	}
	names := map[int64][]string{}
	for _, l := range links {
		c, v := byClient[l.ClientID], byTraveler[l.TravelerID]
		if c != nil {
			c.values["travelers"] = c.values["travelers"].(int64) + 1
		}
		if c != nil && v != nil {
			c.areas["traveler"] = append(c.areas["traveler"], v)
			v.areas["client"] = append(v.areas["client"], c)
			names[v.id] = append(names[v.id], c.values["_name"].(string))
		}
	}
	for id, v := range byTraveler {
		slices.Sort(names[id])
		v.values["clients"] = append(names[id], "")[0]
	}
}

// matches answers a whole query for a row.
func (n *naive) matches(r *thing, q *list.Query) bool {
	var top []bool
	for _, f := range q.Filters {
		top = append(top, n.holds(n.def, r, f))
	}
	for _, g := range q.Groups {
		var in []bool
		for _, f := range g.Filters {
			in = append(in, n.holds(n.def, r, f))
		}
		top = append(top, combined(in, g.Any))
	}
	return combined(top, q.Any)
}

func combined(list []bool, any bool) bool {
	if any && len(list) > 0 {
		return slices.Contains(list, true)
	}
	return !slices.Contains(list, false)
}

func (n *naive) holds(def *list.Def, r *thing, f list.Filter) bool {
	i := slices.IndexFunc(def.Fields, func(x list.Field) bool { return x.Key == f.Key })
	field := def.Fields[i]
	if _, known := r.values[f.Key]; !known && field.Kind != list.Area {
		panic("the naive evaluation knows no field " + def.Name + "." + f.Key + ": teach it, in readAll")
	}
	if field.Kind == list.Area {
		count := 0
		for _, x := range r.areas[f.Key] {
			ok := true
			for _, w := range f.Where {
				ok = ok && n.holds(field.Area.Def, x, w)
			}
			if ok {
				count++
			}
		}
		want := 0
		if len(f.Values) > 0 {
			want, _ = strconv.Atoi(f.Values[0])
		}
		return map[string]bool{"has": count > 0, "none": count == 0, "is": count == want, "least": count >= want, "most": count <= want}[f.Op]
	}
	if field.Via != nil {
		vals, _ := r.values[f.Key].([]any)
		switch f.Op {
		case "none", "not", "blank":
			f.Op = map[string]string{"none": "any", "not": "is", "blank": "filled"}[f.Op]
			return !slices.ContainsFunc(vals, func(v any) bool { return n.compare(field, v, f) })
		}
		return slices.ContainsFunc(vals, func(v any) bool { return n.compare(field, v, f) })
	}
	return n.compare(field, r.values[f.Key], f)
}

func (n *naive) compare(field list.Field, v any, f list.Filter) bool {
	switch field.Kind {
	case list.Text:
		return text(field, v.(string), f)
	case list.Date:
		return n.day(date.Date(v.(string)), f)
	case list.Stamp:
		return n.day(date.Of(db.Stamp(v.(int64)).Time().In(n.zone)), f)
	case list.Bool:
		return strconv.FormatBool(v.(bool)) == f.Values[0]
	case list.Choice:
		s, blank := "", false
		switch x := v.(type) {
		case int64:
			s, blank = strconv.FormatInt(x, 10), x == 0
		case string:
			s, blank = x, x == ""
		}
		return map[string]bool{"any": !blank && slices.Contains(f.Values, s), "none": blank || !slices.Contains(f.Values, s), "blank": blank, "filled": !blank}[f.Op]
	}
	var x float64
	switch v := v.(type) {
	case int64:
		x = float64(v)
	case json.Number: // of a field of the agency's own
		x, _ = v.Float64()
	}
	num := func(i int) float64 {
		if i >= len(f.Values) {
			return 0
		}
		k, _ := strconv.ParseFloat(strings.Replace(f.Values[i], ",", ".", 1), 64)
		return k
	}
	switch f.Op { // for those that have a number at all
	case "filled":
		return true
	}
	return map[string]bool{"is": x == num(0), "not": x != num(0), "less": x < num(0), "most": x <= num(0), "more": x > num(0), "least": x >= num(0),
		"between": x >= num(0) && x <= num(1)}[f.Op]
}

func text(field list.Field, v string, f list.Filter) bool {
	tidy := func(s string) string { return s }
	if field.Folded || field.Loose {
		v, tidy = fold.Fold(v), fold.Fold
	}
	if field.Keyed {
		tidy = fold.Key
	}
	if field.Reach {
		tidy = func(s string) string {
			whole, ok := phone.Parse(s, "PL")
			switch {
			case strings.ContainsFunc(s, unicode.IsLetter) || fold.Digits(s) == "":
				return strings.ToLower(s)
			case ok && f.Op != "contains":
				return whole
			case strings.HasPrefix(s, "+"):
				return "+" + fold.Digits(s)
			}
			return fold.Digits(s)
		}
	}
	one := func(want string) bool {
		want = tidy(want)
		switch f.Op {
		case "is", "not":
			return v == want
		case "starts":
			return strings.HasPrefix(v, want)
		}
		words := strings.Fields(want)
		if field.Among != "" && len(fold.Words(want)) > 0 {
			words = fold.Words(want)
		}
		for _, w := range words {
			if !strings.Contains(v, w) {
				return false
			}
		}
		return true
	}
	switch f.Op {
	case "blank":
		return v == ""
	case "filled":
		return v != ""
	case "not":
		return !slices.ContainsFunc(f.Values, one)
	}
	return slices.ContainsFunc(f.Values, one)
}

// day compares by walking the calendar, not by comparing texts.
func (n *naive) day(d date.Date, f list.Filter) bool {
	at := func(i int) date.Date { return date.Date(f.Values[i]) }
	num := func() int { k, _ := strconv.Atoi(f.Values[0]); return k }
	known := d.HasYear()
	switch f.Op {
	case "blank":
		return d == ""
	case "filled":
		return d != ""
	case "on":
		return d == at(0)
	case "before":
		return known && d.Time().Before(at(0).Time())
	case "after":
		return known && d.Time().After(at(0).Time())
	case "between":
		return known && !d.Time().Before(at(0).Time()) && !d.Time().After(at(1).Time())
	case "today":
		return d == n.today
	case "month":
		return known && d.Year() == n.today.Year() && d.Month() == n.today.Month()
	case "year":
		return known && d.Year() == n.today.Year()
	case "last":
		days, ok := d.DaysUntil(n.today)
		return known && ok && days >= 0 && days <= num()
	case "next":
		days, ok := n.today.DaysUntil(d)
		return known && ok && days >= 0 && days <= num()
	case "nth":
		return known && n.today.Year()-d.Year() == num()
	case "md":
		return d != "" && d.MonthDay() == f.Values[0]
	case "inmonth":
		return d != "" && int(d.Month()) == num()
	case "due":
		if d == "" {
			return false
		}
		for i := range num() + 1 {
			if d.NextOn(n.today.AddDays(i)) == n.today.AddDays(i) {
				return true
			}
		}
		return false
	}
	return false
}
