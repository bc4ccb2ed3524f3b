package api

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// after reads a cursor that is the number of the last record of the page before.
func (q *req) after() (int64, error) {
	s := q.query.Get("cursor")
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || n >= 1<<53 {
		return 0, errs.Bad("cursor", "list.bad_cursor")
	}
	return n, nil
}

func listImports(ctx context.Context, tx *db.Tx, q *req) error {
	limit, err := q.limit(50, 200)
	if err != nil {
		return err
	}
	before, err := q.after()
	if err != nil {
		return err
	}
	runs, err := imports.List(ctx, tx, before, limit+1)
	if err != nil {
		return err
	}
	next, l := "", i18n.For(q.lang())
	b := append(q.out, `{"items":[`...)
	for i := range runs {
		if i == limit {
			next = strconv.FormatInt(runs[i-1].ID, 10)
			break
		}
		if b, err = appendImport(append(appendComma(b), '{'), &runs[i], l); err != nil {
			return err
		}
		b = append(b, '}')
	}
	q.out = appendNext(append(b, ']'), next)
	return nil
}

func listImportRows(ctx context.Context, tx *db.Tx, q *req) error {
	limit, err := q.limit(100, 1000)
	if err != nil {
		return err
	}
	after, err := q.after()
	if err != nil {
		return err
	}
	if _, err := imports.Get(ctx, tx, q.id()); err != nil {
		return err
	}
	rows, err := imports.Rows(ctx, tx, q.id(), imports.RowFilter{Action: q.query.Get("action"), After: after, Limit: limit + 1})
	if err != nil {
		return err
	}
	next, l := "", i18n.For(q.lang())
	b := append(q.out, `{"items":[`...)
	for i := range rows {
		if i == limit {
			next = strconv.FormatInt(rows[i-1].Seq, 10)
			break
		}
		b = appendImportRow(append(appendComma(b), '{'), &rows[i], l)
	}
	q.out = appendNext(append(b, ']'), next)
	return nil
}

func appendImportRow(b []byte, r *imports.Row, l *i18n.Localizer) []byte {
	b = appendText(appendInt(appendInt(b, "number", r.Seq), "line", r.Line), "action", r.Action)
	b = appendText(appendRef(appendText(b, "client", r.Label), "client_id", int64(r.ClientID)), "reason", r.Sentence(l))
	b = append(appendKey(b, "problems"), '[')
	for _, p := range r.Told() {
		b = appendInt(appendBool(append(appendComma(b), '{'), "error", p.Error), "line", int64(p.Line))
		b = append(appendText(appendText(b, "column", p.Column), "text", l.T(p.Key, p.Args...)), '}')
	}
	return append(b, ']', '}')
}

// download writes a file as it is made. A failure before the first byte is still
// answered as a problem.
func (q *req) download(w http.ResponseWriter, name string,
	write func(*imports.Service, context.Context, db.Actor, int64, *i18n.Localizer, io.Writer) error) error {
	out := &lateWriter{w: w, kind: q.op.file, name: name}
	err := write(q.s.Imports, q.http.Context(), q.actor, q.id(), i18n.For(q.lang()), out)
	if err != nil && out.begun {
		q.s.log.ErrorContext(q.http.Context(), "a download broke off", "op", q.op.id, "error", err)
		return nil
	}
	return err
}

// lateWriter sets the headers with the first byte.
type lateWriter struct {
	w          http.ResponseWriter
	kind, name string
	begun      bool
}

// Write passes the bytes on.
func (l *lateWriter) Write(p []byte) (int, error) {
	if !l.begun {
		l.begun = true
		h := l.w.Header()
		h.Set("Content-Type", l.kind)
		h.Set("Content-Disposition", `attachment; filename="`+l.name+`"`)
	}
	return l.w.Write(p)
}
