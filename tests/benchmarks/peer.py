"""The peer: the same ledger served as Strawberry's documentation teaches, with SQLModel and DataLoaders, one batch
function an edge. `python -m tests.benchmarks.peer URL PORT` serves it at /graphql. It knows no keys."""

import sys
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Self

import sqlalchemy as sa
import strawberry
import uvicorn
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.fastapi import GraphQLRouter

from app.storage import tables
from tests.benchmarks.ledger import TENANT_ID


class Base(DeclarativeBase):
    metadata = tables.metadata


class AccountRow(Base):
    __table__ = tables.ACCOUNTS


class DocumentRow(Base):
    __table__ = tables.DOCUMENTS


class NoteRow(Base):
    __table__ = tables.NOTES


class RepresentativeRow(Base):
    __table__ = tables.REPRESENTATIVES


class LinkRow(Base):
    __table__ = tables.ACCOUNT_REPRESENTATIVES


Info = strawberry.Info[dict[str, Any], None]
Groups = dict[Hashable, list[Any]]


class FromRow:
    """A type whose fields are columns."""

    @classmethod
    def from_row(cls, row: Any) -> Self:
        return cls(**{field.name: getattr(row, field.name) for field in fields(cls) if field.init})  # type: ignore[arg-type]


@strawberry.type
class Note(FromRow):
    subject: str
    body: str
    note_type: str
    created_at: datetime


@strawberry.type
class NoteConnection:
    nodes: list[Note]


@strawberry.type
class Representative(FromRow):
    reference: str
    name: str
    email: str
    phone: str


@strawberry.type
class RepresentativeConnection:
    nodes: list[Representative]


@strawberry.type
class Document(FromRow):
    account_number: str
    document_number: str
    document_type: str
    status: str
    invoice_date: date
    due_date: date
    currency: str | None
    original_denomination: Decimal | None
    open_amount: Decimal | None
    freight_amount: Decimal | None
    discount_amount: Decimal | None
    po_number: str | None
    description: str | None

    @strawberry.field
    async def account(self, info: Info) -> "Account":
        return Account.from_row(await info.context["accounts"].load(self.account_number))


@strawberry.type
class PageInfo:
    end_cursor: str | None
    has_next_page: bool


@strawberry.type
class DocumentConnection:
    nodes: list[Document]
    page_info: PageInfo


@strawberry.type
class Account(FromRow):
    account_number: str
    name: str
    display_reference: str | None
    currency: str | None
    language: str | None
    phone: str | None
    mobile_phone: str | None
    fax: str | None
    email: str | None
    payment_terms: str | None
    credit_limit: Decimal | None
    account_group: str | None
    branch_name: str | None
    vat: str | None
    created_at: datetime

    @strawberry.field
    async def documents(self, info: Info, first: int = 20) -> DocumentConnection:
        return as_page(await info.context["documents"].load((self.account_number, first)), first)

    @strawberry.field
    async def notes(self, info: Info) -> NoteConnection:
        rows = await info.context["notes"].load(self.account_number)
        return NoteConnection(nodes=[Note.from_row(row) for row in rows])

    @strawberry.field
    async def representatives(self, info: Info) -> RepresentativeConnection:
        rows = await info.context["representatives"].load(self.account_number)
        return RepresentativeConnection(nodes=[Representative.from_row(row) for row in rows])


@strawberry.type
class AccountConnection:
    nodes: list[Account]


def as_page(rows: Sequence[Any], first: int) -> DocumentConnection:
    nodes = [Document.from_row(row) for row in rows[:first]]
    end = nodes[-1].document_number if nodes else None
    return DocumentConnection(nodes=nodes, page_info=PageInfo(end_cursor=end, has_next_page=len(rows) > first))


@strawberry.type
class Query:
    @strawberry.field
    async def account(self, info: Info, account_number: str) -> Account | None:
        found = await info.context["loads"].accounts([account_number])
        return None if found[0] is None else Account.from_row(found[0])

    @strawberry.field
    async def accounts(self, info: Info, first: int = 20) -> AccountConnection:
        rows = await info.context["loads"].accounts_page(first)
        return AccountConnection(nodes=[Account.from_row(row) for row in rows])

    @strawberry.field
    async def documents(self, info: Info, first: int = 20, after: str | None = None) -> DocumentConnection:
        return as_page(await info.context["loads"].documents_page(first, after), first)


@strawberry.input
class BasicAmounts:
    currency: str
    original_denomination: Decimal
    denomination: Decimal


@strawberry.input
class Amounts:
    basic: BasicAmounts


@strawberry.input
class CombinedDocumentInput:
    account_number: str
    document_type: str
    invoice_date: date
    due_date: date
    po_number: str
    amounts: Amounts
    products: list[str]


@strawberry.input
class DocumentInput:
    combined: CombinedDocumentInput


@strawberry.type
class UserError:
    code: str
    field: list[str]
    message: str


@strawberry.type
class Written:
    document: Document | None
    user_errors: list[UserError]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def create_document(self, info: Info, document_number: str, input: DocumentInput) -> Written:
        row = await info.context["loads"].create_document(document_number, input.combined)
        if row is None:
            taken = UserError(code="NOT_FOUND", field=["accountNumber"], message="There is no such account.")
            return Written(document=None, user_errors=[taken])
        return Written(document=Document.from_row(row), user_errors=[])


