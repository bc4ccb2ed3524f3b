package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// The gallery: every part on a few pages like those of the product, with texts
// as long as real ones. Tests render it in five languages and look at it in a
// browser; it is no route of the product.

// comp makes a component of a function, so that the gallery can be plain Go.
func comp(f func(context.Context, io.Writer) error) templ.Component { return templ.ComponentFunc(f) }

// in puts children into a part that takes them.
func in(outer templ.Component, children ...templ.Component) templ.Component {
	return comp(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, Group(children)), w)
	})
}

func galleryFrame(l *i18n.Localizer, theme, title, current string) Frame {
	nav := []NavItem{
		{Label: "Start", Href: "/", Icon: "start", Key: "s"},
		{Label: "Clients", Href: "/clients", Icon: "clients", Key: "c"},
		{Label: "Travelers", Href: "/travelers", Icon: "travelers", Key: "t", Minor: true},
		{Label: "Inquiries", Href: "/inquiries", Icon: "inquiries", Count: "5", CountKind: "overdue", CountTitle: "1 of 5 overdue"},
		{Label: "Trips", Href: "/trips", Icon: "trips", Minor: true},
		{Label: "Tasks", Href: "/tasks", Icon: "tasks", Count: "7"},
		{Label: "Import", Href: "/imports", Icon: "upload", Minor: true},
	}
	for i := range nav {
		nav[i].Current = nav[i].Label == current
	}
	return Frame{
		L: l, Title: title, Path: "/gallery", Theme: theme,
		Agency: Agency{Name: "Biuro Podróży Azymut", Branch: "Kraków"},
		User:   User{Name: "Marta Zielińska", Initials: "MZ", Role: "manager", Tint: 4, Href: "/account"},
		Nav:    nav,
		NavEnd: []NavItem{{Label: "Admin", Href: "/admin", Icon: "admin", Minor: true}},
		Pinned: []NavItem{{Label: "Passports expiring", Href: "/clients?view=2", Count: "23"}},
		New: []MenuItem{{Label: "Client", Long: "New client", Icon: "clients", Href: "/clients/new", Key: "c", Shortcut: "n c"},
			{Label: "Traveler", Long: "New traveler", Icon: "user-plus", Href: "/travelers/new", Key: "t", Shortcut: "n t"},
			{Label: "Import a file", Icon: "upload", Href: "/imports/new"}},
	}
}

var people = []struct {
	family, given, phone, advisor, branch string
	badge                                 Badge
}{
	{"Wiśniewski", "Tomasz", "+48 502 118 904", "Marta Zielińska", "Kraków", Badge{}},
	{"Fernández Ruiz", "Lucía", "+34 612 407 718", "Pau Ferrer", "Barcelona", Badge{}},
	{"Lefèvre", "Camille", "+33 6 12 84 39 07", "Claire Dumas", "Lyon", Badge{Label: "VIP", Kind: "vip"}},
	{"Nordlicht Maschinenbau GmbH", "", "+49 40 5562 180", "Jonas Keller", "Hamburg", Badge{Label: "Corporate", Kind: "corporate", Icon: "building", IconOnly: true}},
	{"García Hernández", "María del Carmen", "+34 655 190 284", "Pau Ferrer", "Barcelona", Badge{}},
	{"Rousseau", "Maëlle", "+33 6 45 07 92 18", "Claire Dumas", "Lyon", Badge{Label: "Prospect", Kind: "prospect"}},
	{"Żurawska", "Ewelina", "+48 509 662 173", "Marta Zielińska", "Kraków", Badge{Label: "Inactive", Kind: "inactive"}},
}

