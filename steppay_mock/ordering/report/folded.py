"""The parts of a page that are folded: the payloads of events, and programs that show a counterexample again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from steppay_mock.ordering.report.markup import Markup, tag
from steppay_mock.ordering.report.repro.javascript import vitest_test
from steppay_mock.ordering.report.repro.python import pytest_test
from steppay_mock.ordering.report.repro.shell import shell_script

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import CounterexampleData, ExplorationData
    from steppay_mock.ordering.report.story import Happening
    from steppay_mock.payload.event import Event


def payloads(happened: Sequence[Happening], events: Sequence[Event]) -> Iterator[Markup]:
    """The payload of each event, as it was delivered."""
    for one in happened:
        shown = json.dumps(events[one.number - 1].payload, ensure_ascii=False, indent=2, default=str)
        yield _folded(f"The payload of {one.number} {one.event}", shown)


def programs(exploration: ExplorationData, found: CounterexampleData) -> Iterator[Markup]:
    """The order in which it fails, as a script with curl, as a test in Python and as one in JavaScript."""
    yield _folded("With curl", shell_script(exploration, found))
    yield _folded("As a test for pytest", pytest_test(exploration, found))
    yield _folded("As a test for Vitest", vitest_test(exploration, found))


def _folded(title: str, text: str) -> Markup:
    return tag("details", tag("summary", title), tag("pre", text))
