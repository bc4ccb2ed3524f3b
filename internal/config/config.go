// Package config holds the settings of a running Carnet: one struct, filled by flags,
// CARNET_* variables or a file, checked once and passed down. Settings that belong to an
// agency (its name, time zone, who sees what) are in the database, not here.
package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/vault"
)

// Config is every setting. The tags are those of kong; embed it in a command. Parse the
// command line with Options, so that a file can be given too.
type Config struct {
	File kong.ConfigFlag `name:"config" env:"CARNET_CONFIG" placeholder:"FILE" help:"Read settings from a JSON file; flags and variables win over it."`

	Data     string `env:"CARNET_DATA" default:"./carnet-data" placeholder:"DIR" help:"Folder of the embedded database, the files and the vault key."`
	Database string `env:"CARNET_DATABASE" placeholder:"URL" help:"PostgreSQL to use instead of the embedded database: postgres://user@host/name."`

	Listen         string   `env:"CARNET_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDR" help:"Address and port to serve on."`
	BaseURL        string   `name:"base-url" env:"CARNET_BASE_URL" placeholder:"URL" help:"Address that people type: https://crm.example.com. Links in mails and passkeys need it."`
	TrustedProxies []string `env:"CARNET_TRUSTED_PROXIES" placeholder:"NET" help:"Addresses or networks of reverse proxies whose X-Forwarded-For is believed."`
	SecureCookies  string   `env:"CARNET_SECURE_COOKIES" enum:"auto,always,never" default:"auto" help:"Cookies over HTTPS only; auto follows the base URL."`

	LogFormat string `env:"CARNET_LOG_FORMAT" enum:"text,json" default:"text" help:"Format of the log: text or json."`
	LogLevel  string `env:"CARNET_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"Least level that is logged."`

	VaultKey string `env:"CARNET_VAULT_KEY" hidden:"" help:"Key of the vault, instead of the file in the data folder. Use the variable: others can see a flag."`

	VaultKMS      string `name:"vault-kms" env:"CARNET_VAULT_KMS" placeholder:"URL" help:"Key of HashiCorp Vault's or OpenBao's transit engine that encrypts the vault key: https://host:8200/transit/keys/carnet."`
	VaultKMSToken string `name:"vault-kms-token" env:"CARNET_VAULT_KMS_TOKEN" hidden:"" help:"Token for it. Use the variable: others can see a flag."`

	MaxUpload int `env:"CARNET_MAX_UPLOAD" default:"512" placeholder:"MB" help:"Largest client list that can be uploaded, in MB."`

	MaxFile int `env:"CARNET_MAX_FILE" default:"0" placeholder:"MB" help:"Largest file that can be attached to a record, in MB; 0 is no limit."`

	Tesseract string `env:"CARNET_TESSERACT" placeholder:"PATH" help:"Program that reads the lines in pictures of passports; the one in the PATH when it is empty."`

	SMTP SMTP `embed:"" prefix:"smtp-"`
	S3   S3   `embed:"" prefix:"s3-"`
}

// S3 says in which S3-compatible store files are kept; without a bucket they are in the
// data folder.
type S3 struct {
	Endpoint  string `env:"CARNET_S3_ENDPOINT" placeholder:"URL" help:"Address of an S3-compatible store; that of AWS when it is empty."`
	Bucket    string `env:"CARNET_S3_BUCKET" placeholder:"NAME" help:"Bucket for the files; without one they are in the data folder."`
	Region    string `env:"CARNET_S3_REGION" default:"us-east-1" placeholder:"NAME" help:"Region of the bucket."`
	Key       string `env:"CARNET_S3_KEY" placeholder:"TEXT" help:"Access key of the store."`
	Secret    string `env:"CARNET_S3_SECRET" placeholder:"TEXT" help:"Secret key of the store. Use the variable: others can see a flag."`
	Prefix    string `env:"CARNET_S3_PREFIX" placeholder:"TEXT" help:"Beginning of all names in the bucket, such as carnet/."`
	PathStyle bool   `env:"CARNET_S3_PATH_STYLE" help:"The bucket's name is in the path and not in the host name; most stores of one's own need it."`
}

