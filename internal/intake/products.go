package intake

import (
	"regexp"
	"strings"
)

// The products that are recognised. Their names are translated as
// intake.product.<id>.
const (
	ProductGoogle     = "google"        // Google Contacts since 2024
	ProductGoogleOld  = "google_legacy" // Google Contacts before
	ProductOutlook    = "outlook"       // Outlook for the desktop
	ProductOutlookWeb = "outlook_web"   // outlook.com and the new Outlook
	ProductHubSpot    = "hubspot"
	ProductTres       = "tres"
	ProductClientBase = "clientbase"
	ProductCarnet     = "carnet" // own export: titles are target keys
	ProductVCard      = "vcard"
)

// googleColumn matches the numbered columns of Google: "E-mail 1 - Value".
var googleColumn = regexp.MustCompile(`^(E-mail|Phone|Address|Organization|Website|Relation|Event|Custom Field|IM|External ID|Jot|Calendar Link) (\d+) - (.+)$`)

// signature tells a product by titles that together only it writes.
type signature struct {
	product string
	need    int // how many of the titles must be there
	titles  map[string]bool
}

func titles(s string) map[string]bool {
	m := map[string]bool{}
	for _, t := range strings.Split(s, ";") {
		m[normal(t)] = true
	}
	return m
}

// signatures are tried in order; the first that fits wins.
var signatures = []signature{
	{ProductTres, 4, titles("Client Name; Interface ID; Client Phone; Client Email; Traveler First; Traveler Last; Traveler Date of Birth; Traveler Email; Traveler Phone")},
	{ProductClientBase, 3, titles(`Profile Name; Profile Type; Profile ID; Interface ID; InterfaceID; Profile Interface ID; Primary Agent; Letter Salutation; Envelope Salutation;
		Marketing Source; ResCard; Client Since; Traveler Type; Lastname Firstname; Salutation Informal; Primary Communication; Primary Traveler`)},
	{ProductHubSpot, 3, titles(`Record ID; Contact owner; Lifecycle Stage; Lead Status; Associated Company; Associated Company IDs; Create Date; Last Activity Date; Last Modified Date; Number of Associated Deals; Unsubscribed from all email; Marketing contact status;
		ID de registro; Propietario del contacto; Etapa del ciclo de vida; Estado del lead; Fecha de creación; ID de fiche d'informations; Propriétaire du contact; Étape du cycle de vie; Statut du lead; Date de création;
		Datensatz-ID; Kontakt-Inhaber; Zuständiger Mitarbeiter; Lifecycle-Phase; Lead-Status; Erstellungsdatum; Identyfikator rekordu; Właściciel kontaktu; Etap cyklu życia; Data utworzenia`)},
	{ProductOutlookWeb, 3, titles("Given Yomi; Surname Yomi; Company Yomi; Schools; Personal Web Page; Primary Phone")},
	{ProductOutlook, 5, titles(`Business Street; Business City; Business Phone; Business Fax; Home Street; Home Phone; Assistant's Phone; Car Phone; Company Main Phone; E-mail Display Name; Government ID Number; Radio Phone; TTY/TDD Phone; Internet Free Busy; Directory Server;
		Adres służbowy - ulica; Adres służbowy - miejscowość; Adres domowy - ulica; Telefon służbowy; Telefon domowy; Telefon komórkowy; Telefon w samochodzie; Główny telefon do firmy; Faks służbowy; Wyświetlana nazwa e-mail; Inny adres - ulica;
		Straße geschäftlich; Ort geschäftlich; Telefon geschäftlich; Fax geschäftlich; Straße privat; Telefon privat; Telefon (privat); Autotelefon; Telefon Firma; E-Mail: Angezeigter Name; Weitere Straße;
		Rue (bureau); Ville (bureau); Téléphone (bureau); Télécopie (bureau); Rue (domicile); Téléphone (domicile); Tél. mobile; Téléphone (voiture); Téléphone société; Nom complet de l'adresse de messagerie; Rue (autre);
		Calle del trabajo; Ciudad de trabajo; Ciudad del trabajo; Teléfono del trabajo; Fax del trabajo; Calle del domicilio; Calle particular; Particular; Teléfono particular; Número de centralita de la organización; Nombre de pantalla de correo electrónico; Otra calle; Radioteléfono`)},
}

