package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/preview"
)

// guarded sets the headers of content that a stranger may have made: whatever it is, the
// browser runs nothing of it, loads nothing for it, and keeps nothing of it.
func guarded(h http.Header) {
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// attached is the header by which a browser saves a file under its name (RFC 6266),
// with a plain name for programs that know no other letters.
func attached(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' || r == '/' {
			return '_'
		}
		return r
	}, name)
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

// plainTypes are the types that a download keeps; anything else is just bytes.
var plainTypes = map[string]bool{files.JPEG: true, files.PNG: true, files.GIF: true, files.WebP: true, files.PDF: true, files.XLSX: true}

// fileOpener allows the content of the file of a request, or its small picture.
func (s *Server) fileOpener(p *Page, small bool) (a *document.Attachment, open document.Opener, err error) {
	id, err := p.ID("id")
	if err != nil {
		return nil, nil, err
	}
	err = p.View(func(ctx context.Context, tx *db.Tx) error {
		if a, err = document.Get(ctx, tx, id); err != nil {
			return err
		}
		if small {
			open, err = s.docs().OpenSmall(ctx, tx, a)
		} else {
			open, err = s.docs().Open(ctx, tx, a)
		}
		return err
	})
	return a, open, err
}

// downloadFile sends a file to be saved, never to be shown (R123).
func (s *Server) downloadFile(p *Page) error {
	a, open, err := s.fileOpener(p, false)
	if err != nil {
		return err
	}
	r, err := open(p.Ctx())
	if err != nil {
		return err
	}
	defer r.Close()
	h := p.W.Header()
	guarded(h)
	kind := a.Type
	if !plainTypes[kind] {
		kind = "application/octet-stream"
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", attached(a.Name))
	h.Set("Content-Length", strconv.FormatInt(a.Size, 10))
	if p.R.Method == http.MethodHead {
		return nil
	}
	return p.send(r)
}

// send copies content to the reader, who may be slow. What breaks in the middle breaks
// the answer: half a file must not look whole.
func (p *Page) send(r io.Reader) error {
	c := http.NewResponseController(p.W)
	_, err := io.Copy(slowly{p.W, c}, r)
	if errors.Is(err, files.ErrSealed) {
		p.s.Log.ErrorContext(p.Ctx(), "a stored file is damaged", "pattern", p.R.Pattern, "error", err)
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		p.s.Log.DebugContext(p.Ctx(), "the reader went away", "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// slowly gives each piece of an answer its own time to leave.
type slowly struct {
	w io.Writer
	c *http.ResponseController
}

func (s slowly) Write(p []byte) (int, error) {
	s.c.SetWriteDeadline(time.Now().Add(2 * time.Minute))
	return s.w.Write(p)
}

// previewFile sends a picture of a file that was painted here.
func (s *Server) previewFile(p *Page) error {
	a, open, err := s.fileOpener(p, false)
	if err != nil {
		return err
	}
	page := 1
	if n := p.number("page"); n > 1 {
		page = int(min(n, 1000))
	}
	if !preview.Can(a.Type) {
		return errs.Missing()
	}
	r, err := open(p.Ctx())
	if err != nil {
		return err
	}
	defer r.Close()
	raw, err := preview.Page(p.Ctx(), r, a.Type, page)
	if err != nil {
		if errors.Is(err, files.ErrSealed) {
			return err
		}
		p.s.Log.DebugContext(p.Ctx(), "no preview", "error", err)
		return errs.Missing()
	}
	return p.sendPicture(raw)
}

// sendPicture answers with a JPEG that was made here.
func (p *Page) sendPicture(raw []byte) error {
	h := p.W.Header()
	guarded(h)
	h.Set("Content-Type", files.JPEG)
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	if p.R.Method == http.MethodHead {
		return nil
	}
	_, err := p.W.Write(raw)
	if err != nil {
		p.s.Log.DebugContext(p.Ctx(), "the reader went away", "error", err)
	}
	return nil
}

// maxThumb bounds what is read of a small picture.
const maxThumb = 1 << 20

// thumbFile sends the small picture that was made when the file was stored.
func (s *Server) thumbFile(p *Page) error {
	_, open, err := s.fileOpener(p, true)
	if err != nil {
		return err
	}
	r, err := open(p.Ctx())
	if err != nil {
		return err
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, maxThumb))
	if err != nil {
		return err
	}
	return p.sendPicture(raw)
}
