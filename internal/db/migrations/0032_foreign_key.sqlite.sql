-- A traveler who goes for good is looked for in every table that refers to travelers. An
-- index of living rows doesn't tell of deleted ones, so these were read as a whole, for
-- each traveler of an import that is undone.
CREATE INDEX nationality_traveler ON nationality (agency_id, traveler_id);
CREATE INDEX relation_of ON relation (agency_id, a_id);
CREATE INDEX activity_person_any ON activity_person (agency_id, traveler_id);

ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('activity_person', 'activity_person_any', '60000 20000 1'),
	('nationality', 'nationality_traveler', '200000 66667 1'),
	('relation', 'relation_of', '120000 40000 1');
-- Has the planner read them now.
ANALYZE sqlite_schema;
