package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/intake/person"
)

// targets are the values of the member target of a column.
func targets() (out []string) {
	for _, t := range intake.Targets {
		out = append(out, t.Key)
	}
	return out
}

var importColumn = obj("ImportColumn", "What a column of the file means.",
	text("title", "Title of the column.", "Nazwisko"),
	text("target", "Field that it fills; skip leaves it out. One of "+strings.Join(targets(), ", ")+
		", preference. with the key of a field of preferences (with _avoid, _been or _allergy behind it for what is said of its values), "+
		"special_date. with a code of that list, or own.client. and own.traveler. with the code of a field that the agency has defined itself.", "traveler.family"),
	text("label", "Sub-type of a communication, label of an address or a note.", "mobile"),
	number("label_from", "The column, counted from 1, that holds the label; 0 for none.", 0),
	enum("owner", "Who gets a communication or address; empty decides by the row.", "", "", "client", "traveler"),
	number("person", "Counts the travelers of one row from 0.", 0),
	number("address", "Counts the addresses of one row from 0.", 0),
	number("number", "Counts the passports, visas, memberships, emergency contacts or relations of one traveler from 0.", 0),
	enum("kind", "Of an address.", "", "", "physical", "mailing"),
	enum("date_order", "How ambiguous dates are read.", "DMY", "DMY", "MDY", "YMD"),
	enum("name_order", "Of undivided names; empty decides by the name.", "", "", "family_first", "given_first"),
	text("separator", "Of a list in one cell; empty the usual ones.", "")).must("target")

// importChoices are what may be chosen for an import, in answers and in changes.
var importChoices = []member{
	array("columns", "What the columns mean, in the order of the file. Address cards have none.", importColumn),
	text("merge", "Field whose equal values join consecutive rows into one client, or empty.", ""),
	array("match", "How clients that are there are recognised, in this order. All but external_id include the name.",
		&schema{typ: "string", doc: "A key.", enum: imports.Matches, example: "email_name"}),
	enum("mode", "What happens to a client that is there.", "fill", imports.Modes...),
	number("advisor_id", "Advisor of new clients where the file names none; null yourself.", 2).orNull(),
	yesno("no_advisor", "New clients stay without an advisor where the file names none.", false),
	number("branch_id", "Branch of new clients where the file names none; null the advisor's.", 1).orNull(),
	array("tags", "Tags for every client of the file.", &schema{typ: "string", doc: "Name of a tag; a new one is created.", example: "moved in"}),
	text("source_medium", "Source of new clients where the file says nothing.", "old_database"),
	text("source_detail", "Its detail.", "contacts.csv"),
	text("system", "Program that the ids in the file belong to; empty the recognised one.", ""),
	yesno("strict", "Refuse rows with unreadable values instead of keeping these as remarks.", false),
	text("sheet", "Worksheet of a workbook; empty the first with data. The file is read anew and its columns are proposed again, as for encoding and delimiter.", ""),
	enum("encoding", "Encoding of a delimited text; empty the recognised one.", "", append([]string{""}, intake.EncodingIDs()...)...),
	enum("delimiter", "What stands between its columns; empty the recognised one.", "", append([]string{""}, strings.Split(intake.Delimiters, "")...)...),
}

var importSchema = obj("Import", "One import of one file.", append([]member{
	number("id", "Number of the import.", 7),
	text("file_name", "Name of the file.", "contacts.csv"),
	number("file_size", "Its size in bytes.", 20480),
	text("product", "Program that wrote it, as recognised; empty when unknown.", "google"),
	enum("state", "Where it stands.", "checked", imports.States...),
	number("rows", "Rows of the file, 0 until they were counted.", 120),
	number("rows_done", "Rows that were gone through.", 120),
	number("created", "Clients that were created, or will be after a dry run.", 100),
	number("updated", "Clients that were changed, or will be.", 12),
	number("skipped", "Records that bring nothing new.", 7),
	number("errors", "Records that were refused.", 1),
	number("warnings", "Records that were taken over with a warning.", 3),
	text("error", "Why it failed; empty otherwise.", ""),
	moment("started_at", "When the import was started; null before.").orNull(),
	moment("finished_at", "When the last step ended.").orNull(),
	moment("created_at", "When the file was uploaded."),
	number("created_by", "Who uploaded it.", 2).orNull(),
}, importChoices...)...).must("id", "file_name", "file_size", "product", "state", "rows", "rows_done", "created", "updated", "skipped",
	"errors", "warnings", "error", "started_at", "finished_at", "created_at", "created_by", "columns", "merge", "match", "mode",
	"advisor_id", "no_advisor", "branch_id", "tags", "source_medium", "source_detail", "system", "strict", "sheet", "encoding", "delimiter")

