package vault

import (
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// Rotate adds a new primary key and keeps the old ones for reading. A keyset from a
// file is replaced in the file; for one from CARNET_VAULT_KEY the new content of the
// variable is returned, which must be set before the next start. Values are sealed
// with the new key from now on; Reseal converts the old ones.
func (v *Vault) Rotate() (variable string, err error) {
	v.mu.RLock()
	m := keyset.NewManagerFromHandle(v.handle)
	v.mu.RUnlock()
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return "", fmt.Errorf("adding a vault key: %w", err)
	}
	if err := m.SetPrimary(id); err != nil {
		return "", fmt.Errorf("adding a vault key: %w", err)
	}
	h, err := m.Handle()
	if err != nil {
		return "", fmt.Errorf("adding a vault key: %w", err)
	}
	// On disk before use: what is sealed with the new key must be readable after a crash.
	if v.file != "" {
		if err := v.write(h, true); err != nil {
			return "", err
		}
		return "", v.use(h)
	}
	if variable, err = export(h); err != nil {
		return "", err
	}
	return variable, v.use(h)
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
