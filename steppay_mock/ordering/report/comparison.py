"""Prepares a counterexample for display: its events, the passing order beside the failing one, and both ends.

Terminal, page and diagram show the same ``Comparison``. Every text in it is one line without control characters, so
that events and answers cannot control a terminal or break a page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.report.coverage import counted
from steppay_mock.ordering.report.side_by_side import side_by_side
from steppay_mock.ordering.report.text_width import cut
from steppay_mock.ordering.state.difference import differences, show_both
from steppay_mock.ordering.state.normal import plain

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import CounterexampleData
    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.state.difference import Difference
    from steppay_mock.payload.event import Event

NOTHING = "changes nothing"
"""The effect of a delivery after which the probe shows the same state as before."""

ABSENT = "missing"
"""Shown in place of a value that does not exist. Texts of a state have quotes, so it is not taken for one."""

_AT_ONCE = "in flight at once it fails"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One event as a table shows it."""

    number: int
    """Counted from 1 in the original order."""
    when: str
    """The time since the first event."""
    type: str
    entity: str
    """The thing that it is about, such as ``payment 1``."""
    status: str
    """The status of that thing after the event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDelivery:
    """One delivery of an event, with its answer."""

    event: EventRow
    answer: str
    accepted: bool
    again: bool
    """Whether the event was delivered before."""
    effect: str = ""
    """What it changed in the state; empty if the state was not read after it."""

    @property
    def status(self) -> str:
        """The answer in a word or two, without what the app raised."""
        return cut(self.answer.partition(",")[0], 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    """The deliveries at one position of both orders; None where one order has none."""

    passing: ShownDelivery | None
    failing: ShownDelivery | None
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place in which two ends differ, with both values."""

    place: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A counterexample as people read it."""

    happened: tuple[EventRow, ...]
    """The events of the counterexample, in the original order."""
    of: int
    """The number of events that were explored."""
    rows: tuple[ComparisonRow, ...]
    changes: tuple[Change, ...]
    """Where the failing state differs from the right one."""
    effects: tuple[Change, ...]
    """Where the effects differ."""
    at_once: bool
    """Whether deliveries were in flight at once in the failing run."""
    broken: str
    """What the invariant says; empty if it holds."""
    doubtful: bool
    """Whether the right end looks wrong itself."""
    right: str
    """Where the right end comes from, in words."""
    is_truth: bool
    """Whether it comes from the store."""
    size: str
    """The size of the counterexample, and whether a smaller one is possible."""
    replay: str
    """The command or call that replays it."""
    hint: str
    """What the reader has to do before; empty if nothing."""

    @property
    def titles(self) -> tuple[str, str]:
        """The headings of the two orders. An order that ends wrong too is not said to pass."""
        if self.at_once:
            return ("one by one, which looks wrong too" if self.doubtful else "one by one it passes"), _AT_ONCE
        if self.doubtful:
            return "this order looks wrong too", "this order ends differently"
        return "in this order it passes", "in this order it fails"

    @property
    def moved(self) -> tuple[ShownDelivery, ...]:
        """The deliveries that differ, in the failing order."""
        return tuple(row.failing for row in self.rows if row.differs and row.failing is not None)


def compare(counterexample: CounterexampleData) -> Comparison:
    """The counterexample, prepared for display."""
    happened = event_rows(counterexample.events)
    passing, failing = counterexample.passing, counterexample.failing
    one, two = _deliveries(passing, happened), _deliveries(failing, happened)
    expected = counterexample.truth if counterexample.kind == "truth" else counterexample.expected.state
    return Comparison(
        happened=tuple(happened[place] for place in sorted({*passing.course, *failing.course})),
        of=len(happened),
        rows=tuple(
            ComparisonRow(
                passing=None if pair.passing is None else one[pair.passing],
                failing=None if pair.failing is None else two[pair.failing],
                differs=pair.differs or pair.failing in failing.together,
            )
            for pair in side_by_side(passing.course, failing.course)
        ),
        changes=changes(expected, failing.state),
        at_once=bool(failing.together),
        doubtful=counterexample.doubtful,
        broken=excerpt(failing.broken or "", limit=400),
        is_truth=counterexample.kind == "truth",
        right="what the store says" if counterexample.kind == "truth" else "in the original order",
        size=_size(counterexample),
        replay=counterexample.face.again(counterexample.token),
        hint=counterexample.face.hint,
        effects=_effects(counterexample.expected.effects, failing.effects),
    )


def event_rows(events: Iterable[Event]) -> tuple[EventRow, ...]:
    """The events as rows. If they do not have the structure of the vendor's events, only their types are shown."""
    from steppay_mock.store.timeline import read_timeline

    given = tuple(events)
    try:
        rows = read_timeline(given).rows
    except (AttributeError, KeyError, TypeError, SteppayMockError):  # a captured webhook v1 has no time
        return tuple(
            EventRow(number=place + 1, when="", type=excerpt(str(event.type), limit=60), entity="", status="")
            for place, event in enumerate(given)
        )
    return tuple(
        EventRow(
            number=place + 1,
            when=row.when,
            type=excerpt(row.event, limit=60),
            entity=excerpt(row.entity, limit=40),
            status=excerpt(row.status, limit=60),
        )
        for place, row in enumerate(rows)
    )


