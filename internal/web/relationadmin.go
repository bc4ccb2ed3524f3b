package web

import (
	"context"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// kinshipRows are the agency's own kinds of relations, which have a page, and the
// shipped ones, which can be switched off.
func kinshipRows(ctx context.Context, tx *db.Tx, p *Page) (out []ui.Row, err error) {
	all, err := traveler.Kinships(ctx, tx)
	for _, own := range []bool{true, false} {
		for i := range all {
			k := &all[i]
			if k.Own() != own {
				continue
			}
			title := traveler.KinLabel(p.L, all, k.Code, "")
			if !k.Alike() {
				title += " – " + traveler.KinLabel(p.L, all, k.Inverse, "")
			}
			r := p.catalogRow("/admin/relations", k.TypeID, title, p.T("relation.group."+k.Group), k.Active)
			if !own {
				r.Href, r.Strong = "", false
				r.Sub = join(r.Sub, p.T("relation_type.shipped"))
				r.Actions = []templ.Component{kinshipSwitch(p, k, title)}
			}
			out = append(out, r)
		}
	}
	return out, err
}

// kinshipSwitch is the button that stops offering a shipped kind, or offers it again.
func kinshipSwitch(p *Page, k *traveler.Kinship, title string) templ.Component {
	b := ui.Button{Label: p.T("relation_type.switch_off", "Name", title), Icon: "eye-off", IconOnly: true, Kind: "ghost", Small: true, Submit: true}
	on := "0"
	if !k.Active {
		b.Label, b.Icon, on = p.T("relation_type.switch_on", "Name", title), "eye", "1"
	}
	return plainPost("/admin/relations/switch", ui.Group{ui.Hidden{Name: "code", Value: k.Code}, ui.Hidden{Name: "on", Value: on}, b})
}

// switchKinship switches a shipped kind off or on.
func switchKinship(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		return traveler.SwitchKinship(ctx, tx, f.Str("code"), f.Bool("on"))
	})
	if err != nil {
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect("/admin/relations")
}

func fillKinship(f Form, r record.Record) {
	t := r.(*traveler.RelationType)
	f.put("name", &t.Name)
	f.put("inverse_name", &t.InverseName)
	f.put("grp", &t.Group)
	f.putBool("active", &t.Active)
}

func kinshipFields(p *Page, r record.Record, err error, _ []ui.Option) templ.Component {
	t := r.(*traveler.RelationType)
	name, inverse := p.adminField("relation_type", "name", err, 6), p.adminField("relation_type", "inverse_name", err, 6)
	name.Required = true
	fields := ui.Group{ui.Input{Field: withHelp(name, p.T("relation_type.help.name")), Value: t.Name, MaxLength: 60}}
	if t.ID == 0 || !strings.EqualFold(t.Code, t.Inverse) { // what is alike on both sides stays so
		fields = append(fields, ui.Input{Field: withHelp(inverse, p.T("relation_type.help.inverse_name")), Value: t.InverseName, MaxLength: 60})
	}
	return append(fields,
		ui.Select{Field: p.adminField("relation_type", "grp", err, 6), Value: t.Group, Options: p.options("relation.group.", traveler.RelationGroups)},
		p.adminTick("relation_type", "active", "", t.Active))
}
