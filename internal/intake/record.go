package intake

import (
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/intake/person"
)

// Record is one client with its travelers, as read from one or several rows or from
// a card. Empty strings mean that the file says nothing.
type Record struct {
	Line      int   // first physical line in the file
	Lines     []int // all lines when several rows were joined, else nil
	Client    Client
	Travelers []Traveler
}

// Client is the account (R001, R002).
type Client struct {
	Name           string // "Nowak/Jan & Ewa" (R005), a company, or as mapped
	Kind           string // "personal" or "corporate"
	Code           string // account code (R010)
	ExternalIDs    []ExternalID
	Advisor        string // as written: a name or an e-mail address
	Branch         string // as written
	Status         string // "active", "inactive"
	Classification string // "prospect", "client" (R062)
	Segment        string // "regular", "temporary", "organiser", "vip_incentive" (R067)
	CustomerType   string // as written

	SourceMedium, SourceDetail           string
	FormalSalutation, InformalSalutation string
	Anniversary                          date.Date
	AnniversaryNote                      string
	Contact, Memo, Remarks               string
	Language                             string // ISO 639
	Currency                             string // ISO 4217
	TaxID, LegalName                     string

	Comms     []Comm
	Addresses []Address
	Tags      []string
	Own       []Own

	derived bool // the name is made of those of its people, or of an e-mail or phone
}

// Own is the value of a field that the agency has defined itself, as written.
type Own struct{ Code, Title, Value string }

// ExternalID is the key of a client in the system that it comes from (R166).
type ExternalID struct{ System, ID string }

// Traveler is one person of the client.
type Traveler struct {
	person.Name
	Preferred, Former, Native string
	BirthDate                 date.Date
	Sex                       string   // "M", "F", "X" as in the travel document
	Nationalities             []string // ISO 3166
	Languages                 []string // ISO 639
	Occupation                string
	Company, Position         string // R027
	Role                      string // within the client (L04)
	Remarks                   string

	Comms     []Comm
	Addresses []Address
	Own       []Own
	Profile   []Said
}

// Comm is a communication (R047).
type Comm struct {
	Type        string // "phone", "email", "social", "web"
	SubType     string // "home", "work", "mobile", "home fax" ... or as written
	Value       string // as written, without the words around it
	Norm        string // E.164, lower-case address or URL; "" when it has no such form
	Description string // words that stood beside the value: whose phone it is
	Primary     bool
	OptedOut    bool // the file says that no marketing may be sent there (R050)
	OptedIn     bool // the file says that it may, and nothing else says no
}

// Address is a postal address (R051).
type Address struct {
	Kind    string // "physical" or "mailing"
	Label   string // "home", "work", "other" or as written
	Street  string
	Street2 string
	POBox   string
	Postal  string
	City    string
	Region  string
	Country string // ISO 3166; "" when unknown
}

// empty reports whether nothing but a country is known.
func (a Address) empty() bool {
	return a.Street == "" && a.Street2 == "" && a.POBox == "" && a.Postal == "" && a.City == "" && a.Region == ""
}

// Severity says what a problem does to its row.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // the row is refused
	Warning Severity = "warning" // the row is taken over; somebody should look
)

// Problem is something about a row that the user should know.
type Problem struct {
	Severity Severity
	Line     int    // physical line in the file
	Column   string // title of the column, or ""
	Key      string // translation key intake.problem.*
	Args     []any  // name, value, name, value ...
}

// Refused reports whether one of the problems is an error.
func Refused(problems []Problem) bool {
	for _, p := range problems {
		if p.Severity == Error {
			return true
		}
	}
	return false
}
