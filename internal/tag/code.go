package tag

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// Mark is a marketing code of a client (R084).
type Mark struct {
	record.Base
	ClientID int64  `db:"client_id" history:"-"`
	CodeID   int64  `db:"code_id" history:"track"`
	State    string `db:"state" history:"track"` // Given, or one of PreferenceStates
}

// Table names the table and the kind.
func (*Mark) Table() string { return "marketing_link" }

// Parents is the client.
func (m *Mark) Parents() []record.Ref { return []record.Ref{{Kind: "client", ID: m.ClientID}} }

// Unique names the field of a violated constraint.
func (*Mark) Unique(string) string { return "code" }

// Check reports what is wrong with m by itself; Guard looks at its code.
func (m *Mark) Check() error {
	var c errs.Collect
	c.OneOf("state", m.State, append([]string{Given}, PreferenceStates...)...)
	return c.Err()
}

// Guard refuses a state that the code doesn't have, and codes of affiliations of which
// the agency is no member, or that the file has no more, unless the client has them.
func (m *Mark) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	var c Code
	if err := record.Get(ctx, tx, &c, m.CodeID); err != nil {
		return err
	}
	if !slices.Contains(c.States(), m.State) {
		return errs.Bad("state", "marketing.error.state", "Code", c.Code)
	}
	var a Affiliation
	if err := record.Get(ctx, tx, &a, c.AffiliationID); err != nil {
		return err
	}
	if !a.Member || !c.Active && old == nil {
		return errs.Bad("code", "marketing.error.closed", "Code", c.Code)
	}
	return nil
}

// Marks returns the marketing codes of a client.
func Marks(ctx context.Context, tx *db.Tx, client int64) (out []Mark, err error) {
	err = record.Select(ctx, tx, &out, "of $1 ORDER BY r.id", client)
	return out, err
}

// Shown is Marks without those of affiliations of which the agency is no member (R086).
func Shown(ctx context.Context, tx *db.Tx, client int64) (out []Mark, err error) {
	err = record.Select(ctx, tx, &out, `WHERE r.client_id = $1 AND r.code_id IN
		(SELECT k.id FROM {marketing_code} k JOIN {affiliation} a ON a.id = k.affiliation_id WHERE a.member) ORDER BY r.id`, client)
	return out, err
}

// SetMarks makes states the client's codes of one affiliation: by id of the code, "" for
// none. Codes that aren't named stay as they are.
func SetMarks(ctx context.Context, tx *db.Tx, client, affiliation int64, states map[int64]string) error {
	if err := record.Editable(ctx, tx, record.Ref{Kind: "client", ID: client}); err != nil {
		return err
	}
	codes, err := Codes(ctx, tx, affiliation)
	if err != nil {
		return err
	}
	has, err := Marks(ctx, tx, client)
	if err != nil {
		return err
	}
	for id := range states {
		if !slices.ContainsFunc(codes, func(c Code) bool { return c.ID == id }) {
			return errs.Bad("code", "marketing.error.unknown")
		}
	}
	for _, c := range codes {
		state, named := states[c.ID]
		i := slices.IndexFunc(has, func(m Mark) bool { return m.CodeID == c.ID })
		switch {
		case !named || i < 0 && state == "" || i >= 0 && has[i].State == state:
			continue
		case i < 0:
			err = record.Insert(ctx, tx, &Mark{ClientID: client, CodeID: c.ID, State: state})
		case state == "":
			err = record.Delete(ctx, tx, new(Mark), has[i].ID, 0)
		default:
			m := &Mark{}
			err = record.Edit(ctx, tx, m, has[i].ID, 0, func() error { m.State = state; return nil })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// MarkList filters clients by their marketing codes (R087).
var MarkList = list.Def{
	Name: "marketing", From: "{marketing_link} q", ID: "q.id", Tie: "q.id", Sort: "code",
	Fields: []list.Field{
		{Key: "code", Kind: list.Choice, SQL: "q.code_id", Sort: "q.code_id", Numeric: true, Options: codeOptions, Known: codeKnown, NoShow: true},
		{Key: "state", Kind: list.Choice, SQL: "q.state", Sort: "q.state", Choices: append([]string{Given}, PreferenceStates...), NoShow: true},
	},
}

// codeOptions are the codes of the affiliations of which the agency is a member.
func codeOptions(ctx context.Context, tx *db.Tx) (out []list.Option, err error) {
	affiliations, err := Affiliations(ctx, tx, true)
	if err != nil {
		return nil, err
	}
	lang, err := readersLanguage(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, a := range affiliations {
		codes, err := Codes(ctx, tx, a.ID)
		if err != nil {
			return nil, err
		}
		for _, c := range codes {
			label := c.label(lang)
			if len(affiliations) > 1 { // several may call theirs alike
				label = i18n.For(lang).Pair(a.Names.In(lang), label)
			}
			out = append(out, list.Option{Value: strconv.FormatInt(c.ID, 10), Label: label})
		}
	}
	return out, nil
}

// codeKnown is the name of a code, be it one of an affiliation that the agency has left; ""
// for none.
func codeKnown(ctx context.Context, tx *db.Tx, id string) (string, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(id), 10, 64)
	if err != nil {
		return "", nil
	}
	var c Code
	if err := record.Get(ctx, tx, &c, n); errs.Is(err, errs.NotFound) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	lang, err := readersLanguage(ctx, tx)
	return c.label(lang), err
}

// label is the name of a code after that of its category.
func (c *Code) label(lang string) string {
	label := c.Names.In(lang)
	if of := c.Categories.In(lang); of != "" {
		label = i18n.For(lang).Pair(of, label)
	}
	return label
}

// readersLanguage is the language of the actor, "" for the program itself: English.
func readersLanguage(ctx context.Context, tx *db.Tx) (lang string, err error) {
	err = tx.Row(ctx, "SELECT CASE WHEN u.language = '' THEN a.language ELSE u.language END FROM {user} u JOIN {agency} a ON a.id = u.agency_id WHERE u.id = $1",
		[]any{tx.Actor.UserID}, &lang)
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return lang, err
}
