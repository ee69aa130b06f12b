"""What do the plugin's parts know each other by? Names, and keys of pytest's stash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_steppay.options import Options
    from pytest_steppay.report import Record

BASE_SEED: pytest.StashKey[int] = pytest.StashKey()
OPTIONS: pytest.StashKey[Options] = pytest.StashKey()
RECORD: pytest.StashKey[Record] = pytest.StashKey()

MARKER_KEYWORDS = ("seed", "secret", "locale", "nulls", "edge", "drift", "now", "path", "target")
MARKER = (
    f"steppay(*event_types, {', '.join(f'{name}=...' for name in MARKER_KEYWORDS)}): the event types that "
    "steppay_event runs through, and what holds for the steppay fixtures of a test, class or module. The nearest "
    "marker wins, keyword by keyword."
)
