"""The context of an operation, which resolvers are given, and the values that need more than a row."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from app.auth.signed_urls import SignedUrls
from app.commands.files import Files
from app.domain.attachments import attachment_of
from app.domain.caller import Caller
from app.domain.readiness import MissingField, missing_fields
from app.domain.resources import Resource
from app.domain.time_zones import day_in
from app.graphql_api.schema.behind import ACCOUNT_OF, ATTACHMENT_OF
from app.graphql_api.schema.bodies import shown_message
from app.reads.selection import Row, Traversal
from app.storage.database.engine import Database


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
    cost: int = 0  # of the operation
    payloads: dict[str, list[Traversal]] = field(default_factory=dict)  # by response key of a mutation
    today: date = field(init=False)  # in the tenant's time zone

    def __post_init__(self) -> None:
        self.set_caller(self.caller)

    def set_caller(self, caller: Caller) -> None:
        """Has the operation run for the caller who stands behind its key now, on the day that it is for the tenant."""
        self.caller = caller
        self.today = day_in(caller.time_zone, self.moment)

    def readiness(self, resource: Resource, row: Row) -> list[dict[str, Any]]:
        """What each active product would still need of a row."""
        account = row.related.get(ACCOUNT_OF)
        answers = []
        for product in self.caller.products:
            found = missing_fields(resource, row, product, account, self.caller.currency_model)
            problems = [shown_lack(lack) for lack in found]
            ready = not any(lack.certain for lack in found)
            answers.append({"product": product, "ready": ready, "problems": problems})
        return answers

    def attachments(self, row: Row) -> list[dict[str, Any]]:
        """The PDF of a document, where it has one."""
        stored = row.related[ATTACHMENT_OF]
        found = attachment_of(row, row.related[ACCOUNT_OF], stored, self.caller.products)
        return [{**asdict(found), "csr_id": row["csr_id"]}] if found else []

    def url(self, attachment: dict[str, Any]) -> str:
        return self.base_url + self.links.path(self.caller.tenant_id, attachment["csr_id"], attachment["id"])


def shown_lack(lack: MissingField) -> dict[str, str]:
    return {"field": ".".join(map(shown_name, lack.field)), "message": shown_message(lack.field, lack.message)}


def shown_name(part: str | int) -> str:
    return to_camel_case(part) if isinstance(part, str) else str(part)
