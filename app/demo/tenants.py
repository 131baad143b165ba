"""The two demonstration tenants: one for each currency model, as a table."""

import uuid
from dataclasses import dataclass
from decimal import Decimal

from app.demo.countries import AT, CH, DE, ES, FR, GB, IE, IT, NL, PL, SE, US, Country
from app.domain.enums import CurrencyModel, Product

# What one unit of a currency is worth in the second tenant's reporting currency.
RATES = {
    "EUR": Decimal(1),
    "USD": Decimal("0.92"),
    "GBP": Decimal("1.17"),
    "CHF": Decimal("1.05"),
    "SEK": Decimal("0.088"),
    "PLN": Decimal("0.235"),
}


@dataclass(frozen=True, slots=True)
class Good:
    """Something that a tenant sells."""

    code: str
    name: str
    unit: str
    price: Decimal
    most: int  # the largest quantity on one line


@dataclass(frozen=True, slots=True)
class DemoTenant:
    """A tenant and what its ledger is drawn from."""

    name: str
    products: tuple[Product, ...]
    model: CurrencyModel
    countries: tuple[Country, ...]  # customers take turns in them
    first_account: int
    domain: str
    branches: tuple[tuple[str, str], ...]  # number, name
    remit_to: dict[str, str]
    goods: tuple[Good, ...]
    base_currency: str = ""

    @property
    def connection_id(self) -> str:
        """The same in every demonstration."""
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, self.domain))


NORTHWIND = DemoTenant(
    name="Northwind Supply",
    products=tuple(Product),
    model=CurrencyModel.BASIC,
    countries=(US, GB, DE, US, FR, IE, US, GB, NL, US),
    first_account=1001,
    domain="northwind-supply.example",
    branches=(("010", "Northwind East"), ("020", "Northwind Central"), ("030", "Northwind Europe")),
    remit_to={"address1": "PO Box 84410", "city": "Boston", "state": "MA", "zip": "02284", "country": "US"},
    goods=(
        Good("PAP-A4-80", "Copy paper A4, 80 g, box of 5 reams", "BX", Decimal("24.90"), 120),
        Good("TON-HP-26X", "Toner cartridge, black, high yield", "EA", Decimal("118.50"), 24),
        Good("CHR-ERG-2", "Task chair, adjustable", "EA", Decimal("289.00"), 40),
        Good("DSK-SIT-160", "Sit-stand desk, 160 cm", "EA", Decimal("649.00"), 20),
        Good("SHF-STL-5", "Steel shelving unit, five shelves", "EA", Decimal("134.00"), 30),
        Good("CTN-40-30", "Shipping carton 40 × 30 × 30, bundle of 25", "BD", Decimal("31.75"), 200),
        Good("GLV-NIT-M", "Nitrile gloves M, carton of 1,000", "CT", Decimal("58.20"), 60),
        Good("LED-PNL-60", "LED panel 60 × 60, 4,000 K", "EA", Decimal("47.35"), 150),
        Good("CLN-FLR-10", "Floor cleaner, 10 l canister", "EA", Decimal("36.10"), 80),
        Good("SVC-INST", "Installation on site", "HR", Decimal("95.00"), 16),
    ),
)
CONTOSO = DemoTenant(
    name="Contoso Industrial",
    products=(Product.COLLECTIONS, Product.INVOICING, Product.CASH_APP),
    model=CurrencyModel.EXTENDED,
    countries=(DE, US, FR, CH, GB, IT, SE, PL, AT, ES),
    first_account=5001,
    domain="contoso-industrial.example",
    branches=(("DE1", "Contoso Hamburg"), ("FR1", "Contoso Lyon"), ("US1", "Contoso Chicago")),
    remit_to={"address1": "Speicherstraße 4", "city": "Hamburg", "state": "Hamburg", "zip": "20457", "country": "DE"},
    goods=(
        Good("BRG-6204", "Ball bearing 6204-2RS", "EA", Decimal("6.85"), 900),
        Good("GRB-W63-30", "Worm gearbox W63, ratio 30", "EA", Decimal("412.00"), 12),
        Good("MOT-IE3-4", "Electric motor IE3, 4 kW", "EA", Decimal("538.00"), 10),
        Good("VLV-BALL-2", "Ball valve 2 inch, stainless", "EA", Decimal("74.60"), 60),
        Good("BLT-CNV-12", "Conveyor belt, 12 m", "M", Decimal("39.20"), 240),
        Good("SNS-IND-M12", "Inductive sensor M12", "EA", Decimal("28.90"), 150),
        Good("PMP-CENT-5", "Centrifugal pump, 5 m³/h", "EA", Decimal("1260.00"), 6),
        Good("HYD-CYL-80", "Hydraulic cylinder, bore 80", "EA", Decimal("389.50"), 14),
        Good("OIL-VG46", "Hydraulic oil VG 46, 208 l drum", "DR", Decimal("572.00"), 8),
        Good("SVC-MAINT", "Maintenance on site", "HR", Decimal("118.00"), 24),
    ),
    base_currency="EUR",
)
TENANTS = (NORTHWIND, CONTOSO)
