-- Times are microseconds since 1970, UTC. See migrations/postgres for the reasons.

-- +goose Up
CREATE TABLE cards (
	token      TEXT    PRIMARY KEY,
	product    TEXT    NOT NULL,
	pan        BLOB,             -- sealed
	pan_hash   BLOB    UNIQUE,   -- keyed
	reference  BLOB    NOT NULL, -- PVV, offset, or stored block
	block      BLOB,             -- under the storage key
	tries_used INTEGER NOT NULL CHECK (tries_used >= 0),
	created    INTEGER NOT NULL,
	changed    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE answers (
	scope       BLOB NOT NULL,
	key         BLOB NOT NULL,
	fingerprint BLOB,
	outcome     BLOB,
	given       INTEGER,
	PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_given ON answers (given);

CREATE TABLE tickets (
	hash    BLOB    PRIMARY KEY,
	token   TEXT    NOT NULL REFERENCES cards (token),
	expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_expires ON tickets (expires);

CREATE TABLE mail (
	id      TEXT    PRIMARY KEY,
	job     BLOB    NOT NULL,
	created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_created ON mail (created, id);

CREATE TABLE audit (
	seq         INTEGER PRIMARY KEY,
	time        INTEGER NOT NULL,
	actor       TEXT    NOT NULL,
	action      TEXT    NOT NULL,
	card        TEXT    NOT NULL,
	outcome     TEXT    NOT NULL,
	updated_by  TEXT    NOT NULL,
	description TEXT    NOT NULL,
	trace       TEXT    NOT NULL,
	previous    BLOB    NOT NULL,
	hash        BLOB    NOT NULL
) STRICT;

CREATE TABLE audit_head (
	id   INTEGER PRIMARY KEY CHECK (id = 1),
	seq  INTEGER NOT NULL,
	hash BLOB    NOT NULL
) STRICT;
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, zeroblob(32));

CREATE TABLE probe (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
