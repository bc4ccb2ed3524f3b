package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/output"
)

// exportFormats are the forms that a program can have: paper isn't one.
var exportFormats = slices.DeleteFunc(slices.Clone(exports.Formats), func(f string) bool { return f == exports.Print })

func sheetKeys() (out []string) {
	for _, s := range output.Sheets {
		out = append(out, s.Key)
	}
	return out
}

var exportSchema = obj("Export", "One list that left the agency, or is about to.",
	number("id", "Number of the export.", 7),
	enum("list", "Which list.", "client", exports.Names...),
	enum("format", "In which form.", "csv", exports.Formats...),
	text("filter", "What was asked for, in the words of the person who asked; empty for everything.", "Status is Active"),
	enum("state", "Where it stands.", "done", exports.States...),
	number("rows", "Rows that left; until the end, those that are expected, up to 1,000.", 5000),
	number("skipped", "Labels that were left out for want of an address.", 0),
	number("rows_done", "While it is being made: rows so far.", 5000),
	text("file_name", "How the file is called.", "Clients 2026-11-22.csv"),
	number("file_size", "Its size in bytes, 0 before it is made.", 204800),
	yesno("ready", "Whether the file can be had.", true),
	moment("expires_at", "Until when the file is kept; null before it is made.").orNull(),
	number("mail_to", "Colleague to whom it is mailed.", 3).orNull(),
	enum("mailed", "What the colleague got: the file, or a link to the list; empty nothing so far.", "", "", "file", "link"),
	text("error", "Why it failed, in the language of Accept-Language; empty otherwise.", ""),
	moment("created_at", "When it was asked for."),
	number("created_by", "Who asked for it.", 2).orNull(),
	moment("finished_at", "When it ended.").orNull(),
).must("id", "list", "format", "filter", "state", "rows", "skipped", "rows_done", "file_name", "file_size", "ready", "expires_at", "mail_to", "mailed",
	"error", "created_at", "created_by", "finished_at")

func exportOrder(name, list string) *schema {
	formats := slices.DeleteFunc(slices.Clone(exports.FormatsOf(list)), func(f string) bool { return f == exports.Print })
	ids := array("ids", "The records, up to 20,000. Instead of them all may be true.", &schema{typ: "integer", doc: "Number of a record.", example: int64(7)})
	ids.max = tickedMax
	return obj(name, "What leaves, and in which form.", ids,
		yesno("all", "All records that match the filters in the query, which are those of the list.", true),
		enum("format", "Form of the file.", "csv", formats...),
		array("columns", "The fields in their order; not for cards and labels. The usual ones where nothing is sent.", &schema{typ: "string", doc: "A field.", example: "name"}),
		enum("language", "Language of titles, texts and formats; that of Accept-Language where nothing is sent.", "pl", append([]string{""}, i18n.Langs...)...),
		enum("paper", "Of PDF files; that of the country where nothing is sent.", "", "", "a4", "letter"),
		enum("sheet", "Of labels.", "L7160", append([]string{""}, sheetKeys()...)...),
		number("start", "Of labels: place on the sheet of the first one, from 1.", 1),
		yesno("country", "Labels name the agency's own country, too.", false),
		yesno("old_cards", "Address cards of version 3.0 instead of 4.0.", false),
		number("mail_to", "Colleague who gets it by mail.", 3).orNull()).must("format")
}

var exportLinkSchema = obj("ExportLink", "A link to a file, for you alone.",
	text("url", "Where the file is; send your token along.", "/api/v1/exports/7/file?token=..."),
	moment("expires_at", "Until when it is good.")).must("url", "expires_at")

