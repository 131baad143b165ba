"""Reads: a selection in, nested rows out, one SQL statement a level. Knows neither GraphQL nor REST."""
