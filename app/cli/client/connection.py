"""A gateway as the command line reaches it: its address, the key, and what its refusals say."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.cli.console import CommandFailed, err

URL_VARIABLE, KEY_VARIABLE = "GATEWAY_URL", "GATEWAY_API_KEY"
DEFAULT_URL = "http://127.0.0.1:8000"
CONNECT_SECONDS = 10
READ_SECONDS = 600  # for which a server may be silent: it waits where a key's budget is spent
PATIENCE = 600.0  # seconds without progress, after which is given up
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between two attempts
ENDS_AT_ONCE = {401, 403}
PASSING = {408, 425, 429, 500, 502, 503, 504}  # answers after which the same request may succeed


class Refused(CommandFailed):
    """The gateway refuses what was asked, and will do so again."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        super().__init__(told(answer))


def told(answer: httpx.Response) -> str:
    """What the body of a refusal says, as sentences."""
    try:
        body = answer.json()
        details = [detail["message"] for detail in body.get("details", ())]
        return "\n".join(details) or str(body["message"])
    except (ValueError, KeyError, TypeError, AttributeError, httpx.ResponseNotRead):
        return f"The gateway answered with status {answer.status_code}."


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where the gateway is, and who asks."""

    url: str
    key: str

    @classmethod
    def of(cls, url: str | None, key_file: Path | None) -> "Gateway":
        """From the options, or else the environment. Raises CommandFailed."""
        address = (url or os.environ.get(URL_VARIABLE) or DEFAULT_URL).rstrip("/")
        if not address.startswith(("http://", "https://")):
            raise CommandFailed(f"{address!r} is no address of a gateway such as {DEFAULT_URL}.")
        try:
            key = key_file.read_text("utf-8").strip() if key_file else os.environ.get(KEY_VARIABLE, "").strip()
        except (OSError, UnicodeDecodeError) as reason:
            raise CommandFailed(f"The key cannot be read from {key_file}: {reason}") from None
        if not key or not key.isascii() or not key.isprintable():
            raise CommandFailed(f"Set {KEY_VARIABLE} to an API key, or name a file that holds one with --key-file.")
        return cls(address, key)

    def client(self) -> httpx.Client:
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        return httpx.Client(base_url=self.url, headers={"X-API-Key": self.key}, timeout=timeout)

    def unreachable(self, reason: Exception) -> CommandFailed:
        return CommandFailed(f"The gateway at {self.url} does not answer: {reason or type(reason).__name__}")


class Attempts:
    """Pauses between attempts, each longer than the one before until there is progress, and given up after ten minutes
    without any."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self.progressed()

    def progressed(self) -> None:
        self.since = time.monotonic()
        self.pause = FIRST_PAUSE
        self.told = False

    def wait(self, failure: CommandFailed, at_least: float = 0) -> None:
        """Waits before the next attempt. Raises the failure where there is to be none."""
        if time.monotonic() - self.since + max(self.pause, at_least) > self.patience:
            raise failure
        if not self.told:
            err.print(f"{failure} Trying again.", markup=False)
            self.told = True
        time.sleep(max(self.pause, at_least))
        self.pause = min(self.pause * 2, LONGEST_PAUSE)


def retry_after(answer: httpx.Response) -> float:
    """For how many seconds the gateway asks to wait."""
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdigit() else 0.0


def ask(gateway: Gateway, client: httpx.Client, method: str, path: str, **request: Any) -> httpx.Response:
    """The good answer to a request that may be sent again without harm. Raises CommandFailed."""
    attempts = Attempts()
    while True:
        try:
            answer = client.request(method, path, **request)
        except httpx.TransportError as reason:
            attempts.wait(gateway.unreachable(reason))
            continue
        if answer.is_success:
            return answer
        if answer.status_code not in PASSING:
            raise Refused(answer)
        attempts.wait(Refused(answer), retry_after(answer))
