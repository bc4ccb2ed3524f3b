// Package mail sends e-mail through the agency's SMTP server.
package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"github.com/carnetcrm/carnet/internal/email"
	"github.com/carnetcrm/carnet/internal/errs"
)

// Sender sends one message. Jobs call it, never a request: it waits for another server.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Address is a person or a desk with an e-mail address.
type Address struct{ Name, Email string }

// Message is one e-mail. Give each recipient a message of their own, unless they may
// see each other and one refused address may stop all of them.
type Message struct {
	// ID becomes the Message-ID. Derive it from the job: a message that is sent again
	// because the answer got lost then reaches the reader once.
	ID      string
	From    Address // the configured sender when Email is ""
	ReplyTo Address
	To      []Address
	Subject string
	Text    string // required: what screen readers and old programs show
	HTML    string // the same as a page; "" for none
	Date    time.Time
	// Attach are files that go along.
	Attach []Attachment
	// Automatic marks what no person wrote, so that absence notes don't answer it (RFC 3834).
	Automatic bool
}

// Attachment is a file that goes along with a message.
type Attachment struct {
	Name string
	Type string // media type
	Data []byte
}

// Ways to protect the connection.
const (
	StartTLS = "starttls" // begin in the clear, insist on TLS: port 587
	TLS      = "tls"      // TLS from the first byte: port 465
	None     = "none"     // a server on the same machine
)

// Config says where mail goes out.
type Config struct {
	Host     string
	Port     int // 0 for the usual one of Security
	Security string
	User     string // "" for a server that asks for none
	Password string
	From     Address
	Timeout  time.Duration  // for connecting and for each answer; 0 means 30 s
	Roots    *x509.CertPool // nil for those of the system
}

// SMTP is the Sender for an SMTP server. Each message has its own connection: a desk
// sends a few, and a kept connection is the one that has just timed out.
type SMTP struct {
	cfg  Config
	from Address
}

// New checks the configuration; it doesn't connect.
func New(cfg Config) (*SMTP, error) {
	if cfg.Host == "" {
		return nil, errors.New("configuring mail: no SMTP host")
	}
	switch cfg.Security {
	case StartTLS, TLS, None:
	case "":
		cfg.Security = StartTLS
	default:
		return nil, fmt.Errorf("configuring mail: security %q is none of starttls, tls, none", cfg.Security)
	}
	if cfg.Port == 0 {
		cfg.Port = map[string]int{StartTLS: 587, TLS: 465, None: 25}[cfg.Security]
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	from, ok := clean(cfg.From)
	if !ok {
		return nil, fmt.Errorf("configuring mail: the sender %q isn't an e-mail address", cfg.From.Email)
	}
	return &SMTP{cfg: cfg, from: from}, nil
}

// Send delivers m to the server. When it returns nil the server has accepted the
// message; the error is an *Error that says whether another try makes sense.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg, err := s.build(m)
	if err != nil {
		return &Error{Reason: err.Error(), Err: err}
	}
	client, err := s.client()
	if err != nil {
		return &Error{Temporary: true, Reason: "the SMTP client can't be set up", Err: err}
	}
	if err := client.DialWithContext(ctx); err != nil {
		// A wrong password or certificate is the operator's to mend, and the message can
		// wait for it: nothing that happens before MAIL FROM is the message's fault.
		return failed("connecting", err, true)
	}
	// The farewell may fail without harm: the message is the server's already, or the
	// error of Send says that it isn't.
	defer func() { _ = client.Close() }()
	if err := client.Send(msg); err != nil && !msg.IsDelivered() {
		return failed("delivering", err, false)
	}
	return nil
}

func (s *SMTP) client() (*gomail.Client, error) {
	opts := []gomail.Option{
		gomail.WithPort(s.cfg.Port), gomail.WithTimeout(s.cfg.Timeout),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.cfg.Host, RootCAs: s.cfg.Roots, MinVersion: tls.VersionTLS12}),
	}
	switch s.cfg.Security {
	case TLS:
		opts = append(opts, gomail.WithSSL())
	case None:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.cfg.User != "" {
		opts = append(opts, gomail.WithUsername(s.cfg.User), gomail.WithPassword(s.cfg.Password),
			gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover))
	}
	return gomail.NewClient(s.cfg.Host, opts...)
}

