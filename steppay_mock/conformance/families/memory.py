"""Checks of how long a copy is known: after many other events, and hours later."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from steppay_mock.conformance.check import Check, Judgement, skipped
from steppay_mock.conformance.families.copies import judge_copy, judge_copy_after, taken_once

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver

_MANY = 40  # other events between an event and its copy
_HOURS = 26 * 3600  # seconds: longer than a day, by which memories are often cleared
_CURE = (
    "Store a hash of each body under a unique constraint in the database, in the transaction that has the effect, and "
    "keep it for months: a manager can send an old delivery again (fact 22)."
)


def _after_many(at: CheckedReceiver) -> Judgement:
    """A copy of the main type after so many other events that a short list has lost it."""
    event = at.event()
    return judge_copy_after(at, event, (at.event() for _ in range(_MANY)), told=f"{_MANY} others")


def _hours_later(at: CheckedReceiver) -> Judgement:
    """A copy more than a day later by the clock of this process, where the receiver reads that clock."""
    event = at.event()
    once = taken_once(at, event)
    if isinstance(once, Judgement):
        return once
    target = int(at.now()) + _HOURS
    with _clock_moved(_HOURS):
        later = target - int(at.now())  # 0 where the clock that signs has moved too
        trace = at.deliver(event, later=later, what=f"a copy of {event.type}, {_HOURS // 3600} hours later")
        if not at.accepts(trace, event):
            return skipped("Its clock cannot be moved: by it, a copy that is sent a day later comes from the future.")
        told = judge_copy(at, once, trace, what=f"A copy of {event.type} that comes {_HOURS // 3600} hours later")
        fresh = at.event()
        has_moved = told.outcome == "failed" or not at.accepts(at.deliver(fresh, later=later - _HOURS), fresh)
    if has_moved:
        return told
    return skipped("It checks no age, so it cannot be told whether its clock was moved.")


@contextmanager
def _clock_moved(seconds: int) -> Iterator[None]:
    """Within it, ``time.time`` of this process is later; no other clock is."""
    before, before_ns = time.time, time.time_ns
    time.time = lambda: before() + seconds
    time.time_ns = lambda: before_ns() + seconds * 1_000_000_000
    try:
        yield
    finally:
        time.time, time.time_ns = before, before_ns


CHECKS = (
    Check(
        name="copy-after-many",
        family="duplicate",
        severity="must",
        harm="money",
        asks=f"A copy that comes after {_MANY} other events changes nothing and has no effect.",
        cure=_CURE,
        facts=(4, 22),
        needs=("reset",),
        run=_after_many,
    ),
    Check(
        name="copy-a-day-later",
        family="duplicate",
        severity="must",
        harm="money",
        asks="A copy that comes a day later, by the clock of the receiver, changes nothing and has no effect.",
        cure=_CURE,
        facts=(4, 22),
        needs=("reset", "process", "secret"),
        run=_hours_later,
    ),
)
"""The checks of this family that look at how long a copy is known."""
