"""The same of one write of many: see the package."""

from tests.commands.test_numbers_and_times import *  # noqa: F403 -- its tests and their fixtures

# What is no date is told of each of its places, since here its variable is that of all writes.
del globals()["test_anything_else_is_no_date"]
