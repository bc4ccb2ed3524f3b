package config

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/carnetcrm/carnet/internal/mail"
)

// parse runs a command line; kong calls Validate.
func parse(t *testing.T, args ...string) (*Config, error) {
	t.Helper()
	var cli struct {
		Serve struct {
			Config `embed:""`
		} `cmd:""`
	}
	opts := append(Options(), kong.Exit(func(int) { t.Fatal("kong wants to exit") }))
	p, err := kong.New(&cli, opts...)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Parse(append([]string{"serve"}, args...))
	return &cli.Serve.Config, err
}

func TestDefaults(t *testing.T) {
	c, err := parse(t)
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != "./carnet-data" || c.Listen != "127.0.0.1:8080" || c.Base() != "http://localhost:8080" || c.Secure() ||
		c.MailOn() || c.MaxUploadBytes() != 512_000_000 || len(c.Warnings()) != 0 {
		t.Errorf("defaults: %+v, warnings %q", c, c.Warnings())
	}
	if c.DatabaseFile() != "carnet-data/carnet.db" || c.FilesDir() != "carnet-data/files" || c.VaultFile() != "carnet-data/vault.key" {
		t.Errorf("paths: %s %s %s", c.DatabaseFile(), c.FilesDir(), c.VaultFile())
	}
	if s, err := c.Sender(); err != nil || s != (mail.Off{}) {
		t.Errorf("sender: %v, %v", s, err)
	}
}

func TestSources(t *testing.T) {
	file := filepath.Join(t.TempDir(), "carnet.json")
	settings := `{"listen": "0.0.0.0:1111", "base_url": "https://file.example.com", "log_level": "warn", "smtp_host": "mail.example.com",
		"smtp_from": "desk@example.com", "smtp_port": 2525, "max_upload": 7}`
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CARNET_BASE_URL", "https://variable.example.com/")
	t.Setenv("CARNET_LOG_LEVEL", "error")
	t.Setenv("CARNET_TRUSTED_PROXIES", "10.0.0.0/8,::1")
	c, err := parse(t, "--config", file, "--log-level", "debug")
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "0.0.0.0:1111" || c.Base() != "https://variable.example.com" || c.LogLevel != "debug" || !c.Secure() {
		t.Errorf("file, variable and flag: %+v", c)
	}
	if want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}; !reflect.DeepEqual(c.Proxies(), want) {
		t.Errorf("proxies: %v", c.Proxies())
	}
	if c.SMTP.Port != 2525 || c.MaxUpload != 7 {
		t.Errorf("numbers from the file: %d, %d", c.SMTP.Port, c.MaxUpload)
	}
	if s, err := c.Sender(); err != nil || !c.MailOn() || s == (mail.Off{}) || c.Mail().From.Name != "Carnet" {
		t.Errorf("sender: %v, %v", s, err)
	}
}

func TestSettingsFile(t *testing.T) {
	for content, want := range map[string]string{
		`{"trusted_proxies": ["10.0.0.1", "10.1.0.0/16"]}`: "", "": "",
		`{"listne": ":1"}`: "listne", `{"listen": `: "settings file", `["listen"]`: "settings file", `{"listen": "x"}`: "--listen",
	} {
		name := filepath.Join(t.TempDir(), "carnet.json")
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := parse(t, "--config", name)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", content, err)
		}
		if want == "" && content != "" && len(c.Proxies()) != 2 {
			t.Errorf("%s: %+v", content, c.TrustedProxies)
		}
	}
	if _, err := parse(t, "--config", "/no/such/file"); err == nil {
		t.Error("a file that isn't there")
	}
}

