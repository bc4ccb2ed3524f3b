-- Named lists of clients (R117): fixed ones have members, living ones follow a filter.

CREATE TABLE client_list (
	{{id}},
	name text NOT NULL,
	name_key text NOT NULL,
	kind text NOT NULL, -- fixed, living
	query text NOT NULL DEFAULT '', -- of a living one: JSON, list.Query
	note text NOT NULL DEFAULT '',
	members_at bigint, -- when members were last added or removed
	job_id bigint NOT NULL DEFAULT 0, -- the last job that adds or removes
	owner_id bigint,
	share text NOT NULL DEFAULT 'private', -- private, role, branch, all
	share_role text NOT NULL DEFAULT '',
	share_branch_id bigint,
	{{base}},
	{{key}},
	CONSTRAINT client_list_owner FOREIGN KEY (agency_id, owner_id) REFERENCES "user" (agency_id, id),
	CONSTRAINT client_list_share_branch FOREIGN KEY (agency_id, share_branch_id) REFERENCES branch (agency_id, id)
);
CREATE INDEX client_list_name ON client_list (agency_id, name_key);

CREATE TABLE client_list_member (
	{{id}},
	list_id bigint NOT NULL,
	client_id bigint NOT NULL,
	{{base}},
	{{key}},
	CONSTRAINT client_list_member_list FOREIGN KEY (agency_id, list_id) REFERENCES client_list (agency_id, id) ON DELETE CASCADE,
	CONSTRAINT client_list_member_client FOREIGN KEY (agency_id, client_id) REFERENCES client (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX client_list_member_once ON client_list_member (agency_id, list_id, client_id);
CREATE INDEX client_list_member_client ON client_list_member (agency_id, client_id);
