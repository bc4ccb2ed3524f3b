package sheet

import (
	"bytes"
	"io"
	"unicode/utf8"

	"github.com/carnetcrm/carnet/internal/errs"
)

// Detect decides the encoding of a text. It reads all of r, because the first
// letter with an accent may stand in the last row.
func Detect(r io.ReaderAt, size int64) (string, error) {
	var s survey
	buf := make([]byte, 256<<10)
	for off := int64(0); off < size; {
		n, err := r.ReadAt(buf, off)
		if n == 0 && err != nil && err != io.EOF {
			return "", err
		}
		if n == 0 {
			break
		}
		// A window overlaps the next by three bytes, so no letter is cut.
		last := off+int64(n) >= size
		keep := n
		if !last {
			keep = n - 3
		}
		if off == 0 {
			if enc := bom(buf[:n]); enc != "" {
				return enc, nil
			}
			if enc := nulPattern(buf[:min(n, 4096)]); enc != "" {
				return enc, nil
			}
		}
		used := s.add(buf[:n], keep)
		off += int64(used)
	}
	if s.control > 8 && s.control*50 > s.total {
		return "", errs.New(errs.Invalid, "intake.error.not_a_table")
	}
	// A few broken letters among many whole ones are damage, not another encoding.
	if s.invalid == 0 || s.multi >= 10*s.invalid {
		return UTF8, nil
	}
	return s.guess(), nil
}

// Decode returns r as UTF-8 without byte order mark.
func Decode(r io.Reader, enc string) io.Reader {
	if e, _ := EncodingOf(enc); e.enc != nil {
		return e.enc.NewDecoder().Reader(r)
	}
	return &bomless{r: r}
}

// bomless drops a UTF-8 byte order mark.
type bomless struct {
	r    io.Reader
	done bool
	rest []byte
}

func (b *bomless) Read(p []byte) (int, error) {
	if !b.done {
		b.done = true
		head := make([]byte, 3)
		n, err := io.ReadFull(b.r, head)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return 0, err
		}
		b.rest = bytes.TrimPrefix(head[:n], []byte("\xEF\xBB\xBF"))
	}
	if len(b.rest) > 0 {
		n := copy(p, b.rest)
		b.rest = b.rest[n:]
		return n, nil
	}
	return b.r.Read(p)
}

func bom(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xEF\xBB\xBF")):
		return UTF8
	case bytes.HasPrefix(b, []byte("\xFF\xFE")):
		return UTF16LE
	case bytes.HasPrefix(b, []byte("\xFE\xFF")):
		return UTF16BE
	}
	return ""
}

// nulPattern recognises UTF-16 without mark: in a Western text every other byte
// is zero.
func nulPattern(b []byte) string {
	var even, odd int
	for i, c := range b {
		if c == 0 && i%2 == 0 {
			even++
		} else if c == 0 {
			odd++
		}
	}
	half := len(b) / 2
	switch {
	case half > 4 && odd*10 > half*6 && even*10 < half:
		return UTF16LE
	case half > 4 && even*10 > half*6 && odd*10 < half:
		return UTF16BE
	}
	return ""
}

// survey counts what decides the encoding.
type survey struct {
	total, multi, invalid, control int
	high                           [256]float64 // bytes above 127, by value
	vowel, solid, end              [256]float64 // the same before a vowel, a consonant, a non-letter
	inWord                         [256]float64 // the same right after a letter
}

// add looks at b[:keep], reading on into b where a letter needs it, and returns
// how many bytes were used.
func (s *survey) add(b []byte, keep int) int {
	i := 0
	for i < keep {
		c := b[i]
		if c < utf8.RuneSelf {
			if c < 32 && c != '\n' && c != '\r' && c != '\t' && c != 0 && c != 12 && c != 26 {
				s.control++
			}
			i++
			continue
		}
		s.note(b, i)
		if r, n := utf8.DecodeRune(b[i:]); r != utf8.RuneError || n > 1 {
			s.multi++
			for k := i + 1; k < i+n; k++ {
				s.note(b, k)
			}
			i += n
		} else {
			s.invalid++
			i++
		}
	}
	s.total += i
	return i
}

// note counts the high byte at i with its surroundings.
func (s *survey) note(b []byte, i int) {
	c := b[i]
	s.high[c]++
	if i > 0 && (letter(b[i-1]) || b[i-1] >= 0xC0) {
		s.inWord[c]++
	}
	switch {
	case i+1 >= len(b) || b[i+1] < utf8.RuneSelf && !letter(b[i+1]):
		s.end[c]++
	case bytes.IndexByte([]byte("aeiouyAEIOUY"), b[i+1]) >= 0:
		s.vowel[c]++
	default:
		s.solid[c]++
	}
}

func letter(c byte) bool { return c|32 >= 'a' && c|32 <= 'z' }
