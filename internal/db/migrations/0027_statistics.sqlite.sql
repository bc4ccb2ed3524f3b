-- What the planner needs to know of the indexes of 0016, 0017 and 0025: without that,
-- each is taken for the best way to any row of an agency.
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1 WHERE idx IN ('history_reveal', 'traveler_passport', 'tag_kind');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('history', 'history_reveal', '2000 700 20 1'),
	('traveler', 'traveler_passport', '249512 83171 4 1'), ('tag', 'tag_kind', '60 20 10 1');