func galleryTable(l *i18n.Localizer) Table {
	t := Table{L: l, Label: "Clients, table", Action: "/clients/selected", WidthURL: "/clients/width",
		Columns: []Column{
			{Key: "name", Label: "Client", Size: "name", SortHref: "?sort=name", Sort: "ascending"},
			{Key: "phone", Label: "Phone", Size: "phone", Slot: "trip"},
			{Key: "advisor", Label: "Advisor", Width: 150, Slot: "person", SortHref: "?sort=advisor"},
			{Key: "branch", Label: "Branch", Size: "short"},
			{Key: "balance", Label: "Balance", Size: "money", Slot: "money", Number: true, SortHref: "?sort=-balance"},
		},
		Bar: SelectionBar{L: l, Label: "Selected clients", Actions: []templ.Component{
			Button{Label: "Modify", Icon: "edit", Name: "do", Value: "modify"},
			Button{Label: "Delete", Icon: "trash", Name: "do", Value: "delete"}}},
		Foot: Pager{L: l, Shown: 25, Count: Count(l, 25, 10000, true), Next: "?after=x", More: "25 +", Sorted: "A–Z"},
	}
	for n := range 21 {
		p := people[n%len(people)]
		t.Rows = append(t.Rows, TableRow{ID: num(n + 1), Href: "/clients/" + num(n+1), Name: Name{p.family, p.given},
			Initials: Initials(p.family, p.given), Tint: Tint(int64(n)), Badges: []Badge{p.badge},
			Peek: "?peek=" + num(n+1), Peeked: n == 2,
			Cells: []Cell{{Text: p.phone}, {Text: p.advisor, Kind: "soft"}, {Text: p.branch, Kind: "soft"}, {Text: "1,980.00", Kind: "due"}}})
	}
	return t
}

func galleryList(l *i18n.Localizer, theme string) templ.Component {
	f := galleryFrame(l, theme, "Clients", "Clients")
	f.Fixed = true
	f.Flash = []Flash{{Kind: "good", Text: "3 clients deleted", Undo: "/clients/restore"}}
	peek := in(PeekBox(Peek{L: l, Label: "Lefèvre/Camille", Name: Name{"Lefèvre", "Camille"}, Href: "/clients/3", Close: "/clients",
		Initials: "LC", Tint: 3, Badges: []Badge{{Label: "VIP", Kind: "vip"}}, Meta: []string{"2 travelers", "Client since 2014"},
		Reach:  []templ.Component{Reach{Kind: "phone", Href: "tel:+33612843907", Text: "+33 6 12 84 39 07", Short: "Call", Small: true}},
		Alerts: []Alert{{Kind: "caution", Icon: "passport", Strong: "Passport expires 2 Mar 2027", Text: "under 6 months after the return"}}}),
		in(PeekSection("About"), Facts{Narrow: true, Items: []Fact{{Label: "Advisor", Value: "Claire Dumas"}, {Label: "Tags", Value: "Winter sun, Diving"}}}))
	return in(Page(f),
		PageHead{Title: "Clients", Count: "10,000+", Actions: []templ.Component{Button{Label: "Import", Icon: "upload", Kind: "ghost", Compact: true, Href: "/imports/new"},
			Button{Label: "More actions", Icon: "more", Kind: "ghost", IconOnly: true, Popover: "list-menu"}}},
		Menu{ID: "list-menu", Start: true, Groups: []MenuGroup{{Items: []MenuItem{{Label: "Export", Icon: "download", Href: "/export"}, {Label: "Trash", Icon: "trash", Href: "/trash"}}},
			{Items: []MenuItem{{Label: "Delete all", Icon: "trash", Post: "/clients/delete", Kind: "danger"}}}}},
		Tabs{Label: "Saved views", Items: []Tab{{Label: "All clients", Href: "?", Current: true}, {Label: "Mine", Href: "?mine=1", Count: "64"}, {Label: "Prospects", Href: "?p=1"}}},
		FilterBar{L: l, Clear: "?", Add: "?add", Panel: "?panel", Words: "Tag is Winter sun and (city is Kraków or advisor is not blank)",
			Chips: []Chip{{Field: "Tag", Op: "is", Value: "Winter sun", Edit: "?edit", Remove: "?"}, {Field: "Advisor", Op: "is not blank", Edit: "?edit", Remove: "?", Wrong: true}},
			Quick: []Bubble{{Label: "Name", Href: "?field=name"}},
			End:   []templ.Component{Button{Label: "Columns", Icon: "columns", Kind: "ghost", Small: true, Popover: "cols"}}},
		in(Pop("cols", true), in(PopBody(), Ticks{Field: Field{Name: "cols", Label: "Columns"}, Values: []string{"a"}, Options: []Option{{Value: "a", Label: "Phone"}, {Value: "b", Label: "Branch"}}})),
		in(ListPage(peek), galleryTable(l)),
	)
}