var importChange = obj("ImportChange", "What to change; what isn't sent stays.", append([]member{
	text("save_as", "Name under which the columns are kept for files with the same titles.", ""),
}, importChoices...)...)

var importRowSchema = obj("ImportRow", "What became of one record of the file, or will after a dry run.",
	number("number", "Counts the records of the file.", 12),
	number("line", "First line in the file.", 13),
	enum("action", "What was done.", "create", imports.Actions...),
	text("client", "Name of the client.", "Kowalska/Joanna"),
	number("client_id", "The client that was created, changed or found.", 7).orNull(),
	text("reason", "Why, in the language of Accept-Language.", "new"),
	array("problems", "What should be looked at, and why a record was refused.", obj("ImportProblem", "A problem of a record.",
		yesno("error", "Whether the record was refused for it.", false), number("line", "Line in the file.", 13),
		text("column", "Title of the column.", "E-mail"), text("text", "What is wrong.", "michal@ is not a complete e-mail address."),
	).must("error", "line", "column", "text"))).must("number", "line", "action", "client", "client_id", "reason", "problems")

func importOps() []op {
	base := op{group: "Imports", need: imports.Right, status: 200, reply: importSchema}
	with := func(id, method, path, summary, doc string, act func(*req, http.ResponseWriter) error, change func(*op)) op {
		o := base
		o.id, o.method, o.path, o.summary, o.doc, o.act = id, method, path, summary, doc, act
		if change != nil {
			change(&o)
		}
		return o
	}
	out := []op{
		with("import.list", "GET", "/imports", "List imports", "Your imports, the newest first; administrators see those of everybody.", nil, func(o *op) {
			o.query = []param{{member: number("limit", "Records per page, 1 to 200.", 50)}, {member: text("cursor", "\"next\" of the page before.", "")}}
			o.reply, o.run = page("Import", importSchema), listImports
		}),
		with("import.create", "POST", "/imports", "Upload a client list",
			"CSV, Excel (.xlsx) or address cards, up to 512 MB, in the part file. The answer says what was recognised; nothing is imported yet.",
			uploadImport, func(o *op) { o.upload, o.status = true, 201 }),
		with("import.get", "GET", "/imports/{id}", "Read an import", "Where it stands, its counts and its choices.", nil, func(o *op) {
			o.run = func(ctx context.Context, tx *db.Tx, q *req) error {
				r, err := imports.Get(ctx, tx, q.id())
				if err != nil {
					return err
				}
				return q.answerImport(r)
			}
		}),
		with("import.set", "PUT", "/imports/{id}", "Set columns and choices", "What the columns mean and how to import. What isn't sent stays.", setImport,
			func(o *op) { o.body = importChange }),
		with("import.rows", "GET", "/imports/{id}/rows", "List what became of the rows", "After a dry run: what will become of them.", nil, func(o *op) {
			o.query = []param{{member: enum("action", "Only rows of this kind.", "error", "create", "update", "skip", "error", "warning", "problem")},
				{member: number("limit", "Records per page, 1 to 1000.", 100)}, {member: text("cursor", "\"next\" of the page before.", "")}}
			o.reply, o.run = page("ImportRow", importRowSchema), listImportRows
		}),
		with("import.report", "GET", "/imports/{id}/report", "Download the report", "What became of every row, as CSV.",
			func(q *req, w http.ResponseWriter) error {
				return q.download(w, "report.csv", (*imports.Service).WriteReport)
			}, func(o *op) { o.file, o.reply = "text/csv", nil }),
		with("import.errors", "GET", "/imports/{id}/errors", "Download the refused rows",
			"The refused rows as they stand in the file, each with the reason, to be corrected and uploaded again: CSV, or address cards.",
			func(q *req, w http.ResponseWriter) error {
				return q.download(w, "errors", (*imports.Service).WriteErrors)
			}, func(o *op) { o.file, o.reply = anyType, nil }),
		with("import.delete", "DELETE", "/imports/{id}", "Discard an import", "One that has imported nothing, or was undone.",
			func(q *req, _ http.ResponseWriter) error {
				return q.s.Imports.Discard(q.http.Context(), q.actor, q.id())
			},
			func(o *op) { o.status, o.reply = 204, nil }),
	}
	for _, a := range []struct {
		name, summary, doc string
		do                 func(*imports.Service, context.Context, db.Actor, int64) (*imports.Run, error)
	}{
		{"check", "Begin a dry run", "Tells for every row what an import would do, and writes nothing but the report.", (*imports.Service).Check},
		{"start", "Begin the import", "Creates and changes clients in the background. Read the import to see how far it is.", (*imports.Service).Start},
		{"pause", "Pause the import", "It stops after its present batch.", (*imports.Service).Pause},
		{"resume", "Go on with a paused import", "It goes on where it stopped.", (*imports.Service).Resume},
		{"cancel", "Stop a dry run or an import", "What was imported stays until it is undone.", (*imports.Service).Cancel},
		{"undo", "Take an import back", "As a whole, until one of its clients has been edited since, and for 30 days.", (*imports.Service).Undo},
	} {
		out = append(out, with("import."+a.name, "POST", "/imports/{id}/"+a.name, a.summary, a.doc, func(q *req, _ http.ResponseWriter) error {
			r, err := a.do(q.s.Imports, q.http.Context(), q.actor, q.id())
			if err != nil {
				return err
			}
			return q.answerImport(r)
		}, nil))
	}
	return out
}

