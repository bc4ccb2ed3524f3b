package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
)

// TestAttach: a file arrives whole, and its name can't begin a header.
func TestAttach(t *testing.T) {
	s := &server{}
	cfg := start(t, s, None)
	data := bytes.Repeat([]byte("Zażółć;\x00\xff\r\n"), 5000)
	m := hello
	m.HTML = ""
	m.Attach = []Attachment{{Name: "Klienci żółci\r\nX-Evil: 1.csv", Type: "text/csv; charset=utf-8", Data: data}}
	if err := sender(t, cfg).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := s.read(t)
	if got.Header.Get("X-Evil") != "" {
		t.Error("the name of a file has begun a header")
	}
	_, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	r := multipart.NewReader(got.Body, params["boundary"])
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			t.Fatal("no file came")
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(p.Header.Get("Content-Disposition"), "attachment") {
			continue
		}
		if p.Header.Get("X-Evil") != "" || !strings.HasPrefix(p.Header.Get("Content-Type"), "text/csv") {
			t.Errorf("header of the file: %v", p.Header)
		}
		raw, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
		if err != nil || !bytes.Equal(raw, data) {
			t.Errorf("%d of %d bytes came, %v", len(raw), len(data), err)
		}
		return
	}
}
