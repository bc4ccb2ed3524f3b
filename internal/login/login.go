// Package login is how people and programs prove who they are: passwords, second
// factors, sessions, API tokens, invitations and the record of all that.
//
// What is looked up before the agency of a request is known (logins, sessions,
// tokens) is in local tables; whatever names a person's agency opens it with the
// eyes of the system and hands out an actor with exactly that person's rights.
// Every secret that opens something is random and stored as its SHA-256 only.
package login

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/vault"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Service signs people in. Make one per process with New: it keeps what it read
// about sessions and tokens for a moment.
type Service struct {
	db    *db.DB
	vault *vault.Vault
	opt   Options
	keys  *webauthn.WebAuthn

	seen  cache        // sessions and tokens
	moved atomic.Int64 // counts what made cached entries old, beside agency.Epoch
	work  sync.WaitGroup
}

// Options are what a Service has to know about the installation.
type Options struct {
	BaseURL string // https://crm.example.com, without a slash at the end: links in mails, and the origin of passkeys
	Mail    bool   // a mail server is set up
}

// New returns the service of a database. The vault seals the secrets of
// authenticator apps.
func New(d *db.DB, v *vault.Vault, opt Options) (*Service, error) {
	opt.BaseURL = strings.TrimRight(opt.BaseURL, "/")
	keys, err := newPasskeys(opt.BaseURL)
	if err != nil {
		return nil, err
	}
	return &Service{db: d, vault: v, opt: opt, keys: keys}, nil
}

// Close waits for the stamps of use that are still being written.
func (s *Service) Close() { s.work.Wait() }

// MailOn reports whether invitations and resets can leave by mail.
func (s *Service) MailOn() bool { return s.opt.Mail && s.opt.BaseURL != "" }

// Place is where a request comes from.
type Place struct {
	IP        string // of the browser, as the trusted proxy tells it
	UserAgent string
	Device    string // the long-lived cookie that an earlier sign-in left, "" if none
}

// tidy bounds what a stranger can make us store.
func (p Place) tidy() Place {
	if len(p.UserAgent) > 300 {
		p.UserAgent = p.UserAgent[:300]
	}
	p.UserAgent = strings.ToValidUTF8(p.UserAgent, "") // a header may hold any bytes
	if len(p.IP) > 64 {
		p.IP = p.IP[:64]
	}
	return p
}

// network is the part of the address that one subscriber holds: all of an IPv4
// address, the /64 of an IPv6 one.
func (p Place) network() string {
	a, err := netip.ParseAddr(p.IP)
	if err != nil {
		return p.IP
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if pre, err := a.Prefix(64); err == nil {
			return pre.String()
		}
	}
	return a.String()
}

// newToken returns a secret of 256 random bits.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// hashOf is how a secret is stored. A plain hash is enough for random secrets.
func hashOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// unknown is the answer to anything that doesn't open anything.
func unknown() error { return errs.New(errs.Unauthenticated, "error.unauthenticated") }

// Lifetimes. A session ends after half a day without use, and after 30 days
// anyway; a proof of identity counts as fresh for 5 minutes.
const (
	idle      = 12 * time.Hour
	absolute  = 30 * 24 * time.Hour
	pending   = 10 * time.Minute // between the password and the second factor
	fresh     = 5 * time.Minute
	recheck   = 2 * time.Second // how long another process's change may stay unnoticed
	touch     = time.Minute     // last use is written at most so often
	knownFor  = 90 * 24 * time.Hour
	inviteFor = 7 * 24 * time.Hour
	resetFor  = time.Hour
	byHandFor = 24 * time.Hour // a reset link that an administrator hands over
)
