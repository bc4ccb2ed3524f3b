package assets

import (
	"encoding/xml"
	"regexp"
	"testing"
)

// TestSprite: every icon that the file seems to have is a symbol of it; one that stands
// in a comment can't be seen.
func TestSprite(t *testing.T) {
	raw := loaded()["icons.svg"].plain
	var sprite struct {
		Symbols []struct {
			ID string `xml:"id,attr"`
		} `xml:"symbol"`
	}
	if err := xml.Unmarshal(raw, &sprite); err != nil {
		t.Fatal(err)
	}
	if named := regexp.MustCompile(`id="i-`).FindAll(raw, -1); len(named) != len(sprite.Symbols) || len(named) == 0 {
		t.Errorf("%d icons are named, %d are symbols", len(named), len(sprite.Symbols))
	}
}
