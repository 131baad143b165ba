"""One database: engine, connection pool, time limits, compiled statements, row level security, availability."""
