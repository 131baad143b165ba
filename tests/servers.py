"""The gateway as its users meet it: a child process reached over HTTP, and its command line."""

from __future__ import annotations

import atexit
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import httpx

COMMAND = (sys.executable, "-m", "app.cli.main")


class ServerError(RuntimeError):
    """The gateway did not start, did not end, or refused a command; the message carries what it printed."""


class RunningServer:
    """A gateway in a process of its own, as a context manager; after `kill` or `terminate`, `start` starts it again."""

    def __init__(
        self,
        env: Mapping[str, str],
        folder: Path,
        *arguments: str,
        port: int | None = None,
        seconds: float = 30,
        program: Sequence[str] = COMMAND,
    ) -> None:
        """Settings in `env` are the only GATEWAY_ variables it sees; it works and logs in `folder`."""
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = folder / f"gateway-{self.port}.log"
        self._folder = folder
        self._env = _environment(env)
        self._arguments = arguments
        self._seconds = seconds
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._started().pid

    @property
    def log(self) -> str:
        """Everything it has printed so far."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def start(self) -> Self:
        """Start it and wait until it says that it is ready."""
        if self._process is not None and self._process.poll() is None:
            return self
        command = [*self._program, "serve", "--host", "127.0.0.1", "--port", str(self.port), *self._arguments]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._folder, env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,  # a Ctrl-C ends the tests, and they end the server
            )  # fmt: skip
        atexit.register(self.kill)
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def terminate(self, seconds: float = 20) -> int:
        """Ask it to end, as a container platform does, and return its exit code."""
        process = self._started()
        process.terminate()
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ServerError(f"the gateway was still running {seconds:g} s after SIGTERM\n{self._tail()}") from None
        finally:
            self.kill()

    def kill(self) -> None:
        """End it at once with SIGKILL; nothing happens if it has ended."""
        atexit.unregister(self.kill)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(20)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._started().poll() is None:
            self.terminate()
        else:
            self.kill()  # the test's own failure is the one to show

    def _wait_until_ready(self) -> None:
        process = self._started()
        deadline = time.monotonic() + self._seconds
        answer = "no answer"
        with httpx.Client(base_url=self.url, timeout=2, trust_env=False) as client:
            while time.monotonic() < deadline:
                if (code := process.poll()) is not None:
                    raise ServerError(f"the gateway ended with code {code} before it was ready\n{self._tail()}")
                try:
                    reply = client.get("/readyz")
                except httpx.TransportError as error:
                    answer = repr(error)
                else:
                    if reply.status_code == httpx.codes.OK:
                        return
                    answer = f"{reply.status_code} {reply.text[:500]}"
                time.sleep(0.05)
        raise ServerError(f"the gateway was not ready after {self._seconds:g} s; /readyz: {answer}\n{self._tail()}")

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ServerError("the gateway has not been started")
        return self._process

    def _tail(self) -> str:
        return f"--- end of {self.log_path.name}\n{self.log[-4000:]}"


def gateway_cli(*arguments: str, env: Mapping[str, str], folder: Path | None = None, seconds: float = 120) -> str:
    """Run one command of the gateway's command line and return what it printed."""
    command = [*COMMAND, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=_environment(env), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False, timeout=seconds,
    )  # fmt: skip
    if done.returncode:
        words = " ".join(arguments)
        raise ServerError(f"`ingest-gateway {words}` ended with code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on.

    It is below the range that systems give to outgoing connections: none of those can take it between a stop and a
    start, and a client that retries on it while nobody listens cannot end up connected to itself.
    """
    for port in random.sample(range(20000, 32000), 200):
        with socket.socket() as probe:
            # As servers do, or a port with connections that have just ended would count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerError("no free port on 127.0.0.1 between 20000 and 32000")


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    """The tests' own environment without its gateway settings, so that a developer's shell changes no result."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")} | dict(env)
