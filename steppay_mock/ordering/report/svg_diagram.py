"""Draws the passing order beside the failing one: sequence diagrams in one SVG that loads nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from steppay_mock.ordering.report.comparison import compare
from steppay_mock.ordering.report.markup import Markup, tag
from steppay_mock.ordering.report.text_width import cut

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import CounterexampleData
    from steppay_mock.ordering.report.comparison import Change, Comparison, ComparisonRow, ShownDelivery

STYLE = """
.sheet { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 12px; fill: #1f2933; }
.sheet .title { font-family: system-ui, sans-serif; font-size: 14px; font-weight: 600; }
.sheet .actor, .sheet .said { font-family: system-ui, sans-serif; }
.sheet .actor { text-anchor: middle; font-size: 12px; }
.sheet .faint { fill: #66727f; font-size: 11px; }
.sheet .box, .sheet .end { fill: #f3f5f7; stroke: #c5ced8; }
.sheet .life { stroke: #aab5c0; stroke-dasharray: 3 3; }
.sheet .arrow { stroke: #3e4c59; stroke-width: 1.5; }
.sheet .head { fill: #3e4c59; }
.sheet .band { fill: #fff1cc; }
.sheet .link { stroke: #d9a400; stroke-width: 2; fill: none; }
.sheet .chip { text-anchor: middle; font-size: 11px; fill: #ffffff; font-weight: 600; }
.sheet .good { fill: #15803d; }
.sheet .bad { fill: #c02626; }
.sheet .end.good { fill: #eefaf1; stroke: #15803d; }
.sheet .end.bad { fill: #fdf0f0; stroke: #c02626; }
@media (prefers-color-scheme: dark) {
.sheet { fill: #e4e7eb; }
.sheet .faint { fill: #b1bbc6; }
.sheet .box { fill: #252c35; stroke: #4a5562; }
.sheet .life { stroke: #5b6773; }
.sheet .arrow { stroke: #cbd2d9; }
.sheet .head { fill: #cbd2d9; }
.sheet .band { fill: #4a3d12; }
.sheet .chip { fill: #0d1117; }
.sheet .good { fill: #4ade80; }
.sheet .bad { fill: #f87171; }
.sheet .end.good { fill: #12281a; stroke: #4ade80; }
.sheet .end.bad { fill: #301818; stroke: #f87171; }
}
"""

_WIDTH, _PANEL, _MARGIN = 960, 430, 10
_FIRST = 104  # the height at which the first delivery is drawn
_ROW = 52
_LETTERS = 56  # that fit into a panel, in the font above
_LABEL = 40
_MOST_CHANGES = 6


def draw(counterexample: CounterexampleData) -> str:
    """The diagram as SVG: StepPay on the left, the receiver on the right, time downwards, the difference marked."""
    comparison = compare(counterexample)
    rows = comparison.rows
    foot = _FIRST + _ROW * len(rows)
    ends = list(_ends(comparison, foot + 14))
    height = foot + 50 + 46 * max(1, min(len(_shown(comparison)), _MOST_CHANGES + 1))
    left, right = _MARGIN, _WIDTH - _MARGIN - _PANEL
    parts = [tag("style", Markup(STYLE))]
    if comparison.moved:
        passes, fails = comparison.titles
        parts += _panel(rows, "passing", left, foot, title=passes, mood="bad" if comparison.doubtful else "good")
        parts += _panel(rows, "failing", right, foot, title=fails, mood="bad")
        parts += _links(rows, left + _PANEL, right)
    else:
        parts += _panel(rows, "failing", left, foot, title="delivered", mood="bad")
    return tag(
        "svg",
        tag("title", f"{counterexample.anomaly}: the passing order beside the failing one"),
        *parts,
        *ends,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH} {height}",
        width=_WIDTH,
        height=height,
        class_="sheet",
        role="img",
    )


def _panel(rows: Sequence[ComparisonRow], side: str, x: int, foot: int, *, title: str, mood: str) -> Iterator[Markup]:
    steppay, receiver = x + 34, x + _PANEL - 56
    yield _words(x, 20, title, f"title {mood}")
    for at, row in enumerate(rows):
        if row.differs:
            yield tag("rect", x=x, y=_FIRST + _ROW * at - 24, width=_PANEL, height=_ROW - 4, rx=4, class_="band")
    for at, name in ((steppay, "StepPay"), (receiver, "receiver")):
        yield tag("rect", x=at - 34, y=36, width=68, height=24, rx=4, class_="box")
        yield _words(at, 52, name, "actor")
        yield tag("line", x1=at, y1=60, x2=at, y2=foot - 8, class_="life")
    for at, row in enumerate(rows):
        arrow: ShownDelivery | None = getattr(row, side)
        if arrow is not None:
            yield from _delivery(arrow, _FIRST + _ROW * at, steppay, receiver)


def _delivery(arrow: ShownDelivery, y: int, steppay: int, receiver: int) -> Iterator[Markup]:
    name = f"{arrow.event.number} {arrow.event.type}{' (again)' if arrow.again else ''}"
    label = cut(name, _LABEL)
    yield _words(steppay + 10, y - 8, label, "label")
    room = _LABEL - len(label) - 2
    if arrow.event.status and room >= len(arrow.event.status):
        yield tag("text", arrow.event.status, x=receiver - 14, y=y - 8, class_="faint", text_anchor="end")
    tip = receiver - 2
    yield tag("line", x1=steppay, y1=y, x2=tip - 7, y2=y, class_="arrow")
    yield tag("path", d=f"M {tip} {y} l -9 -4.5 v 9 z", class_="head")
    if arrow.effect:
        yield _words(steppay + 10, y + 15, cut(arrow.effect, _LABEL + 8), "faint")
    width = 14 + 7 * len(arrow.status)
    mood = "good" if arrow.accepted else "bad"
    yield tag("rect", x=receiver + 6, y=y - 10, width=width, height=19, rx=9, class_=mood)
    yield _words(receiver + 6 + width / 2, y + 4, arrow.status, "chip")


def _links(rows: Sequence[ComparisonRow], left: int, right: int) -> Iterator[Markup]:
    """A line from each delivery that changes its place to its position in the failing order."""
    moved = [at for at, row in enumerate(rows) if row.differs]
    if len(moved) != 2 or any(rows[at].passing is None or rows[at].failing is None for at in moved):
        return
    one, two = (_FIRST + _ROW * at for at in moved)
    for start, end in ((one, two), (two, one)):
        middle = (left + right) / 2
        yield tag("path", d=f"M {left} {start} C {middle} {start} {middle} {end} {right} {end}", class_="link")


def _shown(comparison: Comparison) -> tuple[Change, ...]:
    return comparison.changes + comparison.effects


def _ends(comparison: Comparison, y: int) -> Iterator[Markup]:
    shown = _shown(comparison)
    good, bad = "how it should end", "how it ends"
    if comparison.broken:
        good, bad, shown = "the invariant holds", f"the invariant says: {comparison.broken}", ()
    elif not shown:
        good, bad = "ends as it should", "ends the same, but the answers differ"
    height = 30 + 46 * min(len(shown), _MOST_CHANGES + 1)
    sides = ((_MARGIN, good, "good"), (_WIDTH - _MARGIN - _PANEL, bad, "bad"))
    for x, title, mood in sides:
        yield tag("rect", x=x, y=y, width=_PANEL, height=height, rx=4, class_=f"end {mood}")
        yield _words(x + 12, y + 20, cut(title, _LETTERS), f"said {mood}")
        for at, change in enumerate(shown[:_MOST_CHANGES]):
            value = change.expected if mood == "good" else change.actual
            yield _words(x + 12, y + 44 + 46 * at, cut(change.place, _LETTERS), "faint")
            yield _words(x + 12, y + 62 + 46 * at, cut(value, _LETTERS), mood)
        if len(shown) > _MOST_CHANGES:
            yield _words(x + 12, y + 44 + 46 * _MOST_CHANGES, f"and {len(shown) - _MOST_CHANGES:,} more", "faint")


def _words(x: float, y: float, words: str, kind: str) -> Markup:
    return tag("text", words, x=f"{x:g}", y=f"{y:g}", class_=kind)
