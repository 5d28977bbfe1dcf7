"""Settings of every test: no example is timed; in CI the same examples are drawn every time."""

import os

from hypothesis import settings

settings.register_profile("untimed", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("untimed")
