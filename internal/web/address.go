package web

import (
	"net/http"
	"net/url"
)

// maxAddress is how many bytes an address with a selection may have: a little less than
// what every proxy on the way takes.
const maxAddress = 4000

// toAddress answers a form that only asked to be shown something with the address of what
// it asked for. Going back leads to a page then: the answer to a form isn't kept
// (no-store), and a browser can only offer to send the form again. It reports false, and
// answers nothing, where there was no form, or a selection that is too long for an address.
func (p *Page) toAddress(path string, v url.Values) (bool, error) {
	if p.R.Method != http.MethodPost {
		return false, nil
	}
	to := path + "?" + v.Encode()
	if len(to) > maxAddress {
		return false, nil
	}
	return true, p.Redirect(to)
}
