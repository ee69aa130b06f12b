"""How do two orders of delivery look in a terminal? As sequence diagrams side by side, what changed places marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from steppay_mock.ordering.report.text_width import columns, cut, pad

if TYPE_CHECKING:
    from steppay_mock.ordering.report.comparison import Arrow, Comparison, ComparisonRow

_HALF = 46
_CROSS = (" \\/ ", " /\\ ")


def sketch_both(comparison: Comparison) -> Iterator[str]:
    """The passing order on the left, the failing one on the right; marked is the step from the one to the other."""
    left, right = ([getattr(line, side) for line in comparison.lines] for side in ("passing", "failing"))
    standing = _fits(left) and _fits(right)
    one, two = _sketch(left, standing=standing), _sketch(right, standing=standing)
    passes, fails = comparison.titles
    width = max(map(columns, (passes, *one)))
    yield f"    {pad(passes, width)}    {fails}"
    marks = ["", *(">" if line.differs else "" for line in comparison.lines)]
    steps = ["", *(_at_once(comparison.lines) if comparison.at_once else _steps(comparison.lines))]
    for mark, step, passing, failing in zip(marks, steps, one, two, strict=True):
        yield f"  {mark:1} {pad(passing, width)}{step:4}{failing}"


def sketch(arrows: Sequence[Arrow]) -> list[str]:
    """One order alone."""
    return _sketch(arrows, standing=_fits(arrows))


def _sketch(arrows: Sequence[Arrow | None], *, standing: bool) -> list[str]:
    there = [arrow for arrow in arrows if arrow is not None]
    numbers = max((len(str(arrow.of.number)) for arrow in there), default=0)
    answers = max((columns(arrow.status) for arrow in there), default=0)
    labels = [
        None if arrow is None else f"{arrow.of.number:>{numbers}} {_label(arrow, standing=standing)}"
        for arrow in arrows
    ]
    width = min(max((columns(label) for label in labels if label is not None), default=0), _HALF - answers - 11)
    told = [f"StepPay{'receiver':>{width + 2}}"]
    for arrow, label in zip(arrows, labels, strict=True):
        if arrow is None or label is None:
            told.append(f"|{'|':>{width + 8}}")
            continue
        text = cut(label, width)
        told.append(f"|-- {text} {'-' * (width - columns(text) + 1)}> | {arrow.status}")
    return told


def _label(arrow: Arrow, *, standing: bool) -> str:
    parts = (arrow.of.event, arrow.of.status if standing else "", "(again)" if arrow.again else "")
    return " ".join(filter(None, parts))


def _fits(arrows: Sequence[Arrow | None]) -> bool:
    """Whether there is room to say how things stand."""
    there = [arrow for arrow in arrows if arrow is not None]
    return all(
        len(str(arrow.of.number)) + columns(_label(arrow, standing=True)) + columns(arrow.status) + 12 <= _HALF
        for arrow in there
    )


def _steps(lines: Sequence[ComparisonRow]) -> Iterator[str]:
    """A cross where two deliveries change places, a plus where one is more."""
    crosses = all(line.passing is not None and line.failing is not None for line in lines if line.differs)
    crossing = iter(_CROSS if crosses else ())
    for line in lines:
        if not line.differs:
            yield ""
        else:
            yield "  + " if line.passing is None else "  - " if line.failing is None else next(crossing, "  | ")


def _at_once(lines: Sequence[ComparisonRow]) -> Iterator[str]:
    return ("  & " if line.differs else "" for line in lines)
