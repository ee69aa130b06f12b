"""Reads the receiver of ``--to`` or ``--endpoint``, and the event types that it is registered for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.options.gathering import Decorator
from steppay_mock.cli.options.parameter_types import ParameterType
from steppay_mock.cli.options.signing import is_at
from steppay_mock.contract.v1 import parse_wanted_types
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.config import Config, EndpointEntry


class EventNamesType(ParameterType):
    """Event types with commas between; ``payment.*`` names several."""

    name = "events"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The types, as they are written in payloads."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(map(str, parse_wanted_types(name.strip() for name in str(value).split(","))))
        except SteppayMockError as error:
            self.fail(str(error), param, ctx)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A receiver: its URL, its entry in steppay-mock.toml if there is one, and its event types (None means all)."""

    url: str
    entry: EndpointEntry | None
    types: tuple[str, ...] | None


def find_receiver(
    url: str | None, *, endpoint: str | None, types: tuple[tuple[str, ...], ...], config: Config | None
) -> Registered:
    """The receiver of ``--to`` or ``--endpoint``. The types of ``--events`` take precedence over those of its entry."""
    if endpoint is not None:
        if url is not None:
            raise click.UsageError("--endpoint and --to both name the receiver. Leave out one of them.")
        if config is None:
            raise click.UsageError(
                "--endpoint names an endpoint of steppay-mock.toml, and there is no such file. Write it, or pass --to."
            )
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
    """``--events``: the event types to deliver. Repeatable."""
    return click.option(
        "--events",
        "types",
        metavar="TYPE[,TYPE]",
        multiple=True,
        type=EventNamesType(),
        help="Deliver only events of these types; payment.* names all that begin so. StepPay does so for an endpoint "
        "that is registered for these types. Repeatable. Default: the types of the endpoint in steppay-mock.toml, "
        "else all.",
    )
