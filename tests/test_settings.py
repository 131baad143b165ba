"""Settings come from the environment alone; one that cannot be meant stops the start with a sentence that names it."""

import re

import pytest

from app.settings import InvalidSetting, Settings, load_settings
from tests.servers import ServerError, gateway_cli

DEFAULTS = {
    "database_url": "sqlite+aiosqlite:///./gateway.db",
    "host": "127.0.0.1",
    "port": 8000,
    "workers": 1,
    "pool_size": 10,
    "cors_origins": "",
    "cache_bytes": 67_108_864,
    "max_body_bytes": 10_485_760,
    "blob_url": "",
    "blob_endpoint": "",
    "public_url": "",
    "max_pdf_bytes": 67_108_864,
    "max_pdf_pages": 10_000,
    "max_bulk": 4,
    "max_characters": 200_000,
    "max_tokens": 10_000,
    "max_depth": 25,
    "max_fields": 1_000,
    "max_aliases": 200,
    "max_directives": 100,
    "max_cost": 100_000,
    "operations": "any",
    "operations_manifest": "",
    "budget": 0,
    "max_seconds": 30.0,
    "max_wait_seconds": 10.0,
    "log_level": "info",
    "log_format": "text",
    "log_requests": False,
    "slow_seconds": 1.0,
    "metrics": "loopback",
    "traces_endpoint": "",
    "keep_alive_seconds": 75,
    "send_seconds": 60.0,
    "shutdown_seconds": 20,
}
WHOLE = "Input should be a valid integer, unable to parse string as an integer."
NO_ORIGIN = "which is no origin such as https://app.example.com."
ANY_PORT = "any port goes with localhost alone, as in http://localhost:*."
WRONG = {
    "database_url": [
        ("", "is no database URL."),
        ("nonsense", "is no database URL."),
        ("postgresql+asyncpg://host:port/name", "is no database URL."),
        ("postgresql://user:secret@host/name", "must begin with sqlite+aiosqlite:// or postgresql+asyncpg://."),
        ("mysql://user:secret@host/name", "must begin with sqlite+aiosqlite:// or postgresql+asyncpg://."),
        ("sqlite:///gateway.db", "must begin with sqlite+aiosqlite:// or postgresql+asyncpg://."),
        ("sqlite+aiosqlite://", "must name a file: a database in memory is lost with its first connection."),
        ("sqlite+aiosqlite:///:memory:", "must name a file: a database in memory is lost with its first connection."),
    ],
    "host": [("", "String should have at least 1 character.")],
    "port": [
        ("http", WHOLE),
        ("", WHOLE),
        ("80.5", WHOLE),
        ("-1", "Input should be greater than or equal to 0."),
        ("65536", "Input should be less than or equal to 65535."),
        ("tcp://10.0.0.1:8000", WHOLE),
    ],
    "workers": [
        ("0", "Input should be greater than or equal to 1."),
        ("65", "Input should be less than or equal to 64."),
        ("two", WHOLE),
    ],
    "pool_size": [
        ("0", "Input should be greater than or equal to 1."),
        ("1001", "Input should be less than or equal to 1000."),
        ("", WHOLE),
    ],
    "cors_origins": [
        ("app.example.com", f"holds 'app.example.com', {NO_ORIGIN}"),
        ("https://app.example.com/", f"holds 'https://app.example.com/', {NO_ORIGIN}"),
        ("https://a.example,ftp://b.example", f"holds 'ftp://b.example', {NO_ORIGIN}"),
        ("https://*.example.com", f"holds 'https://*.example.com', {NO_ORIGIN}"),
        ("null", f"holds 'null', {NO_ORIGIN}"),
        ("https://app.example.com:*", f"holds 'https://app.example.com:*': {ANY_PORT}"),
        ("http://localhost.example.com:*", f"holds 'http://localhost.example.com:*': {ANY_PORT}"),
        ("http://localhost*", f"holds 'http://localhost*', {NO_ORIGIN}"),
    ],
    "cache_bytes": [
        ("64MB", WHOLE),
        ("33554431", "Input should be greater than or equal to 33554432."),
        ("68719476737", "Input should be less than or equal to 68719476736."),
    ],
    "max_body_bytes": [("1023", "Input should be greater than or equal to 1024."), ("10MB", WHOLE)],
    "blob_url": [
        ("/var/lib/blobs", "must begin with file:///, memory:/// or s3://."),
        ("gs://bucket", "must begin with file:///, memory:/// or s3://."),
        ("file:///", "must name a folder, as in file:///var/lib/gateway/blobs."),
        ("s3://", "must name a bucket, as in s3://bucket/prefix."),
    ],
    "blob_endpoint": [
        ("storage.example.com", "must be an address such as https://gateway.example.com."),
        ("https://", "must be an address such as https://gateway.example.com."),
    ],
    "public_url": [("gateway.example.com", "must be an address such as https://gateway.example.com.")],
    "max_pdf_bytes": [
        ("1023", "Input should be greater than or equal to 1024."),
        ("2147483648", "Input should be less than or equal to 2147483647."),
        ("64MiB", WHOLE),
    ],
    "max_pdf_pages": [
        ("0", "Input should be greater than or equal to 1."),
        ("1000001", "Input should be less than or equal to 1000000."),
        ("all", WHOLE),
    ],
    "max_bulk": [
        ("0", "Input should be greater than or equal to 1."),
        ("101", "Input should be less than or equal to 100."),
        ("many", WHOLE),
    ],
    "max_characters": [("0", "Input should be greater than or equal to 1."), ("1e4", WHOLE)],
    "max_tokens": [("0", "Input should be greater than or equal to 1."), ("1e4", WHOLE)],
    "max_depth": [("0", "Input should be greater than or equal to 1."), ("deep", WHOLE)],
    "max_fields": [("0", "Input should be greater than or equal to 1."), ("many", WHOLE)],
    "max_aliases": [("-1", "Input should be greater than or equal to 0."), ("many", WHOLE)],
    "max_directives": [("-1", "Input should be greater than or equal to 0."), ("many", WHOLE)],
    "max_cost": [("0", "Input should be greater than or equal to 1."), ("many", WHOLE)],
    "operations_manifest": [
        ("a.json,,b.json", "must be names of files and folders, with one comma between two."),
        (" ", "must be names of files and folders, with one comma between two."),
    ],
    "operations": [("some", "Input should be 'any' or 'trusted'.")],
    "budget": [
        ("-1", "Input should be greater than or equal to 0."),
        ("99", "must be 0 or at least 100: single requests cost some points."),
        ("1000000001", "Input should be less than or equal to 1000000000."),
        ("none", WHOLE),
    ],
    "max_wait_seconds": [
        ("0", "Input should be greater than or equal to 0.1."),
        ("3601", "Input should be less than or equal to 3600."),
    ],
    "max_seconds": [
        ("0", "Input should be greater than or equal to 0.1."),
        ("long", "Input should be a valid number, unable to parse string as a number."),
    ],
    "log_level": [
        ("INFO", "Input should be 'debug', 'info', 'warning' or 'error'."),
        ("", "Input should be 'debug', 'info', 'warning' or 'error'."),
    ],
    "log_format": [("logfmt", "Input should be 'text' or 'json'.")],
    "log_requests": [("often", "Input should be a valid boolean, unable to interpret input.")],
    "slow_seconds": [
        ("-1", "Input should be greater than or equal to 0."),
        ("1s", "Input should be a valid number, unable to parse string as a number."),
    ],
    "metrics": [("on", "Input should be 'off', 'loopback' or 'all'.")],
    "traces_endpoint": [("127.0.0.1:4318", "must be an address such as https://gateway.example.com.")],
    "keep_alive_seconds": [
        ("0", "Input should be greater than or equal to 1."),
        ("3601", "Input should be less than or equal to 3600."),
        ("75s", WHOLE),
    ],
    "send_seconds": [
        ("0", "Input should be greater than or equal to 1."),
        ("3601", "Input should be less than or equal to 3600."),
        ("60s", "Input should be a valid number, unable to parse string as a number."),
    ],
    "shutdown_seconds": [
        ("0", "Input should be greater than or equal to 1."),
        ("3601", "Input should be less than or equal to 3600."),
        ("20s", WHOLE),
    ],
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in DEFAULTS:
        monkeypatch.delenv(f"GATEWAY_{name.upper()}", raising=False)


def test_without_any_setting_there_are_defaults() -> None:
    assert load_settings().model_dump() == DEFAULTS


def test_every_setting_is_tried_with_wrong_values_here() -> None:
    assert set(WRONG) == set(Settings.model_fields) == set(DEFAULTS)


@pytest.mark.parametrize(("name", "value", "sentence"), [(n, v, s) for n, tried in WRONG.items() for v, s in tried])
def test_a_setting_that_cannot_be_meant_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"GATEWAY_{name.upper()}", value)
    shown = "" if name == "database_url" else f"={value!r}"

    with pytest.raises(InvalidSetting, match=re.escape(f"GATEWAY_{name.upper()}{shown}: {sentence}")):
        load_settings()


