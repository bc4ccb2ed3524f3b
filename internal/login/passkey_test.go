package login_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// device is an authenticator: one P-256 key, made and used as browsers do.
type device struct {
	key    *ecdsa.PrivateKey
	id     []byte
	handle string
	origin string
	count  uint32
}

func newDevice(t *testing.T, origin string) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d := &device{key: key, id: make([]byte, 16), origin: origin}
	rand.Read(d.id)
	return d
}

func (d *device) client(kind, challenge string) []byte {
	b, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	return b
}

// data is what authenticators sign: who for, how, how often.
func (d *device) data(flags byte) []byte {
	rp := sha256.Sum256([]byte("localhost"))
	return binary.BigEndian.AppendUint32(append(rp[:], flags), d.count)
}

func (d *device) create(t *testing.T, c *login.Ceremony) []byte {
	t.Helper()
	var o options
	if err := json.Unmarshal(c.Options, &o); err != nil {
		t.Fatal(err)
	}
	d.handle = o.PublicKey.User.ID
	point, err := d.key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		t.Fatal(err)
	}
	data := append(d.data(0x45), make([]byte, 16)...) // present, verified, with a key
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(d.id))), d.id...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": append(data, cose...)})
	if err != nil {
		t.Fatal(err)
	}
	return d.answer(map[string]string{"clientDataJSON": b64.EncodeToString(d.client("webauthn.create", o.PublicKey.Challenge)),
		"attestationObject": b64.EncodeToString(object)})
}

func (d *device) get(t *testing.T, c *login.Ceremony, flags byte) []byte {
	t.Helper()
	var o options
	if err := json.Unmarshal(c.Options, &o); err != nil {
		t.Fatal(err)
	}
	d.count++
	client, data := d.client("webauthn.get", o.PublicKey.Challenge), d.data(flags)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return d.answer(map[string]string{"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data),
		"signature": b64.EncodeToString(sig), "userHandle": d.handle})
}

func (d *device) answer(response map[string]string) []byte {
	b, _ := json.Marshal(map[string]any{"id": b64.EncodeToString(d.id), "rawId": b64.EncodeToString(d.id), "type": "public-key",
		"response": response, "clientExtensionResults": map[string]any{"credProps": map[string]bool{"rk": true}}})
	return b
}

// TestPasskey: as a second factor, as a proof, and instead of the password; wrong
// origins, used answers and copied authenticators are refused.
func TestPasskey(t *testing.T) {
	b := newBench(t)
	b.give("ann", "bob")
	d := newDevice(t, "http://localhost:8080")
	var recovery []string
	dbtest.Update(t, b.DB, b.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		c, err := b.s.BeginPasskey(ctx, tx)
		if err != nil {
			return err
		}
		recovery, err = b.s.FinishPasskey(ctx, tx, c.Token, d.create(t, c), "Laptop", login.Place{})
		return err
	})
	if len(recovery) != 10 {
		t.Errorf("%d recovery codes", len(recovery))
	}
	second := func(forge func(*login.Ceremony) []byte) (*login.Result, error) {
		r := b.signIn("ann")
		if strings.Join(r.Second, " ") != "passkey recovery" {
			t.Fatalf("due %v", r.Second)
		}
		c, err := b.s.BeginProof(t.Context(), db.Actor{}, r.Token)
		if err != nil {
			t.Fatal(err)
		}
		return b.s.Second(t.Context(), r.Token, login.Proof{Ceremony: c.Token, Answer: forge(c)}, login.Place{IP: "192.0.2.1"})
	}
	r, err := second(func(c *login.Ceremony) []byte { return d.get(t, c, present) })
	if err != nil {
		t.Fatal(err)
	}
	n, _, _, actor, err := b.s.Authenticate(t.Context(), r.Token)
	if err != nil || n.Method != "password+passkey" {
		t.Errorf("session %+v (%v)", n, err)
	}
	if _, err := second(func(c *login.Ceremony) []byte {
		evil := *d
		evil.origin = "https://evil.example"
		return evil.get(t, c, verified)
	}); !errs.Is(err, errs.Invalid) {
		t.Errorf("an answer for another origin: %v", err)
	}
	if _, err := second(func(c *login.Ceremony) []byte { d.count = 0; return d.get(t, c, verified) }); !errs.Is(err, errs.Invalid) {
		t.Errorf("a copied authenticator: %v", err)
	}
	b.now = b.now.Add(20 * time.Minute)
	d.count = 50
	c, err := b.s.BeginProof(t.Context(), actor, "")
	if err != nil {
		t.Fatal(err)
	}
	answer := d.get(t, c, verified)
	token, err := b.s.Prove(t.Context(), actor, n.ID, login.Proof{Ceremony: c.Token, Answer: answer}, login.Place{})
	if err != nil || !b.opens(token) {
		t.Errorf("proof by passkey: %v", err)
	}
	if _, err := b.s.Prove(t.Context(), actor, n.ID, login.Proof{Ceremony: c.Token, Answer: answer}, login.Place{}); !errs.Is(err, errs.Invalid) {
		t.Errorf("the same answer again: %v", err)
	}
	b.passwordless(d)
	b.removed(d)
}

