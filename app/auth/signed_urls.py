"""Signed URLs: whoever holds one may download that one file for ten minutes, without an API key. They are signed with a
secret that `migrate` creates and every worker reads from the database."""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from app.domain.caller import Caller
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.tables import DOCUMENTS, SIGNING_SECRET, TENANTS

LIFETIME_SECONDS = 600
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
    secret: bytes = b""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def load(self) -> bytes:
        """The secret, which is read once."""
        if self.secret:
            return self.secret
        async with self.lock:
            if not self.secret:
                async with self.database.reading() as connection:
                    value = (await connection.execute(sa.select(SIGNING_SECRET.c.value))).scalar_one()
                self.secret = bytes.fromhex(value)
        return self.secret

    def path(self, tenant_id: int, csr_id: int, attachment_id: str) -> str:
        """The signed path of a PDF. `load` must have been called before."""
        expires = str(int(now().timestamp()) + LIFETIME_SECONDS)
        address = f"{tenant_id}/{csr_id}/{attachment_id}"
        signature = signature_of(self.secret, address, expires)
        return f"{FILES_PATH}/{address}?expires={expires}&signature={signature}"

    async def verify(self, address: str, query: Mapping[str, str]) -> SignedTarget | None:
        """The target of a signed URL, given its path after FILES_PATH; None where there is no such document. Raises
        InvalidSignedUrl."""
        expires, signature = query.get("expires", ""), query.get("signature", "")
        expected = signature_of(await self.load(), address, expires)
        if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
            raise InvalidSignedUrl("This is no link of this server.")
        if int(expires) < now().timestamp():  # digits, since the signature is ours
            raise InvalidSignedUrl("The link has expired: ask for another one.")
        tenant_id, csr_id, attachment_id = address.split("/")
        return await self.find_document(int(tenant_id), int(csr_id), attachment_id)

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


def signature_of(secret: bytes, address: str, expires: str) -> str:
    text = f"{address}\n{expires}"
    return hmac.new(secret, text.encode(errors="replace"), hashlib.sha256).hexdigest()
