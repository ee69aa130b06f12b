"""Parameters of which `make test` takes a sample: the others are exhaustive, which CI runs once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def thinned(cases: Iterable[Any], *, every: int) -> list[Any]:
    """The cases for ``parametrize``; all but each ``every``-th are marked exhaustive. Tuples are several arguments."""
    return [
        case
        if number % every == 0
        else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.exhaustive)
        for number, case in enumerate(cases)
    ]