// TestEveryFlagHasAVariable is a rule of the command line.
func TestEveryFlagHasAVariable(t *testing.T) {
	var check func(t reflect.Type) []string
	check = func(rt reflect.Type) (missing []string) {
		for i := range rt.NumField() {
			f := rt.Field(i)
			if f.Type.Kind() == reflect.Struct {
				missing = append(missing, check(f.Type)...)
			} else if !strings.HasPrefix(f.Tag.Get("env"), "CARNET_") || f.Tag.Get("help") == "" {
				missing = append(missing, f.Name)
			}
		}
		return missing
	}
	if m := check(reflect.TypeFor[Config]()); len(m) > 0 {
		t.Errorf("no variable or help: %q", m)
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		arg  string
		want string // "" for fine
	}{
		{"--database=postgres://carnet@db/carnet", ""}, {"--database=postgresql://db/carnet", ""},
		{"--database=mysql://root:secret@db/x", "--database"}, {"--listen=8080", "--listen"}, {"--listen=:8080", ""},
		{"--base-url=https://crm.example.com", ""}, {"--base-url=crm.example.com", "--base-url"},
		{"--base-url=https://example.com/crm", "--base-url"}, {"--base-url=javascript:x", "--base-url"},
		{"--trusted-proxies=10.0.0.1,10.1.0.0/16", ""}, {"--trusted-proxies=proxy", "--trusted-proxies"},
		{"--max-upload=0", "--max-upload"}, {"--smtp-port=70000", "--smtp-port"}, {"--max-file=-1", "--max-file"},
		{"--s3-bucket=x", "--s3-bucket"}, {"--s3-endpoint=s3.example.com", "--s3-endpoint"}, {"--smtp-host=mail.example.com", "--smtp-from"},
		{"--log-level=loud", "log-level"}, {"--data=", "--data"}, {"--secure-cookies=always", ""},
	} {
		_, err := parse(t, c.arg)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.arg, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows a password: %v", err)
		}
	}
	if _, err := parse(t, "--secure-cookies=always", "--base-url=http://crm.example.com"); err == nil {
		t.Error("cookies that no browser would send")
	}
}

func TestBaseAndWarnings(t *testing.T) {
	for _, c := range []struct {
		args     []string
		base     string
		warnings int
	}{
		{[]string{"--listen=0.0.0.0:80"}, "http://localhost", 1}, {[]string{"--listen=:8080"}, "http://localhost:8080", 1},
		{[]string{"--listen=[::1]:9000"}, "http://localhost:9000", 0}, {[]string{"--listen=192.168.1.5:8080"}, "http://192.168.1.5:8080", 1},
		{[]string{"--listen=:8080", "--base-url=https://crm.example.com"}, "https://crm.example.com", 0},
		{[]string{"--s3-endpoint=http://s3.example.com", "--s3-bucket=b", "--s3-key=k", "--s3-secret=s"}, "http://localhost:8080", 1},
		{[]string{"--smtp-host=mail.example.com", "--smtp-from=a@example.com", "--smtp-security=none"}, "http://localhost:8080", 2},
	} {
		cfg, err := parse(t, c.args...)
		if err != nil {
			t.Fatal(c.args, err)
		}
		if cfg.Base() != c.base || len(cfg.Warnings()) != c.warnings {
			t.Errorf("%q: base %s, warnings %q", c.args, cfg.Base(), cfg.Warnings())
		}
	}
}

func TestLoggerAndSecrets(t *testing.T) {
	c, err := parse(t, "--log-format=json", "--log-level=warn", "--smtp-password=secret1", "--vault-key=secret2",
		"--database=postgres://u:secret3@db/x")
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	log := c.Logger(&buf)
	log.Info("quiet")
	log.Warn("loud", "config", c, slog.Any("copy", *c))
	if out := buf.String(); strings.Contains(out, "quiet") || !strings.HasPrefix(out, "{") || strings.Contains(out, "secret") {
		t.Errorf("log: %s", out)
	}
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%v", *c), fmt.Sprintf("%+v", c)} {
		if strings.Contains(s, "secret") {
			t.Errorf("shown: %s", s)
		}
	}
	buf.Reset()
	c.LogFormat, c.LogLevel = "text", "nonsense"
	c.Logger(&buf).Info("hello")
	if !slices.Contains(strings.Fields(buf.String()), "msg=hello") {
		t.Errorf("text log: %s", buf.String())
	}
}
