"""Makes events: the plan of the schema makes a payload, overrides replace values, rules make the rest agree with them.

The order of the steps in ``_make`` matters. Overrides come before the rules, so that the rules can follow the user's
values; nulls come after the rules, which read values; drift comes last, because nothing else knows its field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain, repeat
from random import SystemRandom
from typing import Any, Unpack

from steppay_mock.contract.catalogue import EventType, parse_event_type
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.chance import derive_seed
from steppay_mock.payload.coherence import make_coherent
from steppay_mock.payload.draw import Draw
from steppay_mock.payload.drift import can_drift, drift_event
from steppay_mock.payload.event import Event
from steppay_mock.payload.instants import read_instant, remarkable_moments
from steppay_mock.payload.nulls import make_some_null, write_nulls
from steppay_mock.payload.options import EventOptions, Recipe, read_options
from steppay_mock.payload.overrides import NO_PINS, Pins, apply_override, plain_override
from steppay_mock.payload.plan import plan_event
from steppay_mock.payload.pools import pool

_MOST = 1_000_000_000

# The time of seeded events, which must not depend on the clock. The moment is arbitrary.
SEEDED_NOW = datetime(2025, 1, 15, 3, 0, 0)  # noqa: DTZ001 - naive UTC, like every moment within the factory


def make_event(event_type: EventType | str, **options: Unpack[EventOptions]) -> Event:
    """A realistic, valid event of that type; see :class:`EventOptions` for the options.

    Raises SteppayMockError for an unknown event type, option or override path.
    """
    return next(iter_made([event_type], read_options(options), n=1))


def make_events(
    event_types: EventType | str | Iterable[EventType | str] | None = None,
    *,
    n: int = 1,
    **options: Unpack[EventOptions],
) -> list[Event]:
    """``n`` different events of each type (None: of all that can have the drift), in the order in which they happen.

    Two events share each second, as they do in the bursts of StepPay (fact 6). The options are those of
    :func:`make_event`, which makes the first event of all.
    """
    if isinstance(event_types, str):
        event_types = [event_types]
    recipe = read_options(options)
    if event_types is None:
        event_types = [event_type for event_type in EventType if can_drift(event_type, recipe.drift)]
    return list(iter_made(event_types, recipe, n=n))


def iter_made(
    event_types: Iterable[EventType | str],
    recipe: Recipe,
    *,
    n: int,
    data: Mapping[EventType, Mapping[str, Any]] | None = None,
) -> Iterator[Event]:
    """The events of :func:`make_events` one by one, for runs that do not fit into memory.

    ``data`` has overrides for each event type; those of the recipe are for all types.
    """
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= _MOST:
        raise SteppayMockError(f"n={n!r} events cannot be made. Ask for 1 to {_MOST:,} of each type.")
    if not isinstance(event_types, Iterable):
        raise SteppayMockError(
            f"Event types are names, not {type(event_types).__name__}. Say which, and how many: "
            'make_events(["order.created"], n=5)'
        )
    types = [parse_event_type(name) for name in event_types]
    # Each event has its own seed, of the run's seed, its type and its number among those of the type. So the first
    # payment.completed of seed 7 is the same alone and among others.
    seed = SystemRandom().getrandbits(63) if recipe.seed is None else recipe.seed
    start = SEEDED_NOW if recipe.now is None and recipe.seed is not None else read_instant(recipe.now)
    if recipe.edge and recipe.now is None:
        starts = remarkable_moments(start, later=False)
        start = starts[derive_seed(seed, "start") % len(starts)]
    first_turn = derive_seed(seed, "turn") % 1000 if recipe.edge else 0
    pins: dict[EventType, Pins] = {}
    for event_type in types:
        fixed = recipe.data if data is None else data.get(event_type)
        pins[event_type] = plain_override(fixed) if fixed else NO_PINS
    made = dict.fromkeys(types, 0)
    for place, event_type in enumerate(chain.from_iterable(repeat(types, n))):
        nth = made[event_type]
        made[event_type] = nth + 1
        yield _make(
            event_type,
            recipe,
            pins[event_type],
            seed=derive_seed(seed, event_type, nth),
            now=start + timedelta(seconds=place // 2),
            turn=first_turn + nth,
        )


def _make(event_type: EventType, recipe: Recipe, pins: Pins, *, seed: int, now: datetime, turn: int) -> Event:
    draw = Draw(seed, event_type=event_type, now=now, pool=pool(recipe.locale), turn=turn, edge=recipe.edge)
    if recipe.now is None and not recipe.edge:
        draw.now = now.replace(microsecond=draw.between(0, 999_999))
    plan = plan_event(event_type, edge=recipe.edge)
    payload: dict[str, Any] = plan.make(draw)
    payload["isTest"] = recipe.is_test
    if pins:
        payload["data"] = apply_override(pins, payload["data"], plan.fields["data"], draw, path="data")
    make_coherent(payload["data"], draw, pins=pins)
    if recipe.edge:
        make_some_null(payload["data"], plan.fields["data"], draw, pins=pins)
    write_nulls(payload, recipe.nulls, draw)
    if recipe.is_test is None:
        payload.pop("isTest", None)
    if recipe.drift is not None:
        payload = drift_event(payload, recipe.drift, plan, draw)
    return Event(payload, form=recipe.body)
