package web_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"image"
	"image/png"
	"mime/multipart"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestInvite goes from the administrator's form to the newcomer's first page.
func TestInvite(t *testing.T) {
	d := newDesk(t, true)
	ada := d.as("ada")
	form := []string{"name", "Nina Nowak", "email", "nina@example.com", "role", "agent", "branch_id", fmt.Sprint(d.North.ID), "_tick.has_clients", "1", "has_clients", "1"}
	ada.post("/admin/people/new", "name", "", "email", "nonsense", "role", "agent").want(422, "/admin/people/new", "Please fill in this field", "e-mail address")
	ada.post("/admin/people/new", "name", "Twin", "email", "zoe@example.com", "role", "agent").want(409, "/admin/people/new", "already in use")
	ada.post("/admin/people/new", form...).want(200, "/admin/people/new", "Nina Nowak", "it is shown only once")
	link := regexp.MustCompile(`value="http[^"]*(/join/[\w-]{43})"`).FindStringSubmatch(ada.body)
	if link == nil {
		t.Fatal("the page shows no link")
	}
	nina := d.browser()
	nina.get(link[1]).want(200, "", "Welcome to Azymut", "nina@example.com", "Password")
	if strings.Contains(nina.body, "New password") { // she has none yet
		t.Error("an invitation asks for a new password")
	}
	nina.post(link[1], "password", "password123").want(422, "")
	nina.post(link[1], "password", "quiet harbour at nine").want(200, "/")
	nina.get("/account").want(200, "/account", "Nina Nowak", "Own and shared clients")
	d.browser().get(link[1]).want(404, "", "has been used")
	nina.get("/admin/people").want(403, "")
}

// TestAdminRights: who may open which part.
func TestAdminRights(t *testing.T) {
	d := newDesk(t, true)
	for who, open := range map[string]string{"ada": "people agency branches departments types tags permissions signins",
		"max": "types tags permissions", "ann": "permissions", "joe": "permissions", "eva": "permissions signins"} {
		b := d.as(who)
		for _, part := range strings.Fields("people agency branches departments types tags permissions signins") {
			want := 403
			if strings.Contains(" "+open+" ", " "+part+" ") {
				want = 200
			}
			b.get("/admin/"+part).want(want, "")
		}
		if first := strings.Fields(open)[0]; who != "ann" {
			b.get("/admin").want(200, "/admin/"+first)
		}
	}
}

// TestCatalogs creates, changes and removes one of each kind.
func TestCatalogs(t *testing.T) {
	d := newDesk(t, true)
	b := d.as("ada")
	for name, fields := range map[string][]string{
		"branches":    {"name", "East", "city", "Lublin", "_tick.active", "1", "active", "1"},
		"departments": {"name", "Groups", "branch_id", fmt.Sprint(d.North.ID), "_tick.active", "1", "active", "1"},
		"types":       {"code", "x", "name", "Expatriates", "is_default", "personal", "_tick.excluded", "1", "_tick.active", "1", "active", "1"},
		"tags":        {"name", "Diver", "_areas", "1", "areas", "client", "areas", "traveler", "requirement", "optional", "takes_value", "free", "choices", "PADI\nCMAS", "_tick.active", "1", "active", "1"},
	} {
		base := "/admin/" + name
		bad := append([]string{}, fields...)
		for i := 0; i < len(bad); i += 2 {
			if bad[i] == "name" {
				bad[i+1] = " "
			}
		}
		b.post(base+"/new", bad...).want(422, base+"/new", "Please fill in this field")
		b.post(base+"/new", fields...).want(200, base)
		label := map[string]string{"branches": "East", "departments": "Groups", "types": "X – Expatriates", "tags": "Diver"}[name]
		m := regexp.MustCompile(`href="(` + base + `/\d+)"[^>]*>\s*<b>` + regexp.QuoteMeta(label)).FindStringSubmatch(b.body)
		if m == nil {
			t.Errorf("%s doesn't list %s", base, label)
			continue
		}
		b.get(m[1]).want(200, m[1], `name="version" value="1"`)
		b.post(m[1], append(fields, "version", "1", "name", "Other")...).want(200, base)
		b.get(m[1]).want(200, m[1])
		b.post(m[1]+"/delete").want(200, base)
		b.get(m[1]).want(404, m[1])
	}
	b.post(fmt.Sprintf("/admin/branches/%d/delete", d.North.ID)).want(200, fmt.Sprintf("/admin/branches/%d", d.North.ID), "refers to it")
}

