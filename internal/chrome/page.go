package chrome

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to show what a test waits for.
var patience = 15 * time.Second

// Options say what the page looks like to its visitor.
type Options struct {
	Width, Height int    // in CSS pixels; zero is 1280 x 900
	Dark          bool   // prefers-color-scheme
	Language      string // Accept-Language, such as "pl"; empty leaves the browser's English
	Print         bool   // the media type is print
	NoScript      bool   // JavaScript of the page is switched off
	SameUser      *Page  // share cookies with this page; otherwise every page is a new visitor
}

// Page is a tab of a test. Its methods end the test with a message when they fail, and
// leave a screenshot and the HTML in the test's artifact directory (go test -artifacts).
type Page struct {
	t    testing.TB
	ctx  context.Context
	base *url.URL

	mu        sync.Mutex
	problems  []string
	documents map[string]bool // URLs that were asked for as pages
	status    int             // of the last one
	allowed   []*regexp.Regexp
}

// New opens a page for a visitor of the server at base ("http://127.0.0.1:1234"), and
// closes it at the end of the test. Problems found until then fail the test.
func New(t testing.TB, base string, o Options) *Page {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		t.Fatalf("chrome.New: %q isn't a base URL (%v)", base, err)
	}
	parent := acquire(t)
	p := &Page{t: t, base: u, documents: map[string]bool{}}
	identity := chromedp.WithNewBrowserContext()
	if o.SameUser != nil {
		identity = chromedp.WithExistingBrowserContext(chromedp.FromContext(o.SameUser.ctx).BrowserContextID)
	}
	ctx, cancel := chromedp.NewContext(parent, identity, chromedp.WithListener(p.listen))
	p.ctx = ctx
	t.Cleanup(func() {
		for _, problem := range p.Problems() {
			t.Errorf("browser: %s", problem)
		}
		cancel() // the tab closes by itself; waiting for it would cost half a second
		release()
	})
	if err := p.setUp(o); err != nil {
		t.Fatalf("opening a page: %v", err)
	}
	return p
}

