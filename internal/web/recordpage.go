package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// recordView is the page of a client or a traveler: what was read, which card is
// being edited, what was typed there and what is wrong with it. The page of a
// client with one traveler shows both as one (glossary 2.2), so most cards serve
// both pages.
type recordView struct {
	p     *Page
	ref   record.Ref // whose page it is
	edit  string     // the card in its edit state: "personal", "contact-12"; "" none
	form  Form       // what was typed, nil while nothing was sent
	err   error      // what is wrong with it
	extra ui.Group   // what a conflict carries along besides what was typed
	back  bool       // the answer replaces a card: the focus goes to its button

	may      bool               // the visitor may change the record
	client   *client.Client     // nil on the page of a traveler
	person   *traveler.Traveler // of a traveler's page, or the only one of a client
	members  []member           // travelers of the client
	homes    []home             // clients of the traveler
	comms    []contact.Communication
	addrs    []contact.Address
	tags     []tag.On
	ids      []client.InterfaceID
	shares   []shareRow
	whoSees  bool        // the sharing card also says who sees the client
	seers    []flow.Seer // who sees the client and why
	complete *flow.Completeness
	comments []client.Comment
	history  []record.Entry
	acts     map[int64]bool // acts on many records that the reader may look at
	earlier  int64          // history is shown up to this entry; 0 is the newest
	names    names
	choices  choices
	sections // what the parts of the page have read
}

// sections holds what each part of the page has read, one line per part.
type sections struct {
	activityData
	relationData
	cardsData
	medicalData
	documentsData
	tasteData
	filesData
	linkData
	fieldsData
	marketingData
}

// part is a group of sections of the page with a file of its own: what it reads, the
// cards that it shows, and their routes. Parts are shown in the order of this list.
type part struct {
	at     byte // 'p': of a person, after what they do; 'm': after tags and notes; 'e': at the end
	load   func(v *recordView, ctx context.Context, tx *db.Tx) error
	cards  func(v *recordView) []cardDef
	routes func(s *Server) []Route
}

// parts returns them in the order in which the page shows them.
func parts() []part {
	return []part{activityPart(), documentPart(), tastePart(), filePart(), linkPart(), medicalPart(), cardPart(), fieldPart(), marketingPart(), relationPart()}
}

// loadParts reads what the parts show; the record and its travelers are known. No part
// needs what another one reads.
func (v *recordView) loadParts(ctx context.Context, tx *db.Tx) error {
	var all []db.Part
	for _, p := range parts() {
		all = append(all, func(ctx context.Context, tx *db.Tx) error { return p.load(v, ctx, tx) })
	}
	return tx.Together(ctx, all...)
}

// partCards are the cards of the parts of one place.
func (v *recordView) partCards(at byte) (out []cardDef) {
	for _, p := range parts() {
		if p.at == at {
			out = append(out, p.cards(v)...)
		}
	}
	return out
}

// partRoutes are the routes of all parts.
func (s *Server) partRoutes() (out []Route) {
	for _, p := range parts() {
		out = append(out, p.routes(s)...)
	}
	return out
}

// personRef is the person whose sections the page shows: the traveler of its own page,
// or the only one of a client; ok is false on the page of a client with several.
func (v *recordView) personRef() (ref record.Ref, ok bool) {
	if v.person == nil {
		return record.Ref{}, false
	}
	return record.Ref{Kind: "traveler", ID: v.person.ID}, true
}

// member is a traveler on the page of a client.
type member struct {
	client.Link
	T traveler.Traveler
}

// home is a client on the page of a traveler.
type home struct {
	client.Link
	Name, Kind, Advisor string
}

// path is the address of the page.
func (v *recordView) path() string { return pathOf(v.ref) }

// pathOf is the address of a record's page.
func pathOf(ref record.Ref) string {
	if ref.Kind == "activity" {
		return activityPath(ref.ID)
	}
	return fmt.Sprintf("/%ss/%d", ref.Kind, ref.ID)
}

// editing reports whether a card, or a row of it, is in its edit state.
func (v *recordView) editing(card string) bool {
	return v.may && (v.edit == card || strings.HasPrefix(v.edit, card+"-"))
}

// show answers GET: the page, one of its cards for the page's script, or older
// entries of the timeline.
func (s *Server) showRecord(kind string) handler {
	return func(p *Page) error {
		id, err := p.ID("id")
		if err != nil {
			return err
		}
		q := Form(p.R.URL.Query())
		v := &recordView{p: p, ref: record.Ref{Kind: kind, ID: id}, edit: q.Str("edit"), whoSees: q.Has("seers"), earlier: q.Int("before")}
		if err := p.View(v.load); err != nil {
			return err
		}
		if p.wantsFragment() {
			switch {
			case q.Has("before"):
				return p.Fragment(v.olderEvents())
			case q.Has("check") && v.person != nil:
				return p.Fragment(v.journeyForm())
			case q.Has("card"):
				v.edit, v.back = "", true
				return p.Fragment(v.card(q.Str("card")))
			case v.edit != "":
				return p.Fragment(v.card(v.edit))
			case v.whoSees:
				return p.Fragment(v.card("sharing"))
			}
		}
		return v.page(http.StatusOK)
	}
}

// act is a write on the page of a record.
type act func(ctx context.Context, tx *db.Tx, v *recordView) error

