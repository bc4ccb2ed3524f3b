package files

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"

	"github.com/carnetcrm/carnet/internal/errs"
)

// ErrSealed reports content that can't be opened: it was changed or cut, or the key is
// that of another blob.
var ErrSealed = errors.New("files: the sealed content is damaged, or sealed with another key")

// How content is sealed: AES-256-GCM with a key by HKDF for each blob, in segments, so
// that the first is checked and sent while the last is still being read.
const (
	keyLen  = 32
	segment = 1 << 20
)

// PutSealed is Put for content that nobody may read from the store: it is encrypted on
// its way, in the clear it is never on a disk. The type and the size are those of the
// clear content. The key is fresh; who keeps it (sealed itself) can open the blob, and
// nobody can without.
func (s *Store) PutSealed(ctx context.Context, r io.Reader, limit int64) (info Info, key string, err error) {
	raw := make([]byte, keyLen)
	_, _ = rand.Read(raw) // never fails
	key = base64.RawStdEncoding.EncodeToString(raw)
	if info, err = s.sealWith(ctx, r, limit, key); err != nil {
		return Info{}, "", err
	}
	return info, key, nil
}

// PutSealedWith is PutSealed under a key that another blob has: what belongs to it, such
// as its thumbnail. Each blob is encrypted under a key derived for it alone.
func (s *Store) PutSealedWith(ctx context.Context, r io.Reader, key string) (Info, error) {
	return s.sealWith(ctx, r, 0, key)
}

func (s *Store) sealWith(ctx context.Context, r io.Reader, limit int64, key string) (Info, error) {
	box, err := cipher(key)
	if err != nil {
		return Info{}, err
	}
	return s.put(ctx, r, limit, func(w io.Writer) (io.WriteCloser, error) { return box.NewEncryptingWriter(w, nil) })
}

// OpenSealed returns the clear content of a blob that PutSealed stored: errs.NotFound
// when there is none, ErrSealed when the key is wrong or the content was changed, which
// for later parts of it comes from Read.
func (s *Store) OpenSealed(ctx context.Context, name, key string) (io.ReadCloser, error) {
	if !validHash(name) {
		return nil, errs.Missing()
	}
	box, err := cipher(key)
	if err != nil {
		return nil, err
	}
	src, err := s.blobs.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	clear, err := box.NewDecryptingReader(src, nil)
	if err == nil {
		r := &opened{src: src, clear: bufio.NewReader(checked{clear})}
		if _, err = r.clear.Peek(1); err == nil || errors.Is(err, io.EOF) {
			return r, nil
		}
	}
	_ = src.Close()
	if errors.Is(err, ErrSealed) {
		return nil, err
	}
	return nil, fmt.Errorf("%w: %w", ErrSealed, err)
}

func cipher(key string) (*subtle.AESGCMHKDF, error) {
	raw, err := base64.RawStdEncoding.DecodeString(key)
	if err != nil || len(raw) != keyLen {
		return nil, ErrSealed
	}
	return subtle.NewAESGCMHKDF(raw, "SHA256", keyLen, segment, 0)
}

// opened reads clear content and closes what it comes from.
type opened struct {
	src   io.Closer
	clear *bufio.Reader
}

func (o *opened) Read(p []byte) (int, error) { return o.clear.Read(p) }
func (o *opened) Close() error               { return o.src.Close() }

// checked names the error of content that doesn't pass the check.
type checked struct{ r io.Reader }

func (c checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", ErrSealed, err)
	}
	return n, err
}