// uploadImport streams the file to the store.
func uploadImport(q *req, w http.ResponseWriter) error {
	kind, params, err := mime.ParseMediaType(q.http.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return errNoUpload()
	}
	q.http.Body = http.MaxBytesReader(w, q.http.Body, q.s.Imports.Limit()+1<<20)
	mr, err := q.http.MultipartReader()
	if err != nil {
		return errNoUpload()
	}
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return errs.Bad("file", "error.required")
		}
		if err != nil {
			return errs.Wrap(err, errs.Invalid, "error.form")
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		run, err := q.s.Imports.Upload(q.http.Context(), q.actor, part.FileName(), part)
		if err != nil {
			return err
		}
		q.location = q.http.URL.Path + "/" + strconv.FormatInt(run.ID, 10)
		return q.answerImport(run)
	}
}

func (q *req) answerImport(r *imports.Run) error {
	b, err := appendImport(append(q.out, '{'), r, i18n.For(q.lang()))
	q.out = append(b, '}')
	return err
}

func appendImport(b []byte, r *imports.Run, l *i18n.Localizer) ([]byte, error) {
	opt, err := r.ReadOptions()
	if err != nil {
		return b, err
	}
	m, err := r.ReadMapping()
	if err != nil {
		return b, err
	}
	b = appendText(appendInt(b, "id", r.ID), "file_name", r.FileName)
	b = appendText(appendInt(b, "file_size", r.FileSize), "product", r.Product)
	b = appendText(b, "state", r.State)
	for _, n := range []struct {
		name string
		n    int64
	}{{"rows", r.Total}, {"rows_done", r.RowsDone}, {"created", r.Created}, {"updated", r.Updated}, {"skipped", r.Skipped},
		{"errors", r.Errors}, {"warnings", r.Warnings}} {
		b = appendInt(b, n.name, n.n)
	}
	why := ""
	if r.Error != "" {
		why = l.T(r.Error)
	}
	b = appendText(b, "error", why)
	b = appendStamp(appendStamp(b, "started_at", r.StartedAt), "finished_at", r.FinishedAt)
	b = appendRef(appendStamp(b, "created_at", r.CreatedAt), "created_by", int64(r.CreatedBy))
	b = append(appendKey(b, "columns"), '[')
	for i := range m.Columns {
		b = append(appendColumn(append(appendComma(b), '{'), &m.Columns[i]), '}')
	}
	b = appendText(append(b, ']'), "merge", m.Merge)
	b = appendText(appendTexts(b, "match", opt.Match), "mode", opt.Mode)
	b = appendBool(appendRef(b, "advisor_id", max(0, opt.Advisor)), "no_advisor", opt.Advisor == imports.Nobody)
	b = appendTexts(appendRef(b, "branch_id", opt.Branch), "tags", opt.Tags)
	b = appendText(appendText(b, "source_medium", opt.SourceMedium), "source_detail", opt.SourceDetail)
	b = appendBool(appendText(b, "system", opt.System), "strict", opt.Strict)
	return appendText(appendText(appendText(b, "sheet", opt.Sheet), "encoding", opt.Encoding), "delimiter", opt.Delimiter), nil
}

