-- Who was there when something happened (R128, R129): travelers that the agency knows.
-- Others stay names in activity.persons. owner_kind and owner_id are those of the
-- activity, which never change: the history of that record shows who came and went.

CREATE TABLE activity_person (
	{{id}},
	activity_id bigint NOT NULL,
	traveler_id bigint NOT NULL,
	owner_kind text NOT NULL, -- client, traveler
	owner_id bigint NOT NULL,
	{{base}},
	{{key}},
	CONSTRAINT activity_person_activity FOREIGN KEY (agency_id, activity_id) REFERENCES activity (agency_id, id) ON DELETE CASCADE,
	CONSTRAINT activity_person_traveler FOREIGN KEY (agency_id, traveler_id) REFERENCES traveler (agency_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX activity_person_once ON activity_person (agency_id, activity_id, traveler_id) WHERE deleted_at IS NULL;
CREATE INDEX activity_person_all ON activity_person (agency_id, activity_id);
CREATE INDEX activity_person_traveler ON activity_person (agency_id, traveler_id, activity_id) WHERE deleted_at IS NULL;
CREATE INDEX activity_person_deleted ON activity_person (agency_id, deleted_at) WHERE deleted_at IS NOT NULL;
