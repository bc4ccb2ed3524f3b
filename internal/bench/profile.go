package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
)

// profileVersion is raised when profiles changes: a data set of another version gets
// them anew.
const profileVersion = 1

// profile fills one table from clients or travelers.
type profile struct{ table, columns, values, of, from string }

// profiles are the papers, tastes and events that an agency has after some years: what
// the page of a client has to find its few rows among.
var profiles = []profile{
	{"passport", "traveler_id, country, number_hint, expires, is_primary", "t.id, 'PL', '123', '20' || (24 + t.id % 9) || '-0' || (1 + t.id % 9) || '-15', true", "t", "traveler t WHERE t.id % 10 < 7"},
	{"visa", "traveler_id, country, type, expires", "t.id, 'US', 'tourist', '20' || (24 + t.id % 9) || '-0' || (1 + t.id % 9) || '-20'", "t", "traveler t WHERE t.id % 8 = 0"},
	{"nationality", "traveler_id, country", "t.id, 'PL'", "t", "traveler t WHERE t.id % 2 = 0"},
	{"other_document", "traveler_id, kind, country, number_hint", "t.id, 'driving_licence', 'PL', '77'", "t", "traveler t WHERE t.id % 6 = 0"},
	{"preference", "traveler_id, field, code", "t.id, 'meal', 'VGML'", "t", "traveler t WHERE t.id % 3 = 0"},
	{"preference", "traveler_id, field, code", "t.id, 'diet', 'VEGETARIAN'", "t", "traveler t WHERE t.id % 4 = 0"},
	{"loyalty", "traveler_id, programme_id, number", "t.id, (SELECT min(p.id) FROM programme p WHERE p.agency_id = t.agency_id), '99' || t.id", "t",
		"traveler t WHERE t.id % 3 = 1 AND EXISTS (SELECT 1 FROM programme p WHERE p.agency_id = t.agency_id)"},
	{"special_date", "traveler_id, type, date, month_day", "t.id, 'WEDDING', '2001-06-1' || (t.id % 9), '06-1' || (t.id % 9)", "t", "traveler t WHERE t.id % 8 = 1"},
	{"emergency_contact", "traveler_id, name, phone", "t.id, 'Contact ' || t.id, '600 100 200'", "t", "traveler t WHERE t.id % 7 = 2"},
	{"relation", "a_id, b_id, a_is, b_is", "a.traveler_id, b.traveler_id, 'spouse', 'spouse'", "a",
		"client_traveler a JOIN client_traveler b ON b.agency_id = a.agency_id AND b.client_id = a.client_id AND b.position = a.position + 1 WHERE a.client_id % 2 = 0"},
	{"activity", "owner_kind, owner_id, type, subject, at", "'client', c.id, 'PHONE', 'Asked for an offer', c.created_at + 1000", "c", "client c WHERE c.id > 0"},
	{"activity", "owner_kind, owner_id, type, subject, at, follow_on, follow_due", "'client', c.id, 'EMAIL', 'Sent the offer', c.created_at + 2000, '2026-12-01', '2026-12-01'", "c", "client c WHERE c.id % 5 = 0"},
	{"activity", "owner_kind, owner_id, type, subject, at", "'traveler', t.id, 'MEETING', 'Came by', t.created_at + 3000", "t", "traveler t WHERE t.id % 2 = 0"},
	{"activity_person", "activity_id, traveler_id, owner_kind, owner_id", "x.id, x.owner_id, 'traveler', x.owner_id", "x", "activity x WHERE x.owner_kind = 'traveler' AND x.id % 4 = 0"},
}

// fill gives the travelers of a data set their profiles, once.
func (s *Set) fill(ctx context.Context, log io.Writer) error {
	if s.Profiles == profileVersion {
		return nil
	}
	began := time.Now()
	exec, end, err := s.loose(ctx)
	if err != nil {
		return err
	}
	defer end()
	seen := map[string]bool{}
	for _, p := range profiles {
		if !seen[p.table] {
			seen[p.table] = true
			if err := exec("DELETE FROM " + p.table); err != nil {
				return err
			}
		}
		q := fmt.Sprintf("INSERT INTO %s (agency_id, version, created_at, updated_at, %s) SELECT %[4]s.agency_id, 1, %[4]s.created_at, %[4]s.created_at, %[3]s FROM %[5]s ON CONFLICT DO NOTHING",
			p.table, p.columns, p.values, p.of, p.from)
		if err := exec(q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	s.Profiles = profileVersion
	fmt.Fprintf(log, "%s: profiles filled in %s\n", s.Engine, time.Since(began).Round(time.Second))
	return s.save()
}

// loose runs statements without the rules of the program, and ends.
func (s *Set) loose(ctx context.Context) (exec func(string) error, end func(), err error) {
	if s.Engine == "postgres" {
		c, err := pgx.Connect(ctx, s.Target)
		if err != nil {
			return nil, nil, err
		}
		return func(q string) error { _, err := c.Exec(ctx, q); return err }, func() { c.Close(ctx) }, nil
	}
	d, err := s.liteBulk()
	if err != nil {
		return nil, nil, err
	}
	return func(q string) error { _, err := d.ExecContext(ctx, q); return err }, func() { d.Close() }, nil
}

// save notes what the data set is.
func (s *Set) save() error {
	raw, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(s.note(), raw, 0o644)
}
