// Package record is the only write path. Insert, Edit, Delete and Restore check
// the record, set the tenant and the stamps, guard the version, keep the search
// index and write the history in the same transaction, so that no change can go
// unrecorded.
//
// A record is a struct that embeds Base. Its columns come from tags:
//
//	db:"name"             the column
//	history:"track"       old and new value go to the history; every column must
//	history:"secret"      say one of the three: track it, note only that it
//	history:"-"           changed, or leave it out
//	need:"right"          who lacks the right reads the zero value and can't set it
//	derived:"yes"         computed by the kind's Derive function, never saved by Edit
//	reveal:"right"        of a Secret: who has it may see it in the clear, see Reveal
package record

import (
	"context"
	"fmt"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// Base is embedded by every record.
type Base struct {
	ID        int64    `db:"id" history:"-" json:"id"`
	Version   int64    `db:"version" history:"-" json:"version"`
	CreatedAt db.Stamp `db:"created_at" history:"-" json:"created_at"`
	CreatedBy db.Ref   `db:"created_by" history:"-" json:"created_by"`
	UpdatedAt db.Stamp `db:"updated_at" history:"-" json:"updated_at"`
	UpdatedBy db.Ref   `db:"updated_by" history:"-" json:"updated_by"`
	DeletedAt db.Stamp `db:"deleted_at" history:"-" json:"-"`
}

func (b *Base) base() *Base { return b }

var _ interface{ base() *Base } = (*Base)(nil)

// Stamps returns the base of any record: its id, version and stamps.
func Stamps(r Record) Base { return *r.base() }

// Ref names a record of any kind.
type Ref struct {
	Kind string
	ID   int64
}

// A Record is a pointer to a struct that embeds Base.
type Record interface {
	base() *Base
	Table() string // also its kind
	Check() error  // tidies the record and reports what is wrong with it
}

// Derived holds the values of derived columns by name. "search" is all that the
// search box finds the record by, folded.
type Derived map[string]any

// A Guarded record has rules that need the database. Guard runs before every
// save, after Check; old is nil for a new record.
type Guarded interface {
	Record
	Guard(ctx context.Context, tx *db.Tx, old Record) error
}

// A Child hangs on other records: it may be written only by those who may edit
// them, its changes show in their history, and they are indexed again.
type Child interface {
	Record
	Parents() []Ref
}

// A Deriver is a record from which derived columns of others, besides its parents, are
// made.
type Deriver interface {
	Record
	Derives() []Ref
}

// Kind tells record what it can't see from the struct.
type Kind struct {
	Name string
	New  func() Record

	// Derive computes the columns tagged derived:"yes" from the record and what
	// hangs on it, the search text among them. It sees every row of the agency.
	Derive func(ctx context.Context, tx *db.Tx, id int64) (Derived, error)
	// Holds is PostgreSQL's query that locks what Derive reads of other records, by the
	// agency and the id: who changes that meanwhile, comes before or after.
	Holds string
	// Found names the columns that Derive and Touches read, so that changing others
	// costs no indexing; nil stands for all. Children index their parents anyway.
	Found []string
	// Touches returns other records whose search text contains this one's.
	Touches func(ctx context.Context, tx *db.Tx, id int64) ([]Ref, error)
	// Purge removes what hangs on the record without a foreign key.
	Purge func(ctx context.Context, tx *db.Tx, id int64) error

	// Hidden keeps the history of the kind from who lacks the right to see its table:
	// even that something changed would tell.
	Hidden bool

	// Silent marks bookkeeping of the program, such as the rows of an import: its
	// changes leave no history.
	Silent bool
}

var kinds = map[string]Kind{}

// Register makes kinds known; packages call it while they are initialised.
func Register(list ...Kind) bool {
	for _, k := range list {
		if _, twice := kinds[k.Name]; twice {
			panic("record: kind " + k.Name + " registered twice")
		}
		kinds[k.Name] = k
	}
	return true
}

// KindOf returns the registered kind of a name.
func KindOf(name string) (Kind, bool) { k, ok := kinds[name]; return k, ok }

// Kinds returns all registered kinds, in no order.
func Kinds() []Kind {
	out := make([]Kind, 0, len(kinds))
	for _, k := range kinds {
		out = append(out, k)
	}
	return out
}

// Get reads the live record with id, or NotFound if the actor may not see it.
// Fields that the actor has no right to are zero.
func Get(ctx context.Context, tx *db.Tx, r Record, id int64) error {
	if err := load(ctx, tx, r, id, ""); err != nil {
		return err
	}
	hide(r, tx.Actor)
	return hideBag(ctx, tx, r)
}

// GetAny is Get for live and deleted records.
func GetAny(ctx context.Context, tx *db.Tx, r Record, id int64) error {
	if err := load(ctx, tx, r, id, ".any"); err != nil {
		return err
	}
	hide(r, tx.Actor)
	return hideBag(ctx, tx, r)
}

func load(ctx context.Context, tx *db.Tx, r Record, id int64, mode string) error {
	s := shapeOf(r)
	q := "SELECT " + s.list + " FROM {" + r.Table() + mode + "} r WHERE r.id = $1"
	err := tx.Row(ctx, q, []any{id}, s.pointers(r)...)
	if err == nil && (mode == "" || mode == ".edit") {
		tx.Shown(r.Table(), id)
	}
	return err
}

// Editable reports whether the actor may change the record: nil, NotFound when
// it is invisible, Forbidden when it is visible only.
func Editable(ctx context.Context, tx *db.Tx, ref Ref) error {
	if tx.MayEditShown(ref.Kind, ref.ID) {
		return nil
	}
	var one int64
	err := tx.Row(ctx, "SELECT 1 FROM {"+ref.Kind+".edit} r WHERE r.id = $1", []any{ref.ID}, &one)
	if !errs.Is(err, errs.NotFound) {
		return err
	}
	if err := tx.Row(ctx, "SELECT 1 FROM {"+ref.Kind+"} r WHERE r.id = $1", []any{ref.ID}, &one); err != nil {
		return err
	}
	return errs.New(errs.Forbidden, "error.forbidden")
}

// Insert stores r and gives it its ID.
func Insert(ctx context.Context, tx *db.Tx, r Record) error {
	if err := allowed(tx, r); err != nil {
		return err
	}
	if err := r.Check(); err != nil {
		return err
	}
	if err := guard(r, nil, tx.Actor); err != nil {
		return err
	}
	for _, p := range parents(r) {
		if err := Editable(ctx, tx, p); err != nil {
			return err
		}
	}
	if g, ok := r.(Guarded); ok {
		if err := g.Guard(ctx, tx, nil); err != nil {
			return err
		}
	}
	if err := tidyBag(ctx, tx, r, nil, true); err != nil {
		return err
	}
	s := shapeOf(r)
	start(r.base(), tx)
	r.base().ID = 0
	if s.secrets { // they are sealed for their place, of which the id is a part
		ids, err := IDs(ctx, tx, s.table, 1)
		if err != nil {
			return err
		}
		r.base().ID = ids[0]
		if err := seal(tx, r, nil); err != nil {
			return err
		}
	}
	q, args := s.insert(tx, r)
	rows, err := tx.RawQuery(ctx, q, args...)
	if err != nil {
		return named(ctx, tx, err, r)
	}
	id, err := firstID(rows)
	if err != nil {
		return named(ctx, tx, err, r)
	}
	r.base().ID = id
	if err := writeWithin(ctx, tx, r, nil); err != nil {
		return err
	}
	if err := spread(ctx, tx, r, nil); err != nil {
		return err
	}
	if err := tell(ctx, tx, "create", r, nil); err != nil {
		return err
	}
	if err := reindex(ctx, tx, r); err != nil {
		return err
	}
	return hideBag(ctx, tx, r)
}

func start(b *Base, tx *db.Tx) {
	b.Version, b.DeletedAt = 1, 0
	b.CreatedAt, b.UpdatedAt = tx.Now, tx.Now
	b.CreatedBy, b.UpdatedBy = db.Ref(tx.Actor.UserID), db.Ref(tx.Actor.UserID)
}

func firstID(rows db.Rows) (id int64, err error) {
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(&id); err != nil {
			return 0, err
		}
	}
	for rows.Next() { // drains, so that a violated constraint surfaces
	}
	return id, db.Normalize(rows.Err())
}

