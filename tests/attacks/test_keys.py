"""How long it takes to refuse a key tells nothing of keys that are good: they are compared by their hashes alone."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.auth.api_keys import hash_key
from tests.gateway import Client, Gateway


@pytest.fixture
async def acme(database_url: str) -> AsyncIterator[Client]:
    async with Gateway(database_url) as gateway:
        yield await gateway.tenant()


async def test_what_is_compared_of_a_key_is_its_hash_and_never_the_key(acme: Client) -> None:
    """Keys that share all but a letter have hashes that share nothing: who guesses letter by letter learns nothing."""
    heard: list[tuple[str, tuple[Any, ...]]] = []
    acme.gateway.serving.statement_listeners.append(lambda text, arguments: heard.append((text, tuple(arguments))))
    assert acme.api_key
    nearly = acme.api_key[:-1] + ("x" if acme.api_key[-1] != "x" else "y")
    for key in (acme.api_key, nearly, acme.api_key[:-1], acme.api_key + "x", "igk_" + "x" * 43):
        heard.clear()
        response = await Client(acme.gateway, key).post({"query": "{ tenant { name } }"})
        assert response.status_code == (200 if key == acme.api_key else 401)
        asked = [argument for _, arguments in heard for argument in arguments]
        assert hash_key(key) in asked
        assert not [argument for argument in asked if key in str(argument)]
    assert hash_key(nearly)[:16] != hash_key(acme.api_key)[:16]


async def test_an_unknown_key_is_refused_by_the_same_one_statement_whatever_it_is(acme: Client) -> None:
    heard: list[str] = []
    acme.gateway.serving.statement_listeners.append(lambda text, arguments: heard.append(text))
    assert acme.api_key
    texts = []
    for key in (acme.api_key[:-1], "x", "igk_" + "x" * 43, "x" * 4_000):
        heard.clear()
        assert (await Client(acme.gateway, key).post({"query": "{ tenant { name } }"})).status_code == 401
        texts.append(tuple(heard))
    assert len(set(texts)) == 1
    assert len(texts[0]) == 1
