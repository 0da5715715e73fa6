"""What all tests share."""

import os

from hypothesis import settings

# Machines are shared, so no example has a deadline; in CI the examples are the same every time.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
