package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
)

// looks are the pages that are looked at: in both themes and both widths by axe,
// and by people when CARNET_SHOTS names a folder for pictures.
var looks = []struct{ name, path, role string }{
	{"start", "/", "agent"},
	{"clients", "/clients", "administrator"},
	{"clients-peek", "/clients?peek=3", "administrator"},
	{"clients-filter", "/clients?kind=personal&name=kow", "administrator"},
	{"clients-none", "/clients?name=qqqq", "administrator"},
	{"travelers", "/travelers", "administrator"},
	{"search", "/search?q=kowalska", "administrator"},
	{"trash", "/trash", "administrator"},
	{"missing", "/clients/999999", "agent"},
}

// TestLook opens every page in both themes and widths: no axe violation, nothing
// wider than the screen, no error in the console.
func TestLook(t *testing.T) {
	s := newSite(t, 300)
	shots := os.Getenv("CARNET_SHOTS")
	for _, width := range []int{1440, 390} {
		for _, dark := range []bool{false, true} {
			for _, role := range []string{"administrator", "agent"} {
				p := s.browser(t, role, chrome.Options{Width: width, Height: 900, Dark: dark, Language: "en"})
				for _, l := range looks {
					if l.role != role {
						continue
					}
					t.Run(fmt.Sprintf("%s-%d-%s", l.name, width, map[bool]string{true: "dark", false: "light"}[dark]), func(t *testing.T) {
						p.Navigate(l.path)
						if shots != "" {
							p.Screenshot(filepath.Join(shots, fmt.Sprintf("%s-%d-%s.png", l.name, width, map[bool]string{true: "dark", false: "light"}[dark])))
						}
						p.FitsWidth()
						chrome.Axe(t, p)
					})
				}
			}
		}
	}
}
