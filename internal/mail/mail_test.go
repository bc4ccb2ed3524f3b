package mail

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/carnetcrm/carnet/internal/errs"
)

// server is a real SMTP server that keeps what it gets and answers as told.
type server struct {
	mu       sync.Mutex
	got      []string // raw messages
	to       []string
	rcpt     error // answer to RCPT TO
	data     error // answer to the message
	hangUp   bool  // after the message was accepted
	user, pw string
}

type session struct {
	s      *server
	c      *smtp.Conn
	signed bool
}

func (s *session) Reset()                   {}
func (s *session) Logout() error            { return nil }
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }
func (s *session) Mail(string, *smtp.MailOptions) error {
	if s.s.user != "" && !s.signed {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pw string) error {
		if user != s.s.user || pw != s.s.pw {
			return smtp.ErrAuthFailed
		}
		s.signed = true
		return nil
	}), nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.s.mu.Lock()
	defer s.s.mu.Unlock()
	s.s.to = append(s.s.to, to)
	return s.s.rcpt
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.s.mu.Lock()
	defer s.s.mu.Unlock()
	if s.s.data != nil {
		return s.s.data
	}
	s.s.got = append(s.s.got, string(raw))
	if s.s.hangUp {
		time.AfterFunc(20*time.Millisecond, func() { _ = s.c.Conn().Close() })
	}
	return nil
}

// start runs the server until the test ends.
func start(t *testing.T, s *server, security string) Config {
	t.Helper()
	cert, roots := certificate(t)
	srv := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{s: s, c: c}, nil
	}))
	srv.Domain, srv.ErrorLog = "localhost", log.New(io.Discard, "", 0)
	srv.AllowInsecureAuth = false
	if security != None {
		srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if security == TLS {
		l = tls.NewListener(l, srv.TLSConfig)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = l.Close(); _ = srv.Close(); <-done }) // Close misses a listener that Serve hasn't taken yet
	return Config{Host: "localhost", Port: port, Security: security, Roots: roots,
		From: Address{"Biuro Słońce", "biuro@example.pl"}, Timeout: 5 * time.Second}
}

func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

func sender(t *testing.T, cfg Config) *SMTP {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var hello = Message{ID: "job-42", To: []Address{{"Anna Żak", "anna@example.com"}}, Subject: "Zażółć gęślą jaźń",
	Text: "Dzień dobry\n.\nkoniec", HTML: "<p>Dzień dobry</p>", Automatic: true}

// read parses the only message that the server got.
func (s *server) read(t *testing.T) *mail.Message {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.got) != 1 {
		t.Fatalf("the server got %d messages", len(s.got))
	}
	m, err := mail.ReadMessage(strings.NewReader(s.got[0]))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSend(t *testing.T) {
	for _, security := range []string{StartTLS, TLS, None} {
		t.Run(security, func(t *testing.T) {
			s := &server{}
			if security != None {
				s.user, s.pw = "biuro", "secret"
			}
			cfg := start(t, s, security)
			cfg.User, cfg.Password = s.user, s.pw
			if err := sender(t, cfg).Send(t.Context(), hello); err != nil {
				t.Fatal(err, errors.Unwrap(err))
			}
			m := s.read(t)
			dec := new(mime.WordDecoder)
			subject, _ := dec.DecodeHeader(m.Header.Get("Subject"))
			from, err := m.Header.AddressList("From")
			if err != nil || len(from) != 1 || from[0].Name != "Biuro Słońce" || from[0].Address != "biuro@example.pl" {
				t.Errorf("From: %v, %v", from, err)
			}
			if subject != hello.Subject || m.Header.Get("Message-Id") != "<job-42@example.pl>" ||
				m.Header.Get("Auto-Submitted") != "auto-generated" || m.Header.Get("Date") == "" {
				t.Errorf("header: %v", m.Header)
			}
			if text, html := bodies(t, m); text != "Dzień dobry\r\n.\r\nkoniec" || html != "<p>Dzień dobry</p>" {
				t.Errorf("text %q, html %q", text, html)
			}
		})
	}
}

func bodies(t *testing.T, m *mail.Message) (text, html string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return text, html
		}
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		body := strings.TrimRight(string(raw), "\r\n")
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			html = body
		} else {
			text = body
		}
	}
}

