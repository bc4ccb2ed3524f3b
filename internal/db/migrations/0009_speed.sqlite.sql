-- The trigram indexes keep which rows have a trigram, not where in the text it
-- stands. That is a third of the size, quicker to write and to read, and the search
-- looks at the rows themselves anyway.
DROP TABLE client_fts;
DROP TABLE traveler_fts;
CREATE VIRTUAL TABLE client_fts USING fts5(search, content='', contentless_delete=1, detail='none', tokenize='trigram');
CREATE VIRTUAL TABLE traveler_fts USING fts5(search, content='', contentless_delete=1, detail='none', tokenize='trigram');
INSERT INTO client_fts (rowid, search) SELECT id, search FROM client;
INSERT INTO traveler_fts (rowid, search) SELECT id, search FROM traveler;

-- The index by name tells who may see a client and what the usual filters ask, so
-- that rows which don't count needn't be read.
DROP INDEX client_name;
CREATE INDEX client_name ON client (agency_id, name_key, id, branch_id, advisor_id, customer_type_id, status) WHERE deleted_at IS NULL;
