package record

import (
	"fmt"

	"github.com/carnetcrm/carnet/internal/db"
)

// Carry seals a text that a form takes along to its next request, such as what opens an
// image that hangs on nothing yet. Nobody else gets it back, and for nothing else than
// for what it was sealed.
func Carry(tx *db.Tx, what, text string) (string, error) { return tx.Seal(text, carried(tx, what)) }

// Carried opens what Carry sealed for the actor.
func Carried(tx *db.Tx, what, sealed string) (string, error) {
	return tx.Open(sealed, carried(tx, what))
}

func carried(tx *db.Tx, what string) string {
	return fmt.Sprintf("%d/carried/%d/%s", tx.Actor.AgencyID, tx.Actor.UserID, what)
}
