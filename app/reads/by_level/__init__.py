"""Answers a selection level by level, with one SQL statement for each level, as rows.

Used by REST, by GraphQL operations that graphql-core executes (payloads that read more than was written, queries that
are too large for one statement), and by tests, which compare its answers with those of the single statement."""
