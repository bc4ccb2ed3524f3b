package web_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// fetch asks for a page, or posts a form, without script.
func fetch(t *testing.T, c *http.Client, address string, form url.Values) (status int, to, body string) {
	t.Helper()
	var res *http.Response
	var err error
	if form == nil {
		res, err = c.Get(address)
	} else {
		res, err = c.PostForm(address, form)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	to, err = url.QueryUnescape(res.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, to, string(raw)
}

// TestFiltersWithoutScript adds filters by plain forms: each answers with the address
// of the list under the new query.
func TestFiltersWithoutScript(t *testing.T) {
	s := newSite(t, 30)
	english(t, s, "administrator")
	c := s.client(t, "administrator")
	for _, k := range []struct{ name, query, want string }{
		{"text", "field=name&f0.key=name&f0.op=starts&f0.v=kow", "/clients?name.starts=kow"},
		{"valueless", "field=phone&f0.key=phone&f0.op=blank&f0.v=left", "/clients?phone.blank=1"},
		{"several", "field=kind&f0.key=kind&f0.op=any&f0.v=personal&f0.v=corporate", "/clients?kind=personal&kind=corporate"},
		{"typed date", "field=created&f0.key=created&f0.op=between&f0.v=1.2.2020&f0.to=3.2.2020", "/clients?created.between=2020-02-01&created.between=2020-02-03"},
		{"days", "field=created&f0.key=created&f0.op=last&f0.v=1.2.2020&f0.days=30", "/clients?created.last=30"},
		{"day of every year", "field=anniversary&f0.key=anniversary&f0.op=md&f0.v=24.12.", "/clients?anniversary.md=12-24"},
		{"month", "field=anniversary&f0.key=anniversary&f0.op=inmonth&f0.month=6", "/clients?anniversary.inmonth=6"},
		{"number", "field=travelers&f0.key=travelers&f0.op=between&f0.v=2&f0.to=4", "/clients?travelers.between=2&travelers.between=4"},
		{"count", "field=traveler&f0.key=traveler&f0.op=least&f0.n=2", "/clients?traveler.least=2"},
		{"the same field twice", "base=name%3Da&field=name&f0.key=name&f0.op=contains&f0.v=b", `/clients?name=a&where={"filters":[{"key":"name","op":"contains","values":["b"]}]}`},
		{"area", "field=traveler&f0.key=traveler&f0.op=has&f0.w0.key=nationality&f0.w0.op=contains&f0.w0.v=PL",
			`/clients?where={"filters":[{"key":"traveler","op":"has","where":[{"key":"nationality","op":"contains","values":["PL"]}]}]}`},
		{"changed", "base=name%3Da%26sort%3D-created&at=0&field=name&f0.key=name&f0.op=not&f0.v=b", "/clients?name.not=b&sort=-created"},
		{"panel", "panel=1&any=1&f0.key=name&f0.op=contains&f0.v=a&f1.key=code&f1.op=filled&g0.any=0&g0.f0.key=status&g0.f0.op=any&g0.f0.v=active",
			`/clients?where={"any":true,"filters":[{"key":"name","op":"contains","values":["a"]},{"key":"code","op":"filled"}],"groups":[{"filters":[{"key":"status","op":"any","values":["active"]}]}]}`},
		{"panel emptied", "base=name%3Da&panel=1&any=0", "/clients"},
	} {
		status, to, body := fetch(t, c, s.URL+"/clients/filter?do=apply&"+k.query, nil)
		if status != 303 || to != k.want {
			t.Errorf("%s: status %d, %s, want %s\n%.300s", k.name, status, to, k.want, body)
			continue
		}
		u, _ := url.Parse(s.URL + "/clients")
		_, raw, _ := strings.Cut(to, "?")
		if path, where, ok := strings.Cut(raw, "where="); ok {
			raw = path + "where=" + url.QueryEscape(where)
		}
		u.RawQuery = raw
		if status, _, _ := fetch(t, c, u.String(), nil); status != 200 {
			t.Errorf("%s: the list answers %d", k.name, status)
		}
	}
	for _, k := range []struct{ query, say string }{
		{"field=name&f0.key=name&f0.op=contains&f0.v=", "Give a value"},
		{"field=created&f0.key=created&f0.op=between&f0.v=1.2.2020", "Give two values"},
		{"field=created&f0.key=created&f0.op=after&f0.v=31.2.2020", "date"},
		{"field=created&f0.key=created&f0.op=last&f0.days=x", "Give a number of days"},
		{"field=traveler&f0.key=traveler&f0.op=is&f0.n=", "Give a value"},
		{"field=traveler&f0.key=traveler&f0.op=has&f0.w0.key=family&f0.w0.op=is", "Give a value"},
		{"panel=1&any=0&f0.key=travelers&f0.op=is&f0.v=two", "number"},
	} {
		status, _, body := fetch(t, c, s.URL+"/clients/filter?do=apply&"+k.query, nil)
		if status != 422 || !strings.Contains(body, k.say) || !strings.Contains(body, "data-wrong") {
			t.Errorf("%s: status %d, without %q", k.query, status, k.say)
		}
	}
	// Rows come and go by buttons.
	_, _, body := fetch(t, c, s.URL+"/clients/filter?panel=1&any=0&f0.key=name&f0.op=contains&f0.v=a&f.new=city&_add=f", nil)
	if !strings.Contains(body, `name="f1.key" value="city"`) {
		t.Error("the panel doesn't add a condition")
	}
	_, _, body = fetch(t, c, s.URL+"/clients/filter?panel=1&any=0&f0.key=name&f0.op=contains&f0.v=a&f1.key=city&f1.op=is&_drop=f0", nil)
	if !strings.Contains(body, `name="f0.key" value="city"`) || strings.Contains(body, `value="name"/>`) {
		t.Error("the panel doesn't drop a condition")
	}
}

// TestWrongQuery shows the list without rows, with its filters and with what is wrong.
func TestWrongQuery(t *testing.T) {
	s := newSite(t, 5)
	english(t, s, "administrator")
	c := s.client(t, "administrator")
	status, _, body := fetch(t, c, s.URL+"/clients?created.after=never&name=a", nil)
	if status != 422 || !strings.Contains(body, `class="chip" data-kind="danger"`) || !strings.Contains(body, "can’t be shown") || strings.Contains(body, "data-row=") {
		t.Errorf("status %d: the page doesn't say what is wrong", status)
	}
}

// TestColumnsWithoutScript orders columns by buttons, remembers them for the person,
// and sends all that matches.
func TestColumnsWithoutScript(t *testing.T) {
	s := newSite(t, 120)
	c := s.client(t, "agent")
	_, _, body := fetch(t, c, s.URL+"/clients/columns?base=&col=phone&col=email&col=city&_move=-city&sort0=city", nil)
	order := regexp.MustCompile(`data-item="(\w+)"`).FindAllStringSubmatch(body, -1)
	if len(order) != 3 || order[1][1] != "city" || order[2][1] != "email" {
		t.Errorf("moving up gives %v", order)
	}
	status, to, _ := fetch(t, c, s.URL+"/clients/columns", url.Values{"base": {"name=a"}, "col": {"created", "city", "nonsense", "tag"}, "sort0": {"city"}, "desc0": {"-"}, "sort1": {"name"}})
	if status != 303 || to != "/clients?cols=name,created,city&name=a&sort=-city,name" {
		t.Errorf("choosing columns: %d %s", status, to)
	}
	_, _, body = fetch(t, c, s.URL+"/clients", nil)
	if !strings.Contains(body, `data-col="created"`) || strings.Contains(body, `data-col="phone"`) {
		t.Error("the columns aren't remembered")
	}
	_, _, body = fetch(t, c, s.URL+"/clients?all=1", nil)
	if !strings.Contains(body, `name="all" value="1"`) || !strings.Contains(body, `data-picked="all"`) {
		t.Error("all that match can't be chosen without script")
	}
	if _, to, _ = fetch(t, c, s.URL+"/clients/columns", url.Values{"base": {""}, "_reset": {"1"}}); to != "/clients" {
		t.Errorf("reset leads to %s", to)
	}
}

// TestViewTabs saves a view, opens it, changes it and resets it; the default view
// opens without being asked for, and "view=0" leaves it.
func TestViewTabs(t *testing.T) {
	s := newSite(t, 40)
	english(t, s, "manager")
	c := s.client(t, "manager")
	status, to, body := fetch(t, c, s.URL+"/views/new", url.Values{"v_list": {"client"}, "v_name": {"Kraków people"}, "v_pin": {"1"}, "kind": {"personal"}, "cols": {"name,city"}, "sort": {"-name"}})
	if status != 303 || !strings.HasPrefix(to, "/clients?view=") {
		t.Fatalf("saving a view: %d %s\n%.400s", status, to, body)
	}
	id := strings.TrimPrefix(to, "/clients?view=")
	_, _, body = fetch(t, c, s.URL+to, nil)
	tab := regexp.MustCompile(`(?s)<a class="tab" href="/clients\?view=` + id + `" aria-current="page">\s*Kraków people`)
	if !tab.MatchString(body) || strings.Contains(body, "tab-mark") || strings.Contains(body, `data-col="phone"`) || !strings.Contains(body, `data-col="city"`) {
		t.Error("the view doesn't open as it was saved")
	}
	_, _, body = fetch(t, c, s.URL+"/clients?view="+id+"&changed=1&kind=personal&name=a", nil)
	if !strings.Contains(body, "tab-mark") || !strings.Contains(body, `formaction="/views/`+id+`/update"`) || !strings.Contains(body, `href="/clients?view=`+id+`"`) {
		t.Error("a changed view doesn't say so")
	}
	if status, to, _ = fetch(t, c, s.URL+"/views/"+id+"/default", url.Values{"on": {"1"}}); status != 303 {
		t.Fatalf("making it the default: %d %s", status, to)
	}
	_, _, body = fetch(t, c, s.URL+"/clients", nil)
	if !tab.MatchString(body) || !strings.Contains(body, `href="/clients?view=0"`) {
		t.Error("the default view doesn't open")
	}
	_, _, body = fetch(t, c, s.URL+"/clients?view=0", nil)
	if tab.MatchString(body) || !strings.Contains(body, `data-col="phone"`) {
		t.Error("view=0 doesn't leave the default view")
	}
	if status, _, _ = fetch(t, s.client(t, "agent"), s.URL+"/clients?view="+id, nil); status != 404 {
		t.Errorf("a stranger's view answers %d", status)
	}
}
