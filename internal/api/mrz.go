package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"

	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/mrz"
	"github.com/carnetcrm/carnet/internal/ocr"
)

var correctionSchema = obj("MRZCorrection", "A character that was read differently from what was sent, because the position or the check digits prove it.",
	number("line", "Line, from 1.", 2), number("column", "Character in the line, from 1.", 5),
	enum("field", "Field that it stands in.", "number", "code", "state", "number", "names", "nationality", "birth", "sex", "expiry", "optional", "composite"),
	text("from", "What was sent.", "O"), text("to", "What was read.", "0"),
).must("line", "column", "field", "from", "to")

var mrzSchema = obj("MRZ", "What a machine-readable zone says. Nothing of it is stored.",
	enum("format", "Layout of the zone.", "TD3", "TD1", "TD2", "TD3", "MRV-A", "MRV-B", "FRA-ID-1987"),
	enum("kind", "What sort of document it is.", "passport", "passport", "visa", "card"),
	text("code", "Document code.", "P"),
	text("state", "Issuing state as printed.", "UTO"),
	text("country", "Issuing country (ISO 3166); empty for organisations and specimens.", ""),
	text("number", "Document number.", "L898902C3"),
	text("family", "Family name as printed.", "ERIKSSON"),
	text("given", "Given names as printed.", "ANNA MARIA"),
	yesno("truncated", "The names fill their field, so that some of them may be missing.", false),
	text("nationality", "Nationality as printed.", "UTO"),
	text("nationality_country", "The same as a country (ISO 3166); empty for stateless persons and the like.", ""),
	text("birth_date", "Date of birth; \"1974\", \"1974-08\" or \"--08-12\" where parts are unknown, empty where all are.", "1974-08-12"),
	text("expiry_date", "Date of expiry in the same form; empty where the zone has none.", "2032-04-15"),
	text("sex", "F, M, X for unspecified, or another letter as printed; empty where the zone has none.", "F"),
	text("optional", "Optional data, in a passport often a personal number.", "ZE184226B"),
	text("optional2", "Second optional data of a card with three lines.", ""),
	array("lines", "The lines as the document has them.", &schema{typ: "string", doc: "A line.", example: "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"}),
	array("corrections", "What was corrected.", correctionSchema),
).must("format", "kind", "code", "state", "country", "number", "family", "given", "truncated", "nationality", "nationality_country",
	"birth_date", "expiry_date", "sex", "optional", "optional2", "lines", "corrections")

func mrzOps() []op {
	const rules = " Every check digit has to agree; what is confused when reading (O and 0, I and 1, S and 5, B and 8) is corrected only where " +
		"the position or the check digits prove it. Nothing is stored."
	return []op{
		{id: "mrz.read", method: "POST", path: "/mrz", group: "Machine-readable zones", summary: "Read machine-readable lines", reads: true, status: 200,
			doc:  "The lines at the foot of a passport, visa or identity card, as ICAO Doc 9303 has them, and of the French card of 1987." + rules,
			body: obj("MRZLines", "Lines of a document.", text("lines", "The lines, apart by line breaks or in one.", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10")).must("lines"), reply: mrzSchema,
			act: func(q *req, _ http.ResponseWriter) error { return q.readLines(mrz.Parse(q.text("lines"))) }},
		{id: "mrz.picture", method: "POST", path: "/mrz/picture", group: "Machine-readable zones", summary: "Read the lines in a picture", reads: true, status: 200,
			doc: "A JPG or PNG picture of the document, up to 64 MB, in the part file. Needs Tesseract on the server, 503 without it." + rules, upload: true, reply: mrzSchema, act: readPicture},
	}
}

// readLines answers a document, or what is wrong with the lines.
func (q *req) readLines(d mrz.Document, err error) error {
	var bad *mrz.Error
	if errors.As(err, &bad) {
		return bad.Invalid("lines")
	} else if err != nil {
		return err
	}
	issuer, _ := mrz.Country(d.State)
	nationality, _ := mrz.Country(d.Nationality)
	corrections := make([]map[string]any, 0, len(d.Corrections))
	for _, c := range d.Corrections {
		corrections = append(corrections, map[string]any{"line": c.Line, "column": c.Column, "field": c.Field, "from": c.From, "to": c.To})
	}
	answer := map[string]any{"format": d.Format, "kind": d.Kind(), "code": d.Code, "state": d.State, "country": issuer,
		"number": d.Number, "family": d.Family, "given": d.Given, "truncated": d.Truncated, "nationality": d.Nationality,
		"nationality_country": nationality, "birth_date": d.Birth.String(), "expiry_date": d.Expiry.String(), "sex": d.Sex,
		"optional": d.Optional, "optional2": d.Optional2, "lines": d.Lines, "corrections": corrections}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // the lines are full of <
	if err := enc.Encode(answer); err != nil {
		return fmt.Errorf("answer a machine-readable zone: %w", err)
	}
	q.out = append(q.out[:0], bytes.TrimSpace(b.Bytes())...)
	return nil
}

// readPicture gives the uploaded picture to the text recognition as it arrives.
func readPicture(q *req, w http.ResponseWriter) error {
	if kind, _, err := mime.ParseMediaType(q.http.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		return errNoUpload()
	}
	q.http.Body = http.MaxBytesReader(w, q.http.Body, ocr.MaxBytes+1<<20)
	parts, err := q.http.MultipartReader()
	if err != nil {
		return errNoUpload()
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return errs.Bad("file", "error.required")
		}
		if part.FormName() != "file" {
			continue
		}
		got, err := q.s.OCR.Read(q.http.Context(), part)
		if err != nil {
			return err
		}
		return q.readLines(got.Document, got.Err)
	}
}
