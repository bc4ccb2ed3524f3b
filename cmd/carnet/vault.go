package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/vault"
)

// vaultCmd is "carnet vault".
type vaultCmd struct {
	Status vaultStatus `cmd:"" help:"Say how many secrets there are, and with which keys."`
	Rotate vaultRotate `cmd:"" help:"Give the vault a new key and seal all secrets with it, while the agency works."`
	Key    vaultKey    `cmd:"" help:"Print a new key for CARNET_VAULT_KEY."`
}

// vaultStatus is "carnet vault status".
type vaultStatus struct {
	withDB `embed:""`
}

// Run counts the secrets.
func (c *vaultStatus) Run(e *env) error {
	var s app.Sealed
	err := c.do(e, func(a *app.App) (err error) { s, err = a.SealedState(e); return err })
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e, s)
	}
	fmt.Fprintf(e.out, "%d secrets, %d of them with an old key. %d keys, from the %s.\n", s.Secrets, s.Old, s.Keys, sources[s.Source])
	for _, kind := range slices.Sorted(maps.Keys(s.Kinds)) {
		fmt.Fprintf(e.out, "  %s\t%d\n", kind, s.Kinds[kind])
	}
	switch {
	case s.Old > 0:
		fmt.Fprintln(e.out, "A rotation isn't finished. Go on with: carnet vault rotate")
	case s.Keys > 1:
		fmt.Fprintln(e.out, "Nothing needs the old keys any more. Remove them with: carnet vault rotate --forget-old")
	}
	return nil
}

var sources = map[string]string{"file": "key file", "variable": "variable CARNET_VAULT_KEY", "kms": "key file, encrypted by the key management service"}

// vaultRotate is "carnet vault rotate".
type vaultRotate struct {
	withDB    `embed:""`
	ForgetOld bool `env:"CARNET_FORGET_OLD" help:"Remove the old keys in the end. Backups from before can then be restored only with the key file from before."`
}

// Help is shown below the flags.
func (*vaultRotate) Help() string {
	return `Readers and writers go on working. What was interrupted is continued by running it again.

With CARNET_VAULT_KEY the new content of the variable is printed first. Set it, restart
all processes of Carnet, and run the command again: it then seals everything anew.

Keep the key file from before as long as you keep backups from before.`
}

// Run rotates.
func (c *vaultRotate) Run(e *env) error {
	var r app.Rotation
	err := c.do(e, func(a *app.App) (err error) {
		r, err = a.Rotate(e, app.RotateOptions{ForgetOld: c.ForgetOld, Progress: func(kind string, done int) {
			if !c.JSON {
				fmt.Fprintf(e.err, "%d sealed again (%s)\n", done, kind)
			}
		}})
		return err
	})
	if err != nil {
		return fmt.Errorf("%w\nNothing is lost: old and new keys both open what they sealed. Run the command again to go on", err)
	}
	if c.JSON {
		return printJSON(e, r)
	}
	if r.Variable != "" {
		fmt.Fprintln(e.out, r.Variable)
		fmt.Fprintln(e.err, "This is the new content of CARNET_VAULT_KEY. Set it, restart all processes of Carnet, then run the command again.")
		return nil
	}
	fmt.Fprintf(e.out, "%d of %d secrets sealed again. %d keys, %d removed.\n", r.Resealed, r.Secrets, r.Keys, r.Forgotten)
	return nil
}

// vaultKey is "carnet vault key".
type vaultKey struct{}

// Run prints a new key.
func (*vaultKey) Run(e *env) error {
	key, err := vault.Generate()
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, key)
	fmt.Fprintln(e.err, "Keep it where backups of the database are not: who has both can read every secret, who loses it loses them.")
	return nil
}