// passwordless signs in by passkey alone, which needs the owner's finger or PIN.
func (b *bench) passwordless(d *device) {
	b.t.Helper()
	for flags, want := range map[byte]bool{verified: true, present: false} {
		c, err := b.s.BeginPasskeySignIn(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		r, err := b.s.PasskeySignIn(b.t.Context(), c.Token, d.get(b.t, c, flags), "", login.Place{IP: "192.0.2.1"})
		if (err == nil) != want || (err != nil && !errs.Is(err, errs.Unauthenticated)) {
			b.t.Errorf("passkey alone with flags %x: %v", flags, err)
		}
		if err == nil && (len(r.Second) > 0 || !b.opens(r.Token)) {
			b.t.Errorf("passkey alone is both factors, but %v are due", r.Second)
		}
	}
}

// removed takes the passkey away: only its owner can, and then it opens nothing.
func (b *bench) removed(d *device) {
	b.t.Helper()
	var f login.Factors
	dbtest.View(b.t, b.DB, b.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) { f, err = b.s.FactorsOf(ctx, tx); return err })
	if len(f.Passkeys) != 1 || f.Passkeys[0].Name != "Laptop" || f.Passkeys[0].UsedAt == 0 {
		b.t.Fatalf("passkeys %+v", f.Passkeys)
	}
	remove := func(who string) error {
		return b.DB.Update(b.t.Context(), b.As(who), func(tx *db.Tx) error {
			return b.s.RemovePasskey(b.t.Context(), tx, f.Passkeys[0].ID, login.Place{})
		})
	}
	if err := remove("bob"); !errs.Is(err, errs.NotFound) {
		b.t.Errorf("bob removes ann's passkey: %v", err)
	}
	if err := remove("ann"); err != nil {
		b.t.Error(err)
	}
	c, err := b.s.BeginPasskeySignIn(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.s.PasskeySignIn(b.t.Context(), c.Token, d.get(b.t, c, verified), "", login.Place{}); !errs.Is(err, errs.Unauthenticated) {
		b.t.Errorf("a removed passkey: %v", err)
	}
}

// TestPasskeysNeedAName: an installation reached by number offers none.
func TestPasskeysNeedAName(t *testing.T) {
	b := newBench(t)
	for base, want := range map[string]bool{"http://127.0.0.1:8080": false, "": false, "https://crm.example.com/": true, "http://localhost:8080": true} {
		s, err := login.New(b.DB, nil, login.Options{BaseURL: base})
		if err != nil {
			t.Fatal(err)
		}
		if s.PasskeysOn() != want {
			t.Errorf("%q: %v", base, s.PasskeysOn())
		}
		if _, err := s.BeginPasskeySignIn(t.Context()); (err == nil) != want {
			t.Errorf("%q: %v", base, err)
		}
	}
}
