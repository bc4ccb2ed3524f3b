package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/cardno"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// mapView is the page on which a person says what the columns mean.
type mapView struct {
	run     *imports.Run
	opt     imports.Options
	m       intake.Mapping
	cards   bool
	header  []string
	samples [][]string  // by column, the first values
	own     []ui.Option // fields that the agency has defined itself
	profile []ui.Option // preferences and days, as the agency's lists have them
	sheets  []string
	// encoding and delimiter are those with which a text is read; "" for a workbook.
	encoding, delimiter string
	err                 error

	advisors, branches []ui.Option
}

// maxSamples is how many values of a column are shown.
const maxSamples = 3

func (s *Server) showMapping(p *Page, run *imports.Run, problem error) error {
	v := mapView{run: run, err: problem}
	var err error
	if v.opt, err = run.ReadOptions(); err != nil {
		return err
	}
	if v.m, err = run.ReadMapping(); err != nil {
		return err
	}
	if err := s.readSamples(p, &v); err != nil {
		return err
	}
	if err := v.loadChoices(p); err != nil {
		return err
	}
	status := http.StatusOK
	if problem != nil {
		status = StatusOf(problem)
	}
	return p.RenderStatus(status, Screen{Title: run.FileName, Nav: "imports"}, importMapScreen(p, &v))
}

// readSamples opens the file for its titles and some values.
func (s *Server) readSamples(p *Page, v *mapView) error {
	f, err := s.imports().Open(p.Ctx(), p.Actor, v.run, v.opt)
	if err != nil {
		return err
	}
	defer f.Close()
	if v.cards = f.Cards(); v.cards {
		return nil
	}
	v.header, v.sheets = f.Table.Header, f.Table.Sheets
	if f.Table.Delimiter != 0 {
		v.encoding, v.delimiter = f.Table.Encoding, string(f.Table.Delimiter)
	}
	v.samples = make([][]string, len(v.header))
	for _, row := range f.Table.Sample {
		for i, val := range row.Cells {
			if i < len(v.samples) && strings.TrimSpace(val) != "" && len(v.samples[i]) < maxSamples {
				v.samples[i] = append(v.samples[i], sample(v.column(i).Target, v.header[i], strings.TrimSpace(val)))
			}
		}
	}
	return nil
}

func (v *mapView) loadChoices(p *Page) error {
	return p.View(func(ctx context.Context, tx *db.Tx) error {
		people, err := agency.Advisors(ctx, tx)
		if err != nil {
			return err
		}
		for _, u := range people {
			if u.ID == p.User.ID || p.Actor.May("client.assign") {
				v.advisors = append(v.advisors, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name})
			}
		}
		v.advisors = append(v.advisors, ui.Option{Value: strconv.Itoa(imports.Nobody), Label: p.T("import.nobody")})
		keys, labels, err := imports.OwnTargets(ctx, tx, p.L.Lang())
		if err != nil {
			return err
		}
		for i, key := range keys {
			area, _, _ := intake.OwnTarget(key)
			v.own = append(v.own, ui.Option{Value: key, Label: labels[i], Group: p.T("list.group.own") + " – " + p.T("intake.area."+area)})
		}
		if keys, err = imports.ProfileTargets(ctx, tx); err != nil {
			return err
		}
		for _, key := range keys {
			v.profile = append(v.profile, ui.Option{Value: key, Label: imports.TargetLabel(p.L, key), Group: profileGroup(p, key)})
		}
		opts, err := client.List.Options(ctx, tx, "branch", p.L.Lang())
		for _, o := range opts {
			v.branches = append(v.branches, ui.Option{Value: o.Value, Label: o.Label})
		}
		return err
	})
}

// profileGroup is the group of a preference, by its category, or of a day.
func profileGroup(p *Page, key string) string {
	name, ok := strings.CutPrefix(key, intake.PreferenceTarget)
	if !ok {
		return p.T("intake.area.special_date")
	}
	f, _, _ := imports.PreferenceOf(name)
	return p.T("intake.area.preference") + " – " + p.T("preference.category."+f.Category)
}

