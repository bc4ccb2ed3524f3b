-- Agencies, their offices and their people.

-- Hands out agency ids; everything else about an agency is in its own rows.
CREATE TABLE agency_registry (
	id {{serial}},
	created_at bigint NOT NULL
);

CREATE TABLE agency (
	{{id}},
	name text NOT NULL,
	legal_name text NOT NULL DEFAULT '',
	tax_id text NOT NULL DEFAULT '',
	street text NOT NULL DEFAULT '',
	street2 text NOT NULL DEFAULT '',
	postal_code text NOT NULL DEFAULT '',
	city text NOT NULL DEFAULT '',
	region text NOT NULL DEFAULT '',
	country text NOT NULL DEFAULT '',
	phone text NOT NULL DEFAULT '',
	email text NOT NULL DEFAULT '',
	website text NOT NULL DEFAULT '',
	logo text NOT NULL DEFAULT '', -- hash in the file store
	time_zone text NOT NULL,
	currency text NOT NULL,
	language text NOT NULL,
	see_manager text NOT NULL DEFAULT 'branch', -- own, branch or agency
	see_assistant text NOT NULL DEFAULT 'branch',
	see_agent text NOT NULL DEFAULT 'own',
	see_accountant text NOT NULL DEFAULT 'agency',
	see_auditor text NOT NULL DEFAULT 'agency',
	{{base}},
	{{key}}
);

CREATE TABLE branch (
	{{id}},
	name text NOT NULL,
	code text NOT NULL DEFAULT '',
	street text NOT NULL DEFAULT '',
	postal_code text NOT NULL DEFAULT '',
	city text NOT NULL DEFAULT '',
	country text NOT NULL DEFAULT '',
	phone text NOT NULL DEFAULT '',
	email text NOT NULL DEFAULT '',
	active boolean NOT NULL DEFAULT true,
	{{base}},
	{{key}}
);
CREATE UNIQUE INDEX branch_name ON branch (agency_id, name);

CREATE TABLE department (
	{{id}},
	name text NOT NULL,
	branch_id bigint,
	active boolean NOT NULL DEFAULT true,
	{{base}},
	{{key}},
	CONSTRAINT department_branch FOREIGN KEY (agency_id, branch_id) REFERENCES branch (agency_id, id)
);
CREATE UNIQUE INDEX department_name ON department (agency_id, name);

CREATE TABLE "user" (
	{{id}},
	name text NOT NULL,
	name_key text NOT NULL, -- folded, family name first where known
	email text NOT NULL,
	phone text NOT NULL DEFAULT '',
	role text NOT NULL,
	branch_id bigint,
	department_id bigint,
	status text NOT NULL DEFAULT 'invited', -- invited, active, disabled
	has_clients boolean NOT NULL DEFAULT true, -- may be chosen as an advisor
	language text NOT NULL DEFAULT '', -- '' is the agency's
	theme text NOT NULL DEFAULT '', -- '' follows the system
	density text NOT NULL DEFAULT '',
	last_seen_at bigint,
	{{base}},
	{{key}},
	CONSTRAINT user_branch FOREIGN KEY (agency_id, branch_id) REFERENCES branch (agency_id, id),
	CONSTRAINT user_department FOREIGN KEY (agency_id, department_id) REFERENCES department (agency_id, id)
);
CREATE UNIQUE INDEX user_email ON "user" (agency_id, email);

-- Small things a person sets for themselves: column widths, last tab.
CREATE TABLE user_setting (
	{{id}},
	user_id bigint NOT NULL,
	name text NOT NULL,
	value text NOT NULL,
	{{base}},
	{{key}},
	CONSTRAINT user_setting_user FOREIGN KEY (agency_id, user_id) REFERENCES "user" (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX user_setting_name ON user_setting (agency_id, user_id, name);

-- One row for each saved change of a record (R017): who, when, and per field
-- what was there and what is there now. root_kind and root_id name the record on
-- whose page the change is shown.
CREATE TABLE history (
	{{id}},
	at bigint NOT NULL,
	user_id bigint, -- NULL is the program itself
	via text NOT NULL DEFAULT '',
	run_id bigint NOT NULL DEFAULT 0,
	op text NOT NULL, -- create, edit, delete, restore, purge
	kind text NOT NULL,
	ref_id bigint NOT NULL,
	version bigint NOT NULL DEFAULT 0, -- of the record after the change
	root_kind text NOT NULL,
	root_id bigint NOT NULL,
	changes text NOT NULL, -- JSON: [{"field","old","new"}]
	{{key}}
);
CREATE INDEX history_root ON history (agency_id, root_kind, root_id, id);
CREATE INDEX history_ref ON history (agency_id, kind, ref_id, id);
CREATE INDEX history_run ON history (agency_id, run_id) WHERE run_id <> 0;
