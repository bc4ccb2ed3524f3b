-- Imports bring passports, memberships and more of a person's profile.

-- Uploaded client lists may hold passport numbers: they lie sealed in the file store.
ALTER TABLE import_run ADD COLUMN file_key text NOT NULL DEFAULT ''; -- sealed: opens the file; '' for files from before
ALTER TABLE import_run ADD COLUMN new_programmes text NOT NULL DEFAULT ''; -- ids by comma: what undo removes