func galleryRecord(l *i18n.Localizer, theme string) templ.Component {
	edit := Button{Label: "Edit", Icon: "edit", Kind: "ghost", Small: true, Href: "?edit=contact"}
	head := RecordHead{Name: Name{"Kowalska", "Joanna"}, Initials: "KJ", Tint: 4, Code: "KOW601",
		Badges: []Badge{{Label: "VIP", Kind: "vip"}, {Label: "Client"}}, Meta: []string{"Personal", "2 travelers", "Client since 2014"},
		Actions: []templ.Component{Button{Label: "Add traveler", Icon: "user-plus", Href: "#"}, Button{Label: "More actions", Icon: "more", Kind: "ghost", IconOnly: true, Popover: "rec-menu"}},
		Menu: Menu{ID: "rec-menu", Start: true, Groups: []MenuGroup{{Items: []MenuItem{{Label: "Share with a colleague", Icon: "share", Dialog: "share"}}},
			{Items: []MenuItem{{Label: "Delete", Icon: "trash", Kind: "danger", Dialog: "delete"}}}}},
		Reach: []templ.Component{Reach{Kind: "phone", Href: "tel:+48601234567", Text: "+48 601 234 567", Short: "Call"},
			Reach{Kind: "mail", Href: "mailto:joanna@example.pl", Text: "joanna.kowalska@example.pl", Short: "E-mail"},
			Reach{Kind: "chat", Href: "https://wa.me/48601234567", Text: "WhatsApp"}},
		Advisor: Person{Label: "Advisor", Name: "Marta Zielińska", Initials: "MZ", Tint: 4}}
	days := []Day{{Title: "Today", Events: []Event{
		{Icon: "phone", Title: "Call, 6 min", Text: "Will pay the balance on Friday by transfer.", By: "Marta Zielińska", Time: "10:42", ISO: "2026-11-24T10:42:00Z"},
		{Change: true, Changes: []Change{{"Mobile", "601 234 566", "601 234 567"}}, By: "Marta Zielińska", Time: "10:44", ISO: "2026-11-24T10:44:00Z"},
		{Change: true, Title: "Address changed", Changes: []Change{{"City", "Krakow", "Kraków"}, {"Street", "Długa 4", ""}}, By: "Olga Maj", Time: "09:00", ISO: "2026-11-24T09:00:00Z"}}}}
	sections := SectionNav{L: l, Items: []Section{{ID: "travelers", Label: "Travelers", Count: "2"}, {ID: "contact", Label: "Contact"},
		{ID: "preferences", Label: "Preferences", Attention: "caution", Why: "Passport expires"}, {ID: "history", Label: "History"}}}
	return in(Page(galleryFrame(l, theme, "Kowalska/Joanna", "Clients")), head,
		in(Alerts(), Alert{Kind: "danger", Strong: "4,860.00 PLN overdue.", Text: "Balance for Zanzibar was due on 20 Nov.", Actions: []templ.Component{Button{Label: "Record payment", Small: true, Href: "#"}}},
			Alert{Kind: "info", Strong: "Shared with you", Text: "by Olga Maj. You can edit, not hand over."}),
		in(RecordPage(sections, Timeline{L: l, Days: days, More: Link{"#", "Show earlier, back to 2014"}}),
			in(CardBox(Card{ID: "travelers", Title: "Travelers", Count: "2", Actions: []templ.Component{Button{Label: "Link traveler", Icon: "user-plus", Kind: "ghost", Small: true, Href: "#"}}}),
				in(Order("/travelers/order", "7"), in(Rows(), Row{Attrs: templ.Attributes{"data-item": "1"}, Lead: Avatar{Initials: "JK", Tint: 4, Size: "lg"}, Title: "Joanna Kowalska", Strong: true, Href: "/travelers/1", Badges: []Badge{{Label: "Primary"}}, Sub: "12 Mar 1980, 46 years", End: "+48 601 234 567", EndSub: "Passport until 2 Mar 2027", EndKind: "caution"},
					Row{Lead: Avatar{Initials: "ZK", Tint: 2, Size: "lg"}, Title: "Zofia Kowalska", Href: "/travelers/2", Sub: "3 Sep 2012, 14 years", Attrs: templ.Attributes{"data-item": "2"}, Actions: []templ.Component{MoveButtons(l, "Zofia Kowalska"), Button{Label: "Unlink", Icon: "x", Kind: "ghost", Small: true, IconOnly: true, Dialog: "delete"}}}))),
			in(CardBox(Card{ID: "contact", Title: "Contact", Note: "shared by the family", Body: true, Actions: []templ.Component{edit}}),
				Facts{Items: []Fact{{Label: "Mobile", Comp: PhoneLink{"+48 601 234 567", "+48601234567"}, Note: "primary"}, {Label: "E-mail", Comp: EmailLink{"joanna.kowalska@example.pl"}},
					{Label: "Address", Value: "ul. Starowiślna 41/7, 31-038 Kraków, Poland"}, {Label: "Web", Comp: WebLink{"https://example.pl", "example.pl"}}, {Label: "Nothing"}}}),
			in(CardBox(Card{ID: "loyalty", Title: "Loyalty", Half: true}), Empty{Title: "No loyalty programme yet", Small: true, Actions: []templ.Component{Button{Label: "Add", Small: true, Href: "#"}}}),
			in(CardBox(Card{ID: "tags", Title: "Tags", Half: true, Body: true}), Badge{Label: "Winter sun"}),
			in(EditBox(EditCard{L: l, ID: "preferences", Title: "Preferences", Note: "Joanna", Action: "#", Cancel: "#", Version: 7, Fields: true}),
				Select{Field: Field{Name: "seat", Label: "Seat", Width: 4}, Value: "w", Options: []Option{{Value: "w", Label: "Window"}, {Value: "a", Label: "Aisle"}}},
				Select{Field: Field{Name: "meal", Label: "Meal", Width: 4, Changed: true}, Value: "g", Blank: "–", Options: []Option{{Value: "g", Label: "GFML, gluten intolerant", Group: "Medical"}, {Value: "v", Label: "VGML, vegan", Group: "Choice"}}},
				Input{Field: Field{Name: "airport", Label: "Home airport", Width: 4}, Value: "KRK"},
				Tokens{Field: Field{Name: "chains", Label: "Hotel chains", Width: 8}, L: l, Add: "Add a chain", Values: []Option{{Value: "Accor", Label: "Accor"}, {Value: "Meliá", Label: "Meliá"}}, Suggestions: []Option{{Value: "Hilton", Label: "Hilton"}}},
				Textarea{Field: Field{Name: "remarks", Label: "Remarks", Note: "shown when an offer is prepared"}, Value: "Quiet room away from the lift."}),
			in(CardBox(Card{ID: "agency", Title: "Agency", Note: "staff only", NoteIcon: "lock", Body: true, Link: Link{"#", "Show more"}}),
				Facts{Two: true, Items: []Fact{{Label: "Owner", Value: "Agency"}, {Label: "Source", Value: "Client referral", Note: "Ewa Lis"}, {Label: "Comment", Value: "Pays late but always pays.", Full: true}}})),
		in(DialogBox(Dialog{L: l, ID: "delete", Title: "Delete this client?", Action: "#", Submit: Button{Label: "Delete", Kind: "danger"}}), Text("It goes to the trash for 30 days.")),
		in(DialogBox(Dialog{L: l, ID: "share", Title: "Share", Action: "#", Submit: Button{Label: "Share"}}), in(Fields(), Lookup{Field: Field{Name: "user", Label: "Colleague"}, L: l, URL: "/users/find"})),
	)
}

