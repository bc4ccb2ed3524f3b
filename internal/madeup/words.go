package madeup

import (
	"strconv"
	"strings"
	"sync"
)

// words are the texts of one language.
type words struct {
	to, months, memos, policies, groups, anniversaries []string
	remarks                                            []template
	occupations                                        []name
	dear                                               [4]template // to a man, a woman, a family, a company
	poBox, familySlug                                  string
}

// The places of two occupations in every text file, and of two salutations.
const (
	occupationRetired = 6
	occupationStudent = 7
	dearFamily        = 2
	dearCompany       = 3
)

// languagesWithText are those an agent writes remarks in; others fall back to the agency's.
var languagesWithText = []string{"en", "es", "fr", "pl", "de"}

var texts = sync.OnceValue(func() map[string]*words {
	all := map[string]*words{}
	for _, lang := range languagesWithText {
		body := readSections("text/" + lang + ".txt").body
		w := &words{
			to: commas(body["to"], false), months: commas(body["month"], false),
			memos: body["memo"], policies: body["policy"], groups: commas(body["group"], false),
			anniversaries: commas(body["anniversary"], false), poBox: body["po-box"][0],
			occupations: names(body["occupation"], ""),
		}
		w.familySlug = slug(body["family"][0])
		for _, line := range body["remark"] {
			w.remarks = append(w.remarks, parseTemplate(line))
		}
		for i, line := range body["dear"] {
			w.dear[i] = parseTemplate(line)
		}
		all[lang] = w
	}
	return all
})

// nicknames maps given names to what friends say.
var nicknames = sync.OnceValue(func() map[string]string {
	data, err := files.ReadFile("text/nicknames.txt")
	if err != nil {
		panic("madeup: " + err.Error())
	}
	all := map[string]string{}
	for line := range strings.SplitSeq(string(data), "\n") {
		if given, nick, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			all[given] = nick
		}
	}
	return all
})

// words returns the texts of a language, or those of the agency's, or English ones.
func (g *Generator) words(language string) *words {
	for _, try := range []string{language, g.agency.Language, "en"} {
		if w := texts()[try]; w != nil {
			return w
		}
	}
	return texts()["en"]
}

// template is a text cut at its placeholders: literal, key, literal, key ...
type template []string

func parseTemplate(s string) template {
	var t template
	for {
		before, rest, ok := strings.Cut(s, "{")
		t = append(t, before)
		if !ok {
			return t
		}
		key, after, _ := strings.Cut(rest, "}")
		t = append(t, key)
		s = after
	}
}

// fill is what placeholders stand for; to, month, n and year are drawn.
type fill struct {
	given, family string
	words         *words
	year          int
}

// fill renders the template.
func (t template) fill(r *rng, f fill) string {
	if len(t) == 1 {
		return t[0]
	}
	var b strings.Builder
	for i, part := range t {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		switch part {
		case "given":
			b.WriteString(f.given)
		case "family":
			b.WriteString(f.family)
		case "to":
			b.WriteString(pick(r, f.words.to))
		case "month":
			b.WriteString(pick(r, f.words.months))
		case "n":
			b.WriteString(strconv.Itoa(r.between(2, 9)))
		case "year":
			b.WriteString(strconv.Itoa(f.year - r.between(1, 6)))
		}
	}
	return b.String()
}

// remarks fills what the agents noted: nothing on most records, a line on many, a small
// history on the regulars.
func (g *Generator) remarks(r *rng, c *Client) {
	w := g.words(c.Language)
	f := fill{given: c.Travelers[0].Given, words: w, year: g.year}
	used := -1
	for range r.weighted(48, 30, 16, 6) {
		n := r.below(len(w.remarks))
		if n == used {
			continue
		}
		used = n
		if c.Remarks != "" {
			c.Remarks += "\n"
		}
		c.Remarks += w.remarks[n].fill(r, f)
	}
	if r.chance(90) {
		c.Memo = pick(r, w.memos)
	}
}
