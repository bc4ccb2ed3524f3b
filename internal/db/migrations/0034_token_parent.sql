-- A token that was made by means of another one ends with it.

ALTER TABLE api_token ADD COLUMN parent_id bigint; -- the token that made it; NULL: the person, or from before
