-- The folded cities were written after the last look at the table.
ANALYZE client;
