package api

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
)

// countBound is how far the rows of a list are counted.
const countBound = 10000

// listParams are the parameters of every list that a list.Def declares.
var listParams = []param{
	{member: number("limit", "Records per page, 1 to 200.", 50)},
	{member: text("cursor", "Where the page begins: \"next\" of the page before. Sort and filters must stay the same.", "")},
	{member: text("sort", "Fields by comma, each with a minus in front for descending order.", "-created")},
	{member: text("columns", "The fields of the records by comma, instead of the usual ones; \"id\" is always there.", "name,phone")},
	{member: text("where", "Filters in brackets, as JSON: any says that one of them is enough, groups holds brackets inside.", `{"any":true,"filters":[{"key":"kind","op":"any","values":["corporate"]}]}`)},
	{member: number("view", "A saved view: its filters, columns and sort. Filters beside it narrow it further.", 12)},
	{member: yesno("count", "With count=1 the answer has the number of records in \"total\".", true)},
}

// extend returns the list as the API offers it: with the version and the ids behind
// names, and with columns that need no look-up.
func extend(d list.Def, columns string, more ...list.Field) *list.Def {
	d.Fields = append(slices.Clone(d.Fields), more...)
	d.Columns = strings.Split(columns, ",")
	return &d
}

// runList answers one page.
func runList(ctx context.Context, tx *db.Tx, q *req, d *list.Def) error {
	limit, err := q.limit(50, list.MaxLimit)
	if err != nil {
		return err
	}
	lq, err := d.ParseQuery(q.query, q.actor)
	if err != nil {
		return err
	}
	if c := q.query.Get("columns"); c != "" {
		for name := range strings.SplitSeq(c, ",") {
			if name = strings.TrimSpace(name); name != "id" && !slices.Contains(lq.Columns, name) {
				lq.Columns = append(lq.Columns, name)
			}
		}
	}
	if lq, err = q.viewed(ctx, tx, d, lq); err != nil {
		return err
	}
	lq.Limit, lq.Lang = limit, q.lang()
	p, err := d.Run(ctx, tx, lq)
	if err != nil {
		return err
	}
	b := append(q.out, `{"items":[`...)
	for i := range p.Rows {
		b = appendRow(b, p.Columns, &p.Rows[i])
	}
	b = append(b, ']')
	if b = appendKey(b, "next"); p.Next == "" {
		b = append(b, "null"...)
	} else {
		b = appendString(b, p.Next)
	}
	if q.out, err = appendCount(ctx, tx, q, d, lq, b); err != nil {
		return err
	}
	q.out = append(q.out, '}')
	return nil
}

func appendCount(ctx context.Context, tx *db.Tx, q *req, d *list.Def, lq list.Query, b []byte) ([]byte, error) {
	want, err := strconv.ParseBool(q.query.Get("count"))
	if q.query.Get("count") == "" || (err == nil && !want) {
		return b, nil
	}
	if err != nil {
		return b, errs.Bad("count", "error.choice", "Allowed", "1, 0")
	}
	n, err := d.Count(ctx, tx, lq, countBound)
	if err != nil {
		return b, err
	}
	b = appendInt(b, "total", int64(min(n, countBound)))
	return appendBool(b, "total_is_minimum", n > countBound), nil
}

// appendRow writes one record of a list.
func appendRow(b []byte, cols []list.Field, r *list.Row) []byte {
	b = append(appendComma(b), `{"id":`...)
	b = strconv.AppendInt(b, r.ID, 10)
	for i := range cols {
		f := &cols[i]
		b = append(b, ',', '"')
		b = append(b, f.Key...)
		b = append(b, '"', ':')
		switch v := r.Values[i].(type) {
		case nil:
			b = append(b, "null"...)
		case string:
			if v == "" && f.Kind == list.Date {
				b = append(b, "null"...)
			} else {
				b = appendString(b, v)
			}
		case json.Number: // of a field of the agency's own
			b = append(b, v...)
		case bool:
			b = strconv.AppendBool(b, v)
		case int64:
			switch f.Kind {
			case list.Stamp:
				b = appendMoment(b, v)
			case list.Bool: // an expression of SQLite
				b = strconv.AppendBool(b, v != 0)
			default:
				b = strconv.AppendInt(b, v, 10)
			}
		}
	}
	return append(b, '}')
}

// blankChoices are the choices that a record need not make.
var blankChoices = map[string]bool{"sex": true, "source_medium": true, "payment_form": true, "direction": true}

// pageSchema describes a page of a list. Which members a record has depends on the
// parameter columns.
func pageSchema(name, doc string, d *list.Def, docs map[string]string, examples map[string]any) *schema {
	item := obj(name+"Row", doc, number("id", "Number of the record.", 7)).must("id")
	item.own = d.Extra != nil
	for _, f := range d.Fields {
		if f.NoShow {
			continue
		}
		s := &schema{typ: "string", doc: docs[f.Key], need: f.Need, enum: f.Choices, example: examples[f.Key]}
		switch f.Kind {
		case list.Date:
			s.format, s.nullable = "date", true
		case list.Stamp:
			s.format = "date-time"
		case list.Number:
			s.typ = "integer"
			s.nullable = strings.HasSuffix(f.Key, "_id")
		case list.Bool:
			s.typ = "boolean"
		case list.Choice:
			s.nullable = f.Numeric // the name of something that may be unset
			if blankChoices[f.Key] {
				s.enum = append([]string{""}, s.enum...)
			}
		}
		item.members = append(item.members, member{f.Key, s})
	}
	return page(name, item).with(name+"Page", "A page of the list.",
		number("total", "Only with count=1: how many records match.", 212),
		yesno("total_is_minimum", "Only with count=1: true when more match than are counted.", false))
}

// page wraps the elements of a list.
func page(name string, item *schema) *schema {
	return obj(name+"Page", "A page.", array("items", "The records.", item),
		text("next", "Cursor of the next page, null on the last one.", "eyJzIjoi").orNull()).must("items", "next")
}

// all wraps the elements of a list that has no pages.
func all(name string, item *schema) *schema {
	return obj(name+"List", "All of them.", array("items", "The records.", item)).must("items")
}

// filterParams documents the filters of a list: each field is a parameter, with
// other operators behind a dot.
func filterParams(d *list.Def, docs map[string]string, examples map[string]any) (out []param) {
	for _, f := range d.Fields {
		ops := list.Ops[f.Kind]
		doc := "Filter: " + docs[f.Key]
		if f.Numeric {
			doc += " Compared by id."
		}
		doc += " Operator \"" + ops[0] + "\"; others behind a dot: " + f.Key + "." + strings.Join(ops[1:], ", "+f.Key+".") + "."
		if len(ops) == 1 {
			doc = "Filter: " + docs[f.Key]
		}
		s := &schema{typ: "string", doc: doc, enum: f.Choices, example: examples[f.Key]}
		if f.Numeric {
			s.typ, s.example = "integer", int64(2)
		}
		out = append(out, param{member: member{f.Key, s}})
	}
	return out
}
