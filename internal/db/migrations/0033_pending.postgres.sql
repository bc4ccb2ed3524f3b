-- A trigram index keeps what was added last in a list of its own, and every search reads
-- that list from end to end: up to 4 MB, which takes longer than the search itself.
-- Where the tables are partitioned, each part has its index.
-- +goose StatementBegin
DO $$
DECLARE
	i regclass;
BEGIN
	FOR i IN SELECT c.oid FROM pg_class c JOIN pg_am a ON a.oid = c.relam
		WHERE a.amname = 'gin' AND c.relkind = 'i' AND c.relnamespace = current_schema()::regnamespace
	LOOP
		EXECUTE format('ALTER INDEX %s SET (gin_pending_list_limit = 1024)', i);
		PERFORM gin_clean_pending_list(i);
	END LOOP;
END $$;
-- +goose StatementEnd
