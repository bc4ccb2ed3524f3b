// Command carnet serves the client book of a travel agency, and looks after it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/carnetcrm/carnet/internal/config"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// commands is the command line.
type commands struct {
	Serve   serveCmd   `cmd:"" help:"Serve pages, API and jobs."`
	Demo    demoCmd    `cmd:"" help:"Serve a made-up agency from a throw-away folder."`
	Migrate migrateCmd `cmd:"" help:"Bring the database to this version."`
	Import  importCmd  `cmd:"" help:"Move client lists in."`
	Backup  backupCmd  `cmd:"" help:"Write the database and the files into one archive, while people work."`
	Restore restoreCmd `cmd:"" help:"Make an installation of a backup."`
	User    userCmd    `cmd:"" help:"People who sign in."`
	Token   tokenCmd   `cmd:"" help:"API tokens."`
	Vault   vaultCmd   `cmd:"" help:"The key of the secrets."`
	Openapi openapiCmd `cmd:"" help:"Print the OpenAPI document of the API."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

const about = `The client book of a travel agency.

  carnet demo                     look at it with made-up clients
  carnet serve --data /srv/carnet serve an agency

Every setting is a flag, a CARNET_* variable, or a line of the file given by --config.`

// env is what a command works with beside its flags.
type env struct {
	context.Context
	out, err io.Writer
	in       io.Reader
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(&env{Context: ctx, out: os.Stdout, err: os.Stderr, in: os.Stdin}, os.Args[1:])
	stop()
	os.Exit(code)
}

// exit ends parsing: help was printed.
type exit int

// run does what the arguments say and returns the exit status: 0 done, 1 failed,
// 2 wrong arguments.
func run(e *env, args []string) (code int) {
	defer func() {
		if p := recover(); p != nil {
			n, ok := p.(exit)
			if !ok {
				panic(p)
			}
			code = int(n)
		}
	}()
	var c commands
	options := append(config.Options(), kong.Name("carnet"), kong.Description(about), kong.UsageOnError(),
		kong.Writers(e.out, e.err), kong.Exit(func(n int) { panic(exit(n)) }), kong.Bind(e),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Vars{"version": version()})
	parser, err := kong.New(&c, options...)
	if err != nil {
		fmt.Fprintln(e.err, "carnet:", err)
		return 1
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(e.err, "carnet: %v\nTry: carnet --help\n", err)
		return 2
	}
	if err := k.Run(e); err != nil {
		fmt.Fprintln(e.err, "carnet:", message(err))
		return 1
	}
	return 0
}

// message tells an error in the language of the terminal. What isn't meant for
// users is told as it is: on the command line the reader is the operator.
func message(err error) string {
	var f *fileError
	if errors.As(err, &f) {
		return f.name + ": " + message(f.err)
	}
	var e *errs.Error
	if !errors.As(err, &e) || e.Kind == errs.Internal {
		return err.Error()
	}
	l := i18n.For(language())
	s := l.Error(err)
	for _, f := range e.Fields {
		s += "\n  " + f.Path + ": " + l.Field(f)
	}
	if e.Err != nil {
		s += "\n  " + e.Err.Error()
	}
	return s
}

// language is that of the terminal, as far as Carnet speaks it.
func language() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			lang, _, _ := strings.Cut(v, "_")
			return strings.ToLower(lang)
		}
	}
	return "en"
}
