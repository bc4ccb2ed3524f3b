package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"
	"runtime"

	"modernc.org/sqlite"

	"github.com/carnetcrm/carnet/internal/fold"
)

// carnet_fold is fold.Fold in SQL, for the migrations and for filters by texts that
// have no folded copy. PostgreSQL has a function of that name too.
func init() {
	sqlite.MustRegisterDeterministicScalarFunction("carnet_fold", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		switch s := args[0].(type) {
		case string:
			return fold.Fold(s), nil
		case []byte:
			return fold.Fold(string(s)), nil
		}
		return args[0], nil
	})
}

// lite is SQLite with one writer and many readers. The one connection of the
// writer is handed out in turn, so that a write waits in Go and never fails with
// "database is locked" inside the process; another process waits up to 10 s.
type lite struct {
	read    *readers
	writeDB *sql.DB
	write   *writer
}

// mapped is how much of the file is read as memory, in bytes: as much as SQLite allows.
// What stands beyond is read page by page: questions of thousands of rows take a twentieth
// longer with half of it at a million clients.
const mapped = "mmap_size(2147418112)"

func openSQLite(ctx context.Context, path string) (engine, error) {
	q := url.Values{"_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"temp_store(MEMORY)", mapped, "cache_size(-16000)",
	}}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?"
	write, err := sql.Open("sqlite", dsn+q.Encode()+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	if err := write.PingContext(ctx); err != nil { // creates the file and sets WAL
		write.Close()
		return nil, err
	}
	q.Set("_pragma", "query_only(1)")
	// What isn't mapped each connection keeps for itself: twice as much is no quicker, and
	// goes beyond 200 MB at a million clients.
	for _, p := range []string{"busy_timeout(10000)", "temp_store(MEMORY)", mapped, "cache_size(-4000)"} {
		q.Add("_pragma", p)
	}
	read, err := sql.Open("sqlite", dsn+q.Encode())
	if err != nil {
		write.Close()
		return nil, err
	}
	n := max(4, 2*runtime.NumCPU())
	read.SetMaxOpenConns(n)
	w, err := newWriter(ctx, write)
	if err != nil {
		write.Close()
		read.Close()
		return nil, err
	}
	return &lite{newReaders(read, n), write, w}, nil
}

func (l *lite) close() error {
	<-l.write.turn                                // waits for the last writer
	defer func() { l.write.turn <- struct{}{} }() // whoever comes now gets an error and doesn't wait
	if l.write.open {
		l.write.finish(context.Background())
	}
	l.read.close()
	// Leaves a small file behind: the next start need not replay the log.
	l.write.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	l.write.liteConn.close()
	return l.writeDB.Close()
}

func (l *lite) begin(ctx context.Context, write bool) (conn, error) {
	if write {
		return l.write.begin(ctx)
	}
	return l.read.begin(ctx)
}
