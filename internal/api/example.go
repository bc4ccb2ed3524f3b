package api

// exampleOf makes an example of a value: of a body that is sent, or of an answer.
func exampleOf(s *schema, sent bool) any {
	switch s.typ {
	case "object":
		d := doc{}
		for _, m := range s.members {
			if sent && (m.readOnly || !telling(m.schema)) {
				continue
			}
			d = d.set(m.name, exampleOf(m.schema, sent))
		}
		return d
	case "array":
		return []any{exampleOf(s.items, sent)}
	}
	if s.example == nil && s.nullable {
		return nil
	}
	if s.example == nil {
		return ""
	}
	return s.example
}

// telling leaves out of an example body what an example can't show: references,
// whose numbers differ everywhere, and texts that are mostly empty.
func telling(s *schema) bool {
	switch s.typ {
	case "object":
		return true
	case "array":
		return telling(s.items)
	}
	return s.example != nil && s.example != "" && !(s.typ == "integer" && s.nullable)
}
