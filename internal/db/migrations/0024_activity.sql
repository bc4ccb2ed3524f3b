-- What happened with a client or traveler (R128, R129): calls, visits, complaints, with a
-- follow-up. owner_kind and owner_id name the record that it happened with.

CREATE TABLE activity (
	{{id}},
	owner_kind text NOT NULL, -- client, traveler
	owner_id bigint NOT NULL,
	type text NOT NULL, -- code of the list "event"
	direction text NOT NULL DEFAULT '', -- in, out
	subject text NOT NULL,
	text text NOT NULL DEFAULT '',
	at bigint NOT NULL,
	minutes bigint NOT NULL DEFAULT 0,
	result text NOT NULL DEFAULT '',
	persons text NOT NULL DEFAULT '',
	private boolean NOT NULL DEFAULT false,
	follow_on text NOT NULL DEFAULT '', -- day
	follow_note text NOT NULL DEFAULT '',
	follow_done boolean NOT NULL DEFAULT false,
	follow_due text NOT NULL DEFAULT '', -- follow_on while it isn't done
	{{base}},
	{{key}}
);
CREATE INDEX activity_owner ON activity (agency_id, owner_kind, owner_id, at) WHERE deleted_at IS NULL;
CREATE INDEX activity_at ON activity (agency_id, at, id) WHERE deleted_at IS NULL;
CREATE INDEX activity_due ON activity (agency_id, follow_due) WHERE follow_due <> '' AND deleted_at IS NULL;
CREATE INDEX activity_deleted ON activity (agency_id, deleted_at) WHERE deleted_at IS NOT NULL;
