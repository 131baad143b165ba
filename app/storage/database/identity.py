"""The identity of a database: a random text made with its schema, which no other database has."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.storage.database.engine import Database
from app.storage.tables import DATABASE_IDENTITY


@dataclass(slots=True)
class Identity:
    """The identity of one database, read once."""

    database: Database
    value: str = ""

    async def load(self) -> str:
        if not self.value:
            async with self.database.reading() as connection:
                self.value = (await connection.execute(sa.select(DATABASE_IDENTITY.c.value))).scalar_one()
        return self.value