// TestAdminConflict: of two who change one branch the second sees both values and
// chooses per field.
func TestAdminConflict(t *testing.T) {
	d := newDesk(t, true)
	b := d.as("ada")
	path := fmt.Sprintf("/admin/branches/%d", d.North.ID)
	base := []string{"version", "1", "_tick.active", "1", "active", "1"}
	b.post(path, append(base, "name", "North", "city", "Gdynia", "phone", "1")...).want(200, "/admin/branches")
	b.post(path, append(base, "name", "Far North", "city", "Sopot", "phone", "")...).want(409, path, "Gdynia", "Sopot", "Far North", `name="choose.city"`)
	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(b.body)
	if version == nil || version[1] != "2" {
		t.Fatalf("the form carries version %v", version)
	}
	b.post(path, "version", "2", "_tick.active", "1", "active", "1", "name", "Far North", "city", "Sopot", "phone", "",
		"choose.name", "mine", "choose.city", "theirs", "choose.phone", "theirs").want(200, "/admin/branches")
	dbtest.View(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var br agency.Branch
		err := record.Get(ctx, tx, &br, d.North.ID)
		if br.Name != "Far North" || br.City != "Gdynia" || br.Phone != "1" {
			t.Errorf("stored %+v", br)
		}
		return err
	})
}

// TestPeople: roles, the last administrator, disabling with the clients handed
// over, and letting in again.
func TestPeople(t *testing.T) {
	d := newDesk(t, true)
	b := d.as("ada")
	ann := fmt.Sprintf("/admin/people/%d", d.As("ann").UserID)
	dbtest.Update(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return flow.CreateClient(ctx, tx, &flow.NewClient{Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: "Nowak", Given: "Adam"}}}})
	})
	his := d.as("ann")
	b.get(ann).want(200, ann, "1 client goes to")
	b.post(ann+"/disable").want(422, ann+"/disable", "Choose who takes over")
	his.get("/account").want(200, "/account")
	b.post(ann+"/disable", "to", strconv.FormatInt(d.As("bob").UserID, 10)).want(200, ann, "1 client handed over", "Disabled")
	his.get("/account").want(200, "/sign-in?next=%2Faccount")
	b.post(ann+"/enable").want(200, ann)
	d.as("ann")
	b.post(ann+"/reset").want(200, ann+"/reset", "/reset/")
	link := regexp.MustCompile(`value="http[^"]*(/reset/[\w-]{43})"`).FindStringSubmatch(b.body)
	if link == nil {
		t.Fatal("the page shows no link")
	}
	d.browser().get(link[1]).want(200, "", "New password")
	ada := fmt.Sprintf("/admin/people/%d", d.As("ada").UserID)
	b.post(ada, "version", "1", "role", "agent").want(409, ada, "at least one administrator")
	b.post(ann, "version", "0", "role", "manager").want(200, ann)
	d.as("ann").get("/admin/tags").want(200, "/admin/tags")
	zoe := fmt.Sprintf("/admin/people/%d", d.As("zoe").UserID)
	b.get(zoe).want(404, zoe)
	b.post(zoe+"/disable").want(404, "")
}

