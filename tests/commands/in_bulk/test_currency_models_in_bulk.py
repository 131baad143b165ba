"""The same of one write of many: see the package."""

from tests.commands.test_currency_models import *  # noqa: F403 -- its tests and their fixtures
