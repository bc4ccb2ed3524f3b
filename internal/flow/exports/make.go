package exports

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/output"
	"github.com/carnetcrm/carnet/internal/record"
)

// Make makes a small export at once, and notes how it ended. The file is complete
// before the first byte of it leaves: an error gets a page of its own, and no
// transaction waits for a slow line.
func (s *Service) Make(ctx context.Context, a db.Actor, e *Export) ([]byte, error) {
	var b bytes.Buffer
	var n, skipped int64
	err := s.open(ctx, a, e)
	if err == nil {
		n, skipped, err = s.write(ctx, a, e, &b, nil)
	}
	ctx = context.WithoutCancel(ctx)
	failure := s.DB.Update(ctx, a, func(tx *db.Tx) error {
		return record.Edit(ctx, tx, e, e.ID, 0, func() error {
			e.end(tx.Now, n, skipped, err)
			e.FileSize = int64(b.Len())
			return nil
		})
	})
	if err = errors.Join(err, failure); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// end notes how an export ended.
func (e *Export) end(now db.Stamp, rows, skipped int64, err error) {
	e.State, e.Rows, e.Skipped, e.FinishedAt, e.Error = Done, rows, skipped, now, ""
	if err != nil {
		e.State, e.Error = Failed, keyOf(err)
	}
}

// write makes the file. Tick, where not nil, is asked for every row whether to go on.
func (s *Service) write(ctx context.Context, a db.Actor, e *Export, w io.Writer, tick func(done int64) error) (rows, skipped int64, err error) {
	if !a.May(Right) {
		return 0, 0, agency.Refused(ctx, s.DB, a, Right)
	}
	chosen, err := e.Chosen()
	if err != nil {
		return 0, 0, err
	}
	opt, err := e.Chose()
	if err != nil {
		return 0, 0, err
	}
	if tick == nil {
		tick = func(int64) error { return nil }
	}
	d := Lists[e.List]
	err = s.DB.View(ctx, a, func(tx *db.Tx) error {
		ag, err := agency.Current(ctx, tx)
		if err != nil {
			return err
		}
		if d, err = d.For(ctx, tx); err != nil {
			return err
		}
		t := e.table(ag, opt, tx.Now.Time())
		chosen.Query.Columns, chosen.Query.Lang, chosen.Query.Zone = Columns(d, chosen.Query, a), e.Lang, ag.Location()
		m := &maker{ctx: ctx, tx: tx, d: d, e: e, ag: ag, opt: opt, chosen: chosen, tick: tick, l: i18n.For(e.Lang)}
		switch e.Format {
		case VCard:
			rows, err = output.VCard(w, opt.Old, m.cards())
		case Labels:
			sheet, ok := output.SheetOf(opt.Sheet)
			if !ok {
				return errs.Bad("sheet", "export.error.sheet")
			}
			rows, err = output.WriteLabels(w, t, sheet, opt.Start, m.labels())
			skipped = m.skipped
		default:
			if err := m.columns(t, a); err != nil {
				return err
			}
			m.secretColumns(t)
			rows, err = writers[e.Format](w, t, m.rows())
		}
		return err
	})
	if errors.Is(err, output.ErrTooMany) {
		err = errs.Wrap(err, errs.Invalid, tooMany[e.Format])
	}
	return rows, skipped, err
}

// tooMany says what a format holds.
var tooMany = map[string]string{PDF: "export.error.too_many_pdf", XLSX: "export.error.too_many_xlsx", Labels: "export.error.too_many_labels"}

// writers are the formats that are tables.
var writers = map[string]func(io.Writer, *output.Table, output.Rows) (int64, error){CSV: output.CSV, XLSX: output.XLSX, PDF: output.PDF}

// table is what stands around the rows.
func (e *Export) table(ag *agency.Agency, opt Options, now time.Time) *output.Table {
	l := i18n.For(e.Lang)
	return &output.Table{Title: l.T("export.list." + e.List), Subtitle: e.Words, Agency: ag.Name, Lang: e.Lang, Order: date.OrderFor(ag.Country),
		Zone: ag.Location(), At: now, Letter: opt.Letter}
}

// LetterIn reports whether offices of a country print on paper of North America.
func LetterIn(country string) bool {
	return slices.Contains([]string{"US", "CA", "MX", "PH", "CL", "CO", "VE", "CR", "GT", "PA", "DO", "PR"}, country)
}

// maker reads what an export is made of, in one transaction of the person who asked.
type maker struct {
	ctx     context.Context
	tx      *db.Tx
	d       *list.Def
	e       *Export
	ag      *agency.Agency
	opt     Options
	chosen  list.Selection
	fields  []list.Field
	tick    func(done int64) error
	l       *i18n.Localizer
	skipped int64
	own     *field.Set // of address cards
	secrets []string   // columns behind the others
}

// columns fills in the columns of the table.
func (m *maker) columns(t *output.Table, a db.Actor) error {
	for _, key := range m.chosen.Query.Columns {
		f, _ := m.d.Field(key, a) // chosen by Columns
		f, err := f.Named(m.ctx, m.tx, m.l.Lang())
		if err != nil {
			return err
		}
		m.fields = append(m.fields, f)
		kind := output.Text
		switch {
		case f.Kind == list.Number:
			kind = output.Number
		case f.Kind == list.Date:
			kind = output.Day
		case f.Kind == list.Stamp:
			kind = output.Moment
		case f.As == "phone":
			kind = output.Phone
		}
		t.Columns = append(t.Columns, output.Column{Label: m.d.Title(m.l, key), Kind: kind})
	}
	return nil
}

// errEnough ends a walk whose reader has stopped.
var errEnough = errors.New("exports: enough")

// rows are the rows of a table, one slice for all of them.
func (m *maker) rows() output.Rows {
	return func(yield func([]any, error) bool) {
		out := make([]any, len(m.fields)+len(m.secrets))
		done := int64(0)
		err := m.d.EachSelected(m.ctx, m.tx, m.chosen, func(r list.Row) error {
			if err := m.tick(done); err != nil {
				return err
			}
			done++
			for i, f := range m.fields {
				out[i] = m.value(f, r.Values[i])
			}
			for i, key := range m.secrets {
				out[len(m.fields)+i] = m.e.opened[r.ID][key]
			}
			if !yield(out, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

// value turns a value of a list into one of a file: dates and numbers stay what they
// are, everything else becomes the text that the list shows.
func (m *maker) value(f list.Field, v any) any {
	switch x := v.(type) {
	case int64:
		switch f.Kind {
		case list.Number:
			return x
		case list.Stamp:
			return db.Stamp(x).Time()
		}
	case json.Number: // of a field of the agency's own
		return x
	case string:
		if f.Kind == list.Date {
			return date.Date(x)
		}
	}
	return m.d.Text(m.l, f, v, m.ag.Location(), m.ag.Country)
}

// Printed is a page to print: the table with its rows as texts.
type Printed struct {
	*output.Table
	Cells [][]string
	More  bool // there are more rows than MaxPrint
}

// Printout makes the page of an export of format Print, and notes how it ended.
func (s *Service) Printout(ctx context.Context, a db.Actor, e *Export) (*Printed, error) {
	p := &Printed{}
	err := s.printout(ctx, a, e, p)
	failure := s.DB.Update(context.WithoutCancel(ctx), a, func(tx *db.Tx) error {
		return record.Edit(ctx, tx, e, e.ID, 0, func() error { e.end(tx.Now, int64(len(p.Cells)), 0, err); return nil })
	})
	return p, errors.Join(err, failure)
}

func (s *Service) printout(ctx context.Context, a db.Actor, e *Export, p *Printed) error {
	if !a.May(Right) {
		return agency.Refused(ctx, s.DB, a, Right)
	}
	chosen, err := e.Chosen()
	if err != nil {
		return err
	}
	d := Lists[e.List]
	return s.DB.View(ctx, a, func(tx *db.Tx) error {
		ag, err := agency.Current(ctx, tx)
		if err != nil {
			return err
		}
		if d, err = d.For(ctx, tx); err != nil {
			return err
		}
		chosen.Query.Columns, chosen.Query.Lang, chosen.Query.Zone = Columns(d, chosen.Query, a), e.Lang, ag.Location()
		m := &maker{ctx: ctx, tx: tx, d: d, e: e, ag: ag, chosen: chosen, l: i18n.For(e.Lang)}
		p.Table = e.table(ag, Options{}, tx.Now.Time())
		if err := m.columns(p.Table, a); err != nil {
			return err
		}
		err = d.EachSelected(ctx, tx, chosen, func(r list.Row) error {
			if len(p.Cells) == MaxPrint {
				p.More = true
				return errEnough
			}
			row := make([]string, len(m.fields))
			for i, f := range m.fields {
				row[i] = d.Text(m.l, f, r.Values[i], ag.Location(), ag.Country)
			}
			p.Cells = append(p.Cells, row)
			return nil
		})
		if errors.Is(err, errEnough) {
			err = nil
		}
		if err != nil {
			return fmt.Errorf("reading a list to print: %w", err)
		}
		return nil
	})
}
