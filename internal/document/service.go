package document

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/preview"
	"github.com/carnetcrm/carnet/internal/record"
)

// Service stores files and gives them back.
type Service struct {
	DB    *db.DB
	Files *files.Store
	Log   *slog.Logger
	Max   int64 // bytes of one file; 0 is no limit (R034)
}

// Pictures are the types that the image of a travel document may have (R033).
var Pictures = []string{files.JPEG, files.PDF}

// Upload is a file on its way in.
type Upload struct {
	Owner       record.Ref // client, traveler or activity
	Part        record.Ref // the passport, visa ... that it shows; the zero Ref is none
	Name        string     // as the browser says
	Dated       date.Date  // put before the name; "" is not
	Description string
	Types       []string // that are taken; nil is every one
	Content     io.Reader
}

// Upload stores a file, sealed, and hangs it on its owner. A file of a name that is
// there becomes its new version; the older ones stay. Nothing is read of a file that
// the actor may not store; nothing stays of one that can't be stored.
func (s *Service) Upload(ctx context.Context, actor db.Actor, up Upload) (*Attachment, error) {
	err := s.DB.View(ctx, actor, func(tx *db.Tx) error {
		if !tx.Actor.May("client.edit") {
			return errs.New(errs.Forbidden, "error.forbidden")
		}
		return record.Editable(ctx, tx, up.Owner)
	})
	if err != nil {
		return nil, err
	}
	kept, err := s.Keep(ctx, up)
	if err != nil {
		return nil, err
	}
	a := kept.attachment(up.Owner, up.Part)
	a.Description = up.Description
	if up.Dated != "" {
		a.Name = Dated(a.Name, up.Dated)
	}
	for try := 0; ; try++ {
		err = s.DB.Update(ctx, actor, func(tx *db.Tx) error { return add(ctx, tx, a) })
		if err == nil {
			return a, nil
		}
		if try == 3 || !errs.Is(err, errs.Conflict) { // a conflict: somebody stored the same name at the same time
			s.drop(a.Blob, a.Thumb)
			return nil, err
		}
		a.Key = record.Plain(kept.Key)
	}
}

// sniffed is how much of a file is looked at before it is stored.
const sniffed = 4096

// accepted refuses what isn't of the types before anything is stored.
func accepted(content *bufio.Reader, types []string) error {
	head, err := content.Peek(sniffed)
	if len(head) == 0 {
		if err != nil && err != io.EOF {
			return fmt.Errorf("reading an upload: %w", err)
		}
		return errs.Bad("file", "file.error.empty")
	}
	if types == nil || slices.Contains(types, files.Sniff(head)) {
		return nil
	}
	var names []string
	for _, t := range types {
		names = append(names, TypeName(t))
	}
	return errs.Bad("file", "error.file_type", "Allowed", strings.Join(names, ", "))
}

// TypeName is how people call a type: JPG, PDF.
func TypeName(kind string) string {
	switch kind {
	case files.JPEG:
		return "JPG"
	case files.PNG:
		return "PNG"
	case files.GIF:
		return "GIF"
	case files.WebP:
		return "WebP"
	case files.PDF:
		return "PDF"
	case files.XLSX, files.XLS:
		return "Excel"
	case files.CSV:
		return "CSV"
	case files.VCard:
		return "vCard"
	case files.Text:
		return "TXT"
	}
	return ""
}

// add stores a as what it is: a new file, or the next version of one.
func add(ctx context.Context, tx *db.Tx, a *Attachment) error {
	a.NameKey = key(a.Name)
	was, err := named(ctx, tx, a)
	if err != nil {
		return err
	}
	a.Series, a.Number, a.Latest = 0, 1, true
	if was != nil {
		a.Series, a.Number = was.First(), was.Number+1
		if a.Description == "" {
			a.Description = was.Description
		}
		if err := record.Edit(ctx, tx, was, was.ID, 0, func() error { was.Latest = false; return nil }); err != nil {
			return err
		}
	}
	return record.Insert(ctx, tx, a)
}

