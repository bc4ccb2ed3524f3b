package password

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/carnetcrm/carnet/internal/errs"
)

func TestHashAndVerify(t *testing.T) {
	hash, err := Hash("correct horse żółw")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash = %s", hash)
	}
	if ok, again := Verify(hash, "correct horse żółw"); !ok || again {
		t.Errorf("right password: %v, rehash %v", ok, again)
	}
	if ok, _ := Verify(hash, "correct horse z\u0307o\u0301łw"); !ok {
		t.Error("the same letters in another encoding must match")
	}
	if ok, again := Verify(hash, "wrong"); ok || again {
		t.Error("a wrong password matched")
	}
	if other, _ := Hash("correct horse żółw"); other == hash {
		t.Error("two hashes of one password are equal: no salt")
	}
	Waste("anything")
}

// TestOldHash verifies a hash of other costs: a test vector of the reference
// implementation of argon2 (its test.c, version 0x13, argon2id, m = 2^16, t = 2, p = 1).
func TestOldHash(t *testing.T) {
	const old = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if ok, again := Verify(old, "password"); !ok || !again {
		t.Errorf("old hash: %v, rehash %v", ok, again)
	}
}

func TestBrokenHashes(t *testing.T) {
	for _, h := range []string{"", "x", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ", "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$AAAA",
		"$argon2id$v=19$m=4000000000,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=19456,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=19456,t=2,p=1$!!$!!", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$AAAA"} {
		if ok, again := Verify(h, "password"); ok || again {
			t.Errorf("%q matched", h)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	hash, err := Hash("a long enough one")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			if ok, _ := Verify(hash, "a long enough one"); !ok {
				t.Error("no match under load")
			}
		})
	}
	wg.Wait()
}

func TestCheck(t *testing.T) {
	personal := []string{"Joanna Kowalska", "j.kowalska@biuroslonce.pl", "Biuro Słońce"}
	for pw, want := range map[string]string{
		// good
		"violet cupboard 9 rain": "", "zielony rower pod mostem": "", "correct kowalska staple": "", "Tr7-mPq2.wLx": "",
		"une girafe mange du pain": "", "Hgs8ksdf0wqe": "", "żółw ćwiczy jogę": "", "dragon7419827365": "",
		"ein grüner Elefant tanzt": "", "山田さんは今日も元気です": "",
		// short, long
		"": "password.too_short", "Ab1!xyzqw": "password.too_short", strings.Repeat("a b c", 60): "password.too_long",
		// list
		"P@ssw0rd1!": "password.common", "password2024": "password.common", "Passw0rd!!": "password.common",
		"1q2w3e4r5t": "password.common", "zaq12wsx!!": "password.common", "Haslo12345!": "password.common",
		"Hasło2024!!": "password.common", "motdepasse1": "password.common", "Passwort123!": "password.common",
		"contraseña1": "password.common", "Contraseña2024": "password.common", "Sommer2024!": "password.common",
		"iloveyou2!": "password.common", "I-love-you!": "password.common", "katarzyna1990": "password.common",
		"michael1985": "password.common", "warszawa2023": "password.common", "FcBayern1900": "password.common",
		"passwordpassword": "password.common", "azertyuiop": "password.pattern", "!!!dragon!!!": "password.common",
		"qwertyuiop1": "password.pattern", "4dm1n1str4t0r": "password.common", "Wakacje2025!": "password.common",
		// patterns
		"aaaaaaaaaaaa": "password.pattern", "1234567890": "password.pattern", "abcdefghijkl": "password.pattern",
		"abcabcabcabc": "password.pattern", "0987654321": "password.pattern", "qwertzuiop": "password.pattern",
		"abc123def456": "password.pattern", "111222333444": "password.pattern", "12121212121212": "password.pattern",
		"          ": "password.pattern",
		// personal
		"Kowalska2024": "password.personal", "joannakowalska": "password.personal", "K0walska!!99": "password.personal",
		"biuroslonce1": "password.personal", "j.kowalska@b": "password.personal",
	} {
		err := Check(pw, personal...)
		var e *errs.Error
		switch {
		case want == "" && err != nil:
			t.Errorf("%q was refused: %v", pw, err)
		case want != "" && (!errors.As(err, &e) || e.Fields[0].Path != "password" || e.Fields[0].Key != want):
			t.Errorf("%q: %v, want %s", pw, err, want)
		}
	}
}

// TestListIsRefused: every entry of the lists is refused as it is, and with a year.
func TestListIsRefused(t *testing.T) {
	n := 0
	for line := range strings.Lines(common().exact) {
		w := strings.TrimSpace(line)
		if w == "" {
			continue
		}
		n++
		if n%29 == 0 && Check(w) == nil {
			t.Errorf("%q was accepted", w)
		}
	}
	if n < 20000 {
		t.Errorf("the list has %d entries", n)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("P@ssw0rd1!", "Joanna")
	f.Add("żółw ćwiczy", "")
	f.Fuzz(func(t *testing.T, pw, name string) {
		if len(pw) > 2000 {
			return
		}
		err := Check(pw, name)
		if err != nil && !errs.Is(err, errs.Invalid) {
			t.Errorf("Check(%q) = %v", pw, err)
		}
	})
}