// build makes the message. Its errors never quote an address: they are logged.
func (s *SMTP) build(m Message) (*gomail.Msg, error) {
	from := s.from
	if m.From.Email != "" {
		var ok bool
		if from, ok = clean(m.From); !ok {
			return nil, errors.New("the sender isn't an e-mail address")
		}
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(from.std())
	if len(m.To) == 0 {
		return nil, errors.New("the message has no recipient")
	}
	for _, to := range m.To {
		to, ok := clean(to)
		if !ok {
			return nil, errors.New("a recipient isn't an e-mail address")
		}
		msg.AddToMailAddress(to.std())
	}
	if m.ReplyTo.Email != "" {
		reply, ok := clean(m.ReplyTo)
		if !ok {
			return nil, errors.New("the reply address isn't an e-mail address")
		}
		msg.ReplyToMailAddress(reply.std())
	}
	if m.Text == "" {
		return nil, errors.New("the message has no text")
	}
	_, domain, _ := strings.Cut(from.Email, "@")
	if id := messageID(m.ID); id != "" {
		msg.SetMessageIDWithValue(id + "@" + domain)
	} else {
		msg.SetMessageID()
	}
	if m.Date.IsZero() {
		msg.SetDate()
	} else {
		msg.SetDateWithValue(m.Date)
	}
	if m.Automatic {
		msg.SetGenHeader("Auto-Submitted", "auto-generated")
	}
	msg.Subject(oneLine(m.Subject))
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	for _, a := range m.Attach {
		err := msg.AttachReader(oneLine(a.Name), bytes.NewReader(a.Data), gomail.WithFileContentType(gomail.ContentType(a.Type)))
		if err != nil {
			return nil, errors.New("a file can't be attached")
		}
	}
	return msg, nil
}

func (a Address) std() *mail.Address { return &mail.Address{Name: a.Name, Address: a.Email} }

// clean checks an address and turns its domain into ASCII, which every server takes.
func clean(a Address) (Address, bool) {
	norm, ok := email.Parse(a.Email)
	if !ok || strings.ContainsAny(a.Email, "<>,;\r\n") {
		return a, false // a bare address is expected here, not what an import may hold
	}
	local, domain, _ := strings.Cut(norm, "@")
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return a, false
	}
	return Address{Name: oneLine(a.Name), Email: local + "@" + ascii}, true
}

// oneLine makes text fit for a header: a line break in a name or a subject must not
// begin another header.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// messageID keeps the characters that an id may have (RFC 5322 dot-atom).
func messageID(id string) string {
	id = strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.", r)) {
			return r
		}
		return -1
	}, id)
	return strings.Trim(id, ".")
}

// Error is a message that couldn't be sent. Its text names no person, so that it may be
// logged; Unwrap has the server's words, which may.
type Error struct {
	Temporary bool   // trying again later makes sense
	Code      int    // the server's answer, 0 when it gave none
	Reason    string // what happened, without personal data
	Err       error
}

// Error describes the failure without personal data.
func (e *Error) Error() string {
	if e.Code > 0 {
		return "sending mail: " + e.Reason + " (" + strconv.Itoa(e.Code) + ")"
	}
	return "sending mail: " + e.Reason
}

// Unwrap returns the cause, which may quote addresses.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether err may pass by itself. An error of another kind counts as
// temporary: it isn't known to be final.
func Temporary(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return e.Temporary
	}
	return err != nil
}

// failed classifies what went wrong while talking to the server.
func failed(doing string, err error, early bool) *Error {
	e := &Error{Temporary: true, Reason: doing, Err: err}
	var sending *gomail.SendError
	var network net.Error
	switch {
	case errors.As(err, &sending):
		e.Code = sending.ErrorCode()
		e.Reason = doing + ": " + sending.Reason.String()
		// 5xx is final. Without a code it was the line, or our own message is broken.
		e.Temporary = early || e.Code < 500 && e.Code != 0 || e.Code == 0 && !ownFault(sending.Reason)
	case errors.As(err, &network) && network.Timeout():
		e.Reason = doing + ": no answer in time"
	}
	return e
}

// ownFault are the reasons that will be the same next time.
func ownFault(r gomail.SendErrReason) bool {
	switch r {
	case gomail.ErrGetSender, gomail.ErrGetRcpts, gomail.ErrNoUnencoded:
		return true
	}
	return false
}

// Off is the Sender of an installation without a mail server.
type Off struct{}

// Send fails with errs.Unavailable and a message that says what is missing.
func (Off) Send(context.Context, Message) error { return errs.New(errs.Unavailable, "error.mail_off") }
