package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// reviewView is the page of differences: what somebody sent, beside what is known.
type reviewView struct {
	*fillin.Review
	p       *Page
	name    string // of the traveler
	by      string // who settled it
	may     bool
	typed   bool     // the form comes back
	keep    []string // what was ticked
	note    string
	problem string

	asked Form  // why the picture is looked at, as it comes back
	ask   error // what is wrong with that
}

func (v *reviewView) path() string {
	return "/fill-ins/" + idText(v.FillIn.ID)
}

func (v *reviewView) state() string { return v.FillIn.State(db.StampOf(v.p.s.DB.Now())) }

func (v *reviewView) waits() bool { return v.FillIn.Waits() && v.Proposal != nil }

func (v *reviewView) conflicts() bool {
	for _, d := range v.Differences {
		if d.Conflict {
			return true
		}
	}
	return false
}

func (v *reviewView) photo() bool { return v.Proposal != nil && v.Proposal.Photo != "" }

// stateText says since when it is so.
func (v *reviewView) stateText() string {
	f := v.FillIn
	switch at := max(f.SettledAt, f.OpenedAt); {
	case v.state() == "expired":
		return v.p.T("link.until", "When", v.p.moment(f.ExpiresAt))
	case f.SettledAt != 0:
		return v.p.T("link.review.by", "Name", v.by, "When", v.p.moment(f.SettledAt))
	case at != 0:
		return v.p.moment(at)
	}
	return v.p.moment(f.CreatedAt)
}

