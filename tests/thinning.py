"""Tests of which `make test` takes a part: the others are exhaustive, of which CI makes a share.

Parameters are thinned where they stand, by ``thinned``, if the cases are members of a zoo that grows. What merely takes
long is listed in thinned.toml, where one sees it at once.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

TABLE = Path(__file__).with_name("thinned.toml")


def read_table() -> dict[str, int]:
    """For each test of the table, by its id without parameters: every which example `make test` has; 0 is none."""
    files = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {f"{file}::{test}": every for file, tests in files.items() for test, every in tests.items()}


def mark_thinned(items: Iterable[pytest.Item]) -> None:
    """Mark as exhaustive what the table leaves to `make exhaustive`. The order in which tests come changes nothing."""
    examples: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        examples[item.nodeid.partition("[")[0]].append(item)
    for name, every in read_table().items():
        for number, item in enumerate(sorted(examples.get(name, ()), key=lambda one: one.nodeid)):
            if not every or number % every:
                item.add_marker("exhaustive")


def thinned(cases: Iterable[Any], *, every: int) -> list[Any]:
    """The cases for ``parametrize``; all but each ``every``-th are marked exhaustive. Tuples are several arguments."""
    return [
        case
        if number % every == 0
        else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.exhaustive)
        for number, case in enumerate(cases)
    ]
