package web

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// waiting is a form that waits while its sender proves who they are. It travels in the
// page that asks for the proof, so that nothing that was typed is lost.
type waiting struct {
	to   string // the path to which it was sent
	form string // what was sent, encoded as it came
}

// cancel is where somebody goes who doesn't prove anything: back to the page with the form,
// or to the start where a page was asked for that stays closed.
func (h waiting) cancel(next string) string {
	if h.to != "" && ours(next) {
		return next
	}
	return "/"
}

// hold asks for a fresh proof and keeps the form that was sent.
func (p *Page) hold() error {
	if _, err := p.Form(); err != nil {
		return err
	}
	return p.s.showConfirm(p, http.StatusForbidden, p.back(), "", waiting{p.R.URL.Path, p.R.PostForm.Encode()})
}

// resume does what the held form asked for, in a request of its own: its route decides
// anew whether the visitor may.
func (p *Page) resume(h waiting, session string) error {
	r := p.R.Clone(p.Ctx())
	r.URL, r.RequestURI, r.Pattern = &url.URL{Path: h.to}, h.to, ""
	r.Form, r.PostForm = nil, nil
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(h.form)), int64(len(h.form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Del("Cookie")
	for _, c := range p.R.Cookies() {
		if c.Name == p.s.sessionCookie() {
			c.Value = session // the proof gave the session a new token
		}
		r.AddCookie(c)
	}
	if _, pattern := p.s.mux.Handler(r); !p.s.keeps[pattern] { // nobody is led to anything else by this
		return errs.Missing()
	}
	p.s.mux.ServeHTTP(p.W, r)
	return nil
}

// confirmPage asks for a fresh proof of identity (step-up).
func (s *Server) confirmPage(p *Page) error {
	return s.showConfirm(p, http.StatusOK, p.R.URL.Query().Get("next"), "", waiting{})
}

func (s *Server) showConfirm(p *Page, status int, next, problem string, h waiting) error {
	var by []string
	err := p.s.DB.View(p.Ctx(), p.Actor, func(tx *db.Tx) (err error) {
		by, err = s.Login.ProofBy(p.Ctx(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return p.RenderPlain(status, p.T("signin.confirm.title"), confirmScreen(p, by, next, problem, h))
}

func (s *Server) confirm(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	h := waiting{f.Str("held_to"), f.Raw("held")}
	token, err := s.Login.Prove(p.Ctx(), p.Actor, p.Session, proofOf(f), p.place())
	if err == nil {
		p.setCookie(s.sessionCookie(), token, sessionAge)
		if h.to != "" {
			return p.resume(h, token)
		}
		return p.Redirect(f.Str("next"))
	}
	status, text, other := p.problem(err)
	if other != nil {
		return other
	}
	return s.showConfirm(p, status, f.Str("next"), text, h)
}

func (s *Server) confirmOptions(p *Page) error {
	c, err := s.Login.BeginProof(p.Ctx(), p.Actor, "")
	if err != nil {
		return err
	}
	return p.answerJSON(c)
}
