package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"iter"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// merge is a cell that reaches over several rows: the family name beside its members.
type merge struct{ column, first, last int }

// maxMerges bounds the merged cells of a worksheet.
const maxMerges = 100000

var mergeRef = regexp.MustCompile(`mergeCell ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"`)

// merges finds the cells of a worksheet that reach over several rows, the topmost first.
// They stand behind the rows, and are looked for without reading these.
func merges(r io.ReaderAt, size int64, name string) (out []merge, err error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	part := partOf(z, name)
	if part == "" {
		return nil, nil // the package that reads the rows will say what is wrong
	}
	f, err := z.Open(part)
	if err != nil {
		return nil, nil
	}
	defer f.Close()
	buf := make([]byte, 0, 1<<20)
	for len(out) < maxMerges {
		n, err := io.ReadFull(f, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		end := 0
		if bytes.Contains(buf, []byte("mergeCell ")) {
			for _, m := range mergeRef.FindAllSubmatchIndex(buf, -1) {
				end = m[1]
				column, _ := excelize.ColumnNameToNumber(string(buf[m[2]:m[3]]))
				first, _ := strconv.Atoi(string(buf[m[4]:m[5]]))
				last, _ := strconv.Atoi(string(buf[m[6]:m[7]]))
				if last > first && column > 0 && column <= MaxColumns {
					out = append(out, merge{column - 1, first, last})
				}
			}
		}
		if err != nil {
			break // the end, or damage that reading the rows comes upon
		}
		keep := max(end, len(buf)-100) // a reference may be cut in two
		buf = append(buf[:0], buf[keep:]...)
	}
	slices.SortFunc(out, func(a, b merge) int { return a.first - b.first })
	return out, nil
}

// partOf is the file of a worksheet inside a workbook, "" if that isn't clear.
func partOf(z *zip.Reader, name string) string {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"id,attr"`
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if !decode(z, "xl/workbook.xml", &book) || !decode(z, "xl/_rels/workbook.xml.rels", &rels) {
		return ""
	}
	for _, s := range book.Sheets {
		for _, l := range rels.List {
			if s.Name == name && s.ID == l.ID {
				if abs, ok := strings.CutPrefix(l.Target, "/"); ok {
					return path.Clean(abs)
				}
				return path.Join("xl", l.Target)
			}
		}
	}
	return ""
}

func decode(z *zip.Reader, part string, to any) bool {
	f, err := z.Open(part)
	if err != nil {
		return false
	}
	defer f.Close()
	return xml.NewDecoder(io.LimitReader(f, spoolAbove)).Decode(to) == nil
}

// fillDown gives the rows beside a merged cell its value. A row that has nothing else stays
// blank.
func fillDown(rows iter.Seq2[Row, error], merged []merge) iter.Seq2[Row, error] {
	if len(merged) == 0 {
		return rows
	}
	return func(yield func(Row, error) bool) {
		type open struct {
			merge
			value string
		}
		var opened []open
		next := 0
		for row, err := range rows {
			if err == nil && row.Fault == "" {
				opened = slices.DeleteFunc(opened, func(o open) bool { return row.Line > o.last })
				if !blank(row.Cells) {
					for _, o := range opened {
						for len(row.Cells) <= o.column {
							row.Cells = append(row.Cells, "")
						}
						if row.Cells[o.column] == "" {
							row.Cells[o.column] = o.value
						}
					}
				}
				for ; next < len(merged) && merged[next].first <= row.Line; next++ {
					if m := merged[next]; m.first == row.Line && m.column < len(row.Cells) && row.Cells[m.column] != "" {
						opened = append(opened, open{m, row.Cells[m.column]})
					}
				}
			}
			if !yield(row, err) {
				return
			}
		}
	}
}
