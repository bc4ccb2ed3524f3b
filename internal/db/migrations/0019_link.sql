-- Private links: who has one reads or fills in one record without signing in.

-- A local table: it answers before the agency of a request is known.
CREATE TABLE public_link (
	hash text NOT NULL PRIMARY KEY, -- SHA-256 of kind and token
	kind text NOT NULL, -- fill_in, acknowledgement
	agency_id bigint NOT NULL,
	ref_id bigint NOT NULL, -- record of the kind
	created_at bigint NOT NULL,
	expires_at bigint NOT NULL,
	revoked_at bigint,
	used_at bigint, -- when it was opened last
	uses bigint NOT NULL DEFAULT 0
);
CREATE INDEX public_link_of ON public_link (agency_id, kind, ref_id);
CREATE INDEX public_link_expires ON public_link (expires_at);

-- A person is asked to fill in what the agency doesn't know (W12). What they send is a
-- proposal: nothing reaches the traveler before somebody of the agency accepts it.
CREATE TABLE fill_in (
	{{id}},
	traveler_id bigint NOT NULL,
	client_id bigint, -- whose contact data and address are shown along: the traveler is its only one
	sections text NOT NULL, -- personal, contact, address, passport by comma
	language text NOT NULL,
	email text NOT NULL DEFAULT '', -- where the link was mailed
	message text NOT NULL DEFAULT '',
	status text NOT NULL, -- sent, opened, submitted, accepted, partly, refused, revoked
	note text NOT NULL DEFAULT '', -- why something was refused
	expires_at bigint NOT NULL,
	opened_at bigint,
	submitted_at bigint,
	settled_at bigint,
	{{base}},
	{{key}},
	CONSTRAINT fill_in_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE,
	CONSTRAINT fill_in_client FOREIGN KEY (agency_id, client_id) REFERENCES client (agency_id, id) ON DELETE CASCADE
);
CREATE INDEX fill_in_person ON fill_in (agency_id, traveler_id, id);
CREATE INDEX fill_in_account ON fill_in (agency_id, client_id) WHERE client_id IS NOT NULL;

-- What the person has typed: until it is sent a draft, and 90 days later nothing.
CREATE TABLE proposal (
	{{id}},
	fill_in_id bigint NOT NULL,
	traveler_id bigint NOT NULL, -- whose history tells who looked at the secrets
	answer text NOT NULL DEFAULT '', -- JSON: what was shown as known, and what is proposed
	number text NOT NULL DEFAULT '', -- sealed: of the passport
	number_hint text NOT NULL DEFAULT '', -- its last characters
	photo text NOT NULL DEFAULT '', -- blob of the picture of the passport
	photo_key text NOT NULL DEFAULT '', -- sealed: opens the blob
	photo_type text NOT NULL DEFAULT '',
	photo_size bigint NOT NULL DEFAULT 0,
	{{base}},
	{{key}},
	CONSTRAINT proposal_fill_in FOREIGN KEY (agency_id, fill_in_id) REFERENCES fill_in (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX proposal_of ON proposal (agency_id, fill_in_id);
CREATE INDEX proposal_old ON proposal (agency_id, created_at);
CREATE INDEX proposal_photo ON proposal (agency_id, photo) WHERE photo <> '';
