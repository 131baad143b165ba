"""The application factory that servers start from. Importing it builds nothing: the types of the schema, which are most
of a start's time, are made by the process that is going to serve, when it calls the factory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.settings import Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application over the database that the settings name, whose schema must be current."""
    from app.application import assemble  # noqa: PLC0415 - what this module exists for
    from app.settings import load_settings  # noqa: PLC0415 - likewise

    return assemble(settings or load_settings())
