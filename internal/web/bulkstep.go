package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
)

// step is what is asked for next. Nothing is done by following a link.
func (v *bulkView) step(f Form) string {
	step := f.Str("act_step")
	if step == "do" && v.p.R.Method != http.MethodPost {
		return "look"
	}
	return step
}

// address are the parameters of the step that a form asks for.
func (v *bulkView) address(f Form) url.Values {
	u := v.sel.Encode(v.def)
	for name, val := range map[string]string{"act_field": v.order.Field, "act_op": v.order.Op, "act_value": v.order.Value, "act_note": v.order.Note, "act_step": v.step(f)} {
		if val != "" {
			u.Set(name, val)
		}
	}
	return u
}

// deed does what was confirmed. Where other records match than the preview counted, it
// shows the new preview instead, which says so. It reports false where there is only a
// preview to be shown.
func (v *bulkView) deed(f Form) (bool, error) {
	if v.step(f) == "do" {
		if f.Int("act_count") == int64(v.count) {
			return true, v.do()
		}
		u := v.address(f)
		u.Set("act_step", "look")
		u.Set("act_count", f.Str("act_count"))
		if done, err := v.p.toAddress(v.action(), u); done || err != nil {
			return true, err
		}
	}
	v.moved = f.Has("act_count") && f.Int("act_count") != int64(v.count)
	return false, nil
}

func (v *bulkView) preview() error {
	return v.p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if v.look, err = v.n.Preview(ctx, tx, v.order, v.sel); err == nil {
			v.order = v.look.Order
		}
		return err
	})
}

// do does the act. What went well at once leads back to the list, with a way to take
// it back; anything else to the page of the act.
func (v *bulkView) do() error {
	act, err := v.s.bulk().Do(v.p.Ctx(), v.p.Actor, v.order, v.sel)
	if err != nil {
		return err
	}
	v.s.Kick()
	if act.State != bulk.Done || act.Refused > 0 || act.Changed == 0 {
		return v.p.Redirect(actHref(act.ID))
	}
	v.p.FlashUndo(actHref(act.ID)+"/undo", "bulk.done."+act.What, "Count", int(act.Changed))
	return v.p.Redirect(v.back())
}

func (v *bulkView) render(status int, c templ.Component) error {
	return v.p.RenderStatus(status, Screen{Title: v.title(), Nav: strings.TrimPrefix(v.path, "/")}, c)
}

// back is the list as it was.
func (v *bulkView) back() string {
	if u := v.def.EncodeQuery(v.sel.Query); len(u) > 0 {
		return v.path + "?" + u.Encode()
	}
	return v.path
}

func (v *bulkView) action() string {
	if v.order.What == bulk.Delete {
		return v.path + "/remove"
	}
	return v.path + "/modify"
}

func (v *bulkView) title() string {
	return v.p.T("bulk."+v.order.What+"."+v.kind, "Count", v.count)
}
