"""What every message must be, whoever reads it: plain English, and values as JSON or GraphQL write them."""

import re

QUOTED = re.compile(
    r'"(?:\\.|[^"\\])*("|…|\.\.\.|$)|unknown field \'.*?\'', re.DOTALL
)  # a text that a client has sent, shown as JSON, maybe cut
OF_PYTHON = re.compile(
    r"\b(None|True|False|NoneType|dict|tuple|frozenset|unhashable|instance|Undefined|UNSET|Traceback|pydantic"
    r"|[A-Z]\w*Error|strawberry|graphql-core|sqlalchemy|sqlite3|asyncpg)\b"
    r"|Decimal\(|datetime\.|<class|object at 0x|\{'\w*':|\['\w*'[\],]|\\d|\(\?:"
)


def python_in(message: str) -> list[str]:
    """What only a reader of Python would understand, the texts that were sent aside."""
    return [found[0] for found in OF_PYTHON.finditer(QUOTED.sub('""', message))]


def check_words(message: str) -> None:
    assert len(message.split()) >= 3, message
    assert not python_in(message), message