func appendColumn(b []byte, c *intake.Column) []byte {
	b = appendText(appendText(appendText(b, "title", c.Title), "target", c.Target), "label", c.Label)
	b = appendText(appendInt(b, "label_from", int64(c.LabelFrom)), "owner", c.Owner)
	b = appendInt(appendInt(b, "person", int64(c.Person)), "address", int64(c.Address))
	b = appendInt(b, "number", int64(c.Number))
	b = appendText(appendText(b, "kind", c.Kind), "date_order", c.DateOrder.String())
	return appendText(appendText(b, "name_order", string(c.NameOrder)), "separator", c.Separator)
}

// setImport changes what was sent.
func setImport(q *req, _ http.ResponseWriter) error {
	ctx := q.http.Context()
	var run *imports.Run
	err := q.s.DB.View(ctx, q.actor, func(tx *db.Tx) (err error) { run, err = imports.Get(ctx, tx, q.id()); return err })
	if err != nil {
		return err
	}
	opt, err := run.ReadOptions()
	if err != nil {
		return err
	}
	was := opt
	fill(q.body, "sheet", &opt.Sheet)
	fill(q.body, "encoding", &opt.Encoding)
	fill(q.body, "delimiter", &opt.Delimiter)
	if opt.Reads(&was) {
		if run, err = q.s.Imports.Reopen(ctx, q.actor, q.id(), opt); err != nil {
			return err
		}
	}
	m, err := run.ReadMapping()
	if err != nil {
		return err
	}
	if _, sent := q.body["columns"]; sent {
		m.Columns = columnsOf(objectsOf(q.body, "columns"), m.Columns)
	}
	fill(q.body, "merge", &m.Merge)
	fill(q.body, "mode", &opt.Mode)
	fill(q.body, "source_medium", &opt.SourceMedium)
	fill(q.body, "source_detail", &opt.SourceDetail)
	fill(q.body, "system", &opt.System)
	if _, sent := q.body["match"]; sent {
		opt.Match = textsOf(q.body, "match")
	}
	if _, sent := q.body["tags"]; sent {
		opt.Tags = textsOf(q.body, "tags")
	}
	if _, sent := q.body["strict"]; sent {
		opt.Strict = boolOf(q.body, "strict")
	}
	if _, sent := q.body["advisor_id"]; sent {
		opt.Advisor = intOf(q.body, "advisor_id")
	}
	if _, sent := q.body["branch_id"]; sent {
		opt.Branch = intOf(q.body, "branch_id")
	}
	if boolOf(q.body, "no_advisor") {
		opt.Advisor = imports.Nobody
	}
	if run, err = q.s.Imports.SetMapping(ctx, q.actor, q.id(), m, opt, textOf(q.body, "save_as")); err != nil {
		return err
	}
	return q.answerImport(run)
}

// fill sets a text that was sent.
func fill(o object, name string, to *string) {
	if v, sent := o[name]; sent {
		*to, _ = v.(string)
	}
}

// columnsOf reads the columns as they were sent; a title that wasn't sent is the
// present one of its place.
func columnsOf(list []object, was []intake.Column) (out []intake.Column) {
	orders := map[string]date.Order{"": date.DMY, "DMY": date.DMY, "MDY": date.MDY, "YMD": date.YMD}
	for i, o := range list {
		c := intake.Column{Title: textOf(o, "title"), Target: textOf(o, "target"), Label: textOf(o, "label"), LabelFrom: int(intOf(o, "label_from")),
			Owner: textOf(o, "owner"), Person: int(intOf(o, "person")), Address: int(intOf(o, "address")), Number: int(intOf(o, "number")), Kind: textOf(o, "kind"),
			DateOrder: orders[textOf(o, "date_order")], NameOrder: person.Order(textOf(o, "name_order")), Separator: textOf(o, "separator"), Confidence: 1}
		if c.Title == "" && i < len(was) {
			c.Title = was[i].Title
		}
		out = append(out, c)
	}
	return out
}
