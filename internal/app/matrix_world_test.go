package app_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// The people of the matrix: those of dbtest.World, amy (an agent beside ann in the
// north) and dis (an agent who was disabled while signed in).
var (
	everyone  = []string{"ada", "max", "sue", "ann", "amy", "bob", "joe", "eva", "zoe"}
	writers   = []string{"ada", "max", "sue", "ann", "amy", "bob", "zoe"}
	internal  = append(slices.Clone(writers), "eva") // see the agency section (R021)
	leaders   = []string{"ada", "max", "zoe"}
	admins    = []string{"ada", "zoe"}
	importers = []string{"ada", "max", "sue", "zoe"}
	exporters = []string{"ada", "max", "sue", "joe", "zoe"}
	audits    = []string{"ada", "eva", "zoe"}
)

// levels say what each of everyone, in that order, may do with a subject: nothing
// (-), look (s), change (e), or all that its owner may (o).
type levels string

func (l levels) level(who string) byte {
	at := slices.Index(everyone, who)
	if who == "ann:read" {
		at = slices.Index(everyone, "ann")
	}
	if at < 0 {
		return '-'
	}
	return strings.ReplaceAll(string(l), " ", "")[at]
}

// access is who may do what with the records of the matrix: each is a client with a
// traveler and everything that can hang on both.
var access = map[string]levels{
	//       a m s a a b j e z
	//       d a u n m o o v o
	//       a x e n y b e a e
	"own":   "o o o o - - s s -", // ann's
	"peer":  "o o o - o - s s -", // amy's, of the same branch as ann
	"far":   "o - - - - o s s -", // bob's, of another branch
	"shown": "o - - s - o s s -", // bob's, shared with ann to look at
	"lent":  "o - - e - o s s -", // bob's, shared with ann to change
	"alien": "- - - - - - - - o", // zoe's, of another agency
	"gone":  "o o o o - - s s -", // ann's; its traveler is in the trash
	"bin":   "o o o o - - s s -", // ann's, in the trash
	"dust":  "o - - - - o s s -", // bob's, in the trash
	"void":  "- - - - - - - - o", // zoe's, in the trash
}

var (
	live   = []string{"own", "peer", "far", "shown", "lent", "alien"}
	binned = []string{"bin", "dust", "void"}
	others = []string{"alien", "void"} // subjects of the other agency
)

// things are the other subjects of the first agency.
var things = map[string]levels{
	"all":     "o - - - - o - s -", // a share of all of bob's clients with eva
	"branch":  "o o o o o o o o -",
	"dept":    "o o o o o o o o -",
	"type":    "o o o o o o o o -",
	"tag":     "o o o o o o o o -",
	"market":  "o o o o o o o o -", // an affiliation
	"prog":    "o o o o o o o o -", // a loyalty programme
	"field":   "o o o o o o o o -", // of the agency's own
	"choice":  "o o o o o o o o -", // a value of an option list
	"kin":     "o o o o o o o o -",
	"rule":    "o o o o o o o o -", // of a country
	"text":    "o o o o o o o o -", // to be acknowledged
	"user":    "o o o o o o o o -", // an agent without clients
	"guest":   "o o o o o o o o -", // an invited agent
	"run":     "o o - - - - - - -", // an import of max's
	"desk":    "- - - o - - - - -", // a view of ann's own
	"board":   "o o s s s s s s -", // a view of max's, shared with everybody
	"exboard": "o o s s s s s s -", // another one, in the trash
	"roll":    "o o s s s s s s -", // a client list of max's, shared with everybody
	"stream":  "o o s s s s s s -", // a living one
	"exroll":  "o o s s s s s s -", // one in the trash
	"act":     "o - - o - - - s -", // an act of ann's on a client
	"out":     "s o - - - - - s -", // an export of max's
	"token":   "o - - o - - - - -", // an API token of ann's
}

var owners = map[string]string{"own": "ann", "peer": "amy", "far": "bob", "shown": "bob", "lent": "bob", "alien": "zoe", "gone": "ann", "bin": "ann", "dust": "bob", "void": "zoe"}

// marked are the subjects whose texts are planted.
var marked = func() map[string]levels {
	out := maps.Clone(access)
	out["run"] = things["run"]
	return out
}()

// phoneOf is a number of its own for each record; phoneMarks how it is written.
func phoneOf(name string) string {
	at := slices.Index(slices.Sorted(maps.Keys(marked)), name)
	return fmt.Sprintf("60170%d17%d", at, at)
}

