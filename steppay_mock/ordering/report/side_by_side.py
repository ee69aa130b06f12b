"""Finds the single step between two courses, and puts the courses side by side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from steppay_mock.ordering.orders.course import Course


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step from one course to another.

    ``swap``: the deliveries at ``at`` and ``at + 1`` change places. ``repeat``: the delivery at ``at`` is added.
    """

    kind: Literal["swap", "repeat"]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A line of two courses side by side: the position in each, None where one has no delivery."""

    passing: int | None
    failing: int | None
    differs: bool


def step_between(passing: Course, failing: Course) -> Step | None:
    """The single step from the passing to the failing course; None if there is no step, or more than one."""
    at = next((at for at, (one, two) in enumerate(zip(passing, failing, strict=False)) if one != two), len(passing))
    if len(passing) == len(failing):
        # A swap begins at the first difference: if swapping back there gives the other course, it is the only step.
        swapped = (*failing[:at], *failing[at : at + 2][::-1], *failing[at + 2 :])
        return Step(kind="swap", at=at) if at < len(failing) and swapped == passing else None
    if failing[:at] + failing[at + 1 :] == passing:
        return Step(kind="repeat", at=at)
    return None


def side_by_side(passing: Course, failing: Course) -> tuple[Pair, ...]:
    """The two courses line by line. A delivery that only the failing course has is beside an empty place."""
    step = step_between(passing, failing)
    if step is not None and step.kind == "repeat":
        before = [Pair(passing=at, failing=at, differs=False) for at in range(step.at)]
        after = [Pair(passing=at, failing=at + 1, differs=False) for at in range(step.at, len(passing))]
        return (*before, Pair(passing=None, failing=step.at, differs=True), *after)
    lines = zip_longest(range(len(passing)), range(len(failing)))
    return tuple(Pair(passing=one, failing=two, differs=_differs(passing, one, failing, two)) for one, two in lines)


def _differs(passing: Course, one: int | None, failing: Course, two: int | None) -> bool:
    return one is None or two is None or passing[one] != failing[two]
