-- SQLite's trigram indexes have no such list: the nightly upkeep merges their segments.
SELECT 1;