// sample is what may be shown of a value: of a document's number its last characters,
// nothing of a security code.
func sample(target, title, value string) string {
	switch {
	case cardno.IsCodeName(title):
		return mask("")
	case intake.Sealed(target):
		r := []rune(value)
		return mask(string(r[len(r)-min(3, len(r)/2):]))
	}
	return cardno.Mask(value)
}

// targets are the fields that a column can go to, in groups.
func (v *mapView) targets(p *Page) []ui.Option {
	out := []ui.Option{{Value: "skip", Label: p.T("import.leave_out")}}
	for i, t := range intake.Targets {
		if i > 0 && intake.Targets[i-1].Area == "relation" && t.Area != "relation" {
			out = append(out, v.profile...)
		}
		if t.Key != "skip" {
			out = append(out, ui.Option{Value: t.Key, Label: p.T("intake.target." + t.Key), Group: p.T("intake.area." + t.Area)})
		}
	}
	return append(out, v.own...)
}

// column returns the mapping of a column.
func (v *mapView) column(i int) intake.Column {
	if i < len(v.m.Columns) {
		return v.m.Columns[i]
	}
	return intake.Column{Target: "skip"}
}

// asksOrder reports whether the order of day and month must be chosen.
func (v *mapView) asksOrder(i int) bool {
	t, ok := intake.TargetOf(v.column(i).Target)
	return ok && t.Kind == intake.KindDate
}

// asksOwner reports whether a column's values may go to the client or the traveler.
func (v *mapView) asksOwner(i int) bool {
	key := v.column(i).Target
	return strings.HasPrefix(key, "comm.") || strings.HasPrefix(key, "address.")
}

func (v *mapView) orders(p *Page) []ui.Option {
	var out []ui.Option
	for _, o := range []date.Order{date.DMY, date.MDY, date.YMD} {
		out = append(out, ui.Option{Value: strconv.Itoa(int(o)), Label: p.T("import.order." + strconv.Itoa(int(o)))})
	}
	return out
}

func (v *mapView) owners(p *Page) []ui.Option {
	return []ui.Option{{Value: "", Label: p.T("import.owner.auto")}, {Value: "client", Label: p.T("import.owner.client")}, {Value: "traveler", Label: p.T("import.owner.traveler")}}
}

// importMapping stores what the columns mean and begins the dry run.
func (s *Server) importMapping(p *Page) error {
	run, err := p.run()
	if err != nil {
		return err
	}
	f, err := p.Form()
	if err != nil {
		return err
	}
	m, err := run.ReadMapping()
	if err != nil {
		return err
	}
	readColumns(f, &m)
	opt, err := run.ReadOptions()
	if err != nil {
		return err
	}
	was := opt
	readOptions(f, &opt)
	if opt.Reads(&was) { // it may have other columns
		if _, err := s.imports().Reopen(p.Ctx(), p.Actor, run.ID, opt); errs.Is(err, errs.Invalid) {
			return s.showMapping(p, run, err) // as it was read before
		} else if err != nil {
			return p.importRefused(run.ID, err)
		}
		return p.Redirect(runHref(run.ID))
	}
	_, err = s.imports().SetMapping(p.Ctx(), p.Actor, run.ID, m, opt, f.Str("save_as"))
	if err == nil {
		_, err = s.imports().Check(p.Ctx(), p.Actor, run.ID)
	}
	if errs.Is(err, errs.Invalid) {
		run.Mapping, run.Options = asJSON(m), asJSON(opt)
		return s.showMapping(p, run, err)
	}
	if err != nil {
		return p.importRefused(run.ID, err)
	}
	s.Kick()
	return p.Redirect(runHref(run.ID))
}