func galleryForm(l *i18n.Localizer, theme string) templ.Component {
	phone := func(i, v string) templ.Component {
		return in(Fields(), Select{Field: Field{Name: "phones[" + i + "].kind", Label: "Kind", Width: 4}, Options: []Option{{Value: "mobile", Label: "Mobile"}, {Value: "home", Label: "Home"}}},
			Input{Field: Field{Name: "phones[" + i + "].value", Label: "Number", Width: 8}, Type: "tel", Value: v})
	}
	email := Field{Name: "email", Label: "E-mail", Width: 6, Error: "The part after @ is not complete.", Required: true}
	return in(Page(galleryFrame(l, theme, "New client", "Clients")),
		in(FormBox(FormPage{Head: PageHead{Title: "New client", Back: Link{"/clients", "Clients"}}, Action: "#", Upload: true,
			Bar:     Savebar{L: l, Save: "Save client", Extra: []Button{{Label: "Save and add another", Name: "then", Value: "new"}}, Cancel: "/clients", Errors: 1},
			Summary: ErrorSummary{L: l, Items: []FieldError{{Name: "email", Label: "E-mail", Text: email.Error}}},
			Aside:   in(AsideNote("What happens on save"), Text("One client and one traveler are created and linked."))}),
			in(FieldGroup("Who", true), in(Fields(),
				Segmented{Field: Field{Name: "kind", Label: "Type"}, Value: "p", Options: []Option{{Value: "p", Label: "Personal", Icon: "user"}, {Value: "c", Label: "Corporate", Icon: "building"}}},
				Input{Field: Field{Name: "family", Label: "Family name", Help: "As in the passport", Width: 6, Required: true}, Value: "Kowalska", Autocomplete: "off"},
				Input{Field: Field{Name: "given", Label: "Given name", Width: 6}, Value: "Joana", List: []string{"Joanna"}},
				in(Live("dupes", "/clients/duplicates", "family given phones"), Dupes{L: l, Items: []Dupe{
					{Name: Name{"Kowalska", "Joanna"}, Href: "/clients/1", Initials: "KJ", Tint: 4, Badge: Badge{Label: "VIP", Kind: "vip"}, Why: []string{"Name", "+48 601 234 567"}, Rest: "Marta Zielińska, Kraków"},
					{Name: Name{"Kowalski", "Jan i Joanna"}, Href: "/clients/2", Initials: "KJ", Tint: 2, Why: []string{"Name"}}}}),
				DateField{Field: Field{Name: "birth", Label: "Birth date", Note: "optional", Width: 6}, L: l, Value: "12.3.80", Order: "dmy", Birth: true},
				Input{Field: Field{Name: "code", Label: "Account code", Width: 6, ReadOnly: true}, Value: "KOW602"})),
			in(FieldGroup("How to reach them", false),
				Repeat{L: l, Name: "phones", Label: "Phones", Add: "Add a phone number", Sortable: true, Rows: []templ.Component{phone("0", "601 234 567"), phone("1", "")}, Blank: phone("__i__", "")},
				in(Fields(), Input{Field: email, Type: "email", Value: "joana.kowalska@gmial"},
					Tick{Name: "offers", Label: "May receive offers by e-mail", Help: "Ask first; the answer is kept with date and your name."})),
			in(FieldGroup("Agency", false), in(Fields(),
				Lookup{Field: Field{Name: "main", Label: "Main traveler", Width: 6}, L: l, Value: "7", Text: "Kowalski/Jan", URL: "/travelers/find"},
				Select{Field: Field{Name: "advisor", Label: "Advisor", Width: 6, Caution: "Has 400 clients already."}, HasNone: true, Options: []Option{{Value: "1", Label: "Marta Zielińska"}}},
				Radios{Field: Field{Name: "match", Label: "When a row matches", Width: 6}, Value: "fill", Options: []Option{{Value: "fill", Label: "Fill in what is empty", Help: "Changes nothing else"}, {Value: "skip", Label: "Skip the row"}}},
				Ticks{Field: Field{Name: "codes", Label: "Marketing codes", Width: 6}, Values: []string{"a"}, Options: []Option{{Value: "a", Label: "Cruises"}, {Value: "b", Label: "Skiing"}}},
				File{Field: Field{Name: "file", Label: "Client list", Help: "CSV, Excel or vCard"}, L: l, Accept: ".csv,.xlsx,.vcf", Drop: "Drop the file here, or choose it"},
				Copy{Field: Field{Name: "token", Label: "Token"}, L: l, Value: "carnet_9f8e7d6c"}))))
}

