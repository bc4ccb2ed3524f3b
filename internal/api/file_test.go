package api

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"
	"time"
)

// send uploads a file with fields before it.
func (k *kit) send(who, path, name, content string, fields ...string) *reply {
	k.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := m.WriteField(fields[i], fields[i+1]); err != nil {
			k.t.Fatal(err)
		}
	}
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		k.t.Fatal(err)
	}
	part.Write([]byte(content))
	m.Close()
	return k.do(who, "POST "+path, b.String(), "Content-Type", m.FormDataContentType())
}

// TestFiles: a file goes in as a stream and comes back as bytes, in all its versions.
func TestFiles(t *testing.T) {
	k := newKit(t)
	c := k.do("ann", "POST /clients", `{"travelers":[{"family":"Nowak","given":"Jan"}]}`).want(201)
	path := fmt.Sprintf("/clients/%v", c.body["id"])
	one := k.send("ann", path+"/files", "terms.txt", "<html><script>alert(1)</script>", "description", "as signed").want(201)
	if one.body["name"] != "terms.txt" || one.body["type"] != "text/plain" || one.body["description"] != "as signed" || one.body["number"] != float64(1) {
		t.Errorf("stored %v", one.body)
	}
	two := k.send("ann", path+"/files", "terms.txt", "new", "dated", "1").want(201)
	if two.body["number"] != float64(2) || !strings.HasSuffix(fmt.Sprint(two.body["name"]), " terms.txt") {
		t.Errorf("the second version: %v", two.body)
	}
	now := k.DB.Now
	k.DB.Now = func() time.Time { return time.Date(2026, 6, 1, 23, 30, 0, 0, time.UTC) } // in Warsaw it is the next day
	if late := k.send("ann", path+"/files", "late.txt", "late", "dated", "1").want(201); late.body["name"] != "2026-06-02 late.txt" {
		t.Errorf("uploaded after midnight: %v", late.body["name"])
	}
	k.DB.Now = now
	at := fmt.Sprintf("%s/files/%v", path, two.body["id"])
	if r := k.do("ann", "GET "+path+"/files", "").want(200); len(r.body["items"].([]any)) != 2 {
		t.Errorf("listed: %v", r.body)
	}
	if r := k.do("ann", "GET "+at+"/versions", "").want(200); len(r.body["items"].([]any)) != 2 {
		t.Errorf("versions: %v", r.body)
	}
	raw := k.raw("ann", fmt.Sprintf("%s/files/%v/content", path, one.body["id"]))
	if h := raw.Header(); raw.Code != 200 || raw.Body.String() != "<html><script>alert(1)</script>" || h.Get("Content-Type") != "application/octet-stream" ||
		!strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") || h.Get("Cache-Control") != "no-store" {
		t.Errorf("the content: %d %v", raw.Code, h)
	}
	k.do("ann", "PATCH "+at, `{"name":"Terms.txt","description":""}`, "If-Match", `"1"`).want(200)
	k.do("ann", "PATCH "+at, `{"name":"Other.txt"}`, "If-Match", `"1"`).want(412)
	k.do("ann", "PATCH "+at, `{"size":7}`, "If-Match", "*").want(422)
	link := k.do("ann", "POST "+path+"/file-links", `{"url":"example.com/terms","description":"what it is"}`).want(201)
	if link.body["kind"] != "link" || link.body["url"] != "http://example.com/terms" && link.body["url"] != "https://example.com/terms" {
		t.Errorf("a link: %v", link.body)
	}
	k.do("ann", "POST "+path+"/file-links", `{"url":"javascript:alert(1)"}`).want(422)
	k.do("ann", "DELETE "+at, "", "If-Match", "*").want(204)
	k.do("ann", "GET "+at, "").want(404)
	k.do("bob", "POST "+at+"/restore", "").want(404)
	k.do("ann", "POST "+at+"/restore", "").want(200)
	for _, who := range []string{"bob", "zoe"} {
		k.do(who, "GET "+at, "").want(404)
		k.send(who, path+"/files", "x.txt", "x").want(404)
		if r := k.raw(who, at+"/content"); r.Code != 404 {
			t.Errorf("%s reads: %d", who, r.Code)
		}
	}
	k.send("ann:read", path+"/files", "x.txt", "x").want(403)
	k.send("eva", path+"/files", "x.txt", "x").want(403)
	k.send("ann", path+"/files", "empty.txt", "").want(422)
	k.send("ann", path+"/files?part=passport-1", "x.jpg", "\xff\xd8\xff").want(422)
	other := k.do("ann", "POST /clients", `{"travelers":[{"family":"Inny","given":"Jan"}]}`).want(201)
	k.do("ann", fmt.Sprintf("GET /clients/%v/files/%v", other.body["id"], two.body["id"]), "").want(404)
}
