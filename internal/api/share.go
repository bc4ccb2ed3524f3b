package api

import (
	"context"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
)

var shareModel = newModel("Share", "Lets a colleague see one client.", &client.Share{},
	prop{name: "user_id", doc: "The colleague who may see the client.", example: int64(5), must: true},
	prop{name: "can_edit", doc: "Whether the colleague may also change it; true where nothing is said.", example: true, yes: true})

// shares are R099: who else may see a client.
var shares = noun[client.Share]{one: "share", many: "shares", id: "client.share", group: "Clients", path: "/clients/{id}/shares",
	model: shareModel, need: "client.share", readNeed: "client.internal", doc: "The colleagues with whom the client is shared. The advisor shares, or who sees all clients of the branch or agency.",
	edit: obj("ShareChange", "What to change.", yesno("can_edit", "Whether the colleague may also change the client.", true)),
	list: func(ctx context.Context, tx *db.Tx, q *req) ([]client.Share, error) {
		if err := clientOwner.seen(ctx, tx, q); err != nil {
			return nil, err
		}
		var out []client.Share
		err := record.Select(ctx, tx, &out, "WHERE r.client_id = $1 ORDER BY r.id", q.id())
		return out, err
	},
	prep: func(q *req, s *client.Share) { s.ClientID = db.Ref(q.id()) },
	owns: func(q *req, s *client.Share) bool { return int64(s.ClientID) == q.id() }}

var advisorShareModel = newModel("AdvisorShare", "Lets a colleague see all clients of an advisor.", &client.Share{},
	prop{name: "advisor_id", doc: "The advisor whose clients are shared: oneself, or anybody for who sees all clients.", example: int64(2)},
	prop{name: "user_id", doc: "The colleague who may see them.", example: int64(5), must: true},
	prop{name: "can_edit", doc: "Whether the colleague may also change them; true where nothing is said.", example: true, yes: true})

// advisorShares share all clients of an advisor, such as during a leave.
var advisorShares = noun[client.Share]{one: "share of all clients", many: "shares of all clients", id: "share", group: "Shares", path: "/shares",
	model: advisorShareModel, need: "client.share", readNeed: "client.internal", doc: "Shares of all clients of an advisor, present and future ones.",
	edit: obj("AdvisorShareChange", "What to change.", yesno("can_edit", "Whether the colleague may also change the clients.", true)),
	list: func(ctx context.Context, tx *db.Tx, q *req) ([]client.Share, error) {
		var out []client.Share
		err := record.Select(ctx, tx, &out, "WHERE r.advisor_id IS NOT NULL ORDER BY r.id")
		return out, err
	},
	prep: func(q *req, s *client.Share) {
		if s.AdvisorID == 0 {
			s.AdvisorID = db.Ref(q.actor.UserID)
		}
	},
	owns: func(_ *req, s *client.Share) bool { return s.AdvisorID != 0 }}

func shareOps() []op { return append(append(ops(shares), ops(advisorShares)...), audienceOp) }

var (
	waySchema = obj("SeenBy", "A reason why somebody sees a client.",
		text("by", "agency: their role sees all clients; branch: those of their branch; advisor; share: it is shared with them; share_all: all clients of its advisor are.", flow.ByAdvisor),
		yesno("can_edit", "Whether it lets them change the client.", true),
		number("shared_by", "The user who shared it.", 2).orNull()).must("by", "can_edit", "shared_by")
	seerSchema = obj("Seer", "A person who sees a client.",
		number("user_id", "The person.", 5),
		text("name", "Their name.", "Marta Zielińska"),
		yesno("can_edit", "Whether they may change the client.", true),
		array("ways", "Why they see it, one line per reason.", waySchema)).must("user_id", "name", "can_edit", "ways")
)

// audienceOp tells who sees a client and why (W6).
var audienceOp = op{id: "client.audience", method: "GET", path: "/clients/{id}/audience", group: "Clients", summary: "Who sees the client",
	doc: "The people of the agency who see the client and why, by name.", need: "client.internal", what: "client",
	status: 200, reply: all("Seer", seerSchema), run: func(ctx context.Context, tx *db.Tx, q *req) error {
		list, err := flow.Audience(ctx, tx, q.id())
		if err != nil {
			return err
		}
		b := append(q.out, `{"items":[`...)
		for _, s := range list {
			b = appendInt(append(appendComma(b), '{'), "user_id", s.User.ID)
			b = appendText(b, "name", s.User.Name)
			b = appendBool(b, "can_edit", s.Edit)
			b = append(appendKey(b, "ways"), '[')
			for _, w := range s.Ways {
				b = appendText(append(appendComma(b), '{'), "by", w.By)
				b = appendBool(b, "can_edit", w.Edit)
				b = append(appendRef(b, "shared_by", int64(w.From)), '}')
			}
			b = append(b, "]}"...)
		}
		q.out = append(b, "]}"...)
		return nil
	}}
