// Package flow holds the use cases that span areas: creating a client with its
// travelers, searching everything, duplicates, imports, the trash.
package flow

import (
	"slices"

	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/view"
)

// Tables are all tenant tables of Carnet with their rules of visibility.
var Tables = slices.Concat(agency.Tables, activity.Tables, login.Tables, tag.Tables, field.Tables, contact.Tables, traveler.Tables, clientlist.Tables, client.Tables, view.Tables, imports.Tables,
	bulk.Tables, exports.Tables, fillin.Tables, ack.Tables, document.Tables, option.Tables, traveler.TasteTables, []db.Table{historyTable()})

// told keeps what was written for few out of the history that many read.
const told = ` AND (kind <> 'activity' OR {activity.any has ref_id})
	AND (kind <> 'activity_person' OR {activity_person.any has ref_id})`

// historyTable: whoever sees a record sees what happened to it. A traveler's
// history leaves out the links to clients and the relations to persons that the reader
// doesn't see.
func historyTable() db.Table {
	t := record.HistoryTable("client", "traveler", "activity", "view", "client_list")
	own := t.View.Own + ` AND (kind <> 'client_traveler' OR root_kind = 'client'
		OR EXISTS (SELECT 1 FROM {client_traveler} l WHERE l.id = "history".ref_id))
		AND (kind <> 'relation' OR EXISTS (SELECT 1 FROM {relation.any} l WHERE l.id = "history".ref_id))`
	t.View.Own, t.View.Branch = own+told, own+told
	// Views, client lists and activities are not all the agency's: who sees everybody's
	// clients still doesn't see what a colleague keeps private.
	t.View.Agency = `root_kind NOT IN ('view', 'client_list', 'activity') OR {activity.any has root} OR {view.any has root} OR {client_list.any has root}`
	t.View.Agency = "(" + t.View.Agency + ")" + told
	t.View.Lift = "system"
	return t
}
