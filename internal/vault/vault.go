// Package vault seals secrets: card numbers, passport numbers, medical data and
// integration passwords, so that the database and its backups never hold them in the
// clear (architecture, data rule 11).
//
// It is envelope encryption with Tink: each value gets a fresh AES-256-GCM key, which is
// itself encrypted by the primary key of a keyset. The keyset is a file outside the
// database or the variable CARNET_VAULT_KEY. Whoever loses it loses the secrets.
package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// FileName is the keyset's name in the data folder.
const FileName = "vault.key"

// Errors that a caller tells the operator, who alone can help.
var (
	// ErrWrongKey: the value was sealed with a key that isn't in the keyset. The key
	// file was lost, replaced, or belongs to another installation.
	ErrWrongKey = errors.New("the vault key is not the one that sealed this value: restore the original " + FileName + " or CARNET_VAULT_KEY")
	// ErrDamaged: the value was changed, cut, or sealed for another place.
	ErrDamaged = errors.New("the sealed value is damaged or was sealed for another field")
	// ErrBadKey: the keyset itself can't be read.
	ErrBadKey = errors.New("the vault key can't be read")
)

// prefix marks sealed values and the way they are sealed.
const prefix = "v1:"

// Vault seals and opens. It is safe for use by several goroutines.
type Vault struct {
	file string // "" when the keyset came from a variable
	kms  *KMS   // encrypts the file, nil where nothing does

	reading sync.Mutex   // one looks at the file at a time
	looked  atomic.Int64 // when it was looked at last, in nanoseconds
	stamp   stamp        // of the file as it was read

	mu     sync.RWMutex
	handle *keyset.Handle
	box    tink.AEAD
	ids    map[uint32]bool
}

// Options say where the keyset is.
type Options struct {
	Key  string // content of CARNET_VAULT_KEY; wins over the file
	File string
	KMS  *KMS // encrypts the file, nil where nothing does
}

// New reads the keyset from key, the content of CARNET_VAULT_KEY, or when that is
// empty from file; see Load.
func New(key, file string) (v *Vault, created bool, err error) {
	return Load(Options{Key: key, File: file})
}

// Load reads the keyset. A file that doesn't exist is created with a new key, readable
// by its owner only, and created is true: the caller must then make sure, with Verify,
// that nothing has been sealed with another key before. A file that isn't encrypted is
// encrypted once a KMS is given.
func Load(opt Options) (v *Vault, created bool, err error) {
	if opt.Key != "" {
		v, err = parse(opt.Key, "")
		return v, false, err
	}
	v = &Vault{file: opt.File, kms: opt.KMS}
	h, bare, err := v.read()
	if err == nil {
		if err := v.use(h); err != nil {
			return nil, false, err
		}
		if bare && v.kms != nil {
			err = v.locked(func() error { return v.write(h, true) })
		}
		return v, false, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, false, err
	}
	if h, err = keyset.NewHandle(aead.AES256GCMKeyTemplate()); err != nil {
		return nil, false, fmt.Errorf("making a vault key: %w", err)
	}
	if err := v.use(h); err != nil {
		return nil, false, err
	}
	if err := v.write(h, false); err != nil {
		return nil, false, err
	}
	return v, true, nil
}

// Generate returns a new key for CARNET_VAULT_KEY.
func Generate() (string, error) {
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return "", fmt.Errorf("making a vault key: %w", err)
	}
	return export(h)
}

// parse reads a keyset in base64, as export writes it.
func parse(text, file string) (*Vault, error) {
	h, err := decode(text)
	if err != nil {
		return nil, err
	}
	v := &Vault{file: file}
	return v, v.use(h)
}

func decode(text string) (*keyset.Handle, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return nil, fmt.Errorf("%w: it isn't base64", ErrBadKey)
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(raw)))
	if err != nil {
		return nil, ErrBadKey // the cause could quote parts of the key
	}
	return h, nil
}

// export returns a keyset in base64, without line breaks so that it fits a variable.
func export(h *keyset.Handle) (string, error) {
	var buf bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewBinaryWriter(&buf)); err != nil {
		return "", fmt.Errorf("writing the vault key: %w", err)
	}
	return base64.StdEncoding.EncodeToString(buf.Bytes()), nil
}

