"""Int and ID as variables. JSON has but one kind of number: 1.0 and 1e0 are the integer 1, as any client's encoder may
write it. graphql-core knows that of floats; the JSON of requests is read without them, so that every digit is kept."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from graphql import GraphQLError, GraphQLID, GraphQLInt

from app.domain.values import INT_LIMIT, integer_digits, is_whole

Coerce = Callable[[Any], Any]


def take_exact_numbers() -> None:
    """Makes the built-in scalars take decimals. They cannot be declared anew: all schemas share them."""
    GraphQLInt.coerce_input_value = exact_int(GraphQLInt.coerce_input_value)
    GraphQLID.coerce_input_value = exact_id(GraphQLID.coerce_input_value)


def exact_int(coerce: Coerce) -> Coerce:
    def exact(value: Any) -> Any:
        if not isinstance(value, Decimal) or not is_whole(value):
            return coerce(value)
        if not -INT_LIMIT <= value < INT_LIMIT:
            raise GraphQLError(f"Int cannot represent non 32-bit signed integer value: {value}")
        return int(value)

    return exact


def exact_id(coerce: Coerce) -> Coerce:
    def exact(value: Any) -> Any:
        digits = integer_digits(value) if isinstance(value, Decimal) else None
        return coerce(value) if digits is None else digits

    return exact
