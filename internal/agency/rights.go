package agency

import (
	"maps"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
)

// The roles.
const (
	Administrator = "administrator"
	Manager       = "manager"
	Assistant     = "assistant"
	Agent         = "agent"
	Accountant    = "accountant"
	Auditor       = "auditor" // reads, never writes
)

// Roles lists the roles from the most to the least powerful.
var Roles = []string{Administrator, Manager, Assistant, Agent, Accountant, Auditor}

// Permission is one line of the table of permissions: a right and who has it.
type Permission struct {
	Right string
	Roles []string
}

var (
	all     = Roles
	writers = []string{Administrator, Manager, Assistant, Agent}
	leaders = []string{Administrator, Manager}
	admins  = []string{Administrator}
)

// Permissions is the whole table: the only place that says which role may do
// what. The Admin pages show it. Which rows somebody sees is another question:
// that is the scope of the role, a setting of the agency.
var Permissions = []Permission{
	{"client.edit", writers},   // create and change clients and travelers
	{"client.delete", writers}, // move to the trash and back
	{"client.internal", []string{Administrator, Manager, Assistant, Agent, Auditor}}, // R021: the agency section
	{"client.assign", []string{Administrator, Manager, Assistant}},                   // R097: give an unassigned client an advisor
	{"client.reassign", admins}, // R098: give it another one
	{"client.share", writers},   // R099
	{"client.import", []string{Administrator, Manager, Assistant}},
	{"client.export", []string{Administrator, Manager, Assistant, Accountant}}, // L40
	{RightShare, leaders},                                                      // W17: show views and client lists to others
	{RightManage, leaders},                                                     // change and order what others shared
	{"client_list.edit", []string{Administrator, Manager, Assistant, Agent, Accountant}}, // R117
	{"passport.reveal", writers},                                         // numbers and images of travel documents in the clear (W8)
	{"card.reveal", []string{Administrator, Manager, Agent, Accountant}}, // R055
	{"medical.view", writers},                                            // R029: that there is something, and what, each time with proof
	{"secret.export", leaders},                                           // take secrets along in an export, with proof
	{"document.delete", writers},                                         // attachments and links
	{"template.manage", leaders},                                         // texts to be acknowledged (R126)
	{"option.manage", leaders},                                           // lists of preferences, programmes, kinds of relations
	{"affiliation.manage", leaders},                                      // consortiums and their marketing codes (R082)
	{"field.manage", admins},                                             // fields of the agency's own (W21)
	{"tag.manage", leaders},
	{"type.manage", leaders},                         // customer types, R071
	{"trash.purge", admins},                          // remove for good before the 30 days are over
	{"agency.manage", admins},                        // settings, branches, departments
	{"user.manage", admins},                          // people, roles, invitations
	{"audit.view", []string{Administrator, Auditor}}, // sign-ins and exports of everybody
	{"token.own", all},                               // API tokens for oneself
}

// rightsOf holds the set of each role, made once.
var rightsOf = func() map[string]db.Rights {
	out := map[string]db.Rights{}
	for _, role := range Roles {
		set := db.Rights{}
		for _, p := range Permissions {
			if slices.Contains(p.Roles, role) {
				set[p.Right] = true
			}
		}
		out[role] = set
	}
	return out
}()

// settledRights are the rights of each role where exporting is switched off.
var settledRights = func() map[string]db.Rights {
	out := map[string]db.Rights{}
	for role, set := range rightsOf {
		out[role] = maps.Clone(set)
		delete(out[role], "client.export")
	}
	return out
}()

// rightsIn returns the rights of a role under the settings of an agency.
func rightsIn(a *Agency, role string) db.Rights {
	if a.NoExport {
		return settledRights[role]
	}
	return rightsOf[role]
}

// RightsOf returns the rights of a role; none for an unknown one.
func RightsOf(role string) db.Rights { return rightsOf[role] }
