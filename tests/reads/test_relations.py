"""The ways between resources: parents and children, supervisors and reports, links, credit notes and their invoices."""

import pytest
import sqlalchemy as sa

from app.domain.enums import Resource
from app.storage.tables import TABLES
from tests.gateway import Client
from tests.ledger import Ledger


@pytest.fixture
def ledger(acme: Client) -> Ledger:
    return Ledger(acme)


async def test_parents_and_children_are_found_from_either_side(ledger: Ledger) -> None:
    for number, parent in (("TOP", None), ("MID", "TOP"), ("LEAF-1", "MID"), ("LEAF-2", "MID"), ("LOST", "NOBODY")):
        await ledger.account(number, parentAccountNumber=parent)
    text = """{ accounts { nodes { accountNumber parentAccount { accountNumber parentAccount { accountNumber } }
      childAccounts { totalCount nodes { accountNumber childAccounts { nodes { accountNumber } } } } } } }"""
    found = (await ledger.client.only(text))["nodes"]
    assert len(ledger.client.gateway.statements) == 1
    leaves = [{"accountNumber": "LEAF-1"}, {"accountNumber": "LEAF-2"}]
    middle = {"accountNumber": "MID", "parentAccount": {"accountNumber": "TOP"}}
    childless = {"totalCount": 0, "nodes": []}
    assert {row.pop("accountNumber"): row for row in found} == {
        "TOP": {
            "parentAccount": None,
            "childAccounts": {
                "totalCount": 1,
                "nodes": [{"accountNumber": "MID", "childAccounts": {"nodes": leaves}}],
            },
        },
        "MID": {
            "parentAccount": {"accountNumber": "TOP", "parentAccount": None},
            "childAccounts": {
                "totalCount": 2,
                "nodes": [{**leaf, "childAccounts": {"nodes": []}} for leaf in leaves],
            },
        },
        "LEAF-1": {"parentAccount": middle, "childAccounts": childless},
        "LEAF-2": {"parentAccount": middle, "childAccounts": childless},
        "LOST": {"parentAccount": None, "childAccounts": childless},
    }


async def test_a_parent_that_comes_later_is_found_from_then_on(ledger: Ledger) -> None:
    await ledger.account("CHILD", parentAccountNumber="LATE")
    text = '{ account(accountNumber: "CHILD") { parentAccountNumber parentAccount { name } } }'
    assert await ledger.client.only(text) == {"parentAccountNumber": "LATE", "parentAccount": None}
    await ledger.account("LATE", name="The parent")
    assert (await ledger.client.only(text))["parentAccount"] == {"name": "The parent"}


async def test_an_account_that_an_older_release_made_its_own_parent_is_its_own_child(ledger: Ledger) -> None:
    await ledger.account("A", parentAccountNumber="B")
    accounts = TABLES[Resource.ACCOUNT]
    async with ledger.client.gateway.database.writing() as connection:
        await connection.execute(sa.update(accounts).values(parent_account_number="A"))
    text = (
        '{ account(accountNumber: "A") { parentAccount { accountNumber } childAccounts { nodes { accountNumber } } } }'
    )
    expected = {"parentAccount": {"accountNumber": "A"}, "childAccounts": {"nodes": [{"accountNumber": "A"}]}}
    assert await ledger.client.only(text) == expected


async def test_supervisors_and_reports_are_found_from_either_side(ledger: Ledger) -> None:
    await ledger.representative("BOSS")
    for reference, above in (("LEAD", "BOSS"), ("AGENT-1", "LEAD"), ("AGENT-2", "LEAD")):
        await ledger.representative(reference, supervisorRepresentativeReference=above)
    text = """{ boss: representative(reference: "BOSS") { supervisor { reference }
        reports { nodes { reference reports { totalCount nodes { reference supervisor { reference } } } } } }
      agent: representative(reference: "AGENT-2") { supervisor { reference supervisor { reference } } } }"""
    lead = {"reference": "LEAD"}
    agents = [{"reference": "AGENT-1", "supervisor": lead}, {"reference": "AGENT-2", "supervisor": lead}]
    assert await ledger.client.query(text) == {
        "boss": {
            "supervisor": None,
            "reports": {"nodes": [{"reference": "LEAD", "reports": {"totalCount": 2, "nodes": agents}}]},
        },
        "agent": {"supervisor": {"reference": "LEAD", "supervisor": {"reference": "BOSS"}}},
    }
    assert len(ledger.client.gateway.statements) == 1


