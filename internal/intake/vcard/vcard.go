// Package vcard reads address cards of the versions 2.1, 3.0 and 4.0 as phones and
// mail programs really write them: quoted-printable with soft breaks, bare type
// parameters, pictures folded in odd ways, groups with labels, many cards in one
// file. A damaged card is reported with its line and doesn't hide the next one.
package vcard

import (
	"bufio"
	"bytes"
	"io"
	"iter"
	"strings"

	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/intake/sheet"
)

// Limits of one card. Pictures are not kept, so they don't count.
const (
	maxLine = 1 << 20 // bytes of one unfolded line
	maxCard = 4 << 20 // bytes of one card without pictures
)

// Card is one address card.
type Card struct {
	Line    int    // line of BEGIN:VCARD in the file, 1-based
	Version string // "2.1", "3.0", "4.0"
	Props   []Prop
	Raw     string // the card as it stands in the file, without pictures

	// Fault is the translation key of what makes the card unreadable, or empty.
	// FaultLine is the line where that was found.
	Fault     string
	FaultLine int
}

// Prop is one property of a card.
type Prop struct {
	Line   int
	Group  string // "item1", in lower case
	Name   string // "TEL", in upper case
	Params map[string][]string
	Value  string // decoded from quoted-printable; backslashes still in place
}

// Types returns the values of TYPE in lower case, bare parameters of 2.1 included.
func (p Prop) Types() []string { return p.Params["TYPE"] }

// Has reports whether the property has the type.
func (p Prop) Has(typ string) bool {
	for _, t := range p.Types() {
		if t == typ {
			return true
		}
	}
	return false
}

// Text returns the value with its escapes resolved.
func (p Prop) Text() string { return unescape(p.Value) }

// Parts splits a structured value at its semicolons and resolves the escapes.
func (p Prop) Parts() []string { return parts(p.Value, ';') }

// List splits a value at its commas and resolves the escapes.
func (p Prop) List() []string { return parts(p.Value, ',') }

// First returns the first property with the name that has a value.
func (c Card) First(name string) (Prop, bool) {
	for _, p := range c.Props {
		if p.Name == name && strings.TrimSpace(p.Value) != "" {
			return p, true
		}
	}
	return Prop{}, false
}

// Label returns the X-ABLabel of the property's group, in the form "home page" for
// Apple's _$!<HomePage>!$_.
func (c Card) Label(p Prop) string {
	if p.Group == "" {
		return ""
	}
	for _, q := range c.Props {
		if q.Group == p.Group && q.Name == "X-ABLABEL" {
			return appleLabel(q.Text())
		}
	}
	return ""
}

func appleLabel(s string) string {
	s, plain := strings.CutPrefix(s, "_$!<")
	if !plain {
		return s
	}
	s = strings.TrimSuffix(s, ">!$_")
	var b strings.Builder
	for i, r := range s {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}

// Is reports whether the beginning of a file looks like cards.
func Is(head []byte) bool {
	head = bytes.ReplaceAll(head[:min(len(head), 64)], []byte{0}, nil) // UTF-16: every other byte
	for _, mark := range [][]byte{{0xFF, 0xFE}, {0xFE, 0xFF}, {0xEF, 0xBB, 0xBF}} {
		head = bytes.TrimPrefix(head, mark)
	}
	return bytes.HasPrefix(bytes.ToUpper(bytes.TrimLeft(head, " \t\r\n")), []byte("BEGIN:VCARD"))
}

// Read streams the cards of a file. It returns an errs.Invalid error for a file
// without any card.
func Read(r io.ReaderAt, size int64) iter.Seq2[Card, error] {
	return func(yield func(Card, error) bool) {
		enc, err := sheet.Detect(r, size)
		if err != nil {
			yield(Card{}, err)
			return
		}
		text := sheet.Lines(sheet.Decode(io.NewSectionReader(r, 0, size), enc))
		p := &parser{in: bufio.NewReaderSize(text, 64<<10)}
		found := false
		for {
			card, err := p.card()
			if err == io.EOF && !found {
				err = errs.New(errs.Invalid, "intake.error.no_cards")
			}
			if err == io.EOF {
				return
			}
			found = true
			if !yield(card, err) || err != nil {
				return
			}
		}
	}
}
