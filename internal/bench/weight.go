package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// asset finds what a page loads.
var asset = regexp.MustCompile(`(?:src|href)="(/assets/[^"#?]+[^"#]*)`)

// weight is how many bytes a page and everything that it loads take on their way,
// compressed as browsers ask for.
func (a *asker) weight(ctx context.Context, path string) (int, error) {
	n, _, err := a.bytes(ctx, path)
	if err != nil {
		return 0, err
	}
	// The page itself came compressed: its text is asked for once more.
	_, text, err := a.plain(ctx, path)
	if err != nil {
		return 0, err
	}
	seen := map[string]bool{}
	for _, m := range asset.FindAllStringSubmatch(text, -1) {
		if name := m[1]; !seen[name] && !strings.Contains(text, `rel="icon" href="`+name) {
			seen[name] = true
			more, _, err := a.bytes(ctx, name)
			if err != nil {
				return 0, err
			}
			n += more
		}
	}
	return n, nil
}

// bytes fetches a path compressed.
func (a *asker) bytes(ctx context.Context, path string) (int, string, error) {
	return a.fetch(ctx, path, "br, gzip")
}

// plain fetches a path as it is.
func (a *asker) plain(ctx context.Context, path string) (int, string, error) {
	return a.fetch(ctx, path, "identity")
}

func (a *asker) fetch(ctx context.Context, path, encoding string) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, "GET", a.base+path, nil)
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Accept-Encoding", encoding)
	r.AddCookie(&http.Cookie{Name: "carnet", Value: benchSession})
	res, err := a.c.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s", path, res.Status)
	}
	return len(raw), string(raw), err
}
