"""Writes the report of a result as text: the reason first, then the numbers, then what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.errors import OrderViolation
from steppay_mock.ordering.report.comparison import change_of, changes, compare, deliveries, event_rows
from steppay_mock.ordering.report.coverage import counted, not_tried
from steppay_mock.ordering.report.headline import headline
from steppay_mock.ordering.report.text_diagram import draw_alone, draw_both
from steppay_mock.ordering.report.text_width import WIDTH, columns, cut, pad, wrap
from steppay_mock.ordering.report.verdict import advise, conditions, effort, next_step, title, verdict_line

if TYPE_CHECKING:
    from steppay_mock.ordering.anomaly import Anomaly
    from steppay_mock.ordering.findings import CounterexampleData, Coverage, ExplorationData, Loss
    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.report.comparison import Change, Comparison, EventRow, ShownDelivery
    from steppay_mock.payload.event import Event

_MOST_CHANGES = 8
_EXPECTED = "the same end in every order of delivery"
_SAME_END = "the same; compare the answers"


def describe(exploration: ExplorationData) -> str:
    """The report of an exploration, at most 100 columns wide; only a token may be longer."""
    return "\n".join(line.rstrip() for line in _report(exploration))


def describe_counterexample(counterexample: CounterexampleData, *, usual_fix: bool) -> str:
    """The report of a counterexample: the headline, the usual fix, both orders, both ends, and how to replay it."""
    return "\n".join(line.rstrip() for line in _reason(counterexample, usual_fix=usual_fix))


def violation(exploration: ExplorationData) -> OrderViolation:
    """The error of an exploration that is not ok; its text is the report."""
    where, report = f"{exploration.name}, {exploration.receiver}", describe(exploration)
    if exploration.counterexample is not None:
        return violation_by(exploration.counterexample, where=where, report=report)
    return OrderViolation(
        report=report,
        kind=exploration.verdict,
        event="?",
        path=excerpt(where),
        expected=_EXPECTED,
        sent=excerpt(exploration.why) or exploration.verdict,
        next_step=next_step(exploration),
    )


def violation_by(counterexample: CounterexampleData, *, where: str, report: str) -> OrderViolation:
    """The error that a counterexample proves; its text is the report."""
    return OrderViolation(
        report=report,
        kind="order-dependent",
        event="?",
        path=excerpt(where),
        expected=_EXPECTED,
        sent=headline(counterexample, compare(counterexample)),
        next_step=counterexample.anomaly.fix,
    )


def _report(exploration: ExplorationData) -> Iterator[str]:
    about = excerpt(f"{exploration.name}, delivered to {exploration.receiver}")
    if exploration.counterexample is not None:
        yield from _reason(exploration.counterexample)
        yield from _others(exploration.others)
        yield from _causes(exploration.causes)
        yield ""
        yield from wrap(f"{about}: {effort(exploration.coverage)}.")
    elif exploration.ok:
        yield from wrap(f"{about}:")
        yield from wrap(f"{verdict_line(exploration)}.")
    else:
        yield from _undecided(exploration)
        yield ""
        yield from wrap(f"{about}: {effort(exploration.coverage)}.")
    for condition in conditions(exploration):
        yield from wrap(condition)
    yield from _losses(exploration.losses, exploration.events, exploration.coverage)


# The counterexample.


def _reason(counterexample: CounterexampleData, *, usual_fix: bool = True) -> Iterator[str]:
    comparison, anomaly = compare(counterexample), counterexample.anomaly
    yield headline(counterexample, comparison)
    yield from _meaning(anomaly)
    yield ""
    if usual_fix:
        yield from wrap(f"usual fix: {anomaly.fix}")
        yield ""
    enough = (
        f" ({len(comparison.happened)} of {counted(comparison.of, 'event')})"
        if len(comparison.happened) < comparison.of
        else ""
    )
    yield f"what happened{enough}"
    yield from _happened(comparison.happened)
    yield ""
    yield from _delivered(comparison)
    if counterexample.failing.held:
        held = counterexample.course[counterexample.failing.together[0]] + 1
        yield from wrap(f"The REST API held its answer to event {held} until the others were delivered.", indent="    ")
    yield ""
    yield from _ends(comparison)
    if counterexample.failing.ids is not None:
        yield from wrap(f"The customer of the failing run: {counterexample.failing.ids.customer_id}", indent="  ")
    yield ""
    yield from wrap(f"size: {comparison.size}")
    yield ""
    yield from wrap(f"to replay it{f' ({comparison.hint})' if comparison.hint else ''}")
    yield f"  {comparison.replay}"


def _meaning(anomaly: Anomaly, *, indent: str = "") -> Iterator[str]:
    yield from wrap(f"{anomaly.name}: {anomaly.meaning[0].lower()}{anomaly.meaning[1:]}", indent=indent)


def _refusals(made: Sequence[ShownDelivery]) -> Iterator[str]:
    for one in made:
        if not one.accepted:
            yield from wrap(f"{one.event.number} was answered: {one.answer}", indent="    ")


def _causes(causes: Sequence[str]) -> Iterator[str]:
    if causes:
        yield ""
        yield "likely causes"
    for cause in causes:
        yield from wrap(cause, indent="  ")


def _others(found: Sequence[CounterexampleData]) -> Iterator[str]:
    """The other counterexamples, each in a few lines."""
    for number, one in enumerate(found, start=2):
        yield ""
        comparison = compare(one)
        yield from wrap(f"also found ({number}): {headline(one, comparison)}")
        yield from _meaning(one.anomaly, indent="  ")
        yield from wrap(f"usual fix: {one.anomaly.fix}", indent="  ")
        yield "  to replay it"
        yield f"    {comparison.replay}"


def _happened(happened: Sequence[EventRow]) -> Iterator[str]:
    yield from _table([(str(one.number), one.when, one.type, one.entity, one.status) for one in happened], right=2)


def _delivered(comparison: Comparison) -> Iterator[str]:
    failing = [row.failing for row in comparison.rows if row.failing is not None]
    if comparison.moved:
        yield from draw_both(comparison)
    else:
        yield "delivered"
        yield from (f"    {line}" for line in draw_alone(failing))
    yield from _refusals(failing)
    changed = [one for one in comparison.moved if one.effect]
    if changed:
        yield ""
        yield "what changed, in the failing order"
        yield from (cut(f"  {one.event.number}  {one.effect}", WIDTH) for one in changed)


def _ends(comparison: Comparison) -> Iterator[str]:
    if comparison.broken:
        yield "the invariant says"
        yield from wrap(comparison.broken, indent="  ")
        return
    yield f"how it ends (- {comparison.right}, + in the failing order)"
    yield from _diff(comparison.changes, "state")
    yield from _diff(comparison.effects, "effects")
    if not comparison.changes and not comparison.effects:
        yield f"  {'the places that look wrong are listed below' if comparison.is_truth else _SAME_END}"


def _diff(found: Sequence[Change], what: str) -> Iterator[str]:
    for change in found[:_MOST_CHANGES]:
        yield cut(f"  {change.place}", WIDTH)
        yield cut(f"    - {change.expected}", WIDTH)
        yield cut(f"    + {change.actual}", WIDTH)
    if len(found) > _MOST_CHANGES:
        yield f"  and {len(found) - _MOST_CHANGES:,} more differences in the {what}"


# Verdicts that are neither yes nor no, and losses.


def _undecided(exploration: ExplorationData) -> Iterator[str]:
    yield title(exploration)
    if exploration.why:
        yield from wrap(excerpt(exploration.why, limit=800))
    if exploration.unequal:
        yield ""
        yield "where the states differ (- wanted, + found)"
        yield from _diff([change_of(one) for one in exploration.unequal], "state")
        for advice in advise(exploration.unequal):
            yield from wrap(advice, indent="  ")
    yield from _causes(exploration.causes)
    yield ""
    yield from wrap(f"next: {next_step(exploration)}")
    if exploration.witnesses:
        yield ""
        yield from _witnesses(exploration.witnesses, exploration.events)


def _witnesses(runs: Sequence[Run], events: Sequence[Event]) -> Iterator[str]:
    for number, run in enumerate(runs, start=1):
        yield f"run {number}"
        made = deliveries(run, events)
        yield from (f"  {line}" for line in draw_alone(made))
        yield from _refusals(made)
    if len(runs) > 1:
        yield "how they end (- run 1, + run 2)"
        found = changes(runs[0].state, runs[1].state)
        yield from _diff(found, "state")
        if not found:
            yield f"  {_SAME_END}"


def _losses(losses: Sequence[Loss], events: Sequence[Event], coverage: Coverage) -> Iterator[str]:
    if not losses:
        return
    happened = event_rows(events)
    yield ""
    yield "if one event is never delivered (for information)"
    rows = []
    for loss in losses:
        one = happened[loss.place]
        outcome = "ends the same" if loss.heals else f"differs: {excerpt(', '.join(loss.changes)) or 'the state'}"
        rows.append((str(one.number), one.type, one.entity, outcome))
    yield from _table(rows, right=1)
    if len(losses) < len(events):
        more = counted(len(events) - len(losses), "more event")
        yield from wrap(f"{more} {not_tried(coverage)}", indent="  ")


def _table(rows: Sequence[tuple[str, ...]], *, right: int) -> Iterator[str]:
    """Rows with aligned columns; the first ``right`` columns are aligned to the right."""
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            " " * (width - columns(cell)) + cell if at < right else pad(cell, width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield cut("  " + "  ".join(cells).rstrip(), WIDTH)
