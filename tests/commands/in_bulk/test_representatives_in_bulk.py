"""The same of one write of many: see the package."""

from tests.commands.test_representatives import *  # noqa: F403 -- its tests and their fixtures
