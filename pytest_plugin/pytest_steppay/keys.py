"""The marker, the keys of the run's stash, and the attribute of reports, for all parts of the plugin.

They are in a file without imports of the engine: pytest loads it at every start, in runs without StepPay too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

BASE_SEED: pytest.StashKey[int] = pytest.StashKey()
BUDGET: pytest.StashKey[int | None] = pytest.StashKey()
SCENARIO_FILES: pytest.StashKey[set[Path]] = pytest.StashKey()
"""The files of scenarios that are loaded."""
PROOFS = "_steppay_proofs"
"""The attribute of a test's report with a line for each exploration of that phase."""

MARKER_KEYWORDS = ("seed", "secret", "locale", "body", "nulls", "edge", "drift", "now", "path", "target", "budget")
MARKER = (
    f"steppay(*event_types, {', '.join(f'{name}=...' for name in MARKER_KEYWORDS)}): the event types that "
    "steppay_event runs through, and what holds for the steppay fixtures of a test, class or module. The nearest "
    "marker wins, keyword by keyword."
)
