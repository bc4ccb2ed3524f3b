package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// eventView is the page of an event: a form for who may change it, else what is known;
// who was there, and its files.
type eventView struct {
	f         *activityForm
	files     *recordView // the card of files alone
	by, owner string      // names
	may       bool
}

// showActivity shows an event; the script asks for the card of files alone.
func showActivity(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	return p.showEvent(http.StatusOK, &activityForm{p: p, a: &activity.Activity{Base: record.Base{ID: id}}}, p.eventFiles(id))
}

// eventFiles is the card of files on the page of an event.
func (p *Page) eventFiles(id int64) *recordView {
	return &recordView{p: p, ref: record.Ref{Kind: "activity", ID: id}, edit: p.R.URL.Query().Get("edit")}
}

// showEvent shows the event of f. Without anything typed it is read anew.
func (p *Page) showEvent(status int, f *activityForm, files *recordView) error {
	v := &eventView{f: f, files: files}
	if err := p.View(v.load); err != nil {
		return err
	}
	if p.wantsFragment() {
		return p.write(status, files.filesCard())
	}
	a := f.a
	var content ui.Group
	if v.may {
		content = append(content, f.card(a.Owner()))
	} else {
		content = append(content, v.facts())
	}
	if len(f.there) > 0 {
		var rows ui.Group
		for _, t := range f.there {
			rows = append(rows, ui.Row{Slim: true, Lead: ui.Icon("user"), Title: t.Name, Href: t.link().Href})
		}
		content = append(content, within(ui.CardBox(ui.Card{ID: "with", Title: p.T("activity.field.with")}), within(ui.Rows(), rows)))
	}
	content = append(content, files.filesCard())
	head := ui.PageHead{Title: a.Subject, Back: ui.Link{Href: pathOf(a.Owner()), Text: v.owner}}
	return p.RenderStatus(status, Screen{Title: a.Subject, Nav: a.OwnerKind + "s"}, activityScreen(p, head, content))
}

func (v *eventView) load(ctx context.Context, tx *db.Tx) (err error) {
	f, p := v.f, v.f.p
	if f.form == nil {
		if err := record.Get(ctx, tx, f.a, f.a.ID); err != nil {
			return err
		}
	}
	switch err := record.Editable(ctx, tx, record.Ref{Kind: "activity", ID: f.a.ID}); {
	case err == nil:
		v.may = !p.Actor.ReadOnly
	case !errs.Is(err, errs.Forbidden):
		return err
	}
	if f.types, err = option.Load(ctx, tx); err != nil {
		return err
	}
	if v.owner, err = ownerName(ctx, tx, f.a.Owner()); err != nil {
		return err
	}
	if err := f.loadPeople(ctx, tx, f.a.Owner()); err != nil {
		return err
	}
	v.files.may = v.may
	if err := loadFiles(v.files, ctx, tx); err != nil {
		return err
	}
	err = tx.Row(ctx, "SELECT u.name FROM {user} u WHERE u.id = $1", []any{f.a.CreatedBy}, &v.by)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

// facts are the event for who may not change it.
func (v *eventView) facts() templ.Component {
	p, a := v.f.p, v.f.a
	label := func(column string) string { return p.fieldLabel("activity", column) }
	content := ui.Group{ui.Facts{Items: []ui.Fact{{Label: label("type"), Value: typeLine(p, v.f.types, a)}, {Label: label("at"), Value: p.moment(a.At)},
		{Label: label("by"), Value: v.by}, {Label: p.T("activity.others"), Value: a.Persons}, {Label: label("result"), Value: a.Result},
		{Label: label("follow_due"), Value: p.L.Date(a.FollowOn), Note: a.FollowNote}}}}
	if a.Text != "" {
		content = append(content, prose(a.Text))
	}
	return within(ui.CardBox(ui.Card{ID: "event", Title: p.T("activity.card"), HideHead: true, Body: true}), content)
}

// addEventLink hangs a link on an event, as addFileLink does on a record.
func addEventLink(p *Page) error {
	id, form, err := p.posted()
	if err != nil {
		return err
	}
	files := &recordView{p: p, ref: record.Ref{Kind: "activity", ID: id}, form: form}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error { return addFileLink(ctx, tx, files) })
	if err != nil && !correctable(err) {
		return err
	}
	if err == nil && !p.wantsFragment() {
		p.Flash("good", "common.saved")
		return p.Redirect(activityPath(id) + "#files")
	}
	status := http.StatusOK
	if files.err = err; err != nil {
		status = StatusOf(err)
	} else {
		files.edit, files.form, files.back = "", nil, true
	}
	return p.showEvent(status, &activityForm{p: p, a: &activity.Activity{Base: record.Base{ID: id}}}, files)
}

// filesAgain shows the page of the record on which files weren't stored.
func (p *Page) filesAgain(up document.Upload, bad []fileFailure) error {
	v := &recordView{p: p, ref: up.Owner, edit: "files-new"}
	if len(bad) == 0 {
		bad = []fileFailure{{"", errs.Bad("file", "error.required")}}
	}
	v.filesBad = bad
	status := StatusOf(bad[0].err)
	if up.Owner.Kind == "activity" {
		return p.showEvent(status, &activityForm{p: p, a: &activity.Activity{Base: record.Base{ID: up.Owner.ID}}}, v)
	}
	if err := p.View(v.load); err != nil {
		return err
	}
	return v.page(status)
}
