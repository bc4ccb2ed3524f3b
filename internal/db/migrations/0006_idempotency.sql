-- Answers of the API that are kept for a day, so that a creation whose answer was
-- lost can be sent again without creating twice. A local table.
CREATE TABLE idempotency (
	id {{serial}},
	agency_id bigint NOT NULL,
	user_id bigint NOT NULL,
	name text NOT NULL, -- the key that the caller chose
	request text NOT NULL, -- SHA-256 of method, path and body
	status bigint NOT NULL,
	location text NOT NULL DEFAULT '',
	version bigint NOT NULL DEFAULT 0,
	body text NOT NULL,
	created_at bigint NOT NULL
);
CREATE UNIQUE INDEX idempotency_name ON idempotency (agency_id, user_id, name);
CREATE INDEX idempotency_created ON idempotency (created_at);
