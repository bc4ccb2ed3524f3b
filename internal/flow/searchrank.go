package flow

import (
	"cmp"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/fold"
)

// score says how well a hit answers the question: the whole code, number or
// address first, then a name that begins as it was typed, then names whose words
// begin so, then anything else.
func (s *searcher) score(h *Hit, key string) int {
	points := 0
	switch {
	case h.Code != "" && h.Code == s.code:
		points = 1000
	case h.Email != "" && h.Email == s.exact, h.Phone != "" && strings.TrimPrefix(h.Phone, "+") == s.exact:
		points = 900
	case key == s.exact:
		points = 800
	case strings.HasPrefix(key, s.exact):
		points = 700
	case h.Phone != "" && strings.HasSuffix(h.Phone, s.exact) && len(s.exact) >= 6:
		points = 650
	}
	names := strings.Fields(key)
	for i, w := range s.words {
		at := slices.IndexFunc(names, func(n string) bool { return strings.HasPrefix(n, w) })
		switch {
		case at == i:
			points += 60
		case at >= 0:
			points += 50
		case strings.Contains(key, w):
			points += 20
		}
		if at >= 0 && names[at] == w {
			points += 15
		}
	}
	if h.Kind == "client" {
		points += 5
	}
	return points
}

// best sorts the hits and drops a traveler who is already there as a client of
// the same name.
func (s *searcher) best(limit int) []Hit {
	var out []Hit
	for _, h := range s.hits {
		c := s.hits[[2]any{"client", h.ClientID}]
		if h.Kind == "traveler" && c != nil && fold.Fold(c.Name) == fold.Fold(h.Name) {
			continue
		}
		out = append(out, *h)
	}
	slices.SortFunc(out, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(limit, len(out))]
}
