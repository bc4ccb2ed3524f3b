package date

// Order is the order in which day, month and year are written in digits.
type Order int

// The orders in use.
const (
	DMY Order = iota // 12/3/1980 is 12 March: most of the world
	MDY              // 3/12/1980 is 12 March: the United States and the Philippines
	YMD              // 1980/3/12 is 12 March: China, Hungary, Japan, Lithuania ...
)

// String returns "DMY", "MDY" or "YMD".
func (o Order) String() string { return [...]string{"DMY", "MDY", "YMD"}[o] }

// OrderFor returns the order that people use in a country (ISO 3166 code of the
// agency). An unknown country counts as DMY.
func OrderFor(country string) Order {
	switch country {
	case "US", "PH", "PR", "GU", "FM", "MH", "PW", "AS", "VI", "UM":
		return MDY
	case "CN", "HU", "IR", "JP", "KP", "KR", "LT", "MN", "SE", "TW", "BT":
		return YMD
	}
	return DMY
}
