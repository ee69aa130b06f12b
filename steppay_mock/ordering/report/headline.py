"""Writes the headline of a counterexample: in one line, what is delivered how, and what goes wrong then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import TYPE_CHECKING

from steppay_mock.ordering.report.comparison import ABSENT
from steppay_mock.ordering.report.text_width import WIDTH, columns, cut

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import CounterexampleData
    from steppay_mock.ordering.report.comparison import Change, Comparison, ShownDelivery


def headline(counterexample: CounterexampleData, comparison: Comparison) -> str:
    """The headline: the most precise one that fits into a line."""
    line = ""
    for line in _candidates(counterexample, comparison):
        if columns(line) <= WIDTH:
            return line
    return cut(line, WIDTH)


def _candidates(counterexample: CounterexampleData, comparison: Comparison) -> Iterator[str]:
    """Headlines, the most precise first and the shortest last."""
    whens = list(_whens(counterexample, comparison))
    for outcome in _outcomes(counterexample, comparison):
        yield from (f"{when}, {form}." for when in whens for form in outcome)


def _whens(counterexample: CounterexampleData, comparison: Comparison) -> Iterator[str]:
    moved = comparison.moved
    if counterexample.kind == "invariant":
        yield f"After {_named(_failing(comparison)[-1])}"
    elif counterexample.failing.together:
        one, two = moved[:2]
        beside = "its own copy" if two.event == one.event else _named(two)
        yield f"When {_named(one)} and {beside} are in flight at once"
        yield "When deliveries are in flight at once"
    elif not moved:
        yield "Even in the original order"
    elif len(moved) == 1:
        (added,) = moved
        how = "twice" if added.again else "as well"
        yield f"When {_named(added)} is delivered {how}"
        yield f"When event {added.event.number} is delivered {how}"
    else:
        first, second = moved[:2]
        copy = "a late copy of " if second.again else ""
        alike = first.event.type == second.event.type
        yield f"When {copy}{_named(second)} arrives after {first.event.number if alike else _named(first)}"
        yield f"When {copy}event {second.event.number} arrives after event {first.event.number}"


def _outcomes(counterexample: CounterexampleData, comparison: Comparison) -> Iterator[tuple[str, ...]]:
    """What goes wrong, the most precise first; each in one or two forms, of which the second is shorter."""
    kind = counterexample.kind
    if kind in {"answer", "refused"}:
        yield from _refusal(counterexample, comparison)
    elif kind == "invariant":
        yield f"the invariant breaks: {comparison.broken or 'it does not hold'}", "the invariant breaks"
    elif kind == "order" and comparison.changes:
        yield f"the rows of {comparison.changes[0].place} are in another order", "rows are in another order"
    elif kind == "effects" and comparison.effects:
        change = comparison.effects[0]
        yield f"{change.place} is done {change.actual}, not {change.expected}", "the effects differ"
    elif comparison.changes:
        yield from _wrong(comparison.changes)
    yield ("the end differs",)


def _wrong(changes: Sequence[Change]) -> Iterator[tuple[str, ...]]:
    """Each change, a status before all others: a status is what readers know by name."""
    for change in sorted(changes, key=lambda one: _last(one.place) != "status"):
        yield tuple(_said(change, place) for place in dict.fromkeys((change.place, _last(change.place))))
    yield f"{changes[0].place} is wrong", "the final state is wrong"


def _said(change: Change, place: str) -> str:
    if ABSENT in {change.actual, change.expected}:
        return f"{place} is missing" if change.actual == ABSENT else f"{place} should not exist"
    return f"{place} is {change.actual}, not {change.expected}"


def _last(place: str) -> str:
    return place.rpartition(".")[2]


def _refusal(counterexample: CounterexampleData, comparison: Comparison) -> Iterator[tuple[str, ...]]:
    refused = counterexample.kind == "refused"
    refusals = (one for one in _failing(comparison) if (not one.accepted if refused else _is_odd(counterexample, one)))
    delivery = next(refusals, None)
    if delivery is not None:
        what = "refused" if not delivery.accepted else "accepted"
        number = f"event {delivery.event.number}"
        if refused:
            yield f"{_named(delivery)} is {what} ({delivery.answer})", f"{number} is {what} ({delivery.answer})"
        yield f"{_named(delivery)} is {what} ({delivery.answer})", f"{number} is {what} ({delivery.status})"
    yield ("the answers differ",)


def _failing(comparison: Comparison) -> list[ShownDelivery]:
    return [row.failing for row in comparison.rows if row.failing is not None]


def _is_odd(counterexample: CounterexampleData, delivery: ShownDelivery) -> bool:
    """Whether the event is answered otherwise than in the original order."""
    expected = counterexample.expected
    differs = (accepted is not delivery.accepted for accepted in expected.accepted)
    return delivery.event.number - 1 in compress(expected.course, differs)


def _named(delivery: ShownDelivery) -> str:
    return f"{delivery.event.type} {delivery.event.number}"
