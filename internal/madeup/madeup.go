// Package madeup invents the clients of a travel agency: believable enough for
// `carnet demo`, quick enough for a bench of a million, and the same every time for the
// same seed. It knows nothing of the database: callers turn a Client into records.
//
// Nobody here is real. E-mail addresses end in example.com, example.org, example.net or
// .example, which are reserved and reach nobody. Phone numbers come from the blocks that
// regulators set aside for fiction (Germany, France, United Kingdom, United States,
// Sweden); where a country has none, and everywhere when Options.Wide asks for more
// numbers than those blocks hold, they are drawn from an operator's numbering and may
// belong to somebody: never send anything to made-up data. Tax numbers have right check
// digits and leading digits that aren't in use. There are no passports and no cards.
package madeup

// Client is an account with its people, as somebody at a counter would have typed it:
// some fields are missing, some are wrong, and about 3 % are the same people twice.
type Client struct {
	Index       int    // the number that was asked for
	DuplicateOf int    // index of the client whose near-copy this is, or -1
	Mistake     string // what is wrong with it: "typo", "swapped", ... or empty

	Kind           string // "personal" or "corporate" (R001)
	Name           string // "Kowalska/Joanna", "Jones/Brown/Taylor Girls Trip", a company (R005)
	Code           string // account code, unique per generator, at most 10 characters (R010)
	Classification string // "prospect" or "client" (R062)
	Segment        string // "regular", "temporary", "organiser", "vip_incentive" (R067)
	CustomerType   string // a code of Agency.CustomerTypes (R071)
	Status         string // "active" or "inactive" (R002)
	SourceMedium   string // how the client came (R022): "client_referral", "web_form", ...
	SourceDetail   string
	Language       string // BCP 47: "pl", "uk"
	Currency       string // ISO 4217

	InformalSalutation, FormalSalutation string // R003, in the client's language

	Country, Street, PostalCode, City, Region string // Country is ISO 3166-1 alpha-2
	Mailing                                   *Address

	Phones, Emails []Value // shared by the household or the company (R045)
	Website        string
	Travelers      []Person // in order; the first one is the primary

	// Companies only.
	LegalName, TaxID, RegistrationNo, TravelPolicy string
	Contact                                        string // who to ask for

	Tags            []string // of Agency.Tags
	InterfaceIDs    []InterfaceID
	Remarks, Memo   string // in the client's language
	Anniversary     string // "1998-06-20", "--06-20" or empty
	AnniversaryNote string

	Branch      int  // index into Agency.Branches
	Advisor     int  // index into Agency.People, or -1
	AgencyOwned bool // owned by the agency, not by the advisor (R019)
	Created     int  // days before Options.Today
}

// Address is a place for letters.
type Address struct{ Country, Street, PostalCode, City, Region string }

// Value is a phone number or an e-mail address.
type Value struct {
	SubType   string // "mobile", "home", "work"
	Value     string // as typed
	E164      string // of a phone: what a correct parser makes of Value
	Primary   bool
	Marketing bool // permit marketing (R050)
}

// InterfaceID is the key of a client in another system (R166).
type InterfaceID struct{ System, ID string }

// Person is a traveler.
type Person struct {
	Title     string // "Mr", "Ms", "Mstr", "Miss", "Dr" or empty
	Family    string // as in the passport
	Given     string
	Middle    string
	Preferred string // what friends say
	Former    string // family name before marriage
	Native    string // the whole name in its own script: "王芳", "Олена Шевченко"
	Sex       string // "F", "M", "X" or empty: as in the document
	BirthDate string // "1980-03-12", "--02-29" where the year is unknown, or empty

	Nationality string   // ISO 3166-1 alpha-2
	Languages   []string // BCP 47, best first
	Occupation  string
	Company     string
	Phones      []Value
	Emails      []Value
	Role        string // "" for the primary; "spouse", "partner", "child", "parent", "friend", "employee"
}
