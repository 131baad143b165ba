"""Counts and sums that triggers keep, so that no read has to make them of all rows: see migration 0016. Whatever
changes a row changes them in its own transaction. The server has no right to write them.

A key has no nulls: where a document has no currency or no open amount, one of the values below stands in its place.
They refer to nothing, and are checked for nothing: what they are made of was.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from app.storage.columns import CODE, CURRENCY, KEY
from app.storage.tables.tenant_rows import TenantRow, primary_key, table_of
from app.storage.types import OrderedAmount

BIG: Any = sa.BigInteger
NO_CURRENCY = ""
NO_AMOUNT = Decimal(2)  # no sign of an amount
ANY_DAY = date(1970, 1, 1)  # of closed documents, in the sums of an account


class RowCount(TenantRow, table=True):
    """How many rows of a resource a tenant has. There is no entry where it has never had one."""

    __tablename__ = "row_counts"
    __table_args__ = (primary_key("resource"),)

    resource: str = Field(sa_type=CODE)
    total: int = Field(sa_type=BIG)


class DocumentSum(TenantRow, table=True):
    """The documents of a tenant that have this status, due date, type and currency, and an open amount of this sign:
    -1, 0 or 1. `millions` and `ten_thousandths` are the sum of their open amounts: see `exact_parts`."""

    __tablename__ = "document_sums"
    __table_args__ = (primary_key("status", "due_date", "document_type", "open_currency", "open_amount"),)

    status: str = Field(sa_type=CODE)
    due_date: date
    document_type: str = Field(sa_type=CODE)
    open_currency: str = Field(sa_type=CURRENCY)
    open_amount: Decimal = Field(sa_type=OrderedAmount)
    documents: int = Field(sa_type=BIG)
    millions: int = Field(sa_type=BIG)
    ten_thousandths: int = Field(sa_type=BIG)


class AccountSum(TenantRow, table=True):
    """The same for each account, of any type. Its closed documents are all in one row, whatever they were due or
    owed."""

    __tablename__ = "account_sums"
    __table_args__ = (primary_key("account_number", "status", "due_date", "open_currency", "open_amount"),)

    account_number: str = Field(sa_type=KEY)
    status: str = Field(sa_type=CODE)
    due_date: date
    open_currency: str = Field(sa_type=CURRENCY)
    open_amount: Decimal = Field(sa_type=OrderedAmount)
    documents: int = Field(sa_type=BIG)
    millions: int = Field(sa_type=BIG)
    ten_thousandths: int = Field(sa_type=BIG)


ROW_COUNTS = table_of(RowCount)
DOCUMENT_SUMS = table_of(DocumentSum)
ACCOUNT_SUMS = table_of(AccountSum)