func phoneMarks(name string) []string {
	p := phoneOf(name)
	return []string{p, p[:3] + " " + p[3:6] + " " + p[6:], p[:3] + "\u00a0" + p[3:6] + "\u00a0" + p[6:]}
}

func (m *matrix) actor(who string) db.Actor {
	if who == "zoe" {
		return m.As("zoe")
	}
	return agency.ActorOf(m.Agency, m.Users[who], "test")
}

// people gives everybody a password, a session and a token, and disables dis.
func (m *matrix) people() {
	m.t.Helper()
	for _, name := range []string{"amy", "dis"} {
		m.Users[name] = m.user(name, "active")
	}
	for _, name := range []string{"zed", "zip"} { // colleagues of zoe's, with whom she shares
		u := &agency.User{Name: name, Email: name + "@example.com", Role: agency.Agent, Status: "active"}
		m.insert("zoe", u)
		m.pals = append(m.pals, u)
	}
	for _, id := range []int64{m.Agency.ID, m.Other.ID} { // the matrix looks at more secrets than anybody may within an hour
		dbtest.Update(m.t, m.DB, db.System(id), func(ctx context.Context, tx *db.Tx) error {
			var a agency.Agency
			return record.Edit(ctx, tx, &a, id, 0, func() error { a.RevealLimit = 1000; return nil })
		})
	}
	ctx := m.t.Context()
	for _, who := range append(slices.Clone(everyone), "dis") {
		actor := m.actor(who)
		dbtest.Update(m.t, m.DB, db.System(actor.AgencyID), func(ctx context.Context, tx *db.Tx) error {
			return m.app.Login.Enable(ctx, tx, actor.UserID, m.hash)
		})
		m.signIn(who)
		for name, scope := range map[string]string{who: "write", who + ":read": "read"} {
			dbtest.Update(m.t, m.DB, actor, func(ctx context.Context, tx *db.Tx) (err error) {
				_, m.tokens[name], err = m.app.Login.NewToken(ctx, tx, "matrix", scope, 0)
				return err
			})
		}
		if strings.Contains(strings.Join(writers, " "), who) || who == "dis" {
			t := &flow.NewTraveler{Traveler: traveler.Traveler{Family: "Spare", Given: who}}
			dbtest.Update(m.t, m.DB, actor, func(ctx context.Context, tx *db.Tx) error { return flow.CreateTraveler(ctx, tx, t) })
			m.spare[who] = t.ID
		}
	}
	if _, err := flow.Disable(ctx, m.DB, m.As("ada"), m.Users["dis"].ID, m.Users["ada"].ID); err != nil {
		m.t.Fatal(err)
	}
	for name := range things {
		m.make(name)
	}
}

// user adds a person to the first agency.
func (m *matrix) user(name, status string) *agency.User {
	u := &agency.User{Name: name, Email: name + "@example.com", Role: agency.Agent, Status: status, BranchID: db.Ref(m.North.ID), HasClients: true}
	m.insert("ada", u)
	return u
}

