package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// documentsData is what the section of travel documents has read.
type documentsData struct {
	docs  map[int64]*traveler.Documents // by traveler
	rules traveler.Rules
	gone  *record.Ref // was moved to the trash by this request
}

// documentPart is the section of passports, visas, nationalities and other documents
// (R030-R034).
func documentPart() part {
	return part{at: 'p', load: loadDocuments, cards: func(v *recordView) []cardDef {
		ref, ok := v.personRef()
		if !ok {
			return nil
		}
		n := ""
		if d := v.docs[ref.ID]; d.Len() > 0 {
			n = v.p.L.Number(int64(d.Len()))
		}
		return []cardDef{{"documents", v.p.T("document.card"), n, v.documentsCard}}
	}, routes: documentRoutes}
}

// mostWatched bounds the travelers of one client whose documents its page watches: a
// company may have thousands.
const mostWatched = 200

// loadDocuments reads the documents of the person of the page, or of all travelers of
// the client: its head tells what is wrong with them.
func loadDocuments(v *recordView, ctx context.Context, tx *db.Tx) error {
	var ids []int64
	for _, t := range v.people() {
		if len(ids) < mostWatched {
			ids = append(ids, t.ID)
		}
	}
	return tx.Together(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		v.docs, err = traveler.DocumentsOf(ctx, tx, ids...)
		return err
	}, func(ctx context.Context, tx *db.Tx) (err error) {
		v.rules, err = traveler.RulesOf(ctx, tx)
		return err
	})
}

// seenBy are the users who saw the originals of the documents of the page.
func (v *recordView) seenBy() (ids []int64) {
	for _, all := range v.docs {
		for _, d := range all.All() {
			if s := d.Sight(); s != nil {
				ids = append(ids, int64(s.VerifiedBy))
			}
		}
	}
	return ids
}

// people are the travelers whom the page is about.
func (v *recordView) people() (out []*traveler.Traveler) {
	if v.client == nil {
		return []*traveler.Traveler{v.person}
	}
	for i := range v.members {
		out = append(out, &v.members[i].T)
	}
	return out
}

func documentRoutes(s *Server) (out []Route) {
	for _, kind := range []string{"client", "traveler"} {
		at := "POST /" + kind + "s/{id}/documents/{kind}"
		out = append(out, Route{Pattern: at, Right: "client.edit", Upload: true, handle: s.saveDocument(kind, addDocument)},
			Route{Pattern: at + "/{row}", Right: "client.edit", Upload: true, handle: s.saveDocument(kind, editDocument)},
			Route{Pattern: at + "/{row}/seen", Right: "client.edit", handle: s.actDocument(kind, seeDocument)},
			Route{Pattern: at + "/{row}/delete", Right: "client.edit", handle: s.actDocument(kind, dropDocument)},
			Route{Pattern: at + "/{row}/restore", Right: "client.edit", handle: s.actDocument(kind, restoreDocument)})
	}
	return append(out, s.apisRoutes()...)
}

// documentKind is the kind of document that the address names.
func documentKind(p *Page) (string, error) {
	doc := p.R.PathValue("kind")
	if !slices.Contains(traveler.DocumentKinds, doc) {
		return "", errs.Missing()
	}
	return doc, nil
}

// actDocument is saveCard for what is done to a document by a button.
func (s *Server) actDocument(kind string, do func(ctx context.Context, tx *db.Tx, v *recordView, doc string) error) handler {
	return func(p *Page) error {
		doc, err := documentKind(p)
		if err != nil {
			return err
		}
		return s.saveCard(kind, "documents", func(ctx context.Context, tx *db.Tx, v *recordView) error { return do(ctx, tx, v, doc) })(p)
	}
}

// documentName is what a document is called: "Passport PL", "Identity card".
func (v *recordView) documentName(d traveler.Document) string {
	p := v.p
	switch d := d.(type) {
	case *traveler.Passport:
		return p.T("document.kind.passport")
	case *traveler.Visa:
		if slices.Contains([]string{"eta", "esta", "evisa"}, d.Type) {
			return p.T("visa.type." + d.Type)
		}
		return p.T("document.kind.visa")
	case *traveler.Nationality:
		return p.land(d.Country)
	case *traveler.OtherDocument:
		if d.Name != "" && slices.Contains([]string{"other", "trusted_traveler", "vaccination", "insurance"}, d.Kind) {
			return d.Name
		}
		return p.T("other_document.kind." + d.Kind)
	}
	return ""
}

// land names a country, or an issuer or area that is none.
func (p *Page) land(code string) string {
	if key := "visa.country." + code; p.L.Has(key) {
		return p.L.T(key)
	}
	if slices.Contains(traveler.Special(), code) {
		return code
	}
	return p.L.Country(code)
}

