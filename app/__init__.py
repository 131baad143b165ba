"""The gateway: accounts receivable over GraphQL, on SQLite or Postgres."""
