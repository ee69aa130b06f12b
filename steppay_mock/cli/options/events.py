"""Makes the events that a command line asks for, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, get_args

import click

from steppay_mock.cli.options.parameter_types import ALL, event_names
from steppay_mock.cli.options.seeds import drawn_seed, say_seed
from steppay_mock.cli.options.set_values import read_set_values
from steppay_mock.cli.show.terminal import say
from steppay_mock.errors import choices
from steppay_mock.payload.options import Drift

if TYPE_CHECKING:
    from steppay_mock.contract.catalogue import EventType
    from steppay_mock.payload.body import BodyForm
    from steppay_mock.payload.edges import Edge
    from steppay_mock.payload.event import Event
    from steppay_mock.payload.options import Nulls, Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """The options that decide how events are made, as they were written."""

    events: tuple[str, ...]
    seed: int | None
    settings: tuple[tuple[str, str], ...]
    nulls: Nulls
    edge: Edge | None
    drift: Drift | None
    locale: str
    body: BodyForm
    now: datetime | float | None


@dataclass(frozen=True, slots=True)
class Made:
    """The count of the events, their seed, and an iterator that makes each event when it is read."""

    count: int
    seed: int
    events: Iterator[Event]


def make(making: Making, *, n: int) -> Made:
    """``n`` different events of each type. A seed that was drawn is shown on standard error.

    A wrong option is a SteppayMockError or a usage error, raised before the first event is given.
    """
    from steppay_mock.payload.factory import iter_made

    types = _types(making)
    settings = read_set_values(making.settings, types, every=ALL in making.events)
    seed = drawn_seed() if making.seed is None else making.seed
    events = iter_made(types, _recipe(making, settings.options, seed), n=n, data=settings.data)
    first = next(events)
    if making.seed is None:
        say_seed(seed)
    return Made(n * len(types), seed, settings.watch(chain([first], events)))


def _types(making: Making) -> list[EventType]:
    types = event_names(making.events)
    if ALL in making.events and making.drift is not None:
        from steppay_mock.payload.drift import can_drift

        able = [event_type for event_type in types if can_drift(event_type, making.drift)]
        if len(able) < len(types):
            left_out = ", ".join(event_type for event_type in types if event_type not in able)
            say(f"left out, because --drift {making.drift} changes nothing in them: {left_out}")
        return able
    _check_drift(types, making.drift)
    return types


def _check_drift(types: list[EventType], drift: Drift | None) -> None:
    from steppay_mock.payload.drift import can_drift

    for event_type in types:
        if drift is not None and not can_drift(event_type, drift):
            others = [f"--drift {one}" for one in get_args(Drift) if can_drift(event_type, one)]
            raise click.UsageError(
                f"--drift {drift} changes nothing in {event_type}. Leave it out, or use {choices(others)}."
            )


def _recipe(making: Making, options: dict[str, Any], seed: int) -> Recipe:
    from steppay_mock.payload.options import read_options

    if "now" in options and making.now is not None:
        raise click.UsageError("--now and --set timestamp both set the time of the event. Leave out one of them.")
    return read_options(
        {
            "seed": seed,
            "now": making.now,
            "nulls": making.nulls,
            "edge": making.edge or False,
            "drift": making.drift,
            "locale": making.locale,
            "body": making.body,
            **options,
        }
    )
