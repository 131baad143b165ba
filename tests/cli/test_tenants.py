"""Tenants are made and listed by command."""

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cli.command_line import KEY, CommandLine, asked
from tests.servers import ServerError, gateway_cli


def test_a_new_tenant_has_a_name_a_key_that_works_and_a_connection(cli: CommandLine, env: dict[str, str]) -> None:
    made = cli.made(env, "tenants", "create", "acme")

    assert list(made) == ["name", "apiKey", "connectionId"]
    assert made["name"] == "acme"
    assert re.fullmatch(KEY, made["apiKey"])
    assert str(uuid.UUID(made["connectionId"])) == made["connectionId"]
    assert asked(env, made["apiKey"], "{ tenant { name connectionId products } }") == {
        "data": {
            "tenant": {
                "name": "acme",
                "connectionId": made["connectionId"],
                "products": ["COLLECTIONS", "INVOICING", "OPEN_BALANCE", "CASH_APP"],
            }
        }
    }
    assert asked(env, made["apiKey"], 'mutation { createRepresentative(reference: "R", input: {}) { created } }') == {
        "data": {"createRepresentative": {"created": True}}
    }


def test_every_command_works_in_a_process_of_its_own(env: dict[str, str]) -> None:
    assert gateway_cli("migrate", env=env) == "The schema is current.\n"
    tenant = json.loads(gateway_cli("tenants", "create", "acme", "--json", env=env))
    key = json.loads(gateway_cli("keys", "create", "--tenant", "acme", "--read-only", "--json", env=env))
    assert (set(tenant), set(key)) == ({"name", "apiKey", "connectionId"}, {"apiKey"})
    assert gateway_cli("tenants", "list", env=env).startswith(f"acme\t{tenant['connectionId']}\t")
    assert gateway_cli("keys", "revoke", key["apiKey"], env=env) == "The key is revoked.\n"
    assert gateway_cli("keys", "list", env=env).count("\n") == 1


def test_a_person_reads_the_same_in_lines(cli: CommandLine, env: dict[str, str]) -> None:
    printed = cli.printed(env, "tenants", "create", "Böhm & Söhne [Wien]")

    assert re.fullmatch(
        rf"name           Böhm & Söhne \[Wien\]\nAPI key        {KEY}\nconnection id  [0-9a-f-]{{36}}\n", printed
    )


@pytest.mark.parametrize(
    ("products", "kept"),
    [
        ("collections,invoicing,open_balance,cash_app", "collections,invoicing,open_balance,cash_app"),
        (" cash_app , collections, cash_app", "collections,cash_app"),
        ("invoicing", "invoicing"),
    ],
)
def test_a_tenant_has_the_products_that_were_named_in_their_own_order(
    cli: CommandLine, sqlite_url: str, products: str, kept: str
) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}
    made = cli.made(env, "tenants", "create", "acme", "--products", products)

    assert cli.printed(env, "tenants", "list") == f"acme\t{made['connectionId']}\t{kept}\tUTC\n"


@pytest.mark.parametrize("products", ["", " ", ",", " , "])
def test_a_tenant_of_no_product_is_refused(cli: CommandLine, sqlite_url: str, products: str) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}

    assert cli.refusal(env, "tenants", "create", "acme", "--products", products) == (
        "The tenant needs a product: choose from collections, invoicing, open_balance, cash_app."
    )
    assert cli.printed(env, "tenants", "list") == ""


def test_an_unknown_product_is_refused_and_no_tenant_made(cli: CommandLine, sqlite_url: str) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}

    assert cli.refusal(env, "tenants", "create", "acme", "--products", "collections,Invoicing") == (
        "Unknown product 'Invoicing': choose from collections, invoicing, open_balance, cash_app."
    )
    assert cli.printed(env, "tenants", "list") == ""


@pytest.mark.parametrize(
    "name", ["", "  ", "a\tb", "a\nb", "\x1b[31mred", "x" * 256, b"\xff".decode(errors="surrogateescape")]
)
def test_a_name_that_no_list_could_show_is_refused(cli: CommandLine, sqlite_url: str, name: str) -> None:
    sentence = cli.refusal({"GATEWAY_DATABASE_URL": sqlite_url}, "tenants", "create", "--", name)

    assert sentence == "The tenant needs a name of 1 to 255 printable characters."


