-- The indexes of birth dates tell whose only traveler somebody is, and that client's name,
-- too: a page of the clients who have such a traveler, by name, comes from them alone.
-- Those of names don't: two long names are more than an entry of an index holds.
ALTER TABLE traveler ADD COLUMN only_client_key text NOT NULL DEFAULT '';
DROP INDEX traveler_birth;
DROP INDEX traveler_birthday;
UPDATE traveler SET only_client_key = coalesce((SELECT c.name_key FROM client c WHERE c.agency_id = traveler.agency_id AND c.id = traveler.only_client_id), '')
	WHERE only_client_id IS NOT NULL;
CREATE INDEX traveler_birth ON traveler (agency_id, birth_date, id, only_client_id, only_client_key) WHERE deleted_at IS NULL;
CREATE INDEX traveler_birthday ON traveler (agency_id, birth_md, only_client_id, only_client_key) WHERE birth_md <> '' AND deleted_at IS NULL;
DELETE FROM sqlite_stat1 WHERE idx IN ('traveler_birth', 'traveler_birthday');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('traveler', 'traveler_birth', '249512 83171 6 1 1 1'),
	('traveler', 'traveler_birthday', '222017 74006 225 1 1');
