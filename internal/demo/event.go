package demo

import (
	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
)

// told are made-up events, in the language of the demo's agency.
var told = []activity.Activity{
	{Type: "PHONE", Direction: "in", Subject: "Pytanie o Kretę w czerwcu", Text: "Dwa pokoje obok siebie, najlepiej blisko plaży.", Minutes: 12, Result: "Oferta do piątku"},
	{Type: "CATALOGUE", Subject: "Katalogi: rejsy po fiordach, Islandia"},
	{Type: "MEETING", Subject: "Wizyta w biurze, omówienie oferty", Minutes: 40, Result: "Zastanowią się do końca tygodnia"},
	{Type: "COMPLAINT", Direction: "in", Subject: "Głośny pokój przy windzie", Text: "Prosi, by następnym razem wybrać inne skrzydło hotelu.", Result: "Przeproszono, notatka w uwagach"},
	{Type: "EMAIL", Direction: "out", Subject: "Wysłano godziny wylotu"},
	{Type: "PRAISE", Direction: "in", Subject: "Bardzo zadowoleni z przewodnika w Lizbonie"},
}

// noted are the events of the clients of a batch whose families are told: every third
// has one or two.
func (b *batch) noted(clients []int64, now db.Stamp) (out []*activity.Activity) {
	if len(b.relations) == 0 {
		return nil
	}
	for i, id := range clients {
		if i%3 != 0 {
			continue
		}
		for n := range 1 + i%2 {
			a := told[(i/3+n)%len(told)]
			a.OwnerKind, a.OwnerID, a.At = "client", id, now
			if a.Result != "" && i%9 == 0 {
				a.FollowOn, a.FollowNote = date.Of(now.Time()).AddDays(7), a.Result
			}
			out = append(out, &a)
		}
	}
	return out
}
