package files

import (
	"bytes"
	"crypto/aes"
	gocipher "crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// Of the format in which content is sealed (Tink's AES-GCM-HKDF streaming): what stands
// before the first segment, and what the check of each adds to it.
const (
	noncePrefix = 7
	sealHead    = 1 + keyLen + noncePrefix
	sealTag     = 16
)

// SealedAt is the clear content of a sealed blob, read at any place: a workbook is read
// from its end. Of the content no more than one segment is in memory, and nothing on a
// disk. It is safe for use by several goroutines.
type SealedAt struct {
	f      *os.File
	gcm    gocipher.AEAD
	prefix []byte
	length int64 // of the sealed content
	count  int64 // of segments

	mu    sync.Mutex
	at    int64 // segment that is held, -1 for none
	clear []byte
}

// OpenSealedAt is OpenSealed for readers that go back and forth.
func (s *Store) OpenSealedAt(name, key string) (*SealedAt, error) {
	raw, err := base64.RawStdEncoding.DecodeString(key)
	if err != nil || len(raw) != keyLen {
		return nil, ErrSealed
	}
	f, err := s.Open(name)
	if err != nil {
		return nil, err
	}
	r, err := sealedAt(f, raw)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return r, nil
}

func sealedAt(f *os.File, key []byte) (*SealedAt, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("reading a sealed file: %w", err)
	}
	head := make([]byte, sealHead)
	if _, err := f.ReadAt(head, 0); err != nil || head[0] != sealHead {
		return nil, ErrSealed
	}
	derived, err := hkdf.Key(sha256.New, key, head[1:1+keyLen], "", keyLen)
	if err != nil {
		return nil, fmt.Errorf("reading a sealed file: %w", err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("reading a sealed file: %w", err)
	}
	gcm, err := gocipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("reading a sealed file: %w", err)
	}
	r := &SealedAt{f: f, gcm: gcm, prefix: head[1+keyLen:], length: st.Size(), count: (st.Size() + segment - 1) / segment, at: -1}
	return r, r.load(0) // a wrong key is told at once
}

// Size is that of the clear content, in bytes.
func (r *SealedAt) Size() int64 { return r.length - sealHead - r.count*sealTag }

// Close frees the file.
func (r *SealedAt) Close() error { return r.f.Close() }

// ReadAt reads clear content from a place on; ErrSealed where it was changed.
func (r *SealedAt) ReadAt(p []byte, off int64) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if off < 0 {
		return 0, errors.New("files: reading before the beginning")
	}
	for n < len(p) {
		if off >= r.Size() {
			return n, io.EOF
		}
		// Segments are equally long as they are stored; the first has the head in it.
		i := (off + sealHead) / (segment - sealTag)
		if err := r.load(i); err != nil {
			return n, err
		}
		begin := i*(segment-sealTag) - sealHead
		if i == 0 {
			begin = 0
		}
		k := copy(p[n:], r.clear[off-begin:])
		n, off = n+k, off+int64(k)
	}
	return n, nil
}

// load opens a segment.
func (r *SealedAt) load(i int64) error {
	if r.at == i {
		return nil
	}
	from, to := i*segment, min((i+1)*segment, r.length)
	if i == 0 {
		from = sealHead
	}
	sealed := make([]byte, to-from)
	if _, err := r.f.ReadAt(sealed, from); err != nil {
		return fmt.Errorf("%w: %w", ErrSealed, err)
	}
	nonce := binary.BigEndian.AppendUint32(bytes.Clone(r.prefix), uint32(i))
	last := byte(0)
	if i == r.count-1 {
		last = 1
	}
	clear, err := r.gcm.Open(sealed[:0], append(nonce, last), sealed, nil)
	if err != nil {
		r.at = -1
		return fmt.Errorf("%w: %w", ErrSealed, err)
	}
	r.at, r.clear = i, clear
	return nil
}
