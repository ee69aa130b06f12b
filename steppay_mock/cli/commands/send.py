"""``steppay-mock send``: deliver webhooks to a receiver, made ones or captured ones."""

from __future__ import annotations

from dataclasses import replace
from random import SystemRandom
from typing import Any

import click
from click.core import ParameterSource

from steppay_mock.cli.options.delivery import Sending, sending_options
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.events import Making, make
from steppay_mock.cli.options.option_table import table_option
from steppay_mock.cli.options.parameter_types import ALL, EventNameType, FilePathType
from steppay_mock.cli.options.shared import MakingCommand, making_options
from steppay_mock.cli.read.captured import STANDARD_INPUT, read_events
from steppay_mock.cli.run import Route
from steppay_mock.cli.show.terminal import say

_OF_MAKING = {
    "count": "--repeat",
    "settings": "--set",
    "nulls": "--nulls",
    "edge": "--edge",
    "drift": "--drift",
    "locale": "--locale",
    "body": "--body",
    "now": "--now",
}
"""What decides how events are made."""

_OF_EVENTS = {"order": "--order", "duplicates": "--duplicates", **_OF_MAKING}
"""What a schedule says by itself."""


class _Word(EventNameType):
    """An event type, or the URL that stands before them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word as it was written."""
        return str(value) if _is_url(value) else super().convert(value, param, ctx)


@click.command(
    "send",
    cls=MakingCommand,
    epilog=epilog(
        "steppay-mock send http://localhost:8000/webhooks/steppay all --order shuffled --seed 7",
        "steppay-mock send http://localhost:8000 payment.completed payment.canceled --repeat 10 --secret whsec_example",
        "steppay-mock send http://localhost:8000 all --repeat 1000 --concurrency 32 --journal deliveries.sqlite",
        "steppay-mock send http://localhost:8000 --schedule schedule.json --report report.xml",
        "steppay-mock send http://localhost:8000 --file captured.json",
        "steppay-mock send --endpoint shop --endpoint mail all --fault wrong-secret",
        "steppay-mock send https://staging.example.com/hooks all --allow-host staging.example.com --dry-run",
        exit_codes="0 every answer was 2xx, 1 some were not, 2 wrong usage, 3 nothing could be reached.",
    ),
)
@click.argument(
    "events",
    metavar="[URL] EVENT...|-",
    nargs=-1,
    type=_Word(**{ALL: "Every event type", STANDARD_INPUT: "The webhooks of standard input, as they are"}),
)
@click.option(
    "--file",
    "captures",
    metavar="FILE",
    multiple=True,
    type=FilePathType(allow_dash=True),
    help="Deliver the webhooks in this file byte for byte as they are, in the place of EVENTs: one payload, or one on "
    "each line (NDJSON). Repeatable; - is standard input.",
)
@click.option(
    "--schedule",
    "file",
    metavar="FILE",
    type=FilePathType(),
    help="Deliver what this file of Schedule.write says, in the place of EVENTs.",
)
@table_option("speed", default="real")
@table_option("order")
@click.option(
    "--repeat",
    "count",
    metavar="N",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="That many different events of each type.",
)
@making_options
@sending_options
@click.pass_context
def command(
    ctx: click.Context,
    *,
    captures: tuple[str, ...],
    file: str | None,
    speed: float,
    making: Making,
    count: int,
    sending: Sending,
) -> None:
    """Make webhooks and deliver them to a receiver.

    URL is that of your receiver; one without a path means /webhooks/steppay. Without a URL they go to the endpoints of
    steppay-mock.toml that are enabled. EVENT is an event type, or `all`; - reads webhooks from standard input. Each
    webhook is signed when it is sent, and sent when the one before it is answered, unless --concurrency allows more.
    """
    url, making = _addressed(making)
    captures, making = _with_standard_input(captures, making)
    if file is not None and captures:
        raise click.UsageError("--schedule has its events in it. Leave out either --schedule, or --file and -.")
    if file is not None:
        ctx.exit(_send_schedule(ctx, file, route=sending.to(url), making=making, speed=speed))
    if _given(ctx, "speed"):
        raise click.UsageError("--speed is about the waits of a schedule. Add --schedule FILE, or leave it out.")
    if captures:
        ctx.exit(_send_captured(ctx, captures, sending=sending, url=url, making=making))
    if not making.events:
        raise click.MissingParameter(ctx=ctx, param=ctx.command.params[0], param_hint="'EVENT...'")
    route = sending.to(url)
    made = make(making, n=count)
    ctx.exit(route.send(made.events, count=made.count, seed=made.seed, speed=speed))


def _send_captured(
    ctx: click.Context, captures: tuple[str, ...], *, sending: Sending, url: str | None, making: Making
) -> int:
    """Send what was captured, as it is; the exit code."""
    by_chance = sending.order not in {"occurrence", "reversed"} or sending.duplicates
    if making.events:
        raise click.UsageError(
            f"What was captured is sent as it is, and {making.events[0]} would be made. "
            "Leave out EVENT, or --file and -."
        )
    for name, option in _OF_MAKING.items():
        if _given(ctx, name):
            raise click.UsageError(
                f"{option} means nothing to what was captured, which is sent as it is. Leave it out, or let EVENTs be "
                "made in the place of --file."
            )
    if sending.order == "busy-second":
        raise click.UsageError(
            "--order busy-second gives events another timestamp, and what was captured is sent as it is. Take another "
            "order."
        )
    if making.seed is not None and not by_chance:
        raise click.UsageError(
            "--seed means nothing to what was captured, in this order. Leave it out, or add --order shuffled."
        )
    for name in captures:
        if captures.count(name) > 1:
            raise click.UsageError(f"{name} is named twice. Name it once; --duplicates delivers events again.")
    route = sending.to(url)
    events = read_events(captures)
    seed = SystemRandom().randrange(10**9) if making.seed is None else making.seed
    if by_chance and making.seed is None:
        say(f"seed {seed} (repeat with --seed {seed})")
    return route.send(events, count=len(events), seed=seed)


def _send_schedule(ctx: click.Context, file: str, *, route: Route, making: Making, speed: float) -> int:
    from steppay_mock.delivery.schedule.schedule import Schedule

    if making.events:
        raise click.UsageError("--schedule has its events in it. Leave out either EVENT or --schedule.")
    for name, option in _OF_EVENTS.items():
        if _given(ctx, name):
            raise click.UsageError(
                f"{option} means nothing to --schedule, which says all that by itself. Leave it out."
            )
    seed = SystemRandom().randrange(10**9) if making.seed is None else making.seed
    return route.send_schedule(Schedule.read(file), seed=seed, speed=speed)


def _addressed(making: Making) -> tuple[str | None, Making]:
    """The URL, if one stands before the event types, and all the rest."""
    first, *_ = (*making.events, "")
    url = first if _is_url(first) else None
    events = making.events if url is None else making.events[1:]
    if any(map(_is_url, events)):
        raise click.UsageError(
            "One URL is taken, and stands before the event types. Name several in steppay-mock.toml."
        )
    return url, replace(making, events=events)


def _with_standard_input(captures: tuple[str, ...], making: Making) -> tuple[tuple[str, ...], Making]:
    """The files that were captured, standard input among them if an EVENT is ``-``, and all the rest."""
    events = tuple(word for word in making.events if word != STANDARD_INPUT)
    dashes = (STANDARD_INPUT,) * (len(making.events) - len(events))
    return captures + dashes, replace(making, events=events)


def _is_url(word: str) -> bool:
    return ":" in word or "/" in word


def _given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