// TestPeopleProof: who gets in, and as what, is changed with fresh proof only. What was
// typed waits for it.
func TestPeopleProof(t *testing.T) {
	d := newDesk(t, true)
	b := d.as("ada")
	ann := fmt.Sprintf("/admin/people/%d", d.As("ann").UserID)
	now, passed := time.Now, 6*time.Minute
	d.DB.Now = func() time.Time { return now().Add(passed) }
	person := func() (u agency.User) {
		dbtest.View(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, &u, d.As("ann").UserID) })
		return u
	}
	held := func() []string {
		m := regexp.MustCompile(`name="held(?:_to)?" value="([^"]*)"`).FindAllStringSubmatch(b.body, 2)
		if len(m) < 2 {
			t.Fatal("the page holds no form")
		}
		return []string{"held_to", html.UnescapeString(m[0][1]), "held", html.UnescapeString(m[1][1])}
	}
	b.post(ann, "version", "0", "name", "Ann & Son", "email", "ann+2@example.com", "role", "manager").want(403, ann, "Confirm that it’s you", "What you entered is kept", `href="`+ann+`"`)
	if u := person(); u.Role != "agent" || u.Email != "ann@example.com" {
		t.Fatalf("changed without proof: %s %s", u.Role, u.Email)
	}
	b.post("/confirm", append(held(), "password", "wrong")...).want(422, "/confirm")
	b.post("/confirm", append(held(), "password", secret)...).want(200, ann, "Ann &amp; Son")
	if u := person(); u.Role != "manager" || u.Email != "ann+2@example.com" || u.Name != "Ann & Son" {
		t.Errorf("what waited is lost: %+v", u)
	}
	passed *= 3
	b.post("/admin/people/new", "name", "Nina Nowak", "email", "nina@example.com", "role", "administrator").want(403, "/admin/people/new", "Confirm that it’s you")
	b.post("/confirm", append(held(), "password", secret)...).want(200, "/confirm", "Nina Nowak", "it is shown only once")
	link := regexp.MustCompile(`/admin/people/\d+/invite`).FindString(b.body)
	b.post(ann+"/disable").want(200, ann)
	passed *= 3
	b.post(link).want(200, "", "Confirm that it’s you")
	b.post(ann+"/enable").want(200, "", "Confirm that it’s you")
	if u := person(); u.Status != "disabled" {
		t.Errorf("ann is %s without proof", u.Status)
	}
	b.post("/confirm", "password", secret, "held_to", "/admin/agency", "held", "name=Other").want(404, "") // only what was asked for with proof
}

// TestAgencySettings: what is saved counts at once; a logo must be a picture.
func TestAgencySettings(t *testing.T) {
	d := newDesk(t, true)
	b := d.as("ada")
	b.get("/admin/agency").want(200, "", "Who sees which clients", "Europe/Warsaw")
	b.post("/admin/agency", "version", "1", "time_zone", "Mars/Olympus").want(422, "/admin/agency", "time zone from the list")
	b.post("/admin/agency", "version", "1", "name", "Azymut Travel", "see_agent", "branch").want(200, "/admin/agency", "Azymut Travel")
	d.as("ann").want(200, "/account", "Clients of their branch")
	upload := func(name string, content []byte) *browser {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		if err := w.WriteField("version", "0"); err != nil {
			t.Fatal(err)
		}
		part, err := w.CreateFormFile("logo_file", name)
		if err != nil {
			t.Fatal(err)
		}
		part.Write(content)
		w.Close()
		return b.done(b.c.Post(d.srv.URL+"/admin/agency", w.FormDataContentType(), &body))
	}
	upload("logo.png", []byte("<svg onload=alert(1)>")).want(422, "/admin/agency", "aren’t accepted")
	upload("logo.png", append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 1<<20+10)...)).want(422, "/admin/agency", "too large")
	var pic bytes.Buffer
	if err := png.Encode(&pic, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	upload("logo.exe", pic.Bytes()).want(200, "/admin/agency", "/logo?v=")
	res, err := b.c.Get(d.srv.URL + "/logo")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the logo answers %d, %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	b.post("/admin/agency", "version", "0", "remove_logo", "1").want(200, "/admin/agency")
	if strings.Contains(b.body, "/logo?v=") {
		t.Error("the logo is still there")
	}
}

// TestTypedIsEscaped: what people type is text, wherever it is shown.
func TestTypedIsEscaped(t *testing.T) {
	d := newDesk(t, true)
	evil := `"><script>alert(1)</script><b x='`
	ann := d.as("ann")
	ann.post("/account", "name", evil, "language", "en").want(200, "/account", html.EscapeString(`"><script>`))
	b := d.as("ada")
	b.post("/admin/branches/new", "name", evil, "_tick.active", "1", "active", "1").want(200, "/admin/branches")
	for _, page := range []string{"/admin/people", "/admin/branches", "/admin/signins", "/admin/departments/new", fmt.Sprintf("/admin/people/%d", d.As("ann").UserID)} {
		b.get(page).want(200, page) // done fails on a script element
		if strings.Contains(b.body, "<b x=") {
			t.Errorf("%s shows typed markup", page)
		}
	}
}
