// Package document keeps the files and links that hang on clients, travelers and what
// happened with them (R121-R125), and the images of travel documents (R032). It attaches to a kind and an
// id, and knows no area.
package document

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/weburl"
)

// RightDelete is the right to throw attachments away.
const RightDelete = "document.delete"

func ownerRule(mode string) db.Rule {
	cond := `{client` + mode + ` has owner} OR {traveler` + mode + ` has owner} OR {activity` + mode + ` has owner}`
	// The files of a deleted record are away with it, for everybody but the program.
	return db.Rule{Own: cond, Branch: cond, Agency: cond, Lift: "system"}
}

// Tables are the tenant tables of this package: who sees a record sees that there are
// files and what they are called, who may change the record adds to them.
var Tables = []db.Table{
	{Name: "attachment", Of: "owner", View: ownerRule(""), Edit: ownerRule(".edit").With("client.edit"), Trash: true},
}

var _ = record.Register(record.Kind{Name: "attachment", New: func() record.Record { return new(Attachment) }, Purge: purge})

// Kinds of attachments.
const (
	File = "file"
	Link = "link"
)

// Attachment is a file or link on a record.
type Attachment struct {
	record.Base
	OwnerKind   string        `db:"owner_kind" history:"-"` // client, traveler, activity
	OwnerID     int64         `db:"owner_id" history:"-"`
	PartKind    string        `db:"part_kind" history:"-"` // passport, visa ...: what of the owner it is an image of
	PartID      int64         `db:"part_id" history:"-"`
	Kind        string        `db:"kind" history:"-"`
	Name        string        `db:"name" history:"track"`
	NameKey     string        `db:"name_key" history:"-"`
	Description string        `db:"description" history:"track"`
	URL         string        `db:"url" history:"track"`
	Blob        string        `db:"blob" history:"-"`
	Thumb       string        `db:"thumb" history:"-"`
	Key         record.Secret `db:"blob_key" history:"secret" reveal:"passport.reveal"`
	Size        int64         `db:"size" history:"-"`
	Type        string        `db:"type" history:"-"`
	Series      int64         `db:"series" history:"-"`
	Number      int64         `db:"number" history:"-"`
	Latest      bool          `db:"latest" history:"-"`
}

// Table names the table and the kind.
func (*Attachment) Table() string { return "attachment" }

// Parents is the record that a hangs on.
func (a *Attachment) Parents() []record.Ref {
	return []record.Ref{{Kind: a.OwnerKind, ID: a.OwnerID}}
}

// Unique names the field of a violated constraint: two files of one name are versions.
func (*Attachment) Unique(string) string { return "name" }

// Owner is the client, traveler or activity that a hangs on.
func (a *Attachment) Owner() record.Ref { return record.Ref{Kind: a.OwnerKind, ID: a.OwnerID} }

// Private reports whether a shows a travel document: it is seen with the right to
// reveal, fresh proof and a reason only, and each time noted (W8).
func (a *Attachment) Private() bool { return a.PartKind != "" }

// First is the id of the first version of a.
func (a *Attachment) First() int64 {
	if a.Series != 0 {
		return a.Series
	}
	return a.ID
}

// Check tidies a and reports what is wrong with it.
func (a *Attachment) Check() error {
	var c errs.Collect
	c.OneOf("kind", a.Kind, File, Link)
	a.Description = tidy(a.Description)
	c.MaxLen("description", a.Description, 500)
	if a.Kind == Link {
		clean, ok := weburl.Clean(a.URL)
		switch {
		case tidy(a.URL) == "":
			c.Add("url", "error.required")
		case !ok:
			c.Add("url", "error.url")
		default:
			a.URL = clean
		}
		c.MaxLen("url", a.URL, 2000)
		if a.Name = tidy(a.Name); a.Name == "" {
			a.Name = short(weburl.Display(a.URL), maxName)
		}
	} else if a.Name = tidy(a.Name); a.Name != "" {
		a.Name = FileName(a.Name, a.Type)
	}
	c.Required("name", a.Name)
	c.MaxLen("name", a.Name, maxName)
	a.NameKey = key(a.Name)
	if a.Number == 0 {
		a.Number = 1
	}
	return c.Err()
}

