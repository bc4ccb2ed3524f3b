package document

import (
	"bufio"
	"bytes"
	"context"
	"io"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/preview"
	"github.com/carnetcrm/carnet/internal/record"
)

// Kept is a file that is in the store, sealed, and hangs on nothing yet.
type Kept struct {
	Name, Type, Blob, Thumb string
	Key                     string // opens both blobs
	Size                    int64
}

// Keep stores the content of a file, sealed, so that it can be hung on a record that
// doesn't exist yet. What is never hung, the clean-up removes. Nothing stays of a file
// that isn't of up.Types.
func (s *Service) Keep(ctx context.Context, up Upload) (Kept, error) {
	content := bufio.NewReaderSize(up.Content, sniffed)
	if err := accepted(content, up.Types); err != nil {
		return Kept{}, err
	}
	info, key, err := s.Files.PutSealed(ctx, content, s.Max)
	if err != nil {
		return Kept{}, err
	}
	return Kept{Name: FileName(up.Name, info.Type), Type: info.Type, Blob: info.Hash, Thumb: s.thumb(ctx, info, key), Key: key, Size: info.Size}, nil
}

// attachment is the row of a kept file.
func (k Kept) attachment(owner, part record.Ref) *Attachment {
	return &Attachment{OwnerKind: owner.Kind, OwnerID: owner.ID, PartKind: part.Kind, PartID: part.ID, Kind: File,
		Name: k.Name, Blob: k.Blob, Thumb: k.Thumb, Key: record.Plain(k.Key), Size: k.Size, Type: k.Type}
}

// Hang puts a kept file on its owner, as the image of a part of it, as Upload does: one
// of a name that is there becomes its new version.
func Hang(ctx context.Context, tx *db.Tx, k Kept, owner, part record.Ref) error {
	return add(ctx, tx, k.attachment(owner, part))
}

// Scan opens what can be read of a kept file by machine: an image as it is, of a PDF its
// first page as a picture.
func (s *Service) Scan(ctx context.Context, k Kept) (io.ReadCloser, error) {
	r, err := s.Files.OpenSealed(ctx, k.Blob, k.Key)
	if err != nil || k.Type != files.PDF {
		return r, err
	}
	defer r.Close()
	raw, err := preview.Scan(ctx, r, k.Type)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(raw)), nil
}
