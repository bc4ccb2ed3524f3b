package web

import (
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// pageBefore is the line of the sign-in history before which a page begins.
func pageBefore(p *Page) int64 {
	n, err := strconv.ParseInt(p.R.URL.Query().Get("before"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// signinList is a page of the sign-in history.
type signinList struct {
	rows []ui.Row
	next string // address of the older ones
}

// signinPage turns lines into rows; names, when given, says whose they are.
func signinPage(p *Page, lines []login.Signin, names map[int64]string, base string) signinList {
	var out signinList
	if len(lines) > signinsShown {
		lines = lines[:signinsShown]
		out.next = base + "?before=" + strconv.FormatInt(lines[signinsShown-1].ID, 10)
	}
	for _, n := range lines {
		r := ui.Row{Title: p.T("signin.event." + n.Event), Sub: p.signinDetail(n, names), End: p.moment(n.At), Slim: true}
		if n.Outcome != "ok" {
			r.Badges = []ui.Badge{{Label: p.T("signin.outcome." + n.Outcome), Kind: "danger"}}
		}
		out.rows = append(out.rows, r)
	}
	return out
}

func (p *Page) signinDetail(n login.Signin, names map[int64]string) string {
	var parts []string
	if names != nil {
		parts = append(parts, names[n.UserID])
	}
	if n.Method != "" {
		var how []string
		for m := range strings.SplitSeq(n.Method, "+") {
			how = append(how, p.T("signin.method."+m))
		}
		parts = append(parts, strings.Join(how, " + "))
	}
	for _, s := range []string{n.Detail, browserName(n.UserAgent), n.IP} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

// browserName makes "Firefox, Windows" of what a browser says about itself: enough
// to recognise one's own.
func browserName(agent string) string {
	name := pick(agent, [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}})
	system := pick(agent, [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"},
		{"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}})
	switch {
	case name != "" && system != "":
		return name + ", " + system
	case name == "" && system == "" && len(agent) > 40:
		return strings.ToValidUTF8(agent[:40], "")
	case name == "" && system == "":
		return agent
	}
	return name + system
}

func pick(s string, marks [][2]string) string {
	for _, m := range marks {
		if strings.Contains(s, m[0]) {
			return m[1]
		}
	}
	return ""
}
