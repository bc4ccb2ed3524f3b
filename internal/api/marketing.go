package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

var affiliationModel = newModel("Affiliation", "A consortium that defines marketing codes. It comes from a file; only the membership can be changed.", &tag.Affiliation{},
	prop{name: "code", doc: "Code of the affiliation.", ro: true, example: "EXAMPLE"},
	prop{name: "edition", doc: "Edition of its file.", ro: true, example: "2026-11"},
	prop{name: "member", doc: "Whether the agency is a member; otherwise nothing of the affiliation is shown.", example: true})

// namesSchema are names by language.
var namesSchema = obj("MarketingNames", "Names by language.", text("en", "English.", "Ocean cruises"), text("es", "Spanish.", "Cruceros oceánicos"), text("fr", "French.", "Croisières maritimes"),
	text("pl", "Polish.", "Rejsy oceaniczne"), text("de", "German.", "Hochseekreuzfahrten"))

var affiliationFile = obj("AffiliationFile", "A file of marketing codes. Codes that are there are brought up to date, new ones are added; those that the file lacks are offered no more.",
	enum("format", "Format of the file.", tag.Format, tag.Format), text("code", "Code of the affiliation.", "EXAMPLE"),
	member{"names", namesSchema}, text("edition", "Edition of the file.", "2026-11"),
	array("categories", "Categories of the codes.", obj("AffiliationCategory", "A category.", text("code", "Its code.", "cruise"), member{"names", namesSchema}).must("code", "names")),
	bigArray("codes", "The codes in the order in which they are shown.", obj("AffiliationCode", "A code.", text("code", "The code; it never changes its meaning.", "CR-OCEAN"),
		enum("kind", "Permissions and subscriptions are given or not; preferences have a state.", "preference", tag.CodeKinds...),
		text("category", "Code of a category.", "cruise"), member{"names", namesSchema}).must("code", "kind", "names")),
).must("format", "code", "names", "codes")

// bigArray is an array of more elements than lists have.
func bigArray(name, doc string, of *schema) member {
	m := array(name, doc, of)
	m.schema.max = 5000
	return m
}

var importedSchema = obj("AffiliationImport", "What the import changed.", number("id", "Number of the affiliation.", 1),
	number("created", "New codes.", 24), number("changed", "Codes with new names or places.", 0), number("retired", "Codes that are offered no more.", 0)).must("id", "created", "changed", "retired")

var codeSchema = obj("MarketingCode", "A marketing code.", number("id", "Number of the code.", 12), text("code", "The code.", "CR-OCEAN"),
	enum("kind", "What it is.", "preference", tag.CodeKinds...), text("category", "Name of its category, in the language of Accept-Language.", "Cruises"),
	text("name", "Its name, likewise.", "Ocean cruises"), yesno("active", "Whether it is still offered.", true)).must("id", "code", "kind", "category", "name", "active")

var markSchema = obj("ClientMarketing", "A marketing code of a client.", number("code_id", "Number of the code.", 12),
	enum("state", "given for permissions and subscriptions.", "wishes", append([]string{tag.Given}, tag.PreferenceStates...)...)).must("code_id", "state")

// states are what a client's codes can be set to; "" takes a code away.
var markChange = obj("ClientMarketingChange", "States of the codes of one affiliation; codes that aren't named stay.",
	number("affiliation_id", "Number of the affiliation.", 1),
	array("codes", "What to change.", obj("ClientMarketingState", "A code.", number("code_id", "Number of the code.", 12),
		enum("state", "Its state; empty takes it away.", "wishes", append([]string{"", tag.Given}, tag.PreferenceStates...)...)).must("code_id", "state"))).must("affiliation_id", "codes")

func marketingOps() []op {
	const group, need = "Marketing", "affiliation.manage"
	return []op{
		{id: "affiliation.list", method: "GET", path: "/affiliations", group: group, summary: "List affiliations", doc: "Those whose files were imported.", status: 200,
			reply: obj("AffiliationList", "All affiliations.", array("items", "The affiliations by code.", affiliationModel.read)).must("items"), run: listAffiliations},
		{id: "affiliation.import", method: "POST", path: "/affiliations/import", group: group, summary: "Import a file of marketing codes",
			doc: "The file is the body. The same file twice changes nothing.", need: need, body: affiliationFile, status: 200, reply: importedSchema, run: importAffiliation},
		{id: "affiliation.edit", method: "PATCH", path: "/affiliations/{id}", group: group, what: "affiliation", summary: "Join or leave an affiliation", doc: "Codes can't be changed here: they come from the file.",
			need: need, body: affiliationModel.patch, status: 200, reply: affiliationModel.read, etag: true, ifMatch: true, run: editAffiliation},
		{id: "affiliation.codes", method: "GET", path: "/affiliations/{id}/codes", group: group, what: "affiliation", summary: "List marketing codes", doc: "In the order of the file, retired ones, too.", status: 200,
			reply: obj("MarketingCodeList", "The codes of an affiliation.", bigArray("items", "The codes.", codeSchema)).must("items"), run: listCodes},
		{id: "client.marketing.list", method: "GET", path: "/clients/{id}/marketing", group: group, what: "client", summary: "List marketing codes of a client", doc: "Of all affiliations of which the agency is a member.",
			status: 200, reply: marksReply, run: func(ctx context.Context, tx *db.Tx, q *req) error { return answerMarks(ctx, tx, q) }},
		{id: "client.marketing.set", method: "PUT", path: "/clients/{id}/marketing", group: group, what: "client", summary: "Set marketing codes of a client", doc: "Of one affiliation.",
			need: "client.edit", body: markChange, status: 200, reply: marksReply, run: setMarks},
		{id: "tag.export", method: "GET", path: "/tag-file", group: "Agency", summary: "Export tags", doc: "Tags, attributes and interests, for another agency.", need: "tag.manage", status: 200,
			reply: tagFile, run: func(ctx context.Context, tx *db.Tx, q *req) error {
				raw, err := tag.Export(ctx, tx)
				q.out = append(q.out, bytes.TrimSpace(raw)...)
				return err
			}},
		{id: "tag.import", method: "POST", path: "/tag-file", group: "Agency", summary: "Import tags", doc: "Creates those that the agency doesn't have, and changes none.", need: "tag.manage", body: tagFile, status: 200,
			reply: obj("TagImport", "What was done.", number("created", "New tags.", 3), number("skipped", "Tags that were there.", 1)).must("created", "skipped"),
			run: func(ctx context.Context, tx *db.Tx, q *req) error {
				created, skipped, err := tag.Import(ctx, tx, bytes.NewReader(q.raw))
				q.out = append(appendInt(appendInt(append(q.out, '{'), "created", int64(created)), "skipped", int64(skipped)), '}')
				return err
			}},
	}
}

