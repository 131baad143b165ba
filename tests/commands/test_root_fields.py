"""What holds for any mutation: several in one operation run in order and each for itself, and a key that may only read
writes nothing."""

import asyncio

import pytest

from tests.commands.verbs import BASIC, DATED, account, create, read
from tests.gateway import Client, Gateway


async def test_several_run_in_order_and_each_sees_what_those_before_it_wrote(acme: Client) -> None:
    text = """mutation {
      a: createAccount(accountNumber: "1", input: {combined: {name: "One"}}) { account { name version } }
      b: patchAccount(accountNumber: "1", patch: {name: "Two"}) { account { name version } }
      c: createDocument(documentNumber: "D", input: {combined: {accountNumber: "1", invoiceDate: "2026-01-01",
           dueDate: "2026-02-01"}}) { document { account { name documents { totalCount } } } }
      d: replaceAccount(accountNumber: "1", input: {openBalance: {name: "Three"}}, expectedVersion: 2) {
           account { name version documents { nodes { documentNumber } } } created }
    }"""
    assert await acme.query(text) == {
        "a": {"account": {"name": "One", "version": 1}},
        "b": {"account": {"name": "Two", "version": 2}},
        "c": {"document": {"account": {"name": "Two", "documents": {"totalCount": 1}}}},
        "d": {
            "account": {"name": "Three", "version": 3, "documents": {"nodes": [{"documentNumber": "D"}]}},
            "created": False,
        },
    }


async def test_one_that_is_refused_leaves_the_others(acme: Client) -> None:
    text = """mutation {
      good: createAccount(accountNumber: "1", input: {combined: {name: "One"}}) { created userErrors { code } }
      bad: createAccount(accountNumber: "2", input: {combined: {name: ""}}) { created userErrors { code field } }
      taken: createAccount(accountNumber: "1", input: {combined: {name: "Other"}}) { userErrors { code } }
      last: createAccount(accountNumber: "3", input: {combined: {name: "Three"}}) { created userErrors { code } }
    }"""
    assert await acme.query(text) == {
        "good": {"created": True, "userErrors": []},
        "bad": {"created": False, "userErrors": [{"code": "REQUIRED", "field": ["input", "combined", "name"]}]},
        "taken": {"userErrors": [{"code": "ALREADY_EXISTS"}]},
        "last": {"created": True, "userErrors": []},
    }
    found = await acme.only("{ accounts { nodes { accountNumber name } } }")
    assert found["nodes"] == [{"accountNumber": "1", "name": "One"}, {"accountNumber": "3", "name": "Three"}]


async def test_of_an_operation_that_is_wrong_as_a_whole_nothing_is_written(acme: Client) -> None:
    text = """mutation($name: String!) {
      good: createAccount(accountNumber: "1", input: {combined: {name: "One"}}) { created }
      bad: createAccount(accountNumber: "2", input: {combined: {name: $name}}) { created }
    }"""
    assert await acme.error_codes(text) == ["BAD_USER_INPUT"]
    wrong_page = """mutation {
      good: createAccount(accountNumber: "1", input: {combined: {name: "One"}}) { created }
      bad: createAccount(accountNumber: "2", input: {combined: {name: "Two"}}) {
        account { documents(first: 100000) { totalCount } } }
    }"""
    assert await acme.error_codes(wrong_page) == ["BAD_USER_INPUT"]
    assert await acme.query("{ accounts { totalCount } }") == {"accounts": {"totalCount": 0}}


async def test_a_root_field_written_twice_is_one_write_with_all_that_both_ask_for(acme: Client) -> None:
    await account(acme)
    text = """mutation {
      patchAccount(accountNumber: "A-1", patch: {vat: "1"}) { account { vat } }
      patchAccount(accountNumber: "A-1", patch: {vat: "1"}) { account { version } userErrors { code } }
    }"""
    assert await acme.query(text) == {"patchAccount": {"account": {"vat": "1", "version": 2}, "userErrors": []}}


