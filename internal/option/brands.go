package option

// brandLists are lists of names that are the same in every language: code and name.
// Airlines have their IATA code.
var brandLists = map[string]string{
	"airline": `
A3 Aegean Airlines
AA American Airlines
AC Air Canada
AF Air France
AI Air India
AM Aeroméxico
AR Aerolíneas Argentinas
AS Alaska Airlines
AT Royal Air Maroc
AV Avianca
AY Finnair
AZ ITA Airways
BA British Airways
BR EVA Air
BT airBaltic
CA Air China
CI China Airlines
CM Copa Airlines
CX Cathay Pacific
CZ China Southern
DE Condor
DL Delta Air Lines
DY Norwegian
EI Aer Lingus
EK Emirates
ET Ethiopian Airlines
EW Eurowings
EY Etihad Airways
FI Icelandair
FR Ryanair
FZ flydubai
GA Garuda Indonesia
GF Gulf Air
HU Hainan Airlines
HV Transavia
IB Iberia
JL Japan Airlines
JU Air Serbia
KE Korean Air
KL KLM
KM KM Malta Airlines
KQ Kenya Airways
LA LATAM
LG Luxair
LH Lufthansa
LO LOT Polish Airlines
LS Jet2
LX SWISS
LY El Al
ME Middle East Airlines
MH Malaysia Airlines
MS Egyptair
MU China Eastern
NH ANA
NZ Air New Zealand
OA Olympic Air
OS Austrian Airlines
OU Croatia Airlines
OZ Asiana Airlines
PC Pegasus
PR Philippine Airlines
QF Qantas
QR Qatar Airways
RJ Royal Jordanian
RO TAROM
SA South African Airways
SK SAS
SN Brussels Airlines
SQ Singapore Airlines
SU Aeroflot
SV Saudia
TG Thai Airways
TK Turkish Airlines
TO Transavia France
TP TAP Air Portugal
U2 easyJet
UA United Airlines
UL SriLankan Airlines
UX Air Europa
VN Vietnam Airlines
VS Virgin Atlantic
VY Vueling
W6 Wizz Air
WF Widerøe
WN Southwest Airlines
WS WestJet
WY Oman Air
X3 TUI fly
XQ SunExpress
`,
	"hotel_chain": `
ACCOR Accor
AMAN Aman
ANANTARA Anantara
BARCELO Barceló
BEST_WESTERN Best Western
CENTARA Centara
CHOICE Choice Hotels
CLUB_MED Club Med
DUSIT Dusit
FAIRMONT Fairmont
FOUR_SEASONS Four Seasons
GRECOTEL Grecotel
HILTON Hilton
HYATT Hyatt
IBEROSTAR Iberostar
IHG IHG
JUMEIRAH Jumeirah
KEMPINSKI Kempinski
LEADING The Leading Hotels of the World
LOEWS Loews
MANDARIN Mandarin Oriental
MARITIM Maritim
MARRIOTT Marriott
MELIA Meliá
MINOR Minor Hotels
MOTEL_ONE Motel One
MOVENPICK Mövenpick
NH NH Hotels
OBEROI Oberoi
OKURA Okura
ONE_ONLY One&Only
PARADORES Paradores
PENINSULA The Peninsula
PREFERRED Preferred Hotels
PULLMAN Pullman
RADISSON Radisson
RAFFLES Raffles
RELAIS Relais & Châteaux
RITZ The Ritz-Carlton
RIU RIU
ROCCO_FORTE Rocco Forte
ROSEWOOD Rosewood
SANDALS Sandals
SHANGRI_LA Shangri-La
SIX_SENSES Six Senses
SLH Small Luxury Hotels
SOFITEL Sofitel
SONESTA Sonesta
STEIGENBERGER Steigenberger
TAJ Taj
TUI_BLUE TUI Blue
WYNDHAM Wyndham
`,
	"cruise_line": `
AIDA AIDA
AMA AmaWaterways
AROSA A-ROSA
AZAMARA Azamara
CARNIVAL Carnival
CELEBRITY Celebrity Cruises
CELESTYAL Celestyal
COSTA Costa
CROISIEUROPE CroisiEurope
CRYSTAL Crystal
CUNARD Cunard
DISNEY Disney Cruise Line
EXPLORA Explora Journeys
FRED_OLSEN Fred. Olsen
HAPAG Hapag-Lloyd Cruises
HOLLAND Holland America Line
HURTIGRUTEN Hurtigruten
HX HX Expeditions
LINDBLAD Lindblad Expeditions
MARELLA Marella
MSC MSC Cruises
NICKO nicko cruises
NCL Norwegian Cruise Line
OCEANIA Oceania Cruises
PO P&O Cruises
PAUL_GAUGUIN Paul Gauguin
PONANT Ponant
PRINCESS Princess
QUARK Quark Expeditions
REGENT Regent Seven Seas
ROYAL Royal Caribbean
SCENIC Scenic
SEABOURN Seabourn
SEA_CLOUD Sea Cloud
SILVERSEA Silversea
STAR_CLIPPERS Star Clippers
TAUCK Tauck
MEIN_SCHIFF TUI Cruises Mein Schiff
UNIWORLD Uniworld
VIKING Viking
VIRGIN Virgin Voyages
WINDSTAR Windstar
`,
	"car_rental": `
ALAMO Alamo
AVIS Avis
BUDGET Budget
DOLLAR Dollar
ENTERPRISE Enterprise
EUROPCAR Europcar
FREE2MOVE Free2Move
GOLDCAR Goldcar
GREEN_MOTION Green Motion
HERTZ Hertz
KEDDY Keddy
LOCALIZA Localiza
NATIONAL National
OK_MOBILITY OK Mobility
PANEK Panek
RECORD_GO Record go
SIXT Sixt
THRIFTY Thrifty
TIMES Times
`,
	"car_make": `
ALFA Alfa Romeo
AUDI Audi
BMW BMW
CITROEN Citroën
CUPRA Cupra
DACIA Dacia
FIAT Fiat
FORD Ford
HONDA Honda
HYUNDAI Hyundai
JAGUAR Jaguar
JEEP Jeep
KIA Kia
LAND_ROVER Land Rover
LEXUS Lexus
MAZDA Mazda
MERCEDES Mercedes-Benz
MINI Mini
NISSAN Nissan
OPEL Opel
PEUGEOT Peugeot
POLESTAR Polestar
PORSCHE Porsche
RENAULT Renault
SEAT Seat
SKODA Škoda
SUZUKI Suzuki
TESLA Tesla
TOYOTA Toyota
VW Volkswagen
VOLVO Volvo
`,
	"rail_operator": `
AMTRAK Amtrak
AVLO Avlo
BELMOND Belmond
CD České dráhy
CFL CFL
CP Comboios de Portugal
DB Deutsche Bahn
DSB DSB
EUROPEAN_SLEEPER European Sleeper
EUROSTAR Eurostar
FLIXTRAIN FlixTrain
IRYO iryo
ITALO Italo
JR Japan Railways
LEO Leo Express
LNER LNER
LUMO Lumo
MAV MÁV
NIGHTJET Nightjet
NS NS
OBB ÖBB
OUIGO Ouigo
PKP PKP Intercity
POLREGIO Polregio
RENFE Renfe
REGIOJET RegioJet
ROCKY Rocky Mountaineer
SBB SBB CFF FFS
SJ SJ
SNCB SNCB
SNCF SNCF
TRENITALIA Trenitalia
VIA VIA Rail
VR VR
WESTBAHN WESTbahn
ZSSK ZSSK
`,
}
