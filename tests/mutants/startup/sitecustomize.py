"""Python loads this at its start: it measures a process that a test started, in the name of the test.

pytest has the name in the environment. coverage.py's own patch for child processes would write down the name that was
there when the run began, which is none.
"""

import os

if "PYTEST_CURRENT_TEST" in os.environ and "COVERAGE_PROCESS_START" in os.environ:
    import coverage

    coverage.process_startup()
