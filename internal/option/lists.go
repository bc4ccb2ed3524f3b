package option

import (
	"slices"
	"strings"
)

// List is a list as Carnet ships it.
type List struct {
	Group string   // part of the page of lists: interest, flight, hotel, cruise, vehicle, train, other
	Codes []string // in the order in which they are offered

	names map[string]string // of brands: the same in all languages
	old   map[string]bool   // accepted, but offered only if the agency says so
}

// Has reports whether the list has a code.
func (l List) Has(code string) bool { return slices.Contains(l.Codes, code) }

// Groups are the parts of the page of lists, in order.
var Groups = []string{"interest", "flight", "hotel", "cruise", "vehicle", "train", "other"}

// Lists are the shipped lists by name; Names gives their order.
var (
	Lists = map[string]List{}
	Names []string
)

func init() {
	group := ""
	for _, line := range strings.Split(strings.TrimSpace(shipped), "\n") {
		name, codes, isList := strings.Cut(line, ": ")
		if !isList {
			group = strings.TrimSpace(line)
			continue
		}
		l := List{Group: group, names: map[string]string{}, old: map[string]bool{}}
		if rows, brands := brandLists[name]; brands {
			for _, row := range strings.Split(strings.TrimSpace(rows), "\n") {
				code, label, _ := strings.Cut(row, " ")
				l.Codes, l.names[code] = append(l.Codes, code), label
			}
		} else {
			for _, code := range strings.Fields(codes) {
				c := strings.TrimPrefix(code, "-")
				l.Codes, l.old[c] = append(l.Codes, c), c != code
			}
		}
		Lists[name], Names = l, append(Names, name)
	}
}

