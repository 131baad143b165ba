"""The first schema."""

import sqlalchemy as sa
from alembic import op

from app.storage import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_folding()
    create_csr_source()
    op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("name", types.Text(255), nullable=False),
        sa.Column("connection_id", types.Text(36), nullable=False),
        sa.Column("products", types.ProductSet(), nullable=False),
        sa.Column("currency_model", types.Text(20), nullable=True),
        sa.Column("created_at", types.Timestamp(), nullable=False),
        sa.CheckConstraint("currency_model IN ('basic', 'extended')", name=op.f("ck_tenants_currency_model")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("connection_id", name=op.f("uq_tenants_connection_id")),
        sa.UniqueConstraint("name", name=op.f("uq_tenants_name")),
    )
    op.create_table(
        "accounts",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("account_number", types.Text(255), nullable=False),
        sa.Column("name", types.Text(255), nullable=False),
        sa.Column("display_reference", types.Text(255), nullable=True),
        sa.Column("currency", types.Text(3), nullable=True),
        sa.Column("language", types.Text(2), nullable=True),
        sa.Column("billing_address", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("remit_to", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("phone", types.Text(255), nullable=True),
        sa.Column("mobile_phone", types.Text(255), nullable=True),
        sa.Column("fax", types.Text(255), nullable=True),
        sa.Column("email", types.Text(254), nullable=True),
        sa.Column("payment_terms", types.Text(255), nullable=True),
        sa.Column("credit_limit", types.Amount(), nullable=True),
        sa.Column("account_group", types.Text(255), nullable=True),
        sa.Column("parent_account_number", types.Text(255), nullable=True),
        sa.Column("is_parent_account", sa.Boolean(), nullable=True),
        sa.Column("branch_name", types.Text(255), nullable=True),
        sa.Column("description", types.Text(10000), nullable=True),
        sa.Column("vat", types.Text(255), nullable=True),
        sa.Column("company_registration_number", types.Text(255), nullable=True),
        sa.Column("data_providers", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom_fields", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("csr_id", sa.Integer(), nullable=False),
        sa.Column("products", types.ProductSet(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Timestamp(), nullable=False),
        sa.Column("updated_at", types.Timestamp(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_accounts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "account_number", name=op.f("pk_accounts")),
        sa.UniqueConstraint("tenant_id", "csr_id", name=op.f("uq_accounts_tenant_id_csr_id")),
    )
    op.create_index(
        op.f("ix_accounts_tenant_id_account_group_csr_id"),
        "accounts",
        ["tenant_id", "account_group", "csr_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_accounts_tenant_id_created_at_csr_id"), "accounts", ["tenant_id", "created_at", "csr_id"], unique=False
    )
    op.create_index(
        op.f("ix_accounts_tenant_id_display_reference"), "accounts", ["tenant_id", "display_reference"], unique=False
    )
    op.create_index(op.f("ix_accounts_tenant_id_email"), "accounts", ["tenant_id", "email"], unique=False)
    op.create_index(
        op.f("ix_accounts_tenant_id_name_csr_id"), "accounts", ["tenant_id", "name", "csr_id"], unique=False
    )
    op.create_index(
        op.f("ix_accounts_tenant_id_parent_account_number"),
        "accounts",
        ["tenant_id", "parent_account_number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_accounts_tenant_id_updated_at_csr_id"), "accounts", ["tenant_id", "updated_at", "csr_id"], unique=False
    )
    op.create_table(
        "api_keys",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", types.Text(64), nullable=False),
        sa.Column("read_only", sa.Boolean(), nullable=False),
        sa.Column("label", types.Text(255), nullable=True),
        sa.Column("created_at", types.Timestamp(), nullable=False),
        sa.Column("revoked_at", types.Timestamp(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_api_keys_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "key_hash", name=op.f("pk_api_keys")),
    )
    op.create_index(op.f("ix_api_keys_key_hash"), "api_keys", ["key_hash"], unique=False)
    op.create_table(
        "representatives",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("reference", types.Text(255), nullable=False),
        sa.Column("name", types.Text(255), nullable=True),
        sa.Column("email", types.Text(254), nullable=True),
        sa.Column("phone", types.Text(255), nullable=True),
        sa.Column("mobile_phone", types.Text(255), nullable=True),
        sa.Column("fax", types.Text(255), nullable=True),
        sa.Column("language", types.Text(2), nullable=True),
        sa.Column("title", types.Text(255), nullable=True),
        sa.Column("department", types.Text(255), nullable=True),
        sa.Column("representative_type", types.Text(255), nullable=True),
        sa.Column("supervisor_representative_reference", types.Text(255), nullable=True),
        sa.Column("extra_info", types.Text(10000), nullable=True),
        sa.Column("custom_fields", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("csr_id", sa.Integer(), nullable=False),
        sa.Column("products", types.ProductSet(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Timestamp(), nullable=False),
        sa.Column("updated_at", types.Timestamp(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "supervisor_representative_reference"],
            ["representatives.tenant_id", "representatives.reference"],
            name=op.f("fk_representatives_tenant_id_supervisor_representative_reference"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_representatives_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "reference", name=op.f("pk_representatives")),
        sa.UniqueConstraint("tenant_id", "csr_id", name=op.f("uq_representatives_tenant_id_csr_id")),
    )
    op.create_index(
        op.f("ix_representatives_tenant_id_created_at_csr_id"),
        "representatives",
        ["tenant_id", "created_at", "csr_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_representatives_tenant_id_name_csr_id"),
        "representatives",
        ["tenant_id", "name", "csr_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_representatives_tenant_id_supervisor_representative_reference"),
        "representatives",
        ["tenant_id", "supervisor_representative_reference"],
        unique=False,
    )
    op.create_index(
        op.f("ix_representatives_tenant_id_updated_at_csr_id"),
        "representatives",
        ["tenant_id", "updated_at", "csr_id"],
        unique=False,
    )
    op.create_table(
        "account_representatives",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("account_number", types.Text(255), nullable=False),
        sa.Column("reference", types.Text(255), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_number"],
            ["accounts.tenant_id", "accounts.account_number"],
            name=op.f("fk_account_representatives_tenant_id_account_number"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reference"],
            ["representatives.tenant_id", "representatives.reference"],
            name=op.f("fk_account_representatives_tenant_id_reference"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_number", "reference", name=op.f("pk_account_representatives")),
    )
    op.create_index(
        op.f("ix_account_representatives_tenant_id_reference_account_number"),
        "account_representatives",
        ["tenant_id", "reference", "account_number"],
        unique=False,
    )
    op.create_table(
        "contacts",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("reference", types.Text(255), nullable=False),
        sa.Column("account_number", types.Text(255), nullable=True),
        sa.Column("name", types.Text(255), nullable=True),
        sa.Column("first_name", types.Text(255), nullable=True),
        sa.Column("last_name", types.Text(255), nullable=True),
        sa.Column("function", types.Text(255), nullable=True),
        sa.Column("email", types.Text(254), nullable=True),
        sa.Column("phone", types.Text(255), nullable=True),
        sa.Column("mobile_phone", types.Text(255), nullable=True),
        sa.Column("fax", types.Text(255), nullable=True),
        sa.Column("title", types.Text(255), nullable=True),
        sa.Column("department", types.Text(255), nullable=True),
        sa.Column("contact_type", types.Text(255), nullable=True),
        sa.Column("language", types.Text(2), nullable=True),
        sa.Column("address1", types.Text(255), nullable=True),
        sa.Column("address2", types.Text(255), nullable=True),
        sa.Column("city", types.Text(255), nullable=True),
        sa.Column("state", types.Text(255), nullable=True),
        sa.Column("zip", types.Text(255), nullable=True),
        sa.Column("country", types.Text(2), nullable=True),
        sa.Column("notes", types.Text(10000), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=True),
        sa.Column("custom_fields", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("csr_id", sa.Integer(), nullable=False),
        sa.Column("products", types.ProductSet(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Timestamp(), nullable=False),
        sa.Column("updated_at", types.Timestamp(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_number"],
            ["accounts.tenant_id", "accounts.account_number"],
            name=op.f("fk_contacts_tenant_id_account_number"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_contacts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "reference", name=op.f("pk_contacts")),
        sa.UniqueConstraint("tenant_id", "csr_id", name=op.f("uq_contacts_tenant_id_csr_id")),
    )
    op.create_index(
        op.f("ix_contacts_tenant_id_account_number_reference"),
        "contacts",
        ["tenant_id", "account_number", "reference"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contacts_tenant_id_created_at_csr_id"), "contacts", ["tenant_id", "created_at", "csr_id"], unique=False
    )
    op.create_index(
        op.f("ix_contacts_tenant_id_name_csr_id"), "contacts", ["tenant_id", "name", "csr_id"], unique=False
    )
    op.create_index(
        op.f("ix_contacts_tenant_id_updated_at_csr_id"), "contacts", ["tenant_id", "updated_at", "csr_id"], unique=False
    )
    op.create_index(
        "uq_contacts_primary",
        "contacts",
        ["tenant_id", "account_number"],
        unique=True,
        sqlite_where=sa.text("is_primary"),
        postgresql_where=sa.text("is_primary"),
    )
    op.create_table(
        "documents",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("document_number", types.Text(255), nullable=False),
        sa.Column("account_number", types.Text(255), nullable=False),
        sa.Column("applies_to_invoice", types.Text(255), nullable=True),
        sa.Column("invoice_num", types.Text(255), nullable=True),
        sa.Column("invoice_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("po_number", types.Text(255), nullable=True),
        sa.Column("pdf_name", types.Text(255), nullable=True),
        sa.Column("description", types.Text(10000), nullable=True),
        sa.Column("comment", types.Text(10000), nullable=True),
        sa.Column("branch_name", types.Text(255), nullable=True),
        sa.Column("ship_to_account_num", types.Text(255), nullable=True),
        sa.Column("ship_to_address_street", types.Text(255), nullable=True),
        sa.Column("ship_to_address_suite", types.Text(255), nullable=True),
        sa.Column("ship_to_address_city", types.Text(255), nullable=True),
        sa.Column("ship_to_address_state", types.Text(255), nullable=True),
        sa.Column("ship_to_address_zip", types.Text(255), nullable=True),
        sa.Column("ship_to_address_country", types.Text(2), nullable=True),
        sa.Column("discount_date", sa.Date(), nullable=True),
        sa.Column("discount_amount", types.Amount(), nullable=True),
        sa.Column("freight_amount", types.Amount(), nullable=True),
        sa.Column("routing", types.Text(1), nullable=True),
        sa.Column("dest_email_address", types.Text(254), nullable=True),
        sa.Column("dest_fax_number", types.Text(255), nullable=True),
        sa.Column("ship_from_zip", types.Text(255), nullable=True),
        sa.Column("duty_amt", types.Amount(), nullable=True),
        sa.Column("merchant_name", types.Text(255), nullable=True),
        sa.Column("part_number", types.Text(255), nullable=True),
        sa.Column("commodity_code", types.Text(255), nullable=True),
        sa.Column("tax_rate", types.Amount(), nullable=True),
        sa.Column("udp1", types.Text(255), nullable=True),
        sa.Column("udp2", types.Text(255), nullable=True),
        sa.Column("udp3", types.Text(255), nullable=True),
        sa.Column("udp4", types.Text(255), nullable=True),
        sa.Column("udp5", types.Text(255), nullable=True),
        sa.Column("fabricated_record", sa.Boolean(), nullable=True),
        sa.Column("template_id", types.Text(255), nullable=True),
        sa.Column("match_field_1", types.Text(255), nullable=True),
        sa.Column("match_field_2", types.Text(255), nullable=True),
        sa.Column("match_field_3", types.Text(255), nullable=True),
        sa.Column("match_field_4", types.Text(255), nullable=True),
        sa.Column("match_field_5", types.Text(255), nullable=True),
        sa.Column("match_field_6", types.Text(255), nullable=True),
        sa.Column("match_field_7", types.Text(255), nullable=True),
        sa.Column("match_field_8", types.Text(255), nullable=True),
        sa.Column("match_field_9", types.Text(255), nullable=True),
        sa.Column("match_field_10", types.Text(255), nullable=True),
        sa.Column("match_field_11", types.Text(255), nullable=True),
        sa.Column("match_field_12", types.Text(255), nullable=True),
        sa.Column("match_field_13", types.Text(255), nullable=True),
        sa.Column("match_field_14", types.Text(255), nullable=True),
        sa.Column("match_field_15", types.Text(255), nullable=True),
        sa.Column("match_field_16", types.Text(255), nullable=True),
        sa.Column("match_field_17", types.Text(255), nullable=True),
        sa.Column("match_field_18", types.Text(255), nullable=True),
        sa.Column("match_field_19", types.Text(255), nullable=True),
        sa.Column("match_field_20", types.Text(255), nullable=True),
        sa.Column("match_field_21", types.Text(255), nullable=True),
        sa.Column("match_field_22", types.Text(255), nullable=True),
        sa.Column("currency", types.Text(3), nullable=True),
        sa.Column("original_denomination", types.Amount(), nullable=True),
        sa.Column("denomination", types.Amount(), nullable=True),
        sa.Column("original_currency", types.Text(3), nullable=True),
        sa.Column("base_currency", types.Text(3), nullable=True),
        sa.Column("original_denomination_in_original_currency", types.Amount(), nullable=True),
        sa.Column("original_denomination_in_base_currency", types.Amount(), nullable=True),
        sa.Column("denomination_in_original_currency", types.Amount(), nullable=True),
        sa.Column("denomination_in_base_currency", types.Amount(), nullable=True),
        sa.Column("line_items", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("thick_billing", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom_fields", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("document_type", types.Text(20), nullable=False),
        sa.Column("status", types.Text(20), nullable=False),
        sa.Column("currency_model", types.Text(20), nullable=True),
        sa.Column("open_amount", types.OrderedAmount(), nullable=True),
        sa.Column("open_currency", types.Text(3), nullable=True),
        sa.Column("invoice_key", types.Text(255), nullable=False),
        sa.Column("closed_at", types.Timestamp(), nullable=True),
        sa.Column("closure_reason", types.Text(20), nullable=True),
        sa.Column("closure_notes", types.Text(10000), nullable=True),
        sa.Column("csr_id", sa.Integer(), nullable=False),
        sa.Column("products", types.ProductSet(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Timestamp(), nullable=False),
        sa.Column("updated_at", types.Timestamp(), nullable=False),
        sa.CheckConstraint(
            "closure_reason IN ('paid', 'write_off', 'contra', 'adjustment', 'other')",
            name=op.f("ck_documents_closure_reason"),
        ),
        sa.CheckConstraint("currency_model IN ('basic', 'extended')", name=op.f("ck_documents_currency_model")),
        sa.CheckConstraint(
            "document_type IN ('other', 'invoice', 'credit_note')", name=op.f("ck_documents_document_type")
        ),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_documents_status")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_number"],
            ["accounts.tenant_id", "accounts.account_number"],
            name=op.f("fk_documents_tenant_id_account_number"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_documents_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "document_number", name=op.f("pk_documents")),
        sa.UniqueConstraint("tenant_id", "csr_id", name=op.f("uq_documents_tenant_id_csr_id")),
    )
    op.create_index(
        "ix_documents_balances",
        "documents",
        ["tenant_id", "account_number", "status", "due_date", "open_currency", "open_amount"],
        unique=False,
    )
    op.create_index(
        op.f("ix_documents_tenant_id_account_number_document_number"),
        "documents",
        ["tenant_id", "account_number", "document_number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_documents_tenant_id_account_number_due_date_csr_id"),
        "documents",
        ["tenant_id", "account_number", "due_date", "csr_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_documents_tenant_id_applies_to_invoice"),
        "documents",
        ["tenant_id", "applies_to_invoice"],
        unique=False,
    )
    op.create_index(
        op.f("ix_documents_tenant_id_created_at_csr_id"),
        "documents",
        ["tenant_id", "created_at", "csr_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_documents_tenant_id_due_date_csr_id"), "documents", ["tenant_id", "due_date", "csr_id"], unique=False
    )
    op.create_index(
        op.f("ix_documents_tenant_id_invoice_date_csr_id"),
        "documents",
        ["tenant_id", "invoice_date", "csr_id"],
        unique=False,
    )
    op.create_index(op.f("ix_documents_tenant_id_invoice_key"), "documents", ["tenant_id", "invoice_key"], unique=False)
    op.create_index(op.f("ix_documents_tenant_id_invoice_num"), "documents", ["tenant_id", "invoice_num"], unique=False)
    op.create_index(
        op.f("ix_documents_tenant_id_open_amount_csr_id"),
        "documents",
        ["tenant_id", "open_amount", "csr_id"],
        unique=False,
    )
    op.create_index(op.f("ix_documents_tenant_id_po_number"), "documents", ["tenant_id", "po_number"], unique=False)
    op.create_index(
        op.f("ix_documents_tenant_id_status_csr_id"), "documents", ["tenant_id", "status", "csr_id"], unique=False
    )
    op.create_index(
        op.f("ix_documents_tenant_id_updated_at_csr_id"),
        "documents",
        ["tenant_id", "updated_at", "csr_id"],
        unique=False,
    )
    op.create_table(
        "notes",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("reference", types.Text(255), nullable=False),
        sa.Column("body", types.Text(10000), nullable=False),
        sa.Column("subject", types.Text(255), nullable=True),
        sa.Column("note_type", types.Text(255), nullable=True),
        sa.Column("effective_date", types.Timestamp(), nullable=True),
        sa.Column("account_number", types.Text(255), nullable=False),
        sa.Column("csr_id", sa.Integer(), nullable=False),
        sa.Column("products", types.ProductSet(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Timestamp(), nullable=False),
        sa.Column("updated_at", types.Timestamp(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_number"],
            ["accounts.tenant_id", "accounts.account_number"],
            name=op.f("fk_notes_tenant_id_account_number"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=op.f("fk_notes_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "reference", name=op.f("pk_notes")),
        sa.UniqueConstraint("tenant_id", "csr_id", name=op.f("uq_notes_tenant_id_csr_id")),
    )
    op.create_index(
        op.f("ix_notes_tenant_id_account_number_created_at_csr_id"),
        "notes",
        ["tenant_id", "account_number", "created_at", "csr_id"],
        unique=False,
    )
    op.create_table(
        "document_representatives",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("document_number", types.Text(255), nullable=False),
        sa.Column("reference", types.Text(255), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "document_number"],
            ["documents.tenant_id", "documents.document_number"],
            name=op.f("fk_document_representatives_tenant_id_document_number"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reference"],
            ["representatives.tenant_id", "representatives.reference"],
            name=op.f("fk_document_representatives_tenant_id_reference"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "document_number", "reference", name=op.f("pk_document_representatives")),
    )
    op.create_index(
        op.f("ix_document_representatives_tenant_id_reference_document_number"),
        "document_representatives",
        ["tenant_id", "reference", "document_number"],
        unique=False,
    )
    op.create_table(
        "status_transitions",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("document_number", types.Text(255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", types.Text(20), nullable=False),
        sa.Column("at", types.Timestamp(), nullable=False),
        sa.Column("reason", types.Text(20), nullable=True),
        sa.Column("notes", types.Text(10000), nullable=True),
        sa.CheckConstraint(
            "reason IN ('paid', 'write_off', 'contra', 'adjustment', 'other')",
            name=op.f("ck_status_transitions_reason"),
        ),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_status_transitions_status")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "document_number"],
            ["documents.tenant_id", "documents.document_number"],
            name=op.f("fk_status_transitions_tenant_id_document_number"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "document_number", "version", name=op.f("pk_status_transitions")),
    )
    forbid_changes_of_notes()


def create_folding() -> None:
    """A collation whose lower() knows every script; a database's own, in locale C, knows ASCII alone."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    known = sa.text("SELECT count(*) FROM pg_collation WHERE collname = 'und-x-icu'")
    if connection.execute(known).scalar():
        op.execute("CREATE COLLATION folding (provider = icu, locale = 'und')")
    elif (connection.dialect.server_version_info or ()) >= (18,):
        op.execute("CREATE COLLATION folding (provider = builtin, locale = 'PG_UNICODE_FAST')")
    else:
        op.execute("CREATE COLLATION folding (provider = libc, locale = 'C.UTF-8')")


def create_csr_source() -> None:
    """What csrIds are drawn from: a sequence where there is one, else a counter."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE csr_id_seq AS integer")
    else:
        counter = op.create_table("csr_counter", sa.Column("value", sa.Integer(), nullable=False))
        op.bulk_insert(counter, [{"value": 0}])


def forbid_changes_of_notes() -> None:
    """A note can only be added: the database itself refuses to change or remove one."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change_of_notes() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'notes are append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER notes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON notes "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_notes()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER notes_append_only_{change.lower()} BEFORE {change} ON notes "
            "BEGIN SELECT RAISE(ABORT, 'notes are append-only'); END"
        )
    # INSERT OR REPLACE deletes without a word unless recursive_triggers is on, which any other client may forget.
    op.execute(
        "CREATE TRIGGER notes_append_only_replace BEFORE INSERT ON notes WHEN EXISTS (SELECT 1 FROM notes "
        "WHERE tenant_id = NEW.tenant_id AND (reference = NEW.reference OR csr_id = NEW.csr_id)) "
        "BEGIN SELECT RAISE(ABORT, 'notes are append-only'); END"
    )


def downgrade() -> None:
    raise NotImplementedError("there is no schema before the first")
