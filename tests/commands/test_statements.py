"""How many SQL statements each write takes, its answer apart: a fixed number, whatever it writes."""

from typing import Any

from tests.commands.test_root_fields import WRITES
from tests.commands.verbs import BASIC, DATED, account, create, patch
from tests.gateway import Client

# Look up the key, check what is referred to, take a csrId, write; a document reads its tenant's currency model and
# keeps its history as well.
STATEMENTS = {
    "createAccount": 3,
    "replaceAccount": 2,
    "patchAccount": 2,
    "createDocument": 6,
    "replaceDocument": 4,
    "patchDocument": 3,
    "createRepresentative": 3,
    "replaceRepresentative": 2,
    "patchRepresentative": 2,
    "createContact": 4,
    "replaceContact": 3,
    "patchContact": 2,
    "closeDocument": 3,
    "createNote": 4,
    "linkRepresentativeToAccount": 3,
    "linkRepresentativeToDocument": 3,
}


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
    assert counted == STATEMENTS


async def statements(client: Client, resource: str, key: str, change: dict[str, Any], ask: str = "version") -> int:
    await patch(client, resource, key, change, ask)
    return len(client.gateway.statements) - 1  # less the one that reads the answer


async def test_a_patch_takes_more_for_what_it_has_to_check_or_keep(acme: Client) -> None:
    await filled(acme)
    assert await statements(acme, "Document", "1", {"comment": "x", "description": "y", "udp1": "z"}) == 3
    assert await statements(acme, "Document", "1", {"accountNumber": "1"}) == 4
    assert await statements(acme, "Document", "1", {"denomination": "1"}) == 3
    assert await statements(acme, "Document", "1", {"denomination": "0"}) == 4  # adds to the history
    await create(acme, "Representative", "2", {})
    assert await statements(acme, "Representative", "1", {"supervisorRepresentativeReference": "2"}) == 4
    assert await statements(acme, "Contact", "1", {"isPrimary": True}) == 4
    assert await statements(acme, "Contact", "1", {"isPrimary": True}) == 2
    await create(acme, "Contact", "2", {"accountNumber": "1"})
    assert await statements(acme, "Contact", "2", {"isPrimary": True}) == 5


async def test_what_the_answer_nests_takes_one_statement_a_level(acme: Client) -> None:
    await filled(acme)
    ask = "version account { name documents { nodes { documentNumber account { name } } } } statusHistory { status }"
    assert await statements(acme, "Document", "1", {}, ask) == 3 + 4


async def test_a_refused_write_reads_no_answer(acme: Client) -> None:
    await filled(acme)
    text = 'mutation { patchAccount(accountNumber: "1", patch: {name: ""}) { account { name } userErrors { code } } }'
    assert (await acme.only(text))["account"] is None
    assert len(acme.gateway.statements) == 1
