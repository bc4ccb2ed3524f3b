package exports

import (
	"context"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/output"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// SecretRight is what somebody needs to take numbers of documents along, besides Right
// and the right to look at each of them.
const SecretRight = "secret.export"

// Secrets are the sealed columns that an export of travelers can have: the number of the
// passport that stands for all, and those of visas that are still good. PINs, cards and
// medical data never leave.
var Secrets = []string{"passport_number", "visa_number"}

// SecretFormats are the forms that can hold secrets: tables that are downloaded at once.
// What is printed, mailed or kept for a day would lie about in the clear.
var SecretFormats = []string{CSV, XLSX, PDF}

// MaySecret reports whether somebody may ask for secrets at all.
func MaySecret(a db.Actor) bool {
	return a.May(Right) && a.May(SecretRight) && a.May("passport.reveal") && !a.ReadOnly
}

// checkSecrets refuses secrets where they can't be given.
func checkSecrets(bad *errs.Collect, a db.Actor, q *Request) error {
	asked := q.Options.Secrets
	if len(asked) == 0 {
		return nil
	}
	if !MaySecret(a) || q.Why == "" {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	for _, key := range asked {
		bad.OneOf("secrets", key, Secrets...)
	}
	if q.List != "traveler" {
		bad.Add("secrets", "export.error.secret_list")
	}
	if !slices.Contains(SecretFormats, q.Format) || q.MailTo != 0 || q.Job {
		bad.Add("secrets", "export.error.secret_form")
	}
	return nil
}

// open looks at the secrets of an export, each of which counts and is noted like any
// other look, in a transaction that is over before the file is made.
func (s *Service) open(ctx context.Context, a db.Actor, e *Export) error {
	opt, err := e.Chose()
	if err != nil || len(opt.Secrets) == 0 {
		return err
	}
	if !MaySecret(a) || s.Reveal == nil || e.why == "" {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	chosen, err := e.Chosen()
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, a, func(tx *db.Tx) error {
		ag, err := agency.Current(ctx, tx)
		if err != nil {
			return err
		}
		d, err := Lists[e.List].For(ctx, tx)
		if err != nil {
			return err
		}
		chosen.Query.Columns, chosen.Query.Zone = d.Columns[:1], ag.Location()
		var ids []int64
		err = d.EachSelected(ctx, tx, chosen, func(r list.Row) error {
			if ids = append(ids, r.ID); len(ids) > Small {
				return errs.Bad("secrets", "export.error.secret_rows", "Max", Small)
			}
			return nil
		})
		if err != nil {
			return err
		}
		docs, err := traveler.DocumentsOf(ctx, tx, ids...)
		if err != nil {
			return err
		}
		e.opened = map[int64]map[string]string{}
		today := date.Today(tx.Now.Time(), ag.Location())
		for _, id := range ids {
			if e.opened[id], err = s.numbers(ctx, tx, e, docs[id], opt.Secrets, today); err != nil {
				return err
			}
		}
		return nil
	})
}

// numbers are the secrets of one traveler by column.
func (s *Service) numbers(ctx context.Context, tx *db.Tx, e *Export, docs *traveler.Documents, asked []string, today date.Date) (map[string]string, error) {
	out := map[string]string{}
	if i := slices.IndexFunc(docs.Passports, func(p traveler.Passport) bool { return p.Status == "valid" }); i >= 0 && slices.Contains(asked, "passport_number") {
		if p := &docs.Passports[i]; p.No != "" {
			number, err := s.Reveal(ctx, tx, "passport", p.ID, "number", e.why)
			if err != nil {
				return nil, err
			}
			out["passport_number"] = number
		}
	}
	if !slices.Contains(asked, "visa_number") {
		return out, nil
	}
	var visas []string
	for i := range docs.Visas {
		v := &docs.Visas[i]
		if v.No == "" || v.Expires.Before(today) {
			continue
		}
		number, err := s.Reveal(ctx, tx, "visa", record.Stamps(v).ID, "number", e.why)
		if err != nil {
			return nil, err
		}
		visas = append(visas, v.Country+" "+number)
	}
	out["visa_number"] = strings.Join(visas, "; ")
	return out, nil
}

// secretColumns adds the columns of what was opened.
func (m *maker) secretColumns(t *output.Table) {
	if m.e.opened == nil { // made by a job, or by somebody without the right
		return
	}
	for _, key := range m.opt.Secrets {
		m.secrets = append(m.secrets, key)
		t.Columns = append(t.Columns, output.Column{Label: m.l.T("export.secret." + key), Kind: output.Text})
	}
}
