-- How persons are related (R039-R045, W20). One row is seen from both sides, so the
-- inverse is there at once and can't get out of step.

CREATE TABLE relation_type ( -- the agency's own kinds, and shipped ones that it switched off
	{{id}},
	code text NOT NULL, -- what a person is to the other: parent, or own.NAME
	inverse text NOT NULL, -- what the other is then: child; the same where both are alike
	name text NOT NULL DEFAULT '', -- of an own kind
	inverse_name text NOT NULL DEFAULT '',
	grp text NOT NULL, -- family, friends, work, other
	active boolean NOT NULL DEFAULT true,
	{{base}},
	{{key}}
);
CREATE UNIQUE INDEX relation_type_code ON relation_type (agency_id, code);

CREATE TABLE relation (
	{{id}},
	a_id bigint NOT NULL,
	b_id bigint NOT NULL,
	a_is text NOT NULL, -- what a is to b: the first code of the kind
	b_is text NOT NULL, -- what b is to a
	from_date text NOT NULL DEFAULT '',
	to_date text NOT NULL DEFAULT '',
	note text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT relation_a FOREIGN KEY (agency_id, a_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE,
	CONSTRAINT relation_b FOREIGN KEY (agency_id, b_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX relation_once ON relation (agency_id, a_id, b_id, a_is) WHERE deleted_at IS NULL;
CREATE INDEX relation_back ON relation (agency_id, b_id, a_id);
CREATE INDEX relation_a_is ON relation (agency_id, a_is, a_id) WHERE deleted_at IS NULL;
CREATE INDEX relation_b_is ON relation (agency_id, b_is, b_id) WHERE deleted_at IS NULL;
CREATE INDEX relation_deleted ON relation (agency_id, deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE relation_never ( -- proposals that somebody turned down
	{{id}},
	a_id bigint NOT NULL,
	b_id bigint NOT NULL,
	a_is text NOT NULL,
	{{base}},
	{{key}},
	CONSTRAINT relation_never_a FOREIGN KEY (agency_id, a_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE,
	CONSTRAINT relation_never_b FOREIGN KEY (agency_id, b_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX relation_never_once ON relation_never (agency_id, a_id, b_id, a_is);
CREATE INDEX relation_never_back ON relation_never (agency_id, b_id);
