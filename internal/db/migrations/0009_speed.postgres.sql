-- The index by name tells who may see a client and what the usual filters ask, so
-- that rows which don't count needn't be read.
DROP INDEX client_name;
CREATE INDEX client_name ON client (agency_id, name_key, id, branch_id, advisor_id, customer_type_id, status) WHERE deleted_at IS NULL;
