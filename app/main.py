"""The application factory, for servers to call: `app.main:create_app`.

Importing this module builds nothing. Most of a start's time goes into building the GraphQL schema, which only the
process that is going to serve needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.settings import Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application over the database of the settings, whose schema must be current."""
    from app.application import make_application  # noqa: PLC0415 - builds the schema: see above
    from app.settings import load_settings  # noqa: PLC0415 - likewise

    return make_application(settings or load_settings())
