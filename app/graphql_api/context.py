"""The context of an operation, which resolvers are given: what they know of the request that they work for."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from graphql.execution.values import VariableValues

from app.auth.signed_urls import SignedUrls
from app.commands.files import Files
from app.concurrency.offloading import Offloader
from app.domain.caller import Caller
from app.domain.time_zones import day_in
from app.reads.selection import Traversal
from app.storage.database.engine import Database

NO_VARIABLES = VariableValues({}, {})


@dataclass(slots=True)
class Context:
    """What resolvers of one operation know."""

    caller: Caller
    database: Database
    files: Files
    links: SignedUrls
    moment: datetime  # when the operation came
    request_id: str = ""
    base_url: str = ""  # what addresses of this server begin with, where the operation asks for any
    planning_cost: int = 0  # in points, paid before the operation is planned
    offloader: Offloader | None = None  # for the bodies of a large write
    cost: int = 0  # of what it asks for, paid before it runs
    used: int = 0  # points of the time that it took, charged afterwards
    payloads: dict[str, list[Traversal]] = field(default_factory=dict)  # by response key of a mutation
    # what planned fields with a resolver are told, and what async ones have still to give
    variables: VariableValues = NO_VARIABLES
    infos: dict[int, Any] = field(default_factory=dict)  # by the id of what is the same for all requests
    promises: list[Any] = field(default_factory=list)
    today: date = field(init=False)  # in the tenant's time zone

    def __post_init__(self) -> None:
        self.set_caller(self.caller)

    @property
    def requested(self) -> int:
        """What the operation costs, as its text and its variables tell."""
        return self.planning_cost + self.cost

    @property
    def charged(self) -> int:
        """What it has cost in all."""
        return self.requested + self.used

    def set_caller(self, caller: Caller) -> None:
        """Has the operation run for the caller who stands behind its key now, on the day that it is for the tenant."""
        self.caller = caller
        self.today = day_in(caller.time_zone, self.moment)

    def url(self, csr_id: int, version: str) -> str:
        """The address of a document's PDF."""
        return self.base_url + self.links.path(self.caller.tenant_id, csr_id, version)
