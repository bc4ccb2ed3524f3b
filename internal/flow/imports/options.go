package imports

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/record"
)

// The keys by which a row is recognised as a client that is there already. All but
// the first include the name: a household shares phones and e-mails.
const (
	MatchID    = "external_id" // the id in the other program, or the account code with the name
	MatchEmail = "email_name"
	MatchPhone = "phone_name"
	MatchBirth = "name_birth"
)

// Matches lists the keys in the order in which they are tried.
var Matches = []string{MatchID, MatchEmail, MatchPhone, MatchBirth}

// The modes: what happens to a client that is there already.
const (
	ModeCreate    = "create"    // nothing: only new clients are created
	ModeFill      = "fill"      // empty fields are filled in
	ModeOverwrite = "overwrite" // the file wins over what is stored
)

// Modes lists the modes.
var Modes = []string{ModeFill, ModeOverwrite, ModeCreate}

// Nobody as Options.Advisor leaves new clients without an advisor.
const Nobody = -1

// Options are the choices of one run.
type Options struct {
	Match []string `json:"match"`
	Mode  string   `json:"mode"`

	// Of new clients, where the file says nothing.
	Advisor      int64    `json:"advisor,omitempty"` // user; 0 the importer if clients may be theirs, else Nobody
	Branch       int64    `json:"branch,omitempty"`  // 0 the advisor's, else the importer's
	Tags         []string `json:"tags,omitempty"`    // by name, for every new and updated client
	SourceMedium string   `json:"source_medium,omitempty"`
	SourceDetail string   `json:"source_detail,omitempty"`

	System string `json:"system,omitempty"` // name of the program that the ids belong to; "" is the product
	Strict bool   `json:"strict,omitempty"` // refuse rows with unreadable values instead of keeping them as notes

	// Where the detection was wrong.
	Sheet     string `json:"sheet,omitempty"`
	Encoding  string `json:"encoding,omitempty"`
	Delimiter string `json:"delimiter,omitempty"` // one character
}

// DefaultOptions are those of a new run.
func DefaultOptions() Options {
	return Options{Match: slices.Clone(Matches), Mode: ModeFill, SourceMedium: "old_database"}
}

// ReadOptions returns the options of the run.
func (r *Run) ReadOptions() (Options, error) {
	o := DefaultOptions()
	if r.Options == "" {
		return o, nil
	}
	o.Match = nil
	if err := json.Unmarshal([]byte(r.Options), &o); err != nil {
		return o, fmt.Errorf("reading the options of import %d: %w", r.ID, err)
	}
	return o, nil
}

// Check tidies o and reports what is wrong with it. People and branches must be
// ones that the actor may choose.
func (o *Options) Check(ctx context.Context, tx *db.Tx) error {
	var c errs.Collect
	if o.Mode == "" {
		o.Mode = ModeFill
	}
	c.OneOf("mode", o.Mode, Modes...)
	var keys []string
	for _, m := range Matches { // in the order in which they are tried
		if slices.Contains(o.Match, m) {
			keys = append(keys, m)
		}
	}
	for _, m := range o.Match {
		c.OneOf("match", m, Matches...)
	}
	if len(keys) == 0 {
		c.Add("match", "import.error.match")
	}
	o.Match = keys
	c.OneOf("source_medium", o.SourceMedium, append([]string{""}, client.SourceMedia...)...)
	c.MaxLen("source_detail", o.SourceDetail, 200)
	o.System = strings.ToLower(strings.TrimSpace(o.System))
	c.MaxLen("system", o.System, 40)
	var tags []string
	for _, t := range o.Tags {
		if t = strings.Join(strings.Fields(t), " "); t != "" && !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
		c.MaxLen("tags", t, 60)
		if strings.Contains(t, ",") {
			c.Add("tags", "tag.error.comma")
		}
	}
	o.Tags = tags
	o.reading(&c)
	if err := o.checkPeople(ctx, tx, &c); err != nil {
		return err
	}
	return c.Err()
}

// reading checks how the file is read.
func (o *Options) reading(c *errs.Collect) {
	c.OneOf("encoding", o.Encoding, append([]string{""}, intake.EncodingIDs()...)...)
	c.OneOf("delimiter", o.Delimiter, append([]string{""}, strings.Split(intake.Delimiters, "")...)...)
}

// checkReading reports what is wrong with how a run's file is to be read.
func (o *Options) checkReading(run *Run) error {
	var c errs.Collect
	o.reading(&c)
	if run.Product == intake.ProductVCard && o.Sheet+o.Encoding+o.Delimiter != "" {
		c.Add("encoding", "import.error.cards_reading")
	}
	return c.Err()
}

// Reads reports whether o has a file read otherwise than was does.
func (o *Options) Reads(was *Options) bool {
	return o.Sheet != was.Sheet || o.Encoding != was.Encoding || o.Delimiter != was.Delimiter
}

func (o *Options) checkPeople(ctx context.Context, tx *db.Tx, c *errs.Collect) error {
	if o.Advisor > 0 {
		people, err := agency.Advisors(ctx, tx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(people, func(u agency.User) bool { return u.ID == o.Advisor }) {
			c.Add("advisor", "client.error.advisor")
		}
		if o.Advisor != tx.Actor.UserID && !tx.Actor.May("client.assign") {
			c.Add("advisor", "client.error.assign")
		}
	}
	if o.Branch > 0 {
		if err := record.Get(ctx, tx, new(agency.Branch), o.Branch); errs.Is(err, errs.NotFound) {
			c.Add("branch", "error.choice", "Allowed", "")
		} else if err != nil {
			return err
		}
	}
	return nil
}
