-- Moving in: the runs of imports, what became of each row, and saved mappings.

CREATE TABLE import_run (
	{{id}},
	file_name text NOT NULL, -- as uploaded
	file_hash text NOT NULL DEFAULT '', -- in the file store, '' once the file is forgotten
	file_size bigint NOT NULL DEFAULT 0,
	product text NOT NULL DEFAULT '', -- that wrote the file, '' unknown
	mapping text NOT NULL DEFAULT '', -- JSON, intake.Mapping
	options text NOT NULL DEFAULT '', -- JSON, imports.Options
	state text NOT NULL, -- uploaded, mapped, checking, checked, running, paused, done, failed, cancelled, undoing, undone
	job_id bigint NOT NULL DEFAULT 0, -- the last job that worked for it
	total bigint NOT NULL DEFAULT 0, -- rows of the file, 0 until they were counted
	rows_done bigint NOT NULL DEFAULT 0,
	position bigint NOT NULL DEFAULT 0, -- records done: where a run goes on
	created bigint NOT NULL DEFAULT 0,
	updated bigint NOT NULL DEFAULT 0,
	skipped bigint NOT NULL DEFAULT 0,
	errors bigint NOT NULL DEFAULT 0,
	warnings bigint NOT NULL DEFAULT 0, -- rows that were taken over with a warning
	new_tags text NOT NULL DEFAULT '', -- ids by comma
	error text NOT NULL DEFAULT '', -- translation key of what ended it
	started_at bigint,
	finished_at bigint,
	{{base}},
	{{key}}
);
CREATE INDEX import_run_mine ON import_run (agency_id, created_by, id);

CREATE TABLE import_row ( -- what became of one record of the file
	{{id}},
	run_id bigint NOT NULL,
	seq bigint NOT NULL, -- counts the records of the file from 1
	line bigint NOT NULL, -- first line in the file
	lines text NOT NULL DEFAULT '', -- all lines by comma, when several were joined
	action text NOT NULL, -- create, update, skip, error
	warned boolean NOT NULL DEFAULT false,
	label text NOT NULL DEFAULT '', -- the client's name
	client_id bigint, -- created, updated or found
	client_version bigint NOT NULL DEFAULT 0, -- after the import
	reason text NOT NULL DEFAULT '', -- translation key
	args text NOT NULL DEFAULT '', -- JSON, of the reason
	problems text NOT NULL DEFAULT '', -- JSON
	made text NOT NULL DEFAULT '', -- JSON, ids by kind: what undo removes
	was text NOT NULL DEFAULT '', -- JSON: what undo puts back
	{{base}},
	{{key}},
	CONSTRAINT import_row_run FOREIGN KEY (agency_id, run_id) REFERENCES import_run (agency_id, id) ON DELETE CASCADE
);
CREATE INDEX import_row_seq ON import_row (agency_id, run_id, seq);
CREATE INDEX import_row_told ON import_row (agency_id, run_id, action, seq) WHERE action = 'error' OR warned;

CREATE TABLE import_mapping ( -- a mapping that is used again
	{{id}},
	name text NOT NULL,
	name_key text NOT NULL,
	titles text NOT NULL, -- hash of the column titles that it fits
	mapping text NOT NULL, -- JSON
	{{base}},
	{{key}}
);
CREATE UNIQUE INDEX import_mapping_name ON import_mapping (agency_id, name_key);
CREATE INDEX import_mapping_titles ON import_mapping (agency_id, titles);