func galleryParts(l *i18n.Localizer, theme string) templ.Component {
	return in(Page(galleryFrame(l, theme, "Components", "Start")), PageHead{Title: "Components", Actions: []templ.Component{
		SegmentedLinks{Label: "Whose work", Items: []Tab{{Label: "Mine", Href: "#", Current: true}, {Label: "Kraków", Href: "#"}, {Label: "All", Href: "#"}}}}},
		in(PageBody(), in(Columns(false),
			in(Stack(),
				Steps{L: l, Items: []Step{{Label: "File", State: "done", Href: "#"}, {Label: "Columns", State: "done"}, {Label: "Check", State: "current"}, {Label: "Import"}}},
				in(CardBox(Card{Title: "Dry run", Body: true}), Tally{Label: "1,012 create, 187 update, 29 skip, 12 errors", Items: []TallyItem{
					{"create", "Create", 1012, "1,012"}, {"update", "Update", 187, "187"}, {"skip", "Skip", 29, "29"}, {"error", "Errors", 12, "12"}}}),
				in(CardBox(Card{Title: "Importing", Body: true}), Progress{L: l, Title: "Importing clients", Value: 7412, Max: 12400, Count: "7,412 of 12,400", Detail: "6,980 created", Error: "12 errors", Left: "about 20 s left"}),
				in(CardBox(Card{Title: "Conflict", Body: true}), ConflictTable{L: l, Who: "Olga Maj", When: "10:42", Fields: []ConflictField{{Path: "phone", Label: "Phone", Mine: "601 234 567", Theirs: "601 234 566"}, {Path: "memo", Label: "Memo", Mine: "Call first", Theirs: ""}}}),
				in(CardBox(Card{Title: "People", ID: "people"}), Grid{Label: "People", Stack: true, Columns: []Column{{Label: "Name"}, {Label: "Role"}, {Label: "Clients", Number: true}},
					Rows: [][]Cell{{{Text: "Marta Zielińska"}, {Text: "Manager", Kind: "soft"}, {Text: "412"}}, {{Text: "Olga Maj"}, {Text: "Agent", Kind: "soft"}, {Text: "388"}}}}),
			),
			in(Stack(),
				in(CardBox(Card{Title: "Nothing", HideHead: true}), Empty{Title: "No client matches", Text: "Nobody has the tag Winter sun. Remove a filter, or look in all clients.", Actions: []templ.Component{Button{Label: "Clear filters"}, Button{Label: "Search all clients", Kind: "ghost"}}}),
				in(CardBox(Card{Title: "Buttons", Body: true}), in(Cluster(), Button{Label: "Primary", Kind: "primary"}, Button{Label: "Plain"}, Button{Label: "Danger", Kind: "danger"}, Button{Label: "Off", Disabled: true}, Button{Label: "Small", Small: true, Icon: "plus"},
					Split{Main: Button{Label: "Add", Kind: "primary", Href: "#"}, Label: "Other", Menu: "new-menu"})),
				in(CardBox(Card{Title: "Badges", Body: true}), Badge{Label: "Good", Kind: "good"}, Text(" "), Badge{Label: "Caution", Kind: "caution"}, Text(" "), Badge{Label: "Overdue", Kind: "overdue"}, Text(" "), Badge{Label: "Danger", Kind: "danger"}, Time{Text: "24 Nov", ISO: "2026-11-24"}, Link{"#", "A link"}),
				Alert{Kind: "good", Strong: "1,199 clients imported.", Text: "Undo until 22 December."},
				Alert{Kind: "overdue", Strong: "Inquiry overdue since Sunday.", Text: "Garden Route by car."},
				Tabs{Label: "Parts", Kind: "flush", Items: []Tab{{Label: "Errors", Href: "#", Count: "12", Current: true}, {Label: "Skipped", Href: "#"}}},
			))))
}