// documentsCard lists the four kinds, one below the other as they matter; each
// document is edited on its own.
func (v *recordView) documentsCard() templ.Component {
	ref, _ := v.personRef()
	d, p := v.docs[ref.ID], v.p
	card := ui.Card{ID: "documents", Title: p.T("document.card")}
	if v.may {
		add := ui.Button{Label: p.T("common.add"), Icon: "plus", Kind: "ghost", Small: true, Popover: "documents-add"}
		if v.back && v.gone == nil {
			add.Attrs = templ.Attributes{"autofocus": true} // where the person was before the card was saved
		}
		card.Actions = []templ.Component{add, v.addMenu()}
	}
	warned := map[record.Ref][]traveler.Warning{}
	for _, w := range traveler.Warnings(v.person, d, traveler.When{Date: p.Today()}, v.rules) {
		at := record.Ref{Kind: w.Kind, ID: w.ID}
		warned[at] = append(warned[at], w)
	}
	var rows ui.Group
	if v.gone != nil {
		rows = append(rows, v.goneRow())
	}
	if kind, row := v.editedDocument(); row == "new" && v.may {
		rows = append(rows, v.documentForm(kind, traveler.NewDocument(kind, ref.ID), "new"))
	}
	for _, doc := range d.All() {
		kind, id := doc.Table(), record.Stamps(doc).ID
		if edited, row := v.editedDocument(); v.may && edited == kind && row == idText(id) {
			rows = append(rows, v.documentForm(kind, doc, row))
			continue
		}
		rows = append(rows, v.documentRow(doc, warned[record.Ref{Kind: kind, ID: id}]))
	}
	for _, code := range d.Bare(v.person) {
		rows = append(rows, ui.Row{Slim: true, Lead: ui.Icon("flag"), Title: p.land(code), Sub: p.T("document.kind.nationality")})
	}
	content := ui.Group{within(ui.Rows(), rows)}
	if len(rows) == 0 {
		content = ui.Group{ui.Empty{Title: p.T("document.none"), Small: true}}
	}
	if _, row := v.editedDocument(); row == "" && !v.person.Deceased {
		content = append(content, v.journeyForm())
	}
	return within(ui.CardBox(card), content)
}

// editedDocument is the kind and row of the document in its edit state: "passport"
// and "new", "7" or "image-7".
func (v *recordView) editedDocument() (kind, row string) {
	rest, ok := strings.CutPrefix(v.edit, "documents-")
	if !ok {
		return "", ""
	}
	kind, row, _ = strings.Cut(rest, "-")
	if !slices.Contains(traveler.DocumentKinds, kind) {
		return "", ""
	}
	return kind, row
}

// addMenu asks which kind of document is to be added.
func (v *recordView) addMenu() templ.Component {
	m := ui.Menu{ID: "documents-add", Label: v.p.T("document.add")}
	var items []ui.MenuItem
	for _, kind := range traveler.DocumentKinds {
		at := v.path() + "?edit=documents-" + kind + "-new"
		items = append(items, ui.MenuItem{Label: v.p.T("document.new." + kind), Icon: documentIcons[kind], Href: at + "#documents",
			Attrs: templ.Attributes{"data-edit-card": "documents", "hx-get": at, "hx-target": "#documents", "hx-swap": "outerHTML"}})
	}
	m.Groups = []ui.MenuGroup{{Items: items}}
	return m
}

var documentIcons = map[string]string{"passport": "passport", "visa": "stamp", "nationality": "flag", "other_document": "idcard"}

// documentRow shows a document: what it is, whose name it bears, its masked number and
// until when it is valid.
func (v *recordView) documentRow(d traveler.Document, warned []traveler.Warning) templ.Component {
	p, kind, id := v.p, d.Table(), record.Stamps(d).ID
	r := ui.Row{ID: kind + "-" + idText(id), Lead: ui.IconLg(documentIcons[kind]), Title: v.documentName(d), Strong: true}
	country, primary, sub := v.documentSub(d)
	if country != "" && kind != "nationality" {
		r.Badges = append(r.Badges, ui.Badge{Label: country})
	}
	if primary {
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("document.primary")})
	}
	if s := d.Sight(); s.VerifiedAt != 0 {
		r.Badges = append(r.Badges, ui.Badge{Label: p.fieldLabel("passport", "verified"), Kind: "good", Icon: "done"})
		if who := v.names["user"][int64(s.VerifiedBy)]; who != "" {
			sub = append(sub, p.T("document.seen", "Name", who, "Date", p.day(s.VerifiedAt)))
		} else { // the program itself, or somebody who isn't told
			sub = append(sub, p.T("document.seen_auto", "Date", p.day(s.VerifiedAt)))
		}
	}
	parts := ui.Group{}
	if len(sub) > 0 {
		parts = append(parts, docLine(strings.Join(sub, " · ")))
	}
	if v.hasNumber(d) {
		parts = append(parts, secretField(p, kind, id, "number", d.Number()))
	}
	for _, a := range v.images[record.Ref{Kind: kind, ID: id}] {
		parts = append(parts, partImage(p, &a, join(document.TypeName(a.Type), p.L.Bytes(a.Size), p.day(a.CreatedAt))))
	}
	if edited, row := v.editedDocument(); v.may && edited == kind && row == "image-"+idText(id) {
		parts = append(parts, docUpload(p, pathOf(record.Ref{Kind: "traveler", ID: d.Of()})+"/files?part="+kind+"-"+idText(id), "up-"+kind+"-"+idText(id), v.cancel("documents")))
	}
	r.SubComp = parts
	if until := d.Until(); until != "" {
		r.End, r.EndKind = p.L.Date(until), ""
	}
	for _, w := range warned {
		v.badgeOf(&r, w)
	}
	r.Actions = v.documentActions(d)
	return r
}