// make builds a subject, anew when a request has used the one before up.
func (m *matrix) make(name string) {
	m.t.Helper()
	m.n++
	delete(m.bare, name)
	if access[name] != "" {
		m.ids[name] = m.client(name)
		return
	}
	var id int64
	switch unique := fmt.Sprintf("%s %d", name, m.n); name {
	case "all":
		u := m.user(fmt.Sprintf("help%d", m.n), "active")
		id = m.insert("bob", &client.Share{AdvisorID: db.Ref(m.Users["bob"].ID), UserID: u.ID})
		m.lendAll(id)
	case "branch":
		id = m.insert("ada", &agency.Branch{Name: unique, Active: true})
	case "dept":
		id = m.insert("ada", &agency.Department{Name: unique, Active: true})
	case "type":
		id = m.insert("ada", &client.Type{Code: fmt.Sprint(m.n % 10000), Name: unique, Active: true})
	case "market":
		id = m.insert("ada", &tag.Affiliation{Code: fmt.Sprintf("M%d", m.n), Names: "en=" + tag.Names(unique), Member: true})
	case "tag":
		id = m.insert("ada", &tag.Tag{Name: unique, Active: true})
	case "field":
		id = m.insert("ada", &field.Field{Name: unique, Areas: "client", Kind: field.Text, Active: true})
	case "prog":
		id = m.insert("ada", &traveler.Programme{Name: unique, Active: true})
	case "choice":
		id = m.insert("ada", &option.Option{List: "room", Label: unique, Active: true})
	case "kin":
		id = m.insert("ada", &traveler.RelationType{Name: unique, Active: true})
	case "rule":
		id = m.rule()
	case "text":
		id = m.insert("ada", &ack.Template{Name: unique, Language: "en", Title: "T", Text: "x", Active: true})
	case "user":
		u := m.user(fmt.Sprintf("temp%d", m.n), "active")
		id = u.ID
		dbtest.Update(m.t, m.DB, m.As("ada"), func(ctx context.Context, tx *db.Tx) error { return m.app.Login.Enable(ctx, tx, id, m.hash) })
	case "guest":
		u := &agency.User{Name: "guest", Email: fmt.Sprintf("guest%d@example.com", m.n), Role: agency.Agent}
		dbtest.Update(m.t, m.DB, m.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			_, err := m.app.Login.Invite(ctx, tx, u)
			return err
		})
		id = u.ID
	case "run":
		s := &imports.Service{DB: m.DB, Files: m.app.Files}
		r, err := s.Upload(m.t.Context(), m.As("max"), "zqrun.csv", strings.NewReader("Name;E-mail\nZqrunname;zqrun@example.org\n"))
		if err != nil {
			m.t.Fatal(err)
		}
		id = r.ID
	case "desk", "board", "exboard", "roll", "stream", "exroll":
		id = m.makeView(name, unique)
	case "act":
		c := m.insert("ann", &client.Client{Name: "Plain/Client"})
		a, err := (&bulk.Service{DB: m.DB}).Do(m.t.Context(), m.As("ann"), bulk.Order{Kind: "client", What: bulk.Modify, Field: "status", Value: "inactive"},
			list.Selection{IDs: []int64{c}})
		if err != nil {
			m.t.Fatal(err)
		}
		id = a.ID
	case "out":
		e, err := m.app.Exports.Start(m.t.Context(), m.As("max"), exports.Request{List: "client", Format: exports.CSV, Lang: "en", Job: true,
			Selection: list.Selection{All: true}})
		if err != nil {
			m.t.Fatal(err)
		}
		id = e.ID
	case "token":
		dbtest.Update(m.t, m.DB, m.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			t, _, err := m.app.Login.NewToken(ctx, tx, "made", "read", 0)
			id = t.ID
			return err
		})
	}
	m.ids[name] = map[string]int64{"id": id}
}

// lendAll moves a share of all clients to eva, whose share is made again and again.
func (m *matrix) lendAll(id int64) {
	var old []client.Share
	dbtest.Update(m.t, m.DB, m.As("bob"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Select(ctx, tx, &old, "WHERE r.advisor_id = $1 AND r.user_id = $2", m.Users["bob"].ID, m.Users["eva"].ID); err != nil {
			return err
		}
		for i := range old {
			if err := record.Delete(ctx, tx, &old[i], old[i].ID, 0); err != nil {
				return err
			}
		}
		s := new(client.Share)
		return record.Edit(ctx, tx, s, id, 0, func() error { s.UserID = m.Users["eva"].ID; return nil })
	})
}

