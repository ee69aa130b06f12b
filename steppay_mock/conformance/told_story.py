"""``ToldStory``: one scenario as the receiver took it, once as it happened and in two other orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steppay_mock.ordering.truth.hint import Hint


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStory:
    """One story as the receiver took it."""

    name: str
    hints: tuple[Hint, ...]
    """What contradicts the store at the end."""
    is_compared: bool
    """Whether the rows had anything that could be compared with the store."""
    types: frozenset[str]
    """The event types that changed the state."""
    turned: tuple[str, ...] = ()
    """Where the end differs if the events come in another order, as lines."""
    is_scenario: bool = True
    size: int = 0
    deliveries: int = 0


def turned_stories(stories: tuple[ToldStory, ...]) -> list[ToldStory]:
    """Those that end otherwise in another order, the shortest first."""
    return sorted((one for one in stories if one.turned), key=lambda one: (one.size, one.name))
