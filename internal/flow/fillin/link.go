package fillin

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/publiclink"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// Sheet is what the person sees behind their link.
type Sheet struct {
	FillIn *FillIn
	Agency *agency.Agency
	Name   string // of the person: given and family
	Fields []Field
	Values map[string]string // what was typed so far by key, where it isn't what is known
	Lists  *option.Set       // of the agency, from which preferences choose
	Hint   string            // end of the stored passport number
	Typed  string            // end of the number that was typed
	Photo  bool              // a picture was sent
}

// Value is what a field shows.
func (s *Sheet) Value(key string) string {
	if v, ok := s.Values[key]; ok {
		return v
	}
	for _, f := range s.Fields {
		if f.Key == key {
			return f.Known
		}
	}
	return ""
}

// Link is a private link that was opened: whose eyes look, and at what.
type Link struct{ publiclink.Opened }

// Follow opens a private link. Its errors are those of publiclink.Open.
func Follow(ctx context.Context, d *db.DB, token string, from login.Place) (*Link, error) {
	o, err := publiclink.Open(ctx, d, Kind, token, from)
	if err != nil {
		return nil, err
	}
	return &Link{o}, nil
}

// Show returns the page of a link, and notes that it was opened and what was shown.
func (l *Link) Show(ctx context.Context, d *db.DB) (sheet *Sheet, err error) {
	err = d.Update(ctx, l.Actor, func(tx *db.Tx) error {
		var p *Proposal
		if sheet, _, p, err = l.read(ctx, tx); err != nil {
			return err
		}
		f := sheet.FillIn
		if !f.Open(tx.Now) {
			return nil
		}
		if f.Status == "sent" {
			if err := record.Edit(ctx, tx, f, f.ID, 0, func() error {
				if f.Status == "sent" { // not when another page has sent it meanwhile
					f.Status, f.OpenedAt = "opened", tx.Now
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return record.Edit(ctx, tx, p, p.ID, 0, func() error {
			a, err := readAnswer(p)
			if err != nil {
				return err
			}
			rebase(&a, sheet.Fields)
			if p.NumberHint == "" { // what was typed was typed beside the number shown then
				a.Base[NumberKey] = sheet.Hint
			}
			p.Answer = a.text()
			return nil
		})
	})
	return sheet, publiclink.Hide(err)
}

// rebase notes what is known now of all that the person hasn't changed.
func rebase(a *answer, list []Field) {
	for _, f := range list {
		if _, changed := a.Values[f.Key]; !changed {
			a.Base[f.Key] = f.Known
		}
	}
}

// read loads the request with what is known. It looks at the traveler with the eyes of
// the program, and gives out what the request asks for and nothing else.
func (l *Link) read(ctx context.Context, tx *db.Tx) (*Sheet, []part, *Proposal, error) {
	s := &Sheet{FillIn: new(FillIn)}
	if err := record.Get(ctx, tx, s.FillIn, l.ID); err != nil {
		return nil, nil, nil, err
	}
	ag, err := agency.Current(ctx, tx)
	if err != nil {
		return nil, nil, nil, err
	}
	s.Agency = ag
	list, err := partsOf(ctx, tx.AsSystem(), s.FillIn)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := tx.AsSystem().Row(ctx, "SELECT t.given || ' ' || t.family FROM {traveler} t WHERE t.id = $1", []any{s.FillIn.TravelerID}, &s.Name); err != nil {
		return nil, nil, nil, err
	}
	s.Name = strings.TrimSpace(s.Name)
	if s.Fields, err = fields(list); err != nil {
		return nil, nil, nil, err
	}
	p, err := proposalOf(ctx, tx, s.FillIn.ID)
	if err != nil {
		return nil, nil, nil, err
	}
	a, err := readAnswer(p)
	for _, x := range list {
		if t, ok := x.(*taste); ok {
			s.Lists = t.options
		}
	}
	s.Values, s.Hint, s.Typed, s.Photo = a.Values, hintOf(list), p.NumberHint, p.Photo != ""
	return s, list, p, err
}

// Input is what the person's form sent. Values are by key; what isn't among them stays.
type Input struct {
	Values map[string]string
	Number string // of the passport; "" leaves what was typed before
	Photo  *Photo // nil leaves the picture that was sent before
	Submit bool   // done: from now on the agency has it
	// Replaced is told the blob of the picture that Photo has replaced, once that is
	// stored; nil leaves it to the clean-up.
	Replaced func(blob string)
}

// Photo is a picture that was stored sealed.
type Photo struct {
	Info files.Info
	Key  string
}

// PhotoLimit bounds a picture that comes by a link, in bytes.
const PhotoLimit = 25 << 20

// photoTypes are what a picture of a passport may be (R033).
var photoTypes = []string{files.JPEG, files.PDF}

// Keep stores a picture, sealed. It is refused when it is neither JPG nor PDF, whatever
// its name says.
func Keep(ctx context.Context, store *files.Store, r io.Reader) (*Photo, error) {
	info, key, err := store.PutSealed(ctx, r, PhotoLimit)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(photoTypes, info.Type) {
		if err := store.Delete(info.Hash); err != nil {
			return nil, err
		}
		return nil, errs.Bad("photo", "error.file_type", "Allowed", "JPG, PDF")
	}
	return &Photo{info, key}, nil
}

// Save keeps what was typed, and with Submit hands it to the agency. What is wrong is
// told per field under its key; nothing is stored then. Who has submitted can't any
// more: Conflict.
func (l *Link) Save(ctx context.Context, d *db.DB, in Input) error {
	replaced := ""
	err := d.Update(ctx, l.Actor, func(tx *db.Tx) error {
		s, list, p, err := l.read(ctx, tx)
		if err != nil {
			return err
		}
		f := s.FillIn
		if !f.Open(tx.Now) {
			return errs.New(errs.Conflict, "link.error.closed")
		}
		a, err := readAnswer(p)
		if err != nil {
			return err
		}
		merge(&a, s.Fields, in.Values, s.Agency.Country)
		if err := check(list, a, tx.Now); err != nil {
			return err
		}
		err = record.Edit(ctx, tx, p, p.ID, 0, func() error {
			now, err := readAnswer(p) // another page may have saved since it was read
			if err != nil {
				return err
			}
			merge(&now, s.Fields, in.Values, s.Agency.Country)
			p.Answer = now.text()
			if in.Number != "" && f.Asks("passport") {
				p.Number = record.Plain(in.Number)
			}
			if in.Photo != nil && f.Asks("passport") {
				replaced = p.Photo
				p.Photo, p.PhotoKey = in.Photo.Info.Hash, record.Plain(in.Photo.Key)
				p.PhotoType, p.PhotoSize = in.Photo.Info.Type, in.Photo.Info.Size
			}
			return nil
		})
		if err != nil {
			return err
		}
		return record.Edit(ctx, tx, f, f.ID, 0, func() error {
			// As it is now, behind the lock of the proposal: another page may have sent it.
			if !f.Open(tx.Now) {
				return errs.New(errs.Conflict, "link.error.closed")
			}
			if !in.Submit {
				return nil
			}
			f.Status, f.SubmittedAt = "submitted", tx.Now
			if f.OpenedAt == 0 {
				f.OpenedAt = tx.Now
			}
			return nil
		})
	})
	if err == nil && replaced != "" && in.Replaced != nil {
		in.Replaced(replaced)
	}
	return publiclink.Hide(err)
}

// merge takes over what was typed. What was typed back to what was shown is no proposal.
func merge(a *answer, list []Field, typed map[string]string, home string) {
	for _, f := range list {
		v, sent := typed[f.Key]
		if !sent {
			continue
		}
		v = tidy(f, v, home)
		base, shown := a.Base[f.Key]
		if !shown {
			base = f.Known
			a.Base[f.Key] = base
		}
		if v == base {
			delete(a.Values, f.Key)
		} else {
			a.Values[f.Key] = v
		}
	}
}

// tidy writes what was typed as records keep it, as far as it can be read.
func tidy(f Field, v, home string) string {
	v = strings.TrimSpace(v)
	switch f.Type {
	case "date", "birth":
		p := date.Parser{Order: date.OrderFor(home), Past: f.Type == "birth"}
		if d, ok := p.Parse(v); ok {
			return string(d)
		}
	case "country":
		if code, ok := country.Lookup(v); ok {
			return code
		}
	case "taste":
		return Say(SaidOf(f.Column, v))
	}
	return v
}

// check reports what is wrong with what is proposed, field by field under its key.
func check(list []part, a answer, now db.Stamp) error {
	var bad errs.Collect
	for _, p := range list {
		if err := p.check(a, &bad); err != nil {
			return err
		}
		g, ok := p.(*group)
		if !ok {
			continue
		}
		_, said := a.Values[g.key("birth_date")]
		if t, ok := g.rec.(*traveler.Traveler); ok && said && t.Unborn(now) { // accepting it would fail
			bad.Add(g.key("birth_date"), "traveler.error.future")
		}
	}
	return bad.Err()
}

// check applies what is proposed to the copy that g has, and asks its rules.
func (g *group) check(a answer, bad *errs.Collect) error {
	changed := false
	for _, column := range g.columns {
		v, ok := a.Values[g.key(column)]
		if !ok {
			continue
		}
		changed = true
		if err := record.SetText(g.rec, column, v); err != nil {
			return err
		}
	}
	if !changed || removed(g) {
		return nil
	}
	return bad.Merge(g.prefix(), g.rec.Check())
}

// removed reports whether a phone, an e-mail, an address or somebody to call was emptied.
func removed(g *group) bool {
	switch r := g.rec.(type) {
	case *contact.Communication:
		return strings.TrimSpace(r.Value) == ""
	case *contact.Address:
		return r.Empty()
	case *traveler.EmergencyContact:
		return strings.TrimSpace(r.Name+r.Phone+r.Email) == ""
	}
	return false
}
