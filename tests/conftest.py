"""Settings of all tests."""

import os
import signal

from hypothesis import settings

# Machines are shared, so no example has a deadline; in CI the examples are the same every time.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# A shell lets what it starts in the background ignore SIGINT, and so would the programs that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
# The same for SIGHUP under nohup.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
