-- Documents that somebody reads and acknowledges by a private link (R126, reading A15).

CREATE TABLE ack_template ( -- a text to be acknowledged
	{{id}},
	name text NOT NULL, -- for the agency's people
	language text NOT NULL,
	title text NOT NULL,
	text text NOT NULL, -- with merge fields such as {name}
	number bigint NOT NULL DEFAULT 1, -- of the version, counted up by each change of title or text
	active boolean NOT NULL DEFAULT true,
	{{base}},
	{{key}}
);
CREATE UNIQUE INDEX ack_template_name ON ack_template (agency_id, name);

CREATE TABLE ack_text ( -- earlier versions of it
	{{id}},
	template_id bigint NOT NULL,
	number bigint NOT NULL,
	title text NOT NULL,
	text text NOT NULL,
	{{base}},
	{{key}},
	CONSTRAINT ack_text_template FOREIGN KEY (agency_id, template_id) REFERENCES ack_template (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX ack_text_number ON ack_text (agency_id, template_id, number);

CREATE TABLE acknowledgement ( -- one document sent to one person, and what they said
	{{id}},
	owner_kind text NOT NULL, -- client, traveler
	owner_id bigint NOT NULL,
	template_id bigint, -- NULL when the template was removed since
	template_number bigint NOT NULL,
	language text NOT NULL,
	title text NOT NULL, -- exactly as shown
	text text NOT NULL, -- likewise
	hash text NOT NULL, -- SHA-256 of title, an empty line, text
	file_name text NOT NULL DEFAULT '', -- of the file that goes along
	file_hash text NOT NULL DEFAULT '', -- SHA-256 of its content
	file_type text NOT NULL DEFAULT '',
	file_size bigint NOT NULL DEFAULT 0,
	blob text NOT NULL DEFAULT '', -- of the file, as it was when it was sent
	blob_key text NOT NULL DEFAULT '', -- sealed
	recipient text NOT NULL, -- name
	email text NOT NULL DEFAULT '',
	message text NOT NULL DEFAULT '',
	status text NOT NULL, -- sent, seen, acknowledged, declined, revoked
	expires_at bigint NOT NULL,
	remind_at bigint, -- when a reminder is due
	reminders bigint NOT NULL DEFAULT 0,
	seen_at bigint,
	answered_at bigint,
	signer text NOT NULL DEFAULT '', -- the name that was typed
	reason text NOT NULL DEFAULT '', -- why it was declined
	ip text NOT NULL DEFAULT '',
	user_agent text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT acknowledgement_template FOREIGN KEY (agency_id, template_id) REFERENCES ack_template (agency_id, id)
);
CREATE INDEX acknowledgement_owner ON acknowledgement (agency_id, owner_kind, owner_id);
CREATE INDEX acknowledgement_template ON acknowledgement (agency_id, template_id);
CREATE INDEX acknowledgement_due ON acknowledgement (agency_id, remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX acknowledgement_blob ON acknowledgement (agency_id, blob) WHERE blob <> '';
