package web

import (
	"context"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// shareRow is a colleague who sees the client: by a share of this client, or of
// all clients of its advisor (R099, R105).
type shareRow struct {
	client.Share
	Name string
}

// loadInternal reads interface ids and the agency section.
func (v *recordView) loadInternal(ctx context.Context, tx *db.Tx) error {
	parts := []db.Part{db.Into(&v.ids, client.InterfaceIDs, v.ref.ID)}
	if tx.Actor.May("client.internal") {
		parts = append(parts, db.Into(&v.comments, client.Comments, v.ref), v.loadShares, v.loadSeers)
	}
	return tx.Together(ctx, parts...)
}

// loadShares reads with whom the client is shared, or its advisor's clients are.
func (v *recordView) loadShares(ctx context.Context, tx *db.Tx) error {
	var shares []client.Share
	err := record.Select(ctx, tx, &shares, "WHERE r.client_id = $1 OR (r.advisor_id = $2 AND r.advisor_id IS NOT NULL) ORDER BY r.id", v.ref.ID, v.client.AdvisorID)
	if err != nil {
		return err
	}
	people, err := idNames(ctx, tx, nameTables["user"])
	v.shares = nil
	for _, s := range shares {
		v.shares = append(v.shares, shareRow{s, nameIn(people, s.UserID)})
	}
	return err
}

// agencyCard is seen by authorised staff only (R021): who owns the client, where
// it came from, when and by whom it was entered (R018, R019, R022).
func (v *recordView) agencyCard() templ.Component {
	c, p, title := v.client, v.p, v.p.T("client.card.agency")
	if v.editing("agency") {
		first := v.pick("client", "owner_kind", c.OwnerKind, 6, p.options("client.owner_kind.", client.OwnerKinds), false)
		return v.editBox(editCard{id: "agency", title: title, note: p.T("client.staff_only"), action: v.path() + "/agency", version: c.Version}, first,
			v.pick("client", "source_medium", c.SourceMedium, 6, p.options("client.source_medium.", client.SourceMedia), true),
			v.text("client", "source_detail", c.SourceDetail, 6))
	}
	label := func(column string) string { return p.fieldLabel("client", column) }
	facts := ui.Facts{Two: true, Items: []ui.Fact{
		{Label: label("owner_kind"), Value: v.names.value(p, "client", "owner_kind", c.OwnerKind)},
		{Label: p.T("client.source"), Value: v.names.value(p, "client", "source_medium", c.SourceMedium), Note: c.SourceDetail},
		{Label: label("created"), Value: p.day(c.CreatedAt), Note: v.names.user(p, int64(c.CreatedBy))},
		{Label: label("updated"), Value: p.day(c.UpdatedAt), Note: v.names.user(p, int64(c.UpdatedBy))}}}
	return within(ui.CardBox(ui.Card{ID: "agency", Title: title, Note: p.T("client.staff_only"), NoteIcon: "lock", Body: true,
		Actions: v.open("agency", "", p.T("common.edit"), "edit")}), facts)
}

// saveAgency sets owner and source later than at creation (R096).
func saveAgency(ctx context.Context, tx *db.Tx, v *recordView) error {
	if v.form.Str("owner_kind") == "agency" { // what R095 demands at creation holds here too
		var bad errs.Collect
		bad.Required("source_medium", v.form.Str("source_medium"))
		bad.Required("source_detail", v.form.Str("source_detail"))
		if err := bad.Err(); err != nil && v.form.Has("source_medium") && v.form.Has("source_detail") {
			return err
		}
	}
	return v.editClient(ctx, tx, "owner_kind", "source_medium", "source_detail")
}

// sharingCard says with whom the client is shared (R105), and ends it (R104).
func (v *recordView) sharingCard() templ.Component {
	p := v.p
	card := ui.Card{ID: "sharing", Title: p.T("client.card.sharing"), Note: p.T("client.staff_only"), NoteIcon: "lock"}
	may := v.may && p.Actor.May("client.share")
	if !v.whoSees {
		card.Actions = append(card.Actions, v.seersLink())
	}
	if may {
		card.Actions = append(card.Actions, v.open("sharing", "new", p.T("client.share"), "share")...)
	}
	var content, rows ui.Group
	if may && v.edit == "sharing-new" {
		content = append(content, v.shareForm())
	}
	for _, s := range v.shares {
		r := ui.Row{Lead: ui.Avatar{Initials: ui.Initials(s.Name, ""), Tint: ui.Tint(s.UserID), Size: "md"}, Title: s.Name, Slim: true,
			Sub: p.T(map[bool]string{true: "client.share_edit", false: "client.share_view"}[s.CanEdit])}
		if s.ClientID == 0 { // R103: ended where all of the advisor's clients are shared
			r.Badges = append(r.Badges, ui.Badge{Label: p.T("client.share_all")})
			if may && (int64(s.AdvisorID) == p.User.ID || p.Actor.Scope == db.Agency) {
				r.Actions = []templ.Component{ui.Button{Label: p.T("common.edit"), Kind: "ghost", Small: true, Href: "/shares"}}
			}
		} else if may {
			r.Actions = []templ.Component{postButton(v.path()+"/shares/"+strconv.FormatInt(s.ID, 10)+"/delete", "sharing",
				ui.Button{Label: p.T("client.share_end", "Name", s.Name), Icon: "x", IconOnly: true, Kind: "ghost", Small: true, Submit: true})}
		}
		rows = append(rows, r)
	}
	if len(rows) > 0 {
		content = append(content, within(ui.Rows(), rows))
	} else if len(content) == 0 {
		content = append(content, ui.Empty{Title: p.T("client.no_shares"), Small: true})
	}
	if v.whoSees {
		content = append(content, v.seersBox())
	}
	return within(ui.CardBox(card), content)
}

func (v *recordView) shareForm() templ.Component {
	var opts []ui.Option
	err := v.p.View(func(ctx context.Context, tx *db.Tx) error {
		var people []agency.User
		if err := record.Select(ctx, tx, &people, "WHERE r.status <> 'disabled' ORDER BY r.name_key, r.id"); err != nil {
			return err
		}
		for _, u := range people {
			if db.Ref(u.ID) != v.client.AdvisorID && u.ID != v.p.User.ID {
				opts = append(opts, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name})
			}
		}
		return nil
	})
	if err != nil {
		return ui.Alert{Kind: "danger", Text: v.p.L.Error(err)}
	}
	who := v.pick("link", "user_id", "", 6, opts, true)
	who.Required = true
	buttons := ui.Group{ui.Button{Label: v.p.T("client.share"), Kind: "primary", Submit: true, Small: true}, v.cancel("sharing")}
	fields := append(v.problemsOutside("user_id"), who, v.tick("link", "can_edit", true))
	return inlineForm(v.path()+"/shares", "sharing", v.p.T("client.share"), fields, buttons)
}

