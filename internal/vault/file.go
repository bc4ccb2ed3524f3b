package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/tink-crypto/tink-go/v2/keyset"
)

// Notice is how long it takes at most until a process that seals notices that another
// one has changed the key file.
const Notice = time.Second

// stamp tells two states of the key file apart.
type stamp struct {
	at   time.Time
	size int64
}

// read reads the key file. bare says that it isn't encrypted.
func (v *Vault) read() (h *keyset.Handle, bare bool, err error) {
	v.note()
	data, err := os.ReadFile(v.file)
	if err != nil {
		return nil, false, fmt.Errorf("reading the vault key: %w", err)
	}
	text := strings.TrimSpace(string(data))
	bare = !strings.HasPrefix(text, wrapped)
	switch {
	case !bare && v.kms == nil:
		return nil, false, fmt.Errorf("%w: it is encrypted by a key management service; set CARNET_VAULT_KMS", ErrBadKey)
	case !bare:
		if text, err = v.kms.unwrap(text); err != nil {
			return nil, false, err
		}
	}
	h, err = decode(text)
	return h, bare, err
}

// note remembers which state of the file this process knows.
func (v *Vault) note() {
	v.looked.Store(time.Now().UnixNano())
	if info, err := os.Stat(v.file); err == nil {
		v.stamp = stamp{info.ModTime(), info.Size()}
	}
}

// follow takes over what another process changed in the key file: at once when must is
// set, else when nobody has looked for a while. What can't be read changes nothing: the
// keys that are known go on working.
func (v *Vault) follow(must bool) {
	if v.file == "" || !must && time.Now().UnixNano()-v.looked.Load() < int64(Notice) {
		return
	}
	v.reading.Lock()
	defer v.reading.Unlock()
	v.looked.Store(time.Now().UnixNano())
	info, err := os.Stat(v.file)
	if err != nil || (stamp{info.ModTime(), info.Size()}) == v.stamp {
		return
	}
	h, _, err := v.read()
	if err != nil {
		return
	}
	_ = v.use(h) // read has made sure that it is a keyset; one without a key for sealing is refused
}

// lockAge is after how long the lock of a process that died counts no more.
const lockAge = time.Minute

// locked runs fn while no other process changes the key file: of two that each added a
// key, one would lose its own with all that it sealed.
func (v *Vault) locked(fn func() error) error {
	lock := v.file + ".lock"
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		f, err := os.OpenFile(lock, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			defer os.Remove(lock)
			if err := f.Close(); err != nil {
				return fmt.Errorf("locking the vault key: %w", err)
			}
			return fn()
		}
		if !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("locking the vault key: %w", err)
		}
		if info, err := os.Stat(lock); err == nil && time.Since(info.ModTime()) > lockAge {
			os.Remove(lock)
		}
		if time.Since(began) > lockAge+10*time.Second {
			return fmt.Errorf("locking the vault key: %s is held by another process", lock)
		}
	}
}
