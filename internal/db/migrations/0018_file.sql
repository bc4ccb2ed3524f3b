-- Files and links that hang on clients and travelers (R121-R125). The content of a file
-- lies sealed in the file store; its key is here, sealed by the vault.

CREATE TABLE attachment (
	{{id}},
	owner_kind text NOT NULL, -- client, traveler
	owner_id bigint NOT NULL,
	part_kind text NOT NULL DEFAULT '', -- the passport, visa ... of the owner that it shows; '' is none
	part_id bigint NOT NULL DEFAULT 0,
	kind text NOT NULL, -- file, link
	name text NOT NULL,
	name_key text NOT NULL, -- folded, without a day before it: equal ones are versions (R124)
	description text NOT NULL DEFAULT '',
	url text NOT NULL DEFAULT '', -- of a link (R122)
	blob text NOT NULL DEFAULT '', -- of a file: its name in the store
	thumb text NOT NULL DEFAULT '', -- a small picture of it, in the store
	blob_key text NOT NULL DEFAULT '', -- sealed: opens both
	size bigint NOT NULL DEFAULT 0, -- bytes
	type text NOT NULL DEFAULT '', -- by its content
	series bigint NOT NULL DEFAULT 0, -- id of the first version; 0 is that one itself
	number bigint NOT NULL DEFAULT 1, -- of the version
	latest boolean NOT NULL DEFAULT true,
	{{base}},
	{{key}}
);
CREATE INDEX attachment_owner ON attachment (agency_id, owner_kind, owner_id);
CREATE INDEX attachment_part ON attachment (agency_id, part_kind, part_id) WHERE part_id <> 0;
CREATE INDEX attachment_series ON attachment (agency_id, series) WHERE series <> 0;
CREATE INDEX attachment_created ON attachment (agency_id, created_at, id) WHERE deleted_at IS NULL AND latest;
CREATE INDEX attachment_name ON attachment (agency_id, name_key, id) WHERE deleted_at IS NULL AND latest;
CREATE INDEX attachment_deleted ON attachment (agency_id, deleted_at) WHERE deleted_at IS NOT NULL;
CREATE UNIQUE INDEX attachment_latest ON attachment (agency_id, owner_kind, owner_id, part_kind, part_id, name_key)
	WHERE latest AND kind = 'file' AND deleted_at IS NULL;
