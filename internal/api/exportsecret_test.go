package api

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestExportSecrets: a table with numbers of documents takes the right, a reason and a
// password, and is answered at once.
func TestExportSecrets(t *testing.T) {
	k := newKit(t)
	k.enable("ada")
	var id int64
	dbtest.Update(t, k.DB, k.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		p := &traveler.Traveler{Family: "Planted", Given: "Ewa"}
		if err := record.Insert(ctx, tx, p); err != nil {
			return err
		}
		id = p.ID
		return record.Insert(ctx, tx, &traveler.Passport{TravelerID: id, No: record.Plain("PP1234567"), Country: "PL", Expires: "2040-01-01"})
	})
	const path = "POST /travelers/export/secrets"
	body := func(more string) string {
		return fmt.Sprintf(`{"ids":[%d],"format":"csv","columns":["family"],"secrets":["passport_number"]%s}`, id, more)
	}
	k.do("ada", path, body("")).want(422)
	k.do("ada", path, body(`,"reason":"visa"`)).bad(403)
	k.do("ada", path, body(`,"reason":"visa","password":"wrong"`)).want(422)
	k.do("sue", path, body(`,"reason":"visa","password":"`+word+`"`)).bad(403)
	k.do("ada:read", path, body(`,"reason":"visa","password":"`+word+`"`)).bad(403)
	r := httptest.NewRequest("POST", base+"/travelers/export/secrets", strings.NewReader(body(`,"reason":"visa","password":"`+word+`"`)))
	r.Header.Set("Authorization", "Bearer ada")
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	k.api.ServeHTTP(w, r)
	if w.Code != 200 || !strings.Contains(w.Body.String(), "PP1234567") || !strings.Contains(w.Header().Get("Content-Disposition"), ".csv") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if l := k.do("ada", "GET /reveals", "").want(200); !strings.Contains(l.raw, `"why":"visa"`) {
		t.Errorf("not noted: %s", l.raw)
	}
}
