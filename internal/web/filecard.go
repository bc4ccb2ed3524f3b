package web

import (
	"context"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// filesData is what the section of files has read.
type filesData struct {
	files     []document.Attachment
	filesGone []document.Attachment                // deleted within 30 days
	images    map[record.Ref][]document.Attachment // of the person's travel documents
	filesBad  []fileFailure                        // what an upload couldn't store
}

// filePart is the section of files and links (R121-R125).
func filePart() part {
	return part{at: 'e', load: loadFiles, cards: func(v *recordView) []cardDef {
		n := ""
		if len(v.files) > 0 {
			n = v.p.L.Number(int64(len(v.files)))
		}
		return []cardDef{{"files", v.p.T("file.card"), n, v.filesCard}}
	}, routes: (*Server).fileRoutes}
}

// loadFiles reads the files of the record, on the page of a client with one traveler
// those of both.
func loadFiles(v *recordView, ctx context.Context, tx *db.Tx) error {
	v.images = nil
	refs := v.refs()
	files, gone := make([][]document.Attachment, len(refs)), make([][]document.Attachment, len(refs))
	var parts []db.Part
	for i, ref := range refs {
		parts = append(parts, func(ctx context.Context, tx *db.Tx) (err error) {
			if ref.Kind == "traveler" {
				files[i], v.images, err = document.OfTraveler(ctx, tx, ref.ID)
			} else {
				files[i], err = document.Of(ctx, tx, ref)
			}
			return err
		}, func(ctx context.Context, tx *db.Tx) (err error) {
			if tx.Actor.May(document.RightDelete) {
				gone[i], err = document.Gone(ctx, tx, ref)
			}
			return err
		})
	}
	err := tx.Together(ctx, parts...)
	v.files, v.filesGone = slices.Concat(files...), slices.Concat(gone...)
	slices.SortStableFunc(v.files, func(a, b document.Attachment) int { return int(b.CreatedAt - a.CreatedAt) })
	return err
}

// filesCard lists files and links, the newest first. Files dropped anywhere on it are
// uploaded.
func (v *recordView) filesCard() templ.Component {
	p := v.p
	card := ui.Card{ID: "files", Title: p.T("file.card")}
	if v.may {
		card.Actions = append(v.open("files", "new", p.T("file.add"), "upload"), v.open("files", "link", p.T("file.add_link"), "link")...)
		card.Attrs = templ.Attributes{"data-drop-to": v.path() + "/files"}
	}
	var content, rows ui.Group
	for _, b := range v.filesBad {
		content = append(content, ui.Alert{Kind: "danger", Strong: b.name, Text: p.problemText(b.err), Live: true})
	}
	switch {
	case v.may && v.edit == "files-new":
		content = append(content, v.filesForm())
	case v.may && v.edit == "files-link":
		content = append(content, v.fileLinkForm())
	}
	for i := range v.files {
		rows = append(rows, v.fileRow(&v.files[i]))
	}
	switch {
	case len(rows) > 0:
		content = append(content, within(ui.Rows(), rows))
	case len(content) == 0:
		content = append(content, ui.Empty{Title: p.T("file.none"), Small: true})
	}
	if len(v.filesGone) > 0 && v.may {
		content = append(content, fileTrash(p, v.filesGone))
	}
	return within(ui.CardBox(card), content)
}

// problemText is what is wrong with one thing.
func (p *Page) problemText(err error) string {
	for _, f := range fieldErrors(err) {
		return p.T(f.Key, f.Args...)
	}
	return p.L.Error(err)
}

// fileIcons tell the groups of types apart.
var fileIcons = map[string]string{"image": "eye", "pdf": "file", "table": "table", "text": "note", "link": "globe", "other": "file"}

// fileRow is one file or link, with what can be done with it.
func (v *recordView) fileRow(a *document.Attachment) templ.Component {
	p := v.p
	r := ui.Row{ID: "file-" + strconv.FormatInt(a.ID, 10), Lead: fileLead(fileIcons[a.FormOf()]), Title: a.Name, Href: filePath(a.ID), Slim: true}
	if a.Thumb != "" && !a.Private() {
		r.Lead = fileThumb(filePath(a.ID) + "/thumb")
	}
	if a.Number > 1 {
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("file.version", "Number", int(a.Number))})
	}
	if v.client != nil && v.person != nil && a.OwnerKind == "traveler" {
		r.Badges = append(r.Badges, ui.Badge{Label: p.T("file.of.traveler")})
	}
	if a.Kind == document.Link {
		r.SubComp = ui.Group{ui.WebLink{URL: a.URL, Text: linkText(a)}, ui.Text(joined(" · ", some(a.Description, p.day(a.CreatedAt))))}
	} else {
		r.Sub = join(document.TypeName(a.Type), p.L.Bytes(a.Size), p.day(a.CreatedAt), a.Description)
		r.Actions = append(r.Actions, ui.Button{Label: p.T("file.download", "Name", a.Name), Icon: "download", IconOnly: true, Kind: "ghost", Small: true,
			Href: filePath(a.ID) + "/download", Attrs: templ.Attributes{"download": true}})
	}
	if v.may && p.Actor.May(document.RightDelete) {
		r.Actions = append(r.Actions, fileDelete(p, a, true))
	}
	return r
}

