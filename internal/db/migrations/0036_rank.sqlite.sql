-- The indexes that tell whose only traveler somebody is tell that client's name, too: a
-- page of the clients who have such a traveler, by name, comes from them alone.
ALTER TABLE traveler ADD COLUMN only_client_key text NOT NULL DEFAULT '';
DROP INDEX traveler_name;
DROP INDEX traveler_given;
DROP INDEX traveler_birth;
DROP INDEX traveler_birthday;
UPDATE traveler SET only_client_key = coalesce((SELECT c.name_key FROM client c WHERE c.agency_id = traveler.agency_id AND c.id = traveler.only_client_id), '')
	WHERE only_client_id IS NOT NULL;
CREATE INDEX traveler_name ON traveler (agency_id, name_key, id, only_client_id, only_client_key) WHERE deleted_at IS NULL;
CREATE INDEX traveler_given ON traveler (agency_id, given_key, id, only_client_id, only_client_key) WHERE deleted_at IS NULL;
CREATE INDEX traveler_birth ON traveler (agency_id, birth_date, id, only_client_id, only_client_key) WHERE deleted_at IS NULL;
CREATE INDEX traveler_birthday ON traveler (agency_id, birth_md, only_client_id, only_client_key) WHERE birth_md <> '' AND deleted_at IS NULL;
DELETE FROM sqlite_stat1 WHERE idx IN ('traveler_name', 'traveler_given', 'traveler_birth', 'traveler_birthday');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('traveler', 'traveler_birth', '249512 83171 6 1 1 1'),
	('traveler', 'traveler_birthday', '222017 74006 225 1 1'),
	('traveler', 'traveler_given', '249512 83171 2 1 1 1'),
	('traveler', 'traveler_name', '249512 83171 2 1 1 1');