// client plants a client with a traveler and all that hangs on both. Every text of
// it holds "zq" and its name; what belongs to the agency section holds "zqinner".
func (m *matrix) client(name string) map[string]int64 {
	m.t.Helper()
	who := owners[name]
	mark := func(part string) string { return "Zq" + name + part }
	comms := func(kind string) []contact.Communication {
		return []contact.Communication{{Type: "phone", Value: "+48" + phoneOf(name), Description: mark(kind + "desc")}, {Type: "email", Value: strings.ToLower(mark(kind)) + "@example.org"}}
	}
	addrs := []contact.Address{{Kind: "physical", Street: mark("street"), City: mark("city"), Country: "PL"}}
	n := &flow.NewClient{Client: client.Client{Name: mark("name") + "/Given", Memo: mark("memo"), Remarks: mark("remarks"), Contact: mark("contact"),
		FormalSalutation: mark("formal"), SourceMedium: "other", SourceDetail: "zqinner"},
		Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: mark("name"), Given: "Given", Remarks: mark("tremarks"), Company: mark("company"), BirthDate: "1980-03-12"},
			Role: mark("role"), Communications: comms("t"), Addresses: slices.Clone(addrs)}},
		Communications: comms("c"), Addresses: addrs,
		InterfaceIDs: []client.InterfaceID{{System: "amadeus", Value: fmt.Sprintf("%s%d", mark("key"), m.n)}}}
	actor := m.actor(who)
	ids := map[string]int64{}
	dbtest.Update(m.t, m.DB, actor, func(ctx context.Context, tx *db.Tx) error {
		n := *n // the transaction may run twice
		n.Travelers = slices.Clone(n.Travelers)
		if err := flow.CreateClient(ctx, tx, &n); err != nil {
			return err
		}
		ids["client"], ids["traveler"] = n.Client.ID, n.Travelers[0].ID
		ids["comm"], ids["tcomm"] = n.Communications[0].ID, n.Travelers[0].Communications[0].ID
		ids["addr"], ids["taddr"] = n.Addresses[0].ID, n.Travelers[0].Addresses[0].ID
		ids["key"] = n.InterfaceIDs[0].ID
		for part, kind := range map[string]string{"comment": "client", "tcomment": "traveler"} {
			c := &client.Comment{OwnerKind: kind, OwnerID: ids[kind], Text: "zqinner " + mark("said")}
			if err := record.Insert(ctx, tx, c); err != nil {
				return err
			}
			ids[part] = c.ID
		}
		return nil
	})
	m.tags(name, ids)
	ids["market"] = m.market(actor.AgencyID)
	m.tastes(actor, ids, mark)
	m.onceOnly(name, actor, ids)
	for i := range builders {
		if !slices.Contains(live, name) || m.needs(i) { // nothing can be added in the trash
			m.build(i, name, ids)
		} else {
			m.bare[name] = append(m.bare[name], i)
		}
	}
	m.shares(name, actor, ids)
	dbtest.View(m.t, m.DB, actor, func(ctx context.Context, tx *db.Tx) error {
		l, err := client.Links(ctx, tx, ids["client"])
		ids["link"] = l[0].ID
		return err
	})
	if slices.Contains(binned, name) {
		dbtest.Update(m.t, m.DB, actor, func(ctx context.Context, tx *db.Tx) error { return flow.TrashClient(ctx, tx, ids["client"], 0) })
	}
	if name == "gone" {
		dbtest.Update(m.t, m.DB, actor, func(ctx context.Context, tx *db.Tx) error { return flow.TrashTraveler(ctx, tx, ids["traveler"], 0) })
	}
	return ids
}

// tags puts a tag on both; the tag's name is the agency's, its value the record's.
func (m *matrix) tags(name string, ids map[string]int64) {
	admin := m.As("ada")
	if slices.Contains(others, name) {
		admin = m.As("zoe")
	}
	dbtest.Update(m.t, m.DB, admin, func(ctx context.Context, tx *db.Tx) error {
		var t []tag.Tag
		if err := record.Select(ctx, tx, &t, "WHERE r.name = 'Marked'"); err != nil {
			return err
		}
		if len(t) == 0 {
			t = append(t, tag.Tag{Name: "Marked", TakesValue: "free", Several: true, Active: true})
			if err := record.Insert(ctx, tx, &t[0]); err != nil {
				return err
			}
		}
		for part, kind := range map[string]string{"mark": "client", "tmark": "traveler"} {
			l := &tag.Link{TagID: t[0].ID, OwnerKind: kind, OwnerID: ids[kind], Value: "zq" + name + "tag"}
			if err := record.Insert(ctx, tx, l); err != nil {
				return err
			}
			ids[part] = l.ID
		}
		return nil
	})
}

// shares shares the client with joe, who sees it anyway, and with ann where the
// name says so.
func (m *matrix) shares(name string, actor db.Actor, ids map[string]int64) {
	with := m.Users["joe"].ID
	if slices.Contains(others, name) {
		with = m.pals[1].ID
	}
	dbtest.Update(m.t, m.DB, actor, func(ctx context.Context, tx *db.Tx) error {
		s := &client.Share{ClientID: db.Ref(ids["client"]), UserID: with}
		if err := record.Insert(ctx, tx, s); err != nil {
			return err
		}
		ids["share"] = s.ID
		if name != "shown" && name != "lent" {
			return nil
		}
		return record.Insert(ctx, tx, &client.Share{ClientID: db.Ref(ids["client"]), UserID: m.Users["ann"].ID, CanEdit: name == "lent"})
	})
}
