package api

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/field"
)

// ownFieldsDoc describes the values of fields that the agency has defined itself.
const ownFieldsDoc = "Values of the fields that the agency has defined itself, by their codes: texts, numbers, booleans, days, " +
	"codes of choices, arrays of such codes. A change names the ones to change; null empties one. What each takes is said at /fields."

var fields = noun[field.Field]{one: "field", many: "fields", id: "field", group: "Agency", path: "/fields",
	need: "field.manage", readNeed: "field.manage",
	doc: "The fields that the agency has defined itself. In lists they are columns, filters and sorts: field_ and the code, field_shoe_size.least=42.",
	model: newModel("OwnField", "A field of the agency's own.", &field.Field{},
		prop{name: "code", doc: "Names the field everywhere; made from the name where nothing is said. It never changes.", max: 40, example: "shoe_size"},
		prop{name: "name", doc: "What people read.", max: 60, example: "Shoe size", must: true},
		prop{name: "names", doc: "The name in other languages, one per line: the language, an equals sign and the name.", example: "de=Schuhgröße"},
		prop{name: "areas", doc: "Which records have the field, by comma: client, traveler.", example: "traveler", must: true},
		prop{name: "kind", doc: "What the field takes. A field in use keeps its kind; only a text can become a long one.", enum: field.Kinds, example: "number", must: true},
		prop{name: "help", doc: "Stands below the control.", max: 500, example: "European size"},
		prop{name: "choices", doc: "Of choice and several: one per line, code=label, a minus in front where it is switched off.", example: ""},
		prop{name: "requirement", doc: "Whether people must fill the field in: never, always, or if all conditions hold.", enum: field.Requirements, example: "if"},
		prop{name: "required_if", doc: "The conditions, one per line: \"classification = client\", \"age < 18\", \"nationality = PL\", \"fields.ski = true\", \"fields.card filled\".", example: "age < 18"},
		prop{name: "default_value", doc: "What a new record has where nothing is said.", example: ""},
		prop{name: "view_roles", doc: "The roles that see it, by comma; \"\" is everybody.", example: ""},
		prop{name: "edit_roles", doc: "The roles of these that fill it in, by comma; \"\" is everybody.", example: "administrator,manager"},
		prop{name: "section", doc: "Heading under which it stands.", max: 60, example: "Ski"},
		prop{name: "position", doc: "Place in the order.", example: int64(10)},
		prop{name: "active", doc: "Whether it is in use; switched off it disappears and keeps its values. True where nothing is said.", example: true, yes: true})}

// fieldOps lets everybody list the fields whose values they see, as far as their conditions
// name no others; to maintain them needs the right.
func fieldOps() []op {
	n := fields
	n.list = func(ctx context.Context, tx *db.Tx, q *req) ([]field.Field, error) {
		all, err := field.All(ctx, tx)
		if err != nil || q.actor.May("field.manage") {
			return all, err
		}
		set, err := field.Of(ctx, tx)
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(f field.Field) bool { return !set.Sees(&f) })
		for i := range all {
			all[i] = set.Told(all[i])
		}
		return all, nil
	}
	out := ops(n)
	out[0].need = ""
	return out
}