def deliveries(run: Run, events: Iterable[Event]) -> tuple[ShownDelivery, ...]:
    """The deliveries of a run that is not compared with another."""
    return _deliveries(run, event_rows(events))


def changes(expected: Any, actual: Any) -> tuple[Change, ...]:
    """Where two states differ."""
    return tuple(map(change_of, differences(expected, actual)))


def _size(counterexample: CounterexampleData) -> str:
    events, inverted, repeated = counterexample.size
    size = f"{counted(events, 'event')}, {counted(inverted, 'inversion')}, {counted(repeated, 'repeat')}."
    if counterexample.kind == "truth":
        return f"{size} Nothing smaller can be tried: the store says what is right after all events."
    if counterexample.smallest and counterexample.failing.together:
        return f"{size} Everything smaller was tried, and did not fail."
    if counterexample.smallest:
        return f"{size} Everything smaller was tried, and passes."
    return f"{size} Not everything smaller was tried: a larger {option('budget')} may find something smaller."


def _deliveries(run: Run, happened: tuple[EventRow, ...]) -> tuple[ShownDelivery, ...]:
    return tuple(
        ShownDelivery(
            event=happened[place],
            answer=excerpt(run.answers[at]),
            accepted=run.accepted[at],
            again=place in run.course[:at],
            effect=_effect(run, at),
        )
        for at, place in enumerate(run.course)
    )


def _effect(run: Run, at: int) -> str:
    if not run.trail:
        return ""
    changed = changes(run.trail[at], run.trail[at + 1])
    if not changed:
        return NOTHING
    more = f", and {len(changed) - 1} more" if len(changed) > 1 else ""
    return f"{changed[0].place}: {changed[0].expected} -> {changed[0].actual}{more}"


def change_of(difference: Difference) -> Change:
    """One difference, with both values as text."""
    expected, actual = show_both(difference.expected, difference.actual)
    if difference.kind == "missing":
        actual = ABSENT
    elif difference.kind == "unexpected":
        expected = ABSENT
    return Change(place=excerpt(difference.path), expected=expected, actual=actual)


def _effects(expected: Any, actual: Any) -> tuple[Change, ...]:
    before, after = dict(expected or ()), dict(actual or ())
    found = [
        Change(place=excerpt(str(plain(one))), expected=_times(before.get(one, 0)), actual=_times(after.get(one, 0)))
        for one in {**before, **after}
        if before.get(one, 0) != after.get(one, 0)
    ]
    return tuple(sorted(found, key=lambda change: change.place))


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
