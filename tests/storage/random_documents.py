"""Documents with any values that they are counted and summed by."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.domain.enums import DocumentStatus, DocumentType

LARGEST = Decimal("999999999999999.9999")
AMOUNTS = (
    *(None, Decimal(0), Decimal("0.0001"), Decimal("-0.0001"), Decimal("1500000.5"), Decimal("-2500000.75")),
    *(LARGEST, -LARGEST),
)


def random_values(random: Random) -> dict[str, Any]:
    status = random.choice(list(DocumentStatus))
    return {
        "status": str(status),
        "document_type": str(random.choice(list(DocumentType))),
        "due_date": date(2026, 1, 1) + timedelta(days=random.randrange(3)),
        "open_currency": random.choice([None, "EUR", "USD"]),
        "open_amount": random.choice(AMOUNTS),
    }