func TestInjection(t *testing.T) {
	s := &server{}
	cfg := start(t, s, StartTLS)
	m := hello
	m.Subject = "Offer\r\nBcc: thief@example.com\r\n\r\nbody"
	m.To = []Address{{"Anna\r\nBcc: thief@example.com", "anna@example.com"}}
	m.ReplyTo = Address{"\"x\" <thief@example.com>,\n", "desk@example.com"}
	m.ID = "1>\r\nX-Evil: yes"
	m.HTML = ""
	if err := sender(t, cfg).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := s.read(t)
	if got.Header.Get("Bcc") != "" || got.Header.Get("X-Evil") != "" || len(s.to) != 1 || s.to[0] != "anna@example.com" {
		t.Errorf("header: %v, recipients %q", got.Header, s.to)
	}
	if reply, err := got.Header.AddressList("Reply-To"); err != nil || len(reply) != 1 || reply[0].Address != "desk@example.com" {
		t.Errorf("Reply-To: %v, %v", reply, err)
	}
	for _, bad := range []Message{
		{To: []Address{{"", "a@example.com\r\nRCPT TO:<b@example.com>"}}, Text: "x"}, {Text: "x"},
		{To: []Address{{"", "nobody"}}, Text: "x"}, {To: hello.To}, {To: hello.To, Text: "x", From: Address{"", "x"}},
		{To: hello.To, Text: "x", ReplyTo: Address{"", "a, b"}},
	} {
		if err := sender(t, cfg).Send(t.Context(), bad); err == nil || Temporary(err) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestFailures(t *testing.T) {
	refused := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user anna@example.com"}
	busy := &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted anna@example.com"}
	spam := &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "looks like spam"}
	for name, c := range map[string]struct {
		s         *server
		change    func(*Config)
		temporary bool
		code      int
	}{
		"refused":           {&server{rcpt: refused}, nil, false, 550},
		"greylisted":        {&server{rcpt: busy}, nil, true, 451},
		"spam":              {&server{data: spam}, nil, false, 554},
		"wrong password":    {&server{user: "biuro", pw: "other"}, func(c *Config) { c.User, c.Password = "biuro", "secret" }, true, 0},
		"nobody there":      {&server{}, func(c *Config) { c.Port = 1 }, true, 0},
		"wrong certificate": {&server{}, func(c *Config) { c.Roots = x509.NewCertPool() }, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := start(t, c.s, StartTLS)
			if c.change != nil {
				c.change(&cfg)
			}
			err := sender(t, cfg).Send(t.Context(), hello)
			var e *Error
			if !errors.As(err, &e) || e.Temporary != c.temporary || Temporary(err) != c.temporary || e.Code != c.code {
				t.Fatalf("error %v (%+v)", err, e)
			}
			if strings.Contains(err.Error(), "anna@") || e.Unwrap() == nil {
				t.Errorf("the text for the log: %v", err)
			}
			if len(c.s.got) != 0 {
				t.Error("the message arrived all the same")
			}
		})
	}
}

// TestNoTLS: a server without STARTTLS gets nothing, as the password would be readable.
func TestNoTLS(t *testing.T) {
	s := &server{}
	cfg := start(t, s, None)
	cfg.Security = StartTLS
	if err := sender(t, cfg).Send(t.Context(), hello); err == nil || len(s.got) > 0 {
		t.Errorf("sent in the clear: %v", err)
	}
}

// TestAcceptedThenHungUp must not send again what the server has accepted.
func TestAcceptedThenHungUp(t *testing.T) {
	s := &server{hangUp: true}
	cfg := start(t, s, StartTLS)
	if err := sender(t, cfg).Send(t.Context(), hello); err != nil {
		t.Errorf("accepted and lost: %v", err)
	}
	s.read(t)
}

func TestCancelled(t *testing.T) {
	cfg := start(t, &server{}, StartTLS)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sender(t, cfg).Send(ctx, hello); err == nil || !Temporary(err) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestConfig(t *testing.T) {
	from := Address{"", "desk@żółw.pl"}
	for name, c := range map[string]struct {
		cfg  Config
		port int
	}{
		"starttls": {Config{Host: "h", From: from}, 587}, "tls": {Config{Host: "h", Security: TLS, From: from}, 465},
		"none": {Config{Host: "h", Security: None, From: from}, 25}, "own port": {Config{Host: "h", Port: 2525, From: from}, 2525},
		"no host": {Config{From: from}, 0}, "odd security": {Config{Host: "h", Security: "ssl", From: from}, 0},
		"no sender": {Config{Host: "h"}, 0},
	} {
		s, err := New(c.cfg)
		if (err != nil) != (c.port == 0) || err == nil && s.cfg.Port != c.port {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
		if err == nil && s.from.Email != "desk@xn--w-uga1v8h.pl" {
			t.Errorf("%s: sender %q", name, s.from.Email)
		}
	}
	if err := (Off{}).Send(t.Context(), hello); !errs.Is(err, errs.Unavailable) || !Temporary(err) || Temporary(nil) {
		t.Errorf("mail switched off: %v", err)
	}
}

func FuzzBuild(f *testing.F) {
	f.Add("Subject\r\nBcc: x@y.pl", "Name\n", "id")
	f.Fuzz(func(t *testing.T, subject, name, id string) {
		s := &SMTP{from: Address{"", "a@example.pl"}}
		msg, err := s.build(Message{ID: id, To: []Address{{name, "b@example.pl"}}, Subject: subject, Text: "x"})
		if err != nil {
			t.Fatal(err)
		}
		var buf bytes.Buffer
		if _, err := msg.WriteTo(&buf); err != nil {
			t.Fatal(err)
		}
		m, err := mail.ReadMessage(&buf)
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]bool{"From": true, "To": true, "Subject": true, "Date": true, "Message-Id": true, "Mime-Version": true,
			"Content-Type": true, "Content-Transfer-Encoding": true}
		for h := range m.Header {
			if !known[h] {
				t.Errorf("a header %q came out of %q, %q, %q", h, subject, name, id)
			}
		}
		if to, err := m.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != "b@example.pl" {
			t.Errorf("To out of %q: %v, %v", name, to, err)
		}
	})
}
