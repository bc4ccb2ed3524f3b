package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/carnetcrm/carnet/internal/errs"
)

// streamed reads a form that may bring files, part by part as it arrives: take gets each
// file that was chosen, and nothing of one is kept but what take keeps.
func (p *Page) streamed(take func(part *multipart.Part)) (Form, error) {
	if !strings.HasPrefix(p.R.Header.Get("Content-Type"), "multipart/form-data") {
		p.R.Body = http.MaxBytesReader(p.W, p.R.Body, maxForm)
		return p.Form()
	}
	f := Form{}
	parts, err := p.multipart()
	if err != nil {
		return f, err
	}
	for room := int64(maxForm); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f, storable(url.Values(f))
		}
		if err != nil {
			return f, errs.Wrap(err, errs.Invalid, "error.form")
		}
		if _, says, err := mime.ParseMediaType(part.Header.Get("Content-Disposition")); err == nil {
			if name, file := says["filename"]; file {
				if name != "" { // else none was chosen
					take(part)
				}
				continue
			}
		}
		b, err := io.ReadAll(io.LimitReader(part, room+1))
		if room -= int64(len(b)); err != nil || room < 0 {
			return Form{}, errs.New(errs.TooLarge, "error.too_large", "Max", p.L.Bytes(maxForm))
		}
		f[part.FormName()] = append(f[part.FormName()], string(b))
	}
}
