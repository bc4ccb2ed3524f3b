-- What travelers like, the programmes that they are members of, their special dates,
-- and whom to call; and what the agency makes of the lists that Carnet ships.

CREATE TABLE option ( -- a change to a shipped value of a list, or a value of the agency's own
	{{id}},
	list text NOT NULL, -- meal, bed, airline ...
	code text NOT NULL, -- upper case; what records keep
	label text NOT NULL DEFAULT '', -- in the agency's words; '' takes the shipped label
	position bigint NOT NULL DEFAULT 0, -- from 1; 0 is its place among those that nobody moved
	active boolean NOT NULL DEFAULT true, -- offered for choice
	{{base}},
	{{key}}
);
CREATE UNIQUE INDEX option_code ON option (agency_id, list, code);

CREATE TABLE preference ( -- R088-R094: one row per traveler, field and value
	{{id}},
	traveler_id bigint NOT NULL,
	field text NOT NULL, -- hotel_bed, meal ...: see traveler.Fields
	code text NOT NULL DEFAULT '', -- value of a list, country, yes or no
	text text NOT NULL DEFAULT '', -- value of a field without a list
	degree text NOT NULL DEFAULT '', -- like, avoid; severity; been, wish
	number bigint NOT NULL DEFAULT 0, -- of a field that holds one; of a destination the year
	note text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT preference_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX preference_once ON preference (agency_id, traveler_id, field, code, text, degree);
CREATE INDEX preference_value ON preference (agency_id, field, code, traveler_id);

CREATE TABLE programme ( -- R036: loyalty programmes that somebody is a member of
	{{id}},
	name text NOT NULL,
	name_key text NOT NULL,
	kind text NOT NULL, -- air, hotel, car, rail, cruise ...
	supplier text NOT NULL DEFAULT '',
	code text NOT NULL DEFAULT '', -- of the airline or chain
	pattern text NOT NULL DEFAULT '', -- of member numbers; only warns
	active boolean NOT NULL DEFAULT true,
	{{base}},
	{{key}}
);
CREATE UNIQUE INDEX programme_name ON programme (agency_id, name_key);

CREATE TABLE loyalty ( -- R035
	{{id}},
	traveler_id bigint NOT NULL,
	programme_id bigint NOT NULL,
	number text NOT NULL,
	name_on_card text NOT NULL DEFAULT '',
	tier text NOT NULL DEFAULT '',
	tier_until text NOT NULL DEFAULT '',
	issued text NOT NULL DEFAULT '',
	expires text NOT NULL DEFAULT '',
	pin text NOT NULL DEFAULT '', -- sealed: PIN, password or a hint
	note text NOT NULL DEFAULT '',
	is_default boolean NOT NULL DEFAULT false, -- one per supplier: the one to book with
	{{base}},
	{{key}},
	CONSTRAINT loyalty_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE,
	CONSTRAINT loyalty_programme FOREIGN KEY (agency_id, programme_id) REFERENCES programme (agency_id, id)
);
CREATE UNIQUE INDEX loyalty_number ON loyalty (agency_id, traveler_id, programme_id, number);
CREATE INDEX loyalty_programme ON loyalty (agency_id, programme_id, traveler_id);
CREATE INDEX loyalty_expires ON loyalty (agency_id, expires) WHERE expires <> '';

CREATE TABLE special_date ( -- wedding, name day, client since ...
	{{id}},
	traveler_id bigint NOT NULL,
	type text NOT NULL, -- value of the list special_date
	date text NOT NULL, -- 2001-06-12, or --06-12 without a year
	month_day text NOT NULL, -- 06-12
	yearly boolean NOT NULL DEFAULT true,
	remind_days bigint NOT NULL DEFAULT 0, -- pointed out from so many days before
	note text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT special_date_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE INDEX special_date_traveler ON special_date (agency_id, traveler_id);
CREATE INDEX special_date_day ON special_date (agency_id, month_day);

CREATE TABLE emergency_contact (
	{{id}},
	traveler_id bigint NOT NULL,
	name text NOT NULL,
	relation text NOT NULL DEFAULT '',
	phone text NOT NULL DEFAULT '', -- as typed
	phone_norm text NOT NULL DEFAULT '', -- E.164
	email text NOT NULL DEFAULT '',
	note text NOT NULL DEFAULT '',
	position bigint NOT NULL DEFAULT 0,
	{{base}},
	{{key}},
	CONSTRAINT emergency_contact_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE INDEX emergency_contact_traveler ON emergency_contact (agency_id, traveler_id);
