"""Finds which places of a state a delivery changed, in the runs that a counterexample compares.

A place is a path to a value. A row of a list is named by its key, which is the same in all runs, so places do not
depend on the shape of the probe. A row that was added or removed counts as all the places in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.state.json_path import below
from steppay_mock.ordering.state.normal import normalise
from steppay_mock.ordering.state.rows import by_key

if TYPE_CHECKING:
    from steppay_mock.ordering.receiver.run import Run

Places = frozenset[str]
"""Paths into a state."""


class Trails:
    """The states of two runs after each delivery, and the places in which the failing run ends wrong."""

    def __init__(self, *, expected: Run, passing: Run, failing: Run) -> None:
        # One call for all states: a key for rows is only chosen if it identifies them in every state.
        states = [*passing.trail, expected.state, failing.state, *failing.trail]
        found = by_key(states)
        self._passing, (right, wrong), self._failing = (
            found[: len(passing.trail)],
            found[len(passing.trail) :][:2],
            found[len(passing.trail) + 2 :],
        )
        self.wrong = changed_places(right, wrong)
        """The places in which the failing run ends wrong."""

    def changed(self, *, failing: bool, before: int, after: int) -> Places | None:
        """Of the places that end wrong, those that differ between two states of a trail; None if they were not read."""
        trail = self._failing if failing else self._passing
        if not trail:
            return None
        changed = changed_places(trail[before], trail[after])
        return frozenset(place for place in changed if meet(frozenset({place}), self.wrong)) if self.wrong else changed


def changed_places(before: Any, after: Any) -> Places:
    """The places in which two states differ, whose rows are named by key."""
    return frozenset(_changed("$", before, after))


def meet(some: Places, others: Places) -> bool:
    """Whether a place of one set equals, contains or is inside a place of the other."""
    return any(_holds(one, other) or _holds(other, one) for one in some for other in others)


def _changed(path: str, before: Any, after: Any) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in {**before, **after}:
            further = below(path, name)
            if name in before and name in after:
                yield from _changed(further, before[name], after[name])
            else:
                yield from _places_in(further, before[name] if name in before else after[name])
    elif normalise(before) != normalise(after):
        yield from _places_in(path, before)
        yield from _places_in(path, after)


def _places_in(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _places_in(below(path, name), inner)
    else:
        yield path


def _holds(outer: str, inner: str) -> bool:
    return inner == outer or (inner.startswith(outer) and inner[len(outer)] in ".[")
