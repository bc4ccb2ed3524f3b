package web_test

import (
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// shown keeps a picture where CARNET_SHOTS names a folder.
func shown(p *chrome.Page, name string) {
	if dir := os.Getenv("CARNET_SHOTS"); dir != "" {
		p.FullScreenshot(filepath.Join(dir, name+".png"))
	}
}

// ofAgent makes a client of the first person with a role, with one traveler.
func (s *site) ofAgent(t *testing.T, role string) (clientID, travelerID int64) {
	t.Helper()
	n := &flow.NewClient{Client: client.Client{Kind: "personal", Name: "Lewandowska/Zofia", Code: "ZOFIA1"},
		Travelers: []flow.NewTraveler{{Primary: true, Traveler: traveler.Traveler{Family: "Lewandowska", Given: "Zofia", Languages: "pl", BirthDate: "1984-05-03"},
			Communications: []contact.Communication{{Type: "phone", Value: "+48 601 700 100", SubType: "mobile"}}}}}
	for i, e := range s.agency.Made.People {
		if e.Role == role {
			n.Client.AdvisorID = db.Ref(s.agency.People[i])
			break
		}
	}
	dbtest.Update(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
	return n.Client.ID, n.Travelers[0].ID
}

// photo writes a picture as a phone takes one.
func photo(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "paszport.jpg")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := jpeg.Encode(f, image.NewGray(image.Rect(0, 0, 60, 40)), nil); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestFillInOnPhone goes the whole way in Polish: the agent asks, the person fills in on
// a phone, stops, goes on, sends; the agent sees the differences and accepts them.
func TestFillInOnPhone(t *testing.T) {
	s := newSite(t, 5)
	_, id := s.ofAgent(t, "agent")
	speak(t, s, s.client(t, "agent"), "pl")
	agent := s.browser(t, "agent", chrome.Options{Width: 1440, Height: 900, Language: "pl"})
	agent.Navigate(fmt.Sprintf("/travelers/%d", id))
	agent.Click(`#links a[href*="links-fill"]`)
	agent.WaitFor(`document.querySelector('#links form [name="language"]')?.value === "pl"`)
	chrome.Axe(t, agent)
	agent.Click(`#links form button[type=submit]`)
	agent.WaitFor(`document.querySelector('#new-link input')`)
	link := chrome.Eval[string](agent, `document.querySelector('#new-link input').value`)
	shown(agent, "fill-in-link")
	if !strings.HasPrefix(link, s.URL+"/fill-in/") {
		t.Fatalf("the link is %q", link)
	}

	path := strings.TrimPrefix(link, s.URL)
	phone := chrome.New(t, s.URL, chrome.Options{Width: 390, Height: 844, Language: "en"})
	phone.Navigate(path)
	phone.WaitText("Twoje dane, Zofia Lewandowska")
	chrome.Axe(t, phone)
	phone.FitsWidth()
	shown(phone, "fill-in-phone")
	if chrome.Eval[bool](phone, `document.querySelector('input[name="photo"]').hasAttribute("capture")`) {
		t.Error("a phone takes no PDF for the picture, and none that is stored")
	}
	given := fmt.Sprintf(`[name="traveler.%d.given"]`, id)
	phone.Fill(given, "Zofia Anna")
	phone.Fill(`[name="communication.new-email.value"]`, "zofia@example")
	phone.Follow("Zapisz na później")
	phone.WaitText("To nie jest adres e-mail") // the address isn't one: said at its field, nothing lost
	if v := chrome.Eval[string](phone, `document.querySelector('`+given+`').value`); v != "Zofia Anna" {
		t.Errorf("what was typed is lost: %q", v)
	}
	chrome.Axe(t, phone)
	phone.Fill(`[name="communication.new-email.value"]`, "zofia@example.com")
	phone.Fill(`[name="address.new.city"]`, "Gdańsk")
	phone.Follow("Zapisz na później")
	phone.WaitText("Zapisano. Możesz dokończyć później")

	phone = chrome.New(t, s.URL, chrome.Options{Width: 390, Height: 844, Language: "pl"}) // the next day, another browser
	phone.Navigate(path)
	if v := chrome.Eval[string](phone, `document.querySelector('`+given+`').value`); v != "Zofia Anna" {
		t.Errorf("what was saved is lost: %q", v)
	}
	phone.Fill(`[name="number"]`, "EK 7654321")
	phone.Fill(`[name="passport.new.expires"]`, "3.5.2033")
	phone.Fill(`[name="passport.new.country"]`, "PL")
	phone.Upload(`input[name="photo"]`, photo(t))
	phone.Check(fmt.Sprintf(`[name="preference.%d.seat"][value="WINDOW"]`, id), true)
	phone.Fill(fmt.Sprintf(`[name="preference.%d.diet[0].code"]`, id), "PEANUTS")
	phone.Fill(fmt.Sprintf(`[name="preference.%d.diet[0].degree"]`, id), "allergy")
	phone.Fill(`[name="emergency_contact.new.name"]`, "Adam Lewandowski")
	phone.Follow("Wyślij")
	phone.WaitText("Podaj telefon lub e-mail") // whom nobody can reach is no help
	phone.Fill(`[name="emergency_contact.new.phone"]`, "+48 601 700 199")
	phone.Fill(`[name="emergency_contact.new.relation"]`, "ojciec")
	chrome.Axe(t, phone)
	phone.FitsWidth()
	shown(phone, "fill-in-phone-tastes")
	phone.Follow("Wyślij")
	phone.WaitText("Dziękujemy")
	chrome.Axe(t, phone)
	shown(phone, "fill-in-done")
	if text := phone.Text(); strings.Contains(text, "7654321") || strings.Contains(text, "Zofia") {
		t.Errorf("the page still tells: %s", text)
	}
	s.accept(t, agent, id)
	phone.Allow("404")
	phone.Navigate(path)
	phone.WaitText("Ten link nie działa")
	chrome.Axe(t, phone)
}

// accept is the agent's part of it.
func (s *site) accept(t *testing.T, agent *chrome.Page, id int64) {
	t.Helper()
	agent.Navigate(fmt.Sprintf("/travelers/%d", id))
	agent.WaitText("Przyszły dane przez prywatny link")
	agent.Follow(`.alerts a[href^="/fill-ins/"]`)
	agent.WaitText("Zofia Anna")
	agent.WaitText("•••• ")
	if text := agent.Text(); strings.Contains(text, "7654321") {
		t.Error("the number stands in the page")
	}
	agent.WaitText("Bez orzeszków ziemnych: alergia")
	chrome.Axe(t, agent)
	shown(agent, "fill-in-review")
	agent.Click(`#differences c-reveal a[data-reveal]`) // to be compared with the picture
	agent.WaitFor(`document.querySelector('#differences [name="reason"]')`)
	chrome.Eval[bool](agent, `(document.querySelector('#differences [name="reason"]').value = "correction", true)`)
	shown(agent, "fill-in-review-asks")
	agent.Click(`#differences c-reveal button[type=submit]`)
	agent.WaitText("EK7654321")
	chrome.Axe(t, agent)
	shown(agent, "fill-in-review-shown")
	agent.Follow("Zatwierdź zaznaczone")
	agent.WaitText("Wszystko zostało zapisane")
	dbtest.View(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
		var p traveler.Traveler
		if err := record.Get(ctx, tx, &p, id); err != nil {
			return err
		}
		var city, expires string
		if err := tx.Row(ctx, "SELECT a.city FROM {address} a JOIN {client_traveler} l ON l.client_id = a.owner_id WHERE a.owner_kind = 'client' AND l.traveler_id = $1",
			[]any{id}, &city); err != nil {
			return err
		}
		if err := tx.Row(ctx, "SELECT p.expires FROM {passport} p WHERE p.traveler_id = $1", []any{id}, &expires); err != nil {
			return err
		}
		people, err := traveler.EmergencyContacts(ctx, tx, id)
		if err != nil || len(people) != 1 || people[0].Relation != "father" {
			t.Errorf("whom to call: %+v, %v", people, err)
		}
		tastes, err := traveler.Preferences(ctx, tx, id)
		if err != nil || len(tastes) != 2 || tastes[0].Code != "PEANUTS" || tastes[0].Degree != "allergy" || tastes[1].Code != "WINDOW" || tastes[1].Degree != "like" {
			t.Errorf("preferences: %+v, %v", tastes, err)
		}
		if p.Given != "Zofia Anna" || p.Email != "zofia@example.com" || city != "Gdańsk" || expires != "2033-05-03" {
			t.Errorf("accepted: %q %q %q %q", p.Given, p.Email, city, expires)
		}
		return nil
	})
	agent.Navigate(fmt.Sprintf("/travelers/%d", id))
	shown(agent, "fill-in-accepted")
}

// TestAcknowledgeOnPhone sends a text, has it signed on a phone, and shows the proof.
func TestAcknowledgeOnPhone(t *testing.T) {
	s := newSite(t, 5)
	clientID, _ := s.ofAgent(t, "agent")
	dbtest.Update(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &ack.Template{Name: "Terms", Language: "pl", Title: "Warunki uczestnictwa", Text: "{salutation}!\n\nWarunki biura {agency}.", Active: true})
	})
	english(t, s, "agent")
	agent := s.browser(t, "agent", chrome.Options{Width: 1440, Height: 900, Language: "en"})
	agent.Navigate(fmt.Sprintf("/clients/%d", clientID))
	agent.Click(`#links a[href*="links-ack"]`)
	agent.WaitFor(`document.querySelector('#links form [name="template_id"]')`)
	chrome.Axe(t, agent)
	shown(agent, "ack-form")
	agent.Click(`#links form button[type=submit]`)
	agent.WaitFor(`document.querySelector('#new-link input')`)
	path := strings.TrimPrefix(chrome.Eval[string](agent, `document.querySelector('#new-link input').value`), s.URL)
	phone := chrome.New(t, s.URL, chrome.Options{Width: 390, Height: 844, Language: "pl"})
	phone.Navigate(path)
	phone.WaitText("Warunki biura")
	chrome.Axe(t, phone)
	phone.FitsWidth()
	shown(phone, "ack-phone")
	phone.Follow("Potwierdzam")
	phone.WaitText("Zaznacz pole, aby potwierdzić")
	phone.Check(`[name="agreed"]`, true)
	phone.Fill(`[name="signer"]`, "Zofia Lewandowska")
	phone.Follow("Potwierdzam")
	phone.WaitText("Dziękujemy")
	chrome.Axe(t, phone)
	agent.Navigate(fmt.Sprintf("/clients/%d", clientID))
	agent.Follow(`#links a[href^="/acknowledgements/"]`)
	agent.WaitText("Zofia Lewandowska")
	agent.WaitText("its hash is right")
	chrome.Axe(t, agent)
	shown(agent, "ack-proof")
}
