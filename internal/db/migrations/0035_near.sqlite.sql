-- What a list asks of many rows at once stands where the index finds it: whose only
-- traveler somebody is, who has no traveler, and what follows the first letter of a name.

-- The client of a traveler where there is exactly one; NULL: none or several.
ALTER TABLE traveler ADD COLUMN only_client_id bigint;
UPDATE traveler SET only_client_id = (SELECT max(l.client_id) FROM client_traveler l
	WHERE l.agency_id = traveler.agency_id AND l.traveler_id = traveler.id HAVING count(*) = 1);
DROP INDEX traveler_name;
DROP INDEX traveler_given;
DROP INDEX traveler_birth;
DROP INDEX traveler_birthday;
CREATE INDEX traveler_name ON traveler (agency_id, name_key, id, only_client_id) WHERE deleted_at IS NULL;
CREATE INDEX traveler_given ON traveler (agency_id, given_key, id, only_client_id) WHERE deleted_at IS NULL;
CREATE INDEX traveler_birth ON traveler (agency_id, birth_date, id, only_client_id) WHERE deleted_at IS NULL;
CREATE INDEX traveler_birthday ON traveler (agency_id, birth_md, only_client_id) WHERE birth_md <> '' AND deleted_at IS NULL;

-- Nobody travels on the account, who isn't in the trash.
ALTER TABLE client ADD COLUMN no_traveler boolean NOT NULL DEFAULT false;
UPDATE client SET no_traveler = true WHERE NOT EXISTS (SELECT 1 FROM client_traveler l
	JOIN traveler t ON t.agency_id = l.agency_id AND t.id = l.traveler_id AND t.deleted_at IS NULL
	WHERE l.agency_id = client.agency_id AND l.client_id = client.id);
CREATE INDEX client_alone ON client (agency_id, name_key, id, branch_id, advisor_id, customer_type_id, status) WHERE no_traveler AND deleted_at IS NULL;

-- The trigrams of names without their first letters: what begins with a word comes from
-- the order of the names, and only the others need be looked for.
CREATE VIRTUAL TABLE client_within_fts USING fts5(search, content='', contentless_delete=1, detail='none', tokenize='trigram');
INSERT INTO client_within_fts (rowid, search) SELECT id, substr(name_key, 2) FROM client;

DELETE FROM sqlite_stat1 WHERE idx IN ('traveler_name', 'traveler_given', 'traveler_birth', 'traveler_birthday');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('client', 'client_alone', '5000 1667 2 1 1 1 1 1'),
	('traveler', 'traveler_birth', '249512 83171 6 1 1'),
	('traveler', 'traveler_birthday', '222017 74006 225 1'),
	('traveler', 'traveler_given', '249512 83171 2 1 1'),
	('traveler', 'traveler_name', '249512 83171 2 1 1');
