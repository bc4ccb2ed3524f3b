-- Open follow-ups of one's own, for the start page: those of all others were read too.
CREATE INDEX activity_mine ON activity (agency_id, created_by, follow_due) WHERE follow_due <> '' AND deleted_at IS NULL;
