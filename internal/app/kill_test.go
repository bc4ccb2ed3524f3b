package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/config"
	"github.com/carnetcrm/carnet/internal/db"
)

// The variables by which a process learns that it is the server that gets killed.
const (
	childData = "CARNET_TEST_SERVER_DATA"
	childDB   = "CARNET_TEST_SERVER_DB"
)

// childMain serves until it is killed; false in any other process.
func childMain() bool {
	dir := os.Getenv(childData)
	if dir == "" {
		return false
	}
	c := &config.Config{Data: dir, Database: os.Getenv(childDB), Listen: "127.0.0.1:0", SecureCookies: "never", MaxUpload: 10}
	a, err := app.Open(context.Background(), c, app.Options{Version: "test", Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		panic(err)
	}
	s, err := a.NewServer()
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := s.Serve(ctx, l); err != nil {
		panic(err)
	}
	return true
}

// victim is the server process of TestKill, started anew after every kill.
type victim struct {
	mu   sync.Mutex
	cmd  *exec.Cmd
	base string
	env  []string
}

func (v *victim) start(t *testing.T) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env, cmd.Stderr = v.env, os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server doesn't start: %v", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.cmd, v.base = cmd, "http://"+strings.TrimSpace(line)
}

func (v *victim) kill() {
	v.cmd.Process.Kill() // SIGKILL
	v.cmd.Wait()
}

func (v *victim) address() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.base
}

// call sends one request to the server as it is now.
func (v *victim) call(ctx context.Context, token, method, path, key, body string) (int, map[string]any, error) {
	r, err := http.NewRequestWithContext(ctx, method, v.address()+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", key)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil, err
	}
	var v2 map[string]any
	err = json.NewDecoder(bytes.NewReader(raw)).Decode(&v2)
	return res.StatusCode, v2, err
}

// kills is how often the server dies in TestKill.
const kills = 20

// TestKill creates clients through the API while the server is killed at random
// moments. Who got no answer asks again with the same key. In the end every
// acknowledged client is there with its traveler and its history, and none twice.
func TestKill(t *testing.T) {
	c := settings(t)
	a, err := app.Open(t.Context(), c, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	actor, user := found(t, a)
	if actor, err = a.As(t.Context(), actor.AgencyID, user); err != nil {
		t.Fatal(err)
	}
	var token string
	if err := a.DB.Update(t.Context(), actor, func(tx *db.Tx) (err error) {
		_, token, err = a.Login.NewToken(t.Context(), tx, "kill", "write", 0)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	v := &victim{env: append(os.Environ(), childData+"="+c.Data, childDB+"="+c.Database)}
	v.start(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	enough := make(chan bool)
	names := map[int64]string{} // acknowledged clients
	var mu sync.Mutex
	var workers sync.WaitGroup
	for w := range 4 {
		workers.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-enough:
					return
				default:
				}
				name := fmt.Sprintf("Nowak%dx%d", w, n)
				id := create(ctx, t, v, token, name)
				if id == 0 {
					return
				}
				mu.Lock()
				names[id] = name
				mu.Unlock()
			}
		})
	}
	for round := range kills {
		// A server that has just started is slow: let it do something before it dies.
		for ctx.Err() == nil {
			mu.Lock()
			n := len(names)
			mu.Unlock()
			if n > 2*round {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond)
		v.kill()
		v.start(t)
	}
	close(enough)
	workers.Wait()
	defer v.kill()
	t.Logf("%d clients acknowledged around %d kills", len(names), kills)
	if len(names) < kills {
		t.Errorf("only %d clients were acknowledged", len(names))
	}
	for id, name := range names {
		confirm(ctx, t, v, token, id, name)
	}
	count(t, c, len(names))
}

// create asks for a client until it is acknowledged, always with the same key.
func create(ctx context.Context, t *testing.T, v *victim, token, name string) int64 {
	body := fmt.Sprintf(`{"travelers":[{"family":%q,"given":"Jan"}]}`, name)
	for ctx.Err() == nil {
		status, answer, err := v.call(ctx, token, "POST", "/clients", name, body)
		if err == nil && status == http.StatusCreated {
			return int64(answer["id"].(float64))
		}
		if err == nil && status != http.StatusConflict && status < 500 {
			t.Errorf("creating %s: %d %v", name, status, answer)
			return 0
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("creating %s: no answer in time", name)
	return 0
}

// confirm reads an acknowledged client back, with its traveler and its history.
func confirm(ctx context.Context, t *testing.T, v *victim, token string, id int64, name string) {
	t.Helper()
	status, got, err := v.call(ctx, token, "GET", fmt.Sprintf("/clients/%d", id), "", "")
	if err != nil || status != 200 || got["name"] != name+"/Jan" || len(got["travelers"].([]any)) != 1 {
		t.Errorf("client %d (%s): %d %v %v", id, name, status, got, err)
		return
	}
	status, got, err = v.call(ctx, token, "GET", fmt.Sprintf("/clients/%d/history", id), "", "")
	items, _ := got["items"].([]any)
	if err != nil || status != 200 || len(items) == 0 {
		t.Errorf("history of client %d: %d %v %v", id, status, got, err)
	}
}

// count looks into the database: as many clients as were acknowledged, each with one
// traveler.
func count(t *testing.T, c *config.Config, want int) {
	t.Helper()
	a, _ := open(t, c)
	actor, _, err := a.Person(t.Context(), "ewa@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.DB.View(t.Context(), actor, func(tx *db.Tx) error {
		var clients, travelers, links int
		if err := tx.Row(t.Context(), `SELECT (SELECT count(*) FROM {client} c), (SELECT count(*) FROM {traveler} t),
			(SELECT count(*) FROM {client_traveler} l)`, nil, &clients, &travelers, &links); err != nil {
			return err
		}
		if clients != want || travelers != want || links != want {
			t.Errorf("%d clients, %d travelers, %d links; want %d of each", clients, travelers, links, want)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
