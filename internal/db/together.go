package db

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"reflect"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// Part is a part of a reading.
type Part = func(context.Context, *Tx) error

// Into is a part that puts what read finds for a into to.
func Into[A, T any](to *T, read func(context.Context, *Tx, A) (T, error), a A) Part {
	return func(ctx context.Context, tx *Tx) (err error) {
		*to, err = read(ctx, tx, a)
		return err
	}
}

// Together runs parts of a reading that don't need one another's results. On PostgreSQL
// their queries travel together: each part runs until it asks something, what all of
// them ask is sent at once, then each goes on with its answer. Never two parts run at
// the same time, so they may share what a single one could; a part gets the transaction
// to ask with, and its rows may not outlive it. Elsewhere, and where the transaction
// writes, the parts run one after the other. The first error ends all of them.
func (tx *Tx) Together(ctx context.Context, parts ...Part) error {
	switch c := tx.c.(type) {
	case *pgRead:
		if len(parts) > 1 {
			g := &gang{r: c}
			return g.lead(ctx, g.members(ctx, tx, nil, parts))
		}
	case *member: // a part that has parts: they ask with all others
		c.children = c.g.members(ctx, tx, c, parts)
		_, err := c.wait()
		return err
	}
	for _, part := range parts {
		if err := part(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// gang are parts that take turns. Whoever has the turn runs, all others wait.
type gang struct {
	r     *pgRead
	err   error // the first that a part returned
	fault any   // what a part panicked with
}

// member is the connection of one part.
type member struct {
	g      *gang
	hand   *hand   // runs the part
	parent *member // whose part it is a part of
	asks   bool    // q with args, for rows and err
	q      string
	args   []any
	rows   Rows
	err    error
	done   bool

	children []*member // begin now
	left     int       // of the children, those that aren't done
}

// errOver tells a part that another one has failed.
var errOver = errors.New("db: another part has failed")

// members makes parts that wait for their first turn.
func (g *gang) members(ctx context.Context, tx *Tx, parent *member, parts []Part) (out []*member) {
	for _, part := range parts {
		m := &member{g: g, parent: parent, hand: idleHand()}
		t := *tx
		t.c = m
		m.hand.job = func() { m.run(func() error { return part(ctx, &t) }) }
		out = append(out, m)
	}
	return out
}

// hand runs one part after the other, each in turns: go on runs it until it rests. The
// turn goes over as in a call, without waking another processor, and its stack has grown
// already.
type hand struct {
	goOn func() (struct{}, bool)
	end  func()
	rest func(struct{}) bool
	job  func()
}

// hands are those that have nothing to do, a page's worth for some pages at once.
var hands = make(chan *hand, 256)

func idleHand() *hand {
	select {
	case h := <-hands:
		return h
	default:
	}
	h := &hand{}
	h.goOn, h.end = iter.Pull(func(rest func(struct{}) bool) {
		h.rest = rest
		for h.job(); rest(struct{}{}); h.job() {
		}
	})
	return h
}

// free takes back a hand whose part is done.
func (h *hand) free() {
	h.job = nil
	select {
	case hands <- h:
	default:
		h.end()
	}
}

// run does a part.
func (m *member) run(part func() error) {
	defer func() {
		if p := recover(); p != nil && m.g.fault == nil {
			m.g.fault = p
		}
		m.done = true
	}()
	if m.g.over() {
		return
	}
	if err := part(); err != nil && m.g.err == nil {
		m.g.err = err
	}
}

func (g *gang) over() bool { return g.err != nil || g.fault != nil }

// lead gives turns until all parts are done.
func (g *gang) lead(ctx context.Context, ready []*member) error {
	for len(ready) > 0 {
		var asking []*member
		for len(ready) > 0 {
			m := ready[0]
			ready = ready[1:]
			m.hand.goOn()
			if m.done {
				m.hand.free()
			}
			switch {
			case m.asks:
				asking = append(asking, m)
			case len(m.children) > 0:
				ready = append(ready, m.children...)
				m.left, m.children = len(m.children), nil
			case m.done && m.parent != nil:
				if m.parent.left--; m.parent.left == 0 {
					ready = append(ready, m.parent)
				}
			case !m.done: // had no parts
				ready = append(ready, m)
			}
		}
		if !g.over() {
			g.ask(ctx, asking)
		}
		ready = asking
	}
	if g.fault != nil {
		panic(g.fault)
	}
	return g.err
}

// wait gives the turn back and takes it up again.
func (m *member) wait() (Rows, error) {
	m.hand.rest(struct{}{})
	rows, err := m.rows, m.err
	m.asks, m.rows, m.err = false, nil, nil
	if err == nil && m.g.over() {
		err = errOver
	}
	return rows, err
}

func (m *member) query(_ context.Context, q string, args []any) (Rows, error) {
	m.asks, m.q, m.args = true, q, args
	return m.wait()
}

func (m *member) exec(context.Context, string, []any) (int64, error) { return 0, errReadOnly() }
func (m *member) commit(context.Context) error                       { return nil }
func (m *member) rollback()                                          {}

// ask sends what the members ask and reads all answers.
func (g *gang) ask(ctx context.Context, members []*member) {
	c, err := g.r.conn(ctx)
	var sent []*member
	b := new(pgx.Batch)
	for _, m := range members {
		args := m.args
		if err == nil {
			args, m.err = bind(args, false)
		} else {
			m.err = err
		}
		switch {
		case m.err != nil:
		case byLetters(m.q): // a batch can't say that it is planned for its letters
			m.rows, m.err = g.held(g.r.query(ctx, m.q, m.args))
		default:
			b.Queue(m.q, args...)
			sent = append(sent, m)
		}
	}
	if len(sent) == 0 {
		return
	}
	res := c.SendBatch(ctx, b)
	for _, m := range sent {
		m.rows, m.err = g.held(pgQuery(res.Query()))
	}
	res.Close() // its error is that of a query, which was told
}

// held reads rows into memory: the driver uses its own again.
func (g *gang) held(rows Rows, err error) (Rows, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	p := rows.(pgx.Rows)
	out := &heldRows{types: g.r.c.Conn().TypeMap(), bytes: []byte{}, at: -1} // no byte isn't NULL
	fields := p.FieldDescriptions()
	out.kinds = make([]heldKind, len(fields))
	for i, f := range fields {
		out.kinds[i] = heldKind{name: f.Name, oid: f.DataTypeOID, format: f.Format}
	}
	for p.Next() {
		values := p.RawValues()
		if out.ends == nil {
			out.ends = make([]int32, 0, 4*len(values))
		}
		for _, v := range values {
			out.bytes = append(out.bytes, v...)
			end := int32(len(out.bytes))
			if v == nil {
				end = ^end
			}
			out.ends = append(out.ends, end)
		}
		if len(out.bytes) > math.MaxInt32 {
			return nil, fmt.Errorf("db: an answer of more than %d bytes", math.MaxInt32)
		}
	}
	return out, p.Err()
}

// heldRows are rows in memory.
type heldRows struct {
	kinds []heldKind
	types *pgtype.Map
	bytes []byte  // of all values, one after the other
	ends  []int32 // where each value ends; ^ where it is NULL
	at    int
	from  int32 // where the next row begins
}

// heldKind is what a column holds, and how it is read.
type heldKind struct {
	name   string
	oid    uint32
	format int16
	plan   pgtype.ScanPlan
	dest   reflect.Type // for which the plan is
}

func (h *heldRows) Next() bool {
	n := len(h.kinds)
	if n == 0 || (h.at+2)*n > len(h.ends) {
		return false
	}
	if h.at++; h.at > 0 {
		if h.from = h.ends[h.at*n-1]; h.from < 0 {
			h.from = ^h.from
		}
	}
	return true
}

func (h *heldRows) Scan(dest ...any) error {
	if len(dest) != len(h.kinds) {
		return fmt.Errorf("db: %d columns for %d values", len(h.kinds), len(dest))
	}
	from, ends := h.from, h.ends[h.at*len(dest):]
	for i, to := range dest {
		k := &h.kinds[i]
		if t := reflect.TypeOf(to); k.dest != t {
			k.plan, k.dest = h.types.PlanScan(k.oid, k.format, to), t
		}
		var value []byte
		if end := ends[i]; end >= 0 {
			value, from = h.bytes[from:end:end], end
		}
		if err := k.plan.Scan(value, to); err != nil {
			return pgx.ScanArgError{ColumnIndex: i, FieldName: k.name, Err: err}
		}
	}
	return nil
}

func (h *heldRows) Err() error { return nil }
func (h *heldRows) Close()     {}
