-- The index by city was made anew and so lost what the planner knows of it: without
-- that, it is taken for the best way to any client of an agency.
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1 WHERE idx = 'client_city';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('client', 'client_city', '110200 36734 224 1');
