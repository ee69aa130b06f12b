"""What tests of the scorecard share: a clock that stands still."""

from __future__ import annotations

import time

import pytest

NOW = 1_764_500_000


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock by which webhooks are signed, and by which receivers judge their age, stands still."""
    monkeypatch.setattr(time, "time", lambda: float(NOW))
