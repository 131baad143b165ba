"""`ingest-gateway` as operators and scripts use it. What is asked of every command in a process of its own is asked of
one; the others, to save a second each, run their command inside the test."""

import asyncio
import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from app.cli.main import main
from tests.gateway import Client, Gateway

KEY = r"igk_[\w-]{43}"


@dataclass
class CommandLine:
    """`ingest-gateway` inside the test."""

    monkeypatch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]

    def run(self, env: dict[str, str], *command: str) -> tuple[int, str, str]:
        """Exit code, output and complaints."""
        with self.monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["ingest-gateway", *command])
            for name, value in env.items():
                patched.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        out, err = self.captured.readouterr()
        return int(ended.value.code or 0), out, err

    def printed(self, env: dict[str, str], *command: str) -> str:
        """What a command prints that must not fail."""
        code, out, err = self.run(env, *command)
        assert code == 0, err
        return out

    def made(self, env: dict[str, str], *command: str) -> dict[str, Any]:
        """The one JSON object that a command prints."""
        out = self.printed(env, *command, "--json")
        assert out.count("\n") == 1, out
        made: dict[str, Any] = json.loads(out)
        return made

    def refusal(self, env: dict[str, str], *command: str) -> str:
        """What a command that must be refused says: one sentence, no stack."""
        code, out, err = self.run(env, *command)
        assert (code, out) == (1, "")
        (sentence,) = err.splitlines()
        return sentence


def asked(env: dict[str, str], key: str, text: str) -> dict[str, Any]:
    """What the gateway answers to a caller with the key."""

    async def ask() -> dict[str, Any]:
        async with Gateway(env["GATEWAY_DATABASE_URL"]) as gateway:
            return await Client(gateway, key).run(text)

    return asyncio.run(ask())
