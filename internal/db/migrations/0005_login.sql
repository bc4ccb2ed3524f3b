-- How people prove who they are. These are local tables: they answer before the
-- agency of a request is known, so nothing in them refers to a tenant table.

-- Lets one first start win when two people press the button at once.
CREATE TABLE first_start (
	one bigint NOT NULL PRIMARY KEY
);

-- An e-mail address signs in to one agency only.
CREATE TABLE login (
	email text NOT NULL PRIMARY KEY, -- normalised
	agency_id bigint NOT NULL,
	user_id bigint NOT NULL,
	handle text NOT NULL, -- what passkeys call this person: random
	password text NOT NULL DEFAULT '', -- argon2id, '' until the invitation is accepted
	password_at bigint,
	totp text NOT NULL DEFAULT '', -- sealed secret, '' when off
	totp_step bigint NOT NULL DEFAULT 0, -- the last step that was used: no code counts twice
	totp_new text NOT NULL DEFAULT '', -- sealed secret that awaits its first code
	created_at bigint NOT NULL
);
CREATE UNIQUE INDEX login_user ON login (agency_id, user_id);
CREATE UNIQUE INDEX login_handle ON login (handle);

CREATE TABLE session (
	id {{serial}},
	hash text NOT NULL, -- SHA-256 of the token
	agency_id bigint NOT NULL,
	user_id bigint NOT NULL,
	method text NOT NULL, -- password, password+totp, password+passkey, password+recovery, passkey, invite
	second_due boolean NOT NULL DEFAULT false, -- the second factor is missing: opens nothing yet
	created_at bigint NOT NULL,
	expires_at bigint NOT NULL, -- the absolute end
	seen_at bigint NOT NULL,
	proof_at bigint, -- when the person last proved who they are
	ip text NOT NULL DEFAULT '',
	user_agent text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX session_hash ON session (hash);
CREATE INDEX session_who ON session (agency_id, user_id);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE passkey (
	id {{serial}},
	credential text NOT NULL, -- its id, base64url
	agency_id bigint NOT NULL,
	user_id bigint NOT NULL,
	name text NOT NULL,
	data text NOT NULL, -- JSON: public key, flags, signature count
	created_at bigint NOT NULL,
	used_at bigint
);
CREATE UNIQUE INDEX passkey_credential ON passkey (credential);
CREATE INDEX passkey_user ON passkey (agency_id, user_id);

-- The state of a passkey ceremony between its two requests.
CREATE TABLE ceremony (
	hash text NOT NULL PRIMARY KEY,
	agency_id bigint NOT NULL DEFAULT 0,
	user_id bigint NOT NULL DEFAULT 0,
	data text NOT NULL,
	expires_at bigint NOT NULL
);
CREATE INDEX ceremony_expires ON ceremony (expires_at);

CREATE TABLE recovery_code (
	hash text NOT NULL PRIMARY KEY, -- SHA-256 of 120 random bits
	agency_id bigint NOT NULL,
	user_id bigint NOT NULL,
	used_at bigint
);
CREATE INDEX recovery_code_user ON recovery_code (agency_id, user_id);

-- Invitations and password resets: each link works once.
CREATE TABLE link_token (
	hash text NOT NULL PRIMARY KEY,
	kind text NOT NULL, -- invite, reset
	agency_id bigint NOT NULL,
	user_id bigint NOT NULL,
	created_at bigint NOT NULL,
	expires_at bigint NOT NULL,
	used_at bigint
);
CREATE INDEX link_token_user ON link_token (agency_id, user_id);
CREATE INDEX link_token_expires ON link_token (expires_at);

CREATE TABLE api_token (
	id {{serial}},
	hash text NOT NULL,
	hint text NOT NULL, -- its last four characters, to tell tokens apart
	agency_id bigint NOT NULL,
	user_id bigint NOT NULL,
	name text NOT NULL,
	scope text NOT NULL, -- read, write
	created_at bigint NOT NULL,
	expires_at bigint, -- NULL never
	used_at bigint,
	revoked_at bigint
);
CREATE UNIQUE INDEX api_token_hash ON api_token (hash);
CREATE INDEX api_token_user ON api_token (agency_id, user_id);

-- Failed attempts per address, account and pair of them.
CREATE TABLE throttle (
	key text NOT NULL PRIMARY KEY,
	failures bigint NOT NULL DEFAULT 0,
	last_at bigint NOT NULL,
	blocked_until bigint NOT NULL DEFAULT 0
);
CREATE INDEX throttle_last ON throttle (last_at);

-- Browsers and addresses from which somebody signed in before.
CREATE TABLE known_place (
	key text NOT NULL PRIMARY KEY, -- SHA-256
	agency_id bigint NOT NULL,
	user_id bigint NOT NULL,
	last_at bigint NOT NULL
);
CREATE INDEX known_place_user ON known_place (agency_id, user_id);

-- What happened around signing in: people see their own, auditors all of it.
CREATE TABLE signin (
	{{id}},
	at bigint NOT NULL,
	user_id bigint NOT NULL,
	event text NOT NULL, -- signin, signout, password, reset, totp_on, token_new ...
	method text NOT NULL DEFAULT '',
	outcome text NOT NULL, -- ok, failed, disabled
	detail text NOT NULL DEFAULT '',
	ip text NOT NULL DEFAULT '',
	user_agent text NOT NULL DEFAULT '',
	{{base}},
	{{key}},
	CONSTRAINT signin_user FOREIGN KEY (agency_id, user_id) REFERENCES "user" (agency_id, id)
);
CREATE INDEX signin_who ON signin (agency_id, user_id, id);
