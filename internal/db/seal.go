package db

import "errors"

// Sealer keeps secrets: it seals them before they are stored and opens them for those
// who may know them. The vault is one.
type Sealer interface {
	// Seal encrypts plain so that Open gives it back only for the same place.
	Seal(plain []byte, place string) (string, error)
	Open(sealed, place string) ([]byte, error)
}

// ErrNoSealer reports a secret that is to be stored or opened where no vault is.
var ErrNoSealer = errors.New("db: no vault: secrets can neither be stored nor opened")

// Seal encrypts a secret for the database. Place names the agency, table, record and
// column, so that a sealed value is worth nothing elsewhere.
func (tx *Tx) Seal(plain, place string) (string, error) {
	if tx.db.Sealer == nil {
		return "", ErrNoSealer
	}
	return tx.db.Sealer.Seal([]byte(plain), place)
}

// Open decrypts what Seal returned.
func (tx *Tx) Open(sealed, place string) (string, error) {
	if tx.db.Sealer == nil {
		return "", ErrNoSealer
	}
	plain, err := tx.db.Sealer.Open(sealed, place)
	return string(plain), err
}
