"""The change log takes no entry under an API key that is revoked, or that may only read.

Whoever writes, and whoever revokes a key, locks the end of the tenant's log before adding to it. So a trigger that
looks at the key then has every write stand in the log before the revocation of its key, or be refused.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# An entry names its key by the first digits of the key's hash. Whoever may only read has PDFs rendered all the same.
NO_VALID_KEY = """NOT EXISTS (
    SELECT 1 FROM {keys}
    WHERE tenant_id = NEW.tenant_id AND key_hash >= NEW.key_id AND key_hash < NEW.key_id || 'g' AND revoked_at IS NULL
        AND (NOT read_only OR NEW.verb = 'attach' AND {source} = 'generated'))"""
REFUSAL = "the API key is revoked, or may only read"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        condition = NO_VALID_KEY.format(keys="api_keys", source="json_extract(NEW.after, '$.source')")
        op.execute(
            "CREATE TRIGGER changes_by_valid_keys BEFORE INSERT ON changes WHEN NEW.key_id IS NOT NULL "
            f"AND {condition} BEGIN SELECT RAISE(ABORT, 'KEY01: {REFUSAL}'); END"
        )
        return
    # With its schema, or whoever writes could put a temporary table in the place of the keys.
    keys = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema()) || '.api_keys'").scalar_one()
    condition = NO_VALID_KEY.format(keys=keys, source="NEW.after ->> 'source'")
    # A volatile function sees what was committed before the log's end was locked, which its statement may not.
    op.execute(
        "CREATE FUNCTION refuse_ended_key() RETURNS trigger LANGUAGE plpgsql VOLATILE AS "
        f"$$ BEGIN IF {condition} THEN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'KEY01'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER changes_by_valid_keys BEFORE INSERT ON changes "
        "FOR EACH ROW WHEN (NEW.key_id IS NOT NULL) EXECUTE FUNCTION refuse_ended_key()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER changes_by_valid_keys ON changes")
        op.execute("DROP FUNCTION refuse_ended_key()")
    else:
        op.execute("DROP TRIGGER changes_by_valid_keys")
