package web

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/output"
	"github.com/carnetcrm/carnet/internal/publiclink"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// ackRoutes are the pages of documents to be acknowledged (R126): those of the person,
// who has a link and no login, and the proof for the agency.
func (s *Server) ackRoutes() []Route {
	return []Route{
		{Pattern: "GET /acknowledge/{token}", Public: true, handle: s.public(s.ackPage)},
		{Pattern: "POST /acknowledge/{token}", Public: true, handle: s.public(s.answerAck)},
		{Pattern: "GET /acknowledge/{token}/file", Public: true, handle: s.public(s.ackFile)},
		{Pattern: "GET /acknowledge/{token}/logo", Public: true, handle: s.public(s.ackLogo)},
		{Pattern: "GET /acknowledgements/{id}", handle: s.proofPage},
		{Pattern: "GET /acknowledgements/{id}/file", handle: s.proofFile},
		{Pattern: "GET /acknowledgements/{id}/proof.pdf", handle: s.proofPDF},
	}
}

func (s *Server) followAck(p *Page) (*ack.Link, error) {
	return ack.Follow(p.Ctx(), s.DB, p.R.PathValue("token"), p.place())
}

// ackView is the person's page as it is shown again after a mistake.
type ackView struct {
	*ack.Ack
	p       *Page
	agency  *agency.Agency
	base    string
	open    bool
	form    Form
	err     error
	decline bool // the part for declining is open
}

func (s *Server) ackPage(p *Page) error {
	l, err := s.followAck(p)
	if err != nil || p.R.Method == http.MethodHead {
		return err
	}
	if err := publiclink.Used(p.Ctx(), s.DB, ack.Kind, p.R.PathValue("token")); err != nil {
		return err
	}
	return s.showAck(p, l, http.StatusOK, &ackView{})
}

func (s *Server) showAck(p *Page, l *ack.Link, status int, v *ackView) (err error) {
	if v.Ack, v.agency, err = l.Show(p.Ctx(), s.DB); err != nil {
		return err
	}
	p.speaks(v.Language)
	v.p, v.base = p, ack.Path(p.R.PathValue("token"))
	v.open = v.Open(db.StampOf(s.DB.Now()))
	foot := p.T("link.foot", "Agency", v.agency.Name, "Until", p.L.DateTime(v.ExpiresAt.Time(), v.agency.Location()))
	return p.renderPublic(status, v.agency, v.Title, v.base, foot, ackScreen(v))
}

// done says what was answered, and when.
func (v *ackView) done() string {
	when := v.p.L.DateTime(v.AnsweredAt.Time(), v.agency.Location())
	if v.Status == "acknowledged" {
		return v.p.T("ack.page.done_acknowledged", "When", when, "Name", v.Signer)
	}
	return v.p.T("ack.page.done_declined", "When", when)
}

func (v *ackView) problems() templ.Component {
	if v.err == nil {
		return ui.Group{}
	}
	sum := ui.ErrorSummary{L: v.p.L}
	for _, f := range fieldErrors(v.err) {
		label := v.p.T("ack.page." + f.Path)
		if f.Path == "agreed" {
			label = v.p.T("ack.page.agree")
		}
		sum.Items = append(sum.Items, ui.FieldError{Name: f.Path, Label: label, Text: v.p.T(f.Key, f.Args...)})
	}
	if len(sum.Items) == 0 {
		sum.Title = v.p.L.Error(v.err)
	}
	return sum
}

// answerAck takes the signature, or the refusal.
func (s *Server) answerAck(p *Page) error {
	l, err := s.followAck(p)
	if err != nil {
		return err
	}
	f, err := p.Form()
	if err != nil {
		return err
	}
	in := ack.Answer{Agreed: f.Bool("agreed"), Signer: f.Str("signer"), Reason: f.Str("reason"), Place: p.place()}
	decline := f.Str("act") == "decline"
	if decline {
		err = l.Decline(p.Ctx(), s.DB, in)
	} else {
		err = l.Sign(p.Ctx(), s.DB, in)
	}
	switch {
	case err == nil:
		return p.Redirect(ack.Path(p.R.PathValue("token")))
	case errs.Is(err, errs.Conflict) || errs.Is(err, errs.Invalid):
		return s.showAck(p, l, StatusOf(err), &ackView{form: f, err: err, decline: decline})
	}
	return err
}

func (s *Server) ackFile(p *Page) error {
	l, err := s.followAck(p)
	if err != nil {
		return err
	}
	a, r, err := l.File(p.Ctx(), s.DB, s.Files)
	if err != nil {
		return err
	}
	return p.keepFile(a, r)
}

