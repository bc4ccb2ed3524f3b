package bench

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// child is the program itself, serving a data set in a process of its own.
type child struct {
	cmd   *exec.Cmd
	url   string
	start time.Duration // from the start of the process to the first page
	clock clock
}

// buildProgram compiles Carnet.
func buildProgram(ctx context.Context, out string) (string, error) {
	path, err := filepath.Abs(filepath.Join(out, "carnet"))
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "./cmd/carnet")
	cmd.Stderr = os.Stderr
	return path, cmd.Run()
}

// startChild serves the set and waits for the first page.
func startChild(ctx context.Context, program string, s *Set) (*child, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	l.Close()
	args := []string{"serve", "--data", s.Dir, "--listen", addr, "--log-level", "info", "--log-format", "json"}
	if s.Engine == "postgres" {
		args = append(args, "--database", s.Target)
	}
	c := &child{cmd: exec.CommandContext(ctx, program, args...), url: "http://" + addr}
	c.cmd.Stderr = &c.clock
	c.cmd.Cancel = func() error { return c.cmd.Process.Signal(syscall.SIGTERM) }
	c.cmd.WaitDelay = 30 * time.Second
	began := time.Now()
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", program, err)
	}
	for {
		res, err := http.Get(c.url + "/sign-in")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Since(began) > time.Minute || ctx.Err() != nil {
			c.end()
			return nil, fmt.Errorf("%s doesn't answer: %v", program, err)
		}
		time.Sleep(2 * time.Millisecond)
	}
	c.start = time.Since(began)
	return c, nil
}

// end stops the process and waits for it.
func (c *child) end() {
	c.cmd.Process.Signal(syscall.SIGTERM)
	c.cmd.Wait()
}

// watch follows the memory of the process until rest is called, which returns the
// most that it had.
func (c *child) watch() (rest func() int64) {
	done := make(chan struct{})
	var wait sync.WaitGroup
	var peak int64
	wait.Go(func() {
		for {
			peak = max(peak, c.memory())
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
	return func() int64 {
		close(done)
		wait.Wait()
		return peak
	}
}

// memory is what the process holds for itself, in bytes. The mapped pages of the
// database file aren't its own: they are the cache of the system, which takes them
// back when others need room.
func (c *child) memory() int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kb << 10
		}
	}
	return 0
}
