package files

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"io"
	"strings"
)

// The types of content that are told apart. Anything else is Binary.
const (
	JPEG   = "image/jpeg"
	PNG    = "image/png"
	GIF    = "image/gif"
	WebP   = "image/webp"
	PDF    = "application/pdf"
	XLSX   = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	XLS    = "application/vnd.ms-excel" // the format before 2007, recognised to be refused politely
	VCard  = "text/vcard"
	CSV    = "text/csv"
	Text   = "text/plain"
	Binary = "application/octet-stream"

	typeZip  = "application/zip"
	zipMagic = "PK\x03\x04"
)

// sniffLen is how much of the content is looked at.
const sniffLen = 4096

// Sniff returns what content is, by its first bytes alone: the name and the type that a
// browser sends are claims of a stranger. HTML, SVG and XML are Text, so that a page
// never serves them as something that runs.
func Sniff(head []byte) string {
	for _, m := range magic {
		if bytes.HasPrefix(head, []byte(m.prefix)) {
			return m.kind
		}
	}
	if len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP" {
		return WebP
	}
	// Some scanners write a line before the header; readers accept it in the first kB.
	if i := bytes.Index(head[:min(len(head), 1024)], []byte("%PDF-")); i >= 0 && !looksBinary(head[:i]) {
		return PDF
	}
	text, ok := asText(head)
	switch {
	case !ok:
		return Binary
	case strings.HasPrefix(strings.ToUpper(strings.TrimSpace(text)), "BEGIN:VCARD"):
		return VCard
	case looksCSV(text):
		return CSV
	}
	return Text
}

var magic = []struct{ prefix, kind string }{
	{"\xff\xd8\xff", JPEG}, {"\x89PNG\r\n\x1a\n", PNG}, {"GIF87a", GIF}, {"GIF89a", GIF}, {"%PDF-", PDF},
	{zipMagic, typeZip}, {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", XLS},
}

// zipType tells a workbook from any other archive by what is in it.
func zipType(r io.ReaderAt, size int64) string {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return Binary
	}
	for _, f := range z.File {
		if f.Name == "xl/workbook.xml" {
			return XLSX
		}
	}
	return Binary
}

// asText decodes UTF-16 with a byte order mark (Google's older exports) and reports
// whether the rest looks like text of any eight-bit encoding.
func asText(head []byte) (string, bool) {
	if len(head) >= 2 && (head[0] == 0xff && head[1] == 0xfe || head[0] == 0xfe && head[1] == 0xff) {
		var order binary.ByteOrder = binary.LittleEndian
		if head[0] == 0xfe {
			order = binary.BigEndian
		}
		var b strings.Builder
		for i := 2; i+1 < len(head); i += 2 {
			b.WriteRune(rune(order.Uint16(head[i:])))
		}
		return b.String(), !looksBinary([]byte(b.String()))
	}
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	return string(head), len(head) > 0 && !looksBinary(head)
}

// looksBinary reports control characters that no text has.
func looksBinary(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b {
			return true
		}
	}
	return false
}

// looksCSV reports whether the first lines have one delimiter in common and at least
// two columns. A markup language is not a table, whatever it counts.
func looksCSV(text string) bool {
	if strings.HasPrefix(strings.TrimSpace(text), "<") || strings.HasPrefix(strings.TrimSpace(text), "{") {
		return false
	}
	for _, delimiter := range ";\t,|" {
		r := csv.NewReader(strings.NewReader(text))
		r.Comma, r.LazyQuotes, r.FieldsPerRecord = delimiter, true, -1
		rows, with, columns := 0, 0, 0
		for rows < 20 {
			record, err := r.Read()
			if err != nil {
				break
			}
			rows++
			if len(record) > 1 {
				with++
			}
			columns = max(columns, len(record))
		}
		switch {
		case with >= 2 && with == rows, with >= 2 && delimiter != ',' && with*3 >= rows*2:
			return true // a comma is in most sentences too: then every line must have it
		case rows == 1 && (columns >= 3 && delimiter != ',' || columns >= 6):
			return true // a header alone, or one longer than what is looked at
		}
	}
	return false
}
