package intake

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRealFiles reads exports as the products wrote them, where they are at hand, and
// compares the exact counts.
func TestRealFiles(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "imports")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no files of other products beside the repository")
	}
	for name, want := range map[string]struct {
		product                            string
		records, refused, travelers, comms int
	}{
		"agency_spreadsheet_messy.csv":         {"", 2, 0, 3, 6},
		"google_contacts_2024.csv":             {ProductGoogle, 3, 0, 2, 6},
		"google_contacts_legacy_utf16.csv":     {ProductGoogleOld, 2, 0, 2, 2},
		"hubspot_all_contacts.csv":             {ProductHubSpot, 1, 0, 1, 2},
		"outlook_desktop_semicolon_cp1250.csv": {ProductOutlook, 1, 0, 1, 2},
		"tres_profile_import.csv":              {ProductTres, 1, 0, 2, 2},
		"vcard/John_Doe_ANDROID.vcf":           {ProductVCard, 6, 0, 4, 13},
		"vcard/John_Doe_IPHONE.vcf":            {ProductVCard, 1, 0, 1, 9},
		"vcard/John_Doe_MS_OUTLOOK.vcf":        {ProductVCard, 1, 0, 1, 5},
		"vcard/gmail-list.vcf":                 {ProductVCard, 3, 0, 3, 3},
		"vcard/outlook-2007.vcf":               {ProductVCard, 1, 0, 1, 7},
		"vcard/rfc6350-example.vcf":            {ProductVCard, 1, 0, 1, 4},
		"vcard/sabre-issue64.vcf":              {ProductVCard, 0, 1, 0, 0},
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		f, got := read(t, string(data), polish)
		have := want
		have.product, have.records, have.refused, have.travelers, have.comms = f.Match.Product, 0, 0, 0, 0
		for _, r := range got {
			if r.Refused() {
				have.refused++
				continue
			}
			have.records++
			have.travelers += len(r.Record.Travelers)
			have.comms += len(r.Record.Client.Comms)
			for _, tr := range r.Record.Travelers {
				have.comms += len(tr.Comms)
			}
		}
		if have != want {
			t.Errorf("%s: got %+v, want %+v", name, have, want)
		}
	}
}
