"""How many SQL statements each write takes: a fixed number, whatever it writes."""

from typing import Any

from tests.commands.test_root_fields import WRITES
from tests.commands.verbs import BASIC, DATED, account, create, patch
from tests.gateway import Client

# One statement reads all that a write is judged by. On Postgres one more writes all of it, and a create needs no other;
# on SQLite each row is one, and so is the next csrId, and the change log takes three. A link is looked at and written
# statement by statement on both.
LOG = 3  # statements of the change log, where it is not part of another
LINKS = {"linkRepresentativeToAccount": 6, "linkRepresentativeToDocument": 6}
SQLITE = {
    "createAccount": 6,
    "replaceAccount": 5,
    "patchAccount": 5,
    "createDocument": 7,
    "replaceDocument": 5,
    "patchDocument": 5,
    "createRepresentative": 6,
    "replaceRepresentative": 5,
    "patchRepresentative": 5,
    "createContact": 6,
    "replaceContact": 5,
    "patchContact": 5,
    "closeDocument": 6,
    "createNote": 6,
    **LINKS,
}
POSTGRES = {name: 1 if name.startswith("create") else 2 for name in SQLITE} | LINKS


async def filled(client: Client) -> Client:
    """A tenant with one of each resource."""
    await account(client, "1")
    document = {"combined": {"accountNumber": "1", **DATED, "amounts": BASIC}}
    await create(client, "Document", "1", document)
    await create(client, "Representative", "1", {})
    await create(client, "Contact", "1", {"accountNumber": "1"})
    return client


async def test_every_mutation_takes_a_fixed_number_of_statements(acme: Client) -> None:
    await filled(acme)
    counted = {}
    for name, arguments in WRITES.items():
        await acme.query(f"mutation {{ {name}{arguments} {{ userErrors {{ code }} }} }}")
        counted[name] = len(acme.gateway.statements)
    assert counted == (SQLITE if acme.gateway.database.is_sqlite else POSTGRES)


async def statements(client: Client, resource: str, key: str, change: dict[str, Any], ask: str = "version") -> int:
    await patch(client, resource, key, change, ask)
    return len(client.gateway.statements)


async def test_a_patch_takes_more_for_what_it_has_to_check_or_keep(acme: Client) -> None:
    await filled(acme)
    await create(acme, "Representative", "2", {})
    await create(acme, "Contact", "2", {"accountNumber": "1"})
    counted = [
        await statements(acme, "Document", "1", {"comment": "x", "description": "y", "udp1": "z"}),
        await statements(acme, "Document", "1", {"accountNumber": "1", "comment": "y"}),
        await statements(acme, "Document", "1", {"denomination": "1"}),
        await statements(acme, "Document", "1", {"denomination": "0"}),  # adds to the history
        await statements(acme, "Representative", "1", {"supervisorRepresentativeReference": "2"}),
        await statements(acme, "Contact", "1", {"isPrimary": True}),
        await statements(acme, "Contact", "1", {"isPrimary": True, "title": "x"}),
        await statements(acme, "Contact", "2", {"isPrimary": True}),
    ]
    plain, with_history = (2 + LOG, 3 + LOG) if acme.gateway.database.is_sqlite else (2, 2)
    # What needs locks finds that out by its first statement, and goes statement by statement.
    locked, unseated = 1 + 4 + LOG, 1 + 5 + LOG
    assert counted == [plain, plain, plain, with_history, locked, locked, plain, unseated]


async def test_what_the_answer_nests_takes_one_statement_in_all(acme: Client) -> None:
    await filled(acme)
    ask = "version account { name documents { nodes { documentNumber account { name } } } } statusHistory { status }"
    plain = 2 + LOG if acme.gateway.database.is_sqlite else 2
    assert await statements(acme, "Document", "1", {"comment": "x"}, ask) == plain + 1


async def test_a_write_that_changes_nothing_takes_the_one_that_reads(acme: Client) -> None:
    await filled(acme)
    kept = {"Account": {"name": "Acme"}, "Document": {"denomination": "40.00"}, "Representative": {}, "Contact": {}}
    for resource, change in kept.items():
        assert await statements(acme, resource, "1", change) == 1, resource


async def test_a_refused_write_reads_no_answer(acme: Client) -> None:
    await filled(acme)
    text = 'mutation { patchAccount(accountNumber: "1", patch: {name: ""}) { account { name } userErrors { code } } }'
    assert (await acme.only(text))["account"] is None
    assert len(acme.gateway.statements) == 1
