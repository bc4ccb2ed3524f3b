-- Payment cards of travelers (R038), the form in which a client pays (R058, R060), and
-- medical information (R029). Security codes of cards are never kept.

CREATE TABLE payment_card (
	{{id}},
	traveler_id bigint NOT NULL,
	number text NOT NULL, -- sealed
	brand text NOT NULL,
	last4 text NOT NULL,
	holder text NOT NULL DEFAULT '',
	expires text NOT NULL DEFAULT '', -- 2027-05: valid until the end of the month
	street text NOT NULL DEFAULT '', -- billing address
	postal_code text NOT NULL DEFAULT '',
	city text NOT NULL DEFAULT '',
	region text NOT NULL DEFAULT '',
	country text NOT NULL DEFAULT '',
	note text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT payment_card_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE INDEX payment_card_of ON payment_card (agency_id, traveler_id, id);
CREATE INDEX payment_card_expires ON payment_card (agency_id, expires) WHERE expires <> '';

ALTER TABLE client ADD COLUMN payment_form text NOT NULL DEFAULT ''; -- A agency plastic, C cash, P card, R receivable
ALTER TABLE client ADD COLUMN default_card_id bigint; -- of one of its travelers

CREATE TABLE medical_entry (
	{{id}},
	traveler_id bigint NOT NULL,
	kind text NOT NULL, -- allergy, requirement, condition, medicine, vaccine, blood_group, phone, other
	what text NOT NULL DEFAULT '', -- sealed, like all that follows
	reaction text NOT NULL DEFAULT '',
	severity text NOT NULL DEFAULT '',
	medicine text NOT NULL DEFAULT '',
	given_on text NOT NULL DEFAULT '',
	valid_to text NOT NULL DEFAULT '',
	note text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT medical_entry_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE INDEX medical_entry_of ON medical_entry (agency_id, traveler_id, id);

CREATE TABLE medical_consent ( -- that health data may be kept
	{{id}},
	traveler_id bigint NOT NULL,
	given_on text NOT NULL, -- day
	source text NOT NULL, -- paper, form, verbal, email
	note text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT medical_consent_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX medical_consent_of ON medical_consent (agency_id, traveler_id);
