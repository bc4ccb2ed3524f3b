-- Uploaded client lists may hold passport numbers: they lie sealed in the file store.
ALTER TABLE import_run ADD COLUMN file_key text NOT NULL DEFAULT ''; -- sealed: opens the file; '' for files from before
