package bench

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// serial keeps the clients that the bench creates apart. It begins with the clock,
// so that they differ from those of an earlier run, too.
var serial atomic.Int64

func init() { serial.Store(time.Now().Unix() % 1e6 * 1e3) }

// create saves a client with a traveler, a phone and an e-mail.
func (b *bencher) create() work {
	return func(ctx context.Context, _ int) error {
		n := serial.Add(1)
		return b.d.Update(ctx, b.admin, func(tx *db.Tx) error {
			return flow.CreateClient(ctx, tx, &flow.NewClient{Travelers: []flow.NewTraveler{{
				Traveler: traveler.Traveler{Family: fmt.Sprintf("Zzbench%d", n), Given: "Joanna"},
				Communications: []contact.Communication{{Type: "phone", Value: fmt.Sprintf("+48%09d", 500000000+n%400000000)},
					{Type: "email", Value: fmt.Sprintf("zz%d@example.com", n)}},
			}}, Client: client.Client{BranchID: db.Ref(b.branches[0])}})
		})
	}
}

// bareCreate inserts the same rows with the same columns filled.
func (b *bencher) bareCreate() work {
	const stamps = "version, created_at, updated_at, created_by, updated_by"
	return func(ctx context.Context, _ int) error {
		n, now := serial.Add(1), time.Now().UnixMicro()
		a, u := b.set.Agency, b.admin.UserID
		key, phone, mail := fmt.Sprintf("zzbench%d joanna", n), fmt.Sprintf("+48%09d", 500000000+n%400000000), fmt.Sprintf("zz%d@example.com", n)
		search := key + " " + phone[1:] + " " + mail
		client, traveler := new(int64), new(int64)
		history := func(kind string, ref *int64, root string, of *int64, text string) step {
			return step{q: `INSERT INTO history (agency_id, at, user_id, via, op, kind, ref_id, version, root_kind, root_id, changes)
				VALUES ($1, $2, $3, 'bench', 'create', $4, $5, 1, $6, $7, $8)`, args: []any{a, now, u, kind, ref, root, of, text}}
		}
		comm := func(kind, value string) step {
			return step{q: "INSERT INTO communication (agency_id, owner_kind, owner_id, type, value, norm, " + stamps + ") VALUES ($1, 'traveler', $2, $3, $4, $4, 1, $5, $5, $6, $6)",
				args: []any{a, traveler, kind, value, now, u}}
		}
		text := `[{"field":"family","new":"` + key + `"},{"field":"given","new":"Joanna"},{"field":"classification","new":"client"}]`
		steps := []step{
			{q: "INSERT INTO client (agency_id, kind, code, name, name_key, search, classification, segment, status, owner_kind, branch_id, advisor_id, phone, email, " + stamps + `)
				VALUES ($1, 'personal', $2, $3, $3, $4, 'client', 'temporary', 'active', 'agent', $5, $6, $7, $8, 1, $9, $9, $6, $6) RETURNING id`, id: client,
				args: []any{a, fmt.Sprintf("ZB%d", n), key, search, b.branches[0], u, phone, mail, now}},
			{q: "INSERT INTO traveler (agency_id, family, given, name_key, given_key, search, phone, email, only_client_id, only_client_key, " + stamps + ") VALUES ($1, $2, 'Joanna', $2, $2, $3, $4, $5, $8, $2, 1, $6, $6, $7, $7) RETURNING id", id: traveler,
				args: []any{a, key, search, phone, mail, now, u, client}},
			{q: "INSERT INTO client_traveler (agency_id, client_id, traveler_id, is_primary, " + stamps + ") VALUES ($1, $2, $3, true, 1, $4, $4, $5, $5)", args: []any{a, client, traveler, now, u}},
			comm("phone", phone), comm("email", mail),
			history("client", client, "client", client, text), history("traveler", traveler, "traveler", traveler, text),
			history("client_traveler", client, "client", client, text), history("client_traveler", client, "traveler", traveler, text),
			history("communication", traveler, "traveler", traveler, text), history("communication", traveler, "traveler", traveler, text),
		}
		if b.raw.lite != nil {
			steps = append(steps, step{q: "INSERT INTO client_fts (rowid, search) VALUES ($1, $2)", args: []any{client, search}},
				step{q: "INSERT INTO client_within_fts (rowid, search) VALUES ($1, $2)", args: []any{client, key[1:]}},
				step{q: "INSERT INTO traveler_fts (rowid, search) VALUES ($1, $2)", args: []any{traveler, search}})
		}
		return b.raw.commit(ctx, steps)
	}
}

// grown are the tables to which creating a client adds rows.
var grown = []string{"history", "communication", "client_traveler", "client", "traveler"}

// mark remembers the last id of each table.
func (b *bencher) mark(ctx context.Context) (map[string]int64, error) {
	last := map[string]int64{}
	for _, t := range grown {
		n, err := b.raw.number(ctx, "SELECT max(id) FROM "+t)
		if err != nil {
			return nil, err
		}
		last[t] = n
	}
	return last, nil
}

// clean removes what was created since mark, so that the data set stays as it was.
func (b *bencher) clean(ctx context.Context, last map[string]int64) error {
	var steps []step
	for _, t := range grown {
		steps = append(steps, step{q: "DELETE FROM " + t + " WHERE id > $1", args: []any{last[t]}})
		if b.raw.lite != nil && (t == "client" || t == "traveler") {
			steps = append(steps, step{q: "DELETE FROM " + t + "_fts WHERE rowid > $1", args: []any{last[t]}})
		}
		if b.raw.lite != nil && t == "client" {
			steps = append(steps, step{q: "DELETE FROM client_within_fts WHERE rowid > $1", args: []any{last[t]}})
		}
	}
	return b.raw.commit(ctx, steps)
}
