"""Answers a whole selection by one SQL statement, whose JSON the database builds; Python adds what SQL cannot compute.

Used by every GraphQL query that has a plan, which is nearly all. What is shown of written rows does not pass here."""
