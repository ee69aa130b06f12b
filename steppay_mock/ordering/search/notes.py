"""Sentences about what else the search noticed: a first state that is not empty, frames, limits that do not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.face import option
from steppay_mock.ordering.state.difference import differences
from steppay_mock.ordering.state.normal import plain

if TYPE_CHECKING:
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.driver import Driver

_NAMED = 3  # paths that a sentence names


def notes_on(driver: Driver, settings: ExploreSettings) -> Iterator[str]:
    """What was noticed, one sentence each; where the user has to do something, it says what."""
    if driver.first is not None:
        yield from _on_beginning(driver)
    yield from driver.frame_notes
    if driver.is_unwatched:
        yield (
            f"{option('timeout')} does not hold for a receiver in this process that hangs: that takes the main thread "
            "and a system with alarms. Deliver over HTTP, or run the test in the main thread."
        )
    if settings.effects is not None and not settings.independent and not _has_effects(driver):
        yield "effects= gave nothing after any delivery, so no effect was counted. Does it read where they are kept?"
    if settings.invariant is not None and not __debug__:
        yield (
            "Python runs with -O, which strips assert statements: an invariant= that uses them says nothing. Run it "
            "without -O."
        )


def _has_effects(driver: Driver) -> bool:
    return any(driver.states[number].effects for number in range(len(driver.states)))


def _on_beginning(driver: Driver) -> Iterator[str]:
    first = plain(driver.states[driver.first or 0].state)
    if not is_empty(first):
        yield (
            "The state is not empty at the beginning of each order. If these are rows of an earlier run, empty the "
            "receiver first: it may take the events for known."
        )
    if driver.before is not None and driver.before != driver.first:
        found = differences(plain(driver.states[driver.before].state), first)
        paths = ", ".join(one.path for one in found[:_NAMED])
        yield f"The receiver was not in its first state when the exploration began: {option('reset')} changed {paths}."


def is_empty(state: Any) -> bool:
    """Whether a state in plain form has nothing in it: no rows, no texts, no number but 0."""
    if isinstance(state, Mapping):
        return all(map(is_empty, state.values()))
    if isinstance(state, list):
        return not state  # a row that is there counts, whatever is in it
    return not state