func exportOps() []op {
	var out []op
	for _, n := range []struct {
		kind, group, name string
		def               *list.Def
	}{{"client", "Clients", "ClientExport", exports.Lists["client"]}, {"traveler", "Travelers", "TravelerExport", exports.Lists["traveler"]},
		{"activity", "Activities", "ActivityExport", exports.Lists["activity"]}} {
		out = append(out, op{id: n.kind + ".export", method: "POST", path: exports.Path(n.kind) + "/export", group: n.group, summary: "Export the list",
			doc: "Makes a file of all records that match, or of those that are named, with what you may see of them. It is made in the background: " +
				"read the export until it is ready, then ask for a link. Every export is noted. Read-only tokens can't export.",
			need: exports.Right, filters: n.def, body: exportOrder(n.name, n.kind), status: 202, reply: exportSchema,
			query: []param{{member: text("sort", "Fields by comma, each with a minus in front for descending order.", "-created")}},
			act:   func(q *req, _ http.ResponseWriter) error { return q.beginExport(n.kind, n.def) }})
	}
	base := op{group: "Exports", status: 200, reply: exportSchema}
	with := func(id, method, path, summary, doc string, change func(*op)) op {
		o := base
		o.id, o.method, o.path, o.summary, o.doc = "export."+id, method, "/exports"+path, summary, doc
		change(&o)
		return o
	}
	return append(out, exportSecretOp(),
		with("list", "GET", "", "List exports", "Your exports, the newest first; those of everybody with the right audit.view.", func(o *op) {
			o.query = []param{{member: number("limit", "Records per page, 1 to 200.", 50)}, {member: text("cursor", "\"next\" of the page before.", "")}}
			o.reply, o.run = page("Export", exportSchema), listExports
		}),
		with("get", "GET", "/{id}", "Read an export", "Where it stands.", func(o *op) {
			o.run = func(ctx context.Context, tx *db.Tx, q *req) error {
				e, err := exports.Get(ctx, tx, q.id())
				if err != nil {
					return err
				}
				return q.answerExport(e)
			}
		}),
		with("link", "POST", "/{id}/link", "Get a link to the file", "For 24 hours after the file was made, for the person who asked for it. A link before it ends.", func(o *op) {
			o.need, o.reply, o.secret, o.act = exports.Right, exportLinkSchema, true, linkExport
		}),
		with("file", "GET", "/{id}/file", "Download the file", "By a link, and with a token of the person who asked for it.", func(o *op) {
			o.need, o.reply, o.file, o.act = exports.Right, nil, anyType, exportFile
			o.query = []param{{member: text("token", "From the link.", "x"), must: true}}
		}),
		with("cancel", "POST", "/{id}/cancel", "Stop an export", "While it waits or is being made.", func(o *op) {
			o.act = func(q *req, _ http.ResponseWriter) error {
				e, err := q.s.Exports.Cancel(q.http.Context(), q.actor, q.id())
				if err != nil {
					return err
				}
				return q.answerExport(e)
			}
		}))
}

// beginExport leaves an export to a job.
func (q *req) beginExport(name string, d *list.Def) error {
	r, err := q.exportRequest(name, d)
	if err != nil {
		return err
	}
	e, err := q.s.Exports.Start(q.http.Context(), q.actor, r)
	if err != nil {
		return err
	}
	q.location = base + "/exports/" + strconv.FormatInt(e.ID, 10)
	return q.answerExport(e)
}

// exportRequest is what a program asks for.
func (q *req) exportRequest(name string, d *list.Def) (exports.Request, error) {
	r := exports.Request{List: name, Format: q.text("format"), Lang: q.text("language"), MailTo: intOf(q.body, "mail_to"), Job: true,
		Options: exports.Options{Letter: q.text("paper") == "letter", Sheet: q.text("sheet"), Start: int(intOf(q.body, "start")),
			Country: boolOf(q.body, "country"), Old: boolOf(q.body, "old_cards")}}
	if r.Lang == "" {
		r.Lang = q.lang()
	}
	if q.text("paper") == "" {
		r.Options.Letter = q.letterPaper()
	}
	var bad errs.Collect
	bad.OneOf("format", r.Format, exportFormats...)
	bad.OneOf("language", r.Lang, i18n.Langs...)
	if err := bad.Err(); err != nil {
		return r, err
	}
	r.Selection.All = boolOf(q.body, "all")
	ids, _ := q.body["ids"].([]any)
	for _, v := range ids {
		if id, ok := v.(int64); ok {
			r.Selection.IDs = append(r.Selection.IDs, id)
		}
	}
	if r.Selection.All == (len(r.Selection.IDs) > 0) {
		return r, errs.Bad("ids", "list.nothing_chosen")
	}
	var err error
	if r.Selection.Query, err = d.ParseQuery(q.query, q.actor); err != nil {
		return r, err
	}
	r.Selection.Query.Columns = textsOf(q.body, "columns")
	return r, nil
}

