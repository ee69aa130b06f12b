"""What is the reason, in one line? What is delivered how, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from steppay_mock.ordering.report.comparison import ABSENT
from steppay_mock.ordering.report.text_width import WIDTH, columns, cut

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import CounterexampleData
    from steppay_mock.ordering.report.comparison import Arrow, Change, Comparison


def headline(counterexample: CounterexampleData, comparison: Comparison) -> str:
    """The reason in one line, as telling as fits into it."""
    told = ""
    for told in _tellings(counterexample, comparison):
        if columns(told) <= WIDTH:
            return told
    return cut(told, WIDTH)


def _tellings(counterexample: CounterexampleData, comparison: Comparison) -> Iterator[str]:
    """From the most telling to the shortest."""
    whens = list(_whens(counterexample, comparison))
    for outcome in _outcomes(counterexample, comparison):
        yield from (f"{when}, {form}." for when in whens for form in outcome)


def _whens(counterexample: CounterexampleData, comparison: Comparison) -> Iterator[str]:
    moved = comparison.moved
    if counterexample.kind == "invariant":
        yield f"After {_named(_failing(comparison)[-1])}"
    elif counterexample.failing.together:
        one, two = moved[:2]
        yield f"When {_named(one)} and {'its own copy' if two.of == one.of else _named(two)} are in flight at once"
        yield "When deliveries are in flight at once"
    elif not moved:
        yield "Even in the order in which it happened"
        yield "Even as it happened"
    elif len(moved) == 1:
        yield f"When {_named(moved[0])} is delivered {'twice' if moved[0].again else 'as well'}"
        yield f"When event {moved[0].of.number} is delivered {'twice' if moved[0].again else 'as well'}"
    else:
        first, second = moved[:2]
        copy = "a late copy of " if second.again else ""
        alike = first.of.event == second.of.event
        yield f"When {copy}{_named(second)} arrives after {first.of.number if alike else _named(first)}"
        yield f"When {copy}event {second.of.number} arrives after event {first.of.number}"


def _outcomes(counterexample: CounterexampleData, comparison: Comparison) -> Iterator[tuple[str, ...]]:
    """What may be told, the most telling first; each in one or two forms, of which the second is shorter."""
    kind = counterexample.kind
    if kind in {"answer", "refused"}:
        yield from _refusal(counterexample, comparison)
    elif kind == "invariant":
        yield f"the invariant breaks: {comparison.broken or 'it does not hold'}", "the invariant breaks"
    elif kind == "order" and comparison.changes:
        yield f"the rows of {comparison.changes[0].place} stand in another order", "rows stand in another order"
    elif kind == "effects" and comparison.effects:
        change = comparison.effects[0]
        yield f"{change.place} is done {change.actual}, not {change.expected}", "other things are done"
    elif comparison.changes:
        yield from _wrong(comparison.changes)
    yield ("the end is another",)


def _wrong(changes: Sequence[Change]) -> Iterator[tuple[str, ...]]:
    """Each change, a status before all others: that is what people think in."""
    for change in sorted(changes, key=lambda one: _last(one.place) != "status"):
        yield tuple(_said(change, place) for place in dict.fromkeys((change.place, _last(change.place))))
    yield f"{changes[0].place} is wrong", "the final state is wrong"


def _said(change: Change, place: str) -> str:
    if ABSENT in {change.actual, change.expected}:
        return f"{place} is {'not ' if change.actual == ABSENT else ''}there"
    return f"{place} is {change.actual}, not {change.expected}"


def _last(place: str) -> str:
    return place.rpartition(".")[2]


def _refusal(counterexample: CounterexampleData, comparison: Comparison) -> Iterator[tuple[str, ...]]:
    refused = counterexample.kind == "refused"
    telling = (one for one in _failing(comparison) if (not one.accepted if refused else _is_odd(counterexample, one)))
    arrow = next(telling, None)
    if arrow is not None:
        what = "refused" if not arrow.accepted else "accepted"
        number = f"event {arrow.of.number}"
        if refused:
            yield f"{_named(arrow)} is {what} ({arrow.answer})", f"{number} is {what} ({arrow.answer})"
        yield f"{_named(arrow)} is {what} ({arrow.answer})", f"{number} is {what} ({arrow.status})"
    yield ("the answers differ",)


def _failing(comparison: Comparison) -> list[Arrow]:
    return [line.failing for line in comparison.lines if line.failing is not None]


def _is_odd(counterexample: CounterexampleData, arrow: Arrow) -> bool:
    """Whether the event is answered otherwise than as it happened."""
    expected = counterexample.expected
    return any(
        place + 1 == arrow.of.number and accepted is not arrow.accepted
        for place, accepted in zip(expected.course, expected.accepted, strict=False)
    )


def _named(arrow: Arrow) -> str:
    return f"{arrow.of.event} {arrow.of.number}"
