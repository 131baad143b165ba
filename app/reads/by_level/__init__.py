"""Answers a selection level by level, a statement for each: REST, what the single statement cannot say, and the judge
of the single statement in the tests."""
