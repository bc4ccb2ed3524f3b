package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// linkData is what the section of private links has read.
type linkData struct {
	fillIns []fillin.FillIn
	acks    []ack.Ack
	texts   []ack.Template // that can be sent, while the form for it is open
	toSend  []document.Attachment
	newLink string // address of a link that was just made: it is shown once
	linkTo  string // where it was mailed
}

// linkPart is the section of private links: what people were asked by one (W12).
func linkPart() part {
	return part{at: 'e', load: loadLinks, cards: func(v *recordView) []cardDef {
		n := ""
		if all := len(v.fillIns) + len(v.acks); all > 0 {
			n = v.p.L.Number(int64(all))
		}
		return []cardDef{{"links", v.p.T("link.card"), n, v.linksCard}}
	}, routes: linkRoutes}
}

func loadLinks(v *recordView, ctx context.Context, tx *db.Tx) error {
	v.fillIns = nil
	return tx.Together(ctx, v.loadAcks, func(ctx context.Context, tx *db.Tx) (err error) {
		if ref, ok := v.personRef(); ok {
			v.fillIns, err = fillin.Of(ctx, tx, ref.ID)
		}
		return err
	})
}

func linkRoutes(s *Server) []Route {
	out := append(s.fillInRoutes(), s.ackRoutes()...)
	for _, kind := range []string{"client", "traveler"} {
		at := "POST /" + kind + "s/{id}/fill-ins"
		out = append(out, Route{Pattern: at, Right: "client.edit", handle: s.makeLink(kind, "links-fill", askFillIn)},
			Route{Pattern: at + "/{row}/revoke", Right: "client.edit", handle: s.saveCard(kind, "links", revokeFillIn)})
		at = "POST /" + kind + "s/{id}/acknowledgements"
		out = append(out, Route{Pattern: at, Right: "client.edit", handle: s.makeLink(kind, "links-ack", s.sendAck)},
			Route{Pattern: at + "/{row}/revoke", Right: "client.edit", handle: s.saveCard(kind, "links", revokeAck)})
	}
	return out
}

func (v *recordView) linksCard() templ.Component {
	card := ui.Card{ID: "links", Title: v.p.T("link.card")}
	if _, ok := v.personRef(); ok {
		card.Actions = append(card.Actions, v.open("links", "fill", v.p.T("link.fill.ask"), "send")...)
	}
	card.Actions = append(card.Actions, v.open("links", "ack", v.p.T("ack.send"), "stamp")...)
	var rows ui.Group
	if v.newLink != "" {
		rows = append(rows, madeLink(v))
	}
	if v.may && v.edit == "links-fill" {
		rows = append(rows, v.askForm())
	}
	if v.may && v.edit == "links-ack" {
		rows = append(rows, v.ackForm())
	}
	for i := range v.fillIns {
		rows = append(rows, v.fillInRow(&v.fillIns[i]))
	}
	for i := range v.acks {
		rows = append(rows, v.ackRow(&v.acks[i]))
	}
	if len(rows) == 0 {
		return within(ui.CardBox(card), ui.Empty{Title: v.p.T("link.none"), Small: true})
	}
	return within(ui.CardBox(card), within(ui.Rows(), rows))
}

// linkBadges colour where a link stands.
var linkBadges = map[string]string{"submitted": "accent", "accepted": "good", "acknowledged": "good", "refused": "danger", "declined": "danger"}

// fillInRow is a request with where it stands.
func (v *recordView) fillInRow(f *fillin.FillIn) templ.Component {
	p := v.p
	state := f.State(db.StampOf(p.s.DB.Now()))
	r := ui.Row{Slim: true, ID: "fill-in-" + idText(f.ID), Lead: ui.Icon("edit"), Title: p.T("link.fill.row"),
		Badges: []ui.Badge{{Label: p.T("fill_in.status." + state), Kind: linkBadges[state]}}, Sub: p.sectionNames(f.Sections)}
	if f.SubmittedAt != 0 {
		r.Href = "/fill-ins/" + idText(f.ID)
	}
	at := f.CreatedAt
	switch {
	case f.SettledAt != 0:
		at = f.SettledAt
	case f.SubmittedAt != 0:
		at = f.SubmittedAt
	}
	r.End = p.L.Ago(at.Time(), p.s.DB.Now())
	if f.Open(db.StampOf(p.s.DB.Now())) {
		r.EndSub = p.T("link.until", "When", p.moment(f.ExpiresAt))
		if v.may {
			r.Actions = []templ.Component{postButton(v.path()+"/fill-ins/"+idText(f.ID)+"/revoke", "links",
				ui.Button{Label: p.T("link.revoke"), Kind: "ghost", Small: true, Submit: true})}
		}
	}
	return r
}

// sectionNames names what was asked for.
func (p *Page) sectionNames(codes string) string {
	var out []string
	for _, s := range (Form{"s": {codes}}).list("s") {
		out = append(out, p.T("link.section."+s))
	}
	return strings.Join(out, ", ")
}

