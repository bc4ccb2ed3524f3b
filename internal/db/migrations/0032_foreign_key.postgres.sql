-- A traveler who goes for good is looked for in every table that refers to travelers. An
-- index of living rows doesn't tell of deleted ones, so these were read as a whole, for
-- each traveler of an import that is undone.
CREATE INDEX nationality_traveler ON nationality (agency_id, traveler_id);
CREATE INDEX relation_of ON relation (agency_id, a_id);
CREATE INDEX activity_person_any ON activity_person (agency_id, traveler_id);
