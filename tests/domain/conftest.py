"""Property tests without a clock, a die or a memory: a slow machine fails none, and every run tries the same values."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True, database=None)
settings.load_profile("steady")
