package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"

	"codeberg.org/go-pdf/fpdf"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/record"
)

// Files hangs some files and links on the first clients of a demo.
func Files(ctx context.Context, d *db.DB, store *files.Store) error {
	ids, err := agency.IDs(ctx, d)
	if err != nil || len(ids) == 0 {
		return err
	}
	actor := db.System(ids[0])
	var owners []record.Ref
	err = d.View(ctx, actor, func(tx *db.Tx) error {
		owners = nil
		return tx.Each(ctx, "SELECT c.id FROM {client} c ORDER BY c.id LIMIT 8", nil, func(rows db.Rows) error {
			ref := record.Ref{Kind: "client"}
			err := rows.Scan(&ref.ID)
			owners = append(owners, ref)
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("reading made-up clients: %w", err)
	}
	s := &document.Service{DB: d, Files: store}
	for i, owner := range owners {
		for _, up := range madeUpFiles(i) {
			up.Owner = owner
			if _, err := s.Upload(ctx, actor, up); err != nil {
				return fmt.Errorf("storing made-up files: %w", err)
			}
		}
		err := d.Update(ctx, actor, func(tx *db.Tx) error {
			_, err := document.AddLink(ctx, tx, owner, "https://example.com/travel-insurance/terms", "Terms of the travel insurance", "as agreed")
			return err
		})
		if err != nil {
			return fmt.Errorf("saving made-up links: %w", err)
		}
	}
	return nil
}

// madeUpFiles are those of the nth client: two have a policy in two versions, two a
// photo, all a note.
func madeUpFiles(n int) []document.Upload {
	out := []document.Upload{{Name: "2026-09-14 call notes.txt", Description: "Wishes for the winter",
		Content: bytes.NewReader([]byte("Wants a quiet hotel near the slopes, half board, two rooms side by side.\n"))}}
	if n%4 == 0 {
		out = append(out, document.Upload{Name: "2026-08-30 insurance.pdf", Description: "Policy of the family", Content: policy("first draft")},
			document.Upload{Name: "2026-09-02 insurance.pdf", Description: "Policy of the family", Content: policy("as signed")})
	}
	if n%4 == 1 {
		out = append(out, document.Upload{Name: "2026-10-05 view from the room.jpg", Content: sunset()})
	}
	return out
}

// policy is a PDF of two pages.
func policy(state string) io.Reader {
	p := fpdf.New("P", "mm", "A4", "")
	for _, title := range []string{"Travel insurance, " + state, "What is covered"} {
		p.AddPage()
		p.SetFont("Helvetica", "B", 22)
		p.Cell(0, 20, title)
		p.SetFont("Helvetica", "", 12)
		p.Ln(24)
		p.MultiCell(0, 7, "Cancellation, luggage, medical treatment abroad and the journey home. This policy was made up for a demonstration and insures nobody.", "", "L", false)
	}
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		return bytes.NewReader([]byte("%PDF-1.4\n"))
	}
	return &b
}

// sunset is a photo without a place.
func sunset() io.Reader {
	const w, h = 800, 500
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{uint8(250 - y/5), uint8(170 - y/4), uint8(90 + y/4), 255}
			if dx, dy := x-560, y-250; dx*dx+dy*dy < 60*60 {
				c = color.RGBA{255, 240, 190, 255}
			}
			if y > 330 {
				c = color.RGBA{40, uint8(60 + y/20), uint8(110 + (x+y)%9), 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		return bytes.NewReader([]byte{0xff, 0xd8, 0xff})
	}
	return &b
}
