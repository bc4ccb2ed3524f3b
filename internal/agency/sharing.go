package agency

import (
	"context"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// With whom something may be shared.
const (
	Private   = "private" // its owner's alone
	ForRole   = "role"    // everybody of one role
	ForOffice = "branch"  // everybody of one branch
	ForAll    = "all"     // everybody of the agency
)

// Shares lists them from the narrowest to the widest.
var Shares = []string{Private, ForRole, ForOffice, ForAll}

// The rights of sharing: to share what one made, and to change what others shared.
const (
	RightShare  = "view.share"
	RightManage = "view.manage"
)

// Sharing is embedded by what a person makes and may show to colleagues: views of
// lists, lists of clients (W17). It decides who finds the thing, never which clients
// they see through it.
type Sharing struct {
	OwnerID  db.Ref `db:"owner_id" history:"track"`
	Share    string `db:"share" history:"track"` // one of Shares
	Role     string `db:"share_role" history:"track"`
	BranchID db.Ref `db:"share_branch_id" history:"track"`
}

// rankOf is the role of who asks, in a rule.
const rankOf = `(SELECT u.role FROM {user.all} u WHERE u.id = :user)`

// Manages is the condition, in a rule, of those who may change what others shared.
var Manages = rankOf + ` IN (` + quoted(RightManage) + `)`

// quoted lists the roles that have a right, for the text of a rule.
func quoted(right string) string {
	var out []string
	for _, role := range Roles {
		if RightsOf(role)[right] {
			out = append(out, "'"+role+"'")
		}
	}
	return strings.Join(out, ", ")
}

// SharedView is the rule of who finds something: its owner, those it is shared with,
// and of what is shared with anybody those who manage it. What is private stays so.
var SharedView = shared(`owner_id = :user OR share = 'all' OR (share = 'branch' AND share_branch_id = :branch)
	OR (share = 'role' AND share_role = ` + rankOf + `) OR (share <> 'private' AND ` + Manages + `)`)

// SharedEdit is the rule of who changes it.
var SharedEdit = shared(`owner_id = :user OR (share <> 'private' AND ` + Manages + `)`)

func shared(cond string) db.Rule {
	r := db.Same(cond)
	r.Lift = "system"
	return r
}

// CheckSharing tidies s and notes what is wrong with it.
func (s *Sharing) CheckSharing(c *errs.Collect) {
	if s.Share == "" {
		s.Share = Private
	}
	c.OneOf("share", s.Share, Shares...)
	if s.Share != ForRole {
		s.Role = ""
	} else if !slices.Contains(Roles, s.Role) {
		c.Add("share_role", "agency.error.share_role")
	}
	if s.Share != ForOffice {
		s.BranchID = 0
	} else if s.BranchID == 0 {
		c.Add("share_branch_id", "agency.error.share_branch")
	}
}

// GuardSharing refuses to share for those without the right to, and to give away
// what somebody else owns. Was is nil for something new.
func (s *Sharing) GuardSharing(ctx context.Context, tx *db.Tx, was *Sharing) error {
	a := tx.Actor
	if was == nil {
		was = &Sharing{OwnerID: db.Ref(a.UserID), Share: Private}
	}
	if s.OwnerID == 0 {
		s.OwnerID = was.OwnerID
	}
	moved := s.Share != was.Share || s.Role != was.Role || s.BranchID != was.BranchID
	if moved && s.Share != Private && !a.May(RightShare) || s.OwnerID != was.OwnerID && !a.May(RightManage) {
		return errs.New(errs.Forbidden, "agency.error.may_not_share")
	}
	if s.BranchID != 0 && moved {
		if err := record.Get(ctx, tx, new(Branch), int64(s.BranchID)); err != nil {
			return errs.Bad("share_branch_id", "agency.error.share_branch")
		}
	}
	if s.OwnerID != was.OwnerID {
		if err := record.Get(ctx, tx, new(User), int64(s.OwnerID)); err != nil {
			return errs.Bad("owner_id", "agency.error.no_user")
		}
	}
	return nil
}

// Mine reports whether the actor owns it.
func (s *Sharing) Mine(a db.Actor) bool { return int64(s.OwnerID) == a.UserID }

// MayChange reports whether the actor, who finds it, may change it: the rule
// SharedEdit for what has been read.
func (s *Sharing) MayChange(a db.Actor) bool {
	return s.Mine(a) || s.Share != Private && a.May(RightManage)
}