func (s *Server) ackLogo(p *Page) error {
	l, err := s.followAck(p)
	if err != nil {
		return err
	}
	return s.publicLogo(p, l.Actor)
}

// keepFile sends the file that went along as one to keep: the browser runs and shows
// nothing of it.
func (p *Page) keepFile(a *ack.Ack, r io.ReadCloser) error {
	defer r.Close()
	h := p.W.Header()
	guarded(h)
	h.Set("Content-Type", "application/octet-stream")
	if a.FileType == files.PDF || images[a.FileType] {
		h.Set("Content-Type", a.FileType)
	}
	h.Set("Content-Disposition", attached(a.FileName))
	h.Set("Content-Length", strconv.FormatInt(a.FileSize, 10))
	if p.R.Method == http.MethodHead {
		return nil
	}
	return p.send(r)
}

// proofView is the page of what was sent and answered, for the agency.
type proofView struct {
	*ack.Ack
	p    *Page
	by   string // who sent it
	back ui.Link
}

func (s *Server) loadProof(p *Page) (*proofView, error) {
	id, err := p.ID("id")
	if err != nil {
		return nil, err
	}
	v := &proofView{Ack: new(ack.Ack), p: p}
	err = p.View(func(ctx context.Context, tx *db.Tx) error {
		if err := record.Get(ctx, tx, v.Ack, id); err != nil {
			return err
		}
		err := tx.Row(ctx, "SELECT u.name FROM {user} u WHERE u.id = $1", []any{int64(v.CreatedBy)}, &v.by)
		if errs.Is(err, errs.NotFound) {
			v.by, err = p.T("history.automatic"), nil
		}
		return err
	})
	v.back = ui.Link{Href: pathOf(v.Owner()) + "#links", Text: v.Recipient}
	return v, err
}

func (s *Server) proofPage(p *Page) error {
	v, err := s.loadProof(p)
	if err != nil {
		return err
	}
	head := ui.PageHead{Title: v.Title, Back: v.back, Actions: []templ.Component{
		ui.Button{Label: p.T("ack.proof.pdf"), Icon: "download", Href: "/acknowledgements/" + idText(v.ID) + "/proof.pdf", Attrs: templ.Attributes{"download": true}}}}
	return p.Render(Screen{Title: v.Title, Nav: v.OwnerKind + "s"}, proofScreen(head, v))
}

func (v *proofView) state() string { return v.State(db.StampOf(v.p.s.DB.Now())) }

// facts are what is known of the sending and of the answer.
func (v *proofView) facts() (out []output.Fact) {
	p := v.p
	add := func(name, value string) {
		if value != "" {
			out = append(out, output.Fact{Label: p.fieldLabel("acknowledgement", name), Value: value})
		}
	}
	when := func(at db.Stamp) string {
		if at == 0 {
			return ""
		}
		return p.moment(at) + " (" + at.Time().Format("2006-01-02 15:04:05") + " UTC)"
	}
	add("status", p.T("acknowledgement.status."+v.state()))
	add("signer", v.Signer)
	add("reason", v.Reason)
	add("answered", when(v.AnsweredAt))
	add("ip", v.IP)
	add("user_agent", v.UserAgent)
	add("seen", when(v.SeenAt))
	add("recipient", v.Recipient)
	add("email", v.Email)
	add("sent", when(v.CreatedAt)+", "+v.by)
	add("expires", p.moment(v.ExpiresAt))
	if v.Reminders > 0 {
		add("reminders", p.L.Number(v.Reminders))
	}
	add("template_number", p.L.Number(v.TemplateNumber))
	add("hash", v.Hash)
	add("file_name", v.FileName)
	add("file_hash", v.FileHash)
	return out
}

// proofPDF is the document with all that is known of the answer, on paper.
func (s *Server) proofPDF(p *Page) error {
	v, err := s.loadProof(p)
	if err != nil {
		return err
	}
	h := p.W.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": p.T("ack.proof.title") + " " + idText(v.ID) + ".pdf"}))
	t := &output.Table{Title: v.Title, Agency: p.Agency.Name, Lang: p.L.Lang(), At: s.DB.Now(), Zone: p.Loc()}
	return output.TextPDF(p.W, t, v.Text, v.facts())
}

func (s *Server) proofFile(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	a, r, err := ack.OpenFile(p.Ctx(), s.DB, p.Actor, s.Files, id)
	if err != nil {
		return err
	}
	return p.keepFile(a, r)
}
