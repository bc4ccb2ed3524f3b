-- Travel documents of a traveler (R030-R034, W11). Numbers and machine-readable lines
-- are sealed (data rule 11); what may be shown of a number is its hint.

CREATE TABLE passport (
	{{id}},
	traveler_id bigint NOT NULL,
	type text NOT NULL DEFAULT 'ordinary', -- ordinary, diplomatic, official, emergency, refugee, stateless, other
	status text NOT NULL DEFAULT 'valid', -- valid, replaced, lost, cancelled
	country text NOT NULL DEFAULT '', -- that issued it: ISO 3166, or a code of ICAO 9303 such as XXA, UNO
	number text NOT NULL DEFAULT '', -- sealed
	number_hint text NOT NULL DEFAULT '', -- its last characters
	authority text NOT NULL DEFAULT '',
	place text NOT NULL DEFAULT '',
	issued text NOT NULL DEFAULT '',
	expires text NOT NULL DEFAULT '', -- R030
	family text NOT NULL DEFAULT '', -- as printed
	given text NOT NULL DEFAULT '',
	sex text NOT NULL DEFAULT '',
	birth_date text NOT NULL DEFAULT '',
	birth_place text NOT NULL DEFAULT '',
	nationality text NOT NULL DEFAULT '',
	mrz text NOT NULL DEFAULT '', -- sealed
	is_primary boolean NOT NULL DEFAULT false, -- one per traveler: that of the next journey
	verified_by bigint,
	verified_at bigint, -- when somebody saw the original
	note text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT passport_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE INDEX passport_traveler ON passport (agency_id, traveler_id);
CREATE INDEX passport_expires ON passport (agency_id, expires, traveler_id) WHERE deleted_at IS NULL;
CREATE INDEX passport_country ON passport (agency_id, country, traveler_id) WHERE deleted_at IS NULL;
CREATE INDEX passport_deleted ON passport (agency_id, deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE visa (
	{{id}},
	traveler_id bigint NOT NULL,
	passport_id bigint, -- the passport it is in
	country text NOT NULL, -- ISO 3166, or an area such as SCHENGEN
	type text NOT NULL DEFAULT 'tourist', -- tourist, business, transit, student, work, family, eta, esta, evisa, other
	number text NOT NULL DEFAULT '', -- sealed
	number_hint text NOT NULL DEFAULT '',
	entries text NOT NULL DEFAULT '', -- single, double, multiple
	valid_from text NOT NULL DEFAULT '',
	expires text NOT NULL DEFAULT '',
	max_stay bigint NOT NULL DEFAULT 0, -- days, 0 is unknown
	issued text NOT NULL DEFAULT '',
	place text NOT NULL DEFAULT '', -- where it was issued
	mrz text NOT NULL DEFAULT '', -- sealed
	verified_by bigint,
	verified_at bigint,
	note text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT visa_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE INDEX visa_traveler ON visa (agency_id, traveler_id);
CREATE INDEX visa_country ON visa (agency_id, country, traveler_id) WHERE deleted_at IS NULL;
CREATE INDEX visa_expires ON visa (agency_id, expires, traveler_id) WHERE deleted_at IS NULL;
CREATE INDEX visa_passport ON visa (agency_id, passport_id) WHERE passport_id IS NOT NULL;
CREATE INDEX visa_deleted ON visa (agency_id, deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE nationality ( -- one of which more is known than traveler.nationality says
	{{id}},
	traveler_id bigint NOT NULL,
	country text NOT NULL,
	since text NOT NULL DEFAULT '',
	acquired text NOT NULL DEFAULT '', -- birth, descent, naturalisation, marriage, other
	verified_by bigint,
	verified_at bigint,
	note text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT nationality_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX nationality_country ON nationality (agency_id, traveler_id, country) WHERE deleted_at IS NULL;
CREATE INDEX nationality_deleted ON nationality (agency_id, deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE other_document (
	{{id}},
	traveler_id bigint NOT NULL,
	kind text NOT NULL, -- national_id, residence_permit, driving_licence, parental_consent, ktn ...
	name text NOT NULL DEFAULT '', -- what exactly: NEXUS, yellow fever
	country text NOT NULL DEFAULT '',
	number text NOT NULL DEFAULT '', -- sealed
	number_hint text NOT NULL DEFAULT '',
	issuer text NOT NULL DEFAULT '', -- authority, clinic or company
	issued text NOT NULL DEFAULT '',
	expires text NOT NULL DEFAULT '',
	family text NOT NULL DEFAULT '',
	given text NOT NULL DEFAULT '',
	classes text NOT NULL DEFAULT '', -- of a driving licence: B, BE, C
	phone text NOT NULL DEFAULT '', -- of an insurance, for emergencies
	mrz text NOT NULL DEFAULT '', -- sealed
	is_primary boolean NOT NULL DEFAULT false, -- one per traveler and kind
	verified_by bigint,
	verified_at bigint,
	note text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT other_document_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE INDEX other_document_traveler ON other_document (agency_id, traveler_id);
CREATE INDEX other_document_kind ON other_document (agency_id, kind, traveler_id) WHERE deleted_at IS NULL;
CREATE INDEX other_document_expires ON other_document (agency_id, expires, traveler_id) WHERE deleted_at IS NULL;
CREATE INDEX other_document_deleted ON other_document (agency_id, deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE country_rule ( -- what a country asks for besides the agency's usual
	{{id}},
	country text NOT NULL,
	passport_months bigint NOT NULL DEFAULT 0, -- validity after the return; 0 is for the journey only
	note text NOT NULL DEFAULT '',
	{{base}},
	{{key}}
);
CREATE UNIQUE INDEX country_rule_country ON country_rule (agency_id, country);

-- Until when the passport of the next journey is valid: lists sort and filter by it.
ALTER TABLE traveler ADD COLUMN passport_expires text NOT NULL DEFAULT '';
CREATE INDEX traveler_passport ON traveler (agency_id, passport_expires, id) WHERE deleted_at IS NULL;
