"""Who is asking: a tenant, what its products are, and whether this key may write."""

from dataclasses import dataclass

from app.domain.resources import CurrencyModel, Product
from app.domain.time_zones import UTC


@dataclass(frozen=True, slots=True)
class Caller:
    """The tenant behind a key, as a value."""

    tenant_id: int
    products: tuple[Product, ...]
    read_only: bool
    key_hash: str = ""  # of the key that was sent; empty where the server writes of its own accord
    currency_model: CurrencyModel | None = None  # that the tenant's documents were held to when the request came
    time_zone: str = UTC  # of the tenant
