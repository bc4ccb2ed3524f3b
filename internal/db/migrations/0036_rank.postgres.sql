-- The indexes that tell whose only traveler somebody is tell that client's name, too: a
-- page of the clients who have such a traveler, by name, comes from them alone.
ALTER TABLE traveler ADD COLUMN only_client_key text NOT NULL DEFAULT '';
DROP INDEX traveler_name;
DROP INDEX traveler_given;
DROP INDEX traveler_birth;
DROP INDEX traveler_birthday;
UPDATE traveler t SET only_client_key = c.name_key FROM client c
	WHERE c.agency_id = t.agency_id AND c.id = t.only_client_id;
CREATE INDEX traveler_name ON traveler (agency_id, name_key, id, only_client_id, only_client_key) WHERE deleted_at IS NULL;
CREATE INDEX traveler_given ON traveler (agency_id, given_key, id, only_client_id, only_client_key) WHERE deleted_at IS NULL;
CREATE INDEX traveler_birth ON traveler (agency_id, birth_date, id, only_client_id, only_client_key) WHERE deleted_at IS NULL;
CREATE INDEX traveler_birthday ON traveler (agency_id, birth_md, only_client_id, only_client_key) WHERE birth_md <> '' AND deleted_at IS NULL;
