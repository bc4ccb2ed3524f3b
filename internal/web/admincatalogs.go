package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// catalogRow is one line of a catalog's list.
func (p *Page) catalogRow(base string, id int64, title, sub string, active bool) ui.Row {
	r := ui.Row{Title: title, Strong: true, Sub: sub, Href: base + "/" + strconv.FormatInt(id, 10)}
	if !active {
		r.Badges = []ui.Badge{{Label: p.T("common.inactive"), Kind: "inactive"}}
	}
	return r
}

func join(parts ...string) string {
	var out []string
	for _, s := range parts {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " · ")
}

func branchRows(ctx context.Context, tx *db.Tx, p *Page) (out []ui.Row, err error) {
	var list []agency.Branch
	err = record.Select(ctx, tx, &list, "ORDER BY r.name")
	for _, b := range list {
		out = append(out, p.catalogRow("/admin/branches", b.ID, b.Name, join(b.Code, b.City, b.Phone, b.Email), b.Active))
	}
	return out, err
}

func fillBranch(f Form, r record.Record) {
	b := r.(*agency.Branch)
	for name, to := range map[string]*string{"name": &b.Name, "code": &b.Code, "street": &b.Street, "postal_code": &b.PostalCode,
		"city": &b.City, "country": &b.Country, "phone": &b.Phone, "email": &b.Email} {
		f.put(name, to)
	}
	f.putBool("active", &b.Active)
}

func departmentRows(ctx context.Context, tx *db.Tx, p *Page) (out []ui.Row, err error) {
	branches := map[db.Ref]string{}
	opts, err := idOptions(ctx, tx, "SELECT b.id, b.name FROM {branch} b")
	if err != nil {
		return nil, err
	}
	for _, o := range opts {
		id, _ := strconv.ParseInt(o.Value, 10, 64) // written by idOptions
		branches[db.Ref(id)] = o.Label
	}
	var list []agency.Department
	err = record.Select(ctx, tx, &list, "ORDER BY r.name")
	for _, d := range list {
		out = append(out, p.catalogRow("/admin/departments", d.ID, d.Name, branches[d.BranchID], d.Active))
	}
	return out, err
}

func fillDepartment(f Form, r record.Record) {
	d := r.(*agency.Department)
	f.put("name", &d.Name)
	f.putRef("branch_id", &d.BranchID)
	f.putBool("active", &d.Active)
}

func typeRows(ctx context.Context, tx *db.Tx, p *Page) (out []ui.Row, err error) {
	list, err := client.Types(ctx, tx)
	for _, t := range list {
		var notes []string
		if t.DefaultOf != "" {
			notes = append(notes, p.T("admin.type.default."+t.DefaultOf))
		}
		if t.Excluded {
			notes = append(notes, p.T("admin.type.excluded"))
		}
		out = append(out, p.catalogRow("/admin/types", t.ID, t.Code+" – "+t.Name, join(notes...), t.Active))
	}
	return out, err
}

func fillType(f Form, r record.Record) {
	t := r.(*client.Type)
	f.put("code", &t.Code)
	f.put("name", &t.Name)
	f.put("is_default", &t.DefaultOf)
	f.putBool("excluded", &t.Excluded)
	f.putBool("active", &t.Active)
}

func tagRows(ctx context.Context, tx *db.Tx, p *Page, kind, base string) (out []ui.Row, err error) {
	list, err := tag.All(ctx, tx, "")
	for _, t := range list {
		if t.Kind != kind {
			continue
		}
		var notes []string
		for a := range strings.SplitSeq(t.Areas, ",") {
			notes = append(notes, p.T("admin.tag.area."+a))
		}
		if t.Requirement != "optional" {
			notes = append(notes, p.T("admin.tag.requirement."+t.Requirement))
		}
		if t.TakesValue != "none" {
			notes = append(notes, p.T("admin.tag.value."+t.TakesValue))
		}
		out = append(out, p.catalogRow(base, t.ID, t.Name, join(notes...), t.Active))
	}
	return out, err
}

func fillTag(f Form, r record.Record) {
	t := r.(*tag.Tag)
	f.put("name", &t.Name)
	f.put("kind", &t.Kind)
	if f.Has("_areas") {
		t.Areas = strings.Join(f.All("areas"), ",")
	}
	f.put("requirement", &t.Requirement)
	f.put("takes_value", &t.TakesValue)
	f.put("choices", &t.Choices)
	f.put("default_value", &t.DefaultValue)
	f.putBool("several", &t.Several)
	f.putBool("active", &t.Active)
}
