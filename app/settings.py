"""Settings: read once from the environment. A wrong one stops the start with a sentence."""

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.caching import MIN_CACHE_BYTES

PREFIX = "GATEWAY_"
# As browsers send it: without a path, even without a slash at the end.
ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
# With any port: for developers, each of whose front ends has its own.
LOCAL_ORIGIN = re.compile(r"https?://(([a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\]):\*")
DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
MIN_BUDGET = 100
BLOB_URLS = ("file:///", "memory:///", "s3://")
SECRET_SETTINGS = {"database_url"}  # may hold a password, which must not be printed or logged


class InvalidSetting(Exception):
    """A setting has a value that is not allowed; the message names it."""


class Settings(BaseSettings):
    """Every setting; each is read from the environment variable GATEWAY_ and its name in upper case."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    database_url: str = Field(
        default="sqlite+aiosqlite:///./gateway.db",
        description="Where the data lives: an SQLite file, or Postgres as postgresql+asyncpg://user:password@host/name.",
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    workers: int = Field(default=1, ge=1, le=64, description="Server processes; more than one needs Postgres.")
    pool_size: int = Field(default=10, ge=1, le=1000, description="Database connections of each process.")
    cors_origins: str = Field(
        default="",
        description="Origins whose pages may call the gateway, separated by commas; none by default. "
        "`http://localhost:*` is any port of this machine, for development.",
    )
    cache_bytes: int = Field(
        default=64 * 2**20,
        ge=MIN_CACHE_BYTES,
        le=2**36,
        description="Memory that all caches of a process take together, at most.",
    )
    max_body_bytes: int = Field(default=10 * 2**20, ge=1024, description="Largest request body.")
    blob_url: str = Field(
        default="",
        description="Where PDFs are kept: file:///folder, s3://bucket/prefix with the usual AWS variables for "
        "credentials and region, or memory:/// to lose them at the end. By default the folder blobs beside the SQLite "
        "file, or in the working folder.",
    )
    blob_endpoint: str = Field(
        default="", description="Address of the S3 service, where it is not Amazon's: https://storage.example.com."
    )
    public_url: str = Field(
        default="", description="Address of the gateway that signed links begin with; by default that of the request."
    )
    max_pdf_bytes: int = Field(
        default=64 * 2**20, ge=1024, le=2**31 - 1, description="Largest PDF, with what is appended to it."
    )
    max_pdf_pages: int = Field(default=10_000, ge=1, le=1_000_000, description="Most pages of a PDF.")
    max_bulk: int = Field(
        default=4,
        ge=1,
        le=100,
        description="Imports and exports that a tenant runs at once, in each process.",
    )
    max_characters: int = Field(default=200_000, ge=1, description="Most characters of an operation.")
    max_tokens: int = Field(default=10_000, ge=1, description="Most tokens of an operation.")
    max_depth: int = Field(default=25, ge=1, description="Most levels of an operation.")
    max_fields: int = Field(default=1_000, ge=1, description="Most fields of an operation.")
    max_aliases: int = Field(default=200, ge=0, description="Most aliases of an operation.")
    max_directives: int = Field(default=100, ge=0, description="Most directives of an operation.")
    max_cost: int = Field(
        default=100_000,
        ge=1,
        description="Most points that an operation may cost for what it asks, whatever the size of the data.",
    )
    operations: Literal["any", "trusted"] = Field(
        default="any", description="What runs: any operation, or trusted documents alone."
    )
    operations_manifest: str = Field(
        default="",
        description="Files with the trusted documents of front ends, separated by commas, beside the operation "
        "documents that come with the gateway: manifests as graphql-codegen, Relay or Apollo write them. A folder "
        "stands for its files *.json. They are read anew when one changes, and on SIGHUP.",
    )
    budget: int = Field(
        default=0,
        ge=0,
        le=1_000_000_000,
        description="Points that each key may spend a minute, at least 100; 0 for no bound.",
    )
    max_seconds: float = Field(
        default=30,
        ge=0.1,
        le=3600,
        description="Most seconds that a query, or the reading of a mutation's payloads, may take.",
    )
    max_wait_seconds: float = Field(
        default=10,
        ge=0.1,
        le=3600,
        description="Most seconds that a request waits for a database connection, for what others have locked, or for "
        "its turn to be planned.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is logged, or worse: debug, info, warning or error."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="How it is logged: text for people, or json for programs, one object a line."
    )
    log_requests: bool = Field(default=False, description="Whether every request is logged, at the level info.")
    slow_seconds: float = Field(
        default=1, ge=0, description="Requests that take longer are logged with their SQL and their plan."
    )
    metrics: Literal["off", "loopback", "all"] = Field(
        default="loopback", description="Who may read /metrics: nobody, programs on this machine, or all."
    )
    traces_endpoint: str = Field(
        default="",
        description="Where traces are sent, by OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces; nowhere by "
        "default. Needs the extra 'traces'.",
    )
    keep_alive_seconds: int = Field(
        default=75,
        ge=1,
        le=3600,
        description="Seconds for which a connection is kept open between requests: more than the load balancer in "
        "front keeps it, which is often 60.",
    )
    send_seconds: float = Field(
        default=60,
        ge=1,
        le=3600,
        description="Seconds after which a connection is closed whose client takes nothing of its answer, or sends "
        "nothing of an import.",
    )
    shutdown_seconds: int = Field(
        default=20, ge=1, le=3600, description="How long a server that is to stop waits for the requests it runs."
    )

    @field_validator("database_url")
    @classmethod
    def check_database_url(cls, value: str) -> str:
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError("is no database URL") from None
        if url.drivername not in DRIVERS:
            raise ValueError(f"must begin with {' or '.join(f'{driver}://' for driver in DRIVERS)}")
        if url.drivername == DRIVERS[0] and (url.database or ":memory:") == ":memory:":
            raise ValueError("must name a file: a database in memory is lost with its first connection")
        return value

    @field_validator("budget")
    @classmethod
    def check_budget(cls, value: int) -> int:
        if 0 < value < MIN_BUDGET:
            raise ValueError(f"must be 0 or at least {MIN_BUDGET}: single requests cost some points")
        return value

    @field_validator("operations_manifest")
    @classmethod
    def check_manifests(cls, value: str) -> str:
        if value and not all(part.strip() for part in value.split(",")):
            raise ValueError("must be names of files and folders, with one comma between two")
        return value

    @field_validator("blob_url")
    @classmethod
    def check_blob_url(cls, value: str) -> str:
        if value and not value.startswith(BLOB_URLS):
            raise ValueError(f"must begin with {', '.join(BLOB_URLS[:-1])} or {BLOB_URLS[-1]}")
        if value.startswith(BLOB_URLS[0]) and not value.removeprefix(BLOB_URLS[0]).strip("/"):
            raise ValueError("must name a folder, as in file:///var/lib/gateway/blobs")
        if value.startswith(BLOB_URLS[2]) and not urlsplit(value).netloc:
            raise ValueError("must name a bucket, as in s3://bucket/prefix")
        return value

    @field_validator("blob_endpoint", "public_url", "traces_endpoint")
    @classmethod
    def check_address(cls, value: str) -> str:
        if value and not (value.startswith(("http://", "https://")) and urlsplit(value).netloc):
            raise ValueError("must be an address such as https://gateway.example.com")
        return value.rstrip("/")

    @field_validator("cors_origins")
    @classmethod
    def check_origins(cls, value: str) -> str:
        for origin in filter(None, (part.strip() for part in value.split(","))):
            if origin.endswith(":*") and not LOCAL_ORIGIN.fullmatch(origin):
                raise ValueError(f"holds '{origin}': any port goes with localhost alone, as in http://localhost:*")
            if origin != "*" and not ORIGIN.fullmatch(origin) and not LOCAL_ORIGIN.fullmatch(origin):
                raise ValueError(f"holds '{origin}', which is no origin such as https://app.example.com")
        return value

    @property
    def blobs(self) -> str:
        """The address of the store of PDFs: the setting, or the default."""
        if self.blob_url:
            return self.blob_url
        url = make_url(self.database_url)
        beside = Path(url.database).parent if url.drivername == DRIVERS[0] and url.database else Path()
        return (beside / "blobs").absolute().as_uri()

    @property
    def trusted_only(self) -> bool:
        return self.operations == "trusted"

    @property
    def manifests(self) -> list[Path]:
        """The files and folders that hold the manifests of operations."""
        return [Path(part.strip()) for part in self.operations_manifest.split(",") if part.strip()]

    @property
    def origins(self) -> list[str]:
        return [part.strip() for part in self.cors_origins.split(",") if part.strip()]


def load_settings() -> Settings:
    """The settings of the environment. Raises InvalidSetting with a sentence for each that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        sentences = []
        for fault in error.errors():
            name, message = str(fault["loc"][0]), fault["msg"].removeprefix("Value error, ")
            value = "" if name in SECRET_SETTINGS else f"={fault['input']!r}"
            sentences.append(f"{PREFIX}{name.upper()}{value}: {message}.")
        raise InvalidSetting("\n".join(sentences)) from None
