package sheet

import "io"

// Lines returns r with every kind of line end (LF, CR, CRLF, and the CR CR LF of
// files that were converted twice) turned into one LF, and without NUL bytes.
// The input must be UTF-8.
func Lines(r io.Reader) io.Reader { return &lines{r: r, in: make([]byte, 64<<10)} }

type lines struct {
	r   io.Reader
	in  []byte
	src []byte // unread part of in
	crs int    // carriage returns seen, not yet written
	err error
}

func (l *lines) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(l.src) == 0 {
			if n > 0 {
				return n, nil
			}
			if l.err != nil {
				return l.flush(p)
			}
			var m int
			m, l.err = l.r.Read(l.in)
			l.src = l.in[:m]
			continue
		}
		c := l.src[0]
		switch {
		case c == '\r':
			l.crs++
			l.src = l.src[1:]
		case c == '\n':
			l.crs = 0
			p[n] = '\n'
			n++
			l.src = l.src[1:]
		case l.crs > 0:
			l.crs--
			p[n] = '\n'
			n++
		case c == 0:
			l.src = l.src[1:]
		default:
			p[n] = c
			n++
			l.src = l.src[1:]
		}
	}
	return n, nil
}

// flush writes the carriage returns at the very end of the file.
func (l *lines) flush(p []byte) (int, error) {
	n := 0
	for n < len(p) && l.crs > 0 {
		p[n] = '\n'
		n++
		l.crs--
	}
	if n > 0 {
		return n, nil
	}
	return 0, l.err
}
