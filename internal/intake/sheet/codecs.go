package sheet

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// The encodings that are recognised.
const (
	UTF8    = "utf-8"
	UTF16LE = "utf-16le"
	UTF16BE = "utf-16be"
	CP1250  = "windows-1250"
	CP1252  = "windows-1252"
	Latin2  = "iso-8859-2"
)

// Encoding is one in which a list may be written.
type Encoding struct {
	ID   string // as in Table.Encoding
	Name string // with languages that use it, in their own words
	enc  encoding.Encoding
}

// Encodings are those that can be chosen. The first ones are recognised; of the others no
// short list tells which it is.
var Encodings = []Encoding{
	{UTF8, "UTF-8", nil},
	{CP1250, "Windows-1250 (Polski, Čeština, Magyar)", charmap.Windows1250},
	{CP1252, "Windows-1252 (Deutsch, Español, Français)", charmap.Windows1252},
	{Latin2, "ISO 8859-2 (Polski, Čeština, Magyar)", charmap.ISO8859_2},
	{UTF16LE, "UTF-16 LE", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
	{UTF16BE, "UTF-16 BE", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
	{"ibm852", "DOS 852 (Polski, Čeština, Magyar)", charmap.CodePage852},
	{"ibm850", "DOS 850 (Deutsch, Español, Français)", charmap.CodePage850},
	{"macintosh", "Mac OS Roman (Deutsch, Español, Français)", charmap.Macintosh},
	{"windows-1251", "Windows-1251 (Українська, Български)", charmap.Windows1251},
	{"windows-1253", "Windows-1253 (Ελληνικά)", charmap.Windows1253},
	{"windows-1254", "Windows-1254 (Türkçe)", charmap.Windows1254},
	{"windows-1255", "Windows-1255 (עברית)", charmap.Windows1255},
	{"windows-1256", "Windows-1256 (العربية)", charmap.Windows1256},
	{"windows-1257", "Windows-1257 (Lietuvių, Latviešu, Eesti)", charmap.Windows1257},
	{"gb18030", "GB 18030 (简体中文)", simplifiedchinese.GB18030},
	{"big5", "Big5 (繁體中文)", traditionalchinese.Big5},
	{"shift_jis", "Shift JIS (日本語)", japanese.ShiftJIS},
	{"euc-kr", "EUC-KR (한국어)", korean.EUCKR},
}

// EncodingOf returns an encoding by its ID.
func EncodingOf(id string) (Encoding, bool) {
	for _, e := range Encodings {
		if e.ID == id {
			return e, true
		}
	}
	return Encoding{}, false
}

// Delimiters are those between the cells of a delimited text.
const Delimiters = ",;\t|"
