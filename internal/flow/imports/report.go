package imports

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/output"
	"github.com/carnetcrm/carnet/internal/record"
)

// RowFilter picks rows of a report.
type RowFilter struct {
	Action string // one of Actions, "warning" for rows with one, "problem" for errors and warnings; "" all
	After  int64  // seq after which the page begins
	Limit  int
}

// Rows returns a page of the report of a run that the actor sees.
func Rows(ctx context.Context, tx *db.Tx, run int64, f RowFilter) ([]Row, error) {
	cond, args := "WHERE r.run_id = $1 AND r.seq > $2", []any{run, f.After}
	switch f.Action {
	case "":
	case "warning":
		cond += " AND r.warned"
	case "problem":
		cond += " AND (r.action = 'error' OR r.warned)"
	default:
		cond += " AND r.action = $3"
		args = append(args, f.Action)
	}
	args = append(args, max(1, f.Limit))
	var out []Row
	err := record.Select(ctx, tx, &out, cond+" ORDER BY r.seq LIMIT $"+strconv.Itoa(len(args)), args...)
	return out, err
}

// Sentence is why a row got its action, in the reader's language.
func (r *Row) Sentence(l *i18n.Localizer) string {
	vals := r.ReasonArgs()
	for i := 0; i+1 < len(vals); i += 2 {
		switch vals[i] {
		case "Match":
			s, _ := vals[i+1].(string)
			vals[i+1] = l.T("import.match." + s)
		case "Fields":
			vals[i+1] = fieldNames(l, vals[i+1])
		}
	}
	return l.T(r.Reason, vals...)
}

func fieldNames(l *i18n.Localizer, v any) string {
	list, _ := v.([]any)
	var out []string
	for _, f := range list {
		s, _ := f.(string)
		if name, plain := strings.CutPrefix(s, plainName); plain {
			out = append(out, name)
			continue
		}
		out = append(out, TargetLabel(l, s))
	}
	return strings.Join(out, ", ")
}

// Sentence is the problem in the reader's language, with the column in front.
func (p *Problem) Sentence(l *i18n.Localizer) string {
	s := l.T(p.Key, p.Args...)
	if p.Column != "" {
		s = l.Pair(p.Column, s)
	}
	return s
}

// Why is the reason of a row together with its problems.
func (r *Row) Why(l *i18n.Localizer) string {
	var out []string
	if r.Action != Refuse {
		out = append(out, r.Sentence(l))
	}
	told := r.Told()
	for i := range told {
		if r.Action != Refuse || told[i].Error {
			out = append(out, told[i].Sentence(l))
		}
	}
	return strings.Join(out, " · ")
}

// ActionWord says what becomes of n records, or what became of them once the run has
// written.
func (r *Run) ActionWord(l *i18n.Localizer, action string, n int64) string {
	if r.Ran() {
		return l.T("import.did."+action, "Count", n)
	}
	return l.T("import.action." + action)
}

// LineText is the line of the row, or its first and last one.
func (r *Row) LineText() string {
	if r.Lines == "" {
		return strconv.FormatInt(r.Line, 10)
	}
	i := strings.LastIndexByte(r.Lines, ',')
	return strconv.FormatInt(r.Line, 10) + "–" + r.Lines[i+1:]
}

// WriteReport writes the whole report as CSV in UTF-8.
func (s *Service) WriteReport(ctx context.Context, a db.Actor, run int64, l *i18n.Localizer, w io.Writer) error {
	// Who may not see the run gets an error, not the beginning of a file.
	var is *Run
	if err := s.DB.View(ctx, a, func(tx *db.Tx) (err error) { is, err = Get(ctx, tx, run); return err }); err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	head := []string{l.T("import.line"), l.T("import.action"), l.T("import.client"), l.T("import.reason"), l.T("import.client_id")}
	if err := out.Write(head); err != nil {
		return err
	}
	err := s.eachRow(ctx, a, run, "", func(r *Row) error {
		id := ""
		if r.ClientID != 0 {
			id = strconv.FormatInt(int64(r.ClientID), 10)
		}
		return out.Write([]string{r.LineText(), is.ActionWord(l, r.Action, 1), output.Within(r.Label), output.Within(r.Why(l)), id})
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// eachRow reads the report in pages: the reader may be slow, and a transaction must
// not wait for it.
func (s *Service) eachRow(ctx context.Context, a db.Actor, run int64, action string, fn func(*Row) error) error {
	for after := int64(0); ; {
		var rows []Row
		err := s.DB.View(ctx, a, func(tx *db.Tx) (err error) {
			if _, err := Get(ctx, tx, run); err != nil {
				return err
			}
			rows, err = Rows(ctx, tx, run, RowFilter{Action: action, After: after, Limit: 1000})
			return err
		})
		if err != nil {
			return err
		}
		for i := range rows {
			if err := fn(&rows[i]); err != nil {
				return err
			}
			after = rows[i].Seq
		}
		if len(rows) == 0 {
			return nil
		}
	}
}

// WriteErrors writes the refused rows as they stand in the file, each with the
// reason, to be corrected and imported again.
func (s *Service) WriteErrors(ctx context.Context, a db.Actor, id int64, l *i18n.Localizer, w io.Writer) error {
	refused := map[int64]string{}
	if err := s.eachRow(ctx, a, id, Refuse, func(r *Row) error { refused[r.Seq] = r.Why(l); return nil }); err != nil {
		return err
	}
	var run *Run
	var region string
	err := s.DB.View(ctx, a, func(tx *db.Tx) (err error) {
		if run, err = Get(ctx, tx, id); err != nil {
			return err
		}
		return tx.Row(ctx, "SELECT a.country FROM {agency} a WHERE a.id = $1", []any{tx.Actor.AgencyID}, &region)
	})
	if err != nil {
		return err
	}
	opt, err := run.ReadOptions()
	if err != nil {
		return err
	}
	m, err := run.ReadMapping()
	if err != nil {
		return err
	}
	f, err := s.Open(ctx, a, run, opt)
	if err != nil {
		return err
	}
	defer f.Close()
	out, err := intake.NewErrorFile(w, f.File, l.T("intake.reason"))
	if err != nil {
		return err
	}
	seq := int64(0)
	in := intake.Options{Region: region, Today: date.Of(s.DB.Now()), Strict: opt.Strict}
	for res, err := range f.Records(m, in) {
		if err != nil {
			return err
		}
		seq++
		if why, ok := refused[seq]; ok {
			if err := out.Add(why, res.Rows...); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// ErrorFileName is how the file of WriteErrors is called.
func (r *Run) ErrorFileName() string {
	name, ext := r.FileName, ".csv"
	if r.Product == intake.ProductVCard {
		ext = ".vcf"
	}
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return name + "-errors" + ext
}
