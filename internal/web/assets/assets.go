// Package assets holds what a page needs besides its HTML: style sheets, icons
// and scripts, embedded in the binary.
//
// Every file is served below a folder named after a hash of all of them, so a
// browser may keep it for a year and still never sees a stale one; relative
// imports between script modules keep working because the folder is shared.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/andybalholm/brotli"
	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/minify/v2/svg"
)

// Prefix is the path under which Handler must be mounted.
const Prefix = "/assets/"

// CSP is the Content-Security-Policy of every page. Nothing inline runs, nothing
// is loaded from elsewhere, nobody may frame a page.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; " +
	"font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; " +
	"base-uri 'none'; manifest-src 'self'"

//go:embed *.css *.svg *.js *.webmanifest js/*.js vendor/*.js
var files embed.FS

// Modules are the script modules that app.js imports; a page names them ahead
// (modulepreload) so that they load side by side and not one after the other. Rare are
// those that it loads where a page needs them.
var (
	Rare    = []string{"js/date.js", "js/passkey.js", "js/rows.js", "js/secret.js", "js/upload.js"}
	Modules = slices.DeleteFunc(list("js"), func(name string) bool { return slices.Contains(Rare, name) })
)

type asset struct {
	plain, zipped []byte
	kind          string
	brotli        *atomic.Pointer[[]byte] // a seventh smaller than zipped; nil until it is made
}

var (
	version = sync.OnceValue(hash)
	loaded  = sync.OnceValue(load)
)

// list returns the paths of the files in a folder of the embedded tree.
func list(dir string) []string {
	entries, err := files.ReadDir(dir)
	if err != nil {
		panic("assets: " + err.Error()) // the tree is compiled in
	}
	var out []string
	for _, e := range entries {
		if !e.IsDir() {
			out = append(out, path.Join(dir, e.Name()))
		}
	}
	return out
}

// hash names the state of the whole tree.
func hash() string {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := files.ReadFile(name)
		sum.Write([]byte(name))
		sum.Write(data)
		return err
	})
	if err != nil {
		panic("assets: " + err.Error())
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

// load reads, shrinks and compresses every file once. It takes some tens of
// milliseconds, on the first request and not at start. The smallest form takes a
// second, so it is made beside the work and served once it is there.
func load() map[string]asset {
	out := map[string]asset{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		data = shorter(name, data)
		a := asset{plain: data, kind: kind(name), brotli: new(atomic.Pointer[[]byte])}
		var buf bytes.Buffer
		zw, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression)
		if _, err := zw.Write(data); err != nil {
			return err
		}
		if err := zw.Close(); err != nil {
			return err
		}
		if buf.Len() < len(data) {
			a.zipped = buf.Bytes()
		}
		out[name] = a
		return nil
	})
	if err != nil {
		panic("assets: " + err.Error())
	}
	go smallest(out)
	return out
}

// smallest makes the brotli form of the assets, one after the other.
func smallest(all map[string]asset) {
	for _, a := range all {
		var buf bytes.Buffer
		w := brotli.NewWriterLevel(&buf, brotli.BestCompression)
		if _, err := w.Write(a.plain); err != nil {
			continue
		}
		if err := w.Close(); err != nil || buf.Len() >= len(a.plain) {
			continue
		}
		b := buf.Bytes()
		a.brotli.Store(&b)
	}
}

// kind is the media type by extension. The system's table is not asked for the
// types that matter, because it differs from machine to machine.
func kind(name string) string {
	switch ext := path.Ext(name); ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".webmanifest":
		return "application/manifest+json"
	default:
		return mime.TypeByExtension(ext)
	}
}

// shorter takes comments, indentation and long names out of what we wrote; a file that
// the library can't read is served as it is, and a test says so.
func shorter(name string, data []byte) []byte {
	if strings.HasPrefix(name, "vendor/") {
		return data
	}
	out, err := shrink().Bytes(path.Ext(name), data)
	if err != nil || len(out) > len(data) {
		return data
	}
	return out
}

var shrink = sync.OnceValue(func() *minify.M {
	m := minify.New()
	m.AddFunc(".css", css.Minify)
	m.Add(".js", &js.Minifier{Version: 2022})
	m.AddFunc(".svg", svg.Minify)
	return m
})

// URL returns the address of an asset, which changes whenever any asset does.
func URL(name string) string { return Prefix + version() + "/" + name }

// Icon returns the address of one symbol of the sprite, for <use href>.
func Icon(name string) string { return Sprite() + "#i-" + name }

// Sprite returns the address of all symbols; "#i-" and a name behind it make it Icon.
func Sprite() string { return sprite() }

var sprite = sync.OnceValue(func() string { return URL("icons.svg") })

// Exists tells whether there is an asset of that name; tests use it.
func Exists(name string) bool { _, ok := loaded()[name]; return ok }

// HasIcon tells whether the sprite has a symbol of that name; tests use it.
func HasIcon(name string) bool {
	sprite, err := files.ReadFile("icons.svg")
	return err == nil && bytes.Contains(sprite, []byte(`id="i-`+name+`"`))
}

// Weight is the number of bytes that an asset costs on the wire.
func Weight(name string) int {
	a := loaded()[name]
	if a.zipped != nil {
		return len(a.zipped)
	}
	return len(a.plain)
}

// Handler serves the assets below Prefix. An address with another hash than the
// present one still gets the present file, but may not be kept: it comes from a
// page that was opened before an upgrade.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, ok := strings.CutPrefix(r.URL.Path, Prefix)
		ver, name, ok2 := strings.Cut(rest, "/")
		a, found := loaded()[name]
		if !ok || !ok2 || !found {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Vary", "Accept-Encoding")
		if ver == version() {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			h.Set("Cache-Control", "no-cache")
		}
		if path.Ext(name) == ".svg" {
			// Opened by itself an SVG is a document, so it gets a policy of its own.
			h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		}
		body := a.plain
		accepted := r.Header.Get("Accept-Encoding")
		if b := a.brotli.Load(); b != nil && Accepts(accepted, "br") {
			h.Set("Content-Encoding", "br")
			body = *b
		} else if a.zipped != nil && Accepts(accepted, "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = a.zipped
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(body) // the browser went away: nothing to do about it
		}
	})
}

// Accepts reads an Accept-Encoding header; "gzip;q=0" is a refusal.
func Accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) {
			q := strings.TrimPrefix(strings.TrimSpace(weight), "q=")
			return q != "0" && q != "0.0" && q != "0.00" && q != "0.000"
		}
	}
	return false
}
