package preview

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"time"
)

const (
	maxPage    = 500              // pages that are shown of a PDF
	paintTime  = 20 * time.Second // for one page
	maxPicture = 64 << 20         // bytes of a painted page
)

// painter is the path of pdftoppm of poppler-utils, "" where it isn't installed.
var painter = sync.OnceValue(func() string {
	path, err := exec.LookPath("pdftoppm")
	if err != nil {
		return ""
	}
	return path
})

// limiter is the path of prlimit of util-linux, "" where it isn't installed.
var limiter = sync.OnceValue(func() string {
	path, err := exec.LookPath("prlimit")
	if err != nil {
		return ""
	}
	return path
})

// paint has pdftoppm paint a page, as PNG.
func paint(ctx context.Context, r io.Reader, page, side int) ([]byte, error) {
	n := strconv.Itoa(page)
	return run(ctx, r, maxPicture, painter(), "-png", "-q", "-f", n, "-l", n, "-singlefile", "-scale-to", strconv.Itoa(side), "-")
}

// run has a program of poppler look at a PDF, and returns what it writes, at most most
// bytes. It runs in a process of its own, without environment, with bounded time and
// memory, and can write no file: what a hostile PDF may reach there is nothing. It knows
// no script.
func run(ctx context.Context, r io.Reader, most int, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, paintTime)
	defer cancel()
	if limiter() != "" {
		args = append([]string{limiter(), "--as=1073741824", "--cpu=20", "--fsize=0", "--core=0", "--nofile=64", "--"}, args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir, cmd.Env = "/", []string{"LC_ALL=C.UTF-8", "HOME=/nonexistent"}
	cmd.Stdin = r
	out := &bounded{max: most}
	cmd.Stdout = out
	cmd.WaitDelay = time.Second // a reader that hangs doesn't hold us
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("reading a PDF: %w", ctx.Err())
	case out.over:
		return nil, ErrTooBig
	case out.buf.Len() == 0:
		return nil, fmt.Errorf("%w: %v", ErrBroken, err)
	}
	return out.buf.Bytes(), nil
}

// bounded keeps what is written, and stops the writer who writes too much.
type bounded struct {
	buf  bytes.Buffer
	max  int
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.buf.Len()+len(p) > b.max {
		b.over = true
		return 0, errors.New("preview: too much")
	}
	return b.buf.Write(p)
}

// counter is the path of pdfinfo of poppler-utils, "" where it isn't installed.
var counter = sync.OnceValue(func() string {
	path, err := exec.LookPath("pdfinfo")
	if err != nil {
		return ""
	}
	return path
})

var pagesLine = regexp.MustCompile(`(?m)^Pages:\s+(\d+)\s*$`)

// Pages returns how many pages a PDF has, at most maxPage, or 0 where that can't be
// told.
func Pages(ctx context.Context, r io.Reader) int {
	if counter() == "" {
		return 0
	}
	out, err := run(ctx, r, 64<<10, counter(), "-")
	if err != nil {
		return 0
	}
	m := pagesLine.FindSubmatch(out)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		return 0
	}
	return min(n, maxPage)
}
