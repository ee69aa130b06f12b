"""What do the ``steppay`` markers of a test say, all together?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_steppay.keys import MARKER_KEYWORDS
from steppay_mock.contract.catalogue import EventType, parse_event_type
from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.payload.options import read_options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pytest

_EVENT_KEYWORDS = ("locale", "body", "nulls", "edge", "drift", "now")


class Marked(NamedTuple):
    """Event types and keywords, merged from the nearest marker outwards."""

    event_types: tuple[EventType, ...]
    keywords: dict[str, Any]

    @property
    def event_options(self) -> dict[str, Any]:
        """The keywords that are options of events."""
        return {name: value for name, value in self.keywords.items() if name in _EVENT_KEYWORDS}


def read_markers(node: pytest.Item) -> Marked:
    """What holds for this test; SteppayMockError for what no marker may say."""
    event_types: tuple[EventType, ...] = ()
    keywords: dict[str, Any] = {}
    try:
        for mark in _marks(node):
            _check_names(mark.kwargs)
            named = tuple(dict.fromkeys(parse_event_type(name) for name in mark.args))
            event_types = event_types or named
            keywords = {**mark.kwargs, **keywords}
        marked = Marked(event_types, keywords)
        _check_seed(keywords.get("seed"))
        _check_budget(keywords.get("budget"))
        read_options(marked.event_options)
    except SteppayMockError as error:
        raise SteppayMockError(f"{node.nodeid}: @pytest.mark.steppay: {error}") from None
    return marked


def _marks(node: pytest.Item) -> Iterator[pytest.Mark]:
    # pytest yields those of a parameter after those of the function, but they say more.
    of_parameters = getattr(getattr(node, "callspec", None), "marks", ())
    yield from (mark for mark in of_parameters if mark.name == "steppay")
    yield from node.iter_markers("steppay")


def _check_names(keywords: Mapping[str, Any]) -> None:
    for name in keywords:
        if name not in MARKER_KEYWORDS:
            raise SteppayMockError(
                f"There is no keyword {name!r}.{did_you_mean(name, MARKER_KEYWORDS)} "
                f"It takes event types, {choices(MARKER_KEYWORDS)}."
            )


def _check_seed(seed: object) -> None:
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise SteppayMockError(f"seed={seed!r} is no whole number. Give one such as seed=7.")


def _check_budget(budget: object) -> None:
    if budget is not None and (isinstance(budget, bool) or not isinstance(budget, int) or budget < 1):
        raise SteppayMockError(f"budget={budget!r} is no number of deliveries. Give one such as budget=5000.")
