package client

import (
	"context"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/fold"
)

// ProposeCode makes an account code of the first three letters of the name and
// the last three digits of the phone (R011): "Kowalska/Joanna", "+48601234567"
// give KOW567; without a phone KOW. A name without Latin letters gives C.
func ProposeCode(name, phone string) string {
	letters := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 'A'
		}
		return -1
	}, fold.Fold(name))
	if len(letters) == 0 {
		letters = "C"
	}
	digits := fold.Digits(phone)
	return letters[:min(3, len(letters))] + digits[max(0, len(digits)-3):]
}

// FreeCode returns base, or base with a number behind it that nobody in the
// agency uses. Deleted clients keep their codes. It asks for a few dozen codes
// however many begin alike: numbers that double until one is free, then the gap
// below it is halved.
func FreeCode(ctx context.Context, tx *db.Tx, base string) (string, error) {
	if len(base) < 2 {
		base += "1"
	}
	numbered := func(n int) string {
		if n == 1 {
			return base
		}
		return base + "-" + strconv.Itoa(n)
	}
	used, err := usedCodes(ctx, tx, db.Texts{base})
	if err != nil || !used[base] {
		return base, err
	}
	var probes db.Texts
	for n := 2; n < 1<<40; n *= 2 {
		probes = append(probes, numbered(n))
	}
	if used, err = usedCodes(ctx, tx, probes); err != nil {
		return "", err
	}
	free := 2
	for used[numbered(free)] {
		free *= 2
	}
	for low := free / 2; low+1 < free; { // low is used, free is free
		mid := (low + free) / 2
		if used, err = usedCodes(ctx, tx, db.Texts{numbered(mid)}); err != nil {
			return "", err
		}
		if used[numbered(mid)] {
			low = mid
		} else {
			free = mid
		}
	}
	// When others create clients of the same name at the same moment, each looks
	// at another number.
	return numbered(free + rand.IntN(1+16*tx.Try)), nil
}

// usedCodes returns which of the codes somebody in the agency has.
func usedCodes(ctx context.Context, tx *db.Tx, codes db.Texts) (map[string]bool, error) {
	used := map[string]bool{}
	err := tx.AsSystem().Each(ctx, "SELECT c.code FROM {client.any} c WHERE c.code IN {texts $1}", []any{codes}, func(rows db.Rows) error {
		var code string
		err := rows.Scan(&code)
		used[code] = true
		return err
	})
	return used, err
}
