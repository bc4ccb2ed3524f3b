package api

import (
	"github.com/carnetcrm/carnet/internal/traveler"
)

var travelerModel = newModel("Traveler", "A person who travels, with names as in the passport.", &traveler.Traveler{},
	prop{name: "title", doc: "Title before the name.", max: 200, example: "Dr"},
	prop{name: "family", doc: "Family name as in the passport. A traveler needs a family or a given name.", max: 200, example: "Kowalska"},
	prop{name: "given", doc: "Given name as in the passport.", max: 200, example: "Joanna"},
	prop{name: "middle", doc: "Middle names as in the passport.", max: 200, example: "Maria"},
	prop{name: "suffix", doc: "What follows the name.", max: 200, example: ""},
	prop{name: "preferred", doc: "What the person is called.", max: 200, example: "Asia"},
	prop{name: "former", doc: "Family name of earlier years.", max: 200, example: "Nowak"},
	prop{name: "native_name", doc: "The name in its own script.", max: 200, example: ""},
	prop{name: "sex", doc: "As in the travel document; \"\" where unknown.", enum: append([]string{""}, traveler.Sexes...), example: "F"},
	prop{name: "salutation", doc: "How letters begin.", max: 200, example: "Dear Joanna"},
	prop{name: "birth_date", doc: "1980-03-12, or --03-12 where the year is unknown.", example: "1980-03-12"},
	prop{name: "birth_place", doc: "Place of birth.", max: 200, example: "Kraków"},
	prop{name: "birth_country", doc: "ISO 3166 code of the country of birth.", example: "PL"},
	prop{name: "nationality", doc: "ISO 3166 codes of all nationalities by comma.", example: "PL"},
	prop{name: "residence", doc: "ISO 3166 code of the country of residence.", example: "PL"},
	prop{name: "languages", doc: "ISO 639 codes of the languages spoken, by comma.", example: "pl,en"},
	prop{name: "marital_status", doc: "Marital status.", example: "married"},
	prop{name: "occupation", doc: "What the person does.", max: 200, example: "Architect"},
	prop{name: "company", doc: "Where the person works.", max: 200, example: ""},
	prop{name: "position", doc: "As what the person works there.", max: 200, example: ""},
	prop{name: "deceased", doc: "The person has died.", example: false},
	prop{name: "do_not_contact", doc: "The person doesn't want to be contacted.", example: false},
	prop{name: "main_traveler_id", doc: "The traveler through whom this one is reached, such as a parent.", example: int64(9)},
	prop{name: "remarks", doc: "Anything worth remembering.", max: 20000, example: ""},
	prop{name: "phone", doc: "The phone that lists show, E.164.", ro: true, example: "+48601234567"},
	prop{name: "email", doc: "The e-mail that lists show.", ro: true, example: "joanna@example.com"},
)
