"""What is there to tell of a counterexample? The same for a terminal, a page, a picture and a program.

Every text in it is one line without control characters, whatever the events and the receiver have said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.ordering.face import option
from steppay_mock.ordering.report.side_by_side import side_by_side
from steppay_mock.ordering.report.text_width import cut
from steppay_mock.ordering.report.verdict import counted
from steppay_mock.ordering.state.difference import differences, show_both
from steppay_mock.ordering.state.normal import plain

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import CounterexampleData
    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.state.difference import Difference
    from steppay_mock.payload.event import Event

NOTHING = "changes nothing"
"""What a delivery did, after which the probe showed what it had shown before."""


_AT_ONCE = "in flight at once it fails"

ABSENT = "not there"
"""In the place of a value, where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One event: its number, counted from 1 as it happened, when that was, its type, its thing, and how that stands."""

    number: int
    when: str
    event: str
    entity: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """One delivery of it: the answer, whether that was a success, whether it is a repeat, and what it changed."""

    of: EventRow
    answer: str
    accepted: bool
    again: bool
    effect: str = ""
    """Empty if nobody looked."""

    @property
    def status(self) -> str:
        """The answer in a word or two, without what the app raised."""
        return cut(self.answer.partition(",")[0], 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    """One delivery in either order, side by side; None where one order has nothing."""

    passing: Arrow | None
    failing: Arrow | None
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place where the ends differ: how it should be, and how it is."""

    place: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What happened, both orders of delivery, and where their ends differ."""

    happened: tuple[EventRow, ...]
    """The events of the counterexample, in the order in which they happened."""
    of: int
    """How many events were explored."""
    lines: tuple[ComparisonRow, ...]
    changes: tuple[Change, ...]
    """In the state, or against the truth."""
    effects: tuple[Change, ...]
    at_once: bool
    """Whether deliveries were in flight at once where it fails."""
    broken: str
    """What the invariant says; empty if it holds."""
    doubtful: bool
    """Whether the end that is taken for the right one looks wrong itself."""
    right: str
    """Which end is taken for the right one, in words."""
    is_truth: bool
    """Whether that is what the store knows."""
    size: str
    """How small it is, and whether anything smaller was left untried."""
    replay: str
    """What is typed to see it again."""
    hint: str
    """What has to be known before; empty if that is nothing."""

    @property
    def titles(self) -> tuple[str, str]:
        """What stands above the two orders: no order is said to pass whose end looks wrong itself."""
        if self.at_once:
            return ("one by one, which looks wrong too" if self.doubtful else "one by one it passes"), _AT_ONCE
        if self.doubtful:
            return "this order looks wrong too", "this order ends otherwise"
        return "in this order it passes", "in this order it fails"

    @property
    def moved(self) -> tuple[Arrow, ...]:
        """The deliveries that differ, in the order in which it fails."""
        return tuple(line.failing for line in self.lines if line.differs and line.failing is not None)


def compare(counterexample: CounterexampleData) -> Comparison:
    """What there is to tell of it."""
    happened = event_rows(counterexample.events)
    passing, failing = counterexample.passing, counterexample.failing
    one, two = _arrows(passing, happened), _arrows(failing, happened)
    expected = counterexample.truth if counterexample.kind == "truth" else counterexample.expected.state
    return Comparison(
        happened=tuple(happened[place] for place in sorted({*passing.course, *failing.course})),
        of=len(happened),
        lines=tuple(
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
        right="as the store knows it" if counterexample.kind == "truth" else "in the order in which it happened",
        size=_size(counterexample),
        replay=counterexample.face.again(counterexample.token),
        hint=counterexample.face.hint,
        effects=_effects(counterexample.expected.effects, failing.effects),
    )


def event_rows(events: Iterable[Event]) -> tuple[EventRow, ...]:
    """The events as rows; one that is not built as StepPay builds them is shown by its type alone."""
    from steppay_mock.store.timeline import read_timeline

    given = tuple(events)
    try:
        rows = read_timeline(given).rows
    except (AttributeError, KeyError, TypeError):
        return tuple(
            EventRow(number=place + 1, when="", event=excerpt(str(event.type), limit=60), entity="", status="")
            for place, event in enumerate(given)
        )
    return tuple(
        EventRow(
            number=place + 1,
            when=row.when,
            event=excerpt(row.event, limit=60),
            entity=excerpt(row.entity, limit=40),
            status=excerpt(row.status, limit=60),
        )
        for place, row in enumerate(rows)
    )


def arrows(run: Run, events: Iterable[Event]) -> tuple[Arrow, ...]:
    """The deliveries of a run that stands alone."""
    return _arrows(run, event_rows(events))


def changes(expected: Any, actual: Any) -> tuple[Change, ...]:
    """Where two states differ."""
    return tuple(map(change_of, differences(expected, actual)))


def _size(counterexample: CounterexampleData) -> str:
    events, inverted, repeated = counterexample.size
    size = f"{counted(events, 'event')}, {counted(inverted, 'inversion')}, {counted(repeated, 'repeat')}."
    if counterexample.kind == "truth":
        return f"{size} The truth is known of all events together: nothing smaller can be tried."
    if counterexample.smallest and counterexample.failing.together:
        return f"{size} Everything smaller was tried, and was not seen to fail."
    if counterexample.smallest:
        return f"{size} Everything smaller was tried, and passes."
    return f"{size} Not everything smaller was tried: a larger {option('budget')} may find less."


def _arrows(run: Run, happened: tuple[EventRow, ...]) -> tuple[Arrow, ...]:
    return tuple(
        Arrow(
            of=happened[place],
            answer=excerpt(run.answers[at]) if at < len(run.answers) else "not delivered",
            accepted=at < len(run.accepted) and run.accepted[at],
            again=place in run.course[:at],
            effect=_effect(run, at),
        )
        for at, place in enumerate(run.course)
    )


def _effect(run: Run, at: int) -> str:
    if len(run.trail) <= at + 1:
        return ""
    changed = changes(run.trail[at], run.trail[at + 1])
    if not changed:
        return NOTHING
    more = f", and {len(changed) - 1} more" if len(changed) > 1 else ""
    return f"{changed[0].place}: {changed[0].expected} -> {changed[0].actual}{more}"


def change_of(difference: Difference) -> Change:
    """The place of one difference, with both values as text."""
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
