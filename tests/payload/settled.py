"""Gives an object to the rules: with values drawn before them, values that a user fixed, and a chosen chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from steppay_mock import EventType
from steppay_mock.payload.coherence import make_coherent
from steppay_mock.payload.draw import Draw
from steppay_mock.payload.edges import Edge
from steppay_mock.payload.instants import parse_local_date_time
from steppay_mock.payload.overrides import apply_override
from steppay_mock.payload.plan import plan_event
from steppay_mock.payload.pools import pool

NOW = datetime(2025, 1, 15, 3, 0, 0)
LEAST, MOST = 0.0, 1 - 2**-53
"""The ends of what ``random()`` gives: with one of them each draw takes its lowest or its highest value."""


@dataclass(frozen=True, slots=True)
class Settled:
    """An object after the rules, and which of its fields the event needs."""

    data: dict[str, Any]
    draw: Draw

    def __getitem__(self, name: str) -> Any:
        return self.data[name]

    def moment(self, name: str) -> datetime:
        """The moment in that field, which has one."""
        return moment(self.data[name])

    def needs(self, name: str, *, of: dict[str, Any] | None = None) -> bool:
        """Whether an edge case must not make the field null; ``of`` is an object within this one."""
        return (id(self.data if of is None else of), name) in self.draw.needed


def moment(text: str) -> datetime:
    """The moment of a LocalDateTime."""
    found = parse_local_date_time(text)
    assert found is not None, text
    return found


def draw_of(
    event_type: str = "order.updated",
    *,
    seed: int = 0,
    edge: Edge = False,
    now: datetime = NOW,
    turn: int = 0,
    chance: float | None = None,
) -> Draw:
    """The source of chance of one event; ``chance`` is what every draw gets in place of the seed's."""
    draw = Draw(seed, event_type=EventType(event_type), now=now, pool=pool("ko_KR"), turn=turn, edge=edge)
    if chance is not None:
        draw.random = lambda: chance
    return draw


def settle(
    event_type: str,
    *,
    drawn: dict[str, Any] | None = None,
    fixed: dict[str, Any] | None = None,
    seed: int = 0,
    edge: Edge = False,
    turn: int = 0,
    chance: float | None = None,
) -> Settled:
    """The object of an event after the rules. ``drawn`` are values that the rules may change, ``fixed`` the user's."""
    node = plan_event(event_type, edge=edge).fields["data"]
    draw = draw_of(event_type, seed=seed, edge=edge, turn=turn)
    data = node.make(draw)
    if chance is not None:
        draw.random = lambda: chance
    for given in (drawn, fixed):
        if given:
            data = apply_override(given, data, node, draw, path="data")
    make_coherent(data, draw, pins=fixed or {})
    return Settled(data, draw)


def many(event_type: str, *, runs: int = 200, **options: Any) -> Iterator[Settled]:
    """The object of many seeds."""
    for seed in range(runs):
        yield settle(event_type, seed=seed, turn=seed, **options)
