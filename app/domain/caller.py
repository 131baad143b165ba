"""The caller: a tenant, its products, and whether the key may write."""

from dataclasses import dataclass

from app.domain.enums import CurrencyModel, Product
from app.domain.time_zones import UTC


@dataclass(frozen=True, slots=True)
class Caller:
    """The tenant of a key, as a value."""

    tenant_id: int
    products: tuple[Product, ...]
    read_only: bool
    key_hash: str = ""  # of the key that was sent; empty where the server itself writes
    currency_model: CurrencyModel | None = None  # of the tenant's documents, as of when the request came
    time_zone: str = UTC  # of the tenant