// use makes h the keyset of v.
func (v *Vault) use(h *keyset.Handle) error {
	kek, err := aead.New(h)
	if err != nil {
		return fmt.Errorf("%w: no key for encryption in it", ErrBadKey)
	}
	ids := map[uint32]bool{}
	for _, k := range h.KeysetInfo().GetKeyInfo() {
		ids[k.GetKeyId()] = true
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.handle, v.ids = h, ids
	v.box = aead.NewKMSEnvelopeAEAD2(aead.AES256GCMKeyTemplate(), kek)
	return nil
}

// write stores the keyset. Nothing is ever overwritten on creation, and a replacement
// is whole or doesn't happen: half a keyset would be the loss of every secret.
func (v *Vault) write(h *keyset.Handle, replace bool) error {
	text, err := export(h)
	if err != nil {
		return err
	}
	if v.kms != nil {
		if text, err = v.kms.wrap(text); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(v.file), 0o700); err != nil {
		return fmt.Errorf("making the folder of the vault key: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(v.file), "."+FileName+"-*") // 0600
	if err != nil {
		return fmt.Errorf("writing the vault key: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(text + "\n")
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return fmt.Errorf("writing the vault key: %w", err)
	}
	if replace {
		err = os.Rename(tmp.Name(), v.file)
	} else {
		err = os.Link(tmp.Name(), v.file) // fails when another process was first
	}
	if err != nil {
		return fmt.Errorf("writing the vault key: %w", err)
	}
	v.note()
	return syncDir(filepath.Dir(v.file))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("writing the vault key: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("writing the vault key: %w", err)
	}
	return nil
}

// Seal encrypts plain. associated says where the value belongs, such as
// "traveler/7/passport/2/number": it isn't stored, and Open must be given the same, so
// that a value can't be moved to another record.
func (v *Vault) Seal(plain []byte, associated string) (string, error) {
	v.follow(false)
	v.mu.RLock()
	box := v.box
	v.mu.RUnlock()
	sealed, err := box.Encrypt(plain, []byte(associated))
	if err != nil {
		return "", fmt.Errorf("sealing: %w", err)
	}
	return prefix + base64.RawStdEncoding.EncodeToString(sealed), nil
}

// Open decrypts what Seal returned. It fails with ErrWrongKey or ErrDamaged.
func (v *Vault) Open(sealed, associated string) ([]byte, error) {
	raw, id, err := split(sealed)
	if err != nil {
		return nil, err
	}
	box, known := v.boxFor(id)
	if !known {
		v.follow(true) // another process may have added a key
		if box, known = v.boxFor(id); !known {
			return nil, ErrWrongKey
		}
	}
	plain, err := box.Decrypt(raw, []byte(associated))
	if err != nil {
		return nil, ErrDamaged
	}
	return plain, nil
}

// boxFor returns what opens values, and whether the key with an id is known.
func (v *Vault) boxFor(id uint32) (tink.AEAD, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.box, v.ids[id]
}

// split decodes a sealed value and finds the id of the key that sealed it: 4 bytes of
// length, then Tink's prefix (1 and the id) of the encrypted data key.
func split(sealed string) (raw []byte, id uint32, err error) {
	text, ok := strings.CutPrefix(sealed, prefix)
	if !ok {
		return nil, 0, ErrDamaged
	}
	raw, err = base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(raw) < 9 || raw[4] != 1 {
		return nil, 0, ErrDamaged
	}
	return raw, binary.BigEndian.Uint32(raw[5:9]), nil
}

// witness is the text whose sealed form tells whether a key is the right one.
const witness = "carnet"

// Witness returns a sealed text to keep in the database for Verify.
func (v *Vault) Witness() (string, error) { return v.Seal([]byte(witness), witness) }

// Verify returns ErrWrongKey when the witness of a database was sealed with a key that
// isn't here: the program must then not start, instead of sealing new secrets with a
// key that can't open the old ones.
func (v *Vault) Verify(sealed string) error {
	plain, err := v.Open(sealed, witness)
	if err == nil && string(plain) != witness {
		err = ErrDamaged
	}
	return err
}