// product recognises the program that wrote a table, with the confidence 0 to 1.
func product(header []string) (string, float64) {
	var keys, numbered, oldGoogle int
	for _, h := range header {
		if _, ok := TargetOf(h); ok {
			keys++
		}
		if googleColumn.MatchString(h) {
			numbered++
		}
		switch h {
		case "Group Membership", "Yomi Name", "Given Name", "Family Name Yomi", "E-mail 1 - Type", "Phone 1 - Type":
			oldGoogle++
		}
	}
	switch {
	case keys >= 3 && keys*2 > len(header):
		return ProductCarnet, 1
	case numbered > 0 && oldGoogle >= 2:
		return ProductGoogleOld, 1
	case numbered > 0 && hasTitle(header, "First Name", "Labels", "File As", "Organization Name"):
		return ProductGoogle, 1
	}
	for _, s := range signatures {
		hits := 0
		seen := map[string]bool{}
		for _, h := range header {
			if n := normal(h); s.titles[n] && !seen[n] {
				hits++
				seen[n] = true
			}
		}
		if hits >= s.need {
			return s.product, min(1, 0.7+0.1*float64(hits-s.need+1))
		}
	}
	return "", 0
}

func hasTitle(header []string, any ...string) bool {
	for _, h := range header {
		for _, a := range any {
			if h == a {
				return true
			}
		}
	}
	return false
}

// override gives the columns of one product a meaning that their title alone
// doesn't have.
var override = map[string]map[string]Column{
	ProductGoogle: {
		"nickname": {Target: "traveler.preferred"}, "file as": {Target: "client.name"}, "organization name": {Target: "traveler.company"},
		"organization title": {Target: "traveler.position"}, "organization department": {Target: "note"}, "labels": {Target: "tag"},
	},
	ProductGoogleOld: {
		"name": {Target: "name.full"}, "group membership": {Target: "tag"}, "subject": {Target: "note"}, "location": {Target: "note"},
		"billing information": {Target: "note"}, "hobby": {Target: "note"}, "short name": {Target: "skip"},
	},
	ProductOutlook:    {"account": {Target: "note"}, "konto": {Target: "note"}, "compte": {Target: "note"}, "cuenta": {Target: "note"}, "titre": {Target: "traveler.title"}},
	ProductOutlookWeb: {"account": {Target: "note"}},
	ProductHubSpot: {
		"record id": {Target: "client.external_id"}, "associated company": {Target: "skip"}, "lead status": {Target: "note"},
		"original source": {Target: "client.source_detail"}, "fax number": {Target: "comm.phone", Label: "fax"},
		"stan": {Target: "address.region"}, "status leada": {Target: "note"},
	},
	ProductTres: {
		"client name": {Target: "client.name"}, "client phone": {Target: "comm.phone", Owner: "client"}, "client email": {Target: "comm.email", Owner: "client"},
		"traveler phone": {Target: "comm.phone", Owner: "traveler"}, "traveler email": {Target: "comm.email", Owner: "traveler"},
		"state": {Target: "address.region"},
	},
	ProductClientBase: {
		"profile name": {Target: "client.name"}, "profile type": {Target: "client.kind"}, "marketing source": {Target: "client.source_medium"},
		"letter salutation": {Target: "client.informal_salutation"}, "envelope salutation": {Target: "client.formal_salutation"},
		"interface id": {Target: "client.external_id"}, "interfaceid": {Target: "client.external_id"}, "profile id": {Target: "client.external_id"},
		"salutation": {Target: "client.informal_salutation"},
	},
}

// googleParts maps what follows the dash in a numbered column of Google.
var googleParts = map[string]string{
	"E-mail/Value": "comm.email", "Phone/Value": "comm.phone", "Website/Value": "comm.web", "IM/Value": "comm.social",
	"Relation/Value": "note", "Event/Value": "event", "Custom Field/Value": "note", "Jot/Value": "note", "External ID/Value": "note",
	"Address/Street": "address.street", "Address/City": "address.city", "Address/PO Box": "address.po_box", "Address/Region": "address.region",
	"Address/Postal Code": "address.postal_code", "Address/Country": "address.country", "Address/Extended Address": "address.street2",
	"Address/Formatted": "address.formatted", "Organization/Name": "traveler.company", "Organization/Title": "traveler.position",
	"Organization/Department": "note", "Organization/Job Description": "note", "Organization/Location": "note",
}

// google gives a numbered column its meaning. The label of "Phone 1 - Value" stands
// in "Phone 1 - Label" or, in the older files, "Phone 1 - Type".
func google(header []string, i int) (Column, bool) {
	m := googleColumn.FindStringSubmatch(header[i])
	if m == nil {
		return Column{}, false
	}
	col := Column{Target: "skip", Confidence: 1, Why: "product"}
	if t, ok := googleParts[m[1]+"/"+m[3]]; ok {
		col.Target = t
	}
	if col.Target == "skip" {
		return col, true
	}
	if m[1] == "Address" {
		col.Address = min(int(m[2][len(m[2])-1]-'0'), 9)
	}
	for j, h := range header {
		if p := googleColumn.FindStringSubmatch(h); p != nil && p[1] == m[1] && p[2] == m[2] && (p[3] == "Label" || p[3] == "Type") {
			col.LabelFrom = j + 1
		}
	}
	return col, true
}
