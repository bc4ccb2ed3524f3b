-- Saved views of lists: filters, columns, sort; who finds them, and where they show.

CREATE TABLE "view" (
	{{id}},
	list text NOT NULL, -- client, traveler: the name of its list.Def
	name text NOT NULL,
	name_key text NOT NULL,
	query text NOT NULL DEFAULT '', -- JSON, list.Query
	widths text NOT NULL DEFAULT '', -- JSON, pixels by column
	density text NOT NULL DEFAULT '',
	tab boolean NOT NULL DEFAULT false, -- stands as a tab for everybody it is shared with
	owner_id bigint,
	share text NOT NULL DEFAULT 'private', -- private, role, branch, all
	share_role text NOT NULL DEFAULT '',
	share_branch_id bigint,
	{{base}},
	{{key}},
	CONSTRAINT view_owner FOREIGN KEY (agency_id, owner_id) REFERENCES "user" (agency_id, id),
	CONSTRAINT view_share_branch FOREIGN KEY (agency_id, share_branch_id) REFERENCES branch (agency_id, id)
);
CREATE INDEX view_name ON "view" (agency_id, list, name_key);

-- A view that stands as a tab on a person's list, or that the person took away
-- although it is a tab for everybody.
CREATE TABLE view_pin (
	{{id}},
	user_id bigint NOT NULL,
	view_id bigint NOT NULL,
	position bigint NOT NULL DEFAULT 0,
	hidden boolean NOT NULL DEFAULT false,
	{{base}},
	{{key}},
	CONSTRAINT view_pin_user FOREIGN KEY (agency_id, user_id) REFERENCES "user" (agency_id, id) ON DELETE CASCADE,
	CONSTRAINT view_pin_view FOREIGN KEY (agency_id, view_id) REFERENCES "view" (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX view_pin_once ON view_pin (agency_id, user_id, view_id);
CREATE INDEX view_pin_view ON view_pin (agency_id, view_id);

-- The view with which a list opens: of a person, else of a role.
CREATE TABLE view_default (
	{{id}},
	list text NOT NULL,
	user_id bigint, -- or
	role text NOT NULL DEFAULT '',
	view_id bigint NOT NULL,
	{{base}},
	{{key}},
	CONSTRAINT view_default_user FOREIGN KEY (agency_id, user_id) REFERENCES "user" (agency_id, id) ON DELETE CASCADE,
	CONSTRAINT view_default_view FOREIGN KEY (agency_id, view_id) REFERENCES "view" (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX view_default_person ON view_default (agency_id, list, user_id) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX view_default_role ON view_default (agency_id, list, role) WHERE user_id IS NULL;
CREATE INDEX view_default_view ON view_default (agency_id, view_id);