// allowed refuses a table whose edit rule needs a right that the actor lacks.
func allowed(tx *db.Tx, r Record) error {
	t, ok := tx.TableOf(r.Table())
	if !ok {
		return fmt.Errorf("record: table %s isn't registered", r.Table())
	}
	if !tx.Actor.May(t.Edit.Need) {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	return nil
}

func parents(r Record) []Ref {
	if c, ok := r.(Child); ok {
		return c.Parents()
	}
	return nil
}

// Edit reads the record with id into r, lets change alter it and stores it.
//
// Version is the one that the caller read before deciding on the change; 0 means
// that change looks at r as it is now. A stale version is a Conflict whose fields
// hold both values (see Conflict). Edit returns NotFound for what the actor can't
// see and Forbidden for what it can see but not change. When nothing changed,
// nothing is written.
func Edit(ctx context.Context, tx *db.Tx, r Record, id, version int64, change func() error) error {
	old, changed, err := prepare(ctx, tx, r, id, version, change)
	if err != nil {
		return err
	}
	if !changed {
		return hideBag(ctx, tx, r)
	}
	if err := replace(ctx, tx, r, old); err != nil {
		return err
	}
	if err := tell(ctx, tx, "edit", r, old); err != nil {
		return err
	}
	return hideBag(ctx, tx, r)
}

// store writes all columns of r where the version is still was.
func store(ctx context.Context, tx *db.Tx, r Record, was int64) error {
	q, args := shapeOf(r).update(tx, r, was)
	n, err := tx.Raw(ctx, q, args...)
	if err != nil {
		return named(ctx, tx, err, r)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "error.stale")
	}
	return nil
}

