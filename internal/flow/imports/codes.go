package imports

import (
	"context"
	"strconv"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// retryTaken has the batch decided anew when somebody took a code or an id between
// our look and our writing.
func retryTaken(err error) error {
	if errs.Is(err, errs.Conflict) {
		return db.Retry(err)
	}
	return err
}

// giveCodes proposes account codes for the clients of which the file gave none
// (R010, R011), without a query per client: first those that nobody of the agency
// has yet, then numbered ones.
func (x *writer) giveCodes(ctx context.Context, fresh []*decision) error {
	open := map[string][]*client.Client{}
	given := map[string]bool{}
	var order []string
	for _, d := range fresh {
		c := &d.full
		if c.Code != "" {
			given[c.Code] = true
			continue
		}
		base := client.ProposeCode(c.Name, somePhone(d.d))
		if len(base) < 2 {
			base += "1"
		}
		if open[base] == nil {
			order = append(order, base)
		}
		open[base] = append(open[base], c)
	}
	for len(order) > 0 {
		var texts db.Texts
		proposal := map[*client.Client]string{}
		for _, base := range order {
			n := x.e.next[base]
			for _, c := range open[base] {
				code := base
				if n > 0 {
					code += "-" + strconv.Itoa(n+1)
				}
				n++
				proposal[c] = code
				texts = append(texts, code)
			}
			x.e.next[base] = n
		}
		used, err := codesInUse(ctx, x.tx, texts)
		if err != nil {
			return err
		}
		var rest []string
		for _, base := range order {
			var left []*client.Client
			for _, c := range open[base] {
				if code := proposal[c]; !used[code] && !given[code] {
					c.Code, given[code] = code, true
				} else {
					left = append(left, c)
				}
			}
			if open[base] = left; len(left) > 0 {
				rest = append(rest, base)
				if err := x.skipUsed(ctx, base); err != nil {
					return err
				}
			}
		}
		order = rest
	}
	return nil
}

// skipUsed moves the numbers of a base on to a free one: there may be thousands of
// clients whose codes begin alike.
func (x *writer) skipUsed(ctx context.Context, base string) error {
	free, err := client.FreeCode(ctx, x.tx, base)
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(free[min(len(free), len(base)+1):]); err == nil && n-1 > x.e.next[base] {
		x.e.next[base] = n - 1
	}
	return nil
}

func codesInUse(ctx context.Context, tx *db.Tx, codes db.Texts) (map[string]bool, error) {
	used := map[string]bool{}
	err := tx.AsSystem().Each(ctx, "SELECT c.code FROM {client.any} c WHERE c.code IN {texts $1}", []any{codes}, func(rows db.Rows) error {
		var code string
		err := rows.Scan(&code)
		used[code] = true
		return err
	})
	return used, err
}

func somePhone(d *draft) (out string) {
	d.eachComm(func(_ int, c *comm) {
		if out == "" && c.Type == "phone" {
			out = c.Value
		}
	})
	return out
}
