package web

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// The choice of with whom something is shared is one field, "who": "private", "all",
// "role:agent", "branch:3".

// whoOf is what the field shows for a sharing.
func whoOf(s *agency.Sharing) string {
	switch s.Share {
	case agency.ForRole:
		return "role:" + s.Role
	case agency.ForOffice:
		return "branch:" + strconv.FormatInt(int64(s.BranchID), 10)
	case "":
		return agency.Private
	}
	return s.Share
}

// putSharing copies the field, if the form has it.
func (f Form) putSharing(s *agency.Sharing) {
	if !f.Has("who") {
		return
	}
	kind, value, _ := strings.Cut(f.Str("who"), ":")
	s.Share, s.Role, s.BranchID = kind, "", 0
	switch kind {
	case agency.ForRole:
		s.Role = value
	case agency.ForOffice:
		id, _ := strconv.ParseInt(value, 10, 64) // 0 is refused as no branch
		s.BranchID = db.Ref(id)
	}
}

// sharingField asks with whom something is shared. Who may not share sees the field
// only where it can end what is shared already.
func (p *Page) sharingField(s *agency.Sharing, branches []ui.Option, err error) templ.Component {
	now := whoOf(s)
	opts := []ui.Option{{Value: agency.Private, Label: p.T("view.who.private")}}
	if !p.Actor.May(agency.RightShare) {
		if now == agency.Private {
			return ui.Group{}
		}
		opts = append(opts, ui.Option{Value: now, Label: p.sharedWith(s, branches)})
	} else {
		opts = append(opts, ui.Option{Value: agency.ForAll, Label: p.T("view.who.all")})
		for _, role := range agency.Roles {
			opts = append(opts, ui.Option{Value: "role:" + role, Label: p.T("agency.role." + role), Group: p.T("view.who.role")})
		}
		for _, b := range branches {
			opts = append(opts, ui.Option{Value: "branch:" + b.Value, Label: b.Label, Group: p.T("view.who.branch")})
		}
	}
	problem := p.Problem(err, "share")
	if problem == "" {
		problem = p.Problem(err, "share_role") + p.Problem(err, "share_branch_id")
	}
	return ui.Select{Field: ui.Field{Name: "who", Label: p.T("view.who"), Help: p.T("view.who_help"), Error: problem, Width: 6}, Value: now, Options: opts}
}

// sharedWith says in words who finds something.
func (p *Page) sharedWith(s *agency.Sharing, branches []ui.Option) string {
	switch s.Share {
	case agency.ForAll:
		return p.T("view.who.all")
	case agency.ForRole:
		return p.L.Pair(p.T("view.who.role"), p.T("agency.role."+s.Role))
	case agency.ForOffice:
		for _, b := range branches {
			if b.Value == strconv.FormatInt(int64(s.BranchID), 10) {
				return p.L.Pair(p.T("view.who.branch"), b.Label)
			}
		}
		return p.T("view.who.branch")
	}
	return p.T("view.who.private")
}

// ownedBy says whose something is, "" for one's own.
func (p *Page) ownedBy(s *agency.Sharing, names map[int64]string) string {
	if s.Mine(p.Actor) {
		return ""
	}
	return p.T("view.by", "Name", names[int64(s.OwnerID)])
}
