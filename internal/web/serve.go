package web

import (
	"io"
	"net/http"
	"strings"

	"github.com/carnetcrm/carnet/internal/errs"
)

// images are the types that the browser may show as part of a page. Everything
// else a person uploaded is offered for download only.
var images = map[string]bool{"image/png": true, "image/jpeg": true, "image/webp": true, "image/gif": true}

// serveFile sends a stored image. Its type was found from its content when it was
// stored; the policy keeps the browser from running anything in it.
func (p *Page) serveFile(hash, name string) error {
	if hash == "" || p.s.Files == nil {
		return errs.Missing()
	}
	info, err := p.s.Files.Stat(hash)
	if err != nil {
		return err
	}
	f, err := p.s.Files.Open(hash)
	if err != nil {
		return err
	}
	defer f.Close()
	h := p.W.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	kind := strings.TrimSpace(strings.Split(info.Type, ";")[0])
	if !images[kind] {
		kind = "application/octet-stream"
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "private, max-age=86400")
	if p.R.Method == http.MethodHead {
		return nil
	}
	if _, err := io.Copy(p.W, f); err != nil {
		p.s.Log.DebugContext(p.Ctx(), "the reader went away", "error", err)
	}
	return nil
}
