"""Writing a tenant's rows: what a command sees (UnitOfWork), its two implementations side by side (with locks, and
optimistic on Postgres and on SQLite), batching, group commit, the change log and idempotent answers."""
