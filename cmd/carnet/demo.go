package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"text/tabwriter"
	"time"

	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/config"
	"github.com/carnetcrm/carnet/internal/demo"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/web"
)

// demoCmd is "carnet demo".
type demoCmd struct {
	Listen   string `env:"CARNET_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDR" help:"Address and port to serve on; another port when it is taken."`
	Clients  int    `env:"CARNET_DEMO_CLIENTS" default:"2000" help:"How many clients the agency has."`
	LogLevel string `env:"CARNET_LOG_LEVEL" enum:"debug,info,warn,error" default:"warn" help:"Least level that is logged."`
}

// Help is shown below the flags.
func (*demoCmd) Help() string {
	return `Everybody in it is made up. The folder with the data is removed at the end.

Example:
  carnet demo --listen 127.0.0.1:9000`
}

// Run makes the agency and serves it until a signal comes.
func (c *demoCmd) Run(e *env) (err error) {
	if c.Clients < 0 || c.Clients > 1_000_000 {
		return errors.New("--clients: between 0 and 1000000")
	}
	dir, err := os.MkdirTemp("", "carnet-demo-")
	if err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	l, err := net.Listen("tcp", c.Listen)
	if err != nil { // taken, most likely by another demo
		host, _, _ := net.SplitHostPort(c.Listen)
		if l, err = net.Listen("tcp", net.JoinHostPort(host, "0")); err != nil {
			return fmt.Errorf("listening: %w", err)
		}
	}
	defer l.Close()
	began := time.Now()
	cfg := &config.Config{Data: dir, Listen: l.Addr().String(), SecureCookies: "auto", LogFormat: "text", LogLevel: c.LogLevel,
		MaxUpload: 512, SMTP: config.SMTP{Security: mail.StartTLS}}
	a, err := app.Open(e, cfg, app.Options{Version: version(), Log: cfg.Logger(e.err)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	fmt.Fprintf(e.err, "Making up an agency with %d clients ...\n", c.Clients)
	logins, err := demo.Fill(e, a.DB, a.Login, c.Clients)
	if err != nil {
		return err
	}
	if err := demo.Files(e, a.DB, a.Files); err != nil {
		return err
	}
	en := i18n.For("en")
	for _, p := range logins {
		a.Demo = append(a.Demo, web.DemoLogin{Name: p.Name, Role: p.Role, Email: p.Email, Password: p.Password})
	}
	s, err := a.NewServer()
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "\nCarnet is ready at %s (after %.1f s)\n\nSign in as one of these people, password %s\n\n", cfg.Base(), time.Since(began).Seconds(), demo.Password)
	t := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	for _, p := range logins {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", p.Email, en.T("agency.role."+p.Role), p.Branch, p.Name)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("printing the logins: %w", err)
	}
	fmt.Fprintf(e.out, "\nCtrl-C ends the demo and removes its data.\n")
	return s.Serve(e, l)
}
