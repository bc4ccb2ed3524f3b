package weburl

import (
	"net/url"
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	for raw, want := range map[string]string{
		"facebook.com/x": "https://facebook.com/x", "https://Example.COM/": "https://example.com",
		"http://example.com/a?b=c#d": "http://example.com/a?b=c#d", " www.example.com ": "https://www.example.com",
		"//example.com/a": "https://example.com/a", "example.com:8080/a": "https://example.com:8080/a",
		"HTTPS://EXAMPLE.com/Path": "https://example.com/Path", "żółw.pl/ą": "https://xn--w-uga1v8h.pl/%C4%85",
		"https://example.com/a:b": "https://example.com/a:b",
		// refused
		"": "", "javascript:alert(1)": "", "JavaScript://example.com/%0aalert(1)": "", "data:text/html,x": "",
		"mailto:a@b.pl": "", "file:///etc/passwd": "", "ftp://example.com": "", "localhost": "", "http://localhost/": "",
		"https://user:pw@example.com": "", "http://1.2.3.4/": "", "exa mple.com": "", "java\tscript:x": "",
		"https://example.com/\"onclick": "", "x": "", "https://": "", "vbscript:x": "", "example.com:javascript": "",
		"https://exam\u202eple.com": "", "https:example.com": "",
	} {
		got, ok := Clean(raw)
		if got != want || ok != (want != "") {
			t.Errorf("Clean(%q) = %q, %v, want %q", raw, got, ok, want)
		}
	}
}

func TestDisplay(t *testing.T) {
	for in, want := range map[string]string{"https://www.example.com": "example.com", "http://xn--w-uga1v8h.pl/a": "żółw.pl/a",
		"https://example.com/a/b": "example.com/a/b"} {
		if got := Display(in); got != want {
			t.Errorf("Display(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"facebook.com/x", "javascript:alert(1)", "https://a.b/c?d#e", "//a.b", "a.b:1", "http://[::1]/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := Clean(s)
		if !ok {
			return
		}
		u, err := url.Parse(got)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || !strings.Contains(u.Host, ".") {
			t.Fatalf("Clean(%q) = %q: %v", s, got, err)
		}
		if again, ok := Clean(got); !ok || again != got {
			t.Errorf("Clean(%q) = %q, which cleans to %q, %v", s, got, again, ok)
		}
		Display(got)
	})
}
