package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"
)

// clock reads from the log of the program how long each request took by its own clock:
// from the moment it had the request to the last byte of the answer. What the program is
// measured with from outside has the many users in it, too, who want the same processors.
type clock struct {
	mu   sync.Mutex
	line []byte // begun, not ended
	took []time.Duration
}

// Write takes a piece of the log in. What is no request is shown.
func (c *clock) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line = append(c.line, p...)
	for {
		line, rest, ended := bytes.Cut(c.line, []byte("\n"))
		if !ended {
			return len(p), nil
		}
		var l struct {
			Level, Msg string
			Took       time.Duration
		}
		switch err := json.Unmarshal(line, &l); {
		case err != nil || l.Level != "INFO":
			fmt.Fprintf(os.Stderr, "%s\n", line)
		case l.Msg == "request":
			c.took = append(c.took, l.Took)
		}
		c.line = append(c.line[:0], rest...)
	}
}

// reset forgets the requests so far.
func (c *clock) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.took = c.took[:0]
}

// read returns how long the last n requests took, once the log tells of so many. They are
// fewer if it doesn't within a second.
func (c *clock) read(n int) []time.Duration {
	for end := time.Now().Add(time.Second); ; time.Sleep(time.Millisecond) {
		c.mu.Lock()
		if len(c.took) >= n || time.Now().After(end) {
			defer c.mu.Unlock()
			return append([]time.Duration(nil), c.took...)
		}
		c.mu.Unlock()
	}
}

// best measures requests in rounds, after a warm-up, and returns the quietest one by the
// clock of the users and the quietest one by the clock of the program.
func (c *child) best(ctx context.Context, users int, d time.Duration, do work) (mine, server Stat, err error) {
	for round := range rounds + 1 {
		length := d
		if round == 0 { // fills caches, prepares statements
			length = d / 5
		}
		c.clock.reset()
		began := time.Now()
		got, err := measure(ctx, users, length, do)
		if err != nil {
			return mine, server, err
		}
		spent := time.Since(began)
		took := c.clock.read(got.N)
		if len(took) != got.N {
			return mine, server, fmt.Errorf("the log tells of %d requests, %d were sent", len(took), got.N)
		}
		if round == 0 {
			continue
		}
		if mine.N == 0 || got.P95 < mine.P95 {
			mine = got
		}
		if s := stat(took, spent); server.N == 0 || s.P95 < server.P95 {
			server = s
		}
	}
	return mine, server, nil
}
