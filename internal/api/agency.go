package api

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

var scopes = []string{"own", "branch", "agency"}

var agencyModel = newModel("Agency", "The travel agency and its settings.", &agency.Agency{},
	prop{name: "name", doc: "Name of the agency.", max: 200, example: "Azymut"},
	prop{name: "legal_name", doc: "Name on invoices.", example: "Azymut sp. z o.o."},
	prop{name: "tax_id", doc: "Tax number.", example: "PL5260001246"},
	prop{name: "street", doc: "Street and number.", example: "ul. Długa 5"},
	prop{name: "street2", doc: "Second line.", example: ""},
	prop{name: "postal_code", doc: "Postal code.", example: "31-147"},
	prop{name: "city", doc: "City.", example: "Kraków"},
	prop{name: "region", doc: "State or province.", example: ""},
	prop{name: "country", doc: "ISO 3166 code; phones without a country code are read as numbers of this country.", example: "PL"},
	prop{name: "phone", doc: "Phone of the agency.", example: "+48121234567"},
	prop{name: "email", doc: "E-mail of the agency.", example: "office@example.com"},
	prop{name: "website", doc: "Web page of the agency.", example: "https://example.com"},
	prop{name: "logo", doc: "Hash of the logo in the file store.", ro: true, example: ""},
	prop{name: "time_zone", doc: "IANA time zone: \"today\" is a day of this zone.", example: "Europe/Warsaw"},
	prop{name: "currency", doc: "ISO 4217 code of the currency.", max: 3, example: "PLN"},
	prop{name: "language", doc: "Language of people who chose none.", enum: i18n.Langs, example: "en"},
	prop{name: "see_manager", doc: "Which clients managers see: own and shared, of the branch, or all.", enum: scopes, example: "branch"},
	prop{name: "see_assistant", doc: "Which clients assistants see.", enum: scopes, example: "branch"},
	prop{name: "see_agent", doc: "Which clients agents see.", enum: scopes, example: "own"},
	prop{name: "see_accountant", doc: "Which clients accountants see.", enum: scopes, example: "agency"},
	prop{name: "see_auditor", doc: "Which clients auditors see.", enum: scopes, example: "agency"},
	prop{name: "passport_months", doc: "How many months a passport must be valid after the return where the country asks for nothing else.", example: int64(6)},
	prop{name: "reveal_limit", doc: "How many secrets one person may look at in an hour, 1 to 1000.", example: int64(30)},
	prop{name: "no_export", doc: "Whether nobody may export, whatever their role.", example: false},
)

var branches = noun[agency.Branch]{one: "branch", many: "branches", id: "branch", group: "Agency", path: "/branches",
	need: "agency.manage", doc: "The offices of the agency.", list: everyone[agency.Branch]("r.name, r.id"),
	model: newModel("Branch", "An office of the agency.", &agency.Branch{},
		prop{name: "name", doc: "Name, unique in the agency.", max: 100, example: "North", must: true},
		prop{name: "code", doc: "Short name.", example: "N"},
		prop{name: "street", doc: "Street and number.", example: "ul. Długa 5"},
		prop{name: "postal_code", doc: "Postal code.", example: "31-147"},
		prop{name: "city", doc: "City.", example: "Kraków"},
		prop{name: "country", doc: "ISO 3166 code.", example: "PL"},
		prop{name: "phone", doc: "Phone.", example: "+48121234567"},
		prop{name: "email", doc: "E-mail.", example: "north@example.com"},
		prop{name: "active", doc: "Whether it can be chosen; true where nothing is said.", example: true, yes: true})}

var departments = noun[agency.Department]{one: "department", many: "departments", id: "department", group: "Agency", path: "/departments",
	need: "agency.manage", doc: "The departments of the agency.", list: everyone[agency.Department]("r.name, r.id"),
	model: newModel("Department", "A group of people, inside a branch or across the agency.", &agency.Department{},
		prop{name: "name", doc: "Name, unique in the agency.", max: 100, example: "Groups", must: true},
		prop{name: "branch_id", doc: "The branch to which it belongs, null for all.", example: int64(1)},
		prop{name: "active", doc: "Whether it can be chosen; true where nothing is said.", example: true, yes: true})}

