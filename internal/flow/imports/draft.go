package imports

import (
	"strings"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// draft is one record of the file in the agency's terms. Its fields hold only what
// the file says; what a new client needs besides is added by whole.
type draft struct {
	seq   int64
	line  int
	lines []int
	rows  int // of the file

	c        client.Client
	people   []person
	comms    []comm // of the client
	addrs    []contact.Address
	ids      []client.InterfaceID
	tags     []string
	problems []Problem

	prints []uint64 // of the names, once asked for
	wants  []wanted // keys, once wanted
	wanted bool
}

type person struct {
	id    int64 // once it is stored
	t     traveler.Traveler
	role  string
	comms []comm
	addrs []contact.Address
	parts []part
	kin   []kin
}

type comm struct {
	contact.Communication
	optedOut bool
}

// drafter makes drafts of what intake read.
type drafter struct {
	w     *words
	opt   Options
	actor db.Actor
	run   *Run
	d     *draft
}

func (b *drafter) warn(column, key string, args ...any) {
	b.d.problems = append(b.d.problems, Problem{Line: b.d.line, Column: column, Key: key, Args: args})
}

func (b *drafter) refuse(column, key string, args ...any) {
	b.d.problems = append(b.d.problems, Problem{Error: true, Line: b.d.line, Column: column, Key: key, Args: args})
}

// keep stores what has no place of its own in the remarks, so that nothing is lost.
func (b *drafter) keep(title, value string) { keep(&b.d.c.Remarks, title, value) }

func keep(remarks *string, title, value string) {
	if *remarks != "" {
		*remarks += "\n"
	}
	*remarks += title + ": " + value
}

func (b *drafter) title(target string) string { return TargetLabel(b.w.l, target) }

func (d *draft) refused() bool {
	for _, p := range d.problems {
		if p.Error {
			return true
		}
	}
	return false
}

// make turns one result into a draft.
func (b *drafter) make(seq int64, res intake.Result) *draft {
	d := &draft{seq: seq, line: res.Record.Line, lines: res.Record.Lines, rows: len(res.Rows)}
	b.d = d
	for _, p := range res.Problems {
		d.problems = append(d.problems, Problem{p.Severity == intake.Error, p.Line, p.Column, p.Key, p.Args})
	}
	rec := &res.Record
	d.c = client.Client{Name: rec.Client.Name, Kind: rec.Client.Kind}
	if d.refused() {
		return d
	}
	b.fields(&rec.Client)
	b.named(&rec.Client)
	region := b.region(rec)
	for i := range rec.Travelers {
		d.people = append(d.people, b.person(&rec.Travelers[i], region))
	}
	d.comms = b.communications(rec.Client.Comms, region)
	d.addrs = b.addresses(rec.Client.Addresses)
	b.externalIDs(rec.Client.ExternalIDs)
	b.tags(rec.Client.Tags)
	d.c.Fields = b.own("client", rec.Client.Own)
	b.validate()
	return d
}

// fields takes over what stands in the file as it is.
func (b *drafter) fields(in *intake.Client) {
	c := &b.d.c
	c.Status, c.Classification, c.Segment = in.Status, in.Classification, in.Segment
	c.FormalSalutation, c.InformalSalutation = in.FormalSalutation, in.InformalSalutation
	c.Anniversary, c.AnniversaryNote = in.Anniversary, in.AnniversaryNote
	c.Contact, c.Memo, c.Remarks = in.Contact, in.Memo, in.Remarks
	c.Language, c.Currency, c.TaxID, c.LegalName = in.Language, in.Currency, in.TaxID, in.LegalName
	if in.Code != "" {
		probe := client.Client{Name: "x", Code: in.Code}
		if probe.Check() == nil {
			c.Code = probe.Code
		} else {
			b.warn(b.title("client.code"), "import.warning.code", "Value", in.Code)
			b.keep(b.title("client.code"), in.Code)
		}
	}
	if b.actor.May("client.internal") {
		c.SourceMedium, c.SourceDetail = b.source(in.SourceMedium, in.SourceDetail)
	}
}

// source reads where a client came from: one of the media, or words that belong
// into the detail (R022).
func (b *drafter) source(medium, detail string) (string, string) {
	code := strings.ReplaceAll(fold.Key(medium), " ", "_")
	for _, m := range client.SourceMedia {
		if m == code {
			return m, detail
		}
	}
	if medium != "" {
		detail = strings.TrimSpace(medium + " " + detail)
	}
	if detail != "" {
		medium = "other"
		if b.opt.SourceMedium != "" {
			medium = b.opt.SourceMedium
		}
	}
	return medium, detail
}

// named resolves what the file names: advisor, branch, customer type. What nobody
// knows is kept as a remark.
func (b *drafter) named(in *intake.Client) {
	c := &b.d.c
	if in.Advisor != "" {
		if u := b.w.advisor(in.Advisor); u != nil && (u.ID == b.actor.UserID || b.actor.May("client.assign")) {
			c.AdvisorID = db.Ref(u.ID)
		} else {
			b.warn(b.title("client.advisor"), "import.warning.advisor", "Value", in.Advisor)
			b.keep(b.title("client.advisor"), in.Advisor)
		}
	}
	if in.Branch != "" {
		if x := b.w.branch(in.Branch); x != nil {
			c.BranchID = db.Ref(x.ID)
		} else {
			b.warn(b.title("client.branch"), "import.warning.branch", "Value", in.Branch)
			b.keep(b.title("client.branch"), in.Branch)
		}
	}
	if in.CustomerType != "" {
		if t := b.w.customerType(in.CustomerType); t != nil {
			c.CustomerType = db.Ref(t.ID)
		} else {
			b.warn(b.title("client.customer_type"), "import.warning.type", "Value", in.CustomerType)
			b.keep(b.title("client.customer_type"), in.CustomerType)
		}
	}
}

// region is the country in which the phones of a record are read.
func (b *drafter) region(rec *intake.Record) string {
	for _, a := range rec.Client.Addresses {
		if a.Country != "" {
			return a.Country
		}
	}
	for _, t := range rec.Travelers {
		for _, a := range t.Addresses {
			if a.Country != "" {
				return a.Country
			}
		}
	}
	return b.w.agency.Country
}

func (b *drafter) person(in *intake.Traveler, region string) person {
	p := person{role: in.Role, t: traveler.Traveler{Title: in.Title, Family: in.Family, Given: in.Given, Middle: in.Middle,
		Suffix: in.Suffix, Preferred: in.Preferred, Former: in.Former, NativeName: in.Native, BirthDate: in.BirthDate, Sex: in.Sex,
		Nationality: strings.Join(in.Nationalities, ","), Languages: strings.Join(in.Languages, ","),
		Occupation: in.Occupation, Company: in.Company, Position: in.Position, Remarks: in.Remarks}}
	p.comms = b.communications(in.Comms, region)
	p.addrs = b.addresses(in.Addresses)
	p.t.Fields = b.own("traveler", in.Own)
	b.profile(&p, in.Profile, region)
	return p
}

// communications checks them one by one: one that the agency can't store is kept
// as a remark and doesn't cost the row.
func (b *drafter) communications(in []intake.Comm, region string) (out []comm) {
	for _, m := range in {
		c := contact.Communication{Type: m.Type, SubType: clip(m.SubType, 60), Value: m.Value, Description: clip(m.Description, 500),
			Primary: m.Primary, PermitMarketing: m.OptedIn, Region: region, OwnerKind: "client"}
		if err := c.Check(); err != nil {
			b.warn("", "import.warning.communication", "Value", m.Value)
			b.keep(b.title("comm."+m.Type), m.Value)
			continue
		}
		if strings.HasPrefix(m.Norm, "+") && !strings.HasPrefix(c.Norm, "+") {
			c.Region = b.w.agency.Country // a number of home in an address abroad
			c.Check()
		}
		out = append(out, comm{c, m.OptedOut})
	}
	return out
}

func (b *drafter) addresses(in []intake.Address) (out []contact.Address) {
	for _, a := range in {
		x := contact.Address{Kind: a.Kind, Street: a.Street, Street2: a.Street2, POBox: a.POBox,
			PostalCode: a.Postal, City: a.City, Region: a.Region, Country: a.Country}
		twice := false
		for _, have := range out {
			twice = twice || have.Kind == x.Kind
		}
		if err := x.Check(); err != nil || twice {
			b.warn("", "import.warning.address", "Value", clip(a.Street+" "+a.City, 80))
			b.keep(b.title("address.formatted"), strings.Join(nonEmpty(a.Street, a.Street2, a.POBox, a.Postal, a.City, a.Region, a.Country), ", "))
			continue
		}
		out = append(out, x)
	}
	return out
}

// externalIDs become interface ids (R166) of the program that wrote the file.
func (b *drafter) externalIDs(in []intake.ExternalID) {
	for _, e := range in {
		x := client.InterfaceID{System: b.system(), Value: e.ID}
		if x.Check() != nil {
			b.warn(b.title("client.external_id"), "import.warning.id", "Value", clip(e.ID, 80))
			b.keep(b.title("client.external_id"), e.ID)
			continue
		}
		b.d.ids = append(b.d.ids, x)
	}
}

// otherSystem holds the ids of files of which nobody said where they come from.
const otherSystem = "other"

func (b *drafter) system() string {
	switch {
	case b.opt.System != "":
		return b.opt.System
	case b.run.Product != "":
		return b.run.Product
	}
	return otherSystem
}

func (b *drafter) tags(in []string) {
	for _, name := range append(append([]string(nil), in...), b.opt.Tags...) {
		name = strings.Join(strings.Fields(name), " ")
		if name == "" {
			continue
		}
		dup := false
		for _, have := range b.d.tags {
			dup = dup || fold.Fold(have) == fold.Fold(name)
		}
		if dup {
			continue
		}
		if !b.w.mayTag(b.actor, name) {
			b.warn(b.title("tag"), "import.warning.tag", "Value", clip(name, 80))
			b.keep(b.title("tag"), name)
			continue
		}
		b.d.tags = append(b.d.tags, name)
	}
}

// validate runs the checks of the records, so that one bad row is refused with its
// reasons instead of failing a whole batch.
func (b *drafter) validate() {
	d := b.d
	if short := clip(d.c.Remarks, maxRemarks); short != d.c.Remarks {
		d.c.Remarks = short
		b.warn("", "import.warning.remarks", "Max", maxRemarks)
	}
	c := d.c
	b.report("client", c.Check())
	for i := range d.people {
		b.report("traveler", d.people[i].t.Check())
	}
}

// maxRemarks is how many characters the remarks of a client hold.
const maxRemarks = 20000

// whole is the client with all that a new one has (R019, R068, R071): the advisor
// and branch of the run where the file named none.
func (b *drafter) whole(d *draft) client.Client {
	c := d.c
	if c.Kind == "" {
		c.Kind = "personal"
	}
	if c.AdvisorID == 0 {
		switch {
		case b.opt.Advisor > 0:
			c.AdvisorID = db.Ref(b.opt.Advisor)
		case b.opt.Advisor == 0 && b.w.me != nil && b.w.me.HasClients:
			c.AdvisorID = db.Ref(b.w.me.ID)
		}
	}
	if c.BranchID == 0 {
		c.BranchID = db.Ref(b.opt.Branch)
	}
	if u := b.w.user(int64(c.AdvisorID)); c.BranchID == 0 && u != nil {
		c.BranchID = u.BranchID
	}
	if c.BranchID == 0 {
		c.BranchID = db.Ref(b.actor.BranchID)
	}
	if c.CustomerType == 0 {
		c.CustomerType = b.w.defaultType(c.Kind)
	}
	if b.actor.May("client.internal") {
		c.OwnerKind = "agent"
		if c.AdvisorID == 0 {
			c.OwnerKind = "agency"
		}
		if c.SourceMedium == "" {
			c.SourceMedium = b.opt.SourceMedium
		}
		if c.SourceDetail == "" {
			c.SourceDetail = b.opt.SourceDetail
		}
	}
	return c
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

func nonEmpty(list ...string) (out []string) {
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
