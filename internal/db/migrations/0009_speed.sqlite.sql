-- The trigram indexes keep which rows have a trigram, not where in the text it
-- stands. That is a third of the size, quicker to write and to read, and the search
-- looks at the rows themselves anyway.
DROP TABLE client_fts;
DROP TABLE traveler_fts;
CREATE VIRTUAL TABLE client_fts USING fts5(search, content='', contentless_delete=1, detail='none', tokenize='trigram');
CREATE VIRTUAL TABLE traveler_fts USING fts5(search, content='', contentless_delete=1, detail='none', tokenize='trigram');
INSERT INTO client_fts (rowid, search) SELECT id, search FROM client;
INSERT INTO traveler_fts (rowid, search) SELECT id, search FROM traveler;

-- The indexes by name, branch and advisor tell who may see a client and what the
-- usual filters and counts ask, so that rows which don't count needn't be read.
DROP INDEX client_name;
DROP INDEX client_branch;
DROP INDEX client_advisor;
CREATE INDEX client_name ON client (agency_id, name_key, id, branch_id, advisor_id, customer_type_id, status) WHERE deleted_at IS NULL;
CREATE INDEX client_branch ON client (agency_id, branch_id, name_key, id, advisor_id, customer_type_id, status) WHERE deleted_at IS NULL;
CREATE INDEX client_advisor ON client (agency_id, advisor_id, name_key, id, branch_id, customer_type_id, status) WHERE deleted_at IS NULL;

-- What the planner knows of the tables: the shape of an agency with a hundred
-- thousand clients. It is fixed on purpose. A small database gets the plans that it
-- needs once it is large, no import runs on statistics of yesterday, and plans don't
-- change over night. A quick ANALYZE would look at the beginning of each index only,
-- where everything belongs to one agency and one branch.
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('address', 'address_owner', '116516 38839 38839 1 1'),
	('address', 'sqlite_autoindex_address_1', '116516 38839 1'),
	('agency', 'sqlite_autoindex_agency_1', '3 1 1'),
	('branch', 'branch_name', '44 15 1'),
	('branch', 'sqlite_autoindex_branch_1', '44 15 1'),
	('client', 'client_advisor', '110200 36734 296 1 1 1 1 1'),
	('client', 'client_anniversary', '18430 6144 42'),
	('client', 'client_branch', '110200 36734 2505 1 1 1 1 1'),
	('client', 'client_city', '110200 36734 224 1'),
	('client', 'client_classification', '110200 36734 18367 2 1'),
	('client', 'client_code', '110200 36734 1'),
	('client', 'client_created', '110200 36734 10 1'),
	('client', 'client_deleted', '1000 300 2'),
	('client', 'client_kind', '110200 36734 18367 2 1'),
	('client', 'client_name', '110200 36734 2 1 1 1 1 1'),
	('client', 'client_segment', '110200 36734 9184 2 1'),
	('client', 'client_status', '110200 36734 18367 2 1'),
	('client', 'client_type', '110200 36734 18367 2 1'),
	('client', 'client_updated', '110200 36734 10 1'),
	('client', 'sqlite_autoindex_client_1', '110200 36734 1'),
	('client_traveler', 'client_traveler_back', '249512 83171 1 1'),
	('client_traveler', 'client_traveler_pair', '249512 83171 3 1'),
	('client_traveler', 'sqlite_autoindex_client_traveler_1', '249512 83171 1'),
	('comment', 'comment_owner', '20000 6700 3350 2'),
	('comment', 'sqlite_autoindex_comment_1', '20000 6700 1'),
	('communication', 'communication_norm', '328381 109461 1'),
	('communication', 'communication_owner', '328381 109461 54731 2'),
	('communication', 'sqlite_autoindex_communication_1', '328381 109461 1'),
	('customer_type', 'customer_type_code', '13 5 1'),
	('customer_type', 'sqlite_autoindex_customer_type_1', '13 5 1'),
	('history', 'history_ref', '1418583 472861 36374 2 1'),
	('history', 'history_root', '1418583 472861 59108 4 1'),
	('history', 'history_run', '400000 130000 5000'),
	('history', 'sqlite_autoindex_history_1', '1418583 472861 1'),
	('interface_id', 'interface_id_client', '23647 7883 1'),
	('interface_id', 'interface_id_value', '23647 7883 2628 1'),
	('interface_id', 'sqlite_autoindex_interface_id_1', '23647 7883 1'),
	('share', 'share_all', '1000 330 4 1'),
	('share', 'share_of_client', '1000 330 2'),
	('share', 'share_one', '1000 330 4 1'),
	('share', 'sqlite_autoindex_share_1', '1000 330 1'),
	('tag', 'sqlite_autoindex_tag_1', '40 14 1'),
	('tag', 'tag_name', '40 14 1'),
	('tag_link', 'sqlite_autoindex_tag_link_1', '90780 30260 1'),
	('tag_link', 'tag_link_owner', '90780 30260 30260 2 1 1'),
	('tag_link', 'tag_link_tag', '90780 30260 2270 2270 1'),
	('traveler', 'sqlite_autoindex_traveler_1', '249512 83171 1'),
	('traveler', 'traveler_birth', '249512 83171 6 1'),
	('traveler', 'traveler_birthday', '222017 74006 225'),
	('traveler', 'traveler_created', '249512 83171 10 1'),
	('traveler', 'traveler_deleted', '1000 300 2'),
	('traveler', 'traveler_free', '20000 6700 100'),
	('traveler', 'traveler_given', '249512 83171 2 1'),
	('traveler', 'traveler_main', '1000 330 2'),
	('traveler', 'traveler_name', '249512 83171 2 1'),
	('traveler', 'traveler_updated', '249512 83171 10 1'),
	('user', 'sqlite_autoindex_user_1', '414 138 1'),
	('user', 'user_email', '414 138 1');
