-- The indexes of birth dates tell whose only traveler somebody is, and that client's name,
-- too: a page of the clients who have such a traveler, by name, comes from them alone.
-- Those of names don't: two long names are more than an entry of an index holds.
ALTER TABLE traveler ADD COLUMN only_client_key text NOT NULL DEFAULT '';
DROP INDEX traveler_birth;
DROP INDEX traveler_birthday;
UPDATE traveler t SET only_client_key = c.name_key FROM client c
	WHERE c.agency_id = t.agency_id AND c.id = t.only_client_id;
CREATE INDEX traveler_birth ON traveler (agency_id, birth_date, id, only_client_id, only_client_key) WHERE deleted_at IS NULL;
CREATE INDEX traveler_birthday ON traveler (agency_id, birth_md, only_client_id, only_client_key) WHERE birth_md <> '' AND deleted_at IS NULL;
