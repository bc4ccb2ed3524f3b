package api

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
)

// hidden are the columns that no model shows: copies for searching and sorting, and
// what the path says already.
var hidden = map[string]bool{"name_key": true, "search": true, "given_key": true, "anniversary_md": true, "city_key": true, "birth_md": true,
	"created_for": true, "only_client_id": true, "only_client_key": true, "no_traveler": true, "deleted_at": true, "owner_kind": true, "owner_id": true, "client_id": true}

// TestColumns makes sure that a column which is added to a record is shown by the
// API, or is left out on purpose.
func TestColumns(t *testing.T) {
	for _, c := range []struct {
		m    *model
		kind string
	}{{clientModel, "client"}, {travelerModel, "traveler"}, {communicationModel, "communication"}, {addressModel, "address"},
		{interfaceIDModel, "interface_id"}, {commentModel, "comment"}, {agencyModel, "agency"}, {branches.model, "branch"},
		{departments.model, "department"}, {customerTypes.model, "customer_type"}, {tags.model, "tag"}, {userModel, "user"}} {
		k, ok := record.KindOf(c.kind)
		if !ok {
			t.Fatalf("no kind %s", c.kind)
		}
		shown := map[string]bool{}
		for _, p := range c.m.props {
			shown[p.col] = true
		}
		for _, col := range record.Columns(k.New()) {
			if !shown[col.Name] && !hidden[col.Name] {
				t.Errorf("%s.%s is neither shown nor hidden", c.kind, col.Name)
			}
		}
	}
}

// TestAppendString: what is written is read back as it was, whatever it holds.
func TestAppendString(t *testing.T) {
	for _, s := range []string{"", "plain", `a"b\\c`, "\n\r\t\x00\x1f\x7f", "Żółć 😀 \u2028", "bad \xff utf-8 \xc3", "<script>&"} {
		raw := appendString(nil, s)
		var got string
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Errorf("%q: %v in %s", s, err, raw)
		}
		if want := string([]rune(s)); got != want { // runes: broken bytes become U+FFFD
			t.Errorf("%q came back as %q", s, got)
		}
	}
}

// TestAppendModel compares the answer of a record with encoding/json.
func TestAppendModel(t *testing.T) {
	c := &client.Client{Name: "Żółć \"x\"", Anniversary: "--06-12", AdvisorID: 3}
	c.ID, c.Version, c.CreatedAt = 7, 2, 1_700_000_000_123_456
	var got map[string]any
	if err := json.Unmarshal(append(clientModel.append([]byte("{"), c, db.Actor{}), '}'), &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{"id": 7.0, "version": 2.0, "name": c.Name, "anniversary": "--06-12", "advisor_id": 3.0,
		"branch_id": nil, "created_at": "2023-11-14T22:13:20.123Z", "updated_at": nil, "memo": ""} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v, want %v", name, v, want)
		}
	}
	if _, there := got["owner_kind"]; there {
		t.Error("a field without the right is there")
	}
}

// sentMismatch says where a decoded value differs from what its schema lets in.
func sentMismatch(s *schema, v any, path string) (out []string) {
	switch x := v.(type) {
	case nil:
		if !s.nullable {
			out = append(out, path+" is null")
		}
	case object:
		if s.format == "values" {
			return nil // of the agency's own fields
		}
		for name, y := range x {
			m := s.member(name)
			if m == nil || m.readOnly {
				out = append(out, path+"."+name+" can't be sent")
			} else {
				out = append(out, sentMismatch(m, y, path+"."+name)...)
			}
		}
	case []any:
		if s.typ != "array" {
			return []string{path + " is an array"}
		}
		for i, y := range x {
			out = append(out, sentMismatch(s.items, y, fmt.Sprintf("%s[%d]", path, i))...)
		}
	default:
		if want := map[string]string{"string": "string", "integer": "int64", "boolean": "bool"}[s.typ]; fmt.Sprintf("%T", v) != want {
			out = append(out, fmt.Sprintf("%s is a %T", path, v))
		}
	}
	return out
}

// FuzzDecode: whatever is sent, decoding ends in an object that fits the schema or
// in an error that names known fields, and filling a record from it doesn't panic.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{joanna, `{}`, `{"name":null}`, `{"travelers":[{"id":1}]}`, `{"travelers":[[]]}`, `{"branch_id":1e400}`, `[{}]`, `{"a":`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		a := db.Actor{Rights: db.Rights{"client.internal": true}}
		o, err := decode(clientNew, raw, a)
		if err != nil {
			return
		}
		for _, tr := range objectsOf(o, "travelers") {
			newTraveler(tr)
		}
		commsOf(o)
		addressesOf(o)
		tagsOf(o)
		if problems := sentMismatch(clientNew, o, ""); len(problems) > 0 {
			t.Errorf("%q was taken: %v", raw, problems)
		}
	})
}
