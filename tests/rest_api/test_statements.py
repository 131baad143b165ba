"""A read costs as many SQL statements as it has levels, however many rows there are."""

from app.storage.tables import NOTES
from tests.gateway import Client
from tests.rest_api.client import Rest
from tests.rest_api.world import ACCOUNT, BASIC, CONTACT, DOCUMENT, copy, ledger

READS = {
    ("accounts", "ACCT-001"): 2,  # and its notes
    ("accounts", "ACCT-001", "notes", "NOTE-001"): 1,
    ("documents", "INV-001"): 1,
    ("representatives", "REP-001"): 3,  # and the linked numbers of both kinds
    ("representatives", "REP-001", "accounts"): 2,
    ("representatives", "REP-001", "documents"): 2,
    ("contacts", "CON-001"): 1,
}


async def test_each_read_takes_its_number_of_statements(rest: Rest, graph: Client) -> None:
    await ledger(rest)
    note = await graph.only('{ note(accountNumber: "ACCT-001", reference: "NOTE-001") { csrId } }')
    await copy(rest, NOTES, note["csrId"], "reference", [f"N-{n}" for n in range(300)])
    counted = {}
    for segments in READS:
        rest.gateway.statements.texts.clear()
        await rest.get(*segments)
        counted[segments] = len(rest.gateway.statements)
    assert counted == READS


async def test_a_write_is_answered_without_another_read(rest: Rest) -> None:
    await ledger(rest)
    kept = {"accounts": "ACCT-001", "representatives": "REP-001", "contacts": "CON-001"}
    for kind, key in kept.items():
        rest.gateway.statements.texts.clear()
        await rest.patch(kind, key, body={"phone": "1"})
        words = [text.split()[0] for text in rest.gateway.statements.texts]
        log = ["SELECT", "INSERT", "UPDATE"]
        assert words == (["SELECT", "UPDATE", *log] if rest.gateway.database.is_sqlite else ["SELECT", "WITH"]), kind


async def test_a_write_that_changes_nothing_takes_the_statement_that_reads(rest: Rest) -> None:
    await ledger(rest)
    kept = {"accounts/ACCT-001": ACCOUNT, "documents/INV-001": DOCUMENT | BASIC, "contacts/CON-001": CONTACT}
    for path, body in kept.items():
        rest.gateway.statements.texts.clear()
        await rest.put(*path.split("/"), body=body)
        assert [text.split()[0] for text in rest.gateway.statements.texts] == ["SELECT"], path
