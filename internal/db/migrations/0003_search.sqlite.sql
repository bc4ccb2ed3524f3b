-- The trigram indexes of the search box. They keep no text of their own; package
-- record writes them together with the column "search".
CREATE VIRTUAL TABLE client_fts USING fts5(search, content='', contentless_delete=1, tokenize='trigram');
CREATE VIRTUAL TABLE traveler_fts USING fts5(search, content='', contentless_delete=1, tokenize='trigram');
