"""Draws orders of delivery for a terminal: sequence diagrams side by side, with the difference marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from steppay_mock.ordering.report.text_width import columns, cut, pad

if TYPE_CHECKING:
    from steppay_mock.ordering.report.comparison import Comparison, ComparisonRow, ShownDelivery

_HALF = 46  # columns of one diagram: two of them, the marks and the step fit into 100
_CROSS = (" \\/ ", " /\\ ")


def draw_both(comparison: Comparison) -> Iterator[str]:
    """The passing order on the left and the failing one on the right; the step between them is marked."""
    left, right = ([getattr(row, side) for row in comparison.rows] for side in ("passing", "failing"))
    with_status = _fits(left) and _fits(right)
    one, two = _draw(left, with_status=with_status), _draw(right, with_status=with_status)
    passes, fails = comparison.titles
    width = max(map(columns, (passes, *one)))
    yield f"    {pad(passes, width)}    {fails}"
    marks = ["", *(">" if row.differs else "" for row in comparison.rows)]
    steps = ["", *(_at_once(comparison.rows) if comparison.at_once else _steps(comparison.rows))]
    for mark, step, passing, failing in zip(marks, steps, one, two, strict=True):
        yield f"  {mark:1} {pad(passing, width)}{step:4}{failing}"


def draw_alone(arrows: Sequence[ShownDelivery]) -> list[str]:
    """One order, without another beside it."""
    return _draw(arrows, with_status=_fits(arrows))


def _draw(arrows: Sequence[ShownDelivery | None], *, with_status: bool) -> list[str]:
    there = [arrow for arrow in arrows if arrow is not None]
    numbers = max((len(str(arrow.event.number)) for arrow in there), default=0)
    answers = max((columns(arrow.status) for arrow in there), default=0)
    labels = [
        None if arrow is None else f"{arrow.event.number:>{numbers}} {_label(arrow, with_status=with_status)}"
        for arrow in arrows
    ]
    width = min(max((columns(label) for label in labels if label is not None), default=0), _HALF - answers - 11)
    drawn = [f"StepPay{'receiver':>{width + 2}}"]
    for arrow, label in zip(arrows, labels, strict=True):
        if arrow is None or label is None:
            drawn.append(f"|{'|':>{width + 8}}")
            continue
        text = cut(label, width)
        drawn.append(f"|-- {text} {'-' * (width - columns(text) + 1)}> | {arrow.status}")
    return drawn


def _label(arrow: ShownDelivery, *, with_status: bool) -> str:
    parts = (arrow.event.type, arrow.event.status if with_status else "", "(again)" if arrow.again else "")
    return " ".join(filter(None, parts))


def _fits(arrows: Sequence[ShownDelivery | None]) -> bool:
    """Whether there is room for the status of each thing."""
    there = [arrow for arrow in arrows if arrow is not None]
    return all(
        len(str(arrow.event.number)) + columns(_label(arrow, with_status=True)) + columns(arrow.status) + 12 <= _HALF
        for arrow in there
    )


def _steps(rows: Sequence[ComparisonRow]) -> Iterator[str]:
    """A cross where two deliveries change places, ``+`` where one is added."""
    crosses = all(row.passing is not None and row.failing is not None for row in rows if row.differs)
    crossing = iter(_CROSS if crosses else ())
    for row in rows:
        if not row.differs:
            yield ""
        else:
            yield "  + " if row.passing is None else "  - " if row.failing is None else next(crossing, "  | ")


def _at_once(rows: Sequence[ComparisonRow]) -> Iterator[str]:
    return ("  & " if row.differs else "" for row in rows)