// purge removes the versions that belong to the latest one.
func purge(ctx context.Context, tx *db.Tx, id int64) error {
	var a Attachment
	if err := record.GetAny(ctx, tx, &a, id); err != nil || !a.Latest {
		return ignoreMissing(err)
	}
	older, err := versions(ctx, tx, &a)
	if err != nil {
		return err
	}
	for _, o := range older {
		if o.ID != id {
			if err := record.Unmake(ctx, tx, "attachment", o.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func ignoreMissing(err error) error {
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

// Of returns the attachments of a record, each in its latest version, the newest first;
// not the images of its travel documents.
func Of(ctx context.Context, tx *db.Tx, owner record.Ref) (out []Attachment, err error) {
	err = record.Select(ctx, tx, &out, `of $1 $2 WHERE r.latest AND r.part_kind = '' ORDER BY r.created_at DESC, r.id DESC`,
		owner.Kind, owner.ID)
	return out, err
}

// OfTraveler returns what Of does for a traveler, and the images of their travel
// documents by the document, the oldest first.
func OfTraveler(ctx context.Context, tx *db.Tx, id int64) (files []Attachment, images map[record.Ref][]Attachment, err error) {
	var list []Attachment
	err = record.Select(ctx, tx, &list, `of traveler $1 WHERE r.latest ORDER BY r.created_at DESC, r.id DESC`, id)
	images = map[record.Ref][]Attachment{}
	for _, a := range list {
		if a.PartKind == "" {
			files = append(files, a)
			continue
		}
		part := record.Ref{Kind: a.PartKind, ID: a.PartID}
		images[part] = slices.Insert(images[part], 0, a)
	}
	return files, images, err
}

// Gone returns what was deleted of a record's attachments in the last 30 days, the
// latest first.
func Gone(ctx context.Context, tx *db.Tx, owner record.Ref) (out []Attachment, err error) {
	err = record.SelectGone(ctx, tx, &out, "of $1 $2 ORDER BY r.deleted_at DESC, r.id DESC LIMIT 50", owner.Kind, owner.ID)
	return out, err
}

// readAny reads the attachments whose ids a query gives, those in the trash too.
func readAny(ctx context.Context, tx *db.Tx, query string, args ...any) (out []Attachment, err error) {
	ids, err := tx.IDs(ctx, query, args...)
	for _, id := range ids {
		if err != nil {
			break
		}
		var a Attachment
		if err = record.GetAny(ctx, tx, &a, id); err == nil {
			out = append(out, a)
		}
	}
	return out, err
}

// Get returns an attachment that the actor sees, of any version.
func Get(ctx context.Context, tx *db.Tx, id int64) (*Attachment, error) {
	a := new(Attachment)
	if err := record.Get(ctx, tx, a, id); err != nil {
		return nil, err
	}
	if a.Latest {
		return a, nil
	}
	// An older version is there as long as the latest is.
	all, err := versions(ctx, tx, a)
	if err == nil && !slices.ContainsFunc(all, func(v Attachment) bool { return v.Latest && v.DeletedAt == 0 }) {
		err = errs.Missing()
	}
	return a, err
}

// Versions returns all versions of an attachment, the latest first.
func Versions(ctx context.Context, tx *db.Tx, a *Attachment) (out []Attachment, err error) {
	err = record.Select(ctx, tx, &out, "WHERE r.id = $1 OR (r.series = $1 AND r.series <> 0) ORDER BY r.number DESC", a.First())
	return out, err
}

// versions is Versions with those in the trash.
func versions(ctx context.Context, tx *db.Tx, a *Attachment) ([]Attachment, error) {
	return readAny(ctx, tx, "SELECT r.id FROM {attachment.any} r WHERE r.id = $1 OR (r.series = $1 AND r.series <> 0)", a.First())
}

// Delete moves an attachment with its versions to the trash.
func Delete(ctx context.Context, tx *db.Tx, id, version int64) (*Attachment, error) {
	if !tx.Actor.May(RightDelete) {
		return nil, errs.New(errs.Forbidden, "error.forbidden")
	}
	a, err := Get(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return a, record.Delete(ctx, tx, a, id, version)
}

// Restore brings an attachment back from the trash. Where another has taken its name
// meanwhile, it gets a number behind it.
func Restore(ctx context.Context, tx *db.Tx, id int64) (*Attachment, error) {
	a := new(Attachment)
	if err := record.GetAny(ctx, tx, a, id); err != nil {
		return nil, err
	}
	if a.DeletedAt == 0 {
		return a, nil
	}
	if err := record.Editable(ctx, tx, a.Owner()); err != nil {
		return nil, err
	}
	if a.Kind == File && a.Latest {
		if err := makeRoom(ctx, tx, a); err != nil {
			return nil, err
		}
	}
	return a, record.Restore(ctx, tx, a, id)
}

// makeRoom gives the file that has taken a's name meanwhile another one.
func makeRoom(ctx context.Context, tx *db.Tx, a *Attachment) error {
	other, err := named(ctx, tx, a)
	if err != nil || other == nil {
		return err
	}
	for n := 2; n < 100; n++ {
		try := *other
		try.Name = numbered(other.Name, n)
		try.NameKey = key(try.Name)
		taken, err := named(ctx, tx, &try)
		if err != nil {
			return err
		}
		if taken == nil {
			return record.Edit(ctx, tx, other, other.ID, 0, func() error { other.Name = try.Name; return nil })
		}
	}
	return errs.Bad("name", "error.taken")
}

// named is the live file of the same owner and name, nil where there is none.
func named(ctx context.Context, tx *db.Tx, a *Attachment) (*Attachment, error) {
	var list []Attachment
	err := record.Select(ctx, tx, &list, `WHERE r.owner_kind = $1 AND r.owner_id = $2 AND r.part_kind = $3 AND r.part_id = $4
		AND r.name_key = $5 AND r.kind = 'file' AND r.latest`, a.OwnerKind, a.OwnerID, a.PartKind, a.PartID, a.NameKey)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// DropPart removes the images of a travel document for good: the Purge of its kind
// calls it.
func DropPart(ctx context.Context, tx *db.Tx, part record.Ref) error {
	ids, err := tx.IDs(ctx, "SELECT r.id FROM {attachment.any} r WHERE r.part_kind = $1 AND r.part_id = $2 AND r.part_id <> 0 ORDER BY r.id", part.Kind, part.ID)
	for _, id := range ids {
		if err != nil {
			break
		}
		err = ignoreMissing(record.Unmake(ctx, tx, "attachment", id))
	}
	return err
}
