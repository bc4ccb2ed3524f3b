package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
)

// The secrets of the bench's own session and token. They open made-up data on this
// machine only.
const (
	benchToken   = "carnet_bench_bench_bench_bench_bench_bench_bench"
	benchSession = "bench_session_bench_session_bench_session"
)

// enter lets the bench in: a token for the API and a session for the pages, both of
// the administrator.
func (b *bencher) enter(ctx context.Context) error {
	hash := func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) }
	return b.d.UpdateLocal(ctx, func(tx *db.Tx) error {
		for _, q := range []string{"DELETE FROM api_token WHERE hash = $1 OR hash = $2", "DELETE FROM session WHERE hash = $1 OR hash = $2"} {
			if _, err := tx.Exec(ctx, q, hash(benchToken), hash(benchSession)); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO api_token (hash, hint, agency_id, user_id, name, scope, created_at)
			VALUES ($1, 'ench', $2, $3, 'bench', 'write', $4)`, hash(benchToken), b.set.Agency, b.admin.UserID, tx.Now)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO session (hash, agency_id, user_id, method, created_at, expires_at, seen_at, proof_at)
			VALUES ($1, $2, $3, 'password', $4, $5, $4, $4)`, hash(benchSession), b.set.Agency, b.admin.UserID, tx.Now, tx.Now.Add(24*time.Hour))
		return err
	})
}

// asker sends requests over kept connections.
type asker struct {
	base string
	c    *http.Client
}

func newAsker(base string) *asker {
	return &asker{base, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// ask makes work of a request. path and body may hold %d for a number that differs
// each time.
func (a *asker) ask(method string, path func(i int) string, body func(i int) string) work {
	return func(ctx context.Context, i int) error {
		var send io.Reader
		if body != nil {
			send = strings.NewReader(body(i))
		}
		r, err := http.NewRequestWithContext(ctx, method, a.base+path(i), send)
		if err != nil {
			return err
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			r.Header.Set("Authorization", "Bearer "+benchToken)
			r.Header.Set("Content-Type", "application/json")
		} else {
			r.AddCookie(&http.Cookie{Name: "carnet", Value: benchSession})
			r.Header.Set("Accept-Encoding", "gzip") // pages go compressed to every browser
		}
		res, err := a.c.Do(r)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err == nil && res.StatusCode >= 300 {
			err = fmt.Errorf("%s %s: %s: %.200s", method, r.URL.Path, res.Status, text)
		}
		return err
	}
}

func (a *asker) get(path func(i int) string) work { return a.ask("GET", path, nil) }

// httpCase is work through the network, with the requests a second that the budget
// asks for.
type httpCase struct {
	part, name string
	do         work
	floor      float64
}

func (b *bencher) httpCases(a *asker, brim int64) []httpCase {
	fixed := func(s string) func(int) string { return func(int) string { return s } }
	parts := []string{"kowal", "owalsk", "schmi", "garci", "ernand", "wisniew", "eblanc", "iemczy"}
	search := func(list []string) func(int) string {
		return func(i int) string { return "/api/v1/search?q=" + url.QueryEscape(list[i%len(list)]) }
	}
	var phones []string
	for _, p := range b.names {
		if strings.HasPrefix(p.norm, "+") {
			phones = append(phones, p.norm)
		}
	}
	filtered := func(i int) string {
		return fmt.Sprintf("/api/v1/clients?limit=50&status=active&branch=%d", b.branches[i%len(b.branches)])
	}
	record := func(prefix string) func(int) string {
		return func(i int) string { return fmt.Sprintf("%s/clients/%d", prefix, b.ids[i%len(b.ids)]) }
	}
	create := func(int) string {
		n := serial.Add(1)
		return fmt.Sprintf(`{"travelers":[{"family":"Zzbench%d","given":"Joanna","communications":[{"type":"phone","value":"+48%09d"},
			{"type":"email","value":"zz%d@example.com"}]}]}`, n, 500000000+n%400000000, n)
	}
	return []httpCase{
		{"api", "API: page of 50", a.get(fixed("/api/v1/clients?limit=50")), 1800},
		{"api", "API: page of 50, filtered", a.get(filtered), 1400},
		{"api", "API: search by a substring", a.get(search(parts)), 600},
		{"api", "API: search by name, `kowalska joanna`", a.get(search([]string{"kowalska joanna"})), 600},
		{"api", "API: search by phone", a.get(search(phones)), 600},
		{"api", "API: a record with its parts", a.get(record("/api/v1")), 0},
		{"api", "API: create with history", a.ask("POST", fixed("/api/v1/clients"), create), 900},
		{"web", "page: client list", a.get(fixed("/clients")), 0},
		{"web", "page: client list, filtered", a.get(func(i int) string {
			return fmt.Sprintf("/clients?status=active&branch=%d", b.branches[i%len(b.branches)])
		}), 0},
		{"web", "page: client", a.get(record("")), 0},
		{"web", "page: client, filled to the brim", a.get(fixed(fmt.Sprintf("/clients/%d", brim))), 0},
		{"web", "page: type-ahead", a.get(func(i int) string { return "/search?part=1&q=" + url.QueryEscape(words[i%len(words)].typed) }), 0},
	}
}

// measureHTTP measures the program in a process of its own, with this one as its
// many users.
func (o Options) measureHTTP(ctx context.Context, r *Result, b *bencher) error {
	program, err := buildProgram(ctx, o.Out)
	if err != nil {
		return err
	}
	if err := b.enter(ctx); err != nil {
		return err
	}
	// Others who own the folder may not keep the program from writing there.
	if err := os.Chmod(b.set.Dir, 0o700); err != nil {
		return err
	}
	c, err := startChild(ctx, program, b.set)
	if err != nil {
		return err
	}
	defer func() { c.end() }() // the last one
	start := c.start
	for range 2 { // the quietest of three starts
		c.end()
		if c, err = startChild(ctx, program, b.set); err != nil {
			return err
		}
		start = min(start, c.start)
	}
	o.note(r, Line{Part: "other", Name: "start to first page", Value: float64(start) / 1e6, Limit: 300, Unit: "ms"})
	time.Sleep(2 * time.Second)
	o.note(r, Line{Part: "other", Name: "memory at rest", Value: float64(c.memory()) / 1e6, Limit: 60, Unit: "MB"})
	rest := c.watch()
	a := newAsker(c.url)
	brim, err := b.brim(ctx)
	if err != nil {
		return err
	}
	for _, h := range b.httpCases(a, brim) {
		if o.Only != "" && !strings.Contains(h.name, o.Only) {
			continue
		}
		for _, users := range o.Users {
			mine, server, err := c.best(ctx, users, 2*o.Duration, h.do)
			l := Line{Part: h.part, Name: h.name, Users: users, Mine: mine, Server: server, Budget: h.part == "web" && users > 1}
			if err != nil {
				l.Mine, l.Failed = Stat{}, fmt.Sprintf("%.200s", err)
			}
			if users > 1 && b.set.Clients == 100000 {
				l.Floor = h.floor
			}
			o.note(r, l)
		}
	}
	o.note(r, Line{Part: "other", Name: "memory under load", Value: float64(rest()) / 1e6, Limit: 200, Unit: "MB"})
	weight, err := a.weight(ctx, "/clients")
	if err != nil {
		return err
	}
	o.note(r, Line{Part: "other", Name: "weight of the client list", Value: float64(weight) / 1e3, Limit: 60, Unit: "KB"})
	return nil
}
