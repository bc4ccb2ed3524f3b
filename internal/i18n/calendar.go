package i18n

// calendar is how one language writes dates and numbers (CLDR 46, with English in
// its European day-month form, which no reader can mistake as the month is a word).
type calendar struct {
	name              string     // of the language, in itself
	alone             [12]string // months standing alone
	long, short       [12]string // months inside a date
	longSep, shortSep string     // between day, month and year
	weekdaySep        string     // between the day of the week and the date
	inputSep          string     // between digits in a form field
	days, daysShort   [7]string  // from Sunday, as time.Weekday counts
	group, point      string     // thousands and decimal separators
	fourTogether      bool       // 4 digits are written without a separator
	units             []string   // bytes, kilobytes ...
}

// Separators that never let a number break at the end of a line.
const (
	nbsp  = "\u00a0" // no-break space
	nnbsp = "\u202f" // narrow no-break space, French thousands
)

var units = []string{"B", "kB", "MB", "GB", "TB"}

// calendars are in the order of Langs.
var calendars = [...]calendar{
	{
		name: "English",
		alone: [12]string{"January", "February", "March", "April", "May", "June", "July", "August",
			"September", "October", "November", "December"},
		long: [12]string{"January", "February", "March", "April", "May", "June", "July", "August",
			"September", "October", "November", "December"},
		short: [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
			"Nov", "Dec"},
		longSep: " ", shortSep: " ", weekdaySep: ", ", inputSep: "/",
		days:      [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		daysShort: [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		group:     ",", point: ".", units: units,
	},
	{
		name: "Español",
		alone: [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
			"septiembre", "octubre", "noviembre", "diciembre"},
		long: [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
			"septiembre", "octubre", "noviembre", "diciembre"},
		short: [12]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct",
			"nov", "dic"},
		longSep: " de ", shortSep: " ", weekdaySep: ", ", inputSep: "/",
		days:      [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		daysShort: [7]string{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"},
		group:     nbsp, point: ",", fourTogether: true, units: units,
	},
	{
		name: "Français",
		alone: [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
			"septembre", "octobre", "novembre", "décembre"},
		long: [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
			"septembre", "octobre", "novembre", "décembre"},
		short: [12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.",
			"oct.", "nov.", "déc."},
		longSep: " ", shortSep: " ", weekdaySep: " ", inputSep: "/",
		days:      [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
		daysShort: [7]string{"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."},
		group:     nnbsp, point: ",", units: []string{"o", "Ko", "Mo", "Go", "To"},
	},
	{
		name: "Polski",
		alone: [12]string{"styczeń", "luty", "marzec", "kwiecień", "maj", "czerwiec", "lipiec",
			"sierpień", "wrzesień", "październik", "listopad", "grudzień"},
		long: [12]string{"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca",
			"sierpnia", "września", "października", "listopada", "grudnia"},
		short: [12]string{"sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź",
			"lis", "gru"},
		longSep: " ", shortSep: " ", weekdaySep: ", ", inputSep: ".",
		days: [7]string{"niedziela", "poniedziałek", "wtorek", "środa", "czwartek", "piątek",
			"sobota"},
		daysShort: [7]string{"niedz.", "pon.", "wt.", "śr.", "czw.", "pt.", "sob."},
		group:     nbsp, point: ",", fourTogether: true, units: units,
	},
	{
		name: "Deutsch",
		alone: [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August",
			"September", "Oktober", "November", "Dezember"},
		long: [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August",
			"September", "Oktober", "November", "Dezember"},
		short: [12]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.",
			"Okt.", "Nov.", "Dez."},
		longSep: " ", shortSep: " ", weekdaySep: ", ", inputSep: ".",
		days: [7]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag",
			"Samstag"},
		daysShort: [7]string{"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"},
		group:     ".", point: ",", units: units,
	},
}
