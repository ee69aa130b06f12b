"""The names by which the process that runs mutants and the one that runs tests find each other."""

from __future__ import annotations

HOOKS = "steppay_mock.mutation.hooks"
"""The plugin of pytest."""
TASK = "STEPPAY_MOCK_MUTATION"
"""The environment variable with the file of the task."""
