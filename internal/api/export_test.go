package api

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/jobs"
)

// TestExport takes a list out through the API: order, progress, link, file, log.
func TestExport(t *testing.T) {
	k := newKit(t)
	r := jobs.New(k.DB, slog.New(slog.DiscardHandler))
	r.Poll = 10 * time.Millisecond
	k.exports.Register(r)
	r.Start(context.Background())
	defer r.Stop(context.Background())
	var ids []int64
	for i := range 3 {
		ids = append(ids, k.do("sue", "POST /clients", fmt.Sprintf(`{"name":"Lis%d/Ewa"}`, i)).want(201).id())
	}
	k.do("ann", "POST /clients/export", `{"all":true,"format":"csv"}`).bad(403)
	k.do("sue:read", "POST /clients/export", `{"all":true,"format":"csv"}`).bad(403)
	k.do("sue", "POST /clients/export", `{"all":true,"format":"print"}`).want(422)
	k.do("sue", "POST /clients/export", `{"format":"csv"}`).want(422)
	k.do("sue", "POST /clients/export", `{"all":true,"format":"csv","columns":["nothing"]}`).want(422)
	k.do("sue", "POST /clients/export", `{"all":true,"format":"labels"}`).want(422)
	k.do("joe", "POST /clients/export", `{"all":true,"format":"csv","columns":["source_medium"]}`).want(422)
	for _, query := range []string{"sort=xx", "name.after=2020-01-01", "created.after=yesterday", "xx.is=a"} {
		k.do("sue", "POST /clients/export?"+query, `{"all":true,"format":"csv"}`).want(422)
	}
	k.do("sue", "POST /clients/export?sort=xx", fmt.Sprintf(`{"ids":[%d],"format":"csv"}`, ids[0])).want(422)

	first := k.do("sue", "POST /clients/export?name=lis1&sort=-name", `{"all":true,"format":"csv","columns":["name","phone"],"language":"de"}`).want(202).is("list", "client", "format", "csv")
	path := fmt.Sprintf("/exports/%d", first.id())
	if first.head.Get("Location") != base+path {
		t.Errorf("Location %q", first.head.Get("Location"))
	}
	for range 500 {
		if k.do("sue", "GET "+path, "").want(200).body["ready"] == true {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	k.do("sue", "GET "+path, "").want(200).is("state", "done", "rows", 1, "ready", true)
	k.do("max", "GET "+path, "").want(404)
	k.do("eva", "GET "+path, "").want(200)
	link, _ := k.do("sue", "POST "+path+"/link", "").want(200).body["url"].(string)
	if !strings.HasPrefix(link, base+path+"/file?token=") {
		t.Fatalf("link %q", link)
	}
	if w := k.raw("sue", link[len(base):]); w.Code != 200 || !strings.Contains(w.Body.String(), "\r\nLis1/Ewa;") || !strings.Contains(w.Header().Get("Content-Disposition"), "csv") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	for who, want := range map[string]int{"max": 404, "ada": 403, "eva": 403, "zoe": 404} {
		if w := k.raw(who, link[len(base):]); w.Code != want {
			t.Errorf("%s gets %d", who, w.Code)
		}
	}
	k.do("sue", "GET "+path+"/file", "").want(422)
	k.do("sue", "GET "+path+"/file?token=x", "").want(404)
	k.do("ada", "POST "+path+"/link", "").bad(403)
	k.do("sue", "POST "+path+"/cancel", "").want(409)
	k.do("sue", "POST /travelers/export", `{"ids":[1],"format":"vcard"}`).want(202)
	k.do("sue", "POST /clients/export", fmt.Sprintf(`{"ids":[%d,%d],"format":"xlsx"}`, ids[0], ids[1])).want(202).is("rows", 2)
	if l := k.do("sue", "GET /exports?limit=2", "").want(200); len(l.all("id")) != 2 || l.body["next"] == nil {
		t.Errorf("log %s", l.raw)
	}
	if l := k.do("max", "GET /exports", "").want(200); len(l.all("id")) != 0 {
		t.Errorf("max sees %s", l.raw)
	}
	if l := k.do("eva", "GET /exports", "").want(200); len(l.all("id")) != 3 {
		t.Errorf("eva sees %s", l.raw)
	}
}
