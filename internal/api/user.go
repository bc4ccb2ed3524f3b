package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
)

var userModel = newModel("User", "A person who works in the agency.", &agency.User{},
	prop{name: "name", doc: "Name.", max: 100, example: "Ann Nowak", must: true},
	prop{name: "email", doc: "E-mail with which the person signs in.", example: "ann@example.com", must: true},
	prop{name: "phone", doc: "Phone.", example: "+48601234567"},
	prop{name: "role", doc: "What the person may do, see the table of permissions.", enum: agency.Roles, example: agency.Agent, must: true},
	prop{name: "branch_id", doc: "The branch where the person works.", example: int64(1)},
	prop{name: "department_id", doc: "The department.", example: int64(1)},
	prop{name: "status", doc: "Invited until the invitation is accepted.", enum: []string{"invited", "active", "disabled"}, ro: true, example: "active"},
	prop{name: "has_clients", doc: "Whether the person can be chosen as an advisor; true where nothing is said.", example: true, yes: true},
	prop{name: "language", doc: "Language of the pages, \"\" for the agency's.", enum: append([]string{""}, i18n.Langs...), example: "pl"},
	prop{name: "theme", doc: "Light or dark, \"\" follows the device.", enum: []string{"", "light", "dark"}, example: ""},
	prop{name: "density", doc: "Compact pages, \"\" for comfortable ones.", enum: []string{"", "compact"}, example: ""},
	prop{name: "last_seen_at", doc: "When the person was last there.", ro: true},
)

// userPatch may also disable and enable; only who manages people may change more
// than name, phone, language and looks of themselves.
var userPatch = userModel.patch.with("UserChange", "What to change.", proofMembers...).
	settable(enum("status", "Disabling ends all sessions and tokens of the person; enabling lets them sign in again, or invites them again who never had a password.",
		"disabled", "active", "disabled")).
	with("UserChange", "What to change.", number("hand_over_to", "Who gets the clients of somebody who is disabled; without clients nobody need.", 3).orNull())

var meSchema = userModel.read.with("Me", "Whom the token stands for, and what it may do.",
	enum("scope", "Which clients the person sees.", "own", scopes...),
	array("rights", "The rights of the person.", text("", "A right.", "client.edit").schema),
	yesno("read_only", "The token may only read.", false)).must("scope", "rights", "read_only")

var mePatch = obj("MeChange", "What to change about oneself.", onlyOf(userModel.patch, "name", "phone", "language", "theme", "density")...)

func onlyOf(s *schema, names ...string) (out []member) {
	for _, n := range names {
		out = append(out, member{n, s.member(n)})
	}
	return out
}

var invitationSchema = userModel.read.with("Invitation", "The person and the link by which they choose their password.",
	text("link", "Path of the link, to be opened in a browser within a week. With a mail server set up it was also sent by mail.", "/join/…")).must("link")

func userOps() []op {
	return []op{
		{id: "user.list", method: "GET", path: "/users", group: "Users", summary: "List users", doc: "The people of the agency by name.",
			status: 200, reply: all("User", userModel.read), run: listAll(noun[agency.User]{model: userModel, list: everyone[agency.User]("r.name_key, r.id")})},
		{id: "user.get", method: "GET", path: "/users/{id}", group: "Users", summary: "Read a user", doc: "One person of the agency.",
			status: 200, reply: userModel.read, etag: true, run: get(noun[agency.User]{model: userModel})},
		{id: "user.invite", method: "POST", path: "/users", group: "Users", summary: "Invite a user", secret: true,
			doc: "Saves a new person and answers the link by which they choose their password. It takes your password or a code of your authenticator app. " +
				"The answer is not kept for a repetition.",
			need: "user.manage", proof: proofAlways, body: userModel.write.with("UserNew", "A person to invite.", proofMembers...), status: 201, reply: invitationSchema, etag: true, run: inviteUser},
		{id: "user.invite_again", method: "POST", path: "/users/{id}/invitation", group: "Users", summary: "Invite a user again", secret: true,
			doc:  "A new link for somebody who hasn't accepted yet; the old one ends. It takes your password or a code of your authenticator app.",
			need: "user.manage", proof: proofAlways, body: proofBody, status: 200, reply: invitationSchema, etag: true, run: inviteAgain},
		{id: "user.edit", method: "PATCH", path: "/users/{id}", group: "Users", summary: "Change a user",
			doc: "Changes the fields that are sent. Another e-mail, role or status takes your password or a code of your authenticator app. " +
				"The last administrator can't be disabled or given another role, nor can you disable yourself. Somebody with clients is disabled only " +
				"when they are handed over to somebody else.",
			need: "user.manage", proof: proofPart, body: userPatch, status: 200, reply: userModel.read, etag: true, ifMatch: true, act: changeUser},
		{id: "me.get", method: "GET", path: "/me", group: "Users", summary: "Who am I", doc: "Whom the token stands for, and what it may do.",
			status: 200, reply: meSchema, etag: true, run: getMe},
		{id: "me.edit", method: "PATCH", path: "/me", group: "Users", summary: "Change oneself", doc: "Name, phone, language and looks.",
			body: mePatch, status: 200, reply: userModel.read, etag: true, ifMatch: true, run: func(ctx context.Context, tx *db.Tx, q *req) error {
				q.ids[0] = q.actor.UserID
				return editUser(ctx, tx, q)
			}},
	}
}

