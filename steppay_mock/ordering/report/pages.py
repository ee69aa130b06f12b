"""Shows several explorations on one page: a table, and a section for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from steppay_mock.ordering.face import speaking
from steppay_mock.ordering.report.markup import Markup, tag
from steppay_mock.ordering.report.page import body_of, document, table

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import ExplorationData


def write_pages(
    explorations: Sequence[ExplorationData], *, rows: tuple[Iterable[str], Iterable[Iterable[str]]], varied: str = ""
) -> str:
    """The whole page as HTML; ``rows`` are the headings and the rows of the overview."""
    right = sum(one.ok for one in explorations)
    heading = f"{right} of {len(explorations)} right"
    overview = [tag("h1", heading, class_="good" if right == len(explorations) else "bad"), table(*rows)]
    if varied:
        overview.append(tag("p", varied))
    return document(
        f"{heading}: orders of delivery",
        *overview,
        *map(_section, explorations),
        with_picture=any(one.counterexample is not None for one in explorations),
    )


def _section(exploration: ExplorationData) -> Markup:
    with speaking(exploration.face):
        return tag("section", *body_of(exploration))
