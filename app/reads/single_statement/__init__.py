"""Answers a whole selection by one SQL statement whose JSON the database builds, and finishes in Python what SQL cannot
say: every planned GraphQL query."""