// some are the texts that aren't empty.
func some(texts ...string) (out []string) {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}

// fileDelete moves a file to the trash; it can be taken back.
func fileDelete(p *Page, a *document.Attachment, icon bool) templ.Component {
	b := ui.Button{Label: p.T("common.delete"), Icon: "trash", Kind: "ghost", Small: true}
	if icon {
		b.IconOnly, b.Label = true, p.T("file.delete", "Name", a.Name)
	}
	return oneButton(filePath(a.ID)+"/delete", b, ui.Hidden{Name: "version", Value: strconv.FormatInt(a.Version, 10)})
}

// filesForm takes files: dropped or chosen, several at once.
func (v *recordView) filesForm() templ.Component {
	p := v.p
	fields := ui.Group{
		ui.Tick{Name: "dated", ID: "e-files-dated", Label: p.T("file.dated", "Day", string(p.Today())), Checked: true},
		ui.Input{Field: ui.Field{Name: "description", ID: "e-files-description", Label: p.T("file.field.description"), Width: 8}, Autofocus: true, Autocomplete: "off"},
		ui.File{Field: ui.Field{Name: "file", ID: "e-files-file", Label: p.T("file.choose"), Help: p.fileHelp()}, L: p.L, Multiple: true, Drop: p.T("file.drop")},
	}
	buttons := ui.Group{ui.Button{Label: p.T("file.upload"), Icon: "upload", Kind: "primary", Submit: true, Small: true}, v.cancel("files")}
	return uploadForm(v.path()+"/files", p.T("file.add"), fields, buttons)
}

// fileHelp says how large a file may be, where there is a limit.
func (p *Page) fileHelp() string {
	if p.s.MaxFile <= 0 {
		return p.T("file.help")
	}
	return p.T("file.help_limit", "Max", p.L.Bytes(p.s.MaxFile))
}

// fileLinkForm takes a link and what it is (R122).
func (v *recordView) fileLinkForm() templ.Component {
	p := v.p
	url := v.text("file", "url", "", 8)
	url.Required, url.Autofocus, url.Type = true, true, "url"
	fields := append(v.problemsOutside("url", "name", "description"), url, v.text("file", "name", "", 4), v.text("file", "description", "", 12))
	buttons := ui.Group{ui.Button{Label: p.T("common.save"), Kind: "primary", Submit: true, Small: true, Keys: "Control+S"}, v.cancel("files")}
	return inlineForm(v.path()+"/file-links", "files", p.T("file.add_link"), fields, buttons)
}
