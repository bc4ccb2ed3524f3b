package intake

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/date"
)

// googleRows makes a Google Contacts export of n people in memory.
func googleRows(n int) []byte {
	var b bytes.Buffer
	b.WriteString("First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address\r\n")
	for i := range n {
		fmt.Fprintf(&b, "Joanna,,Kowalska%d,,,,,,,,,,,1960-%02d-%02d,\"Likes window seat;\n\"\"no nuts\"\"\",,VIP ::: * myContacts,* Home,joanna.%d@example.com,Mobile,+48 600 %03d %03d,Work,22555%04d,Home,\"ul. Długa %d\n00-238 Warszawa\nPL\",ul. Długa %d,Warszawa,,,00-238,PL,\r\n",
			i, i%12+1, i%28+1, i, i/1000%1000, i%1000, i%10000, i%99, i%99)
	}
	return b.Bytes()
}

func BenchmarkRecords(b *testing.B) {
	data := googleRows(100_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		f, err := Open(bytes.NewReader(data), int64(len(data)), OpenOptions{})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for r, err := range f.Records(f.Match.Mapping, Options{Region: "PL", Today: "2026-11-22"}) {
			if err != nil || r.Refused() {
				b.Fatal(err, r.Problems)
			}
			n++
		}
		if n != 100_000 {
			b.Fatal(n)
		}
	}
}

// TestMemory reads a large file and looks at what stays on the heap meanwhile.
func TestMemory(t *testing.T) {
	data := googleRows(30_000)
	f, err := Open(bytes.NewReader(data), int64(len(data)), OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := 0
	for range f.Records(f.Match.Mapping, Options{Region: "PL", Today: date.Date("2026-11-22")}) {
		if n++; n == 20_000 {
			runtime.GC()
			runtime.ReadMemStats(&now)
		}
	}
	if n != 30_000 {
		t.Fatalf("%d records", n)
	}
	if grown := int64(now.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("%d bytes are held while streaming", grown)
	}
	if !strings.HasPrefix(f.Table.Encoding, "utf-8") {
		t.Error(f.Table.Encoding)
	}
}