func addShare(ctx context.Context, tx *db.Tx, v *recordView) error {
	v.edit = "sharing-new"
	s := &client.Share{ClientID: db.Ref(v.ref.ID), UserID: v.form.Int("user_id"), CanEdit: v.form.Bool("can_edit")}
	if s.UserID == 0 {
		return errs.Bad("user_id", "error.required")
	}
	return record.Insert(ctx, tx, s)
}

func endShare(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	var s client.Share
	if err := record.Get(ctx, tx, &s, id); err != nil {
		return err
	}
	if int64(s.ClientID) != v.ref.ID {
		return errs.Missing()
	}
	return record.Delete(ctx, tx, &s, id, 0)
}

// commentsCard holds internal comments (R020).
func (v *recordView) commentsCard() templ.Component {
	p := v.p
	card := ui.Card{ID: "comments", Title: p.T("client.card.comments"), Note: p.T("client.staff_only"), NoteIcon: "lock"}
	var content, rows ui.Group
	if v.may {
		text := v.area("comment", "text", "")
		text.Label, text.NoLabel, text.Rows = p.T("client.comment"), true, 2
		content = append(content, inlineForm(v.path()+"/comments", "comments", p.T("client.comment"), append(v.problemsOutside("text"), text),
			ui.Group{ui.Button{Label: p.T("client.comment_add"), Submit: true, Small: true}}))
	}
	for _, c := range v.comments {
		var actions ui.Group
		if v.may && int64(c.CreatedBy) == p.User.ID {
			actions = ui.Group{postButton(v.path()+"/comments/"+strconv.FormatInt(c.ID, 10)+"/delete", "comments",
				ui.Button{Label: p.T("client.comment_delete"), Icon: "trash", IconOnly: true, Kind: "ghost", Small: true, Submit: true})}
		}
		rows = append(rows, commentRow(c.Text, v.names.user(p, int64(c.CreatedBy)), p.moment(c.CreatedAt), iso(c.CreatedAt), actions))
	}
	if len(rows) > 0 {
		content = append(content, within(ui.Rows(), rows))
	}
	if len(content) == 0 {
		content = append(content, ui.Empty{Title: p.T("client.no_comments"), Small: true})
	}
	return within(ui.CardBox(card), content)
}

func addComment(ctx context.Context, tx *db.Tx, v *recordView) error {
	return record.Insert(ctx, tx, &client.Comment{OwnerKind: v.ref.Kind, OwnerID: v.ref.ID, Text: v.form.Str("text")})
}

// dropComment removes one's own comment.
func dropComment(ctx context.Context, tx *db.Tx, v *recordView) error {
	id, err := v.rowID()
	if err != nil {
		return err
	}
	var c client.Comment
	if err := record.Get(ctx, tx, &c, id); err != nil {
		return err
	}
	switch {
	case c.OwnerKind != v.ref.Kind || c.OwnerID != v.ref.ID:
		return errs.Missing()
	case int64(c.CreatedBy) != tx.Actor.UserID:
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	return record.Delete(ctx, tx, &c, id, 0)
}
