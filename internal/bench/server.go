package bench

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Server is a private PostgreSQL cluster of the bench.
type Server struct {
	script, dir string
	url         string
}

// StartServer starts the cluster in dir with the script of the repository. It keeps
// fsync on, as users do, and is given a gigabyte of memory.
func StartServer(ctx context.Context, script, dir string) (*Server, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	// Stops what an earlier run that was killed has left behind; fails when there is
	// nothing.
	s := &Server{script: script, dir: dir}
	s.Stop()
	cmd := exec.CommandContext(ctx, script, "start", dir)
	cmd.Env = append(os.Environ(), "PGTEST_FSYNC=on", "PGTEST_BUFFERS=1GB")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	s.url, err = bySocket(strings.TrimSpace(string(out)), dir)
	return s, err
}

// bySocket is the address of a server by its socket in dir, as a program on the same
// machine should reach it: a tenth to a fifth of a page's time goes into the loopback
// network otherwise.
func bySocket(address, dir string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	u.RawQuery = url.Values{"host": {dir}, "port": {u.Port()}}.Encode()
	u.Host = ""
	return u.String(), nil
}

// Stop ends the cluster and leaves its data.
func (s *Server) Stop() error { return exec.Command(s.script, "stop", s.dir).Run() }

// URL is the address of a database of the cluster.
func (s *Server) URL(name string) string {
	u, err := url.Parse(s.url)
	if err != nil {
		return s.url
	}
	u.Path = "/" + name
	return u.String()
}

// recreate makes an empty database of that name.
func (s *Server) recreate(ctx context.Context, name string) error {
	c, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, `DROP DATABASE IF EXISTS "`+name+`" WITH (FORCE)`); err != nil {
		return err
	}
	_, err = c.Exec(ctx, `CREATE DATABASE "`+name+`"`)
	return err
}

// checkpoint writes everything to the disk, so that the next start has nothing to
// replay.
func (s *Server) checkpoint(ctx context.Context) error {
	c, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, "CHECKPOINT")
	return err
}

// drop removes a database.
func (s *Server) drop(ctx context.Context, name string) error {
	c, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, `DROP DATABASE IF EXISTS "`+name+`" WITH (FORCE)`)
	return err
}