// SMTP says where mail goes out; without a host nothing is sent.
type SMTP struct {
	Host     string `env:"CARNET_SMTP_HOST" placeholder:"HOST" help:"Mail server; without one nothing is sent."`
	Port     int    `env:"CARNET_SMTP_PORT" placeholder:"PORT" help:"Port of the mail server; 587, 465 or 25 by the security."`
	Security string `env:"CARNET_SMTP_SECURITY" enum:"starttls,tls,none" default:"starttls" help:"Protection of the connection: starttls, tls or none."`
	User     string `env:"CARNET_SMTP_USER" placeholder:"NAME" help:"User name for the mail server."`
	Password string `env:"CARNET_SMTP_PASSWORD" placeholder:"TEXT" help:"Password for the mail server. Use the variable: others can see a flag."`
	From     string `env:"CARNET_SMTP_FROM" placeholder:"ADDRESS" help:"Address that mail is sent from."`
	FromName string `env:"CARNET_SMTP_FROM_NAME" default:"Carnet" placeholder:"NAME" help:"Name that mail is sent from."`
}

// Options are the kong options that a command line with a Config needs.
func Options() []kong.Option { return []kong.Option{kong.Configuration(load)} }

// Validate checks the settings together and says in plain words what to change. Kong
// calls it after parsing.
func (c *Config) Validate() error {
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if c.Data == "" {
		add("--data: name a folder")
	}
	if c.Database != "" {
		u, err := url.Parse(c.Database)
		if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
			add("--database: expected postgres://user@host/name") // never quoted: it may hold a password
		}
	}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil || port == "" {
		add("--listen: %q is no address with a port, such as 127.0.0.1:8080", c.Listen)
	}
	if c.BaseURL != "" {
		u, err := url.Parse(c.BaseURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
			strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			add("--base-url: %q is no address such as https://crm.example.com, without a path", c.BaseURL)
		}
	}
	for _, p := range c.TrustedProxies {
		if _, err := prefix(p); err != nil {
			add("--trusted-proxies: %q is no address or network", p)
		}
	}
	if c.SecureCookies == "always" && strings.HasPrefix(c.Base(), "http://") && c.BaseURL != "" {
		add("--secure-cookies=always: nobody could sign in at %s; use https there", c.BaseURL)
	}
	if c.MaxUpload < 1 || c.MaxUpload > 10_000 {
		add("--max-upload: between 1 and 10000 MB")
	}
	if c.MaxFile < 0 || c.MaxFile > 100_000 {
		add("--max-file: between 0 and 100000 MB")
	}
	if c.S3.Bucket != "" && (c.S3.Key == "" || c.S3.Secret == "") {
		add("--s3-bucket: give CARNET_S3_KEY and CARNET_S3_SECRET, too")
	}
	if u, err := url.Parse(c.S3.Endpoint); c.S3.Endpoint != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		add("--s3-endpoint: %q is no address such as https://s3.example.com", c.S3.Endpoint)
	}
	if c.SMTP.Port < 0 || c.SMTP.Port > 65535 {
		add("--smtp-port: %d is no port", c.SMTP.Port)
	}
	if c.SMTP.Host != "" {
		if _, err := mail.New(c.Mail()); err != nil {
			add("--smtp-from: %w", err)
		}
	}
	return errors.Join(problems...)
}

// Warnings are settings that work but shouldn't stay, for the log at the start.
func (c *Config) Warnings() []string {
	var out []string
	host, _, _ := net.SplitHostPort(c.Listen)
	if addr, err := netip.ParseAddr(host); (err != nil && host != "localhost" || err == nil && !addr.IsLoopback()) && !c.Secure() {
		out = append(out, "other machines reach this server without HTTPS: put a reverse proxy before it and set --base-url")
	}
	if c.BaseURL == "" && c.SMTP.Host != "" {
		out = append(out, "links in mails will point to "+c.Base()+": set --base-url")
	}
	if u, err := url.Parse(c.S3.Endpoint); err == nil && c.S3.Bucket != "" && u.Scheme == "http" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" {
		out = append(out, "files travel to "+u.Host+" unencrypted: use https in --s3-endpoint")
	}
	if c.SMTP.Security == mail.None && c.SMTP.Host != "" && c.SMTP.Host != "localhost" && c.SMTP.Host != "127.0.0.1" {
		out = append(out, "mail leaves this machine unencrypted: set --smtp-security")
	}
	return out
}

