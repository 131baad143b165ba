"""The same of one write of many: see the package."""

from tests.commands.test_versions import *  # noqa: F403 -- its tests and their fixtures

# Their writers show versions in their payloads, which are read too late here.
for name in (
    "test_writers_at_once_lose_no_write_and_no_count",
    "test_replaces_of_one_new_key_at_once_are_all_done_and_one_creates",
):
    del globals()[name]
