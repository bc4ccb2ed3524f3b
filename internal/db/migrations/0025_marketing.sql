-- Tags have kinds: plain tags, attributes (R076) and interests (R079). Marketing codes
-- are an affiliation's, come from its file and are edited by nobody (R082-R087).

ALTER TABLE tag ADD COLUMN kind text NOT NULL DEFAULT 'tag'; -- tag, attribute, interest
CREATE INDEX tag_kind ON tag (agency_id, kind, name_key);

CREATE TABLE affiliation (
	{{id}},
	code text NOT NULL,
	names text NOT NULL, -- lines "en=Example Consortium"
	edition text NOT NULL DEFAULT '', -- of the file, as it names itself
	imported_at bigint,
	member boolean NOT NULL DEFAULT true, -- the agency is a member: otherwise nothing of it is shown
	{{base}},
	{{key}}
);
CREATE UNIQUE INDEX affiliation_code ON affiliation (agency_id, code);

CREATE TABLE marketing_code (
	{{id}},
	affiliation_id bigint NOT NULL,
	code text NOT NULL,
	kind text NOT NULL, -- permission, subscription, preference
	names text NOT NULL, -- lines "en=Ocean cruises"
	category text NOT NULL DEFAULT '',
	categories text NOT NULL DEFAULT '', -- its names, likewise
	position bigint NOT NULL DEFAULT 0,
	active boolean NOT NULL DEFAULT true, -- false: the affiliation's file has it no more
	{{base}},
	{{key}},
	CONSTRAINT marketing_code_affiliation FOREIGN KEY (agency_id, affiliation_id) REFERENCES affiliation (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX marketing_code_code ON marketing_code (agency_id, affiliation_id, code);

CREATE TABLE marketing_link (
	{{id}},
	client_id bigint NOT NULL,
	code_id bigint NOT NULL,
	state text NOT NULL, -- given; of a preference: interested, wishes, done, not_interested
	{{base}},
	{{key}},
	CONSTRAINT marketing_link_client FOREIGN KEY (agency_id, client_id) REFERENCES client (agency_id, id) ON DELETE CASCADE,
	CONSTRAINT marketing_link_code FOREIGN KEY (agency_id, code_id) REFERENCES marketing_code (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX marketing_link_client ON marketing_link (agency_id, client_id, code_id);
CREATE INDEX marketing_link_code ON marketing_link (agency_id, code_id, state, client_id);
