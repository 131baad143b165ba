"""Commands that administer refuse a login from which row level security hides the rows, as it does from the server's:
they would find nothing and report success."""

from collections.abc import Sequence

import pytest
from sqlalchemy.engine import make_url

from tests.cli.command_line import CommandLine, asked

COMMANDS = [
    ("audit", "verify"),
    ("blobs", "gc"),
    ("demo",),
    ("keys", "create", "--tenant", "acme"),
    ("keys", "list"),
    ("keys", "revoke", "KEY"),
    ("links", "rotate"),
    ("serve", "--demo", "--port", "0"),
    ("tenants", "create", "other"),
    ("tenants", "list"),
    ("tenants", "time-zone", "acme", "Asia/Tokyo"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_that_administers_refuses_the_servers_login_and_names_the_owner(
    cli: CommandLine, postgres_url: str, server_url: str, command: Sequence[str]
) -> None:
    owner, server = {"GATEWAY_DATABASE_URL": postgres_url}, {"GATEWAY_DATABASE_URL": server_url}
    key = cli.made(owner, "tenants", "create", "acme")["apiKey"]
    told = [cli.printed(owner, *listing) for listing in (("tenants", "list"), ("keys", "list"), ("audit", "verify"))]

    assert cli.refusal(server, *(key if word == "KEY" else word for word in command)) == (
        f"Row level security hides the rows of tenants from the database login {make_url(server_url).username!r}: "
        f"administer with their owner's, {make_url(postgres_url).username!r}."
    )
    assert told == [
        cli.printed(owner, *listing) for listing in (("tenants", "list"), ("keys", "list"), ("audit", "verify"))
    ]
    assert asked(server, key, "{ tenant { name timeZone } }") == {
        "data": {"tenant": {"name": "acme", "timeZone": "UTC"}}
    }


def test_an_audit_tells_how_much_it_has_verified_and_nothing_is_a_failure(
    cli: CommandLine, env: dict[str, str]
) -> None:
    cli.printed(env, "migrate")
    assert cli.refusal(env, "audit", "verify") == "The database has no tenants, so there was nothing to verify."
    for name in ("acme", "globex"):
        cli.made(env, "tenants", "create", name)
    cli.made(env, "keys", "create", "--tenant", "globex")

    assert cli.printed(env, "audit", "verify").splitlines() == [
        "acme: 2 changes, all sound.",
        "globex: 3 changes, all sound.",
        "Verified 5 changes of 2 tenants.",
    ]
