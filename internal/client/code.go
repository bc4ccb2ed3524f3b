package client

import (
	"context"
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

// FreeCode returns base, or base with the smallest number behind it that nobody
// in the agency uses. Deleted clients keep their codes.
func FreeCode(ctx context.Context, tx *db.Tx, base string) (string, error) {
	if len(base) < 2 {
		base += "1"
	}
	used := map[string]bool{}
	err := tx.AsSystem().Each(ctx, "SELECT c.code FROM {client.any} c WHERE c.code >= $1 AND c.code < $2",
		[]any{base, base + "\U0010FFFF"}, func(rows db.Rows) error {
			var code string
			err := rows.Scan(&code)
			used[code] = true
			return err
		})
	if err != nil {
		return "", err
	}
	if !used[base] {
		return base, nil
	}
	for n := 2; ; n++ {
		if code := base + "-" + strconv.Itoa(n); !used[code] {
			return code, nil
		}
	}
}
