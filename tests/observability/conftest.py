"""What is asked of servers and read from their metrics."""

from tests.server.conftest import env

__all__ = ["env"]
