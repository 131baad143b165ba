"""Links that stand for a key: whoever holds one may fetch that one file, for ten minutes. Signed with a secret that
`migrate` makes and every worker reads from the database."""

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

SECONDS = 600
FILES = "/files"


class InvalidSignedUrl(Exception):
    """A link that nobody signed, or whose time is over."""


@dataclass(frozen=True, slots=True)
class SignedTarget:
    """What a link leads to, and who stands behind it."""

    caller: Caller
    document_number: str
    attachment_id: str


@dataclass(slots=True)
class SignedUrls:
    """Signs links and reads them back."""

    database: Database
    secret: bytes = b""
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def load(self) -> bytes:
        """The secret; read once."""
        if self.secret:
            return self.secret
        async with self.reading:
            if not self.secret:
                async with self.database.reading() as connection:
                    value = (await connection.execute(sa.select(SIGNING_SECRET.c.value))).scalar_one()
                self.secret = bytes.fromhex(value)
        return self.secret

    def path(self, tenant_id: int, csr_id: int, attachment_id: str) -> str:
        """The address, on this server, of the PDF of the document with that csrId. After `load`."""
        expires = str(int(now().timestamp()) + SECONDS)
        address = f"{tenant_id}/{csr_id}/{attachment_id}"
        signature = signed(self.secret, address, expires)
        return f"{FILES}/{address}?expires={expires}&signature={signature}"

    async def follow(self, address: str, query: Mapping[str, str]) -> SignedTarget | None:
        """What a link leads to, from what of its path follows FILES; None where there is no such document. Raises
        BadLink."""
        expires, signature = query.get("expires", ""), query.get("signature", "")
        due = signed(await self.load(), address, expires)
        if not hmac.compare_digest(due.encode(), signature.encode(errors="replace")):
            raise InvalidSignedUrl("This is no link of this server.")
        if int(expires) < now().timestamp():  # digits: it was signed here
            raise InvalidSignedUrl("The link has expired: ask for another one.")
        tenant_id, csr_id, attachment_id = address.split("/")
        return await self.linked(int(tenant_id), int(csr_id), attachment_id)

    async def linked(self, tenant_id: int, csr_id: int, attachment_id: str) -> SignedTarget | None:
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


def signed(secret: bytes, address: str, expires: str) -> str:
    text = f"{address}\n{expires}"
    return hmac.new(secret, text.encode(errors="replace"), hashlib.sha256).hexdigest()
