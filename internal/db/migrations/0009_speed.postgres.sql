-- The indexes by name, branch and advisor tell who may see a client and what the
-- usual filters and counts ask, so that rows which don't count needn't be read.
DROP INDEX client_name;
DROP INDEX client_branch;
DROP INDEX client_advisor;
CREATE INDEX client_name ON client (agency_id, name_key, id, branch_id, advisor_id, customer_type_id, status) WHERE deleted_at IS NULL;
CREATE INDEX client_branch ON client (agency_id, branch_id, name_key, id, advisor_id, customer_type_id, status) WHERE deleted_at IS NULL;
CREATE INDEX client_advisor ON client (agency_id, advisor_id, name_key, id, branch_id, customer_type_id, status) WHERE deleted_at IS NULL;
