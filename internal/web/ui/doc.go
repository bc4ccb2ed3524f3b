// Package ui holds the parts that all pages are made of: the frame around a
// page, fields, cards, tables, what floats above them. It knows no travel word and no
// database: its types hold finished texts, and a page fills them.
//
// There are two ways to use a part in a templ file:
//
//	@ui.Button{Label: p.T("common.save"), Kind: "primary", Submit: true}   // without children
//	@ui.CardBox(ui.Card{ID: "contact", Title: ...}) { ... }                // with children
//
// A part without children is a struct that is a templ.Component, so it also fits
// wherever a part takes one: Actions: []templ.Component{ui.Button{...}}. Several
// are joined by ui.Group{...}.
//
// # What you want, and what to take
//
//	a whole page                      Page(Frame); sign-in: Plain(Frame) with WelcomeBox(Welcome)
//	title and buttons of a page       PageHead; its content in PageBody, Columns, Stack
//	small things in a line            Cluster
//	a list page                       Frame.Fixed; PageHead, Tabs, FilterBar, then ListPage(peek) { Table }
//	columns, rows, ticking            Table (Columns, Rows), with SelectionBar as Bar and Pager as Foot
//	filters                           FilterBar, Chip; their editors FieldMenu, FilterEditor with Condition and Bracket; ColumnChoice
//	"25 of 10,000+"                   Count
//	a record beside the list          PeekBox(Peek) { PeekSection }
//	a record page                     RecordHead, Alerts, RecordPage(SectionNav, Timeline) { cards }
//	how to reach somebody             Reach in RecordHead; in text PhoneLink, EmailLink, WebLink
//	a section of a record             CardBox(Card); its content Facts, Rows { Row } or Grid
//	the same while it is edited       EditBox(EditCard) { fields }; sends "version"
//	a page that is a form             FormBox(FormPage) { FieldGroup { Fields { ... } } }
//	a text, a number, an e-mail       Input; several lines Textarea; a secret Password
//	a date as people type it          DateField
//	one of many                       Select; of few Radios or Segmented; yes or no Tick
//	several of few                    Ticks; several of many, or free words Tokens
//	another record                    Lookup (answers with Results)
//	a file                            File, in a form with Upload
//	phones, addresses, any number     Repeat
//	an order of one's own             Order { Rows } with MoveButtons
//	a control of your own             Labelled(Field) { ... } or Fieldset(Field) { ... }
//	what is wrong with a form         Field.Error and ErrorSummary; Savebar.Errors
//	look-alikes while typing          Live("dupes", url, "family given") { Dupes }
//	two people changed one record     ConflictTable
//	something needs attention         Alert
//	it worked, undo                   Frame.Flash
//	nothing there                     Empty (Small inside a card)
//	asking before an act              DialogBox(Dialog), opened by Button{Dialog: id}
//	more acts                         Menu, opened by Button{Popover: id, IconOnly: true}
//	a state, a kind                   Badge
//	who                               Name (FAMILY/Given), Avatar, Initials, Tint
//	an import                         Steps, Tally, Progress
//	a value to copy                   Copy
//	search results                    Results
//
// # Rules
//
// Every part works without script for reading and saving; scripts (package
// assets, folder js) find their hooks by data attributes and custom elements and
// need no call. htmx is there for swapping a fragment: hx-get, hx-post, hx-target,
// hx-swap; never hx-on, js: or trigger filters, which need eval and are refused
// by the policy. Ids must be unique on a page: two forms with a field of the same
// name give Field.ID. There are no style attributes; widths come from classes.
package ui
