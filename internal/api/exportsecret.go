package api

import (
	"mime"
	"net/http"
	"slices"
	"strconv"

	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/exports"
)

// exportSecretOp answers with a table of travelers with numbers of documents. The file is
// kept nowhere: there is no link to it.
func exportSecretOp() op {
	ids := array("ids", "The travelers. Instead of them all may be true.", &schema{typ: "integer", doc: "Number of a record.", example: int64(7)})
	ids.max = exports.Small
	return op{id: "traveler.export_secrets", method: "POST", path: "/travelers/export/secrets", group: "Travelers", summary: "Export with numbers of documents",
		doc: "Answers with a table of up to 1,000 travelers with the numbers of their passports and visas, which isn't kept. It takes the rights " +
			"secret.export and passport.reveal, a reason, and a password or a code of the authenticator app, which is slowed like every guess. " +
			"Each number counts as one that was looked at and is written into the history; their number per hour is limited (429).",
		need: exports.SecretRight, secret: true, filters: exports.Lists["traveler"], status: 200, file: anyType,
		query: []param{{member: text("sort", "Fields by comma, each with a minus in front for descending order.", "-created")}},
		body: obj("TravelerSecretExport", "What leaves, in which form, and why.", ids,
			yesno("all", "All travelers that match the filters in the query, which are those of the list.", true),
			enum("format", "Form of the file.", "csv", exports.SecretFormats...),
			array("columns", "The fields in their order, in front of the numbers. The usual ones where nothing is sent.", &schema{typ: "string", doc: "A field.", example: "family"}),
			array("secrets", "The numbers.", &schema{typ: "string", doc: "A sealed column.", enum: exports.Secrets, example: "passport_number"}),
			text("language", "Language of titles, texts and formats; that of Accept-Language where nothing is sent.", "pl").orNull(),
			enum("paper", "Of PDF files; that of the country where nothing is sent.", "", "", "a4", "letter"),
			enum("reason", "Why it is needed.", "booking", flow.Reasons...),
			text("note", "More about it; with the reason \"other\" it must be there.", "").orNull(),
			proofMembers[0], proofMembers[1],
		).must("format", "secrets", "reason"),
		act: exportWithSecrets}
}

func exportWithSecrets(q *req, w http.ResponseWriter) error {
	r, err := q.exportRequest("traveler", exports.Lists["traveler"])
	if err != nil {
		return err
	}
	r.Job, r.Options.Secrets = false, textsOf(q.body, "secrets")
	if r.Why, err = flow.Why(q.text("reason"), q.text("note")); err != nil {
		return err
	}
	if !exports.MaySecret(q.actor) {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	if len(r.Options.Secrets) == 0 || !slices.Contains(exports.SecretFormats, r.Format) {
		return errs.Bad("secrets", "export.error.secret_form")
	}
	if err := q.proveFresh(); err != nil {
		return err
	}
	e, err := q.s.Exports.Start(q.http.Context(), q.actor, r)
	if err != nil {
		return err
	}
	file, err := q.s.Exports.Make(q.http.Context(), q.actor, e)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", exports.Types[e.Format])
	h.Set("Content-Length", strconv.Itoa(len(file)))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.FileName}))
	if _, err := w.Write(file); err != nil {
		q.s.log.DebugContext(q.http.Context(), "the reader went away", "error", err)
	}
	return nil
}
