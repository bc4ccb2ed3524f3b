package output

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/i18n"
)

const (
	spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relations   = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packages    = "http://schemas.openxmlformats.org/package/2006/"
)

// book writes all parts but the rows.
func (t *Table) book(z *zip.Writer, l *i18n.Localizer, rows int64) error {
	first, second := sheetName(t.Title), sheetName(l.T("output.about"))
	if first == second {
		second += " 2"
	}
	filter := ""
	if len(t.Columns) > 0 {
		filter = fmt.Sprintf(`<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">'%s'!$A$1:$%s$%d</definedName>`+
			`<definedName name="_xlnm.Print_Titles" localSheetId="0">'%s'!$1:$1</definedName></definedNames>`,
			quoted(first), column(len(t.Columns)-1), rows+1, quoted(first))
	}
	day, moment := t.dayFormat(), t.dayFormat()+" hh:mm"
	parts := []struct{ name, body string }{
		{"[Content_Types].xml", `<Types xmlns="` + packages + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` +
			`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>` +
			`<Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + packages + `relationships"><Relationship Id="rId1" Type="` + relations + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packages + `relationships">` +
			`<Relationship Id="rId1" Type="` + relations + `/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + relations + `/worksheet" Target="worksheets/sheet2.xml"/>` +
			`<Relationship Id="rId3" Type="` + relations + `/styles" Target="styles.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="` + spreadsheet + `" xmlns:r="` + relations + `"><sheets>` +
			`<sheet name="` + escaped(first) + `" sheetId="1" r:id="rId1"/><sheet name="` + escaped(second) + `" sheetId="2" r:id="rId2"/></sheets>` + filter + `</workbook>`},
		{"xl/styles.xml", `<styleSheet xmlns="` + spreadsheet + `"><numFmts count="2"><numFmt numFmtId="164" formatCode="` + day + `"/><numFmt numFmtId="165" formatCode="` + moment + `"/></numFmts>` +
			`<fonts count="2"><font><sz val="10"/><name val="Calibri"/></font><font><b/><sz val="10"/><name val="Calibri"/></font></fonts>` +
			`<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE8ECEF"/></patternFill></fill></fills>` +
			`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
			`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="6">` +
			`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
			`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>` +
			`<xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
			`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="left"/></xf>` +
			`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="left"/></xf>` +
			`<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1" applyFont="1" applyFill="1"/>` +
			`</cellXfs></styleSheet>`},
		{"xl/worksheets/sheet2.xml", t.about(l, rows)},
	}
	for _, p := range parts {
		w, err := z.Create(p.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, xml.Header+p.body); err != nil {
			return err
		}
	}
	return nil
}

// about is the sheet that says what the rows are: a file outlives the page it came from.
func (t *Table) about(l *i18n.Localizer, rows int64) string {
	var b strings.Builder
	b.WriteString(`<worksheet xmlns="` + spreadsheet + `"><cols><col min="1" max="1" width="18" customWidth="1"/><col min="2" max="2" width="90" customWidth="1"/></cols><sheetData>`)
	n := 0
	for _, f := range [][2]string{{l.T("output.title"), t.Title}, {l.T("output.filter"), t.Subtitle}, {l.T("output.rows"), l.Number(rows)},
		{l.T("output.made"), t.made(l)}, {l.T("output.agency"), t.Agency}} {
		if f[1] == "" {
			continue
		}
		n++
		fmt.Fprintf(&b, `<row r="%d"><c r="A%d" s="%d" t="inlineStr"><is><t>%s</t></is></c><c r="B%d" s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c></row>`,
			n, n, styleHead, escaped(f[0]), n, styleText, escaped(clip(f[1], maxCell)))
	}
	b.WriteString("</sheetData></worksheet>")
	return b.String()
}

// dayFormat is how a spreadsheet shows dates.
func (t *Table) dayFormat() string {
	sep := "/"
	if t.Lang == "pl" || t.Lang == "de" {
		sep = "."
	}
	switch t.Order {
	case date.YMD:
		return "yyyy-mm-dd"
	case date.MDY:
		return "mm" + sep + "dd" + sep + "yyyy"
	}
	return "dd" + sep + "mm" + sep + "yyyy"
}

// sheetName is a title as the name of a sheet: at most 31 letters, without those that
// mean something there.
func sheetName(s string) string {
	s = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || odd(r) {
			return ' '
		}
		return r
	}, s), "' ")
	if s = strings.TrimSpace(clip(s, 31)); s == "" {
		return "1"
	}
	return s
}

func quoted(s string) string { return strings.ReplaceAll(escaped(s), "&#39;", "&#39;&#39;") }

func escaped(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(tidy(s)))
	return b.String()
}
