"""Cursors and paging arguments: what they refuse, and that rows which come while a client pages disturb nothing."""

import base64
from typing import Any

import orjson

from tests.gateway import Client
from tests.ledger import Ledger

LIST = (
    "query($first: Int, $last: Int, $after: String, $before: String, $order: [AccountOrder!]) { accounts(%s) { %s } }"
)
ARGUMENTS = "first: $first, last: $last, after: $after, before: $before, orderBy: $order"
PAGE = LIST % (ARGUMENTS, "nodes { accountNumber } pageInfo { endCursor startCursor hasNextPage hasPreviousPage }")
BY_NAME = [{"field": "NAME", "direction": "ASC"}]
BY_GROUP = [{"field": "ACCOUNT_GROUP", "direction": "DESC"}]


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


def decoded(cursor: str) -> Any:
    return orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def numbers(page: Any) -> list[str]:
    return [row["accountNumber"] for row in page["nodes"]]


async def three_accounts(client: Client) -> Ledger:
    ledger = Ledger(client)
    for number in ("B", "D", "F"):
        await ledger.account(number)
    return ledger


async def test_rows_that_come_while_paging_are_neither_skipped_nor_doubled(acme: Client) -> None:
    ledger = await three_accounts(acme)
    page = await acme.only(PAGE, first=2)
    assert (numbers(page), page["pageInfo"]["hasNextPage"]) == (["B", "D"], True)
    for number in ("A", "C", "E"):  # before the page, inside it, after it
        await ledger.account(number)
    here = page["pageInfo"]
    assert numbers(await acme.only(PAGE, first=9, after=here["endCursor"])) == ["E", "F"]
    assert numbers(await acme.only(PAGE, last=9, before=here["startCursor"])) == ["A"]
    again = await acme.only(PAGE, first=9, after=here["startCursor"], before=here["endCursor"])
    assert numbers(again) == ["C"]


async def test_a_cursor_holds_its_place_when_its_row_has_moved_away(acme: Client) -> None:
    ledger = await three_accounts(acme)
    page = await acme.only(PAGE, first=2, order=BY_NAME)
    await ledger.patch("Account", "accountNumber", "D", name="Z")
    rest = await acme.only(PAGE, first=9, order=BY_NAME, after=page["pageInfo"]["endCursor"])
    assert numbers(rest) == ["F", "D"]
    assert rest["pageInfo"]["hasPreviousPage"] is True


async def test_a_cursor_among_rows_without_the_value_goes_on_among_them(acme: Client) -> None:
    await three_accounts(acme)
    page = await acme.only(PAGE, first=2, order=BY_GROUP)
    rest = await acme.only(PAGE, first=2, order=BY_GROUP, after=page["pageInfo"]["endCursor"])
    assert (numbers(page), numbers(rest)) == (["B", "D"], ["F"])
    assert rest["pageInfo"]["hasNextPage"] is False


async def test_a_cursor_of_another_order_direction_list_or_server_is_bad_user_input(acme: Client) -> None:
    ledger = await three_accounts(acme)
    await ledger.representative("R-1")
    by_key = (await acme.only(PAGE, first=1))["pageInfo"]["endCursor"]
    by_name = (await acme.only(PAGE, first=1, order=BY_NAME))["pageInfo"]["endCursor"]
    foreign = (await acme.only("{ representatives { pageInfo { endCursor } } }"))["pageInfo"]["endCursor"]
    downwards = [{"field": "NAME", "direction": "DESC"}]
    longer = [*BY_NAME, {"field": "CREATED_AT", "direction": "ASC"}]
    wrong: list[tuple[str, Any]] = [(by_name, None), (by_key, BY_NAME), (by_name, downwards), (by_name, longer)]
    other_order = "The cursor was given under another order: page on with the order it was given under."
    expected = [(*sent, other_order) for sent in wrong] + [(foreign, None, "This is no cursor of this list.")]
    for cursor, order, reason in expected:
        for end in ("after", "before"):
            sent = {end: cursor} if order is None else {end: cursor, "order": order}
            (error,) = (await acme.run(PAGE, **sent))["errors"]
            assert (error["message"], error["extensions"]) == (reason, {"code": "BAD_USER_INPUT"})
            assert len(acme.gateway.statements) == 0


async def test_an_order_that_is_spelled_out_and_the_default_share_their_cursors(acme: Client) -> None:
    await three_accounts(acme)
    cursor = (await acme.only(PAGE, first=1))["pageInfo"]["endCursor"]
    same = [{"field": "ACCOUNT_NUMBER", "direction": "ASC"}, {"field": "ACCOUNT_NUMBER", "direction": "DESC"}]
    assert numbers(await acme.only(PAGE, first=1, after=cursor, order=same)) == ["D"]