// shipped are the lists by group. A minus marks codes of older systems, which imports
// bring. SSR codes are those of the airlines, those of cars the letters of ACRISS.
const shipped = `
interest
companion: SOLO COUPLE HONEYMOON FAMILY_SMALL FAMILY_TEENS GENERATIONS FRIENDS SINGLES SCHOOL CLUB BUSINESS LGBTQ PET
season: JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC SCHOOL CHRISTMAS EASTER CARNIVAL LONG_WEEKEND OFF
continent: EUROPE AFRICA ASIA MIDDLE_EAST NORTH_AMERICA CARIBBEAN SOUTH_AMERICA OCEANIA POLAR
style: LUXURY COMFORT BUDGET ADVENTURE RELAXED CULTURAL GOURMET ECO WELLNESS ACTIVE SPONTANEOUS REPEATER FIRST_TIMER
planning: ALL HALF FREE
tour_form: ESCORTED SMALL_GROUP PRIVATE_GUIDE SELF_DRIVE FIT PACKAGE CRUISE
lead_time: LAST MONTH HALF_YEAR YEAR FIRST
budget: A B C D E F
activity: MUSEUMS ARCHITECTURE HISTORY ARCHAEOLOGY RELIGIOUS FESTIVALS THEATRE MUSIC FOOD WINE COOKING SHOPPING MARKETS PHOTOGRAPHY WILDLIFE BIRDS HIKING CYCLING CLIMBING SKI SNOWBOARD GOLF TENNIS DIVING SNORKEL SURF SAIL FISHING RIDING MOTORBIKE MOTORSPORT SPA YOGA BEACHES ISLANDS NIGHTLIFE CASINO THEME_PARKS TRAINS GENEALOGY VOLUNTEERING ASTRONOMY SPORTS_EVENTS
diet: VEGETARIAN VEGAN PESCATARIAN HALAL KOSHER GLUTEN LACTOSE NUTS PEANUTS SHELLFISH FISH EGG SOY SESAME LOW_SODIUM DIABETIC NO_PORK NO_BEEF NO_ALCOHOL
flight
seat: WINDOW AISLE MIDDLE FRONT OVERWING REAR BULKHEAD EXIT LEGROOM LAVATORY UPPER QUIET TOGETHER
meal: AVML BBML BLML CHML DBML FPML GFML HNML KSML LCML LFML LSML MOML NLML RVML SFML SPML VGML VJML VLML VOML -HFML -LPML -PRML -ORML
assistance: WCHR WCHS WCHC WCBD WCBW WCLB WCMP BLND DEAF DPNA MAAS MEDA STCR OXYG SVAN -ESAN PETC AVIH UMNR BSCT EXST LANG SPEQ BIKE CBBG INFT
cabin: Y W C F
upgrade: POINTS CASH NEVER
airline: brands
alliance: STAR ONEWORLD SKYTEAM
departure: EARLY MORNING AFTERNOON EVENING NIGHT
baggage: CABIN ONE SEVERAL SPORTS
boarding_pass: MOBILE PAPER
hotel
hotel_chain: brands
hotel_class: 3STAR 4STAR 5STAR LUXURY BOUTIQUE APARTMENT VILLA GUESTHOUSE RESORT GLAMPING
bed: KING QUEEN DOUBLE TWIN SINGLE CRIB ROLLAWAY HYPOALLERGENIC FIRM SOFT FEATHER FOAM
room: NON_SMOKING SMOKING HIGH_FLOOR LOW_FLOOR SEA_VIEW CITY_VIEW GARDEN_VIEW POOL_VIEW CONNECTING ADJOINING QUIET NO_LIFT ACCESSIBLE ROLL_IN BATHTUB BALCONY SUITE
board: RO BB HB FB AI
amenity: POOL_IN POOL_OUT SPA GYM KIDS_CLUB BEACHFRONT RESTAURANT BAR WIFI PARKING EV PETS TRANSFER BUSINESS LOUNGE GOLF TENNIS KITCHEN
location: CENTRE BEACH AIRPORT COUNTRYSIDE SKI
arrival: EARLY_IN LATE_IN LATE_OUT
cruise
cruise_line: brands
ship: MEGA LARGE MID SMALL EXPEDITION RIVER SAILING YACHT BARGE
ship_cabin: INSIDE OCEANVIEW BALCONY MINI_SUITE SUITE STUDIO ACCESSIBLE CONNECTING
deck: HIGH MID LOW MIDSHIP FORWARD AFT
ship_dining: EARLY LATE ANYTIME TABLE_2 SHARED SPECIALTY
atmosphere: FORMAL CASUAL ADULTS FAMILY LUXURY THEME
cruise_area: MED CARIBBEAN NORTH BALTIC CANARIES ALASKA GULF ASIA PACIFIC SOUTH_AMERICA POLAR GALAPAGOS RHINE DANUBE NILE TRANSATLANTIC
cruise_length: N3 N6 N9 N15 WORLD
cruise_service: DRINKS WIFI GRATUITIES EXCURSIONS SPA KIDS BUTLER
vehicle
car_rental: brands
car_size: M E C I S F P L X
car_body: C W V S T F P X
transmission: M A N B
fuel: R N D V H E
car_make: brands
car_extra: GPS BABY_SEAT CHILD_SEAT BOOSTER DRIVER HAND_CONTROLS SNOW ONE_WAY CHAUFFEUR
car_insurance: BASIC FULL OWN
train
rail_operator: brands
rail_class: FIRST SECOND SLEEPER COUCHETTE PRIVATE
rail_seat: WINDOW AISLE TABLE FORWARD QUIET UPPER
train_type: HIGH_SPEED SCENIC LUXURY NIGHT REGIONAL STEAM
rail_amenity: MEALS WIFI POWER BIKE STEP_FREE LOUNGE
rail_pass: INTERRAIL EURAIL SWISS JAPAN BRITRAIL SENIOR YOUTH
other
event: PHONE EMAIL MEETING SMS CHAT LETTER CATALOGUE COMPLAINT PRAISE OFFER DOCUMENTS CONTRACT DEPARTURE PAYMENT_REMINDER PAYMENT_PROMISE POST_REMINDER PASSPORT INSURANCE GIFT NOTE OTHER
special_date: WEDDING ENGAGEMENT NAME_DAY CLIENT_SINCE GRADUATION RETIREMENT CHILD OTHER
`