async def test_representatives_are_linked_to_accounts_and_documents_on_both_sides(ledger: Ledger) -> None:
    for number in ("A", "B"):
        await ledger.account(number)
        await ledger.document(f"{number}-1", number)
    for reference in ("R-1", "R-2", "R-3"):
        await ledger.representative(reference)
    for reference, account in (("R-2", "A"), ("R-1", "A"), ("R-1", "B"), ("R-1", "B")):
        await ledger.link(reference, account=account)
    await ledger.link("R-2", document="A-1")
    text = """{ accounts { nodes { accountNumber representatives { totalCount nodes { reference } }
        documents { nodes { representatives { nodes { reference } } } } } }
      representatives { nodes { reference accounts { totalCount nodes { accountNumber } }
        documents { nodes { documentNumber } } } } }"""
    found = await ledger.client.query(text)
    assert len(ledger.client.gateway.statements) == 1
    one, two = {"reference": "R-1"}, {"reference": "R-2"}
    a, b = found["accounts"]["nodes"]
    assert a["representatives"] == {"totalCount": 2, "nodes": [one, two]}
    assert b["representatives"] == {"totalCount": 1, "nodes": [one]}
    assert a["documents"]["nodes"] == [{"representatives": {"nodes": [two]}}]
    assert b["documents"]["nodes"] == [{"representatives": {"nodes": []}}]
    first, second, third = found["representatives"]["nodes"]
    assert first["accounts"] == {"totalCount": 2, "nodes": [{"accountNumber": "A"}, {"accountNumber": "B"}]}
    assert second["accounts"] == {"totalCount": 1, "nodes": [{"accountNumber": "A"}]}
    assert (third["accounts"], third["documents"]) == ({"totalCount": 0, "nodes": []}, {"nodes": []})
    assert (first["documents"], second["documents"]) == ({"nodes": []}, {"nodes": [{"documentNumber": "A-1"}]})


async def test_notes_and_contacts_lead_to_their_account(ledger: Ledger) -> None:
    await ledger.account("A", name="Anna")
    await ledger.note("A", "N", "Called.")
    await ledger.contact("C", "A", lastName="Cole")
    text = """{ account(accountNumber: "A") { notes { nodes { account { name notes { totalCount } } } }
      contacts { nodes { accountNumber account { name contacts { nodes { lastName } } } } } } }"""
    assert await ledger.client.only(text) == {
        "notes": {"nodes": [{"account": {"name": "Anna", "notes": {"totalCount": 1}}}]},
        "contacts": {
            "nodes": [
                {"accountNumber": "A", "account": {"name": "Anna", "contacts": {"nodes": [{"lastName": "Cole"}]}}}
            ]
        },
    }


APPLIED = (
    "{ documents(filter: {documentType: {eq: CREDIT_NOTE}}) { nodes { documentNumber appliesTo { documentNumber } } } }"
)
CREDITED = "{ documents { nodes { documentNumber creditNotes { totalCount nodes { documentNumber } } } } }"


async def applied(ledger: Ledger) -> dict[str, str | None]:
    """The invoice of each credit note, the same from both sides."""
    found = (await ledger.client.only(APPLIED))["nodes"]
    assert len(ledger.client.gateway.statements) == 1
    forth = {row["documentNumber"]: row["appliesTo"] and row["appliesTo"]["documentNumber"] for row in found}
    listed = (await ledger.client.only(CREDITED))["nodes"]
    assert len(ledger.client.gateway.statements) == 1
    assert all(row["creditNotes"]["totalCount"] == len(row["creditNotes"]["nodes"]) for row in listed)
    pairs = [(note["documentNumber"], row["documentNumber"]) for row in listed for note in row["creditNotes"]["nodes"]]
    assert sorted(pairs) == sorted((note, invoice) for note, invoice in forth.items() if invoice)
    return forth


async def test_a_credit_note_means_the_invoice_of_that_number_else_of_that_key(ledger: Ledger) -> None:
    await ledger.account("A")
    await ledger.document("D-1", "A", "10", invoiceNum="I-1")
    await ledger.document("D-2", "A", "10")
    await ledger.credit_note("CN-1", "A", "I-1")
    await ledger.credit_note("CN-2", "A", "D-2")
    await ledger.credit_note("CN-3", "A", "D-1")  # D-1 has an invoice number, so its key is not what it goes by
    await ledger.credit_note("CN-4", "A", "i-1")
    assert await applied(ledger) == {"CN-1": "D-1", "CN-2": "D-2", "CN-3": None, "CN-4": None}


