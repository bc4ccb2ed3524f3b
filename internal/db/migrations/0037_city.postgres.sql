-- Within a city clients sort by name, as within a branch or under an advisor.
DROP INDEX client_city;
CREATE INDEX client_city ON client (agency_id, city_key, name_key, id, branch_id, advisor_id, customer_type_id, status) WHERE deleted_at IS NULL;
