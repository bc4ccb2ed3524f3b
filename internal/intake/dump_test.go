package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/carnetcrm/carnet/internal/date"
)

func TestDump(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/data/imports/*.csv")
	v, _ := filepath.Glob("../../../shared/data/imports/vcard/*.vcf")
	for _, f := range append(files, v...) {
		b, _ := os.ReadFile(f)
		file, err := Open(bytes.NewReader(b), int64(len(b)), OpenOptions{})
		if err != nil {
			t.Fatal(f, err)
		}
		fmt.Println("=====", filepath.Base(f), file.Match.Product, file.Match.Confidence, file.Match.Mapping.Merge)
		if file.Table != nil {
			fmt.Println(file.Table.Encoding, string(file.Table.Delimiter), file.Table.HeaderLine)
			for _, c := range file.Match.Mapping.Columns {
				fmt.Printf("  %s->%s[%s %d %d %s %v %s]", c.Title, c.Target, c.Label, c.LabelFrom, c.Address, c.NameOrder, c.DateOrder, c.Why)
			}
			fmt.Println()
		}
		for r, err := range file.Records(file.Match.Mapping, Options{Region: "PL", Language: "pl", Today: date.Date("2026-11-22")}) {
			if err != nil {
				t.Fatal(err)
			}
			j, _ := json.MarshalIndent(r.Record, "", " ")
			fmt.Println(compact(string(j)))
			for _, p := range r.Problems {
				fmt.Println("   !", p)
			}
		}
	}
}
func compact(s string) string {
	var out []byte
	for _, l := range bytes.Split([]byte(s), []byte("\n")) {
		if bytes.HasSuffix(l, []byte(`"",`)) || bytes.HasSuffix(l, []byte(`""`)) || bytes.HasSuffix(l, []byte(`null,`)) || bytes.HasSuffix(l, []byte(`null`)) || bytes.HasSuffix(l, []byte(`false`)) {
			continue
		}
		out = append(out, bytes.TrimSpace(l)...)
		out = append(out, ' ')
	}
	return string(out)
}