async def test_an_invoice_of_the_same_account_comes_before_older_ones_of_others(ledger: Ledger) -> None:
    for number in ("A", "B", "C"):
        await ledger.account(number)
    for number, account in (("X", "B"), ("OLD", "A"), ("NEW", "A")):
        await ledger.document(number, account, "10", invoiceNum="SAME")
    for number, account in (("CN-A", "A"), ("CN-B", "B"), ("CN-C", "C")):
        await ledger.credit_note(number, account, "SAME")
    assert await applied(ledger) == {"CN-A": "OLD", "CN-B": "X", "CN-C": "X"}


async def test_an_invoice_number_and_a_document_number_that_are_equal_mean_the_older_document(ledger: Ledger) -> None:
    await ledger.account("A")
    await ledger.document("1001", "A", "10")
    await ledger.document("OTHER", "A", "10", invoiceNum="1001")
    await ledger.credit_note("CN", "A", "1001")
    assert await applied(ledger) == {"CN": "1001"}


async def test_an_invoice_that_comes_after_its_credit_note_is_found(ledger: Ledger) -> None:
    await ledger.account("A")
    await ledger.account("B")
    await ledger.credit_note("CN", "A", "I-1")
    assert await applied(ledger) == {"CN": None}
    await ledger.document("ELSEWHERE", "B", "10", invoiceNum="I-1")
    assert await applied(ledger) == {"CN": "ELSEWHERE"}
    await ledger.document("HERE", "A", "10", invoiceNum="I-1")
    assert await applied(ledger) == {"CN": "HERE"}


async def test_a_credit_note_that_moves_to_another_account_means_the_invoice_there(ledger: Ledger) -> None:
    for number in ("A", "B"):
        await ledger.account(number)
        await ledger.document(f"{number}-1", number, "10", invoiceNum="I-1")
    await ledger.credit_note("CN", "A", "I-1")
    assert await applied(ledger) == {"CN": "A-1"}
    await ledger.patch("Document", "documentNumber", "CN", accountNumber="B")
    assert await applied(ledger) == {"CN": "B-1"}


async def test_an_invoice_whose_number_changes_loses_its_credit_notes(ledger: Ledger) -> None:
    await ledger.account("A")
    await ledger.document("D", "A", "10", invoiceNum="I-1")
    await ledger.credit_note("CN", "A", "I-1")
    await ledger.patch("Document", "documentNumber", "D", invoiceNum=None)
    assert await applied(ledger) == {"CN": None}
    await ledger.patch("Document", "documentNumber", "CN", appliesToInvoice="D")
    assert await applied(ledger) == {"CN": "D"}


async def test_only_credit_notes_apply_to_an_invoice(ledger: Ledger) -> None:
    await ledger.account("A")
    await ledger.document("D-1", "A", "10")
    await ledger.document("D-2", "A", "10", appliesToInvoice="D-1")
    text = "{ documents { nodes { appliesToInvoice appliesTo { documentNumber } creditNotes { totalCount } } } }"
    assert (await ledger.client.only(text))["nodes"] == [
        {"appliesToInvoice": None, "appliesTo": None, "creditNotes": {"totalCount": 0}},
        {"appliesToInvoice": "D-1", "appliesTo": None, "creditNotes": {"totalCount": 0}},
    ]


@pytest.mark.slow
async def test_credit_notes_of_many_invoices_are_paged_each_on_its_own(ledger: Ledger) -> None:
    await ledger.account("A")
    for n in (1, 2):
        await ledger.document(f"I-{n}", "A", "10")
        for m in range(3):
            await ledger.credit_note(f"CN-{n}-{m}", "A", f"I-{n}", f"-{m + 1}")
    text = """{ documents(filter: {documentType: {eq: INVOICE}}) { nodes {
      creditNotes(first: 2, orderBy: {field: OPEN_AMOUNT}) { totalCount nodes { documentNumber openAmount }
        pageInfo { hasNextPage } } } } }"""
    pages = [row["creditNotes"] for row in (await ledger.client.only(text))["nodes"]]
    assert len(ledger.client.gateway.statements) == 1
    assert pages == [
        {
            "totalCount": 3,
            "nodes": [
                {"documentNumber": f"CN-{n}-2", "openAmount": "-3"},
                {"documentNumber": f"CN-{n}-1", "openAmount": "-2"},
            ],
            "pageInfo": {"hasNextPage": True},
        }
        for n in (1, 2)
    ]