async def test_aliases_fragments_and_skipped_fields_run_as_the_text_says(acme: Client) -> None:
    await account(acme)
    text = """mutation($yes: Boolean!, $no: Boolean!) {
      __typename
      skipped: patchAccount(accountNumber: "A-1", patch: {vat: "skipped"}) @skip(if: $yes) { created }
      left: patchAccount(accountNumber: "A-1", patch: {vat: "left"}) @include(if: $no) { created }
      ...Both
    }
    fragment Both on Mutation {
      first: patchAccount(accountNumber: "A-1", patch: {vat: "1"}) { __typename was: account { ...Seen } }
      second: patchAccount(accountNumber: "A-1", patch: {vat: "2"}) { account { vat @include(if: $no) ...Seen } }
    }
    fragment Seen on Account { number: version again: vat }"""
    assert await acme.query(text, yes=True, no=False) == {
        "__typename": "Mutation",
        "first": {"__typename": "PatchAccountPayload", "was": {"number": 2, "again": "1"}},
        "second": {"account": {"number": 3, "again": "2"}},
    }


async def test_payloads_may_be_null_so_that_one_error_hides_no_other_answer(acme: Client) -> None:
    fields = (await acme.only('{ __type(name: "Mutation") { fields { name type { kind name } } } }'))["fields"]
    assert {field["name"]: field["type"] for field in fields} == {
        name: {"kind": "OBJECT", "name": f"{name[0].upper()}{name[1:]}Payload"} for name in {*WRITES, *UPLOADS, *MANY}
    }


@pytest.mark.parametrize(
    "arguments",
    [
        'accountNumber: "1", input: null',
        'accountNumber: "1"',
        'accountNumber: null, input: {openBalance: {name: "Acme"}}',
        'accountNumber: 1, input: {openBalance: {name: "Acme"}}',
        'accountNumber: "1", input: {openBalance: {name: "Acme"}}, dryRun: null',
        'accountNumber: "1", input: {openBalance: {name: "Acme"}}, dryRun: "no"',
        'accountNumber: "1", input: {openBalance: {name: "Acme"}}, expectedVersion: 1',
    ],
)
async def test_arguments_of_the_wrong_kind_fail_validation(acme: Client, arguments: str) -> None:
    text = f"mutation {{ createAccount({arguments}) {{ created }} }}"
    assert set(await acme.error_codes(text)) == {"GRAPHQL_VALIDATION_FAILED"}
    assert await acme.query("{ accounts { totalCount } }") == {"accounts": {"totalCount": 0}}


WRITES = {
    "createAccount": '(accountNumber: "2", input: {combined: {name: "Two"}})',
    "replaceAccount": '(accountNumber: "1", input: {combined: {name: "Two"}})',
    "patchAccount": '(accountNumber: "1", patch: {name: "Three"})',
    "createDocument": '(documentNumber: "2", input: {combined: {accountNumber: "1", invoiceDate: "2026-01-01", '
    'dueDate: "2026-01-01"}})',
    "replaceDocument": '(documentNumber: "1", input: {combined: {accountNumber: "1", invoiceDate: "2026-01-01", '
    'dueDate: "2026-01-01"}})',
    "patchDocument": '(documentNumber: "1", patch: {comment: "x"})',
    "createRepresentative": '(reference: "2", input: {})',
    "replaceRepresentative": '(reference: "1", input: {name: "x"})',
    "patchRepresentative": '(reference: "1", patch: {name: "y"})',
    "createContact": '(reference: "2", input: {accountNumber: "1"})',
    "replaceContact": '(reference: "1", input: {accountNumber: "1", title: "x"})',
    "patchContact": '(reference: "1", patch: {title: "y"})',
    "closeDocument": '(documentNumber: "1", input: {closureReason: PAID})',
    "createNote": '(accountNumber: "1", input: {reference: "1", body: "b"})',
    "linkRepresentativeToAccount": '(reference: "1", accountNumber: "1")',
    "linkRepresentativeToDocument": '(reference: "1", documentNumber: "1")',
}
UPLOADS = {"attachPdf"}  # takes a file, which comes another way: tests/graphql_api/test_attachments.py
MANY = {"bulkWrite"}  # runs the others: test_bulk_write.py
STATE = """{
  accounts { nodes { accountNumber name version representatives { totalCount } notes { totalCount } } }
  documents { nodes { documentNumber version status representatives { totalCount } } }
  representatives { nodes { reference version } }
  contacts { nodes { reference version } }
}"""