// saveCard answers a POST of a card: it saves, or shows the card again with what
// was typed and what is wrong with it, or with both values where somebody saved
// first.
func (s *Server) saveCard(kind, card string, do act) handler {
	return func(p *Page) error {
		id, f, err := p.posted()
		if err != nil {
			return err
		}
		return (&recordView{p: p, ref: record.Ref{Kind: kind, ID: id}, form: f.chosen()}).save(card, do)
	}
}

// save does what the form of a card asks for.
func (v *recordView) save(card string, do act) error {
	v.edit = card
	if row := v.form.Str("_row"); row != "" {
		v.edit = card + "-" + row
	}
	if v.form.Has("_add") || v.form.Has("_act") { // another row, another country: nothing is saved
		return v.answer(http.StatusOK)
	}
	err := v.p.Update(func(ctx context.Context, tx *db.Tx) error { return do(ctx, tx, v) })
	switch {
	case err == nil:
		return v.saved(card)
	case !correctable(err):
		return err
	case alreadySo(err):
		return v.saved(card)
	}
	v.err = err
	return v.answer(StatusOf(err))
}

// alreadySo reports whether somebody saved first, and what was typed is what they saved.
func alreadySo(err error) bool { return isStale(err) && len(fieldErrors(err)) == 0 }

// correctable reports whether the person can do something about an error in the
// form itself.
func correctable(err error) bool {
	return errs.Is(err, errs.Invalid) || isStale(err) || len(fieldErrors(err)) > 0
}

// isStale reports whether somebody saved first.
func isStale(err error) bool {
	var e *errs.Error
	return errors.As(err, &e) && e.Kind == errs.Conflict && e.Key == "error.stale"
}

// saved shows the card as it is stored now. The script's answer brings along what
// else a change shows in: the head and the timeline.
func (v *recordView) saved(card string) error {
	if !v.p.wantsFragment() {
		v.p.Flash("good", "common.saved")
		return v.p.Redirect(v.path() + "#" + card)
	}
	v.edit, v.form, v.back = "", nil, true
	if err := v.p.View(v.load); err != nil {
		return err
	}
	return v.p.Fragment(savedParts(v.card(card), v.top(), v.timeline(), v.p.T("common.saved")))
}

// answer shows the card again, alone for the script or within its page.
func (v *recordView) answer(status int) error {
	if err := v.p.View(v.load); err != nil {
		return err
	}
	if v.p.wantsFragment() {
		return v.p.write(status, v.card(v.edit))
	}
	return v.page(status)
}

func (v *recordView) page(status int) error {
	title, nav := "", "clients"
	if v.client != nil {
		title = v.client.Name
	} else {
		title, nav = v.person.Name(), "travelers"
	}
	var cards ui.Group
	sections := ui.SectionNav{L: v.p.L}
	for _, d := range v.cards() {
		cards = append(cards, d.show())
		sections.Items = append(sections.Items, ui.Section{ID: d.id, Label: d.title, Count: d.count})
	}
	sections.Items = append(sections.Items, ui.Section{ID: "history", Label: v.p.T("ui.timeline")})
	return v.p.RenderStatus(status, Screen{Title: title, Nav: nav},
		recordScreen(v.top(), sections, v.timeline(), cards))
}

// cardDef is a section of the page.
type cardDef struct {
	id, title, count string
	show             func() templ.Component
}

// card returns one card by the name that links and forms use.
func (v *recordView) card(name string) templ.Component {
	for _, d := range v.cards() {
		if name == d.id || strings.HasPrefix(name, d.id+"-") {
			return d.show()
		}
	}
	return ui.Group{}
}

// cards are the sections of the page in their order.
func (v *recordView) cards() []cardDef {
	n := func(count int) string {
		if count == 0 {
			return ""
		}
		return v.p.L.Number(int64(count))
	}
	def := func(id, title string, count int, show func() templ.Component) cardDef {
		return cardDef{id, v.p.T(title), n(count), show}
	}
	var out []cardDef
	if v.client != nil {
		out = append(out, def("travelers", "client.card.travelers", len(v.members), v.travelersCard))
	} else {
		out = append(out, def("personal", "traveler.card.personal", 0, v.personalCard))
	}
	out = append(out, def("contact", "contact.card.contact", len(v.comms), v.contactCard),
		def("addresses", "contact.card.addresses", len(v.addrs), v.addressCard))
	if v.client != nil && v.person != nil {
		out = append(out, def("personal", "traveler.card.personal", 0, v.personalCard))
	}
	if v.person != nil {
		out = append(out, def("work", "traveler.card.work", 0, v.workCard))
	}
	out = append(out, v.partCards('p')...)
	if v.client == nil {
		out = append(out, def("clients", "traveler.card.clients", len(v.homes), v.homesCard), def("tags", "client.card.tags", len(v.tags), v.tagsCard),
			def("notes", "client.card.notes", 0, v.travelerNotesCard))
		return append(append(out, v.partCards('m')...), v.partCards('e')...)
	}
	out = append(out, def("data", "client.card.data", 0, v.dataCard), def("notes", "client.card.notes", 0, v.notesCard),
		def("tags", "client.card.tags", len(v.tags), v.tagsCard))
	out = append(append(out, v.partCards('m')...), def("ids", "client.card.ids", len(v.ids), v.idsCard))
	if v.p.Actor.May("client.internal") { // R021
		out = append(out, def("agency", "client.card.agency", 0, v.agencyCard), def("sharing", "client.card.sharing", len(v.shares), v.sharingCard),
			def("comments", "client.card.comments", len(v.comments), v.commentsCard))
	}
	return append(out, v.partCards('e')...)
}
