package web

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// tagsCard shows the tags of a record (R075).
func (v *recordView) tagsCard() templ.Component {
	p, title := v.p, v.p.T("client.card.tags")
	if v.editing("tags") {
		t := ui.Tokens{Field: v.field(v.ref.Kind, "tags", 0), L: p.L, Add: p.T("client.add_tag")}
		t.Label, t.Help = title, p.T("client.help.tags")
		for _, o := range v.tags {
			t.Values = append(t.Values, ui.Option{Value: linkValue(o), Label: tagText(o)})
		}
		err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
			t.Suggestions, err = p.tagOptions(ctx, tx, v.ref.Kind)
			return err
		})
		if err != nil {
			return ui.Alert{Kind: "danger", Text: p.L.Error(err)}
		}
		if v.form != nil {
			t.Values = v.typedTags(t.Values, t.Suggestions)
		}
		return v.editBox(editCard{id: "tags", title: title, action: v.path() + "/tags"}, t)
	}
	card := ui.Card{ID: "tags", Title: title, Body: true, Half: v.client != nil, Actions: v.open("tags", "", p.T("common.edit"), "edit")}
	if len(v.tags) == 0 {
		card.Body = false
		return within(ui.CardBox(card), ui.Empty{Title: p.T("client.no_tags"), Small: true})
	}
	return within(ui.CardBox(card), taggedKinds(p, v.tags))
}

// linkValue names a tag that the record has in the form. New ones stand there by name, which
// may begin with the same sign: #family.
func linkValue(o tag.On) string { return "#" + strconv.FormatInt(o.LinkID, 10) }

var linkForm = regexp.MustCompile(`^#\d+$`)

// tagText is a tag with its value, as it is typed.
func tagText(o tag.On) string {
	if o.Value == "" {
		return o.Name
	}
	return o.Name + ": " + o.Value
}

// tagShown is a tag with its value, to be read.
func (p *Page) tagShown(o tag.On) string {
	if o.Value == "" {
		return o.Name
	}
	return p.L.Pair(o.Name, o.Value)
}

// typedTags keeps what was typed when the card comes back with an error.
func (v *recordView) typedTags(stored, offers []ui.Option) (out []ui.Option) {
	for _, s := range v.form.tags(offers) {
		o := ui.Option{Value: s, Label: s}
		for _, x := range stored {
			if x.Value == s {
				o = x
			}
		}
		out = append(out, o)
	}
	return out
}

// tagOptions are the tags that a kind of record can take; those with a fixed list
// of values once per value.
func (p *Page) tagOptions(ctx context.Context, tx *db.Tx, kind string) (out []ui.Option, err error) {
	tags, err := tag.All(ctx, tx, kind)
	return tagOffers(tags), err
}