func galleryPlain(l *i18n.Localizer, theme string) templ.Component {
	return in(Plain(galleryFrame(l, theme, "Sign in", "")), in(WelcomeBox(Welcome{Title: "Sign in to Carnet", Sub: "Azymut, the client book"}),
		comp(func(ctx context.Context, w io.Writer) error {
			return Group{templ.Raw(`<form method="post" action="/sign-in">`),
				Input{Field: Field{Name: "email", Label: "E-mail", Required: true}, Type: "email", Autocomplete: "username"},
				Password{Field: Field{Name: "password", Label: "Password", Required: true}, L: l, Autocomplete: "current-password"},
				Button{Label: "Sign in", Kind: "primary", Submit: true, Wide: true}, templ.Raw("</form>")}.Render(ctx, w)
		})))
}

func gallerySearch(l *i18n.Localizer) templ.Component {
	return Results{L: l, Groups: []ResultGroup{
		{Label: "Clients", Items: []Result{{Href: "/clients/1", Title: "Kowalska/Joanna", Query: "kowal", Initials: "KJ", Tint: 4, Badge: Badge{Label: "VIP", Kind: "vip"}, What: "+48 601 234 567, Kraków"},
			{Href: "/clients/2", Value: "2", Title: "Kowalski/Jan", Query: "kowal", Initials: "KJ", Tint: 2}}},
		{Label: "Commands", Items: []Result{{Href: "/clients/new", Title: "New client", Icon: "plus", Shortcut: "n c"}}}}}
}

var galleryPages = map[string]func(*i18n.Localizer, string) templ.Component{
	"list": galleryList, "record": galleryRecord, "form": galleryForm, "parts": galleryParts, "plain": galleryPlain,
}
