package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/view"
)

// brokenStart is why the view with which a list opens can't be opened by this person.
type brokenStart struct{ error }

func (b *brokenStart) Unwrap() error { return b.error }

// open reads the query of an address. Without one the list opens with the person's
// or the role's view; "view=0" asks for none.
func (g *listing) open(ctx context.Context, tx *db.Tx, p *Page, u url.Values) (*listView, error) {
	def, err := g.def.For(ctx, tx)
	if err != nil {
		return nil, err
	}
	known := *g // with the fields that the agency has defined itself
	known.def = def
	g = &known
	v := &listView{listing: g, home: p.Agency.Country, all: u.Get("all") == "1"}
	if v.q, err = g.def.ParseQuery(u, p.Actor); err != nil {
		return nil, err
	}
	asked := u.Get("changed") == "1" || g.def.Asks(u)
	standard, found, err := view.Default(ctx, tx, g.def.Name)
	if err != nil {
		return nil, err
	}
	v.standard = found
	if id := u.Get("view"); id != "" && id != "0" {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil || n <= 0 {
			return nil, errs.New(errs.NotFound, "view.error.missing")
		}
		if v.view, err = view.Get(ctx, tx, g.def.Name, n); err != nil {
			return nil, err
		}
	} else if found && id == "" && !asked {
		v.view = standard
	}
	if v.view != nil {
		if v.saved, err = p.openView(g.def, v.view); err != nil {
			if v.view == standard && u.Get("view") == "" {
				return nil, &brokenStart{err}
			}
			return nil, err
		}
		if u.Get("changed") != "1" { // else the address has the whole query
			if v.q, err = v.saved.Narrow(v.q); err != nil {
				return nil, err
			}
		}
		v.changed = !v.same(v.q, v.saved)
	}
	if err := v.setColumns(ctx, tx, p); err != nil {
		return nil, err
	}
	v.q.Lang, v.q.Limit, v.q.Zone = p.L.Lang(), pageSize, p.Loc()
	return v, nil
}

// same reports whether two queries ask the same.
func (v *listView) same(a, b list.Query) bool {
	return v.def.EncodeQuery(a).Encode() == v.def.EncodeQuery(b).Encode()
}

// setColumns decides which columns are shown: those of the address or the view, else
// what the person chose last. One without a right to it is left out; the first one
// always stays.
func (v *listView) setColumns(ctx context.Context, tx *db.Tx, p *Page) error {
	keys := v.q.Columns
	if len(keys) == 0 && v.view == nil {
		raw, err := agency.GetSetting(ctx, tx, "columns."+v.def.Name)
		if err != nil {
			return err
		}
		if raw != "" {
			keys = strings.Split(raw, ",")
		}
	}
	if len(keys) == 0 {
		keys = v.def.Columns
	}
	v.columns = []string{v.def.Columns[0]}
	for _, key := range keys {
		if f, ok := v.def.Field(key, p.Actor); ok && !f.NoShow && !slices.Contains(v.columns, key) {
			v.columns = append(v.columns, key)
		}
	}
	return nil
}

// widthsKey names the setting of the widths: each view has its own.
func (v *listView) widthsKey() string {
	if v.view != nil {
		return "widths." + v.def.Name + "." + strconv.FormatInt(v.view.ID, 10)
	}
	return "widths." + v.def.Name
}

// loadWidths reads the widths of the view, and those that the person dragged.
func (v *listView) loadWidths(ctx context.Context, tx *db.Tx) error {
	v.widths = map[string]int{}
	if v.view != nil && v.view.Widths != "" {
		json.Unmarshal([]byte(v.view.Widths), &v.widths) // a damaged setting is no setting
	}
	raw, err := agency.GetSetting(ctx, tx, v.widthsKey())
	if err == nil && raw != "" {
		json.Unmarshal([]byte(raw), &v.widths)
	}
	return err
}

