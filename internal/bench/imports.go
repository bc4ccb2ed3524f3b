package bench

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/demo"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/madeup"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// imported is the number of clients of the file whose import is measured.
const imported = 100000

// measureImport has the program import a file into an agency without clients, in a
// process of its own, and inserts the rows that came of it bare into another
// database, without history and search index.
func (o Options) measureImport(ctx context.Context, r *Result, engine string, server *Server) error {
	program, err := buildProgram(ctx, o.Out)
	if err != nil {
		return err
	}
	dir := filepath.Join(o.Out, "import-"+engine)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := dataFolder(dir); err != nil {
		return err
	}
	into, bare := &Set{Engine: engine, Dir: dir, Target: filepath.Join(dir, "carnet.db")}, &Set{Engine: engine, Dir: dir, Target: filepath.Join(dir, "bare.db")}
	if engine == "postgres" {
		into.Target, bare.Target = server.URL("bench_import"), server.URL("bench_bare")
		for _, name := range []string{"bench_import", "bench_bare"} {
			if err := server.recreate(ctx, name); err != nil {
				return err
			}
			defer server.drop(context.WithoutCancel(ctx), name)
		}
	}
	made := madeup.Azymut()
	var agencyID int64
	for _, s := range []*Set{into, bare} {
		if agencyID, err = s.found(ctx, made); err != nil {
			return err
		}
	}
	file := filepath.Join(dir, "clients.csv")
	if err := writeClients(file, made, imported); err != nil {
		return err
	}
	took, worked, peak, err := runImport(ctx, program, into, file)
	if err != nil {
		return err
	}
	least, rows, err := insertBare(ctx, into, bare, agencyID)
	if err != nil {
		return err
	}
	o.note(r, Line{Part: "import", Name: fmt.Sprintf("import of %s clients", thousands(imported)), Value: took.Seconds(), Unit: "s"})
	o.note(r, Line{Part: "import", Name: "processor time of the import", Value: worked.Seconds(), Unit: "s"})
	o.note(r, Line{Part: "import", Name: fmt.Sprintf("bare batch insert of its %s rows, without history", thousands(rows)), Value: least.Seconds(), Unit: "s"})
	o.note(r, Line{Part: "import", Name: "import, times the bare insert", Value: took.Seconds() / least.Seconds(), Limit: 4, Unit: "x"})
	o.note(r, Line{Part: "import", Name: "memory of the import", Value: float64(peak) / 1e6, Limit: 200, Unit: "MB"})
	return nil
}

// found makes the database with an agency that has no clients.
func (s *Set) found(ctx context.Context, m madeup.Agency) (int64, error) {
	if _, err := db.Migrate(ctx, s.Target, db.MigrateOptions{}); err != nil {
		return 0, err
	}
	d, err := s.open(ctx)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	a, err := demo.Found(ctx, d, m)
	if err != nil {
		return 0, err
	}
	return a.ID, nil
}

// writeClients writes the file that somebody moves in with: one line per client.
func writeClients(path string, m madeup.Agency, n int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	buf := bufio.NewWriter(f)
	w := csv.NewWriter(buf)
	w.Write([]string{"Last name", "First name", "E-mail", "Mobile", "Birth date", "Street", "Postal code", "City", "Country", "Customer no."})
	g := madeup.New(madeup.Options{Seed: seed, Agency: m, Wide: true})
	for i, written := 0, 0; written < n; i++ {
		c := g.Client(i)
		if len(c.Travelers) == 0 || c.Travelers[0].Family == "" {
			continue // a company has other columns
		}
		p := c.Travelers[0]
		value := func(own, shared []madeup.Value) string {
			for _, v := range append(own, shared...) {
				return v.Value
			}
			return ""
		}
		w.Write([]string{p.Family, p.Given, value(p.Emails, c.Emails), value(p.Phones, c.Phones), p.BirthDate, c.Street, c.PostalCode, c.City, c.Country, fmt.Sprint(10000 + i)})
		written++
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return buf.Flush()
}

// runImport measures "carnet import clients": time, time of the processor, and the
// most memory.
func runImport(ctx context.Context, program string, s *Set, file string) (took, worked time.Duration, peak int64, err error) {
	args := []string{"import", "clients", file, "--data", s.Dir, "--json"}
	if s.Engine == "postgres" {
		args = append(args, "--database", s.Target)
	}
	c := &child{cmd: exec.CommandContext(ctx, program, args...)}
	var out strings.Builder
	c.cmd.Stdout, c.cmd.Stderr = &out, &out
	began := time.Now()
	if err := c.cmd.Start(); err != nil {
		return 0, 0, 0, err
	}
	rest := c.watch()
	err = c.cmd.Wait()
	took, peak = time.Since(began), rest()
	worked = c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime()
	if code := c.cmd.ProcessState.ExitCode(); code == 3 { // some rows were refused: made-up people make mistakes
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("the import failed: %w: %.2000s", err, out.String())
	}
	return took, worked, peak, err
}

// insertBare copies the rows of the client book, in batches of 500 and without
// history or search index, and returns how long the inserting took.
func insertBare(ctx context.Context, from, to *Set, agencyID int64) (spent time.Duration, n int, err error) {
	src, err := db.Open(ctx, from.Target, flow.Tables...)
	if err != nil {
		return 0, 0, err
	}
	defer src.Close()
	dst, err := openDirect(ctx, to)
	if err != nil {
		return 0, 0, err
	}
	defer dst.close()
	for _, r := range []record.Record{new(client.Client), new(traveler.Traveler), new(client.Link), new(contact.Communication), new(contact.Address)} {
		took, rows, err := copyTable(ctx, src, dst, r, agencyID)
		if err != nil {
			return 0, 0, fmt.Errorf("inserting %s bare: %w", r.Table(), err)
		}
		spent, n = spent+took, n+rows
	}
	if n < imported {
		return 0, 0, fmt.Errorf("the import made %d rows only", n)
	}
	return spent, n, nil
}

// copyTable inserts the rows of a table, 500 in a transaction.
func copyTable(ctx context.Context, src *db.DB, dst *direct, r record.Record, agencyID int64) (spent time.Duration, n int, err error) {
	names := []string{"id", "agency_id"}
	for _, c := range record.Columns(r) {
		if c.Name != "id" {
			names = append(names, c.Name)
		}
	}
	for after := int64(0); ; {
		var rows [][]any
		err := src.View(ctx, db.System(agencyID), func(tx *db.Tx) error {
			return tx.Each(ctx, "SELECT "+strings.Join(names, ", ")+" FROM {"+r.Table()+"} x WHERE id > $1 ORDER BY id LIMIT 500", []any{after}, func(found db.Rows) error {
				row, to := make([]any, len(names)), make([]any, len(names))
				for i := range row {
					to[i] = &row[i]
				}
				err := found.Scan(to...)
				after, _ = row[0].(int64)
				rows = append(rows, row)
				return err
			})
		})
		if err != nil || len(rows) == 0 {
			return spent, n, err
		}
		began := time.Now()
		if err := dst.insert(ctx, r.Table(), names, rows); err != nil {
			return spent, n, err
		}
		spent, n = spent+time.Since(began), n+len(rows)
	}
}
