-- One act on many records: what it was, to whom it was to be done, and what became
-- of each, so that it can be taken back as a whole.

CREATE TABLE bulk_act (
	{{id}},
	kind text NOT NULL, -- client, traveler
	what text NOT NULL, -- modify, delete
	field text NOT NULL DEFAULT '', -- key in the list of the kind
	op text NOT NULL DEFAULT '', -- set, clear, add, remove
	value text NOT NULL DEFAULT '',
	note text NOT NULL DEFAULT '', -- value of a tag that takes one
	query text NOT NULL DEFAULT '', -- JSON, list.Query of "all matching", '' where rows were ticked
	state text NOT NULL, -- running, done, cancelled, failed, undoing, undone
	job_id bigint NOT NULL DEFAULT 0,
	via text NOT NULL DEFAULT '',
	total bigint NOT NULL, -- records that it was to be done to
	position bigint NOT NULL DEFAULT 0, -- records that were gone through
	changed bigint NOT NULL DEFAULT 0,
	unchanged bigint NOT NULL DEFAULT 0,
	refused bigint NOT NULL DEFAULT 0,
	undone bigint NOT NULL DEFAULT 0, -- of the changed ones: put back
	kept bigint NOT NULL DEFAULT 0, -- of the changed ones: undo left them alone
	forgotten boolean NOT NULL DEFAULT false, -- what became of each is removed
	error text NOT NULL DEFAULT '', -- translation key of what ended it
	finished_at bigint,
	{{base}},
	{{key}}
);
CREATE INDEX bulk_act_mine ON bulk_act (agency_id, created_by, id);

CREATE TABLE bulk_part ( -- the records of an act, in parts that fit one transaction
	{{id}},
	act_id bigint NOT NULL,
	seq bigint NOT NULL, -- from 0
	ids text NOT NULL, -- by comma
	{{base}},
	{{key}},
	CONSTRAINT bulk_part_act FOREIGN KEY (agency_id, act_id) REFERENCES bulk_act (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX bulk_part_seq ON bulk_part (agency_id, act_id, seq);

CREATE TABLE bulk_row ( -- what became of a record that wasn't as it should be already
	{{id}},
	act_id bigint NOT NULL,
	record_id bigint NOT NULL,
	outcome text NOT NULL, -- changed, refused, undone, kept
	was text NOT NULL DEFAULT '', -- what undo puts back
	now text NOT NULL DEFAULT '', -- what the act gave
	reason text NOT NULL DEFAULT '', -- translation key: why it was refused or kept
	args text NOT NULL DEFAULT '', -- JSON, of the reason
	{{base}},
	{{key}},
	CONSTRAINT bulk_row_act FOREIGN KEY (agency_id, act_id) REFERENCES bulk_act (agency_id, id) ON DELETE CASCADE
);
CREATE INDEX bulk_row_outcome ON bulk_row (agency_id, act_id, outcome, id);
