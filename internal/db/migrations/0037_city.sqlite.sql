-- Within a city clients sort by name, as within a branch or under an advisor.
DROP INDEX client_city;
CREATE INDEX client_city ON client (agency_id, city_key, name_key, id, branch_id, advisor_id, customer_type_id, status) WHERE deleted_at IS NULL;
DELETE FROM sqlite_stat1 WHERE idx = 'client_city';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('client', 'client_city', '110200 36734 224 1 1 1 1 1 1');
