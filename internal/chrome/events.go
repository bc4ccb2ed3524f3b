package chrome

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// listen notes what a user should never meet. It runs inside the loop that reads the
// browser's messages, so it may only take notes.
func (p *Page) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.note("uncaught %s", exception(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			p.note("console.%s: %s", e.Type, arguments(e.Args))
		}
	case *log.EventEntryAdded:
		p.logEntry(e.Entry)
	case *network.EventRequestWillBeSent:
		if e.Type == network.ResourceTypeDocument {
			p.documents[e.Request.URL] = true
		}
		p.foreign(e.Request.URL)
	case *network.EventWebSocketCreated:
		p.foreign(e.URL)
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument {
			p.status = int(e.Response.Status)
		}
		if e.Response.Status >= 500 {
			p.note("HTTP %d from %s", int(e.Response.Status), e.Response.URL)
		}
	}
}

// note keeps a problem; the caller holds the lock.
func (p *Page) note(format string, args ...any) {
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}

// logEntry keeps errors of the browser: CSP violations, blocked and failed requests.
// A page that answers 404 or 422 isn't one: forms do that on purpose.
func (p *Page) logEntry(e *log.Entry) {
	switch {
	case e.Level != log.EntryLevelError:
	case e.Source == log.EntrySourceNetwork && p.documents[e.URL]:
	default:
		p.note("%s: %s (%s)", e.Source, e.Text, e.URL)
	}
}

// foreign keeps a request that leaves for another host.
func (p *Page) foreign(address string) {
	u, err := url.Parse(address)
	if err != nil {
		p.note("request to %q: %v", address, err)
		return
	}
	switch u.Scheme {
	case "http", "https", "ws", "wss":
		if u.Host != p.base.Host {
			p.note("request to a foreign host: %s", address)
		}
	}
}

// exception renders an error that nobody caught.
func exception(d *runtime.ExceptionDetails) string {
	text := d.Text
	if d.Exception != nil && d.Exception.Description != "" {
		text = d.Exception.Description
	}
	return fmt.Sprintf("%s (%s:%d)", text, d.URL, d.LineNumber+1)
}

// arguments renders what was passed to console.error.
func arguments(args []*runtime.RemoteObject) string {
	var parts []string
	for _, a := range args {
		if a.Description != "" {
			parts = append(parts, a.Description)
		} else {
			parts = append(parts, strings.Trim(string(a.Value), `"`))
		}
	}
	return strings.Join(parts, " ")
}