class Loads:
    """The batch functions: one statement each."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.session = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)

    async def all(self, statement: Any) -> Sequence[Any]:
        async with self.session() as session:
            return (await session.scalars(statement)).all()

    async def accounts_page(self, first: int) -> Sequence[Any]:
        own = sa.select(AccountRow).where(AccountRow.__table__.c.tenant_id == TENANT_ID)
        return await self.all(own.order_by(AccountRow.__table__.c.account_number).limit(first))

    async def documents_page(self, first: int, after: str | None) -> Sequence[Any]:
        own = sa.select(DocumentRow).where(DocumentRow.__table__.c.tenant_id == TENANT_ID)
        if after is not None:
            own = own.where(DocumentRow.__table__.c.document_number > after)
        return await self.all(own.order_by(DocumentRow.__table__.c.document_number).limit(first + 1))

    async def accounts(self, numbers: list[str]) -> list[Any]:
        own = sa.select(AccountRow).where(
            AccountRow.__table__.c.tenant_id == TENANT_ID, AccountRow.__table__.c.account_number.in_(numbers)
        )
        found = {row.account_number: row for row in await self.all(own)}
        return [found.get(number) for number in numbers]

    async def documents(self, keys: list[tuple[str, int]]) -> list[list[Any]]:
        """For account numbers, each with how many are wanted: a statement for each number that is wanted."""
        wanted: dict[int, list[str]] = defaultdict(list)
        for number, first in keys:
            wanted[first].append(number)
        found: Groups = defaultdict(list)
        for first, numbers in wanted.items():
            place = sa.func.row_number().over(
                partition_by=DocumentRow.__table__.c.account_number, order_by=DocumentRow.__table__.c.document_number
            )
            own = (DocumentRow.__table__.c.tenant_id == TENANT_ID, DocumentRow.__table__.c.account_number.in_(numbers))
            ranked = sa.select(DocumentRow.__table__.c.document_number, place.label("place")).where(*own).subquery()
            same = sa.and_(
                DocumentRow.__table__.c.tenant_id == TENANT_ID,
                DocumentRow.__table__.c.document_number == ranked.c.document_number,
            )
            rows = sa.select(DocumentRow).join(ranked, same).where(ranked.c.place <= first + 1)
            for row in await self.all(
                rows.order_by(DocumentRow.__table__.c.account_number, DocumentRow.__table__.c.document_number)
            ):
                found[row.account_number, first].append(row)
        return [found[key] for key in keys]

    async def notes(self, numbers: list[str]) -> list[list[Any]]:
        own = sa.select(NoteRow).where(
            NoteRow.__table__.c.tenant_id == TENANT_ID, NoteRow.__table__.c.account_number.in_(numbers)
        )
        found: Groups = defaultdict(list)
        for row in await self.all(own.order_by(NoteRow.__table__.c.created_at, NoteRow.__table__.c.csr_id)):
            found[row.account_number].append(row)
        return [found[number] for number in numbers]

    async def representatives(self, numbers: list[str]) -> list[list[Any]]:
        tied = sa.and_(
            RepresentativeRow.__table__.c.tenant_id == LinkRow.__table__.c.tenant_id,
            RepresentativeRow.__table__.c.reference == LinkRow.__table__.c.reference,
        )
        own = sa.select(LinkRow.__table__.c.account_number, RepresentativeRow).join(RepresentativeRow, tied)
        own = own.where(LinkRow.__table__.c.tenant_id == TENANT_ID, LinkRow.__table__.c.account_number.in_(numbers))
        found: Groups = defaultdict(list)
        async with self.session() as session:
            for number, row in (await session.execute(own.order_by(RepresentativeRow.__table__.c.reference))).all():
                found[number].append(row)
        return [found[number] for number in numbers]

    async def create_document(self, number: str, sent: CombinedDocumentInput) -> Any:
        """Looks the account up and adds a row by the unit of work; None where there is no such account."""
        basic, now = sent.amounts.basic, datetime.now(UTC)
        async with self.session() as session:
            if await session.get(AccountRow, (TENANT_ID, sent.account_number)) is None:
                return None
            csr_id = await session.scalar(sa.select(tables.CSR_SEQUENCE.next_value()))
            row = DocumentRow(
                tenant_id=TENANT_ID,
                document_number=number,
                invoice_key=number,
                account_number=sent.account_number,
                document_type=sent.document_type.lower(),
                status="open",
                invoice_date=sent.invoice_date,
                due_date=sent.due_date,
                po_number=sent.po_number,
                currency=basic.currency,
                open_currency=basic.currency,
                original_denomination=basic.original_denomination,
                denomination=basic.denomination,
                open_amount=basic.denomination,
                currency_model="basic",
                csr_id=csr_id,
                products=(),
                version=1,
                created_at=now,
                updated_at=now,
            )
            session.add(row)
            await session.commit()
            return row


def application(url: str) -> FastAPI:
    loads = Loads(create_async_engine(url, pool_size=10, max_overflow=0))

    async def context() -> dict[str, Any]:
        names = ("accounts", "documents", "notes", "representatives")
        return {"loads": loads, **{name: DataLoader(getattr(loads, name)) for name in names}}

    schema = strawberry.Schema(Query, Mutation, extensions=[ParserCache, ValidationCache])
    app = FastAPI()
    app.include_router(GraphQLRouter(schema, context_getter=context, graphql_ide=None), prefix="/graphql")
    return app


def main() -> None:
    url, port = sys.argv[1:]
    uvicorn.run(application(url), host="127.0.0.1", port=int(port), access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
