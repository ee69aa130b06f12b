"""Draws a scorecard as a badge: an SVG that loads nothing, for a README."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.ordering.report.markup import Markup, tag

if TYPE_CHECKING:
    from steppay_mock.conformance.outputs.card_data import CardData

_LABEL = "StepPay receiver"
_GREEN, _RED, _GREY = "#15803d", "#b91c1c", "#57606a"  # white text on each has a contrast of more than 4.5
_PAD = 7
_HEIGHT = 20
_WIDTHS = {" ": 3.9, ":": 5.0, ",": 4.0, "i": 3.0, "l": 3.0, "t": 4.3, "r": 4.7, "f": 3.9, "m": 10.7, "k": 6.5}
_USUAL = 6.9
"""The width of a letter of Verdana at 11 pixels; ``textLength`` makes other fonts as wide."""


def write_badge(card: CardData) -> str:
    """The SVG: how many of the checks that could tell passed, green where the card is ok."""
    message, colour = _message(card)
    left, right = (round(_width(one)) + 2 * _PAD for one in (_LABEL, message))
    title = f"{_LABEL}: {message}"
    shape = {"height": _HEIGHT, "y": 0}
    drawing = tag(
        "svg",
        tag("title", title),
        tag("rect", x=0, width=left, fill="#24292f", **shape),
        tag("rect", x=left, width=right, fill=colour, **shape),
        tag(
            "g",
            _text(_LABEL, at=left / 2, width=left),
            _text(message, at=left + right / 2, width=right),
            fill="#ffffff",
            text_anchor="middle",
            font_family="Verdana, DejaVu Sans, Geneva, sans-serif",
            font_size=11,
        ),
        xmlns="http://www.w3.org/2000/svg",
        width=left + right,
        height=_HEIGHT,
        viewBox=f"0 0 {left + right} {_HEIGHT}",
        role="img",
        aria_label=title,
    )
    return f"{drawing}\n"


def _message(card: CardData) -> tuple[str, str]:
    """What the badge says, and its colour."""
    told = len(card.checks) - len(card.skipped)
    if not told or card.interrupted_after is not None:
        return "not checked", _GREY
    musts = sum(one.severity == "must" for one in card.findings)
    if musts:
        return f"{musts} to mend, {len(card.passed)} of {told} passed", _RED
    return f"{len(card.passed)} of {told} passed", _GREEN if card.ok else _RED


def _text(content: str, *, at: float, width: int) -> Markup:
    return tag("text", content, x=f"{at:g}", y=14, textLength=width - 2 * _PAD, lengthAdjust="spacingAndGlyphs")


def _width(content: str) -> float:
    return sum(_WIDTHS.get(one, _USUAL) for one in content)
