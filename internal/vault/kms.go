package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// KMS keeps the key that encrypts the key file: the transit engine of HashiCorp Vault
// or of OpenBao. The keyset leaves this process only encrypted by it, so that a stolen
// data folder opens nothing.
type KMS struct {
	URL   string // https://vault.example.com:8200/transit/keys/carnet
	Token string
	HTTP  *http.Client // nil is one with a time limit
}

// ErrKMS: the key management service couldn't be asked, or refused.
var ErrKMS = errors.New("the key management service of the vault key")

// wrapped marks a key file that a KMS encrypted.
const wrapped = "kms:"

// address makes the path of an operation from the address of the key: the engine is
// mounted where "/keys/" stands.
func (k *KMS) address(op string) (string, error) {
	u, err := url.Parse(k.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("%w: CARNET_VAULT_KMS is no address like https://host:8200/transit/keys/carnet", ErrKMS)
	}
	mount, name, ok := strings.Cut(strings.TrimPrefix(strings.Trim(u.Path, "/"), "v1/"), "/keys/")
	if !ok || mount == "" || name == "" || strings.Contains(name, "/") {
		return "", fmt.Errorf("%w: CARNET_VAULT_KMS is no address like https://host:8200/transit/keys/carnet", ErrKMS)
	}
	u.Path = "/v1/" + mount + "/" + op + "/" + name
	return u.String(), nil
}

// ask calls encrypt or decrypt with one member and returns another of the answer.
func (k *KMS) ask(op, send, value, want string) (string, error) {
	at, err := k.address(op)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]string{send: value})
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrKMS, err)
	}
	req, err := http.NewRequest(http.MethodPost, at, bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrKMS, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Vault-Token", k.Token)
	req.Header.Set("X-Vault-Request", "true")
	client := k.HTTP
	if client == nil {
		client = &http.Client{Timeout: 15 * time.Second}
	}
	res, err := client.Do(req)
	if err != nil {
		return "", fmt.Errorf("%w can't be reached: %w", ErrKMS, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrKMS, err)
	}
	var answer struct {
		Data   map[string]any `json:"data"`
		Errors []string       `json:"errors"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil && res.StatusCode < 300 {
		return "", fmt.Errorf("%w gave an answer that is no JSON (%s)", ErrKMS, res.Status)
	}
	if res.StatusCode >= 300 {
		return "", fmt.Errorf("%w refused (%s): %s", ErrKMS, res.Status, strings.Join(answer.Errors, "; "))
	}
	out, _ := answer.Data[want].(string)
	if out == "" {
		return "", fmt.Errorf("%w gave an answer without %s", ErrKMS, want)
	}
	return out, nil
}

// wrap encrypts the text of a keyset.
func (k *KMS) wrap(text string) (string, error) {
	out, err := k.ask("encrypt", "plaintext", base64.StdEncoding.EncodeToString([]byte(text)), "ciphertext")
	if err != nil {
		return "", err
	}
	return wrapped + out, nil
}

// unwrap decrypts what wrap returned.
func (k *KMS) unwrap(text string) (string, error) {
	out, err := k.ask("decrypt", "ciphertext", strings.TrimPrefix(text, wrapped), "plaintext")
	if err != nil {
		return "", err
	}
	raw, err := base64.StdEncoding.DecodeString(out)
	if err != nil {
		return "", fmt.Errorf("%w gave an answer that is no base64", ErrKMS)
	}
	return string(raw), nil
}