// letterPaper reports whether the agency prints on paper of North America.
func (q *req) letterPaper() bool {
	var country string
	err := q.s.DB.View(q.http.Context(), q.actor, func(tx *db.Tx) error {
		return tx.Row(q.http.Context(), "SELECT a.country FROM {agency} a WHERE a.id = $1", []any{q.actor.AgencyID}, &country)
	})
	return err == nil && exports.LetterIn(country)
}

func (q *req) answerExport(e *exports.Export) error {
	q.out = append(q.appendExport(append(q.out, '{'), e), '}')
	return nil
}

func (q *req) appendExport(b []byte, e *exports.Export) []byte {
	b = appendText(appendText(appendInt(b, "id", e.ID), "list", e.List), "format", e.Format)
	b = appendText(appendText(b, "filter", e.Words), "state", e.State)
	done := e.Done
	if !e.Busy() {
		done = e.Rows
	}
	b = appendInt(appendInt(appendInt(b, "rows", e.Rows), "skipped", e.Skipped), "rows_done", done)
	b = appendInt(appendText(b, "file_name", e.FileName), "file_size", e.FileSize)
	b = appendStamp(appendBool(b, "ready", e.Ready(q.s.DB.Now())), "expires_at", e.ExpiresAt)
	why := ""
	if e.Error != "" {
		why = i18n.For(q.lang()).T(e.Error)
	}
	b = appendText(appendText(appendRef(b, "mail_to", int64(e.MailTo)), "mailed", e.Mailed), "error", why)
	b = appendRef(appendStamp(b, "created_at", e.CreatedAt), "created_by", int64(e.CreatedBy))
	return appendStamp(b, "finished_at", e.FinishedAt)
}

func listExports(ctx context.Context, tx *db.Tx, q *req) error {
	return pageBack(q, func(before int64, n int) ([]exports.Export, error) { return exports.List(ctx, tx, 0, before, n) },
		func(e *exports.Export) int64 { return e.ID }, q.appendExport)
}

func linkExport(q *req, _ http.ResponseWriter) error {
	token, err := q.s.Exports.Link(q.http.Context(), q.actor, q.id())
	if err != nil {
		return err
	}
	var e *exports.Export
	err = q.s.DB.View(q.http.Context(), q.actor, func(tx *db.Tx) (err error) { e, err = exports.Get(q.http.Context(), tx, q.id()); return err })
	if err != nil {
		return err
	}
	b := appendText(append(q.out, '{'), "url", base+"/exports/"+strconv.FormatInt(e.ID, 10)+"/file?token="+url.QueryEscape(token))
	q.out = append(appendStamp(b, "expires_at", e.ExpiresAt), '}')
	return nil
}

func exportFile(q *req, w http.ResponseWriter) error {
	e, f, err := q.s.Exports.Open(q.http.Context(), q.actor, q.id(), q.query.Get("token"))
	if err != nil {
		return err
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", exports.Types[e.Format])
	h.Set("Content-Length", strconv.FormatInt(e.FileSize, 10))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.FileName}))
	if _, err := io.Copy(w, f); err != nil {
		q.s.log.DebugContext(q.http.Context(), "the reader went away", "error", err)
	}
	return nil
}
