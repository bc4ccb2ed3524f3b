package flow

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
)

// The ways by which somebody sees a client.
const (
	ByAgency   = "agency"    // their role sees all clients of the agency
	ByBranch   = "branch"    // their role sees the clients of their branch
	ByAdvisor  = "advisor"   // they are its advisor
	ByShare    = "share"     // it is shared with them
	ByShareAll = "share_all" // all clients of its advisor are shared with them
)

// Way is one reason why somebody sees a client.
type Way struct {
	By   string // one of the constants
	Edit bool   // whether it lets them change the client
	From db.Ref // who shared
}

// Seer is a person of the agency who sees a client.
type Seer struct {
	User agency.User
	Edit bool // may change it, by one of the ways
	Ways []Way
}

// Audience says who sees a client and why (W6), by name. It holds the rules of
// visibility a second time, in words that people understand; a test holds that both
// agree. Only who may see the agency section may ask (R021); others get nobody.
func Audience(ctx context.Context, tx *db.Tx, clientID int64) ([]Seer, error) {
	var c client.Client
	if err := record.Get(ctx, tx, &c, clientID); err != nil {
		return nil, err
	}
	if !tx.Actor.May("client.internal") {
		return nil, nil
	}
	a, err := agency.Current(ctx, tx)
	if err != nil {
		return nil, err
	}
	var people []agency.User
	if err := record.Select(ctx, tx, &people, "WHERE r.status <> 'disabled' ORDER BY r.name_key, r.id"); err != nil {
		return nil, err
	}
	// Who sees the client is told of all its shares, also of those that they may not end.
	var shares []client.Share
	err = record.Select(ctx, tx.AsSystem(), &shares, "WHERE r.client_id = $1 OR (r.advisor_id = $2 AND r.advisor_id IS NOT NULL) ORDER BY r.id",
		clientID, c.AdvisorID)
	if err != nil {
		return nil, err
	}
	var out []Seer
	for _, u := range people {
		s := Seer{User: u, Ways: waysOf(a, &u, &c, shares)}
		if len(s.Ways) == 0 {
			continue
		}
		may := agency.RightsOf(u.Role)["client.edit"]
		for i := range s.Ways {
			s.Ways[i].Edit = s.Ways[i].Edit && may
		}
		s.Edit = slices.ContainsFunc(s.Ways, func(w Way) bool { return w.Edit })
		out = append(out, s)
	}
	return out, nil
}

func waysOf(a *agency.Agency, u *agency.User, c *client.Client, shares []client.Share) (out []Way) {
	scope := a.ScopeOf(u.Role)
	if scope == db.Agency {
		out = append(out, Way{By: ByAgency, Edit: true})
	}
	if scope == db.Branch && c.BranchID != 0 && c.BranchID == u.BranchID {
		out = append(out, Way{By: ByBranch, Edit: true})
	}
	if int64(c.AdvisorID) == u.ID {
		out = append(out, Way{By: ByAdvisor, Edit: true})
	}
	for _, s := range shares {
		if s.UserID != u.ID {
			continue
		}
		w := Way{By: ByShare, Edit: s.CanEdit, From: s.CreatedBy}
		if s.ClientID == 0 {
			w.By = ByShareAll
		}
		out = append(out, w)
	}
	return out
}
