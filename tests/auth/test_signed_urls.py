"""The secret of signed links can be changed while servers run: links that were made before live on for their ten
minutes or end at once, and every server takes what any other signs."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
import sqlalchemy as sa

from app.auth.signed_urls import LIFETIME_SECONDS, MAX_AGE_SECONDS, MIN_AGE_SECONDS, rotate_secret
from app.storage.database.clock import now
from app.storage.tables import FORMER_SIGNING_SECRETS, SIGNING_SECRET
from tests.cli.command_line import CommandLine
from tests.cli.conftest import cli
from tests.gateway import Client, Gateway
from tests.pdfs import pdf

__all__ = ["cli"]
PDF = pdf("one")
WORLD = """mutation { createAccount(accountNumber: "A", input: {combined: {name: "Acme"}}) { userErrors { code } }
  createDocument(documentNumber: "D", input: {combined: {accountNumber: "A", invoiceDate: "2026-05-12",
    dueDate: "2026-06-11"}}) { userErrors { code } } }"""
LINK = '{ document(documentNumber: "D") { attachments { url } } }'


@pytest.fixture
async def gateway(database_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    async with Gateway(database_url, blob_url=tmp_path.as_uri()) as made:
        yield made


@pytest.fixture
async def another(database_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    """Another server of the same database, which has read nothing yet."""
    async with Gateway(database_url, blob_url=tmp_path.as_uri()) as made:
        yield made


@pytest.fixture
async def client(acme: Client) -> Client:
    """A tenant with a document that has a PDF."""
    await acme.query(WORLD)
    connection = (await acme.only("{ tenant { connectionId } }"))["connectionId"]
    path = f"/api/v1/pdf-ingestion/pdf/{connection}/ingest_documents/D"
    headers = {**acme.headers, "Content-Type": "application/pdf"}
    assert (await acme.gateway.http.post(path, content=PDF, headers=headers)).status_code == 200
    return acme


async def link(client: Client, gateway: Gateway | None = None) -> str:
    """A link that the server signs now."""
    found = await Client(gateway or client.gateway, client.api_key).only(LINK)
    url: str = found["attachments"][0]["url"]
    return url


async def opens(gateway: Gateway, url: str) -> bool:
    answer = await gateway.http.get(url)
    assert (answer.status_code, answer.content == PDF) in {(200, True), (403, False)}
    return answer.status_code == 200


async def ends(gateway: Gateway, url: str) -> bool:
    """Whether the server takes a link no more, in as long as it may go on with the secrets that it has read."""
    for _ in range(MAX_AGE_SECONDS * 10 + 20):
        if not await opens(gateway, url):
            return True
        await asyncio.sleep(0.1)
    return False


async def test_links_that_were_made_before_live_on_and_those_made_since_are_good_on_every_server(
    client: Client, another: Gateway
) -> None:
    before = await link(client)
    await rotate_secret(client.gateway.database, keeps_links=True)
    assert await opens(client.gateway, before)
    assert await opens(another, before)
    since = await link(client, another)
    assert since.partition("signature=")[2] != before.partition("signature=")[2]
    await asyncio.sleep(MIN_AGE_SECONDS)  # the first server has not read the new secret yet
    assert await opens(client.gateway, since)
    assert await opens(client.gateway, before)


async def test_a_former_secret_is_good_for_as_long_as_its_last_link_may_live(client: Client, another: Gateway) -> None:
    before, began = await link(client), now()
    await rotate_secret(client.gateway.database, keeps_links=True)
    async with client.gateway.database.writing() as connection:
        until = (await connection.execute(sa.select(FORMER_SIGNING_SECRETS.c.valid_until))).scalar_one()
        await connection.execute(sa.update(FORMER_SIGNING_SECRETS).values(valid_until=now()))
    latest = timedelta(seconds=LIFETIME_SECONDS + MAX_AGE_SECONDS)
    assert began + latest <= until <= now() + latest
    answer = await another.http.get(before)
    message = "This is no link of this server, or it has ended: ask for another one."
    assert (answer.status_code, answer.json()["message"]) == (403, message)


async def test_they_end_at_once_where_that_is_wanted_and_a_running_server_notices(client: Client) -> None:
    gateway, before = client.gateway, await link(client)
    assert await opens(gateway, before)
    await rotate_secret(gateway.database, keeps_links=False)
    assert await ends(gateway, before)
    assert await opens(gateway, await link(client))


async def test_of_several_changes_in_a_row_each_keeps_or_ends_all_links_before(
    client: Client, another: Gateway, database_url: str, tmp_path: Path
) -> None:
    database = client.gateway.database
    first = await link(client)
    await rotate_secret(database, keeps_links=True)
    second = await link(client, another)
    await rotate_secret(database, keeps_links=True)
    async with Gateway(database_url, blob_url=tmp_path.as_uri()) as third:
        assert [await opens(third, url) for url in (first, second)] == [True, True]
    await rotate_secret(database, keeps_links=False)
    async with Gateway(database_url, blob_url=tmp_path.as_uri()) as fourth:
        assert [await opens(fourth, url) for url in (first, second)] == [False, False]


async def test_made_up_links_have_the_secrets_read_again_once_a_second_at_most(client: Client) -> None:
    gateway, url = client.gateway, await link(client)
    await opens(gateway, url)
    gateway.statements.texts.clear()
    began = monotonic()
    for number in range(30):
        assert not await opens(gateway, f"{url[:-4]}{number:04x}")
    read = [text for text in gateway.statements.texts if f"FROM {SIGNING_SECRET.name}" in text]
    assert len(read) <= 1 + (monotonic() - began) / MIN_AGE_SECONDS


@pytest.mark.parametrize(
    ("options", "told", "kept"), [((), "end within 10 minutes", 1), (("--now",), "have ended", 0)], ids=["", "now"]
)
def test_the_command_changes_the_secret_and_says_when_former_links_end(
    cli: CommandLine, database_url: str, options: tuple[str, ...], told: str, kept: int
) -> None:
    env = {"GATEWAY_DATABASE_URL": database_url}
    before = secrets_of(database_url)
    assert cli.printed(env, "links", "rotate", *options) == (
        f"Links are signed with a new secret, and those made before {told}. Running servers notice within 5 seconds.\n"
    )
    after = secrets_of(database_url)
    assert len(after[0]) == 64
    assert after[0] != before[0]
    assert (before[1:], after[1:]) == ([], before[:1] * kept)


def secrets_of(database_url: str) -> list[str]:
    """The secret, and the former ones that are kept."""

    async def read() -> list[str]:
        async with Gateway(database_url) as gateway, gateway.database.reading() as connection:
            current = (await connection.execute(sa.select(SIGNING_SECRET.c.value))).scalar_one()
            return [current, *(await connection.execute(sa.select(FORMER_SIGNING_SECRETS.c.value))).scalars()]

    return asyncio.run(read())
