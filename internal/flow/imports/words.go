package imports

import (
	"context"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/email"
	ownfield "github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// words knows the agency's people, branches, customer types and tags, which a file
// names as it likes.
type words struct {
	agency   *agency.Agency
	l        *i18n.Localizer // of the agency: for what is kept as a note
	me       *agency.User    // nil for the program itself
	users    []agency.User
	branches []agency.Branch
	types    []client.Type
	tags     map[string]*tag.Tag // by folded name
	needed   []*tag.Tag          // mandatory for clients (L11)
	own      *ownfield.Set
	options  *option.Set
	kinships []traveler.Kinship

	programmeNames map[int64]string // of the agency, by id
	programmeIDs   map[string]int64 // by folded name
}

func loadWords(ctx context.Context, tx *db.Tx) (*words, error) {
	w := &words{tags: map[string]*tag.Tag{}}
	var err error
	if w.agency, err = agency.Current(ctx, tx); err != nil {
		return nil, err
	}
	w.l = i18n.For(w.agency.Language)
	if err := record.Select(ctx, tx, &w.users, "ORDER BY r.id"); err != nil {
		return nil, err
	}
	if err := record.Select(ctx, tx, &w.branches, "ORDER BY r.id"); err != nil {
		return nil, err
	}
	if w.types, err = client.Types(ctx, tx); err != nil {
		return nil, err
	}
	all, err := tag.All(ctx, tx, "")
	if err != nil {
		return nil, err
	}
	for i := range all {
		t := &all[i]
		w.tags[t.NameKey] = t
		if t.Active && t.In("client") && t.Requirement == "mandatory" {
			w.needed = append(w.needed, t)
		}
	}
	if w.own, err = ownfield.Of(ctx, tx); err != nil {
		return nil, err
	}
	if err := w.loadProfile(ctx, tx); err != nil {
		return nil, err
	}
	for i := range w.users {
		if w.users[i].ID == tx.Actor.UserID {
			w.me = &w.users[i]
		}
	}
	return w, nil
}

// advisor finds a person by name, in any order, or by e-mail. Only people who may
// have clients count, and a name must be theirs alone.
func (w *words) advisor(text string) *agency.User {
	norm, isMail := email.Parse(text)
	key := nameKey(text)
	var found *agency.User
	for i := range w.users {
		u := &w.users[i]
		if !u.HasClients || u.Status == "disabled" {
			continue
		}
		if isMail && u.Email == norm {
			return u
		}
		if !isMail && key != "" && nameKey(u.Name) == key {
			if found != nil {
				return nil
			}
			found = u
		}
	}
	return found
}

func (w *words) user(id int64) *agency.User {
	for i := range w.users {
		if w.users[i].ID == id {
			return &w.users[i]
		}
	}
	return nil
}

func (w *words) branch(text string) *agency.Branch {
	key := fold.Key(text)
	for i := range w.branches {
		b := &w.branches[i]
		if b.Active && key != "" && (fold.Key(b.Name) == key || fold.Key(b.Code) == key) {
			return b
		}
	}
	return nil
}

func (w *words) customerType(text string) *client.Type {
	key := fold.Key(text)
	for i := range w.types {
		t := &w.types[i]
		if t.Active && key != "" && (fold.Key(t.Code) == key || fold.Key(t.Name) == key) {
			return t
		}
	}
	return nil
}

func (w *words) defaultType(kind string) db.Ref {
	for _, t := range w.types {
		if t.DefaultOf == kind && t.Active {
			return db.Ref(t.ID)
		}
	}
	return 0
}

// mayTag reports whether clients can get the tag as it stands in the file: it
// exists and takes clients without a value, or the actor may create it.
func (w *words) mayTag(a db.Actor, name string) bool {
	t := w.tags[fold.Fold(name)]
	switch {
	case t == nil:
		return a.May("tag.manage") && len([]rune(name)) <= 60 && !strings.Contains(name, ",")
	case !t.Active || !t.In("client"):
		return false
	case t.TakesValue == "required":
		return t.DefaultValue != ""
	}
	return true
}

// nameKey compares names: folded, without punctuation, whatever the order.
func nameKey(parts ...string) string {
	w := fold.Words(strings.ReplaceAll(strings.Join(parts, " "), "/", " "))
	slices.Sort(w)
	return strings.Join(w, " ")
}