async def test_these_are_all_mutations_there_are(acme: Client) -> None:
    fields = (await acme.only('{ __type(name: "Mutation") { fields { name } } }'))["fields"]
    assert {field["name"] for field in fields} == {*WRITES, *UPLOADS, *MANY}


@pytest.fixture
async def filled(gateway: Gateway) -> Client:
    """The tenant acme with one of each resource."""
    acme = await gateway.tenant()
    await account(acme, "1")
    document = {"combined": {"accountNumber": "1", **DATED, "amounts": BASIC}}
    await create(acme, "Document", "1", document)
    await create(acme, "Representative", "1", {})
    await create(acme, "Contact", "1", {"accountNumber": "1"})
    return acme


async def test_a_key_that_may_only_read_is_forbidden_every_mutation_and_writes_nothing(
    gateway: Gateway, filled: Client
) -> None:
    reader = await gateway.reader()
    before = await filled.query(STATE)
    for name, arguments in WRITES.items():
        for dry_run in ("", ", dryRun: true"):
            text = f"mutation {{ {name}{arguments[:-1]}{dry_run}) {{ userErrors {{ code }} }} }}"
            answer = await reader.run(text)
            assert answer["data"] == {name: None}
            assert [(error["extensions"]["code"], error["path"]) for error in answer["errors"]] == [
                ("FORBIDDEN", [name])
            ]
            assert len(gateway.statements) == 0
    assert await filled.query(STATE) == before
    assert await reader.query(STATE) == before


@pytest.mark.slow
async def test_every_mutation_works_with_a_key_that_may_write(filled: Client) -> None:
    for name, arguments in WRITES.items():
        assert await filled.query(f"mutation {{ {name}{arguments} {{ userErrors {{ code }} }} }}") == {
            name: {"userErrors": []}
        }


@pytest.mark.parametrize("key", [None, "igk_unknown"])
async def test_a_stranger_is_unauthenticated_and_writes_nothing(
    gateway: Gateway, filled: Client, key: str | None
) -> None:
    before = await filled.query(STATE)
    for name, arguments in WRITES.items():
        text = f"mutation {{ {name}{arguments} {{ userErrors {{ code }} }} }}"
        assert await gateway.stranger(key).error_codes(text) == ["UNAUTHENTICATED"]
    assert await filled.query(STATE) == before


async def test_writers_of_many_resources_at_once_are_all_done(acme: Client) -> None:
    await account(acme)
    amounts = {"accountNumber": "A-1", **DATED, "amounts": BASIC}
    await asyncio.gather(
        *(create(acme, "Document", f"D-{n}", {"combined": amounts}) for n in range(12)),
        *(create(acme, "Contact", f"C-{n}", {"accountNumber": "A-1"}) for n in range(12)),
        *(create(acme, "Representative", f"R-{n}", {}) for n in range(12)),
    )
    text = "{ a: documents { totalCount } b: contacts { totalCount } c: representatives { totalCount } }"
    assert await acme.query(text) == {name: {"totalCount": 12} for name in ("a", "b", "c")}
    assert await read(acme, "Account", "A-1", "balances { openAmount openDocuments }") == {
        "balances": [{"openAmount": "480", "openDocuments": 12}]
    }
