"""How is an exploration told to a person? The reason first, then what it rests on, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.errors import ContractViolation, OrderViolation
from steppay_mock.ordering.report.comparison import arrows, change_of, changes, compare, event_rows
from steppay_mock.ordering.report.coverage import not_tried
from steppay_mock.ordering.report.headline import headline
from steppay_mock.ordering.report.text_diagram import sketch, sketch_both
from steppay_mock.ordering.report.text_width import WIDTH, columns, cut, pad, wrap
from steppay_mock.ordering.report.verdict import advise, conditions, counted, effort, next_step, title, verdict_line

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import CounterexampleData, Coverage, ExplorationData, Loss
    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.report.comparison import Change, Comparison, EventRow
    from steppay_mock.payload.event import Event

_MOST_CHANGES = 8


def describe(exploration: ExplorationData) -> str:
    """The verdict for a person, at most 100 columns wide where words can be broken."""
    return "\n".join(line.rstrip() for line in _told(exploration))


def describe_counterexample(counterexample: CounterexampleData) -> str:
    """The reason in two lines, then what happened, both orders, both ends, the usual cure, and how to see it again."""
    return "\n".join(line.rstrip() for line in _reason(counterexample))


def violation(exploration: ExplorationData) -> ContractViolation:
    """What ``assert_ok`` raises; its text is the report."""
    counterexample = exploration.counterexample
    if counterexample is None:
        kind: str = exploration.verdict
        sent, step = excerpt(exploration.why) or kind, next_step(exploration)
    else:
        kind = "order-dependent"
        sent, step = headline(counterexample, compare(counterexample)), counterexample.anomaly.cure
    return OrderViolation(
        report=describe(exploration),
        kind=kind,
        event="?",
        path=excerpt(f"{exploration.name}, {exploration.target}"),
        expected="the same end in every order of delivery",
        sent=sent,
        next_step=step,
    )


def _told(exploration: ExplorationData) -> Iterator[str]:
    about = excerpt(f"{exploration.name}, delivered to {exploration.target}")
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


def _reason(counterexample: CounterexampleData) -> Iterator[str]:
    comparison, anomaly = compare(counterexample), counterexample.anomaly
    yield headline(counterexample, comparison)
    yield from wrap(f"{anomaly.name}: {anomaly.meaning[0].lower()}{anomaly.meaning[1:]}")
    yield ""
    yield from wrap(f"usual cure: {anomaly.cure}")
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
        yield from wrap(f"The REST API held what {held} had asked until the others had landed.", indent="    ")
    yield ""
    yield from _ends(comparison)
    if counterexample.failing.ids is not None:
        yield from wrap(f"The customer of the failing run: {counterexample.failing.ids.customer_id}", indent="  ")
    yield ""
    yield from wrap(f"size: {comparison.size}")
    yield ""
    yield from wrap(f"to see it again{f' ({comparison.hint})' if comparison.hint else ''}")
    yield f"  {comparison.replay}"


def _causes(causes: Sequence[str]) -> Iterator[str]:
    if causes:
        yield ""
        yield "likely causes"
    for cause in causes:
        yield from wrap(cause, indent="  ")


def _others(found: Sequence[CounterexampleData]) -> Iterator[str]:
    """The other counterexamples, each in a few lines and with its token."""
    for number, one in enumerate(found, start=2):
        yield ""
        comparison = compare(one)
        yield from wrap(f"also found ({number}): {headline(one, comparison)}")
        yield from wrap(f"{one.anomaly.name}: {one.anomaly.meaning[0].lower()}{one.anomaly.meaning[1:]}", indent="  ")
        yield from wrap(f"usual cure: {one.anomaly.cure}", indent="  ")
        yield "  to see it again"
        yield f"    {comparison.replay}"


def _happened(happened: Sequence[EventRow]) -> Iterator[str]:
    yield from _table([(str(one.number), one.when, one.event, one.entity, one.status) for one in happened], right=2)


def _delivered(comparison: Comparison) -> Iterator[str]:
    failing = [line.failing for line in comparison.lines if line.failing is not None]
    if comparison.moved:
        yield from sketch_both(comparison)
    else:
        yield "delivered"
        yield from (f"    {line}" for line in sketch(failing))
    for arrow in failing:
        if not arrow.accepted:
            yield from wrap(f"{arrow.of.number} was answered: {arrow.answer}", indent="    ")
    changed = [arrow for arrow in comparison.moved if arrow.effect]
    if changed:
        yield ""
        yield "what changed, in the failing order"
        yield from (cut(f"  {arrow.of.number}  {arrow.effect}", WIDTH) for arrow in changed)


def _ends(comparison: Comparison) -> Iterator[str]:
    if comparison.broken:
        yield "the invariant says"
        yield from wrap(comparison.broken, indent="  ")
        return
    yield f"how it ends (- {comparison.right}, + in the failing order)"
    yield from _diff(comparison.changes, "state")
    yield from _diff(comparison.effects, "effects")
    if not comparison.changes and not comparison.effects:
        yield f"  {'what looks wrong is listed below' if comparison.is_truth else 'the same; look at the answers'}"


def _diff(found: Sequence[Change], what: str) -> Iterator[str]:
    for change in found[:_MOST_CHANGES]:
        yield cut(f"  {change.place}", WIDTH)
        yield cut(f"    - {change.expected}", WIDTH)
        yield cut(f"    + {change.actual}", WIDTH)
    if len(found) > _MOST_CHANGES:
        yield f"  and {len(found) - _MOST_CHANGES:,} more differences of {what}"


# What is neither yes nor no, and the rest.


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
        told = arrows(run, events)
        yield from (f"  {line}" for line in sketch(told))
        for arrow in told:
            if not arrow.accepted:
                yield from wrap(f"{arrow.of.number} was answered: {arrow.answer}", indent="    ")
    if len(runs) > 1:
        yield "their ends (- run 1, + run 2)"
        found = changes(runs[0].state, runs[1].state)
        yield from _diff(found, "state")
        if not found:
            yield "  the same; look at the answers"


def _losses(losses: Sequence[Loss], events: Sequence[Event], coverage: Coverage) -> Iterator[str]:
    if not losses:
        return
    happened = event_rows(events)
    yield ""
    yield "if one event is never delivered (for information)"
    rows = []
    for loss in losses:
        one = happened[loss.place]
        outcome = "heals" if loss.heals else f"differs: {excerpt(', '.join(loss.changes)) or 'the state'}"
        rows.append((str(one.number), one.event, one.entity, outcome))
    yield from _table(rows, right=1)
    if len(losses) < len(events):
        more = counted(len(events) - len(losses), "more event")
        yield from wrap(f"{more} {not_tried(coverage)}", indent="  ")


def _table(rows: Sequence[tuple[str, ...]], *, right: int) -> Iterator[str]:
    """Rows with aligned columns, of which the first ``right`` ones are flush right."""
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            " " * (width - columns(cell)) + cell if at < right else pad(cell, width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield cut("  " + "  ".join(cells).rstrip(), WIDTH)
