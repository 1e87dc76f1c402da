-- The audit log takes new entries and nothing else. Not for CockroachDB, whose
-- triggers are younger and fewer: there, grant the service's role no UPDATE or
-- DELETE on the table. A change shows in the chain of hashes either way.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
	FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
