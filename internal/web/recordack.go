package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// loadAcks reads what was sent to be acknowledged and, while the form is open, what can
// be sent.
func (v *recordView) loadAcks(ctx context.Context, tx *db.Tx) (err error) {
	v.acks, v.texts, v.toSend = nil, nil, nil
	if v.acks, err = ack.Of(ctx, tx, v.ref); err != nil || v.edit != "links-ack" {
		return err
	}
	if v.texts, err = ack.Templates(ctx, tx, true); err != nil {
		return err
	}
	all, err := document.Of(ctx, tx, v.ref)
	for _, a := range all {
		if a.Kind == document.File && !a.Private() {
			v.toSend = append(v.toSend, a)
		}
	}
	return err
}

// ackRow is a document that was sent, with where it stands.
func (v *recordView) ackRow(a *ack.Ack) templ.Component {
	p := v.p
	state := a.State(db.StampOf(p.s.DB.Now()))
	r := ui.Row{Slim: true, ID: "ack-" + idText(a.ID), Lead: ui.Icon("stamp"), Title: a.Title, Href: "/acknowledgements/" + idText(a.ID),
		Badges: []ui.Badge{{Label: p.T("acknowledgement.status." + state), Kind: linkBadges[state]}}, Sub: join(a.Recipient, a.FileName)}
	at := max(a.CreatedAt, a.SeenAt, a.AnsweredAt)
	r.End = p.L.Ago(at.Time(), p.s.DB.Now())
	if a.Open(db.StampOf(p.s.DB.Now())) {
		r.EndSub = p.T("link.until", "When", p.moment(a.ExpiresAt))
		if v.may {
			r.Actions = []templ.Component{postButton(v.path()+"/acknowledgements/"+idText(a.ID)+"/revoke", "links",
				ui.Button{Label: p.T("link.revoke"), Kind: "ghost", Small: true, Submit: true})}
		}
	}
	return r
}

// ackForm asks what is to be acknowledged, and by whom.
func (v *recordView) ackForm() templ.Component {
	p := v.p
	if len(v.texts) == 0 {
		return formRow(within(ui.Stack(), ui.Group{ui.Alert{Kind: "info", Text: p.T("ack.no_template")}, v.cancel("links")}))
	}
	field := func(name string, width int) ui.Field { return v.field("acknowledgement", name, width) }
	var texts, files []ui.Option
	for _, t := range v.texts {
		texts = append(texts, ui.Option{Value: idText(t.ID), Label: t.Name})
	}
	for _, f := range v.toSend {
		files = append(files, ui.Option{Value: idText(f.ID), Label: f.Name})
	}
	who := ui.Name{}
	if v.person != nil {
		who = nameOf(v.person.Name(), false)
	} else if v.client != nil {
		who = nameOf(v.client.Name, v.client.Kind == "corporate")
	}
	mail := ui.Input{Field: field("email", 6), Value: v.val("email", contact.First(v.comms, "email")), Type: "email", Autocomplete: "off"}
	mail.Help = p.T("link.email_help")
	if !p.s.MailOn {
		mail.Help, mail.Value = p.T("link.email_off"), v.val("email", "")
	}
	text := field("template_id", 6)
	text.Label = p.fieldLabel("acknowledgement", "template")
	after := "7"
	if mail.Value == "" {
		after = "0" // a reminder is mailed
	}
	remind := []ui.Option{{Value: "0", Label: p.T("ack.no_reminder")}}
	for _, n := range []int{2, 3, 7, 14} {
		remind = append(remind, ui.Option{Value: strconv.Itoa(n), Label: p.T("ack.remind_after", "Days", p.T("common.days", "Count", n))})
	}
	shown := []string{"template_id", "recipient", "email", "days", "remind", "message"}
	if len(files) > 0 { // the only one may have been deleted meanwhile
		shown = append(shown, "attachment_id")
	}
	fields := append(v.problemsOutside(shown...),
		ui.Select{Field: text, Value: v.val("template_id", texts[0].Value), Options: texts})
	if len(files) > 0 {
		fields = append(fields, ui.Select{Field: field("attachment_id", 6), Value: v.val("attachment_id", ""), Options: files, Blank: p.T("ack.no_file")})
	}
	days := v.daysPick("30")
	fields = append(fields, ui.Input{Field: field("recipient", 6), Value: v.val("recipient", strings.TrimSpace(who.Given+" "+who.Family)), Autocomplete: "off", MaxLength: 200}, mail, days)
	if p.s.MailOn {
		fields = append(fields, ui.Select{Field: field("remind", 3), Value: v.val("remind", after), Options: remind})
	}
	fields = append(fields, ui.Textarea{Field: field("message", 0), Value: v.val("message", ""), Rows: 2, MaxLength: 2000})
	return formRow(inlineForm(v.path()+"/acknowledgements", "links", p.T("ack.send"), fields, v.linkButtons(p.T("link.make"))))
}

// sendAck sends what the form describes.
func (s *Server) sendAck(v *recordView) (string, error) {
	r := ack.Request{Owner: v.ref, Template: v.form.Int("template_id"), Attachment: v.form.Int("attachment_id"), Recipient: v.form.Str("recipient"),
		Email: v.form.Str("email"), Message: v.form.Str("message"), Days: v.form.Int("days"), Remind: v.form.Int("remind")}
	if !s.MailOn {
		r.Email, r.Remind = "", 0
	}
	_, path, err := (&ack.Service{DB: s.DB, Files: s.Files, Absolute: v.p.absolute}).Send(v.p.Ctx(), v.p.Actor, r)
	return path, err
}

func revokeAck(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	_, err = ack.Revoke(ctx, tx, id)
	return err
}
