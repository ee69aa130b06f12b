"""What do all parts of the plugin know? The marker, and where is kept what holds for the whole run."""

from __future__ import annotations

import pytest

BASE_SEED: pytest.StashKey[int] = pytest.StashKey()
BUDGET: pytest.StashKey[int | None] = pytest.StashKey()
PROOFS = "_steppay_proofs"
"""The attribute of a test's report that holds a line for each exploration of that phase."""

MARKER_KEYWORDS = ("seed", "secret", "locale", "body", "nulls", "edge", "drift", "now", "path", "target", "budget")
MARKER = (
    f"steppay(*event_types, {', '.join(f'{name}=...' for name in MARKER_KEYWORDS)}): the event types that "
    "steppay_event runs through, and what holds for the steppay fixtures of a test, class or module. The nearest "
    "marker wins, keyword by keyword."
)
