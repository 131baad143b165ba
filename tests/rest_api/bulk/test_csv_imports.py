"""Imports of CSV: a cell becomes the value that a JSON body would hold."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.gateway import Client, Gateway
from tests.rest_api.bulk.importing import account, get, run_csv, run_import, told
from tests.rest_api.client import Rest

ADDRESS = "billing_address.address1,billing_address.zip"
CUSTOM = "custom_fields.collections.region,custom_fields.collections.score:number,custom_fields.collections.vip:boolean"
ITEMS = [{"line_number": "1", "description": 'A 5" pipe', "unit_price": 0.164812}]


@pytest.fixture
async def rest(acme: Client) -> Rest:
    await run_import(acme, [account()])
    return Rest.of(acme)


async def shown(rest: Rest, *segments: str) -> dict[str, Any]:
    """A resource without what the server sets."""
    found = await rest.get(*segments)
    return {name: value for name, value in found.items() if name not in ("csrId", "createdAt", "updatedAt", "notes")}


async def test_dots_lead_to_what_is_nested_and_types_stand_behind_custom_fields(acme: Client, rest: Rest) -> None:
    header = (
        f"account_number,name,{ADDRESS},{CUSTOM},custom_fields.collections.on:date,custom_fields.collections.a.b:c,"
    )
    text = f"{header}credit_limit,is_parent_account,data_providers,products\n"
    text += 'A-7,"Alder, ""Sons""",Main St 1,0815,EMEA,7.25,TRUE,2026-05-12,x,1000.5,0,"{""duns"": [1]}",'
    text += '"collections,invoicing"\n'
    assert told((await run_csv(acme, text, resource="accounts")).lines) == [(1, 201)]
    custom = {"region": "EMEA", "score": Decimal("7.25"), "vip": True, "on": "2026-05-12", "a.b:c": "x"}
    assert await shown(rest, "accounts", "A-7") == {
        "accountNumber": "A-7",
        "name": 'Alder, "Sons"',
        "billing_address": {"address1": "Main St 1", "zip": "0815"},
        "credit_limit": Decimal("1000.5"),
        "is_parent_account": False,
        "data_providers": {"duns": [1]},
        "custom_fields": {"collections": custom},
    }
    products = await acme.only('{ account(accountNumber: "A-7") { products } }')
    assert products == {"products": ["COLLECTIONS", "INVOICING"]}


async def test_lists_and_thick_billing_are_cells_of_json_and_closures_have_dots(acme: Client, rest: Rest) -> None:
    columns = "document_number,account_number,document_type,invoice_date,due_date,line_items,invoicing_detail"
    text = f"{columns},currency,original_denomination,denomination,closure.closure_reason,closure.notes\n"
    items, detail = (json.dumps(value).replace('"', '""') for value in (ITEMS, {"PO_NUMBER": "7"}))
    text += f'D-1,A-1,1,2026-01-05,2026-02-04,"{items}","{detail}",EUR,100,100.00,paid,By cheque.\n'
    text += 'D-2,A-1,invoice,2026-01-05,2026-02-04,[1,"{",EUR,100,100.00,,\n'.replace("[1", '"[1"')
    answer = await run_csv(acme, text, resource="documents")
    assert told(answer.lines) == [(1, 201), (2, 422, "invalid line_items", "invalid invoicing_detail")]
    found = await shown(rest, "documents", "D-1")
    assert found["line_items"] == [{**ITEMS[0], "unit_price": Decimal("0.164812")}]
    assert (found["invoicing_detail"], found["document_type"]) == ({"PO_NUMBER": "7"}, "other")
    assert (found["status"], found["closure_reason"], found["closure_notes"]) == ("closed", "paid", "By cheque.")


async def test_an_empty_cell_is_left_out_and_null_and_empty_text_are_written_so(acme: Client, rest: Rest) -> None:
    text = "account_number,name,phone,fax,vat,description,account_group,billing_address.city,billing_address.zip\n"
    await run_csv(acme, text + "A-1,Alder,1,2,3,4,5,Oslo,0150\n", resource="accounts")
    patch = text + 'A-1,,\\N,\\E,\\\\N,\\\\E,"",\\N,\n'
    assert told((await run_csv(acme, patch, resource="accounts", verb="patch")).lines) == [(1, 200)]
    assert await shown(rest, "accounts", "A-1") == {
        "accountNumber": "A-1",
        "name": "Alder",
        "vat": "\\N",
        "description": "\\E",
        "account_group": "5",
        "billing_address": {"zip": "0150"},
    }


