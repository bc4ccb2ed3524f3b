package traveler

import (
	"strings"
	"sync"
)

// ShippedProgrammes are well-known programmes, active, without a number: an agency has
// those of which somebody is a member.
func ShippedProgrammes() []Programme { return shippedProgrammes() }

var shippedProgrammes = sync.OnceValue(func() []Programme {
	var out []Programme
	kind := ""
	for _, line := range strings.Split(strings.TrimSpace(programmes), "\n") {
		part := strings.Split(line, "|")
		if len(part) == 1 {
			kind = line
			continue
		}
		part = append(part, "", "")
		p := Programme{Kind: kind, Name: part[0], Supplier: part[1], Code: part[2], Pattern: part[3], Active: true}
		if err := p.Check(); err != nil {
			panic("traveler: programme " + line + ": " + err.Error())
		}
		out = append(out, p)
	}
	return out
})

// programmes: name, supplier, code, pattern of member numbers where it is known well.
const programmes = `
air
AAdvantage|American Airlines|AA|[A-Z0-9]{7}
Aeroplan|Air Canada|AC|\d{9}
AirBaltic Club|airBaltic|BT
Aeroméxico Rewards|Aeroméxico|AM|\d{9}
Aerolíneas Plus|Aerolíneas Argentinas|AR
AerClub|Aer Lingus|EI
Air China PhoenixMiles|Air China|CA
ANA Mileage Club|ANA|NH|\d{10}
Asia Miles|Cathay Pacific|CX|\d{10}
Asiana Club|Asiana Airlines|OZ|\d{9}
Atmos Rewards|Alaska Airlines|AS
British Airways Club|British Airways|BA|\d{8}
ConnectMiles|Copa Airlines|CM|\d{9}
Delta SkyMiles|Delta Air Lines|DL|\d{10}
easyJet Plus|easyJet|U2
Egyptair Plus|Egyptair|MS|\d{9}
Emirates Skywards|Emirates|EK|(EK)?\d{9}
Etihad Guest|Etihad Airways|EY|\d{12}
EuroBonus|SAS|SK|(EB[A-Z])?\d{9}
Finnair Plus|Finnair|AY|\d{9,10}
Flying Blue|Air France-KLM|AF|\d{10}
Flying Returns|Air India|AI|\d{9}
Iberia Club|Iberia|IB|(IB)?\d{8,10}
Infinity MileageLands|EVA Air|BR|\d{10}
JAL Mileage Bank|Japan Airlines|JL|\d{7,9}
JetBlue TrueBlue|JetBlue|B6|\d{10}
KrisFlyer|Singapore Airlines|SQ|\d{10}
LATAM Pass|LATAM|LA
LifeMiles|Avianca|AV|\d{11}
Lotusmiles|Vietnam Airlines|VN|\d{10}
MileagePlus|United Airlines|UA|[A-Z]{2,3}\d{5,6}
Miles & More|Lufthansa Group|LH|\d{15}
Miles+Bonus|Aegean Airlines|A3|\d{9}
Miles&Smiles|Turkish Airlines|TK|(TK)?\d{9}
Norwegian Reward|Norwegian|DY
Oman Air Sindbad|Oman Air|WY
Privilege Club|Qatar Airways|QR|\d{9}
Qantas Frequent Flyer|Qantas|QF|\d{7,10}
Rapid Rewards|Southwest Airlines|WN|\d{9,12}
Royal Orchid Plus|Thai Airways|TG|[A-Z]{2}\d{5}
Safar Flyer|Royal Air Maroc|AT|\d{9}
ShebaMiles|Ethiopian Airlines|ET|\d{10,11}
SkyPass|Korean Air|KE|\d{12}
SUMA|Air Europa|UX
TAP Miles&Go|TAP Air Portugal|TP|\d{9}
Velocity|Virgin Australia|VA|\d{10}
Virgin Atlantic Flying Club|Virgin Atlantic|VS|\d{10}
Volare|ITA Airways|AZ
Voyager|South African Airways|SA|\d{9}
Vueling Club|Vueling|VY
WestJet Rewards|WestJet|WS|\d{9}
Wizz Discount Club|Wizz Air|W6
hotel
ALL Accor|Accor|ACCOR
Barceló Benefits|Barceló|BARCELO
Best Western Rewards|Best Western|BEST_WESTERN
Choice Privileges|Choice Hotels|CHOICE
Club Med Great Members|Club Med|CLUB_MED
GHA Discovery|Global Hotel Alliance|GHA
H Rewards|Steigenberger|STEIGENBERGER
Hilton Honors|Hilton|HILTON|\d{9,10}
I Prefer|Preferred Hotels|PREFERRED
IHG One Rewards|IHG|IHG|\d{9}
Leaders Club|The Leading Hotels of the World|LEADING
Marriott Bonvoy|Marriott|MARRIOTT|\d{9}
MeliáRewards|Meliá|MELIA
NH Discovery|NH Hotels|NH
Radisson Rewards|Radisson|RADISSON|\d{16}
RIU Class|RIU|RIU
Shangri-La Circle|Shangri-La|SHANGRI_LA
SLH Club|Small Luxury Hotels|SLH
World of Hyatt|Hyatt|HYATT|[A-Z0-9]{10}
Wyndham Rewards|Wyndham|WYNDHAM
car
Avis Preferred|Avis|AVIS
Alamo Insiders|Alamo|ALAMO
Budget Fastbreak|Budget|BUDGET
Emerald Club|National|NATIONAL
Enterprise Plus|Enterprise|ENTERPRISE
Europcar Privilege|Europcar|EUROPCAR
Hertz Gold Plus Rewards|Hertz|HERTZ|\d{8}
SIXT ONE|Sixt|SIXT
rail
BahnBonus|Deutsche Bahn|DB
BahnCard|Deutsche Bahn|DB|\d{16}
Amtrak Guest Rewards|Amtrak|AMTRAK|\d{10}
CartaFRECCIA|Trenitalia|TRENITALIA|\d{9}
Club Eurostar|Eurostar|EUROSTAR
Carte Avantage|SNCF|SNCF
Halbtax|SBB CFF FFS|SBB
Italo Più|Italo|ITALO
Más Renfe|Renfe|RENFE
PKP Intercity REGIOkarta|PKP Intercity|PKP
Vorteilscard|ÖBB|OBB
cruise
AIDA Club|AIDA|AIDA
Captain's Circle|Princess|PRINCESS
Captain's Club|Celebrity Cruises|CELEBRITY
Castaway Club|Disney Cruise Line|DISNEY
Costa Club|Costa|COSTA
Crown & Anchor Society|Royal Caribbean|ROYAL
Cunard World Club|Cunard|CUNARD
Latitudes Rewards|Norwegian Cruise Line|NCL
Le Club Azamara|Azamara|AZAMARA
Mariner Society|Holland America Line|HOLLAND
MSC Voyagers Club|MSC Cruises|MSC
Oceania Club|Oceania Cruises|OCEANIA
Ponant Yacht Club|Ponant|PONANT
Seabourn Club|Seabourn|SEABOURN
Seven Seas Society|Regent Seven Seas|REGENT
Venetian Society|Silversea|SILVERSEA
Viking Explorer Society|Viking|VIKING
VIFP Club|Carnival|CARNIVAL
card
American Express Membership Rewards|American Express|AMEX
Diners Club Rewards|Diners Club|DINERS
PAYBACK|PAYBACK|PAYBACK
Priority Pass|Priority Pass|PP
`