// thumb makes and stores the small picture of an image or PDF, sealed with the same
// key; "" where there is none. A file without one is as good.
func (s *Service) thumb(ctx context.Context, info files.Info, key string) string {
	if !preview.Can(info.Type) {
		return ""
	}
	r, err := s.Files.OpenSealed(ctx, info.Hash, key)
	if err != nil {
		return ""
	}
	defer r.Close()
	small, err := preview.Thumb(ctx, r, info.Type)
	if err == nil {
		var t files.Info
		if t, err = s.Files.PutSealedWith(ctx, bytes.NewReader(small), key); err == nil {
			return t.Hash
		}
	}
	s.log().DebugContext(ctx, "no thumbnail", "type", info.Type, "size", info.Size, "error", err)
	return ""
}

func (s *Service) log() *slog.Logger {
	if s.Log == nil {
		return slog.Default()
	}
	return s.Log
}

// drop removes blobs that no row refers to; what it misses, Clean finds.
func (s *Service) drop(names ...string) {
	for _, n := range names {
		if err := s.Files.Delete(n); err != nil {
			s.log().Warn("a file without a record stays for the clean-up", "error", err)
		}
	}
}

// AddLink hangs a link on a record (R122).
func AddLink(ctx context.Context, tx *db.Tx, owner record.Ref, url, name, description string) (*Attachment, error) {
	a := &Attachment{OwnerKind: owner.Kind, OwnerID: owner.ID, Kind: Link, URL: url, Name: name, Description: description, Number: 1, Latest: true}
	return a, record.Insert(ctx, tx, a)
}

// Opener opens content when the transaction that allowed it is over: sending it may take
// as long as the reader likes.
type Opener func(context.Context) (io.ReadCloser, error)

// Open allows the actor the content of a file: a private one when it was revealed by
// them a moment ago, else it is errs.Forbidden.
func (s *Service) Open(ctx context.Context, tx *db.Tx, a *Attachment) (Opener, error) {
	return s.open(ctx, tx, a, a.Blob)
}

// OpenSmall is Open for the small picture.
func (s *Service) OpenSmall(ctx context.Context, tx *db.Tx, a *Attachment) (Opener, error) {
	return s.open(ctx, tx, a, a.Thumb)
}

func (s *Service) open(ctx context.Context, tx *db.Tx, a *Attachment, blob string) (Opener, error) {
	if a.Kind != File || blob == "" {
		return nil, errs.Missing()
	}
	shown, err := Shown(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	if !shown {
		return nil, errs.New(errs.Forbidden, "file.error.private")
	}
	key, err := record.Unsealed(tx, a, "blob_key")
	if err != nil {
		return nil, fmt.Errorf("opening file %d: %w", a.ID, err)
	}
	return func(ctx context.Context) (io.ReadCloser, error) { return s.Files.OpenSealed(ctx, blob, key) }, nil
}

// ShownFor is how long a private file can be looked at after it was revealed: its pages
// come one by one.
const ShownFor = 5 * time.Minute

// Shown reports whether the actor has revealed a private file a moment ago: the history
// that notes it is what lets it be seen.
func Shown(ctx context.Context, tx *db.Tx, a *Attachment) (bool, error) {
	if !a.Private() {
		return true, nil
	}
	if !tx.Actor.May("passport.reveal") || tx.Actor.ReadOnly {
		return false, nil
	}
	var n int64
	err := tx.Row(ctx, "SELECT count(*) FROM {history} h WHERE h.kind = 'attachment' AND h.ref_id = $1 AND h.op = 'reveal' AND h.user_id = $2 AND h.at > $3",
		[]any{a.ID, tx.Actor.UserID, tx.Now.Add(-ShownFor)}, &n)
	return n > 0, err
}
