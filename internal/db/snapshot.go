package db

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Engine names the engine of a target: SQLite or Postgres.
func Engine(target string) Dialect {
	if isPostgres(target) {
		return Postgres
	}
	return SQLite
}

// Version is the number of the last migration that a database has taken. One that
// isn't there is fs.ErrNotExist.
func Version(ctx context.Context, target string) (version int64, err error) {
	conn, err := plain(target)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return schemaOf(ctx, conn)
}

// schemaOf reads the number that Migrate left.
func schemaOf(ctx context.Context, conn *sql.DB) (version int64, err error) {
	if err := conn.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version").Scan(&version); err != nil {
		return 0, fmt.Errorf("reading the version of the database: %w", err)
	}
	return version, nil
}

// plain opens a database as it is, without migrating or changing it.
func plain(target string) (*sql.DB, error) {
	if isPostgres(target) {
		return plainPostgres(target)
	}
	if _, err := os.Stat(target); err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return sql.Open("sqlite", "file:"+(&url.URL{Path: target}).EscapedPath()+"?_pragma=busy_timeout(60000)")
}

// Snapshot writes the database as it is at one moment to a new file, while others read
// and write: a database file for SQLite, the custom format of pg_dump for PostgreSQL,
// whose program must be installed and not be older than the server. What is written was
// checked. A failure may leave a part of the file.
func Snapshot(ctx context.Context, target, path string) (err error) {
	if isPostgres(target) {
		return pgTool(ctx, target, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file="+path)
	}
	conn, err := plain(target)
	if err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO ?", path)
	if err = errors.Join(err, conn.Close()); err != nil {
		return fmt.Errorf("copying the database: %w", normalize(err))
	}
	return intact(ctx, path)
}

// intact checks a database file to the last page.
func intact(ctx context.Context, path string) error {
	conn, err := plain(path)
	if err != nil {
		return err
	}
	var verdict string
	err = conn.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict)
	if err = errors.Join(err, conn.Close()); err != nil {
		return fmt.Errorf("checking the copy of the database: %w", err)
	}
	if verdict != "ok" {
		return fmt.Errorf("checking the copy of the database: %s", verdict)
	}
	return nil
}

// ErrOccupied reports a restore over what is there.
var ErrOccupied = errors.New("there is a database already: restore into an empty one")

// Empty reports whether nothing would be lost by loading a snapshot into target:
// ErrOccupied if something would.
func Empty(ctx context.Context, target string) (err error) {
	if !isPostgres(target) {
		if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(ErrOccupied, err)
		}
		return nil
	}
	conn, err := plain(target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	var n int
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema()").Scan(&n); err != nil {
		return fmt.Errorf("looking into the database: %w", err)
	}
	if n > 0 {
		return ErrOccupied
	}
	return nil
}

// Load makes what Snapshot wrote the database at target, which must be empty: all of it
// or nothing. The file at path is gone afterwards where the engine can use it as it is.
func Load(ctx context.Context, target, path string) error {
	if err := Empty(ctx, target); err != nil {
		return err
	}
	if isPostgres(target) {
		return pgTool(ctx, target, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--no-comments", path)
	}
	if err := intact(ctx, path); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err == nil {
		err = os.Link(path, target) // unlike a renaming it never replaces
	}
	if errors.Is(err, fs.ErrExist) {
		return ErrOccupied
	}
	if err != nil {
		return fmt.Errorf("putting the database in its place: %w", err)
	}
	return os.Remove(path)
}

// pgTool runs a program of PostgreSQL on a database. The password goes by a variable:
// others can see the arguments of a process.
func pgTool(ctx context.Context, target, name string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return fmt.Errorf("%s isn't installed: install the client programs of PostgreSQL, such as postgresql-client", name)
	}
	u, err := url.Parse(target)
	if err != nil {
		return errors.New("the address of the database can't be read") // which may hold a password
	}
	cmd := exec.CommandContext(ctx, path)
	cmd.WaitDelay = 10 * time.Second
	cmd.Env = os.Environ()
	password, ok := u.User.Password()
	if ok {
		u.User = url.User(u.User.Username())
	} else {
		password = u.Query().Get("password")
	}
	if password != "" {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
	}
	u.RawQuery = forLibpq(u.Query()).Encode()
	cmd.Args = append(append(cmd.Args, args...), "--no-password", "--dbname="+u.String())
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return fmt.Errorf("%s: %w: %s", name, err, lines[0])
	}
	return nil
}

// forLibpq keeps of an address's settings those that PostgreSQL's own programs know;
// the rest are of our driver and of the server's sessions.
func forLibpq(q url.Values) url.Values {
	out := url.Values{}
	for _, k := range []string{"sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "host", "port", "user", "passfile", "service", "options"} {
		if v := q.Get(k); v != "" {
			out.Set(k, v)
		}
	}
	if v := q.Get("search_path"); v != "" {
		out.Set("options", strings.TrimSpace(out.Get("options")+" -c search_path="+v))
	}
	return out
}