// changeUser changes somebody, and hands over the clients of who is disabled: in steps,
// after the change, so that they are out at once however many there are.
func changeUser(q *req, _ http.ResponseWriter) error {
	ctx, to := q.http.Context(), intOf(q.body, "hand_over_to")
	if to != 0 && q.text("status") != "disabled" {
		return errs.Bad("hand_over_to", "api.hand_over")
	}
	err := q.s.DB.Update(ctx, q.actor, func(tx *db.Tx) error {
		q.out = q.out[:0]
		return editUser(ctx, tx, q)
	})
	if err == nil && to != 0 {
		_, err = flow.HandOver(ctx, q.s.DB, q.actor, q.id(), to)
	}
	return err
}

func editUser(ctx context.Context, tx *db.Tx, q *req) error {
	var u agency.User
	err := record.Edit(ctx, tx, &u, q.id(), q.version, func() error {
		was := u
		userModel.fill(&u, q.body)
		if err := q.setStatus(ctx, tx, &u); err != nil {
			return err
		}
		if !strings.EqualFold(u.Email, was.Email) || u.Role != was.Role || u.Status != was.Status {
			return q.needProof()
		}
		return nil
	})
	if err == nil {
		q.answer(userModel, &u)
	}
	return err
}

// setStatus disables or enables u by the rules of the page for it.
func (q *req) setStatus(ctx context.Context, tx *db.Tx, u *agency.User) error {
	switch status := q.text("status"); {
	case status == "active" && u.Status == "invited":
		return errs.Bad("status", "api.not_accepted")
	case status == "active" && u.Status == "disabled":
		var err error
		u.Status, err = q.s.Login.StatusOf(ctx, tx, u.ID)
		return err
	case status == "disabled" && u.Status != "disabled":
		u.Status = status
		return flow.MayDisable(ctx, tx, u.ID, intOf(q.body, "hand_over_to"))
	}
	return nil
}

func inviteUser(ctx context.Context, tx *db.Tx, q *req) error {
	u := new(agency.User)
	userModel.fillNew(u, q.body)
	link, err := q.s.Login.Invite(ctx, tx, u)
	if err != nil {
		return err
	}
	q.location = base + "/users/" + strconv.FormatInt(u.ID, 10)
	q.answerInvitation(u, link)
	return nil
}

func inviteAgain(ctx context.Context, tx *db.Tx, q *req) error {
	link, err := q.s.Login.InviteAgain(ctx, tx, q.id())
	if err != nil {
		return err
	}
	var u agency.User
	if err := record.Get(ctx, tx, &u, q.id()); err != nil {
		return err
	}
	q.answerInvitation(&u, link)
	return nil
}

func (q *req) answerInvitation(u *agency.User, link string) {
	b := userModel.append(append(q.out, '{'), u, q.actor)
	q.out, q.etag = append(appendText(b, "link", link), '}'), u.Version
}

func getMe(ctx context.Context, tx *db.Tx, q *req) error {
	var u agency.User
	if err := record.Get(ctx, tx, &u, q.actor.UserID); err != nil {
		return err
	}
	b := userModel.append(append(q.out, '{'), &u, q.actor)
	b = appendText(b, "scope", q.actor.Scope.String())
	b = appendTexts(b, "rights", slices.Sorted(maps.Keys(q.actor.Rights)))
	q.out, q.etag = append(appendBool(b, "read_only", q.actor.ReadOnly), '}'), u.Version
	return nil
}
