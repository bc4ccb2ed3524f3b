-- Output: every list that left the agency, as a file, on paper or by mail (L40).

CREATE TABLE export (
	{{id}},
	list text NOT NULL, -- client, traveler: the name of its list.Def
	format text NOT NULL, -- csv, xlsx, pdf, print, vcard, labels
	words text NOT NULL DEFAULT '', -- what was asked for, in the words of the person who asked
	selection text NOT NULL, -- JSON, list.Selection
	options text NOT NULL DEFAULT '', -- JSON, exports.Options
	lang text NOT NULL,
	via text NOT NULL DEFAULT '', -- web, api
	state text NOT NULL, -- waiting, running, done, failed, cancelled
	rows_done bigint NOT NULL DEFAULT 0,
	skipped bigint NOT NULL DEFAULT 0, -- labels without an address
	mail_to bigint, -- colleague who got it by mail
	mailed text NOT NULL DEFAULT '', -- file, link: what the colleague got
	job_id bigint NOT NULL DEFAULT 0,
	file_hash text NOT NULL DEFAULT '', -- in the store of exports, '' once it is gone
	file_size bigint NOT NULL DEFAULT 0,
	file_name text NOT NULL DEFAULT '',
	token_hash text NOT NULL DEFAULT '', -- of the last link
	expires_at bigint, -- of the file and of the link
	error text NOT NULL DEFAULT '', -- translation key
	finished_at bigint,
	{{base}},
	{{key}},
	CONSTRAINT export_mail_to FOREIGN KEY (agency_id, mail_to) REFERENCES "user" (agency_id, id)
);
CREATE INDEX export_mine ON export (agency_id, created_by, id);
CREATE INDEX export_file ON export (agency_id, expires_at) WHERE file_hash <> '';

-- Exporting may be switched off for everybody.
ALTER TABLE agency ADD COLUMN no_export boolean NOT NULL DEFAULT false;