// badgeOf marks a row with what is wrong with its document.
func (v *recordView) badgeOf(r *ui.Row, w traveler.Warning) {
	p := v.p
	switch w.Code {
	case "passport_expired", "visa_expired", "document_expired":
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("document.badge.expired"), Kind: "danger"})
	case "passport_soon":
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("document.badge.soon"), Kind: "caution"})
	case "name":
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("document.badge.name"), Kind: "caution"})
	case "visa_replaced":
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("document.badge.replaced"), Kind: "caution"})
	}
}

// hasNumber reports whether a number is stored.
func (v *recordView) hasNumber(d traveler.Document) bool {
	switch d := d.(type) {
	case *traveler.Passport:
		return d.No != ""
	case *traveler.Visa:
		return d.No != ""
	case *traveler.OtherDocument:
		return d.No != ""
	}
	return false
}

// documentSub is what else a row tells: country, whether it is the primary one, and
// parts of a line.
func (v *recordView) documentSub(d traveler.Document) (country string, primary bool, sub []string) {
	p := v.p
	add := func(s ...string) {
		for _, s := range s {
			if s != "" {
				sub = append(sub, s)
			}
		}
	}
	choice := func(key, value string) string {
		if value == "" {
			return ""
		}
		return p.T(key + value)
	}
	switch d := d.(type) {
	case *traveler.Passport:
		add(strings.TrimSpace(d.Given + " " + d.Family))
		if d.Type != "ordinary" {
			add(choice("passport.type.", d.Type))
		}
		if d.Status != "valid" {
			add(choice("passport.status.", d.Status))
		}
		add(d.Note)
		return d.Country, d.Primary, sub
	case *traveler.Visa:
		add(p.land(d.Country), choice("visa.entries.", d.Entries))
		if d.Type != "tourist" && p.T("visa.type."+d.Type) != v.documentName(d) {
			add(choice("visa.type.", d.Type))
		}
		if d.ValidFrom != "" {
			add(p.T("document.from", "Date", p.L.Date(d.ValidFrom)))
		}
		if d.MaxStay > 0 {
			add(p.T("document.stay", "Count", int(d.MaxStay)))
		}
		add(d.Note)
		if len(d.Country) == 2 {
			country = d.Country
		}
		return country, false, sub
	case *traveler.Nationality:
		add(p.T("document.kind.nationality"), choice("nationality.acquired.", d.Acquired))
		if d.Since != "" {
			add(p.T("document.since", "Date", p.L.Date(d.Since)))
		}
		add(d.Note)
		return d.Country, false, sub
	case *traveler.OtherDocument:
		if v.documentName(d) == d.Name {
			add(p.T("other_document.kind." + d.Kind))
		} else {
			add(d.Name)
		}
		add(d.Issuer, d.Classes, d.Phone, d.Note)
		return d.Country, d.Primary, sub
	}
	return "", false, nil
}

// documentActions are the buttons of a row.
func (v *recordView) documentActions(d traveler.Document) (out []templ.Component) {
	out = v.apisLink(d)
	if !v.may {
		return out
	}
	p, kind, id := v.p, d.Table(), record.Stamps(d).ID
	name := v.documentName(d)
	if d.Sight().VerifiedAt == 0 {
		out = append(out, postButton(v.documentPath(kind, id)+"/seen", "documents",
			ui.Button{Label: p.L.Pair(p.T("document.see"), name), Icon: "done", Kind: "ghost", Small: true, IconOnly: true, Submit: true, Name: "seen", Value: "1"}))
	}
	for _, c := range v.open("documents", kind+"-image-"+idText(id), p.L.Pair(p.T("file.add_image"), name), "clip") {
		b := c.(ui.Button)
		b.IconOnly = true
		out = append(out, b)
	}
	return append(out, v.iconOpen("documents", kind+"-"+idText(id), p.T("document.edit", "Name", name))...)
}

// documentPath takes what is done to a document.
func (v *recordView) documentPath(kind string, id int64) string {
	out := v.path() + "/documents/" + kind
	if id != 0 {
		out += "/" + strconv.FormatInt(id, 10)
	}
	return out
}

// goneRow offers to take back what was just moved to the trash.
func (v *recordView) goneRow() templ.Component {
	name := v.p.T("document.kind." + v.gone.Kind)
	return ui.Row{Slim: true, Lead: ui.Icon("trash"), Title: v.p.T("document.deleted", "Name", name), Actions: []templ.Component{
		postButton(v.documentPath(v.gone.Kind, v.gone.ID)+"/restore", "documents",
			ui.Button{Label: v.p.T("common.undo"), Icon: "undo", Small: true, Submit: true, Attrs: templ.Attributes{"autofocus": true}})}}
}
