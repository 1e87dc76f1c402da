-- Times are microseconds since 1970, UTC. There is no sequence and no default:
-- every value comes from the service.

-- +goose Up
CREATE TABLE cards (
	token      TEXT   PRIMARY KEY,
	product    TEXT   NOT NULL,
	pan        BYTEA,           -- sealed
	pan_hash   BYTEA  UNIQUE,   -- keyed
	reference  BYTEA  NOT NULL, -- PVV, offset, or stored block
	block      BYTEA,           -- under the storage key
	tries_used BIGINT NOT NULL CHECK (tries_used >= 0),
	created    BIGINT NOT NULL,
	changed    BIGINT NOT NULL
) WITH (fillfactor = 70); -- so that a counter moves within its page and no index is written

-- What was answered once. A row without an outcome is the lock of a running
-- transaction: nobody else ever sees one.
CREATE TABLE answers (
	scope       BYTEA NOT NULL,
	key         BYTEA NOT NULL,
	fingerprint BYTEA,
	outcome     BYTEA,
	given       BIGINT,
	PRIMARY KEY (scope, key)
);
CREATE INDEX answers_given ON answers (given);

CREATE TABLE tickets (
	hash    BYTEA  PRIMARY KEY,
	token   TEXT   NOT NULL REFERENCES cards (token),
	expires BIGINT NOT NULL
);
CREATE INDEX tickets_expires ON tickets (expires);

CREATE TABLE mail (
	id      TEXT   PRIMARY KEY,
	job     BYTEA  NOT NULL,
	created BIGINT NOT NULL
);
CREATE INDEX mail_created ON mail (created, id);

CREATE TABLE audit (
	seq         BIGINT PRIMARY KEY,
	time        BIGINT NOT NULL,
	actor       TEXT   NOT NULL,
	action      TEXT   NOT NULL,
	card        TEXT   NOT NULL,
	outcome     TEXT   NOT NULL,
	updated_by  TEXT   NOT NULL,
	description TEXT   NOT NULL,
	trace       TEXT   NOT NULL,
	previous    BYTEA  NOT NULL,
	hash        BYTEA  NOT NULL
);

-- The end of the audit log, in one row: who writes the log locks it.
CREATE TABLE audit_head (
	id   BIGINT PRIMARY KEY CHECK (id = 1),
	seq  BIGINT NOT NULL,
	hash BYTEA  NOT NULL
) WITH (fillfactor = 10);
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'));

-- Where readiness probes write. It is always empty.
CREATE TABLE probe (id TEXT PRIMARY KEY);