// grid is the table of differences.
func (v *reviewView) grid() ui.Grid {
	p := v.p
	g := ui.Grid{Label: p.T("link.review.differences"), Stack: true,
		Columns: []ui.Column{{Label: p.T("link.review.field")}, {Label: p.T("link.review.now")}, {Label: p.T("link.review.proposed")}}}
	for _, d := range v.Differences {
		on := !d.Conflict // what a colleague has changed isn't undone by a habit
		if v.typed {
			on = slices.Contains(v.keep, d.Key)
		}
		now, is := v.shown(d, d.Known), v.shown(d, d.Proposed)
		if is == "" {
			is = p.T("link.review.empty")
		}
		row := []ui.Cell{{Comp: keepTick(p, d, v.fieldName(d), on, v.may)}, {Text: now, Kind: "soft"}, {Comp: proposedValue(p, d, strong(is))}}
		if d.Type == "secret" { // to be compared: each with right, proof and a line in the history
			row[2].Comp = proposedValue(p, d, secretField(p, "proposal", v.Proposal.ID, "number", d.Proposed))
			if now != "" {
				row[1].Comp = secretField(p, "passport", v.Passport, "number", d.Known)
			}
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// fieldName is what a difference is called: of what trip a preference is, and whom an
// emergency contact is about, too.
func (v *reviewView) fieldName(d fillin.Difference) string {
	name, of := fieldName(v.p, d.Field), ""
	switch {
	case d.Kind == "preference":
		of = v.p.T("preference.category." + d.Label)
	case d.Kind == "emergency_contact" && d.Label == "":
		of = v.p.T("link.review.new_contact")
	case d.Kind == "emergency_contact":
		of = d.Label
	}
	if of == "" || of == name {
		return name
	}
	return v.p.L.Pair(of, name)
}

// shown writes a value as people read it.
func (v *reviewView) shown(d fillin.Difference, s string) string {
	p := v.p
	switch {
	case s == "":
		return ""
	case d.Type == "secret":
		return mask(s)
	case d.Type == "taste":
		return saidText(p, v.Lists, d.Column, s)
	case d.Kind == "emergency_contact" && d.Column == "relation":
		return p.known("emergency_contact.relation.", s)
	case d.Type == "photo":
		return map[string]string{"application/pdf": "PDF", "image/jpeg": "JPG"}[s]
	case d.Type == "date" || d.Type == "birth":
		return p.L.Date(date.Date(s))
	case d.Type == "country" || d.Type == "nationality":
		return countryNames(p, s)
	}
	return names{}.value(p, d.Kind, d.Column, s)
}

func (s *Server) loadReview(p *Page, v *reviewView, id int64) error {
	v.p = p
	return p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if v.Review, err = fillin.Look(ctx, tx, id); err != nil {
			return err
		}
		var t traveler.Traveler
		if err := record.Get(ctx, tx, &t, v.FillIn.TravelerID); err != nil {
			return err
		}
		v.name = t.Name()
		if v.FillIn.SettledAt != 0 {
			_ = tx.Row(ctx, "SELECT u.name FROM {user} u WHERE u.id = $1", []any{int64(v.FillIn.UpdatedBy)}, &v.by) // nobody: the program
		}
		switch err := record.Editable(ctx, tx, v.FillIn.Ref()); {
		case err == nil:
			v.may = p.Actor.May("client.edit") && !p.Actor.ReadOnly
		case !errs.Is(err, errs.Forbidden):
			return err
		}
		return nil
	})
}

func (s *Server) reviewPage(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	return s.showReview(p, http.StatusOK, &reviewView{}, id)
}

func (s *Server) showReview(p *Page, status int, v *reviewView, id int64) error {
	if err := s.loadReview(p, v, id); err != nil {
		return err
	}
	back := pathOf(record.Ref{Kind: "traveler", ID: v.FillIn.TravelerID})
	head := ui.PageHead{Title: p.T("link.review.title", "Name", v.name), Back: ui.Link{Href: back, Text: v.name}}
	return p.RenderStatus(status, Screen{Title: head.Title, Nav: "travelers"}, reviewScreen(p, head, v))
}

// settleFillIn accepts what is ticked, everything, or nothing.
func (s *Server) settleFillIn(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	v := fillin.Verdict{Version: f.Int("version"), All: f.Str("act") == "all", Note: f.Str("note")}
	if f.Str("act") == "accept" {
		v.Keys = f.All("keep")
	}
	var done *fillin.FillIn
	err = p.Update(func(ctx context.Context, tx *db.Tx) (err error) {
		if f.Str("act") == "accept" && len(v.Keys) == 0 {
			if err := nothingTicked(ctx, tx, id); err != nil {
				return err
			}
		}
		done, err = fillin.Settle(ctx, tx, id, v)
		return err
	})
	switch {
	case errs.Is(err, errs.Conflict):
		p.Flash("caution", "link.error.settled")
		return p.Redirect("/fill-ins/" + idText(id))
	case errs.Is(err, errs.Invalid):
		text := p.L.Error(err)
		for _, e := range fieldErrors(err) {
			text += " " + p.T(e.Key, e.Args...)
		}
		return s.showReview(p, StatusOf(err), &reviewView{typed: true, keep: v.Keys, note: v.Note, problem: text}, id)
	case err != nil:
		return err
	}
	p.Flash("good", "link.review.done_"+done.Status)
	return p.Redirect(pathOf(record.Ref{Kind: "traveler", ID: done.TravelerID}))
}

// nothingTicked refuses to accept what is ticked where nothing is: it would refuse all that
// somebody sent, for good, and where a colleague has changed everything nothing is ticked
// by itself.
func nothingTicked(ctx context.Context, tx *db.Tx, id int64) error {
	r, err := fillin.Look(ctx, tx, id)
	if err == nil && r.FillIn.Waits() && len(r.Differences) > 0 {
		err = errs.New(errs.Invalid, "link.review.nothing")
	}
	return err
}

// fillInPhoto shows the picture that was sent: the right, fresh proof, a reason, and a
// line in the history are what it takes.
func (s *Server) fillInPhoto(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	if s.Files == nil {
		return errs.Missing()
	}
	why, err := whyOf(f)
	if err != nil {
		return s.showReview(p, StatusOf(err), &reviewView{asked: f, ask: err}, id)
	}
	r, kind, err := fillin.OpenPhoto(p.Ctx(), s.DB, s.Files, flow.Reveal, p.Actor, id, why)
	if errs.Is(err, errs.TooMany) {
		return s.showReview(p, StatusOf(err), &reviewView{asked: f, ask: err}, id)
	}
	if err != nil {
		return err
	}
	defer r.Close()
	h := p.W.Header()
	guarded(h)
	h.Set("Content-Type", files.JPEG)
	if kind != files.JPEG {
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", attached("passport.pdf"))
	}
	return p.send(r)
}
