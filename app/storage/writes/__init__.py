"""The scoped door to a tenant's rows, its implementations (with locks, optimistic on Postgres and on SQLite), batching,
group commit, the change log and idempotent answers."""
