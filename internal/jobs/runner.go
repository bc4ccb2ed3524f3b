package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// HandlerOptions say how the jobs of a kind are run.
type HandlerOptions struct {
	Concurrency int           // how many at once in this process; 0 is 1
	Timeout     time.Duration // after which its context ends and it fails; 0 is none

	// Repeatable declares that a run which was cut off (the process killed) may
	// simply be run again, because it works by checkpoints or because twice does
	// no harm. Without it such a job fails and a person decides.
	Repeatable bool

	// Forget has the arguments wiped once the job is done: they hold personal
	// data, such as the text of a mail.
	Forget bool
}

// Runner takes jobs from the queue and runs them. Its fields may be changed
// before Start.
type Runner struct {
	Poll  time.Duration // how often the queue is looked at without a kick
	Lease time.Duration // how long a job belongs to a process that doesn't answer
	Grace time.Duration // how long Stop waits before it cancels the handlers

	d     *db.DB
	log   *slog.Logger
	kinds map[string]*kind
	names []string
	every []schedule

	wake     chan struct{}
	quit     chan struct{}
	stopping atomic.Bool
	loop     sync.WaitGroup
	work     sync.WaitGroup
	cancel   context.CancelCauseFunc
	counts   sync.Map // kind and outcome -> *atomic.Int64
}

type kind struct {
	name    string
	handle  Handler
	options HandlerOptions
	running atomic.Int64
}

// New returns a runner without handlers.
func New(d *db.DB, log *slog.Logger) *Runner {
	return &Runner{Poll: time.Second, Lease: time.Minute, Grace: 3 * time.Second, d: d, log: log,
		kinds: map[string]*kind{}, wake: make(chan struct{}, 1), quit: make(chan struct{})}
}

// Handle has h do the jobs of a kind. Before Start only.
func (r *Runner) Handle(name string, h Handler, o HandlerOptions) {
	if _, twice := r.kinds[name]; twice {
		panic("jobs: kind " + name + " has two handlers")
	}
	o.Concurrency = max(1, o.Concurrency)
	r.kinds[name] = &kind{name: name, handle: h, options: o}
	r.names = append(r.names, name)
}

// bells are the runners of this process. Enqueue knows the transaction only, and
// must wake whoever runs jobs on its database at once; waking one too many costs
// a look at the queue.
var bells sync.Map

func ring() {
	bells.Range(func(r, _ any) bool {
		r.(*Runner).Kick()
		return true
	})
}

// Kick has the queue looked at now.
func (r *Runner) Kick() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Start begins to take jobs, in the background. Stop must be called.
func (r *Runner) Start(ctx context.Context) {
	ctx, r.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	bells.Store(r, true)
	r.loop.Add(1)
	go func() {
		defer r.loop.Done()
		r.run(ctx)
	}()
}

// Stop takes no more jobs, asks the running ones to stop, and waits for them; it
// cuts them off when ctx ends. They are begun again by the next process.
func (r *Runner) Stop(ctx context.Context) error {
	if r.cancel == nil {
		return nil
	}
	bells.Delete(r)
	if !r.stopping.Swap(true) {
		close(r.quit)
	}
	r.loop.Wait()
	idle := make(chan struct{})
	go func() { r.work.Wait(); close(idle) }()
	grace := time.NewTimer(r.Grace)
	defer grace.Stop()
	select {
	case <-idle:
	case <-grace.C:
	case <-ctx.Done():
	}
	r.cancel(ErrStopping)
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stopping the jobs: %w", ctx.Err())
	}
}

// run is the loop that looks at the queue.
func (r *Runner) run(ctx context.Context) {
	tick := time.NewTicker(r.Poll)
	defer tick.Stop()
	var planned time.Time
	for {
		if time.Since(planned) > time.Minute {
			if err := r.plan(ctx); err != nil {
				r.log.Error("planning regular jobs", "error", describe(err))
			} else {
				planned = time.Now()
			}
		}
		for !r.stopping.Load() {
			more, err := r.take(ctx)
			if err != nil {
				r.log.Error("taking a job", "error", describe(err))
			}
			if err != nil || !more {
				break
			}
		}
		select {
		case <-r.quit:
			return
		case <-tick.C:
		case <-r.wake:
		}
	}
}

// due are the jobs that may be begun: those whose time has come and those whose
// process no longer answers. $1 is now, $2 the kinds.
const due = `((state = 'ready' AND run_at <= $1) OR (state = 'running' AND lease_until < $1)) AND kind IN {texts $2}`

