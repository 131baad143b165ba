"""How many imports and exports a tenant runs at once, in this process: each keeps a connection busy for long."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.rest_api.errors import RestError


@dataclass(frozen=True, slots=True)
class BulkLimits:
    """How many imports and exports a tenant runs at once, and for how many seconds a client of one is waited for."""

    most: int
    patience: float


@dataclass(slots=True)
class BulkSlots:
    """The imports and exports that run now, by tenant: of each at most so many together."""

    most: int
    running: Counter[int] = field(default_factory=Counter)

    @contextmanager
    def taken(self, tenant_id: int, what: str) -> Iterator[None]:
        """One of the tenant's slots, for as long as it runs. `what` is `imports` or `exports`. Raises RestError 429."""
        if self.running[tenant_id] >= self.most:
            message = f"The tenant runs {self.most} imports and exports already: try again when one has ended."
            raise RestError(429, f"too_many_{what}", message, {"Retry-After": "10"})
        self.running[tenant_id] += 1
        try:
            yield
        finally:
            self.running[tenant_id] -= 1
            if not self.running[tenant_id]:
                del self.running[tenant_id]
