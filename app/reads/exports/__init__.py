"""Everything of a tenant, row by row: each row is a line of JSON that the database writes.

Used by the exports of REST alone. Names of columns are the facade's; nothing here knows formats or HTTP."""
