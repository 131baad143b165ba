"""An answer is held in memory whole, so it has a bound in bytes, whatever few points it costs."""

import pytest

from app.storage.database.driver_errors import MAX_ANSWER_BYTES
from tests.commands.verbs import create
from tests.gateway import Client, Gateway

ALIASES = 190
TEXT = "x" * 10_000  # as long as a field may be
LINK = """mutation($reference: String!) {
  linkRepresentativeToAccount(reference: $reference, accountNumber: "A") { userErrors { code } } }"""
MESSAGE = "The answer is larger than 16 MiB. Ask for less at once."


def asked(first: int) -> str:
    fields = " ".join(f"a{number}: extraInfo" for number in range(ALIASES))
    return f"{{ representatives(first: {first}) {{ nodes {{ {fields} }} }} }}"


@pytest.fixture
async def texts(gateway: Gateway, acme: Client) -> Client:
    """A tenant with representatives who have much to be said of."""
    for number in range(18):
        await create(acme, "Representative", str(number), {"extraInfo": TEXT})
    return acme


async def test_an_answer_that_is_too_large_is_refused_and_smaller_ones_are_given(texts: Client) -> None:
    most = MAX_ANSWER_BYTES // (ALIASES * len(TEXT))
    answer = await texts.run(asked(18))
    (wrong,) = answer["errors"]
    assert (wrong["message"], wrong["extensions"]["code"]) == (MESSAGE, "QUERY_TOO_COMPLEX")
    nodes = (await texts.query(asked(most)))["representatives"]["nodes"]
    assert [len(node) for node in nodes] == [ALIASES] * most
    assert nodes[-1][f"a{ALIASES - 1}"] == TEXT


async def test_neither_is_the_payload_of_a_write_which_is_then_not_done(texts: Client) -> None:
    ask = f"representatives(first: 18) {{ nodes {{ {' '.join(f'a{n}: extraInfo' for n in range(ALIASES))} }} }}"
    await create(texts, "Account", "A", {"combined": {"name": "A"}})
    for number in range(18):
        await texts.query(LINK, reference=str(number))
    text = f'mutation {{ patchAccount(accountNumber: "A", patch: {{vat: "1"}}) {{ account {{ {ask} }} }} }}'
    (wrong,) = (await texts.run(text))["errors"]
    assert wrong["message"] == (
        "The payload is larger than 16 MiB, and nothing was written by this field. Ask for less at once."
    )
    assert await texts.only('{ account(accountNumber: "A") { vat } }') == {"vat": None}