var marksReply = obj("ClientMarketingList", "Marketing codes of a client.", bigArray("items", "The codes.", markSchema)).must("items")

var tagFile = obj("TagFile", "Tags of an agency.", enum("format", "Format of the file.", tag.TagFormat, tag.TagFormat),
	bigArray("tags", "The tags.", obj("TagOfFile", "A tag, an attribute or an interest.", enum("kind", "What it is.", "interest", tag.Kinds...), text("name", "Name.", "Golf"),
		array("areas", "What can take it.", &schema{typ: "string", doc: "A kind of record.", enum: tag.Areas, example: "client"}),
		enum("requirement", "Whether new records must have it.", "optional", "optional", "recommended", "mandatory"),
		enum("takes_value", "Whether it has a value.", "none", "none", "free", "required"),
		array("choices", "The allowed values.", &schema{typ: "string", doc: "A value.", example: "small"}), text("default_value", "Value where none is given.", ""),
		yesno("several", "Several values per record.", false), yesno("active", "Whether it can be given.", true)).must("name"))).must("format", "tags")

func listAffiliations(ctx context.Context, tx *db.Tx, q *req) error {
	all, err := tag.Affiliations(ctx, tx, false)
	q.out = append(appendRecords(appendKey(append(q.out, '{'), "items"), affiliationModel, all, q.actor), '}')
	return err
}

func importAffiliation(ctx context.Context, tx *db.Tx, q *req) error {
	got, err := tag.ImportAffiliation(ctx, tx, bytes.NewReader(q.raw))
	b := appendInt(appendInt(append(q.out, '{'), "id", got.ID), "created", int64(got.Created))
	q.out = append(appendInt(appendInt(b, "changed", int64(got.Changed)), "retired", int64(got.Retired)), '}')
	return err
}

func editAffiliation(ctx context.Context, tx *db.Tx, q *req) error {
	a := &tag.Affiliation{}
	err := record.Edit(ctx, tx, a, q.id(), q.version, func() error { affiliationModel.fill(a, q.body); return nil })
	if err == nil {
		q.answer(affiliationModel, a)
	}
	return err
}

func listCodes(ctx context.Context, tx *db.Tx, q *req) error {
	if err := record.Get(ctx, tx, new(tag.Affiliation), q.id()); err != nil {
		return err
	}
	codes, err := tag.Codes(ctx, tx, q.id())
	if err != nil {
		return err
	}
	items := []map[string]any{}
	for _, c := range codes {
		items = append(items, map[string]any{"id": c.ID, "code": c.Code, "kind": c.Kind, "category": c.Categories.In(q.lang()), "name": c.Names.In(q.lang()), "active": c.Active})
	}
	return q.answerItems(items)
}

// answerItems answers {"items": [...]}.
func (q *req) answerItems(items any) error {
	raw, err := json.Marshal(map[string]any{"items": items})
	if err != nil {
		return fmt.Errorf("answer a list: %w", err)
	}
	q.out = append(q.out, raw...)
	return nil
}

func answerMarks(ctx context.Context, tx *db.Tx, q *req) error {
	if err := record.Get(ctx, tx, new(client.Client), q.id()); err != nil {
		return err
	}
	marks, err := tag.Shown(ctx, tx, q.id())
	if err != nil {
		return err
	}
	items := []map[string]any{}
	for _, m := range marks {
		items = append(items, map[string]any{"code_id": m.CodeID, "state": m.State})
	}
	return q.answerItems(items)
}

func setMarks(ctx context.Context, tx *db.Tx, q *req) error {
	if err := record.Editable(ctx, tx, record.Ref{Kind: "client", ID: q.id()}); err != nil { // before what it says of the affiliation
		return err
	}
	states := map[int64]string{}
	for _, o := range objectsOf(q.body, "codes") {
		states[intOf(o, "code_id")] = textOf(o, "state")
	}
	affiliation := &tag.Affiliation{}
	if err := record.Get(ctx, tx, affiliation, intOf(q.body, "affiliation_id")); errs.Is(err, errs.NotFound) {
		return errs.Bad("affiliation_id", "error.not_found")
	} else if err != nil {
		return err
	}
	if err := tag.SetMarks(ctx, tx, q.id(), affiliation.ID, states); err != nil {
		return err
	}
	return answerMarks(ctx, tx, q)
}
