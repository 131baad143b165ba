"""Tenants of their own on a shared gateway: tests of writes need no more."""

import pytest

from tests.gateway import Client, Gateway


@pytest.fixture
async def acme(shared_gateway: Gateway) -> Client:
    """A new tenant with all four products, through a key that may write."""
    return await shared_gateway.tenant("acme")


@pytest.fixture
async def globex(shared_gateway: Gateway) -> Client:
    """Another tenant on the same database."""
    return await shared_gateway.tenant("globex")
