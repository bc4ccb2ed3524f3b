-- Clients (accounts that buy and pay) and travelers (persons), and what hangs on
-- both. owner_kind and owner_id name the record that a row hangs on.

CREATE TABLE customer_type ( -- R071-R073, L26
	{{id}},
	code text NOT NULL,
	name text NOT NULL,
	excluded boolean NOT NULL DEFAULT false, -- stays out of lists unless asked for
	is_default text NOT NULL DEFAULT '', -- personal, corporate: default of that kind
	active boolean NOT NULL DEFAULT true,
	{{base}},
	{{key}}
);
CREATE UNIQUE INDEX customer_type_code ON customer_type (agency_id, code);

CREATE TABLE client (
	{{id}},
	kind text NOT NULL, -- personal, corporate
	code text NOT NULL, -- account code, unique (R010)
	name text NOT NULL,
	sort_name text NOT NULL DEFAULT '',
	name_key text NOT NULL, -- folded sort_name or name: sorts and searches
	search text NOT NULL DEFAULT '', -- all that the search box finds it by, folded
	classification text NOT NULL, -- prospect, client
	segment text NOT NULL, -- regular, temporary, organiser, vip_incentive
	status text NOT NULL, -- active, inactive
	customer_type_id bigint,
	branch_id bigint,
	advisor_id bigint,
	owner_kind text NOT NULL DEFAULT 'agent', -- agency, agent (R019)
	source_medium text NOT NULL DEFAULT '',
	source_detail text NOT NULL DEFAULT '',
	informal_salutation text NOT NULL DEFAULT '',
	formal_salutation text NOT NULL DEFAULT '',
	anniversary text NOT NULL DEFAULT '', -- 2001-06-12, or --06-12 without a year
	anniversary_md text NOT NULL DEFAULT '', -- 06-12
	anniversary_note text NOT NULL DEFAULT '',
	contact text NOT NULL DEFAULT '',
	memo text NOT NULL DEFAULT '',
	remarks text NOT NULL DEFAULT '',
	travel_policy text NOT NULL DEFAULT '', -- internal (R008)
	legal_name text NOT NULL DEFAULT '',
	tax_id text NOT NULL DEFAULT '',
	registration_no text NOT NULL DEFAULT '',
	language text NOT NULL DEFAULT '',
	currency text NOT NULL DEFAULT '',
	phone text NOT NULL DEFAULT '', -- the primary one, as shown in lists
	email text NOT NULL DEFAULT '',
	city text NOT NULL DEFAULT '',
	country text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT client_customer_type FOREIGN KEY (agency_id, customer_type_id) REFERENCES customer_type (agency_id, id),
	CONSTRAINT client_branch FOREIGN KEY (agency_id, branch_id) REFERENCES branch (agency_id, id),
	CONSTRAINT client_advisor FOREIGN KEY (agency_id, advisor_id) REFERENCES "user" (agency_id, id)
);
CREATE UNIQUE INDEX client_code ON client (agency_id, code);
CREATE INDEX client_name ON client (agency_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX client_advisor ON client (agency_id, advisor_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX client_branch ON client (agency_id, branch_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX client_kind ON client (agency_id, kind, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX client_status ON client (agency_id, status, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX client_classification ON client (agency_id, classification, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX client_segment ON client (agency_id, segment, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX client_type ON client (agency_id, customer_type_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX client_city ON client (agency_id, city, id) WHERE deleted_at IS NULL;
CREATE INDEX client_created ON client (agency_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX client_updated ON client (agency_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX client_anniversary ON client (agency_id, anniversary_md) WHERE anniversary_md <> '';
CREATE INDEX client_deleted ON client (agency_id, deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE traveler (
	{{id}},
	title text NOT NULL DEFAULT '',
	family text NOT NULL DEFAULT '', -- names as in the passport
	given text NOT NULL DEFAULT '',
	middle text NOT NULL DEFAULT '',
	suffix text NOT NULL DEFAULT '',
	preferred text NOT NULL DEFAULT '',
	former text NOT NULL DEFAULT '',
	native_name text NOT NULL DEFAULT '',
	name_key text NOT NULL, -- folded "family given middle"
	given_key text NOT NULL DEFAULT '', -- folded "given family": sorts by first name
	search text NOT NULL DEFAULT '',
	sex text NOT NULL DEFAULT '', -- as in the document: M, F, X
	salutation text NOT NULL DEFAULT '',
	birth_date text NOT NULL DEFAULT '', -- 1980-03-12, or --03-12
	birth_md text NOT NULL DEFAULT '',
	birth_place text NOT NULL DEFAULT '',
	birth_country text NOT NULL DEFAULT '',
	nationality text NOT NULL DEFAULT '', -- ISO 3166 codes, several by comma
	residence text NOT NULL DEFAULT '',
	languages text NOT NULL DEFAULT '', -- ISO 639 codes, several by comma
	marital_status text NOT NULL DEFAULT '',
	occupation text NOT NULL DEFAULT '',
	company text NOT NULL DEFAULT '',
	position text NOT NULL DEFAULT '',
	deceased boolean NOT NULL DEFAULT false,
	do_not_contact boolean NOT NULL DEFAULT false,
	main_traveler_id bigint,
	remarks text NOT NULL DEFAULT '',
	phone text NOT NULL DEFAULT '',
	email text NOT NULL DEFAULT '',
	created_for bigint, -- the user whose traveler it is while no client has it
	{{base}},
	{{key}},
	CONSTRAINT traveler_main FOREIGN KEY (agency_id, main_traveler_id) REFERENCES traveler (agency_id, id)
);
CREATE INDEX traveler_name ON traveler (agency_id, name_key, id) WHERE deleted_at IS NULL;
CREATE INDEX traveler_given ON traveler (agency_id, given_key, id) WHERE deleted_at IS NULL;
CREATE INDEX traveler_birth ON traveler (agency_id, birth_date, id) WHERE deleted_at IS NULL;
CREATE INDEX traveler_birthday ON traveler (agency_id, birth_md) WHERE birth_md <> '' AND deleted_at IS NULL;
CREATE INDEX traveler_created ON traveler (agency_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX traveler_updated ON traveler (agency_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX traveler_free ON traveler (agency_id, created_for) WHERE created_for IS NOT NULL;
CREATE INDEX traveler_main ON traveler (agency_id, main_traveler_id) WHERE main_traveler_id IS NOT NULL;
CREATE INDEX traveler_deleted ON traveler (agency_id, deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE client_traveler ( -- L01, L04
	{{id}},
	client_id bigint NOT NULL,
	traveler_id bigint NOT NULL,
	role text NOT NULL DEFAULT '',
	is_primary boolean NOT NULL DEFAULT false,
	position bigint NOT NULL DEFAULT 0,
	{{base}},
	{{key}},
	CONSTRAINT client_traveler_client FOREIGN KEY (agency_id, client_id) REFERENCES client (agency_id, id) ON DELETE CASCADE,
	CONSTRAINT client_traveler_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX client_traveler_pair ON client_traveler (agency_id, client_id, traveler_id);
CREATE INDEX client_traveler_back ON client_traveler (agency_id, traveler_id, client_id);

CREATE TABLE share ( -- R099-R105: one client, or all clients of an advisor
	{{id}},
	client_id bigint,
	advisor_id bigint,
	user_id bigint NOT NULL, -- who may see them
	can_edit boolean NOT NULL DEFAULT true,
	{{base}},
	{{key}},
	CONSTRAINT share_client FOREIGN KEY (agency_id, client_id) REFERENCES client (agency_id, id) ON DELETE CASCADE,
	CONSTRAINT share_advisor FOREIGN KEY (agency_id, advisor_id) REFERENCES "user" (agency_id, id) ON DELETE CASCADE,
	CONSTRAINT share_user FOREIGN KEY (agency_id, user_id) REFERENCES "user" (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX share_one ON share (agency_id, user_id, client_id);
CREATE UNIQUE INDEX share_all ON share (agency_id, user_id, advisor_id);
CREATE INDEX share_of_client ON share (agency_id, client_id);

CREATE TABLE interface_id ( -- R166, L14
	{{id}},
	client_id bigint NOT NULL,
	system text NOT NULL, -- amadeus, sabre, galileo, tres ... upper or lower case as typed, folded
	value text NOT NULL,
	{{base}},
	{{key}},
	CONSTRAINT interface_id_client FOREIGN KEY (agency_id, client_id) REFERENCES client (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX interface_id_value ON interface_id (agency_id, system, value);
CREATE INDEX interface_id_client ON interface_id (agency_id, client_id);

CREATE TABLE communication ( -- R046-R050
	{{id}},
	owner_kind text NOT NULL, -- client, traveler
	owner_id bigint NOT NULL,
	type text NOT NULL, -- phone, email, social, web
	sub_type text NOT NULL DEFAULT '',
	value text NOT NULL, -- as typed
	norm text NOT NULL, -- E.164, lower-case e-mail or address of the page
	description text NOT NULL DEFAULT '',
	is_primary boolean NOT NULL DEFAULT false,
	permit_marketing boolean NOT NULL DEFAULT false,
	position bigint NOT NULL DEFAULT 0,
	{{base}},
	{{key}}
);
CREATE INDEX communication_owner ON communication (agency_id, owner_kind, owner_id);
CREATE INDEX communication_norm ON communication (agency_id, norm);

CREATE TABLE address ( -- R051, R052, L44
	{{id}},
	owner_kind text NOT NULL,
	owner_id bigint NOT NULL,
	kind text NOT NULL, -- physical, mailing
	recipient text NOT NULL DEFAULT '', -- company or "care of" line
	street text NOT NULL DEFAULT '',
	street2 text NOT NULL DEFAULT '',
	po_box text NOT NULL DEFAULT '',
	postal_code text NOT NULL DEFAULT '',
	city text NOT NULL DEFAULT '',
	region text NOT NULL DEFAULT '',
	country text NOT NULL DEFAULT '',
	permit_marketing boolean NOT NULL DEFAULT false,
	{{base}},
	{{key}}
);
CREATE UNIQUE INDEX address_owner ON address (agency_id, owner_kind, owner_id, kind);

CREATE TABLE tag ( -- R075, L11
	{{id}},
	name text NOT NULL,
	name_key text NOT NULL,
	areas text NOT NULL DEFAULT 'client,traveler',
	requirement text NOT NULL DEFAULT 'optional', -- optional, recommended, mandatory
	takes_value text NOT NULL DEFAULT 'none', -- none, free, required
	choices text NOT NULL DEFAULT '', -- allowed values, one per line; '' is any
	default_value text NOT NULL DEFAULT '',
	several boolean NOT NULL DEFAULT false, -- one or several values per record
	active boolean NOT NULL DEFAULT true,
	{{base}},
	{{key}}
);
CREATE UNIQUE INDEX tag_name ON tag (agency_id, name_key);

CREATE TABLE tag_link (
	{{id}},
	tag_id bigint NOT NULL,
	owner_kind text NOT NULL,
	owner_id bigint NOT NULL,
	value text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT tag_link_tag FOREIGN KEY (agency_id, tag_id) REFERENCES tag (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX tag_link_owner ON tag_link (agency_id, owner_kind, owner_id, tag_id, value);
CREATE INDEX tag_link_tag ON tag_link (agency_id, tag_id, owner_kind, owner_id);

CREATE TABLE comment ( -- R020: internal, agency staff only (R021)
	{{id}},
	owner_kind text NOT NULL,
	owner_id bigint NOT NULL,
	text text NOT NULL,
	{{base}},
	{{key}}
);
CREATE INDEX comment_owner ON comment (agency_id, owner_kind, owner_id);