async def test_rubbish_for_a_cursor_is_bad_user_input(acme: Client) -> None:
    await three_accounts(acme)
    good = (await acme.only(PAGE, first=1))["pageInfo"]["endCursor"]
    signature, key = decoded(good)
    values: list[Any] = [key, 5, True, None, [], {}, 1.5]
    rubbish = ["", " ", "=", "====", "x", "é", "\ud7ff", good[:-1], good + "A", good * 2, "A" * 100_000]
    rubbish += [encoded(value) for value in values]
    rubbish += [encoded([signature, value]) for value in values[1:]]
    rubbish += [encoded([signature]), encoded([signature, key, 1]), encoded([key, signature]), encoded([None, key])]
    rubbish += [encoded([signature, "a\0b"]), base64.urlsafe_b64encode(b"\xff\xfe").decode()]
    for cursor in rubbish:
        assert await acme.error_codes(PAGE, after=cursor) == ["BAD_USER_INPUT"], cursor[:80]
        assert len(acme.gateway.statements) == 0


DOCUMENTS = """query($after: String, $before: String, $order: [DocumentOrder!]) {
  documents(after: $after, before: $before, orderBy: $order) { edges { cursor } } }"""
NO_VALUES: dict[str, list[Any]] = {
    "OPEN_AMOUNT": [True, "1,5", "1e3", "", "NaN", "0.00001", "1000000000000000", {}, []],
    "DUE_DATE": [None, 5, "2026-02-30", "2026-1-1", "", "2026-01-01T00:00:00Z", "10000-01-01"],
    "CREATED_AT": [None, 5, "soon", "", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+23:00"],
    "STATUS": [None, 5, True, "a\0b", [], "", "OPEN", "paid"],
}


async def test_a_cursor_with_a_value_that_its_column_cannot_have_is_bad_user_input(acme: Client) -> None:
    ledger = await three_accounts(acme)
    await ledger.document("D-1", "B", "10")
    for field, values in NO_VALUES.items():
        order = [{"field": field, "direction": "DESC"}]
        good = (await acme.only(DOCUMENTS, order=order))["edges"][0]["cursor"]
        signature, _, csr_id = decoded(good)
        tampered = [encoded([signature, value, csr_id]) for value in values]
        tampered += [encoded([signature, decoded(good)[1], value]) for value in (None, "1", 1.5, True, 2**31, -(2**63))]
        for cursor in tampered:
            for end in ("after", "before"):
                codes = await acme.error_codes(DOCUMENTS, order=order, **{end: cursor})
                assert codes == ["BAD_USER_INPUT"], decoded(cursor)


BAD_SIZES: tuple[dict[str, int], ...] = (
    *({"first": -1}, {"last": -1}, {"first": 1001}, {"last": 1001}, {"first": 2**31 - 1}),
    *({"first": 1, "last": 1}, {"first": 0, "last": 0}),
)


async def test_sizes_below_0_over_1000_or_from_both_ends_are_bad_user_input(acme: Client) -> None:
    for sizes in BAD_SIZES:
        assert await acme.error_codes(PAGE, **sizes) == ["BAD_USER_INPUT"], sizes
        assert len(acme.gateway.statements) == 0
    answer = await acme.run(PAGE, first=100_000)
    assert answer["errors"][0]["message"] == "first is 100000; it must lie between 0 and 1000."


async def test_a_size_that_is_no_32_bit_number_is_bad_user_input(acme: Client) -> None:
    sizes: tuple[Any, ...] = (2**31, -(2**31) - 1, "5", 1.5, True, [])
    for size in sizes:
        assert await acme.error_codes(PAGE, first=size) == ["BAD_USER_INPUT"], size


async def test_null_for_a_paging_argument_is_as_good_as_absent(acme: Client) -> None:
    await three_accounts(acme)
    text = "query($first: Int, $last: Int, $after: String) { accounts(%s) { nodes { accountNumber } } }"
    passed = text % "first: $first, last: $last, after: $after, before: null"
    for sizes, expected in (({}, ["B", "D", "F"]), ({"last": 2}, ["D", "F"]), ({"first": 1}, ["B"])):
        given = {"first": None, "last": None, "after": None} | sizes
        assert numbers(await acme.only(passed, **sizes)) == numbers(await acme.only(passed, **given)) == expected


async def test_without_a_size_a_page_has_20_rows_and_1000_is_the_most(acme: Client) -> None:
    ledger = Ledger(acme)
    for n in range(21):
        await ledger.account(f"{n:02}")
    page = await acme.only(PAGE)
    assert numbers(page) == [f"{n:02}" for n in range(20)]
    assert page["pageInfo"]["hasNextPage"] is True
    assert len((await acme.only(PAGE, first=1000))["nodes"]) == 21
    assert numbers(await acme.only(PAGE, before=page["pageInfo"]["endCursor"])) == [f"{n:02}" for n in range(19)]
