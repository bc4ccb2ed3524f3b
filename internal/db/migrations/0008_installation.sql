-- What an installation knows about itself. A local table.
CREATE TABLE installation (
	name text NOT NULL PRIMARY KEY, -- vault: a text sealed with the vault's key
	value text NOT NULL
);
