package traveler

import "slices"

// PreferenceKind says what the values of a field of preferences are, and how they are
// asked for.
type PreferenceKind string

// The kinds.
const (
	PrefOne      PreferenceKind = "one"      // one value of a list
	PrefSeveral  PreferenceKind = "several"  // values of a list
	PrefLikes    PreferenceKind = "likes"    // values of a list, each liked or avoided
	PrefSeverity PreferenceKind = "severity" // values of a list, each from preference to anaphylaxis
	PrefPlaces   PreferenceKind = "places"   // countries: been there, wishes, avoids
	PrefWords    PreferenceKind = "words"    // free words
	PrefText     PreferenceKind = "text"     // one free text
	PrefNumber   PreferenceKind = "number"   // one whole number
	PrefYesNo    PreferenceKind = "yes_no"
)

// PreferenceField is something that can be known of a traveler's taste. Pages, the API,
// filters of lists and imports read this definition; its name is the translation key
// "preference.field." + Key.
type PreferenceField struct {
	Key, Category string
	Kind          PreferenceKind
	List          string // of options, for kinds that choose
}

// PreferenceCategories are the categories of preferences (R088), in the order in which
// pages show them. What somebody eats matters to all of them.
var PreferenceCategories = []string{"interests", "diet", "flight", "hotel", "cruise", "vehicle", "train"}

// PreferenceFields are all fields, by category (R089-R094).
var PreferenceFields = []PreferenceField{
	{"companion", "interests", PrefSeveral, "companion"},
	{"season", "interests", PrefSeveral, "season"},
	{"destination", "interests", PrefPlaces, ""},
	{"continent", "interests", PrefLikes, "continent"},
	{"style", "interests", PrefSeveral, "style"},
	{"activity", "interests", PrefLikes, "activity"},
	{"tour_form", "interests", PrefSeveral, "tour_form"},
	{"planning", "interests", PrefOne, "planning"},
	{"lead_time", "interests", PrefOne, "lead_time"},
	{"budget", "interests", PrefOne, "budget"},
	{"trips_per_year", "interests", PrefNumber, ""},
	{"days_per_trip", "interests", PrefNumber, ""},
	{"interests_note", "interests", PrefText, ""},

	{"diet", "diet", PrefSeverity, "diet"},
	{"diet_note", "diet", PrefText, ""},

	{"seat", "flight", PrefLikes, "seat"},
	{"meal", "flight", PrefSeveral, "meal"},
	{"assistance", "flight", PrefSeveral, "assistance"},
	{"cabin_short", "flight", PrefOne, "cabin"},
	{"cabin_long", "flight", PrefOne, "cabin"},
	{"upgrade", "flight", PrefSeveral, "upgrade"},
	{"airline", "flight", PrefLikes, "airline"},
	{"alliance", "flight", PrefLikes, "alliance"},
	{"home_airport", "flight", PrefWords, ""},
	{"airport_distance", "flight", PrefNumber, ""},
	{"departure", "flight", PrefLikes, "departure"},
	{"nonstop", "flight", PrefYesNo, ""},
	{"min_connection", "flight", PrefNumber, ""},
	{"max_flight", "flight", PrefNumber, ""},
	{"baggage", "flight", PrefSeveral, "baggage"},
	{"boarding_pass", "flight", PrefOne, "boarding_pass"},
	{"flight_note", "flight", PrefText, ""},

	{"hotel_chain", "hotel", PrefLikes, "hotel_chain"},
	{"hotel_class", "hotel", PrefSeveral, "hotel_class"},
	{"bed", "hotel", PrefSeveral, "bed"},
	{"room", "hotel", PrefSeveral, "room"},
	{"board", "hotel", PrefSeveral, "board"},
	{"amenity", "hotel", PrefSeveral, "amenity"},
	{"location", "hotel", PrefSeveral, "location"},
	{"arrival", "hotel", PrefSeveral, "arrival"},
	{"hotel_note", "hotel", PrefText, ""},

	{"cruise_line", "cruise", PrefLikes, "cruise_line"},
	{"ship", "cruise", PrefLikes, "ship"},
	{"ship_cabin", "cruise", PrefSeveral, "ship_cabin"},
	{"deck", "cruise", PrefSeveral, "deck"},
	{"ship_dining", "cruise", PrefSeveral, "ship_dining"},
	{"atmosphere", "cruise", PrefSeveral, "atmosphere"},
	{"cruise_area", "cruise", PrefLikes, "cruise_area"},
	{"cruise_length", "cruise", PrefSeveral, "cruise_length"},
	{"cruise_service", "cruise", PrefSeveral, "cruise_service"},
	{"cruise_note", "cruise", PrefText, ""},

	{"car_rental", "vehicle", PrefLikes, "car_rental"},
	{"car_size", "vehicle", PrefSeveral, "car_size"},
	{"car_body", "vehicle", PrefSeveral, "car_body"},
	{"transmission", "vehicle", PrefSeveral, "transmission"},
	{"fuel", "vehicle", PrefSeveral, "fuel"},
	{"car_make", "vehicle", PrefLikes, "car_make"},
	{"car_extra", "vehicle", PrefSeveral, "car_extra"},
	{"car_insurance", "vehicle", PrefOne, "car_insurance"},
	{"vehicle_note", "vehicle", PrefText, ""},

	{"rail_class", "train", PrefSeveral, "rail_class"},
	{"rail_seat", "train", PrefSeveral, "rail_seat"},
	{"train_type", "train", PrefLikes, "train_type"},
	{"rail_amenity", "train", PrefSeveral, "rail_amenity"},
	{"rail_operator", "train", PrefLikes, "rail_operator"},
	{"favourite_train", "train", PrefWords, ""},
	{"rail_pass", "train", PrefSeveral, "rail_pass"},
	{"train_note", "train", PrefText, ""},
}

// preferencePlaces are the places of PreferenceFields by their keys.
var preferencePlaces = func() map[string]int {
	m := map[string]int{}
	for i, f := range PreferenceFields {
		m[f.Key] = i
	}
	return m
}()

// PreferenceFieldOf returns the field with a key.
func PreferenceFieldOf(key string) (PreferenceField, bool) {
	if i, ok := preferencePlaces[key]; ok {
		return PreferenceFields[i], true
	}
	return PreferenceField{}, false
}

// PreferenceFieldsOf returns the fields of a category, in order.
func PreferenceFieldsOf(category string) (out []PreferenceField) {
	for _, f := range PreferenceFields {
		if f.Category == category {
			out = append(out, f)
		}
	}
	return out
}

var degrees = map[PreferenceKind][]string{
	PrefLikes:    {"like", "avoid"},
	PrefSeverity: {"preference", "intolerance", "allergy", "anaphylaxis"},
	PrefPlaces:   {"wish", "been", "avoid"},
}

// Degrees are what can be said of a value of the field, the usual one first; nil where
// a value is just there.
func (f PreferenceField) Degrees() []string { return degrees[f.Kind] }

// Single reports whether a traveler has at most one value of the field.
func (f PreferenceField) Single() bool {
	return slices.Contains([]PreferenceKind{PrefOne, PrefText, PrefNumber, PrefYesNo}, f.Kind)
}
