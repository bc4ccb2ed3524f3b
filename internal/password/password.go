// Package password hashes passwords with argon2id and refuses those that an attacker
// tries first.
package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// params are the costs of a hash. The defaults are the OWASP recommendation for
// argon2id with the least memory, so that a small server can sign in several people.
type params struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

var current = params{memory: 19 * 1024, passes: 2, threads: 1}

const saltLen, keyLen = 16, 32

// slots bounds how many hashes are computed at once: each needs 19 MiB, and a burst of
// sign-ins must make people wait rather than the server run out of memory.
var slots = make(chan struct{}, max(2, min(4, runtime.GOMAXPROCS(0))))

// Hash returns the PHC string of a password: "$argon2id$v=19$m=19456,t=2,p=1$salt$key".
// It fails only when the system has no randomness.
func Hash(pw string) (string, error) {
	salt := make([]byte, saltLen)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("making a salt: %w", err)
	}
	key := derive(pw, salt, current, keyLen)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		current.memory, current.passes, current.threads, b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// Verify reports whether pw is the password of a hash, in constant time, and whether
// the hash was made with other costs than today's and should be replaced on this
// occasion. A broken hash matches nothing.
func Verify(hash, pw string) (ok, needsRehash bool) {
	p, salt, key, err := decode(hash)
	if err != nil {
		return false, false
	}
	ok = subtle.ConstantTimeCompare(key, derive(pw, salt, p, uint32(len(key)))) == 1
	return ok, ok && (p != current || len(salt) != saltLen || len(key) != keyLen)
}

// nobody is the hash of a password that nobody has.
var nobody = sync.OnceValue(func() string {
	hash, err := Hash(rand.Text())
	if err != nil {
		panic(err) // crypto/rand never fails on the systems that Carnet runs on
	}
	return hash
})

// Waste takes as long as Verify. Call it when there is no such user, so that the time
// of an answer doesn't tell which addresses have an account.
func Waste(pw string) { Verify(nobody(), pw) }

// derive computes the key. The password is normalised, because the same keys give
// different bytes on different systems (NIST SP 800-63B, 5.1.1.2).
func derive(pw string, salt []byte, p params, n uint32) []byte {
	slots <- struct{}{}
	defer func() { <-slots }()
	return argon2.IDKey([]byte(norm.NFKC.String(pw)), salt, p.passes, p.memory, p.threads, n)
}

var errHash = errors.New("not an argon2id hash")

// decode reads a PHC string. Costs far from any that we set are refused: a hash comes
// from the database, but it must not be able to stop the server.
func decode(hash string) (p params, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.threads); err != nil {
		return p, nil, nil, fmt.Errorf("%w: %w", errHash, err)
	}
	if p.memory < 8 || p.memory > 1<<20 || p.passes < 1 || p.passes > 64 || p.threads < 1 || p.threads > 64 {
		return p, nil, nil, errHash
	}
	if salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[4]); err != nil {
		return p, nil, nil, fmt.Errorf("%w: %w", errHash, err)
	}
	if key, err = base64.RawStdEncoding.Strict().DecodeString(parts[5]); err != nil {
		return p, nil, nil, fmt.Errorf("%w: %w", errHash, err)
	}
	if len(salt) < 8 || len(key) < 16 || len(key) > 64 {
		return p, nil, nil, errHash
	}
	return p, salt, key, nil
}
