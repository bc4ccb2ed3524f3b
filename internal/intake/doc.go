// Package intake reads the client lists of other programs: it opens the file,
// recognises the product that wrote it or proposes what its columns mean, and turns
// rows and address cards into client records with their travelers. It is pure: bytes
// in, structs out, no database and no clock. What becomes of the records (match,
// create, update, undo) is decided by package flow.
//
//	f, err := intake.Open(r, size, "contacts.csv", intake.OpenOptions{})
//	m := f.Match.Mapping            // proposal; change it by hand, or load a saved one
//	for res, err := range f.Records(m, intake.Options{Region: "PL", Today: today}) {
//		res.Record, res.Problems, res.Refused()
//	}
package intake