func readColumns(f Form, m *intake.Mapping) {
	for i := range m.Columns {
		c := &m.Columns[i]
		at := fmt.Sprintf("c[%d].", i)
		if t := f.Str(at + "target"); t != "" && t != c.Target {
			c.Target, c.Confidence, c.Why = t, 1, ""
		}
		if f.Has(at + "order") {
			c.DateOrder, c.DateOpen = date.Order(f.Int(at+"order")), false
		}
		if f.Has(at + "owner") {
			c.Owner = f.Str(at + "owner")
		}
		if f.Has(at + "label") {
			c.Label = f.Str(at + "label")
		}
	}
}

func readOptions(f Form, o *imports.Options) {
	o.Match, o.Mode = f.All("match"), f.Str("mode")
	o.Advisor, o.Branch = f.Int("advisor"), f.Int("branch")
	o.Strict = f.Bool("strict")
	o.Tags = nil
	for _, t := range f.All("tags") {
		for _, name := range strings.Split(t, ",") {
			if name = strings.TrimSpace(name); name != "" {
				o.Tags = append(o.Tags, name)
			}
		}
	}
	o.SourceMedium, o.SourceDetail = f.Str("source_medium"), f.Str("source_detail")
	for name, to := range map[string]*string{"sheet": &o.Sheet, "encoding": &o.Encoding} {
		if f.Has(name) {
			*to = f.Str(name)
		}
	}
	if f.Has("delimiter") {
		o.Delimiter = strings.Replace(f.Str("delimiter"), "tab", "\t", 1) // a form loses white space
	}
}

// problem is what is wrong with an option, "" if nothing.
func (v *mapView) problem(p *Page, path string) string { return p.Problem(v.err, path) }

func (v *mapView) matches(p *Page) []ui.Option {
	var out []ui.Option
	for _, m := range imports.Matches {
		out = append(out, ui.Option{Value: m, Label: p.T("import.match." + m)})
	}
	return out
}

// doubtful reports whether how the text is read is to be looked at: it was chosen, or wrongly
// so, or nothing parts its lines.
func (v *mapView) doubtful(p *Page) bool {
	return v.opt.Encoding != "" || v.opt.Delimiter != "" || len(v.header) < 2 || v.problem(p, "encoding")+v.problem(p, "delimiter") != ""
}

// encodings and delimiters are those with which a text can be read, where the detection
// was wrong.
func (v *mapView) encodings() (out []ui.Option) {
	for _, id := range intake.EncodingIDs() {
		out = append(out, ui.Option{Value: id, Label: intake.EncodingName(id)})
	}
	return out
}

func (v *mapView) delimiters(p *Page) (out []ui.Option) {
	for _, d := range strings.Split(intake.Delimiters, "") {
		out = append(out, ui.Option{Value: strings.Replace(d, "\t", "tab", 1), Label: delimiterName(p, d)})
	}
	return out
}

// recognised names the choice of what was recognised: as long as nothing else is chosen,
// it is known.
func recognised(p *Page, chosen, name string) string {
	if chosen != "" {
		return p.T("import.as_recognised")
	}
	return p.T("import.detected", "Name", name)
}

func delimiterName(p *Page, d string) string {
	if d == "\t" {
		return p.T("import.delimiter.tab")
	}
	return d
}

func (v *mapView) modes(p *Page) []ui.Option {
	var out []ui.Option
	for _, m := range imports.Modes {
		out = append(out, ui.Option{Value: m, Label: p.T("import.mode." + m), Help: p.T("import.mode_help." + m)})
	}
	return out
}

func (v *mapView) media(p *Page) []ui.Option {
	var out []ui.Option
	for _, m := range client.SourceMedia {
		out = append(out, ui.Option{Value: m, Label: p.T("client.source_medium." + m)})
	}
	return out
}

// product names what the file was recognised as.
func (v *mapView) product(p *Page) string {
	if v.run.Product == "" {
		return p.T("import.product_unknown")
	}
	return p.T("intake.product." + v.run.Product)
}

func refOption(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// asJSON writes a value that is known to be writable.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(b)
}
