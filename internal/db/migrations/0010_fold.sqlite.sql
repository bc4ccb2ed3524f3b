-- Cities sort and are found without case and accents, as names are.
ALTER TABLE client ADD COLUMN city_key text NOT NULL DEFAULT '';
UPDATE client SET city_key = carnet_fold(city) WHERE city <> '';
DROP INDEX client_city;
CREATE INDEX client_city ON client (agency_id, city_key, id) WHERE deleted_at IS NULL;
