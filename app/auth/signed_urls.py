"""Signed URLs: whoever holds one may download that one file for ten minutes, without an API key. They are signed with a
secret that `migrate` creates, `links rotate` changes, and every worker reads from the database again and again."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from time import monotonic

import sqlalchemy as sa

from app.domain.caller import Caller
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.tables import DOCUMENTS, FORMER_SIGNING_SECRETS, SIGNING_SECRET, TENANTS

LIFETIME_SECONDS = 600
MAX_AGE_SECONDS = 5  # for which a server goes on with the secrets that it has read
MIN_AGE_SECONDS = 1  # of secrets that are read again for a link that they do not fit: anybody can make up links
FILES_PATH = "/files"


class InvalidSignedUrl(Exception):
    """The signature is wrong, or the URL has expired."""


@dataclass(frozen=True, slots=True)
class SignedTarget:
    """The file that a URL leads to, and the caller whom it stands for."""

    caller: Caller
    document_number: str
    attachment_id: str


@dataclass(slots=True)
class SignedUrls:
    """Signs URLs and verifies them."""

    database: Database
    clock: Callable[[], datetime] = now
    secret: bytes = b""
    former: Sequence[tuple[bytes, datetime]] = ()  # each with the moment until which its links are good
    read_at: float = -inf  # by the monotonic clock
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def load(self, max_age: float = MAX_AGE_SECONDS) -> None:
        """Reads the secrets, unless that was done within the last `max_age` seconds."""
        if self.age <= max_age:
            return
        async with self.lock:
            if self.age > max_age:
                await self.read()

    @property
    def age(self) -> float:
        """Seconds since the secrets were read."""
        return monotonic() - self.read_at

    async def read(self) -> None:
        began = monotonic()
        async with self.database.reading() as connection:
            value = (await connection.execute(sa.select(SIGNING_SECRET.c.value))).scalar_one()
            former = (await connection.execute(sa.select(FORMER_SIGNING_SECRETS))).all()
        self.secret = bytes.fromhex(value)
        self.former = [(bytes.fromhex(row.value), row.valid_until) for row in former]
        self.read_at = began

    def path(self, tenant_id: int, csr_id: int, attachment_id: str) -> str:
        """The signed path of a PDF. `load` must have been called before."""
        expires = str(int(self.clock().timestamp()) + LIFETIME_SECONDS)
        address = f"{tenant_id}/{csr_id}/{attachment_id}"
        signature = signature_of(self.secret, address, expires)
        return f"{FILES_PATH}/{address}?expires={expires}&signature={signature}"

    async def verify(self, address: str, query: Mapping[str, str]) -> SignedTarget | None:
        """The target of a signed URL, given its path after FILES_PATH; None where there is no such document. Raises
        InvalidSignedUrl."""
        expires, signature = query.get("expires", ""), query.get("signature", "").encode(errors="replace")
        await self.load()
        if not self.signed(address, expires, signature):
            await self.load(MIN_AGE_SECONDS)  # another worker may sign with a newer secret by now
            if not self.signed(address, expires, signature):
                raise InvalidSignedUrl("This is no link of this server, or it has ended: ask for another one.")
        if int(expires) < self.clock().timestamp():  # digits, since the signature is ours
            raise InvalidSignedUrl("The link has expired: ask for another one.")
        tenant_id, csr_id, attachment_id = address.split("/")
        return await self.find_document(int(tenant_id), int(csr_id), attachment_id)

    def signed(self, address: str, expires: str, signature: bytes) -> bool:
        """Whether the signature was made with the secret, or with a former one whose links are still good."""
        moment = self.clock()
        good = (self.secret, *(secret for secret, valid_until in self.former if moment < valid_until))
        return any(hmac.compare_digest(signature_of(one, address, expires).encode(), signature) for one in good)

    async def find_document(self, tenant_id: int, csr_id: int, attachment_id: str) -> SignedTarget | None:
        statement = (
            sa.select(TENANTS.c.products, DOCUMENTS.c.document_number)
            .join(DOCUMENTS, DOCUMENTS.c.tenant_id == TENANTS.c.tenant_id)
            .where(DOCUMENTS.c.tenant_id == tenant_id, DOCUMENTS.c.csr_id == csr_id)
        )
        async with self.database.reading(tenant_id) as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return None
        return SignedTarget(Caller(tenant_id, row.products, read_only=True), row.document_number, attachment_id)


async def rotate_secret(database: Database, *, keeps_links: bool) -> None:
    """Has links be signed with a new secret. Those that were made before live on for their ten minutes, or end."""
    latest = timedelta(seconds=LIFETIME_SECONDS + MAX_AGE_SECONDS)  # servers sign on until they read the new one
    async with database.writing() as connection:
        former = (await connection.execute(sa.select(SIGNING_SECRET.c.value).with_for_update())).scalar_one()
        await connection.execute(sa.update(SIGNING_SECRET).values(value=secrets.token_hex(32)))
        ended = sa.delete(FORMER_SIGNING_SECRETS)
        await connection.execute(ended.where(FORMER_SIGNING_SECRETS.c.valid_until < now()) if keeps_links else ended)
        if keeps_links:
            row = {"value": former, "valid_until": now() + latest}
            await connection.execute(sa.insert(FORMER_SIGNING_SECRETS).values(row))


def signature_of(secret: bytes, address: str, expires: str) -> str:
    text = f"{address}\n{expires}"
    return hmac.new(secret, text.encode(errors="replace"), hashlib.sha256).hexdigest()