// setUp gives the tab its size and preferences. The first command must run on the page's
// own context, because the tab lives as long as that one.
func (p *Page) setUp(o Options) error {
	if o.Width == 0 {
		o.Width = 1280
	}
	if o.Height == 0 {
		o.Height = 900
	}
	if err := chromedp.Do(p.ctx, chromedp.EmulateViewport(int64(o.Width), int64(o.Height))); err != nil {
		return err
	}
	err := p.media(o.Dark, o.Print)
	if err == nil && o.Language != "" {
		_, err = chromedp.Call(p.ctx, network.SetExtraHTTPHeaders,
			network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": o.Language}})
	}
	if err == nil && o.NoScript {
		_, err = chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
	return err
}

// media tells the page which theme and medium its reader has. Without motion there is
// no half-faded text for axe or a screenshot to catch.
func (p *Page) media(dark, print bool) error {
	scheme, media := "light", ""
	if dark {
		scheme = "dark"
	}
	if print {
		media = "print"
	}
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media,
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
	return err
}

// Theme changes the theme of the open page, as the system's setting does at dusk.
func (p *Page) Theme(dark bool) {
	p.t.Helper()
	if err := p.media(dark, false); err != nil {
		p.t.Fatalf("changing the theme: %v", err)
	}
}

// Context returns the chromedp context, for what this package has no method for.
func (p *Page) Context() context.Context { return p.ctx }

// Allow lets problems through whose text matches the pattern: a test that provokes a 409
// by fetch sees "Failed to load resource" in the console.
func (p *Page) Allow(pattern string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allowed = append(p.allowed, regexp.MustCompile(pattern))
}

// Problems returns what went wrong so far, without what was allowed.
func (p *Page) Problems() []string {
	p.settle()
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, problem := range p.problems {
		if !slices.ContainsFunc(p.allowed, func(re *regexp.Regexp) bool { return re.MatchString(problem) }) && !slices.Contains(out, problem) {
			out = append(out, problem)
		}
	}
	return out
}

// settle waits for one answer of the page: the events sent before it have arrived then.
func (p *Page) settle() {
	ctx, cancel := context.WithTimeout(p.ctx, 2*time.Second)
	defer cancel()
	// An error means that the page is gone, and its events with it.
	_, _ = chromedp.Run(ctx, chromedp.Evaluate[bool]("true"))
}

// do runs an action with the patience of a user, and ends the test if it fails.
func (p *Page) do(what string, action func(ctx context.Context) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := action(ctx); err != nil {
		p.fatalf("%s: %v", what, err)
	}
}

// fatalf ends the test with a picture of what the user saw.
func (p *Page) fatalf(format string, args ...any) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if dir := p.t.ArtifactDir(); dir != "" {
		if png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err == nil {
			p.write(filepath.Join(dir, "failure.png"), png)
		}
		if html, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.documentElement.outerHTML")); err == nil {
			p.write(filepath.Join(dir, "failure.html"), []byte(html))
		}
	}
	where, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + (document.body ? document.body.innerText : "").slice(0, 800)`))
	p.t.Fatalf("%s\nat %s", fmt.Sprintf(format, args...), where)
}

// write stores a file and its folder.
func (p *Page) write(file string, data []byte) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		p.t.Errorf("making the folder of %s: %v", file, err)
		return
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		p.t.Errorf("writing a file of the test: %v", err)
	}
}

// Navigate opens a path of the server ("/clients?view=12") and waits until it has
// loaded. Statuses below 500 are for the test to judge (see Status).
func (p *Page) Navigate(path string) {
	p.t.Helper()
	target, err := p.base.Parse(path)
	if err != nil {
		p.t.Fatalf("Navigate(%q): %v", path, err)
	}
	p.do("opening "+path, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.Navigate(target.String())) })
}

// Reload loads the page again.
func (p *Page) Reload() {
	p.t.Helper()
	p.do("loading again", func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.Reload()) })
}

// Back goes one page back.
func (p *Page) Back() {
	p.t.Helper()
	p.do("going back", func(ctx context.Context) error {
		from, err := chromedp.Run(ctx, chromedp.Evaluate[string]("history.back(), location.href"))
		if err != nil {
			return err
		}
		// A page from the back-forward cache fires no load event, so its address must do.
		return until(ctx, func() (string, error) {
			to, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.readyState === 'complete' ? location.href : ''"))
			if to == "" || to == from {
				return "there is nothing to go back to", err
			}
			return "", err
		})
	})
}

// Status returns the HTTP status of the page.
func (p *Page) Status() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}

// Path returns path and query of the page.
func (p *Page) Path() string { return Eval[string](p, "location.pathname + location.search") }

// Title returns the title of the page.
func (p *Page) Title() string { return Eval[string](p, "document.title") }

// Text returns the text of the page as a user sees it.
func (p *Page) Text() string { return Eval[string](p, "document.body.innerText") }

// Eval returns the value of a JavaScript expression, also under a strict CSP. A promise
// is waited for.
func Eval[T any](p *Page, expression string) (out T) {
	p.t.Helper()
	p.do("evaluating "+shorten(expression), func(ctx context.Context) (err error) {
		out, err = chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
		return err
	})
	return out
}

func shorten(s string) string {
	if len(s) > 80 {
		return s[:80] + " ..."
	}
	return s
}

// Screenshot writes what is visible to a PNG file.
func (p *Page) Screenshot(file string) {
	p.t.Helper()
	p.do("taking a screenshot", func(ctx context.Context) error {
		png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err == nil {
			p.write(file, png)
		}
		return err
	})
}

// FullScreenshot writes the page in its full length to a PNG file. The window
// grows for the picture until nothing needs to scroll, the page or a part of it.
func (p *Page) FullScreenshot(file string) {
	p.t.Helper()
	size := Eval[[]int64](p, `[innerWidth, innerHeight, innerHeight + Math.max(document.documentElement.scrollHeight - innerHeight, ...[...document.body.querySelectorAll('*')]
		.filter(e => /auto|scroll/.test(getComputedStyle(e).overflowY) && e.checkVisibility()).map(e => e.scrollHeight - e.clientHeight))]`)
	p.do("taking a screenshot", func(ctx context.Context) error {
		if size[2] > size[1] {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(size[0], size[2])); err != nil {
				return err
			}
		}
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)) // 100 means PNG
		if err == nil {
			p.write(file, png)
		}
		if err == nil && size[2] > size[1] {
			err = chromedp.Do(ctx, chromedp.EmulateViewport(size[0], size[1]))
		}
		return err
	})
}

// FitsWidth fails the test when the page must be scrolled sideways, and names the
// elements that stick out.
func (p *Page) FitsWidth() {
	p.t.Helper()
	wide := Eval[[]string](p, `(() => {
		const root = document.documentElement, width = root.clientWidth;
		if (root.scrollWidth <= width) return [];
		return [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 1)
			.slice(-5).map(e => e.outerHTML.slice(0, 120)).concat('the page is ' + root.scrollWidth + ' px wide in ' + width);
	})()`)
	if len(wide) > 0 {
		p.t.Errorf("%s must be scrolled sideways:\n  %s", p.Path(), strings.Join(wide, "\n  "))
	}
}

// Passkey gives the visitor a virtual authenticator that verifies its user, so that
// WebAuthn ceremonies succeed.
func (p *Page) Passkey() {
	p.t.Helper()
	p.do("adding an authenticator", func(ctx context.Context) error {
		if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
			Options: &webauthn.VirtualAuthenticatorOptions{
				Protocol: "ctap2", Ctap2version: "ctap2_1", Transport: "internal", HasResidentKey: true,
				HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
			}})
		return err
	})
}
