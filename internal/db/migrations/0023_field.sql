-- Fields that an agency defines itself, for clients and travelers (W21). Their values
-- stand in the record, in its column "fields"; field_value repeats them one by one, so
-- that lists find and sort records by them.

CREATE TABLE field (
	{{id}},
	code text NOT NULL, -- names the field in addresses, files and programs; never changes
	name text NOT NULL,
	names text NOT NULL DEFAULT '', -- in other languages: lines "de=Schuhgröße"
	areas text NOT NULL, -- client, traveler: by comma
	kind text NOT NULL, -- text, long, number, date, choice, several, yesno, link
	help text NOT NULL DEFAULT '',
	choices text NOT NULL DEFAULT '', -- lines "GOLD=Gold card", with a minus in front where switched off
	requirement text NOT NULL DEFAULT 'never', -- never, always, if
	required_if text NOT NULL DEFAULT '', -- lines "age < 18", all of which must hold
	default_value text NOT NULL DEFAULT '',
	view_roles text NOT NULL DEFAULT '', -- roles by comma; '' is everybody
	edit_roles text NOT NULL DEFAULT '',
	section text NOT NULL DEFAULT '', -- heading under which it stands
	position bigint NOT NULL DEFAULT 0,
	active boolean NOT NULL DEFAULT true,
	{{base}},
	{{key}}
);
CREATE UNIQUE INDEX field_code ON field (agency_id, code);

CREATE TABLE field_value (
	{{id}},
	field_id bigint NOT NULL,
	owner_kind text NOT NULL,
	owner_id bigint NOT NULL,
	value_key text NOT NULL DEFAULT '', -- code, date, or the beginning of a text, folded
	words text NOT NULL DEFAULT '', -- all of a text, folded
	number bigint NOT NULL DEFAULT 0, -- in ten-thousandths
	{{base}},
	{{key}},
	CONSTRAINT field_value_field FOREIGN KEY (agency_id, field_id) REFERENCES field (agency_id, id)
);
CREATE INDEX field_value_owner ON field_value (agency_id, owner_kind, owner_id, field_id);
CREATE INDEX field_value_key ON field_value (agency_id, field_id, owner_kind, value_key, owner_id);
CREATE INDEX field_value_number ON field_value (agency_id, field_id, owner_kind, number, owner_id);

ALTER TABLE client ADD COLUMN fields text NOT NULL DEFAULT ''; -- JSON, values by code
ALTER TABLE traveler ADD COLUMN fields text NOT NULL DEFAULT '';