async def test_links_notes_closures_and_what_answers_carry_are_columns(acme: Client, rest: Rest) -> None:
    await run_csv(acme, "reference,name\nR-1,Rita\n", resource="representatives")
    links = "reference,account_number,document_number\nR-1,A-1,\nR-1,,D-9\nR-1,,\n"
    assert told((await run_csv(acme, links, resource="links")).lines) == [
        (1, 200),
        (2, 404, "document_not_found"),
        (3, 422, "required account_number"),
    ]
    notes = "reference,account_number,body,effective_date,createdAt\nN-1,A-1,Called.,2026-05-12T10:00:00+02:00,x\n"
    assert told((await run_csv(acme, notes, resource="notes")).lines) == [(1, 201)]
    document = "document_number,account_number,invoice_date,due_date,status\nD-1,A-1,2026-01-05,2026-02-04,closed\n"
    assert (await run_csv(acme, document, resource="documents")).lines[0].get("ignored") is None
    closures = "document_number,closure_reason,closure_date\nD-1,contra,05/12/2026\nD-1,paid,\n"
    answer = await run_csv(acme, closures, resource="documents", verb="close", date_format="%m/%d/%Y")
    assert told(answer.lines) == [(1, 200), (2, 409, "document_already_closed")]
    assert (await shown(rest, "documents", "D-1"))["closedAt"] == "2026-05-12T00:00:00.000Z"


async def test_records_that_are_no_csv_undo_nothing_of_the_others(acme: Client) -> None:
    lines = [
        "account_number,name,phone",
        "A-1,Alder,1",
        "A-2,Beech",
        "A-3,Cedar,3,4",
        "A-4,Dogwood,4,, ",
        "",
        ",,",
        'A-5,"Elm"x,5',
        'A-6,"Fir\r\nand sons",6',
        'A-7,G\0um,7',
        'A-8,"Holly,8',
        "A-9,Ivy,9",
    ]  # fmt: skip
    file = "\r\n".join(lines).encode()
    answer = await run_csv(acme, file, resource="accounts")
    assert told(answer.lines) == [
        (1, 201),
        (2, 400, "invalid_csv"),
        (3, 400, "invalid_csv"),
        (4, 201),
        (7, 400, "invalid_csv"),
        (8, 201),
        (9, 422, "invalid name"),
        (10, 400, "invalid_csv"),
    ]
    messages = [line["message"] for line in answer.lines if line["status"] == 400]
    assert messages[0] == "The record has 2 cells, and the header 3 columns."
    assert messages[1] == "The record has 4 cells, and the header 3 columns: cell 4 has no name."
    assert messages[2].startswith("Cell 2 goes on behind its closing quotation mark.")
    assert messages[3].startswith("The file ends inside a cell whose quotation mark is never closed.")
    assert (await get(acme, f"/{answer.id}"))["offset"] == len(file)
    rejects = await get(acme, f"/{answer.id}/rejects")
    kept = [0, 2, 3, 7, 9, 10, 11]
    assert rejects == ("\r\n".join(lines[n] for n in kept) + "\n").encode()


async def test_a_quoted_cell_that_never_ends_is_passed_over(database_url: str) -> None:
    async with Gateway(database_url, max_body_bytes=10_000) as gateway:
        acme = await gateway.tenant("acme")
        rows = "".join(f"A-{n},Alder\n" for n in range(10_000))
        answer = await run_csv(acme, f'account_number,name\nA,Alder\nB,"Beech\n{rows}', resource="accounts")
        assert told(answer.lines) == [(1, 201), (2, 413, "body_too_large")]
        closed = f'account_number,name\nB,"Beech\n{rows}"\nC,Cedar\n'
        answer = await run_csv(acme, closed, resource="accounts")
        assert told(answer.lines) == [(1, 413, "body_too_large"), (2, 201)]


async def test_line_ends_may_be_mixed_and_white_space_is_cut_where_that_is_declared(acme: Client) -> None:
    text = "account_number , name,email\rA-1 , Alder,\r\nA-2,Beech, a@b.example \nA-3,  ,\n"
    answer = await run_csv(acme, text, resource="accounts", trim="true")
    assert told(answer.lines) == [(1, 201), (2, 201), (3, 422, "required name")]
    answer = await run_csv(
        acme, "account_number,name,email\nA-4 ,Alder,\nA-2,Beech, a@b.example \n", resource="accounts"
    )
    assert told(answer.lines) == [(1, 422, "invalid account_number"), (2, 422, "invalid email")]
    advice = "White space at its ends may be the reason: trim=true cuts it off."
    assert [line["details"][0]["message"].endswith(advice) for line in answer.lines] == [True, True]


async def test_a_cell_of_the_wrong_kind_is_told_with_its_line_and_column(acme: Client, rest: Rest) -> None:
    columns = "document_number,account_number,invoice_date,due_date,currency,original_denomination,denomination"
    text = f'{columns}\nD-1,A-1,01/31/2026,2026-02-04,EUR,"1,000.50","1.000,50"\n'
    answer = await run_csv(acme, text, resource="documents")
    assert told(answer.lines) == [
        (1, 422, "invalid invoice_date", "invalid original_denomination", "invalid denomination")
    ]
    messages = [fault["message"] for fault in answer.lines[0]["details"]]
    assert messages == [
        "invoice_date must be a date written YYYY-MM-DD (date_format=%m/%d/%Y would read it as 2026-01-31), "
        'found: "01/31/2026".',
        "original_denomination must be an amount written as in 1234.50 (decimal=point with thousands=comma would read "
        'it as 1000.50), found: "1,000.50".',
        "denomination must be an amount written as in 1234.50 (decimal=comma with thousands=point would read it as "
        '1000.50), found: "1.000,50".',
    ]