// take begins one job, if there is one. The look before costs no write lock, so
// that an idle queue disturbs nobody.
func (r *Runner) take(ctx context.Context) (bool, error) {
	var free db.Texts
	for _, n := range r.names {
		if k := r.kinds[n]; k.running.Load() < int64(k.options.Concurrency) {
			free = append(free, n)
		}
	}
	if len(free) == 0 {
		return false, nil
	}
	err := r.d.Local(ctx, func(tx *db.Tx) error {
		var id int64
		return tx.Row(ctx, `SELECT id FROM job WHERE `+due+` LIMIT 1`, []any{int64(tx.Now), free}, &id)
	})
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var j *Job
	err = r.d.UpdateLocal(ctx, func(tx *db.Tx) error {
		var err error
		j, err = r.claim(ctx, tx, free)
		return err
	})
	if errs.Is(err, errs.NotFound) { // another process was faster
		return false, nil
	}
	if err != nil || j == nil {
		return err == nil, err
	}
	k := r.kinds[j.Kind]
	k.running.Add(1)
	r.work.Add(1)
	go func() {
		defer r.work.Done()
		defer r.Kick()
		defer k.running.Add(-1)
		r.do(ctx, k, j)
	}()
	return true, nil
}

// claim takes the lease of the next job. It returns nil without an error when the
// job came to its end by being looked at: cancelled, paused, or cut off too often.
func (r *Runner) claim(ctx context.Context, tx *db.Tx, free db.Texts) (*Job, error) {
	lock := ""
	if tx.Dialect() == db.Postgres {
		lock = " FOR UPDATE SKIP LOCKED"
	}
	j := &Job{r: r}
	var state, want, args, result string
	var done, total int64
	err := tx.Row(ctx, `SELECT id, kind, agency_id, user_id, args, result, state, want, attempt, max_attempts, progress, total
		FROM job WHERE `+due+` ORDER BY run_at, id LIMIT 1`+lock, []any{int64(tx.Now), free},
		&j.ID, &j.Kind, &j.AgencyID, &j.UserID, &args, &result, &state, &want, &j.Attempt, &j.max, &done, &total)
	if err != nil {
		return nil, err
	}
	j.Args = []byte(args)
	j.done.Store(done)
	j.total.Store(total)
	if result != "" {
		j.State = []byte(result)
	}
	var end error
	switch {
	case want == "cancel":
		end = ErrCancelled
	case want == "pause":
		end = ErrPaused
	case state == Running && !r.kinds[j.Kind].options.Repeatable:
		end = Permanent(errCutOff)
	case state == Running && j.Attempt >= j.max:
		end = Permanent(fmt.Errorf("%w for the last time", errCutOff))
	}
	if end != nil {
		return nil, r.settle(ctx, tx, j, end)
	}
	j.Attempt++
	_, err = tx.Exec(ctx, `UPDATE job SET state = 'running', attempt = $1, lease_until = $2 WHERE id = $3`,
		j.Attempt, j.lease(tx), j.ID)
	return j, err
}

var errCutOff = errors.New("the process ended while the job ran")

// do runs one job and stores how it ended.
func (r *Runner) do(ctx context.Context, k *kind, j *Job) {
	began := time.Now()
	hctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if t := k.options.Timeout; t > 0 {
		var stop context.CancelFunc
		hctx, stop = context.WithTimeout(hctx, t)
		defer stop()
	}
	beat := make(chan struct{})
	go func() { defer close(beat); r.heartbeat(hctx, j, cancel) }()
	err := guarded(hctx, k.handle, j)
	cancel(nil)
	<-beat
	if errors.Is(context.Cause(hctx), ErrLost) {
		err = ErrLost
	}
	outcome := r.finish(ctx, j, err)
	r.count(k.name, outcome)
	attrs := []any{"kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "outcome", outcome, "took", time.Since(began).Round(time.Millisecond)}
	if err != nil && outcome != Paused && outcome != Cancelled {
		r.log.Warn("job", append(attrs, "error", describe(err))...)
		return
	}
	r.log.Info("job", attrs...)
}

// heartbeat renews the lease until ctx ends. It ends the handler when the job
// was lost.
func (r *Runner) heartbeat(ctx context.Context, j *Job, cancel context.CancelCauseFunc) {
	beat := time.NewTicker(r.Lease / 6)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			if err := j.renew(ctx); errors.Is(err, ErrLost) {
				cancel(ErrLost)
				return
			} else if err != nil && ctx.Err() == nil {
				r.log.Warn("renewing the lease of a job", "kind", j.Kind, "job", j.ID, "error", describe(err))
			}
		}
	}
}

// guarded turns a panic of a handler into an error. The value of the panic may be
// anybody's data: only errors of the runtime are repeated.
func guarded(ctx context.Context, h Handler, j *Job) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		what := fmt.Sprintf("%T", p)
		if e, ok := p.(runtime.Error); ok {
			what = e.Error()
		}
		err = fmt.Errorf("the handler panicked: %s%s", what, callers())
	}()
	return h(ctx, j)
}

// callers names where a panic came from.
func callers() string {
	var pcs [12]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs[:])])
	s := ""
	for {
		f, more := frames.Next()
		s += fmt.Sprintf(" < %s:%d", f.Function, f.Line)
		if !more {
			return s
		}
	}
}
