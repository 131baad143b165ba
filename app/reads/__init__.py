"""Reads: what is asked for (a selection), and the two ways to answer it: by a single statement, or by one statement a
level. Knows neither GraphQL nor REST."""
