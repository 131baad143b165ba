"""One GraphQL request from text to answer: prepared, then handed to the executor of queries or to that of mutations."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cachetools import LRUCache
from graphql import ExecutionResult

from app.auth.authentication import Authenticator
from app.auth.costs import REQUEST
from app.auth.rate_limits import RateLimiter
from app.auth.signed_urls import SignedUrls
from app.caching import CacheBudget, cached, size_of, store, weighted_cache
from app.commands.files import Files
from app.concurrency.offloading import Offloader
from app.graphql_api.context import Context
from app.graphql_api.errors import ErrorCode, RequestError, error
from app.graphql_api.execution.cost_extension import cost_extension, spend, with_cost_extension
from app.graphql_api.execution.limits import Limits, check_cost
from app.graphql_api.execution.mutation import MutationExecutor
from app.graphql_api.execution.parsing import (
    GraphQLRequest,
    PreparedOperation,
    prepare,
    raise_refusal,
    weight_of,
)
from app.graphql_api.execution.planning_cost import planning_cost
from app.graphql_api.execution.query import QueryExecutor
from app.graphql_api.execution.row_metrics import RowSampler
from app.observability.request_record import CURRENT_REQUEST
from app.storage.database.clock import now
from app.storage.database.engine import Database

SHORT_TEXT = 500  # characters: longer ones are parsed in a thread


@dataclass(slots=True)
class Executor:
    """Runs GraphQL requests on one database under its limits. `hides_schema`: errors tell nothing of the schema."""

    database: Database
    limits: Limits
    files: Files
    signed_urls: SignedUrls
    rate_limiter: RateLimiter | None = None
    hides_schema: bool = False
    offloader: Offloader = field(default_factory=Offloader)
    caches: CacheBudget = field(default_factory=CacheBudget)
    prepared_operations: LRUCache[tuple[str, str | None], tuple[PreparedOperation | RequestError, int]] = field(
        init=False
    )
    queries: QueryExecutor = field(init=False)
    mutations: MutationExecutor = field(init=False)
    row_sampler: RowSampler = field(default_factory=RowSampler)

    def __post_init__(self) -> None:
        parts = self.database, self.limits, self.rate_limiter, self.hides_schema, self.offloader
        self.queries, self.mutations = QueryExecutor(*parts, self.caches), MutationExecutor(*parts, self.caches)
        self.prepared_operations = weighted_cache(self.caches.share("prepared operations"))

    async def run(
        self,
        request: GraphQLRequest,
        authenticator: Authenticator,
        *,
        may_write: bool = True,
        base_url: Callable[[], str] = str,
        shows_cost: bool = False,
    ) -> ExecutionResult | bytes:
        """The answer of an operation, or its JSON; `base_url` gives what signed URLs begin with. Raises RequestError
        where the request is refused as a whole, and Unauthenticated."""
        caller = authenticator.last_caller or await authenticator.caller()
        record = CURRENT_REQUEST.get()
        try:
            operation = await self.prepared(request, caller.key_hash)
            if record:
                record.valid_operation, record.requested = operation, request
            if operation.writes and not may_write:
                message = "A GET request may only query: send mutations by POST."
                raise RequestError([error(ErrorCode.BAD_REQUEST, message)], 405, {"Allow": "POST"})
            context = Context(caller, self.database, self.files, self.signed_urls, now(), authenticator.request_id)
            if operation.asks_for_urls:
                await self.signed_urls.load()
                context.base_url = base_url()
            if cost := planning_cost(operation.planning_size, request.variables):
                await self.pay_planning(context, cost)
            plan = None
            if operation.planned:
                plan = await self.queries.plan(operation, request, context.today, caller.key_hash)
        except RequestError:
            await authenticator.caller()  # to an unknown caller nothing else is said
            raise
        answer: ExecutionResult | bytes
        if operation.writes:
            answer = await self.mutations.run(operation, request, context, authenticator)
        else:
            answer = await self.queries.run(operation, plan, request, context, authenticator)
        if record:
            record.cost = context.charged
            record.row_count = self.row_sampler.sample(operation, answer)
        if shows_cost:
            extension = cost_extension(context, self.limits.cost, self.rate_limiter)
            return with_cost_extension(answer, extension)
        return answer

    async def pay_planning(self, context: Context, cost: int) -> None:
        """Takes what it costs to plan the operation from the budget of its key. Raises RequestError where that does not
        suffice, or the operation is too complex for it alone."""
        check_cost(REQUEST + cost, self.limits.cost)
        if self.rate_limiter:
            await spend(self.rate_limiter, context.caller, cost)
        context.planning_cost = cost

    async def prepared(self, request: GraphQLRequest, key: str = "") -> PreparedOperation:
        """The valid operation of a request, from the cache where its text was sent before; `key` is the hash of the API
        key whose turn it takes otherwise. Raises RequestError."""
        cache_key = (request.text, request.name)
        prepared = cached(self.prepared_operations, cache_key)
        if prepared is not None:
            return raise_refusal(prepared)
        if len(request.text) > SHORT_TEXT:
            prepared = await self.offloader.think(key, prepare, *cache_key, self.limits)
        else:
            prepared = prepare(*cache_key, self.limits)
        store(self.prepared_operations, cache_key, prepared, weight_of(prepared) + size_of(*cache_key))
        return raise_refusal(prepared)