// tags are the tags of a form, several of them by comma; a value that is offered may have a
// comma in it.
func (f Form) tags(offers []ui.Option) (out []string) {
	for _, v := range f.All("tags") {
		parts := []string{strings.TrimSpace(v)}
		if !slices.ContainsFunc(offers, func(o ui.Option) bool { return o.Value == parts[0] }) {
			parts = Form{"s": {v}}.list("s")
		}
		for _, s := range parts {
			if s != "" && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

func tagOffers(tags []tag.Tag) (out []ui.Option) {
	for _, t := range tags {
		if t.TakesValue != "required" || t.Choices == "" {
			out = append(out, ui.Option{Value: t.Name, Label: t.Name})
		}
		if t.TakesValue != "none" && t.Choices != "" {
			for c := range strings.SplitSeq(t.Choices, "\n") {
				out = append(out, ui.Option{Value: t.Name + ": " + c, Label: t.Name + ": " + c})
			}
		}
	}
	return out
}

// tagValue reads a tag as it is typed: its name, or "Name: value".
func tagValue(known []tag.Tag, s string) flow.TagValue {
	named := func(name string) bool {
		return slices.ContainsFunc(known, func(t tag.Tag) bool { return strings.EqualFold(t.Name, name) })
	}
	if name, value, ok := strings.Cut(s, ":"); ok && !named(s) {
		return flow.TagValue{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)}
	}
	return flow.TagValue{Name: s}
}

// saveTags adds and removes tags; mandatory ones must stay (L11).
func saveTags(ctx context.Context, tx *db.Tx, v *recordView) error {
	has, err := tag.Of(ctx, tx, v.ref)
	if err != nil {
		return err
	}
	known, err := tag.All(ctx, tx, "")
	if err != nil {
		return err
	}
	want := v.form.tags(tagOffers(known))
	for _, o := range has {
		if !slices.Contains(want, linkValue(o)) && !slices.Contains(want, tagText(o)) {
			if err := record.Delete(ctx, tx, new(tag.Link), o.LinkID, 0); err != nil {
				return err
			}
		}
	}
	for _, s := range want {
		if linkForm.MatchString(s) && !slices.ContainsFunc(known, func(t tag.Tag) bool { return t.Name == s }) {
			continue // it is there, or somebody has taken it off meanwhile
		}
		t := tagValue(known, s)
		if err := tag.Put(ctx, tx, v.ref, t.Name, t.Value); err != nil {
			for i := range fieldErrors(err) {
				fieldErrors(err)[i].Path = "tags"
			}
			return err
		}
	}
	return flow.NeedTags(ctx, tx, v.ref)
}

// idsCard holds the keys by which booking systems name the client (R166, L14).
func (v *recordView) idsCard() templ.Component {
	p, title := v.p, v.p.T("client.card.ids")
	if v.editing("ids") {
		rep := ui.Repeat{L: p.L, Name: "ids", Label: title, Add: p.T("client.add_id"), Blank: v.idRow("__i__", &client.InterfaceID{})}
		rows := v.ids
		if v.form != nil {
			rows = nil
			for _, r := range v.form.Rows("ids", "system", "value", "id") {
				i := client.InterfaceID{System: r.Str("system"), Value: r.Str("value")}
				i.ID = r.Int("id")
				rows = append(rows, i)
			}
		}
		for i := range rows {
			rep.Rows = append(rep.Rows, v.idRow(strconv.Itoa(i), &rows[i]))
		}
		rep.Rows = append(rep.Rows, v.idRow(strconv.Itoa(len(rows)), &client.InterfaceID{}))
		return v.editBox(editCard{id: "ids", title: title, action: v.path() + "/ids", plain: true}, rep)
	}
	var facts ui.Facts
	for _, i := range v.ids {
		facts.Items = append(facts.Items, ui.Fact{Label: strings.ToUpper(i.System[:1]) + i.System[1:], Value: i.Value})
	}
	card := ui.Card{ID: "ids", Title: title, Body: true, Half: true, Actions: v.open("ids", "", p.T("common.edit"), "edit")}
	if len(v.ids) == 0 {
		card.Body = false
		return within(ui.CardBox(card), ui.Empty{Title: p.T("client.no_ids"), Small: true})
	}
	return within(ui.CardBox(card), facts)
}

func (v *recordView) idRow(n string, i *client.InterfaceID) templ.Component {
	row := "ids[" + n + "]."
	system, value := v.text("link", row+"system", i.System, 6), v.text("link", row+"value", i.Value, 6)
	if n == "__i__" {
		system.Value, value.Value = "", ""
	}
	system.List = []string{"amadeus", "sabre", "galileo", "worldspan", "merlinx", "clientbase", "tres"}
	id := ""
	if i.ID != 0 {
		id = strconv.FormatInt(i.ID, 10)
	}
	return ui.Group{ui.Hidden{Name: row + "id", Value: id}, within(ui.Fields(), ui.Group{system, value})}
}

// saveIDs stores the rows of the card: changed, new and removed ones.
func saveIDs(ctx context.Context, tx *db.Tx, v *recordView) error {
	stored, err := client.InterfaceIDs(ctx, tx, v.ref.ID)
	if err != nil {
		return err
	}
	var bad errs.Collect
	for n, r := range v.form.Rows("ids", "system", "value", "id") {
		at := slices.IndexFunc(stored, func(i client.InterfaceID) bool { return i.ID == r.Int("id") })
		i := &client.InterfaceID{ClientID: v.ref.ID, System: r.Str("system"), Value: r.Str("value")}
		switch {
		case at < 0 && r.Int("id") != 0:
			continue // removed by somebody else meanwhile
		case at >= 0 && (r.Bool("delete") || i.System+i.Value == ""):
			err = record.Delete(ctx, tx, i, stored[at].ID, 0)
		case at >= 0:
			err = record.Edit(ctx, tx, i, stored[at].ID, 0, func() error { i.System, i.Value = r.Str("system"), r.Str("value"); return nil })
		case !r.Bool("delete"):
			err = record.Insert(ctx, tx, i)
		}
		prefix := "ids[" + strconv.Itoa(n) + "]."
		if errs.Is(err, errs.Conflict) { // the value is another client's: nothing more can be stored now
			return under(prefix, err)
		}
		if err := bad.Merge(prefix, err); err != nil {
			return err
		}
	}
	return bad.Err()
}
