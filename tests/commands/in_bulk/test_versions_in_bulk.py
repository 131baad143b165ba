"""The same of one write of many: see the package."""

from tests.commands.test_versions import *  # noqa: F403 -- its tests and their fixtures

# Each of its writers shows its version in its payload, which is read too late here.
del globals()["test_writers_at_once_lose_no_write_and_no_count"]