// Delete moves the record to the trash, or removes it where its table has none.
// Version is as in Edit.
func Delete(ctx context.Context, tx *db.Tx, r Record, id, version int64) error {
	if err := load(ctx, tx, r, id, ".edit"); err != nil {
		if errs.Is(err, errs.NotFound) {
			return Editable(ctx, tx, Ref{r.Table(), id})
		}
		return err
	}
	b := r.base()
	if version != 0 && version != b.Version {
		return errs.New(errs.Conflict, "error.stale")
	}
	t, _ := tx.TableOf(r.Table())
	if !t.Trash {
		old := clone(r)
		if err := remove(ctx, tx, r); err != nil {
			return err
		}
		if err := tell(ctx, tx, "delete", nil, old); err != nil {
			return err
		}
		return reindexParents(ctx, tx, r)
	}
	was := b.Version
	b.Version, b.DeletedAt, b.UpdatedAt, b.UpdatedBy = was+1, tx.Now, tx.Now, db.Ref(tx.Actor.UserID)
	if err := store(ctx, tx, r, was); err != nil {
		return err
	}
	if err := tell(ctx, tx, "delete", r, clone(r)); err != nil {
		return err
	}
	return reindex(ctx, tx, r) // others aren't found by it any more
}

func remove(ctx context.Context, tx *db.Tx, r Record) error {
	q := fmt.Sprintf(`DELETE FROM "%s" WHERE agency_id = $1 AND id = $2`, r.Table())
	_, err := tx.Raw(ctx, q, tx.Actor.AgencyID, r.base().ID)
	return err
}

// Restore brings a record back from the trash.
func Restore(ctx context.Context, tx *db.Tx, r Record, id int64) error {
	if err := allowed(tx, r); err != nil {
		return err
	}
	if err := load(ctx, tx, r, id, ".trash"); err != nil {
		return err
	}
	b := r.base()
	was := b.Version
	b.Version, b.DeletedAt, b.UpdatedAt, b.UpdatedBy = was+1, 0, tx.Now, db.Ref(tx.Actor.UserID)
	if err := store(ctx, tx, r, was); err != nil {
		return err
	}
	if err := tell(ctx, tx, "restore", r, clone(r)); err != nil {
		return err
	}
	return reindex(ctx, tx, r)
}
