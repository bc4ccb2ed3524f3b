-- Who looks at secrets is written into the history; a limit per hour is counted there.

CREATE INDEX history_reveal ON history (agency_id, user_id, at) WHERE op = 'reveal';
ALTER TABLE agency ADD COLUMN reveal_limit bigint NOT NULL DEFAULT 30; -- secrets that one person may look at in an hour
ALTER TABLE agency ADD COLUMN passport_months bigint NOT NULL DEFAULT 6; -- validity after the return that most countries ask for
