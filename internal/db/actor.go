package db

import (
	"maps"
	"slices"
)

// Scope is how far an actor sees into the agency's rows.
type Scope int

// The scopes, from narrow to wide.
const (
	Own    Scope = iota // own and shared rows
	Branch              // also those of the actor's branch
	Agency              // all rows of the agency
)

// String names the scope as settings store it.
func (s Scope) String() string { return [...]string{"own", "branch", "agency"}[s] }

// ParseScope is the inverse of String; unknown text is the narrowest scope.
func ParseScope(s string) Scope {
	return Scope(max(0, slices.Index([]string{"own", "branch", "agency"}, s)))
}

// Rights is the set of permissions that an actor has.
type Rights map[string]bool

// Actor is who asks: every query is limited to what this actor may see.
type Actor struct {
	AgencyID int64
	UserID   int64 // 0 for the system itself
	BranchID int64
	Scope    Scope
	Rights   Rights
	ReadOnly bool   // Update is refused: a read-only API token
	Via      string // the way in: "web", "api", "import", "job", "cli"
	RunID    int64  // the act that groups many changes (an import run), 0 for none

	// TokenID is the API token by which the actor comes, 0 without one; Until is when it
	// ends, 0 for never.
	TokenID int64
	Until   Stamp

	// Link names the one record that a private link opens, such as "fill_in/5": who
	// comes by a link is no user and sees only rows whose rule names :link.
	Link string
}

// System is the program itself, working inside one agency: jobs and commands.
func System(agencyID int64) Actor {
	return Actor{AgencyID: agencyID, Scope: Agency, Rights: everything, Via: "job"}
}

// everything marks the system's rights; May knows it by the "*" entry.
var everything = Rights{"*": true}

// Same reports whether a and b may do and see the same as the same person.
func (a Actor) Same(b Actor) bool {
	return a.AgencyID == b.AgencyID && a.UserID == b.UserID && a.BranchID == b.BranchID && a.Scope == b.Scope &&
		a.ReadOnly == b.ReadOnly && a.Link == b.Link && maps.Equal(a.Rights, b.Rights)
}

// May reports whether the actor has a right. The empty right is everybody's.
func (a Actor) May(right string) bool {
	return right == "" || a.Rights[right] || a.Rights["*"]
}
