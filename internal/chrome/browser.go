// Package chrome drives a real headless Chromium in tests. It knows nothing of the
// product: a test gives it the base URL of any server.
//
// A Page fails its test for everything that a user should never meet: an error in the
// console, a violation of the Content-Security-Policy, a 5xx answer, a request to a
// foreign host. Page.Axe adds the checks of axe-core (testdata/axe.min.js, MPL-2.0,
// used in tests only).
//
// Fields and buttons are named as a user reads them: Fill("E-mail", ...), Click("Save").
// A CSS selector works too.
//
// Chromium is taken from CARNET_CHROMIUM or the usual places. Without one the tests are
// skipped, unless CARNET_REQUIRE_BROWSER=1 makes that an error.
package chrome

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// The environment variables that this package reads.
const (
	envPath    = "CARNET_CHROMIUM"
	envRequire = "CARNET_REQUIRE_BROWSER"
)

// places is where Chromium usually is, first the one of Debian.
var places = []string{"/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"}

// find returns the path of a browser, or an error that says where it was looked for.
func find() (string, error) {
	if path := os.Getenv(envPath); path != "" {
		if _, err := exec.LookPath(path); err != nil {
			return "", fmt.Errorf("%s: %w", envPath, err)
		}
		return path, nil
	}
	for _, place := range places {
		if path, err := exec.LookPath(place); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no Chromium found in %v: install it or set %s", places, envPath)
}

// browser is the one Chromium of the test process.
var browser struct {
	sync.Mutex
	ctx    context.Context
	cancel context.CancelFunc
	pages  int
	kept   bool // by Main, until all tests have run
}

// Main runs the tests of a package with one browser for all of them. Call it from
// TestMain: os.Exit(chrome.Main(m)). Without it the browser ends with the last open page
// and starts again for the next test, which costs about a second each time.
func Main(m *testing.M) int {
	browser.Lock()
	browser.kept = true
	browser.Unlock()
	code := m.Run()
	browser.Lock()
	defer browser.Unlock()
	browser.kept = false
	stop()
	return code
}

// acquire returns the context of the browser, which it starts if need be.
func acquire(t testing.TB) context.Context {
	t.Helper()
	path, err := find()
	if err != nil {
		if os.Getenv(envRequire) == "1" {
			t.Fatalf("%s=1, but %v", envRequire, err)
		}
		t.Skip(err)
	}
	browser.Lock()
	defer browser.Unlock()
	if browser.ctx == nil {
		if err := start(path); err != nil {
			t.Fatalf("starting %s: %v", path, err)
		}
	}
	browser.pages++
	return browser.ctx
}

// release gives a page's share of the browser back.
func release() {
	browser.Lock()
	defer browser.Unlock()
	if browser.pages--; browser.pages == 0 && !browser.kept {
		stop()
	}
}

// start runs Chromium with a fresh profile, which chromedp removes afterwards. The
// resolver rule keeps it from reaching anything but this machine, whatever a page asks.
func start(path string) error {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // containers and CI have no user namespaces
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("lang", "en"),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1 , EXCLUDE ::1"),
	)
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	// Chromium's own complaints (no D-Bus, no GPU) aren't news to a test.
	quiet := func(string, ...any) {}
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(quiet), chromedp.WithLogf(quiet))
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		cancelAllocator()
		return err
	}
	browser.ctx = ctx
	browser.cancel = func() {
		cancel()
		cancelAllocator() // waits until the process has ended and its profile is gone
	}
	return nil
}

// stop ends Chromium; the caller holds the lock.
func stop() {
	if browser.ctx != nil {
		browser.cancel()
		browser.ctx, browser.cancel = nil, nil
	}
}
