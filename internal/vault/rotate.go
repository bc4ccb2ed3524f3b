package vault

import (
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// Rotate adds a new primary key and keeps the old ones for reading. A keyset from a
// file is replaced in the file; for one from CARNET_VAULT_KEY the new content of the
// variable is returned, which must be set before the next start. Values are sealed
// with the new key from now on; Reseal converts the old ones. Other processes that read
// the same file notice within a second.
func (v *Vault) Rotate() (variable string, err error) {
	return v.change("adding a vault key", func(m *keyset.Manager) error {
		id, err := m.Add(aead.AES256GCMKeyTemplate())
		if err != nil {
			return err
		}
		return m.SetPrimary(id)
	})
}

// Forget removes all keys but the primary one: what is sealed with them can never be
// opened again, so the caller has made sure that nothing is. It returns what Rotate
// returns.
func (v *Vault) Forget() (variable string, err error) {
	return v.change("forgetting old vault keys", func(m *keyset.Manager) error {
		h, err := m.Handle()
		if err != nil {
			return err
		}
		info := h.KeysetInfo()
		for _, k := range info.GetKeyInfo() {
			if k.GetKeyId() == info.GetPrimaryKeyId() {
				continue
			}
			if err := m.Delete(k.GetKeyId()); err != nil {
				return err
			}
		}
		return nil
	})
}

// change stores a changed keyset and uses it.
func (v *Vault) change(what string, do func(m *keyset.Manager) error) (variable string, err error) {
	turn := func() error {
		if v.file != "" {
			h, _, err := v.read() // as the last process left it
			if err != nil {
				return err
			}
			if err := v.use(h); err != nil {
				return err
			}
		}
		v.mu.RLock()
		m := keyset.NewManagerFromHandle(v.handle)
		v.mu.RUnlock()
		if err := do(m); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		h, err := m.Handle()
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		// On disk before use: what is sealed with the new key must be readable after a crash.
		if v.file != "" {
			if err := v.write(h, true); err != nil {
				return err
			}
		} else if variable, err = export(h); err != nil {
			return err
		}
		return v.use(h)
	}
	if v.file == "" {
		err = turn()
		return variable, err
	}
	v.reading.Lock()
	defer v.reading.Unlock()
	return "", v.locked(turn)
}

// Keys returns how many keys are in the keyset: more than one while a rotation isn't
// finished, or its old keys are not forgotten.
func (v *Vault) Keys() int {
	v.follow(true)
	v.mu.RLock()
	defer v.mu.RUnlock()
	return len(v.ids)
}

// Source says where the keyset is: variable, file or kms.
func (v *Vault) Source() string {
	switch {
	case v.file == "":
		return "variable"
	case v.kms != nil:
		return "kms"
	}
	return "file"
}

// Stale reports whether a value was sealed with a key that is no longer the primary.
func (v *Vault) Stale(sealed string) bool {
	_, id, err := split(sealed)
	v.mu.RLock()
	defer v.mu.RUnlock()
	return err == nil && id != v.handle.KeysetInfo().GetPrimaryKeyId()
}

// Reseal seals a value again with the primary key; changed is false when it was.
func (v *Vault) Reseal(sealed, associated string) (out string, changed bool, err error) {
	if !v.Stale(sealed) {
		return sealed, false, nil
	}
	plain, err := v.Open(sealed, associated)
	if err != nil {
		return "", false, err
	}
	out, err = v.Seal(plain, associated)
	return out, err == nil, err
}
