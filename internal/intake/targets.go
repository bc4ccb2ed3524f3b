package intake

import (
	"slices"
	"strings"
)

// Target is something that a column can be mapped to.
type Target struct {
	Key  string // as stored in a mapping: "traveler.family"; label intake.target.<key>
	Area string // "traveler", "client", "document", "other" ...: for grouping
	Kind string // kind of the values, see the Kind constants
	Many bool   // several columns may have this target
}

// The kinds of values.
const (
	KindText     = "text"
	KindLong     = "long" // text of several lines
	KindDate     = "date"
	KindPhone    = "phone"
	KindEmail    = "email"
	KindURL      = "url"
	KindCountry  = "country"
	KindLanguage = "language"
	KindChoice   = "choice"
	KindYesNo    = "yesno"
	KindList     = "list"
	KindSecret   = "secret" // shown nowhere
)

// Targets are all targets, in the order in which the mapping page offers them.
var Targets = slices.Concat(recordTargets, profileTargets, otherTargets)

// recordTargets are the fields of travelers and clients, and how they are reached.
var recordTargets = []Target{
	{"name.full", "traveler", KindText, false},
	{"traveler.title", "traveler", KindText, true},
	{"traveler.given", "traveler", KindText, true},
	{"traveler.middle", "traveler", KindText, true},
	{"traveler.family", "traveler", KindText, true},
	{"traveler.suffix", "traveler", KindText, true},
	{"traveler.preferred", "traveler", KindText, true},
	{"traveler.former", "traveler", KindText, true},
	{"traveler.native", "traveler", KindText, true},
	{"traveler.birth_date", "traveler", KindDate, true},
	{"traveler.sex", "traveler", KindChoice, true},
	{"traveler.nationality", "traveler", KindCountry, true},
	{"traveler.language", "traveler", KindLanguage, true},
	{"traveler.occupation", "traveler", KindText, true},
	{"traveler.company", "traveler", KindText, true},
	{"traveler.position", "traveler", KindText, true},
	{"traveler.role", "traveler", KindText, true},
	{"traveler.remarks", "traveler", KindLong, true},
	{"client.name", "client", KindText, false},
	{"client.kind", "client", KindChoice, false},
	{"client.code", "client", KindText, false},
	{"client.external_id", "client", KindText, true},
	{"client.status", "client", KindChoice, false},
	{"client.classification", "client", KindChoice, false},
	{"client.segment", "client", KindChoice, false},
	{"client.customer_type", "client", KindText, false},
	{"client.advisor", "client", KindText, false},
	{"client.branch", "client", KindText, false},
	{"client.source_medium", "client", KindText, false},
	{"client.source_detail", "client", KindText, true},
	{"client.formal_salutation", "client", KindText, false},
	{"client.informal_salutation", "client", KindText, false},
	{"client.anniversary", "client", KindDate, false},
	{"client.anniversary_note", "client", KindText, false},
	{"client.contact", "client", KindText, false},
	{"client.language", "client", KindLanguage, false},
	{"client.currency", "client", KindText, false},
	{"client.tax_id", "client", KindText, false},
	{"client.legal_name", "client", KindText, false},
	{"client.memo", "client", KindLong, true},
	{"client.remarks", "client", KindLong, true},
	{"comm.phone", "comm", KindPhone, true},
	{"comm.email", "comm", KindEmail, true},
	{"comm.social", "comm", KindText, true},
	{"comm.web", "comm", KindURL, true},
	{"comm.opt_out", "comm", KindYesNo, true},
	{"comm.opt_in", "comm", KindYesNo, true},
	{"address.street", "address", KindText, true},
	{"address.street2", "address", KindText, true},
	{"address.po_box", "address", KindText, true},
	{"address.postal_code", "address", KindText, true},
	{"address.city", "address", KindText, true},
	{"address.region", "address", KindText, true},
	{"address.country", "address", KindCountry, true},
	{"address.formatted", "address", KindLong, true},
}

// otherTargets belong to no part of a record.
var otherTargets = []Target{
	{"tag", "other", KindList, true},
	{"event", "other", KindDate, true},
	{"note", "other", KindLong, true},
	{"skip", "other", KindText, true},
}

var targetByKey = func() map[string]Target {
	m := make(map[string]Target, len(Targets))
	for _, t := range Targets {
		m[t.Key] = t
	}
	return m
}()

// TargetOf returns the target with the key.
func TargetOf(key string) (Target, bool) {
	t, ok := targetByKey[key]
	if area, _, own := OwnTarget(key); own {
		return Target{key, area, KindText, true}, true
	}
	if o, open := openTarget(key); open {
		return o, true
	}
	return t, ok
}

// IsTarget reports whether a key is one of Targets.
func IsTarget(key string) bool {
	_, ok := targetByKey[key]
	return ok
}

// ownTarget begins the keys of fields that an agency has defined itself:
// "own.client.shoe_size". What they take, this package doesn't know.
const ownTarget = "own."

// OwnTarget takes the key of such a field apart: whose it is, client or traveler, and
// its code.
func OwnTarget(key string) (area, code string, ok bool) {
	rest, ok := strings.CutPrefix(key, ownTarget)
	if !ok {
		return "", "", false
	}
	area, code, ok = strings.Cut(rest, ".")
	return area, code, ok && code != "" && (area == "client" || area == "traveler")
}

// OwnKey is the key of a field that an agency has defined itself.
func OwnKey(area, code string) string { return ownTarget + area + "." + code }
