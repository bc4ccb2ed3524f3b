package api

import (
	"context"
	"strconv"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// A relation is shown from the side of the traveler of the path; from the other side it
// has the same number and version.
var relationSchema = obj("Relation", "A person whom a traveler is related to, and what that person is to the traveler.",
	number("id", "Number of the relation, the same on both sides.", 12),
	number("version", "Version of the relation: send it as If-Match to change or remove it.", 1),
	number("traveler_id", "The other person.", 4),
	text("family", "Family name of the other person.", "Kowalski"),
	text("given", "Given name of the other person.", "Jan"),
	relationCode,
	text("label", "The code in the language of the request, by the sex of the other person.", "father"),
	day("from_date", "Since when.", "2001-06-12").orNull(),
	day("to_date", "Until when.", "2020-01-31").orNull(),
	relationNote,
).must("id", "version", "traveler_id", "family", "given", "code", "label", "from_date", "to_date", "note")

var (
	relationCode = text("code", "What the other person is to the traveler: a code of GET /relation-kinds, such as parent, child, spouse.", "parent")
	relationNote = text("note", "Remark.", "")
	relationFrom = day("from_date", "Since when.", "2001-06-12").orNull()
	relationTo   = day("to_date", "Until when.", "2020-01-31").orNull()

	relationNew = obj("RelationNew", "Whom the traveler is related to. The inverse is there at once: nothing is entered on the other side.",
		number("traveler_id", "The other person.", 4), relationCode, relationFrom, relationTo, relationNote.orNull()).must("traveler_id", "code")
	relationEdit = obj("RelationChange", "What to change, seen from the traveler of the path.", relationCode, relationFrom, relationTo, relationNote.orNull())

	kindSchema = obj("RelationKind", "A kind of relation.",
		text("code", "What a person is to the other.", "parent"),
		text("inverse", "What the other then is; the same code where both are alike.", "child"),
		text("label", "The code in the language of the request, without regard to sex.", "parent"),
		text("inverse_label", "The inverse in the language of the request.", "child"),
		enum("group", "Group of the kind.", "family", traveler.RelationGroups...),
		yesno("own", "One of the agency's own kinds.", false),
		yesno("active", "Whether it can be chosen.", true),
	).must("code", "inverse", "label", "inverse_label", "group", "own", "active")

	relationTypeModel = newModel("RelationType", "A kind of relation of the agency's own.", &traveler.RelationType{},
		prop{name: "code", doc: "What a person is to the other; made of the name.", ro: true, example: "own.host"},
		prop{name: "inverse", doc: "What the other then is.", ro: true, example: "own.host.of"},
		prop{name: "name", doc: "Name of what a person is to the other.", max: 60, example: "Host", must: true},
		prop{name: "inverse_name", doc: "Name of what the other then is; empty where both are alike.", max: 60, example: "Guest"},
		prop{name: "group", col: "grp", doc: "Group of the kind; other where nothing is said.", enum: traveler.RelationGroups, example: "other"},
		prop{name: "active", doc: "Whether it can be chosen; true where nothing is said.", example: true, yes: true})
)

func relationOps() []op {
	const path, group = "/travelers/{id}/relations", "Travelers"
	one := path + "/{number}"
	types := noun[traveler.RelationType]{one: "kind of relation", many: "kinds of relations", id: "relation_type", group: "Agency", path: "/relation-types",
		need: "option.manage", model: relationTypeModel, noDelete: true, doc: "The kinds of relations that the agency added, and shipped ones that it switched off.",
		list: everyone[traveler.RelationType]("r.name, r.id")}
	out := []op{
		{id: "traveler.relation.list", method: "GET", path: path, group: group, summary: "List relations",
			doc: "Whom the traveler is related to, family first. Persons whom you don't see are left out.", status: 200, reply: all("Relation", relationSchema), run: listRelations},
		{id: "traveler.relation.create", method: "POST", path: path, group: group, summary: "Add a relation",
			doc:  "One of both persons must be yours to change, the other yours to see. A relation to oneself, a second one of the same kind, and being a parent of one's own ancestor are refused.",
			need: "client.edit", body: relationNew, status: 201, reply: relationSchema, etag: true, run: createRelation},
		{id: "traveler.relation.get", method: "GET", path: one, group: group, summary: "Read a relation", what: "relation",
			doc: "The relation as the traveler of the path has it.", status: 200, reply: relationSchema, etag: true,
			run: func(ctx context.Context, tx *db.Tx, q *req) error { return answerRelation(ctx, tx, q, q.sub()) }},
		{id: "traveler.relation.edit", method: "PATCH", path: one, group: group, summary: "Change a relation", what: "relation",
			doc:  "Changes kind, dates or note on both sides. The persons stay.",
			need: "client.edit", body: relationEdit, status: 200, reply: relationSchema, etag: true, ifMatch: true, run: editRelation},
		{id: "traveler.relation.delete", method: "DELETE", path: one, group: group, summary: "Remove a relation", what: "relation",
			doc: "Removes it on both sides.", need: "client.edit", status: 204, ifMatch: true, run: deleteRelation},
		{id: "relation_kind.list", method: "GET", path: "/relation-kinds", group: "Agency", summary: "List the kinds of relations",
			doc: "Shipped kinds and the agency's own, switched off ones included.", status: 200, reply: all("RelationKind", kindSchema), run: listKinds},
		{id: "relation_kind.switch", method: "POST", path: "/relation-kinds", group: "Agency", summary: "Switch a shipped kind off or on",
			doc: "What is related like this stays so.", need: "option.manage", status: 200, reply: all("RelationKind", kindSchema),
			body: obj("RelationKindSwitch", "Which kind.", text("code", "First code of a shipped kind.", "cousin"),
				yesno("active", "Whether it can be chosen.", false)).must("code", "active"),
			run: func(ctx context.Context, tx *db.Tx, q *req) error {
				if err := traveler.SwitchKinship(ctx, tx, q.text("code"), boolOf(q.body, "active")); err != nil {
					return err
				}
				return listKinds(ctx, tx, q)
			}},
		{id: "relation_type.delete", method: "DELETE", path: "/relation-types/{number}", group: "Agency", summary: "Remove a kind of relation", what: "kind of relation",
			doc: "Only one that no relation has; others can be switched off.", need: "option.manage", status: 204, ifMatch: true,
			run: func(ctx context.Context, tx *db.Tx, q *req) error {
				return traveler.DropRelationType(ctx, tx, q.id(), q.version)
			}},
	}
	return append(out, ops(types)...)
}

func listKinds(ctx context.Context, tx *db.Tx, q *req) error {
	kinds, err := traveler.Kinships(ctx, tx)
	l := i18n.For(q.lang())
	b := append(q.out, `{"items":[`...)
	for i := range kinds {
		k := &kinds[i]
		b = appendText(append(appendComma(b), '{'), "code", k.Code)
		b = appendText(b, "inverse", k.Inverse)
		b = appendText(b, "label", traveler.KinLabel(l, kinds, k.Code, ""))
		b = appendText(b, "inverse_label", traveler.KinLabel(l, kinds, k.Inverse, ""))
		b = appendText(b, "group", k.Group)
		b = appendBool(b, "own", k.Own())
		b = append(appendBool(b, "active", k.Active), '}')
	}
	q.out = append(b, ']', '}')
	return err
}

func appendRelation(b []byte, l *i18n.Localizer, all []traveler.Kinship, k *traveler.Kin) []byte {
	b = appendInt(append(b, '{'), "id", k.Relation.ID)
	b = appendInt(b, "version", k.Relation.Version)
	b = appendInt(b, "traveler_id", k.T.ID)
	b = appendText(b, "family", k.T.Family)
	b = appendText(b, "given", k.T.Given)
	b = appendText(b, "code", k.Is)
	b = appendText(b, "label", traveler.KinLabel(l, all, k.Is, k.T.Sex))
	b = appendDay(b, "from_date", k.From)
	b = appendDay(b, "to_date", k.To)
	return append(appendText(b, "note", k.Note), '}')
}

func listRelations(ctx context.Context, tx *db.Tx, q *req) error {
	if err := travelerOwner.seen(ctx, tx, q); err != nil {
		return err
	}
	kinds, err := traveler.Kinships(ctx, tx)
	if err != nil {
		return err
	}
	kin, err := traveler.KinOf(ctx, tx, q.id())
	l := i18n.For(q.lang())
	b := append(q.out, `{"items":[`...)
	for i := range kin {
		b = appendRelation(appendComma(b), l, kinds, &kin[i])
	}
	q.out = append(b, ']', '}')
	return err
}

// answerRelation writes one relation of the traveler of the path.
func answerRelation(ctx context.Context, tx *db.Tx, q *req, id int64) error {
	kinds, err := traveler.Kinships(ctx, tx)
	if err != nil {
		return err
	}
	kin, err := traveler.KinOf(ctx, tx, q.id())
	if err != nil {
		return err
	}
	for i := range kin {
		if kin[i].Relation.ID == id {
			q.out, q.etag = appendRelation(q.out, i18n.For(q.lang()), kinds, &kin[i]), kin[i].Relation.Version
			return nil
		}
	}
	return errs.Missing()
}

func fillRelation(q *req, r *traveler.Relation) {
	for name, to := range map[string]*date.Date{"from_date": &r.From, "to_date": &r.To} {
		if _, sent := q.body[name]; sent {
			*to = date.Date(q.text(name))
		}
	}
	if _, sent := q.body["note"]; sent {
		r.Note = q.text("note")
	}
}

func createRelation(ctx context.Context, tx *db.Tx, q *req) error {
	if err := travelerOwner.seen(ctx, tx, q); err != nil {
		return err
	}
	r := &traveler.Relation{}
	fillRelation(q, r)
	if err := traveler.Relate(ctx, tx, q.id(), intOf(q.body, "traveler_id"), q.text("code"), r); err != nil {
		return err
	}
	q.location = q.http.URL.Path + "/" + strconv.FormatInt(r.ID, 10)
	return answerRelation(ctx, tx, q, r.ID)
}

// ofPath reads the relation that the path names; one of two other persons is missing.
func ofPath(ctx context.Context, tx *db.Tx, q *req) (*traveler.Relation, error) {
	var r traveler.Relation
	err := record.Get(ctx, tx, &r, q.sub())
	if err == nil && r.A != q.id() && r.B != q.id() {
		err = errs.Missing()
	}
	return &r, err
}

func editRelation(ctx context.Context, tx *db.Tx, q *req) error {
	r, err := ofPath(ctx, tx, q)
	if err != nil {
		return err
	}
	kinds, err := traveler.Kinships(ctx, tx)
	if err != nil {
		return err
	}
	err = record.Edit(ctx, tx, r, r.ID, q.version, func() error {
		fillRelation(q, r)
		if _, sent := q.body["code"]; !sent {
			return nil
		}
		other, _ := r.Other(q.id())
		return r.Put(kinds, q.id(), other, q.text("code"))
	})
	if err != nil {
		return err
	}
	return answerRelation(ctx, tx, q, r.ID)
}

func deleteRelation(ctx context.Context, tx *db.Tx, q *req) error {
	r, err := ofPath(ctx, tx, q)
	if err != nil {
		return err
	}
	return record.Delete(ctx, tx, r, r.ID, q.version)
}
