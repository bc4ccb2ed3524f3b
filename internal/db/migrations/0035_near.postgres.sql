-- What a list asks of many rows at once stands where the index finds it: whose only
-- traveler somebody is, who has no traveler, and what follows the first letter of a name.

-- The client of a traveler where there is exactly one; NULL: none or several.
ALTER TABLE traveler ADD COLUMN only_client_id bigint;
DROP INDEX traveler_name;
DROP INDEX traveler_given;
DROP INDEX traveler_birth;
DROP INDEX traveler_birthday;
UPDATE traveler t SET only_client_id = o.client_id
	FROM (SELECT agency_id, traveler_id, max(client_id) AS client_id FROM client_traveler GROUP BY agency_id, traveler_id HAVING count(*) = 1) o
	WHERE o.agency_id = t.agency_id AND o.traveler_id = t.id;
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
CREATE INDEX client_within ON client USING gin (agency_id, substr(name_key, 2) gin_trgm_ops) WITH (gin_pending_list_limit = 1024);
