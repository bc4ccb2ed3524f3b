package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// macros are the parts in which the two dialects create tables differently, and
// the columns that every record has.
func macros(d Dialect) *strings.Replacer {
	base := `version bigint NOT NULL DEFAULT 1,
	created_at bigint NOT NULL, created_by bigint,
	updated_at bigint NOT NULL, updated_by bigint,
	deleted_at bigint`
	if d == SQLite {
		return strings.NewReplacer(
			// AUTOINCREMENT: the id of a purged record is never given again, so its
			// history can't become another record's.
			"{{id}}", "id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,\n\tagency_id bigint NOT NULL",
			"{{key}}", "UNIQUE (agency_id, id)",
			"{{serial}}", "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL",
			"{{base}}", base)
	}
	return strings.NewReplacer(
		"{{id}}", "id bigserial NOT NULL,\n\tagency_id bigint NOT NULL",
		"{{key}}", "PRIMARY KEY (agency_id, id)",
		"{{serial}}", "bigserial PRIMARY KEY",
		"{{base}}", base)
}

// MigrateOptions change how a schema is created.
type MigrateOptions struct {
	// Partitions splits every tenant table by hash of agency_id into so many
	// parts: the shape that Citus asks for. PostgreSQL only; tests use it.
	Partitions int
}

// ErrNewer reports a database that a later version of the program has migrated.
// Steps only go forward, so this program must not touch it.
var ErrNewer = errors.New("the database belongs to a newer version of Carnet: install that version, or restore a backup from before the upgrade")

// Migrate brings the schema of target to this program's version and returns the
// numbers of the steps that it took. Steps only go forward.
func Migrate(ctx context.Context, target string, opt MigrateOptions) ([]int64, error) {
	d, dialect, open := SQLite, goose.DialectSQLite3, func(target string) (*sql.DB, error) {
		return sql.Open("sqlite", "file:"+target+"?_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	}
	if isPostgres(target) {
		d, dialect, open = Postgres, goose.DialectPostgres, plainPostgres
	}
	files, err := scripts(d, opt)
	if err != nil {
		return nil, err
	}
	conn, err := open(target)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if d == Postgres {
		// Of several processes that start at once one migrates; SQLite locks its file.
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("reading the migrations: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, conn, files, options...)
	if err != nil {
		return nil, fmt.Errorf("reading the migrations: %w", err)
	}
	if has, err := p.GetDBVersion(ctx); err != nil {
		return nil, fmt.Errorf("reading the version of the database: %w", err)
	} else if has > SchemaVersion() {
		return nil, fmt.Errorf("%w: it has version %d, this program knows up to %d", ErrNewer, has, SchemaVersion())
	}
	done, err := p.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrating the database: %w", err)
	}
	var steps []int64
	for _, r := range done {
		steps = append(steps, r.Source.Version)
	}
	return steps, nil
}

// SchemaVersion is the number of the newest migration in this program.
func SchemaVersion() int64 {
	names, _ := fs.Glob(migrations, "migrations/*.sql")
	var last int64
	for _, n := range names {
		var v int64
		fmt.Sscanf(strings.TrimPrefix(n, "migrations/"), "%d", &v)
		last = max(last, v)
	}
	return last
}

// scripts returns the migrations of a dialect with their macros filled in. A
// step is one file, or a pair NAME.sqlite.sql and NAME.postgres.sql.
func scripts(d Dialect, opt MigrateOptions) (fs.FS, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	out := fstest.MapFS{}
	for _, name := range names {
		base := strings.TrimPrefix(name, "migrations/")
		for _, other := range []Dialect{SQLite, Postgres} {
			suffix := "." + string(other) + ".sql"
			if strings.HasSuffix(base, suffix) {
				if other != d {
					base = ""
					break
				}
				base = strings.TrimSuffix(base, suffix) + ".sql"
			}
		}
		if base == "" {
			continue
		}
		raw, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		text := macros(d).Replace(string(raw))
		if d == Postgres {
			// Sorted and compared byte by byte, as SQLite does: what must sort as a
			// reader expects has a folded key of its own.
			text = textColumn.ReplaceAllString(text, `${1} text COLLATE "C"${2}`)
		}
		if d == Postgres && opt.Partitions > 0 {
			text = partition(text, opt.Partitions)
		}
		out[base] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
	}
	return out, nil
}

var textColumn = regexp.MustCompile(`(?m)^(\t\w+) text(,| NOT NULL)`)

var tenantTable = regexp.MustCompile(`(?ms)^CREATE TABLE ("?)(\w+)("?) \([^;]*?PRIMARY KEY \(agency_id, id\).*?^\);`)

func partition(script string, n int) string {
	return tenantTable.ReplaceAllStringFunc(script, func(create string) string {
		name := tenantTable.FindStringSubmatch(create)[2]
		out := strings.TrimSuffix(create, ";") + " PARTITION BY HASH (agency_id);\n"
		for i := range n {
			out += fmt.Sprintf("CREATE TABLE %s_p%d PARTITION OF \"%s\" FOR VALUES WITH (MODULUS %d, REMAINDER %d);\n", name, i, name, n, i)
		}
		return out
	})
}