def test_a_second_tenant_of_the_same_name_is_refused_and_the_first_stays(cli: CommandLine, env: dict[str, str]) -> None:
    first = cli.made(env, "tenants", "create", "acme")

    assert cli.refusal(env, "tenants", "create", "acme") == "There is a tenant named 'acme' already."
    assert cli.printed(env, "tenants", "list").split("\t")[:2] == ["acme", first["connectionId"]]
    assert cli.printed(env, "keys", "list").count("\n") == 1


def test_of_two_that_make_a_tenant_of_one_name_at_once_one_is_told_that_it_is_there(env: dict[str, str]) -> None:
    def create(_: int) -> str:
        try:
            return "made" if gateway_cli("tenants", "create", "acme", env=env) else ""
        except ServerError as stopped:
            return str(stopped).splitlines()[-1]

    with ThreadPoolExecutor(3) as pool:
        outcomes = sorted(pool.map(create, range(3)))
    assert outcomes == ["There is a tenant named 'acme' already."] * 2 + ["made"]


def shown_zone(cli: CommandLine, env: dict[str, str], key: str) -> str:
    """The tenant's time zone as the listing shows it, and as its callers are told."""
    (line,) = cli.printed(env, "tenants", "list").splitlines()
    zone = line.split("\t")[3]
    assert asked(env, key, "{ tenant { timeZone } }") == {"data": {"tenant": {"timeZone": zone}}}
    return zone


def test_a_tenant_is_made_with_a_time_zone_and_given_another(cli: CommandLine, env: dict[str, str]) -> None:
    made = cli.made(env, "tenants", "create", "acme", "--time-zone", "America/New_York")
    assert list(made) == ["name", "apiKey", "connectionId"]
    assert shown_zone(cli, env, made["apiKey"]) == "America/New_York"

    changed = cli.printed(env, "tenants", "time-zone", "acme", "Europe/Berlin")
    assert changed == "The days of 'acme' begin in Europe/Berlin.\n"
    assert shown_zone(cli, env, made["apiKey"]) == "Europe/Berlin"

    entries = "{ changes(resource: TENANT) { nodes { verb before after } } }"
    created, patched = asked(env, made["apiKey"], entries)["data"]["changes"]["nodes"]
    assert (created["verb"], created["after"]["time_zone"]) == ("CREATE", "America/New_York")
    assert patched == {
        "verb": "PATCH",
        "before": {"time_zone": "America/New_York"},
        "after": {"time_zone": "Europe/Berlin"},
    }
    assert cli.printed(env, "audit", "verify") == "acme: 3 changes, all sound.\nVerified 3 changes of one tenant.\n"


@pytest.mark.parametrize(
    ("zone", "advice"),
    [
        ("America/NewYork", "did you mean America/New_York"),
        ("New York", "did you mean America/New_York"),
        ("europe/berlin", "did you mean Europe/Berlin"),
        ("the office", "name one of IANA's, such as Europe/Berlin."),
        ("", "name one of IANA's, such as Europe/Berlin."),
        ("../../etc/passwd", "name one of IANA's, such as Europe/Berlin."),
        ("localtime", ""),
    ],
)
def test_an_unknown_time_zone_is_refused_with_those_that_are_close_and_nothing_changes(
    cli: CommandLine, sqlite_url: str, zone: str, advice: str
) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}
    begun = f"Unknown time zone '{zone}': {advice}"

    assert cli.refusal(env, "tenants", "create", "acme", "--time-zone", zone).startswith(begun)
    assert cli.printed(env, "tenants", "list") == ""

    made = cli.made(env, "tenants", "create", "acme")
    assert cli.refusal(env, "tenants", "time-zone", "acme", zone).startswith(begun)
    assert shown_zone(cli, env, made["apiKey"]) == "UTC"


def test_a_tenant_that_nobody_made_gets_no_time_zone(cli: CommandLine, sqlite_url: str) -> None:
    env = {"GATEWAY_DATABASE_URL": sqlite_url}

    assert cli.refusal(env, "tenants", "time-zone", "nobody", "UTC") == (
        "There is no tenant named 'nobody'. List them with: ingest-gateway tenants list"
    )