// values are the parameters under which the list shows q.
func (v *listView) values(q list.Query) url.Values {
	u := v.def.EncodeQuery(q)
	switch {
	case v.view != nil && v.same(q, v.saved):
		u = url.Values{}
		u.Set("view", strconv.FormatInt(v.view.ID, 10))
	case v.view != nil:
		u.Set("view", strconv.FormatInt(v.view.ID, 10))
		u.Set("changed", "1")
	case len(u) == 0 && v.standard:
		u.Set("view", "0")
	}
	if q.Cursor != "" {
		u.Set("cursor", q.Cursor)
	}
	return u
}

// href is the address of the list under q; more are further names and values.
func (v *listView) href(q list.Query, more ...string) string {
	u := v.values(q)
	for i := 0; i+1 < len(more); i += 2 {
		u.Set(more[i], more[i+1])
	}
	if len(u) == 0 {
		return v.path
	}
	return v.path + "?" + u.Encode()
}

// top is q from the beginning of the list, changed.
func (v *listView) top(change func(*list.Query)) list.Query {
	q := v.q
	q.Cursor = ""
	q.Filters, q.Groups = slices.Clone(q.Filters), slices.Clone(q.Groups)
	if change != nil {
		change(&q)
	}
	return q
}

// aside is the address of an editor of the list: "filter", "columns".
func (v *listView) aside(name string, more ...string) string {
	u := url.Values{"base": {v.values(v.top(nil)).Encode()}}
	for i := 0; i+1 < len(more); i += 2 {
		u.Set(more[i], more[i+1])
	}
	return v.path + "/" + name + "?" + u.Encode()
}

// full are the parameters of the query with what it leaves to settings written out:
// for acts and for saving it.
func (v *listView) full() url.Values {
	q := v.top(nil)
	q.Columns = v.columns
	if q.Sort == "" {
		q.Sort = v.def.Sort
	}
	return v.def.EncodeQuery(q)
}

// openBase opens the list that an editor belongs to.
func (g *listing) openBase(ctx context.Context, tx *db.Tx, p *Page, base string) (*listView, error) {
	u, err := url.ParseQuery(base)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "error.form")
	}
	if err := storable(u); err != nil {
		return nil, err
	}
	u.Del("cursor")
	return g.open(ctx, tx, p, u)
}

// resize remembers the width of a column for the person.
func (g *listing) resize(p *Page, f Form) error {
	key := f.Str("col")
	if _, ok := g.def.Field(key, p.Actor); !ok && !list.IsOwn(key) {
		return p.Redirect(g.path)
	}
	v := &listView{listing: g}
	err := p.Update(func(ctx context.Context, tx *db.Tx) (err error) {
		if id := columnView(p); id > 0 {
			if v.view, err = view.Get(ctx, tx, g.def.Name, id); err != nil {
				return err
			}
		}
		if err := v.loadWidths(ctx, tx); err != nil {
			return err
		}
		v.widths[key] = columnWidth(f.Str("width"))
		for pair := range strings.SplitSeq(f.Str("widths"), ",") { // those that stay as they are
			other, px, _ := strings.Cut(pair, ":")
			if _, ok := g.def.Field(other, p.Actor); ok || list.IsOwn(other) {
				v.widths[other] = columnWidth(px)
			}
		}
		b, err := json.Marshal(v.widths)
		if err != nil {
			return err
		}
		return agency.SaveSetting(ctx, tx, v.widthsKey(), string(b))
	})
	if err != nil {
		return err
	}
	p.W.WriteHeader(http.StatusNoContent)
	return nil
}

// columnWidth is a width in pixels within what can be handled.
func columnWidth(s string) int {
	n, _ := strconv.Atoi(s)
	return min(max(n, 64), 640)
}

// columnView is the number of the view in force, from the address.
func columnView(p *Page) int64 {
	n, _ := strconv.ParseInt(p.R.URL.Query().Get("view"), 10, 64)
	return n
}
