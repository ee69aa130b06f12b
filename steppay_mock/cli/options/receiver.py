"""Reads which receiver is meant, and which types of events it is registered for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.parameter_types import ParameterType
from steppay_mock.cli.options.shared import Decorator
from steppay_mock.cli.options.signing import is_at
from steppay_mock.contract.catalogue import parse_event_types
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.config import Config, EndpointEntry


class EventNames(ParameterType):
    """Event types with commas between; ``payment.*`` names several."""

    name = "events"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The types, as they are written in payloads."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(map(str, parse_event_types(name.strip() for name in str(value).split(","))))
        except SteppayMockError as error:
            self.fail(str(error), param, ctx)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A receiver: its URL, its entry in steppay-mock.toml if it has one, and the types it gets; None: all."""

    url: str
    entry: EndpointEntry | None
    types: tuple[str, ...] | None


def find_receiver(
    url: str | None, *, endpoint: str | None, types: tuple[tuple[str, ...], ...], config: Config | None
) -> Registered:
    """The receiver of ``--to`` or ``--endpoint``; what ``--events`` says goes before what its endpoint says."""
    if endpoint is not None:
        if url is not None:
            raise click.UsageError("--endpoint stands for --to. Leave one of them out.")
        if config is None:
            raise click.UsageError("--endpoint names one of steppay-mock.toml, and there is no such file. Write it.")
        (entry,) = config.choose(endpoint)
        found: EndpointEntry | None = entry
        url = entry.url
    elif url is None:
        raise click.UsageError("Missing option '--to'. Pass --to URL, or --endpoint NAME for one of steppay-mock.toml.")
    else:
        found = next((one for one in config.endpoints if is_at(one, url)), None) if config else None
    named = tuple(dict.fromkeys(name for group in types for name in group))
    return Registered(url=url, entry=found, types=named or (found.events if found else ()) or None)


def events_option() -> Decorator[Any]:
    """``--events``: repeatable, for types of events."""
    return click.option(
        "--events",
        "types",
        metavar="TYPE[,TYPE]",
        multiple=True,
        type=EventNames(),
        help="Deliver only events of these types, of which payment.* names several, as to an endpoint that is "
        "registered for them. Repeatable. Default: those of the endpoint in steppay-mock.toml, else all.",
    )
