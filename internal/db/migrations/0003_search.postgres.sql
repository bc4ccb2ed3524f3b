-- The trigram indexes of the search box. Both extensions are "trusted": the owner
-- of the database may create them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE INDEX client_search ON client USING gin (agency_id, search gin_trgm_ops);
CREATE INDEX traveler_search ON traveler USING gin (agency_id, search gin_trgm_ops);
