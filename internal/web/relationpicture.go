package web

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// The family picture: parents above, partners and siblings beside, children below. The
// list of the card says the same in words, so the picture is for the eyes alone.
const (
	kinWide, kinHigh = 148, 44 // of a person, in units of the picture
	kinGapX, kinGapY = 16, 34
	kinMost          = 4 // persons of a row; the list has them all
)

// kinBox is a person in the picture.
type kinBox struct {
	X, Y           int
	Name, Is, Href string
	Self           bool
}

// kinLine joins two persons.
type kinLine struct{ X1, Y1, X2, Y2 int }

type kinPicture struct {
	Wide, High int
	Boxes      []kinBox
	Lines      []kinLine
	Label      string
}

// ViewBox is the attribute of the same name.
func (p kinPicture) ViewBox() string {
	return "0 0 " + strconv.Itoa(p.Wide) + " " + strconv.Itoa(p.High)
}

var (
	kinAbove  = []string{"parent", "step_parent", "foster_parent"}
	kinBeside = []string{"spouse", "partner"}
	kinPeers  = []string{"sibling", "half_sibling"}
	kinBelow  = []string{"child", "step_child", "foster_child"}
)

// familyPicture draws the closest family, nil where there is none.
func (v *recordView) familyPicture() templ.Component {
	pick := func(codes []string) (out []*traveler.Kin) {
		for i := range v.kin {
			if slices.Contains(codes, v.kin[i].Is) && len(out) < kinMost && (v.kin[i].To == "" || v.kin[i].To >= v.p.Today()) {
				out = append(out, &v.kin[i])
			}
		}
		return out
	}
	above, peers, beside, below := pick(kinAbove), pick(kinPeers), pick(kinBeside), pick(kinBelow)
	if len(above)+len(beside)+len(below) == 0 {
		return nil
	}
	if len(peers) > 2 {
		peers = peers[:2]
	}
	rows := 1
	most := max(len(above), len(peers)+1+len(beside), len(below))
	pic := kinPicture{Wide: most*(kinWide+kinGapX) - kinGapX + 4, Label: v.p.T("relation.picture")}
	left := func(n int) int { return (pic.Wide - n*(kinWide+kinGapX) + kinGapX) / 2 }
	box := func(k *traveler.Kin, x, y int) kinBox {
		return kinBox{X: x, Y: y, Name: shorten(fullName(&k.T)), Is: shorten(v.kinLabel(k.Is, k.T.Sex)), Href: pathOf(record.Ref{Kind: "traveler", ID: k.T.ID})}
	}
	y := 2
	selfY := y
	if len(above) > 0 {
		selfY += kinHigh + kinGapY
		rows++
	}
	x := left(len(peers) + 1 + len(beside))
	selfX := x + len(peers)*(kinWide+kinGapX)
	center := selfX + kinWide/2
	line := func(x1, y1, x2, y2 int) { pic.Lines = append(pic.Lines, kinLine{x1, y1, x2, y2}) }
	for i, k := range above {
		bx := left(len(above)) + i*(kinWide+kinGapX)
		pic.Boxes = append(pic.Boxes, box(k, bx, y))
		line(bx+kinWide/2, y+kinHigh, bx+kinWide/2, y+kinHigh+kinGapY/2)
		line(bx+kinWide/2, y+kinHigh+kinGapY/2, center, y+kinHigh+kinGapY/2)
	}
	if len(above) > 0 {
		line(center, selfY-kinGapY/2, center, selfY)
	}
	for i, k := range peers {
		bx := x + i*(kinWide+kinGapX)
		pic.Boxes = append(pic.Boxes, box(k, bx, selfY))
		if len(above) > 0 {
			line(bx+kinWide/2, selfY, bx+kinWide/2, selfY-kinGapY/2)
			line(bx+kinWide/2, selfY-kinGapY/2, center, selfY-kinGapY/2)
		}
	}
	pic.Boxes = append(pic.Boxes, kinBox{X: selfX, Y: selfY, Name: shorten(fullName(v.person)), Self: true})
	for i, k := range beside {
		bx := selfX + (i+1)*(kinWide+kinGapX)
		pic.Boxes = append(pic.Boxes, box(k, bx, selfY))
		line(bx-kinGapX, selfY+kinHigh/2, bx, selfY+kinHigh/2)
	}
	if len(below) > 0 {
		rows++
		half := selfY + kinHigh + kinGapY/2
		line(center, selfY+kinHigh, center, half)
		for i, k := range below {
			bx := left(len(below)) + i*(kinWide+kinGapX)
			pic.Boxes = append(pic.Boxes, box(k, bx, selfY+kinHigh+kinGapY))
			line(center, half, bx+kinWide/2, half)
			line(bx+kinWide/2, half, bx+kinWide/2, selfY+kinHigh+kinGapY)
		}
	}
	pic.High = rows*(kinHigh+kinGapY) - kinGapY + 4
	return familySVG(pic)
}

// shorten cuts a name to what fits into a box.
func shorten(s string) string {
	const most = 19
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
