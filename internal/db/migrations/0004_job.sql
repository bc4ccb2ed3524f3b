-- Work that runs outside of a request. A local table: any process may take a job.
CREATE TABLE job (
	id {{serial}},
	kind text NOT NULL,
	agency_id bigint NOT NULL DEFAULT 0,
	user_id bigint NOT NULL DEFAULT 0,
	args text NOT NULL, -- JSON
	once text, -- at most one unfinished job has this key
	state text NOT NULL, -- ready, running, paused, done, failed, cancelled
	run_at bigint NOT NULL,
	lease_until bigint NOT NULL DEFAULT 0, -- a running job whose lease has passed is taken again
	attempt bigint NOT NULL DEFAULT 0,
	max_attempts bigint NOT NULL DEFAULT 10,
	want text NOT NULL DEFAULT '', -- pause or cancel, asked for while it runs
	progress bigint NOT NULL DEFAULT 0,
	total bigint NOT NULL DEFAULT 0,
	result text NOT NULL DEFAULT '', -- JSON
	error text NOT NULL DEFAULT '',
	created_at bigint NOT NULL,
	finished_at bigint NOT NULL DEFAULT 0
);
CREATE INDEX job_next ON job (run_at, id) WHERE state IN ('ready', 'running');
CREATE UNIQUE INDEX job_once ON job (once) WHERE once IS NOT NULL AND state IN ('ready', 'running', 'paused');
CREATE INDEX job_agency ON job (agency_id, id);
