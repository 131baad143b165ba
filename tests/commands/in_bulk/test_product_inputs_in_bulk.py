"""The same of one write of many: see the package."""

from tests.commands.test_product_inputs import *  # noqa: F403 -- its tests and their fixtures