var customerTypes = noun[client.Type]{one: "customer type", many: "customer types", id: "customer_type", group: "Agency", path: "/customer-types",
	need: "type.manage", doc: "The customer types of the agency.", list: everyone[client.Type]("r.code"),
	model: newModel("CustomerType", "A way in which the agency sorts its clients.", &client.Type{},
		prop{name: "code", doc: "Short code, unique in the agency; one character where possible.", example: "P", must: true},
		prop{name: "name", doc: "Name.", example: "Personal", must: true},
		prop{name: "excluded", doc: "Clients of this type are listed only when somebody asks for the type.", example: false},
		prop{name: "default_of", col: "is_default", doc: "New clients of this kind get the type where nothing else is said.", enum: []string{"", "personal", "corporate"}, example: "personal"},
		prop{name: "active", doc: "Whether it can be chosen; true where nothing is said.", example: true, yes: true})}

var tags = noun[tag.Tag]{one: "tag", many: "tags", id: "tag", group: "Agency", path: "/tags",
	need: "tag.manage", doc: "The labels that the agency gives its records.", list: everyone[tag.Tag]("r.name_key"),
	drop: flow.DropTag, dropDoc: "Only one that no record carries; others can be switched off.",
	model: newModel("Tag", "A label of the agency.", &tag.Tag{},
		prop{name: "kind", doc: "A plain tag, an attribute that clients are grouped by, or an interest.", enum: tag.Kinds, example: "tag"},
		prop{name: "name", doc: "Name, unique in the agency, without a comma.", max: 60, example: "VIP", must: true},
		prop{name: "areas", doc: "What can take the tag, by comma: client, traveler.", example: "client,traveler"},
		prop{name: "requirement", doc: "Whether new records must have it.", enum: []string{"optional", "recommended", "mandatory"}, example: "optional"},
		prop{name: "takes_value", doc: "Whether the tag has a value on each record.", enum: []string{"none", "free", "required"}, example: "none"},
		prop{name: "choices", doc: "The allowed values, one per line; \"\" allows any.", example: ""},
		prop{name: "default_value", doc: "The value that a record gets where none is given.", example: ""},
		prop{name: "several", doc: "Whether a record may have it several times, with different values.", example: false},
		prop{name: "active", doc: "Whether it can be given to records; true where nothing is said.", example: true, yes: true})}

var permissionSchema = obj("Permission", "A right and who has it.",
	text("right", "Name of the right, as the operations below name it.", "client.edit"),
	array("roles", "The roles that have it.", enum("", "A role.", agency.Agent, agency.Roles...).schema)).must("right", "roles")

func agencyOps() []op {
	own := []op{
		{id: "agency.get", method: "GET", path: "/agency", group: "Agency", summary: "Read the agency", doc: "The agency to which the token belongs.",
			status: 200, reply: agencyModel.read, etag: true, run: func(ctx context.Context, tx *db.Tx, q *req) error {
				a, err := agency.Current(ctx, tx)
				if err == nil {
					q.answer(agencyModel, a)
				}
				return err
			}},
		{id: "agency.edit", method: "PATCH", path: "/agency", group: "Agency", summary: "Change the agency", doc: "Changes the settings that are sent.",
			need: "agency.manage", body: agencyModel.patch, status: 200, reply: agencyModel.read, etag: true, ifMatch: true,
			run: func(ctx context.Context, tx *db.Tx, q *req) error {
				var a agency.Agency
				err := record.Edit(ctx, tx, &a, q.actor.AgencyID, q.version, func() error { agencyModel.fill(&a, q.body); return nil })
				if err == nil {
					q.answer(agencyModel, &a)
				}
				return err
			}},
		{id: "permission.list", method: "GET", path: "/permissions", group: "Agency", summary: "Read the table of permissions",
			doc: "Which role may do what.", status: 200, reply: all("Permission", permissionSchema),
			run: func(_ context.Context, _ *db.Tx, q *req) error {
				b := append(q.out, `{"items":[`...)
				for _, p := range agency.Permissions {
					b = appendText(append(appendComma(b), '{'), "right", p.Right)
					b = append(appendTexts(b, "roles", p.Roles), '}')
				}
				q.out = append(b, ']', '}')
				return nil
			}},
	}
	return slices.Concat(own, fieldOps(), ops(branches), ops(departments), ops(customerTypes), ops(tags))
}
