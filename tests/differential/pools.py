"""What random operations draw their values from: what the ledger holds, and the cursors that answers have given."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import GraphQLEnumType, GraphQLObjectType, get_named_type, is_leaf_type

from app.graphql_api.schema.filters import FILTERS
from app.graphql_api.schema.schema import CORE
from app.reads.pagination import complete_order, order_signature
from app.reads.selection import Order
from tests.gateway import Client

MOST_CURSORS = 40  # kept for each order
Term = dict[str, str]  # of an orderBy


@dataclass(slots=True)
class Pools:
    """`values` by type and field as answers write them, `cursors` by the signature of their order, `orders` by type:
    those that there are cursors of."""

    values: dict[tuple[str, str], list[Any]] = field(default_factory=lambda: defaultdict(list))
    cursors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    orders: dict[str, list[list[Term]]] = field(default_factory=lambda: defaultdict(list))

    def learn(self, answer: Any, random: Random) -> None:
        """Keeps the cursors of an answer."""
        for text in texts(answer):
            order = order_of(text)
            if order is not None:
                kept = self.cursors[order]
                if len(kept) < MOST_CURSORS:
                    kept.append(text)
                elif random.random() < 0.05:
                    kept[random.randrange(MOST_CURSORS)] = text


def order_of(text: str) -> str | None:
    """The signature in a cursor; None of a text that is none."""
    if not text.startswith("WyJ"):  # of '["'
        return None
    try:
        return str(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))[0])
    except ValueError:
        return None


def texts(answer: Any) -> Iterator[str]:
    if isinstance(answer, str):
        yield answer
    elif isinstance(answer, list | dict):
        for inner in answer.values() if isinstance(answer, dict) else answer:
            yield from texts(inner)


def signature_of(type_: str, terms: list[Term]) -> str:
    order = [Order(term["field"].lower(), term.get("direction") == "DESC") for term in terms]
    return order_signature(type_.lower(), complete_order(type_.lower(), order))


def leaves(type_: str) -> list[str]:
    """The fields of a type that are values and take no arguments."""
    found: Any = CORE.type_map[type_]
    assert isinstance(found, GraphQLObjectType)
    return [name for name, f in found.fields.items() if is_leaf_type(get_named_type(f.type)) and not f.args]


async def learned(client: Client, random: Random) -> Pools:
    """What one tenant's ledger holds."""
    pools = Pools()
    for type_ in ("Account", "Document", "Representative", "Contact"):
        await learn_rows(pools, client, type_, f"{{ {type_.lower()}s(first: 1000) {{ nodes {{ %s }} }} }}")
    await learn_rows(pools, client, "Note", "{ accounts { nodes { notes(first: 1000) { nodes { %s } } } } }")
    await learn_rows(pools, client, "Change", "{ changes(first: 1000) { nodes { %s } } }")
    pools.learn(await client.query("{ changes(first: 40) { edges { cursor } } }"), random)
    for resource in FILTERS:
        await learn_orders(pools, client, resource.capitalize(), random)
    return pools


async def learn_rows(pools: Pools, client: Client, type_: str, around: str) -> None:
    found = [await client.query(around % " ".join(leaves(type_)))]
    rows: list[dict[str, Any]] = []
    number = {"csrId", "sequence"}
    while found:
        part = found.pop()
        if number & part.keys():
            rows.append(part)
        else:
            found += [inner for v in part.values() for inner in (v if isinstance(v, list) else [v])]
    for row in sorted(rows, key=lambda row: row.get("csrId") or row["sequence"]):
        for name, value in row.items():
            pools.values[type_, name] += [value] if value is not None else []


async def learn_orders(pools: Pools, client: Client, type_: str, random: Random) -> None:
    """Cursors of every order of one term, and of some of several."""
    fields = CORE.type_map[f"{type_}OrderField"]
    assert isinstance(fields, GraphQLEnumType)
    words = list(fields.values)
    chosen: list[list[Term]] = [[]]
    chosen += [[{"field": word, "direction": way}] for word in words for way in ("ASC", "DESC")]
    for _ in range(6):
        picked = random.sample(words, random.choice([2, 2, 3]))
        chosen.append([{"field": word, "direction": random.choice(["ASC", "DESC"])} for word in picked])
    for terms in chosen:
        page = "(first: 40, orderBy: $o) { edges { cursor } }"
        inside = f"accounts {{ nodes {{ notes{page} }} }}" if type_ == "Note" else f"{type_.lower()}s{page}"
        pools.learn(await client.query(f"query($o: [{type_}Order!]!) {{ {inside} }}", o=terms), random)
        pools.orders[type_].append(terms)
