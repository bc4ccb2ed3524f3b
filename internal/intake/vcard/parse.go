package vcard

import (
	"bufio"
	"io"
	"mime/quotedprintable"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// maxNote bounds a note that was written over several lines without folding.
const maxNote = 64 << 10

// parser reads cards line by line.
type parser struct {
	in     *bufio.Reader
	line   int // number of the line last read
	peeked bool
	next   string
	err    error
	raw    strings.Builder // the card so far, without pictures
}

// read returns the next physical line without its end.
func (p *parser) read() (string, error) {
	if p.peeked {
		p.peeked = false
		p.line++
		return p.next, p.err
	}
	s, err := p.fetch()
	p.line++
	return s, err
}

func (p *parser) peek() (string, error) {
	if !p.peeked {
		p.next, p.err = p.fetch()
		p.peeked = true
	}
	return p.next, p.err
}

// fetch reads one line; what exceeds maxLine is thrown away.
func (p *parser) fetch() (string, error) {
	var b strings.Builder
	for {
		part, err := p.in.ReadSlice('\n')
		if b.Len() < maxLine {
			b.Write(part)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err == io.EOF && b.Len() > 0 {
			err = nil
		}
		return strings.TrimSuffix(b.String(), "\n"), err
	}
}

// property begins a line that holds a property: a name, perhaps a group,
// parameters, a colon.
var property = regexp.MustCompile(`^(?:([A-Za-z0-9_-]+)\.)?([A-Za-z][A-Za-z0-9_-]*)((?:;[^:"]*(?:"[^"]*"[^:"]*)*)?):`)

func begins(s string) bool {
	return strings.EqualFold(strings.ReplaceAll(strings.TrimSpace(s), " ", ""), "BEGIN:VCARD")
}

func ends(s string) bool {
	return strings.EqualFold(strings.ReplaceAll(strings.TrimSpace(s), " ", ""), "END:VCARD")
}

// card reads the next card; text between cards is skipped.
func (p *parser) card() (c Card, err error) {
	for {
		s, err := p.read()
		if err != nil {
			return Card{}, err
		}
		if begins(strings.TrimPrefix(s, "\uFEFF")) {
			break
		}
	}
	c.Line = p.line
	p.raw.Reset()
	p.keep("BEGIN:VCARD")
	defer func() { c.Raw = p.raw.String() }()
	for {
		s, err := p.peek()
		if err != nil && err != io.EOF {
			return c, err
		}
		if err == io.EOF || begins(s) { // cut off, or the next card begins
			c.Fault, c.FaultLine = "intake.problem.card_end", p.line
			return c, nil
		}
		p.read()
		if ends(s) {
			p.keep("END:VCARD")
			return c, nil
		}
		p.property(&c, s)
		if p.raw.Len() > maxCard && c.Fault == "" {
			c.Fault, c.FaultLine = "intake.problem.too_long", p.line
		}
	}
}

// property reads one property that begins with line s, with all its continuation
// lines.
func (p *parser) property(c *Card, s string) {
	if strings.TrimSpace(s) == "" {
		return
	}
	m := property.FindStringSubmatch(s)
	if m == nil {
		p.stray(c, s)
		return
	}
	prop := Prop{Line: p.line, Group: strings.ToLower(m[1]), Name: strings.ToUpper(m[2]), Params: params(m[3])}
	value := s[len(m[0]):]
	enc := strings.ToUpper(strings.Join(prop.Params["ENCODING"], ""))
	switch {
	case prop.Name == "AGENT" && strings.TrimSpace(value) == "":
		p.skipAgent()
		return
	case enc == "BASE64" || enc == "B" || strings.HasPrefix(strings.TrimSpace(value), "data:"):
		p.skipPicture()
		return
	case enc == "QUOTED-PRINTABLE":
		raw := p.soft(value)
		p.keep(s[:len(m[0])] + raw)
		prop.Value = decodeQP(raw, prop.Params["CHARSET"])
	default:
		prop.Value = p.unfold(value)
		p.keep(s[:len(m[0])] + prop.Value)
	}
	if prop.Name == "VERSION" {
		c.Version = strings.TrimSpace(prop.Value)
		return
	}
	if prop.Name == "PHOTO" || prop.Name == "LOGO" || prop.Name == "KEY" || prop.Name == "SOUND" {
		return
	}
	c.Props = append(c.Props, prop)
}

// keep appends to the raw text as long as the card is within its limit.
func (p *parser) keep(s string) {
	if p.raw.Len() <= maxCard {
		p.raw.WriteString(s)
		p.raw.WriteByte('\n')
	}
}

// stray treats a line that is no property: old phones write notes over several
// lines without folding them.
func (p *parser) stray(c *Card, s string) {
	p.keep(s)
	if n := len(c.Props); n > 0 && c.Props[n-1].Name == "NOTE" && len(c.Props[n-1].Value) < maxNote {
		c.Props[n-1].Value += "\n" + s
	}
}

// unfold joins the lines that begin with white space.
func (p *parser) unfold(value string) string {
	var b strings.Builder
	b.WriteString(value)
	for b.Len() < maxLine {
		s, err := p.peek()
		if err != nil || s == "" || s[0] != ' ' && s[0] != '\t' {
			break
		}
		p.read()
		b.WriteString(s[1:])
	}
	return b.String()
}

// soft joins the lines of quoted-printable text: each but the last ends with "=".
func (p *parser) soft(value string) string {
	var b strings.Builder
	for {
		v, more := strings.CutSuffix(strings.TrimRight(value, " \t"), "=")
		b.WriteString(v)
		if !more || b.Len() > maxLine {
			return b.String()
		}
		s, err := p.peek()
		if err != nil || begins(s) || ends(s) {
			return b.String()
		}
		p.read()
		value = s
	}
}

// skipPicture passes over base64 text: folded, or left-aligned up to an empty
// line, a property or the end.
func (p *parser) skipPicture() {
	for {
		s, err := p.peek()
		if err != nil || s == "" || s[0] != ' ' && s[0] != '\t' && strings.Contains(s, ":") {
			return
		}
		p.read()
	}
}

// skipAgent passes over a card within the card.
func (p *parser) skipAgent() {
	if s, err := p.peek(); err != nil || !begins(s) {
		return
	}
	for depth := 0; ; {
		s, err := p.read()
		switch {
		case err != nil:
			return
		case begins(s):
			depth++
		case ends(s):
			if depth--; depth == 0 {
				return
			}
		}
	}
}

// params reads ;TYPE=work,voice;PREF=1;CELL. A bare parameter of 2.1 is a type,
// or an encoding when it is the name of one.
func params(s string) map[string][]string {
	out := map[string][]string{}
	for _, part := range splitQuoted(s, ';') {
		key, value, ok := strings.Cut(part, "=")
		key = strings.ToUpper(strings.TrimSpace(key))
		switch {
		case key == "":
		case !ok && (key == "QUOTED-PRINTABLE" || key == "BASE64" || key == "B" || key == "8BIT" || key == "7BIT"):
			out["ENCODING"] = []string{key}
		case !ok:
			out["TYPE"] = append(out["TYPE"], strings.ToLower(key))
		default:
			for _, v := range strings.Split(strings.ReplaceAll(value, `"`, ""), ",") {
				if v = strings.TrimSpace(v); key == "TYPE" {
					v = strings.ToLower(v)
				}
				out[key] = append(out[key], v)
			}
		}
	}
	if len(out["PREF"]) > 0 {
		out["TYPE"] = append(out["TYPE"], "pref")
	}
	return out
}

// splitQuoted splits at sep outside of double quotes.
func splitQuoted(s string, sep rune) []string {
	in := false
	return strings.FieldsFunc(s, func(r rune) bool {
		if r == '"' {
			in = !in
		}
		return r == sep && !in
	})
}

// decodeQP resolves quoted-printable in the given character set. Bytes that make
// no sense in it are kept as far as possible.
func decodeQP(s string, charset []string) string {
	b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(s)))
	if err != nil { // a stray "=": keep the text as it is from there on
		b = append(b, s[min(len(s), len(b)):]...)
	}
	name := strings.ToLower(strings.Join(charset, ""))
	if name != "" && name != "utf-8" && name != "us-ascii" {
		if enc, err := htmlindex.Get(name); err == nil {
			if out, err := enc.NewDecoder().Bytes(b); err == nil {
				b = out
			}
		}
	}
	if !utf8.Valid(b) {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(b))
}

// parts splits at sep where it isn't escaped, and resolves the escapes.
func parts(s string, sep byte) []string {
	var out []string
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			out = append(out, strings.TrimSpace(unescape(s[start:i])))
			start = i + 1
		}
	}
	return append(out, strings.TrimSpace(unescape(s[start:])))
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		case ';', ',', '\\', ':', '"':
			b.WriteByte(s[i])
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