// askForm asks what the person is to fill in.
func (v *recordView) askForm() templ.Component {
	p := v.p
	chosen := fillin.Sections
	if v.form != nil {
		chosen = v.form.All("sections")
	}
	lang := v.val("language", v.theirLanguage())
	mail := ui.Input{Field: v.field("fill_in", "email", 6), Value: v.val("email", contact.First(v.comms, "email")), Type: "email", Autocomplete: "off"}
	mail.Help = p.T("link.email_help")
	if !p.s.MailOn {
		mail.Help, mail.Value = p.T("link.email_off"), v.val("email", "")
	}
	fields := append(v.problemsOutside("sections", "language", "email", "days", "message"),
		ui.Ticks{Field: v.field("fill_in", "sections", 0), Values: chosen, Options: p.options("link.section.", fillin.Sections)},
		mail, v.langPick(lang), v.daysPick("14"),
		ui.Textarea{Field: v.field("fill_in", "message", 0), Value: v.val("message", ""), Rows: 2, MaxLength: 2000})
	return formRow(inlineForm(v.path()+"/fill-ins", "links", p.T("link.fill.ask"), fields, v.linkButtons(p.T("link.make"))))
}

func (v *recordView) linkButtons(label string) ui.Group {
	return ui.Group{ui.Button{Label: label, Kind: "primary", Submit: true, Small: true, Keys: "Control+S"}, v.cancel("links")}
}

func (v *recordView) langPick(lang string) templ.Component {
	return ui.Select{Field: v.field("fill_in", "language", 3), Value: lang, Options: v.p.spoken()}
}

func (v *recordView) daysPick(stored string) templ.Component {
	var opts []ui.Option
	for _, n := range []int{3, 7, 14, 30, 60, 90} {
		opts = append(opts, ui.Option{Value: strconv.Itoa(n), Label: v.p.T("common.days", "Count", n)})
	}
	return ui.Select{Field: v.field("fill_in", "days", 3), Value: v.val("days", stored), Options: opts}
}

// theirLanguage is the language in which the person is written to: the first one of
// theirs that Carnet speaks, else that of the client or the agency.
func (v *recordView) theirLanguage() string {
	var list []string
	if v.person != nil {
		list = Form{"l": {v.person.Languages}}.list("l")
	}
	if v.client != nil {
		list = append(list, v.client.Language)
	}
	for _, code := range append(list, v.p.Agency.Language) {
		if slices.Contains(i18n.Langs, code) {
			return code
		}
	}
	return i18n.Langs[0]
}

// linkMaker makes a link and returns its path.
type linkMaker func(v *recordView) (path string, err error)

// makeLink answers a form that makes a private link: the card comes back with the
// address, which is shown this once.
func (s *Server) makeLink(kind, card string, do linkMaker) handler {
	return func(p *Page) error {
		id, f, err := p.posted()
		if err != nil {
			return err
		}
		v := &recordView{p: p, ref: record.Ref{Kind: kind, ID: id}, form: f, edit: card}
		path, err := do(v)
		if err != nil && correctable(err) {
			v.err = err
			return v.answer(StatusOf(err))
		}
		if err != nil {
			return err
		}
		s.Kick()
		v.newLink, v.linkTo = p.absolute(path), f.Str("email")
		v.edit, v.form = "", nil
		if err := p.View(v.load); err != nil {
			return err
		}
		if p.wantsFragment() {
			return p.Fragment(savedParts(v.card("links"), v.top(), v.timeline(), p.T("link.made")))
		}
		return v.page(http.StatusOK)
	}
}

// askFillIn makes the request that the form describes.
func askFillIn(v *recordView) (path string, err error) {
	f := &fillin.FillIn{Sections: strings.Join(v.form.All("sections"), ","), Language: v.form.Str("language"),
		Email: v.form.Str("email"), Message: v.form.Str("message")}
	if !v.p.s.MailOn {
		f.Email = ""
	}
	err = v.p.Update(func(ctx context.Context, tx *db.Tx) (err error) {
		if f.TravelerID = v.ref.ID; v.ref.Kind == "client" {
			if f.TravelerID, err = onlyTraveler(ctx, tx, v.ref.ID); err != nil {
				return err
			}
		}
		path, err = fillin.Ask(ctx, tx, f, v.form.Int("days"), v.p.absolute)
		return err
	})
	return path, err
}

func revokeFillIn(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	_, err = fillin.Revoke(ctx, tx, id)
	return err
}

// linkAlerts say what people have sent by a link.
func (v *recordView) linkAlerts() (out ui.Group) {
	for i := range v.fillIns {
		if f := &v.fillIns[i]; f.Waits() {
			out = append(out, ui.Alert{Kind: "info", Icon: "inbox", Strong: v.p.T("link.alert"), Text: v.p.T("link.alert_text"),
				Actions: []templ.Component{ui.Button{Label: v.p.T("link.look"), Small: true, Href: "/fill-ins/" + idText(f.ID)}}})
		}
	}
	return out
}
