"""Reads the ``steppay`` markers of a test: their event types and keywords, merged and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_steppay.keys import MARKER_KEYWORDS
from steppay_mock.contract.catalogue import EventType, parse_event_type
from steppay_mock.errors import SteppayMockError, check_names
from steppay_mock.payload.options import SEED, read_options
from steppay_mock.values import WholeValue

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

_BUDGET = WholeValue(noun="a whole number of deliveries", least=1, most=100_000_000, example="5000")
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
            check_names(mark.kwargs, MARKER_KEYWORDS, owner="The marker", noun="keyword")
            named = tuple(dict.fromkeys(parse_event_type(name) for name in mark.args))
            event_types = event_types or named
            keywords = {**mark.kwargs, **keywords}
        marked = Marked(event_types, keywords)
        if keywords.get("seed") is not None:
            SEED.check("seed", keywords["seed"])
        if keywords.get("budget") is not None:
            _BUDGET.check("budget", keywords["budget"])
        read_options(marked.event_options)
    except SteppayMockError as error:
        raise SteppayMockError(f"{node.nodeid}: @pytest.mark.steppay: {error}") from None
    return marked


def _marks(node: pytest.Item) -> Iterator[pytest.Mark]:
    # pytest yields those of a parameter after those of the function, but they say more.
    of_parameters = getattr(getattr(node, "callspec", None), "marks", ())
    yield from (mark for mark in of_parameters if mark.name == "steppay")
    yield from node.iter_markers("steppay")
