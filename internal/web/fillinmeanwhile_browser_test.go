package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// answered asks a traveler for everything and sends what answer makes of the page.
func (s *site) answered(t *testing.T, traveler int64, answer func(sheet *fillin.Sheet) fillin.Input) (id int64) {
	t.Helper()
	f := &fillin.FillIn{TravelerID: traveler, Sections: strings.Join(fillin.Sections, ","), Language: "pl"}
	var path string
	dbtest.Update(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) (err error) {
		path, err = fillin.Ask(ctx, tx, f, 14, func(p string) string { return p })
		return err
	})
	l, err := fillin.Follow(t.Context(), s.db, strings.TrimPrefix(path, fillin.Path("")), login.Place{IP: "203.0.113.9"})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := l.Show(t.Context(), s.db)
	if err != nil {
		t.Fatal(err)
	}
	in := answer(sheet)
	in.Submit = true
	if err := l.Save(t.Context(), s.db, in); err != nil {
		t.Fatal(err)
	}
	return f.ID
}

// keyOf is the key of a field of a page: the one of a column whose value is known.
func keyOf(t *testing.T, sheet *fillin.Sheet, kind, column, known string) string {
	t.Helper()
	for _, f := range sheet.Fields {
		if f.Kind == kind && f.Column == column && f.Known == known {
			return f.Key
		}
	}
	t.Fatalf("the page doesn't ask for %s %s %q", kind, column, known)
	return ""
}

// TestMeanwhile: beside what somebody sent stands what became of it at the agency since:
// changed, entered, removed, or out of reach. None of that is ticked by itself, and
// accepting nothing doesn't refuse it.
func TestMeanwhile(t *testing.T) {
	s := newSite(t, 5)
	client, id := s.ofAgent(t, "agent")
	speak(t, s, s.client(t, "agent"), "pl")
	web := &contact.Communication{OwnerKind: "traveler", OwnerID: id, Type: "email", Value: "zofia@example.com"}
	mother := &traveler.EmergencyContact{TravelerID: id, Name: "Anna Lewandowska", Phone: "+48 601 700 200"}
	dbtest.Update(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
		web.ID, mother.ID = 0, 0
		if err := record.Insert(ctx, tx, web); err != nil {
			return err
		}
		return record.Insert(ctx, tx, mother)
	})
	var keys map[string]string
	request := s.answered(t, id, func(sheet *fillin.Sheet) fillin.Input {
		keys = map[string]string{"occupation": keyOf(t, sheet, "traveler", "occupation", ""), "given": keyOf(t, sheet, "traveler", "given", "Zofia"),
			"street": keyOf(t, sheet, "address", "street", ""), "mail": keyOf(t, sheet, "communication", "value", "zofia@example.com"),
			"call": keyOf(t, sheet, "emergency_contact", "phone", "+48 601 700 200")}
		return fillin.Input{Number: "EK 7654321", Values: map[string]string{keys["occupation"]: "inżynier", keys["given"]: "Zofia Anna", keys["street"]: "ul. Długa 5",
			keys["mail"]: "anna@example.com", keys["call"]: "+48 601 700 201"}}
	})
	dbtest.Update(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
		var z traveler.Traveler
		if err := record.Edit(ctx, tx, &z, id, 0, func() error { z.Given = "Zofia Maria"; return nil }); err != nil {
			return err
		}
		var c contact.Communication
		if err := record.Edit(ctx, tx, &c, web.ID, 0, func() error { c.Type, c.Value = "web", "example.com"; return nil }); err != nil {
			return err
		}
		if err := record.Delete(ctx, tx, new(traveler.EmergencyContact), mother.ID, 0); err != nil {
			return err
		}
		return record.Insert(ctx, tx, &contact.Address{OwnerKind: "client", OwnerID: client, Kind: "physical", Street: "Krótka 1", City: "Kraków", Country: "PL"})
	})
	for _, width := range []int{1440, 390} {
		agent := s.browser(t, "agent", chrome.Options{Width: width, Height: 900, Language: "pl"})
		agent.Navigate(fmt.Sprintf("/fill-ins/%d", request))
		chrome.Axe(t, agent)
		agent.FitsWidth()
		shown(agent, fmt.Sprintf("fill-in-meanwhile-%d", width))
		for what, badge := range map[string]string{"given": "zmienione w międzyczasie", "street": "teraz jest tam inny wpis", "call": "usunięto w międzyczasie"} {
			if text := chrome.Eval[string](agent, `document.getElementById("keep-`+keys[what]+`").closest("tr").innerText`); !strings.Contains(text, badge) {
				t.Errorf("%d px: %s says %q", width, what, text)
			}
			if chrome.Eval[bool](agent, `document.getElementById("keep-`+keys[what]+`").checked`) {
				t.Errorf("%d px: %s is ticked", width, what)
			}
		}
		agent.WaitText("nie można tu przyjąć: wpisz ręcznie")
		agent.WaitText("E-mail")
		if text := agent.Text(); strings.Contains(text, "contact.type") {
			t.Errorf("%d px: a phone or an e-mail has no name: %s", width, text)
		}
		if out := chrome.Eval[int](agent, `[...document.querySelectorAll("#differences td .badge")].filter(b => {
			const box = b.getBoundingClientRect(), value = b.parentElement.firstElementChild.getBoundingClientRect()
			return box.left < value.left || b.scrollWidth > b.clientWidth || box.right > b.closest("td").getBoundingClientRect().right }).length`); out > 0 {
			t.Errorf("%d px: %d badges stand outside of their place", width, out)
		}
		if chrome.Eval[bool](agent, `document.getElementById("keep-`+keys["mail"]+`") !== null`) {
			t.Error("what can't be accepted can be ticked")
		}
		if !chrome.Eval[bool](agent, `document.getElementById("keep-`+keys["occupation"]+`").checked`) {
			t.Error("what nobody has changed isn't ticked")
		}
		agent.Check(`[id="keep-`+keys["occupation"]+`"]`, false)
		agent.Check(`[id="keep-`+fillin.NumberKey+`"]`, false)
		agent.Allow("422")
		agent.Follow("Zatwierdź zaznaczone") // what was sent isn't refused by it
		agent.WaitText("Nic nie jest zaznaczone")
		agent.WaitText("teraz jest tam inny wpis")
		chrome.Axe(t, agent)
	}
}