def test_every_wrong_setting_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PORT", "x")
    monkeypatch.setenv("GATEWAY_LOG_LEVEL", "loud")

    with pytest.raises(InvalidSetting) as told:
        load_settings()
    assert str(told.value).splitlines() == [
        f"GATEWAY_PORT='x': {WHOLE}",
        "GATEWAY_LOG_LEVEL='loud': Input should be 'debug', 'info', 'warning' or 'error'.",
    ]


def test_a_password_in_a_wrong_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "postgres://user:secret@host/name")

    with pytest.raises(InvalidSetting) as told:
        load_settings()
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("origins", "meant"),
    [
        ("", []),
        (" , ", []),
        ("*", ["*"]),
        ("https://app.example.com", ["https://app.example.com"]),
        (" https://a.example , http://localhost:3000,http://[::1]:8080 ",
         ["https://a.example", "http://localhost:3000", "http://[::1]:8080"]),
    ],
)  # fmt: skip
def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch, origins: str, meant: list[str]) -> None:
    monkeypatch.setenv("GATEWAY_CORS_ORIGINS", origins)

    assert load_settings().origins == meant


@pytest.mark.parametrize(
    "command", [("serve",), ("migrate",), ("tenants", "list"), ("keys", "create", "--tenant", "x")]
)
@pytest.mark.slow
def test_every_command_stops_at_a_wrong_setting_with_the_sentence_alone(command: tuple[str, ...]) -> None:
    with pytest.raises(ServerError) as stopped:
        gateway_cli(*command, env={"GATEWAY_DATABASE_URL": "postgres://user:secret@host/name"})

    reason, *printed = str(stopped.value).splitlines()
    assert reason.endswith("ended with code 1")
    assert printed == ["GATEWAY_DATABASE_URL: must begin with sqlite+aiosqlite:// or postgresql+asyncpg://."]


def test_the_environment_of_another_program_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("PORT", "1")

    assert load_settings().model_dump() == DEFAULTS
