// Package ocr reads the machine-readable zone from the picture of a document with
// Tesseract, where that program is installed. Carnet works without it.
//
// A picture comes from outside, so it is never given to the program as it is: it is
// decoded here, within limits of size, and what Tesseract gets is a grey picture that was
// painted here. The program runs without a shell, one at a time, on one core, within
// limits of memory and time, reads its standard input and writes its standard output:
// no copy of a passport is left in a temporary file. Nothing here talks to a network.
package ocr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/mrz"
)

// Limits of one reading.
const (
	maxTime   = 30 * time.Second // for all attempts together
	maxMemory = 1 << 30          // bytes of address space of the program
	maxOutput = 64 << 10         // bytes of text that are looked at
)

// Reader runs the program. A nil Reader has none. It is safe for use by several
// goroutines: they wait for each other.
type Reader struct {
	path string
	turn chan struct{}

	once sync.Once
	lang string
}

// New returns a reader that runs the program at path; with "" the one that is found in
// the PATH, or nil when there is none. It is an error when path names no program.
func New(path string) (*Reader, error) {
	if path == "" {
		found, err := exec.LookPath("tesseract")
		if err != nil {
			return nil, nil //nolint:nilerr // it isn't installed, which is fine
		}
		path = found
	} else if _, err := exec.LookPath(path); err != nil {
		return nil, fmt.Errorf("text recognition: %w", err)
	}
	return &Reader{path: path, turn: make(chan struct{}, 1)}, nil
}

// Available reports whether pictures can be read here.
func (r *Reader) Available() bool { return r != nil }

// Reading is what was read from a picture.
type Reading struct {
	Lines    string       // the machine-readable lines, for the person to compare
	Document mrz.Document // zero where the lines have mistakes
	Err      error        // what is wrong with the lines then, an *mrz.Error
}

// Read looks for a machine-readable zone in a JPEG or PNG picture: at its foot first,
// then in the whole of it, upright and turned. It returns the first zone whose check
// digits agree, otherwise the lines that came nearest, with Err. It fails with
// errs.Unavailable without the program or when time is up, errs.Invalid for a picture
// that can't be read or has no such lines, errs.TooLarge for too many pixels.
func (r *Reader) Read(ctx context.Context, picture io.Reader) (Reading, error) {
	if r == nil {
		return Reading{}, errs.New(errs.Unavailable, "mrz.ocr.missing")
	}
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return Reading{}, errs.Wrap(ctx.Err(), errs.Unavailable, "mrz.ocr.slow")
	}
	page, err := decode(picture)
	if err != nil {
		return Reading{}, err
	}
	var best Reading
	for _, attempt := range attempts(page) {
		text, err := r.run(ctx, attempt)
		if err != nil {
			if best.Lines != "" && ctx.Err() != nil {
				break // the time is up, but there is something to show
			}
			return Reading{}, err
		}
		d, err := mrz.Find(text)
		if err == nil {
			return Reading{Lines: d.Text(), Document: d}, nil
		}
		if lines := mrz.Likely(text); len(lines) > len(best.Lines) {
			best = Reading{Lines: lines, Err: err}
		}
	}
	if best.Lines == "" {
		return Reading{}, errs.New(errs.Invalid, "mrz.ocr.nothing")
	}
	return best, nil
}

// whitelist holds the characters of a zone.
const whitelist = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"

// run lets the program read one picture and returns its text.
func (r *Reader) run(ctx context.Context, page *image.Gray) (string, error) {
	lang := r.language(ctx)
	args := []string{"stdin", "stdout", "--psm", "6", "-l", lang}
	if lang == "eng" {
		// The words of a language only mislead here.
		args = append(args, "-c", "tessedit_char_whitelist="+whitelist, "-c", "load_system_dawg=0", "-c", "load_freq_dawg=0")
	}
	out, err := r.command(ctx, pgm(page), args...)
	if err != nil {
		if ctx.Err() != nil {
			return "", errs.Wrap(ctx.Err(), errs.Unavailable, "mrz.ocr.slow")
		}
		return "", errs.Wrap(err, errs.Unavailable, "mrz.ocr.failed")
	}
	return out, nil
}

// language chooses the model made for documents where it is installed.
func (r *Reader) language(ctx context.Context) string {
	r.once.Do(func() {
		r.lang = "eng"
		out, err := r.command(ctx, nil, "--list-langs")
		if err != nil {
			return
		}
		for _, want := range []string{"mrz", "ocrb"} {
			for _, have := range strings.Fields(out) {
				if strings.EqualFold(have, want) {
					r.lang = have
					return
				}
			}
		}
	})
	return r.lang
}

// command runs the program in an empty folder with nearly no environment and returns the
// beginning of its output.
func (r *Reader) command(ctx context.Context, in []byte, args ...string) (string, error) {
	dir, err := os.MkdirTemp("", "carnet-ocr-")
	if err != nil {
		return "", fmt.Errorf("text recognition: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	cmd := exec.CommandContext(ctx, r.path, args...)
	cmd.Dir = dir
	cmd.Env = []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C", "HOME=" + dir, "TMPDIR=" + dir}
	if data := os.Getenv("TESSDATA_PREFIX"); data != "" {
		cmd.Env = append(cmd.Env, "TESSDATA_PREFIX="+data)
	}
	cmd.Stdin = bytes.NewReader(in)
	out := &limited{left: maxOutput}
	complaint := &limited{left: 1 << 10}
	cmd.Stdout, cmd.Stderr = out, complaint
	cmd.WaitDelay = time.Second
	confine(cmd)
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start text recognition: %w", err)
	}
	bound(cmd.Process.Pid)
	if err := cmd.Wait(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return "", fmt.Errorf("text recognition: %w: %s", err, strings.TrimSpace(complaint.String()))
		}
		return "", fmt.Errorf("text recognition: %w", err)
	}
	return out.String(), nil
}

// limited keeps the first bytes that are written and swallows the rest.
type limited struct {
	bytes.Buffer
	left int
}

// Write never fails.
func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.Buffer.Write(p[:n])
	l.left -= n
	return len(p), nil
}
