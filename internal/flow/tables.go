// Package flow holds the use cases that span areas: creating a client with its
// travelers, searching everything, duplicates, imports, the trash.
package flow

import (
	"slices"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// Tables are all tenant tables of Carnet with their rules of visibility.
var Tables = slices.Concat(agency.Tables, login.Tables, tag.Tables, contact.Tables, traveler.Tables, client.Tables, imports.Tables,
	[]db.Table{record.HistoryTable("client", "traveler")})