// Base returns the address that people type, without a slash at its end. Without a
// base URL it is the one on this machine.
func (c *Config) Base() string {
	if c.BaseURL != "" {
		return strings.TrimRight(c.BaseURL, "/")
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return "http://localhost"
	}
	// Passkeys work with a name, not with an address.
	if addr, err := netip.ParseAddr(host); host == "" || err == nil && (addr.IsLoopback() || addr.IsUnspecified()) {
		host = "localhost"
	}
	if port == "80" {
		return "http://" + host
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Secure reports whether cookies are for HTTPS only.
func (c *Config) Secure() bool {
	switch c.SecureCookies {
	case "always":
		return true
	case "never":
		return false
	}
	return strings.HasPrefix(c.Base(), "https://")
}

// Proxies returns the networks whose forwarding headers are believed. Call it after
// Validate: what isn't a network is left out.
func (c *Config) Proxies() []netip.Prefix {
	var out []netip.Prefix
	for _, p := range c.TrustedProxies {
		if n, err := prefix(p); err == nil {
			out = append(out, n)
		}
	}
	return out
}

// prefix reads a network, or one address as a network of its own.
func prefix(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if addr, err := netip.ParseAddr(s); err == nil {
		return addr.Prefix(addr.BitLen())
	}
	return netip.ParsePrefix(s)
}

// DatabaseFile returns the path of the embedded database.
func (c *Config) DatabaseFile() string { return filepath.Join(c.Data, "carnet.db") }

// FilesDir returns the folder of the stored files.
func (c *Config) FilesDir() string { return filepath.Join(c.Data, "files") }

// ExportsDir returns the folder of exported lists, which are kept for a day.
func (c *Config) ExportsDir() string { return filepath.Join(c.Data, "exports") }

// KMS returns what encrypts the vault key, nil for nothing.
func (c *Config) KMS() *vault.KMS {
	if c.VaultKMS == "" {
		return nil
	}
	return &vault.KMS{URL: c.VaultKMS, Token: c.VaultKMSToken}
}

// VaultFile returns the path of the vault key.
func (c *Config) VaultFile() string { return filepath.Join(c.Data, vault.FileName) }

// MaxUploadBytes returns the size limit of uploads in bytes.
func (c *Config) MaxUploadBytes() int64 { return int64(c.MaxUpload) * 1_000_000 }

// MaxFileBytes returns the size limit of an attachment in bytes; 0 is none (R034).
func (c *Config) MaxFileBytes() int64 { return int64(c.MaxFile) * 1_000_000 }

// Store returns the store of files: in the data folder, or in a bucket.
func (c *Config) Store() (*files.Store, error) {
	if c.S3.Bucket == "" {
		return files.New(c.FilesDir())
	}
	blobs, err := files.NewS3(files.S3{Endpoint: c.S3.Endpoint, Bucket: c.S3.Bucket, Region: c.S3.Region,
		Key: c.S3.Key, Secret: c.S3.Secret, Prefix: c.S3.Prefix, PathStyle: c.S3.PathStyle})
	if err != nil {
		return nil, err
	}
	return files.Over(c.FilesDir(), blobs)
}

// MailOn reports whether a mail server is set up.
func (c *Config) MailOn() bool { return c.SMTP.Host != "" }

// Mail returns the settings of package mail.
func (c *Config) Mail() mail.Config {
	return mail.Config{Host: c.SMTP.Host, Port: c.SMTP.Port, Security: c.SMTP.Security, User: c.SMTP.User,
		Password: c.SMTP.Password, From: mail.Address{Name: c.SMTP.FromName, Email: c.SMTP.From}}
}

// Sender returns the way out for mail: the server, or one that says there is none.
func (c *Config) Sender() (mail.Sender, error) {
	if !c.MailOn() {
		return mail.Off{}, nil
	}
	return mail.New(c.Mail())
}

// Logger returns the log of the program, written to w.
func (c *Config) Logger(w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	opt := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opt))
	}
	return slog.New(slog.NewTextHandler(w, opt))
}

// String leaves the secrets out, for the day when somebody logs the settings.
func (c Config) String() string {
	return fmt.Sprintf("data=%s postgres=%v listen=%s base=%s mail=%v", c.Data, c.Database != "", c.Listen, c.Base(), c.MailOn())
}

// LogValue is String for slog.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }
