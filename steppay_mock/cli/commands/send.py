"""``steppay-mock send``: deliver webhooks to a receiver, made ones or captured ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click
from click.core import ParameterSource

from steppay_mock.cli.options.delivery import Sending, sending_options, to_option
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.events import Making, make
from steppay_mock.cli.options.option_table import table_option
from steppay_mock.cli.options.parameter_types import ALL, EventNameType, FilePathType
from steppay_mock.cli.options.seeds import drawn_seed, say_seed
from steppay_mock.cli.options.shared import MakingCommand, making_options
from steppay_mock.cli.read.captured import STANDARD_INPUT, read_events
from steppay_mock.cli.run import Route, route_to
from steppay_mock.cli.sandbox_client import SandboxClient, refuse_beside_sandbox, sandbox_option
from steppay_mock.wire.shown_url import shown_url

_OF_MAKING = {
    "count": "-n",
    "settings": "--set",
    "nulls": "--nulls",
    "edge": "--edge",
    "drift": "--drift",
    "locale": "--locale",
    "body": "--body",
    "now": "--now",
}
"""The options by which events are made."""

_OF_EVENTS = {"order": "--order", "duplicates": "--duplicates", **_OF_MAKING}
"""The options of which a schedule has its own."""
_WITH_SANDBOX = frozenset({"events", "sandbox", "captures", "endpoints", "seed", "fault", "as_json", *_OF_EVENTS})
"""The options that a sandbox that sends can use; its endpoints decide the rest."""


class _Word(EventNameType):
    """An event type; a URL in its place gets an error that shows where a URL belongs."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word as it was written."""
        return str(value) if _is_url(value) else super().convert(value, param, ctx)


@click.command(
    "send",
    cls=MakingCommand,
    epilog=epilog(
        "steppay-mock send all --to http://localhost:8000/webhooks/steppay --order shuffled --seed 7",
        "steppay-mock send payment.completed payment.canceled --to http://localhost:8000 -n 10 --secret whsec_example",
        "steppay-mock send all --to http://localhost:8000 -n 1000 --concurrency 32 --journal deliveries.sqlite",
        "steppay-mock send --to http://localhost:8000 --schedule schedule.json --report report.xml",
        "steppay-mock send --to http://localhost:8000 --file captured.json",
        "steppay-mock send --sandbox http://localhost:8090 --file own.json",
        "steppay-mock send --endpoint shop --endpoint mail all --fault wrong-secret",
        "steppay-mock send all --to https://staging.example.com/hooks --allow-host staging.example.com --dry-run",
        exit_codes="0 every answer was 2xx, 1 some were not, 2 wrong usage, 3 nothing could be reached.",
    ),
)
@click.argument(
    "events",
    metavar="EVENT...|-",
    nargs=-1,
    type=_Word(**{ALL: "Every event type", STANDARD_INPUT: "The webhooks of standard input, as they are"}),
)
@to_option()
@sandbox_option()
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
    help="Deliver the schedule in this file of Schedule.write, in the place of EVENTs.",
)
@table_option("speed", default="real")
@table_option("order")
@click.option(
    "-n",
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
    url: str | None,
    sandbox: str | None,
    captures: tuple[str, ...],
    file: str | None,
    speed: float,
    making: Making,
    count: int,
    sending: Sending,
) -> None:
    """Make webhooks and deliver them to a receiver.

    EVENT is an event type, or `all`; - reads webhooks from standard input. They go to the receiver of --to, or without
    it to the endpoints of steppay-mock.toml that are enabled; with --sandbox, a sandbox that runs sends them. Each
    webhook is signed when it is sent, and sent when the one before it is answered, unless --concurrency allows more.
    """
    _refuse_urls(making, url)
    captures, making = _with_standard_input(captures, making)
    if sandbox is not None:
        ctx.exit(_send_to_sandbox(ctx, sandbox, captures, making=making, count=count, sending=sending))
    if file is not None and captures:
        raise click.UsageError("--schedule has its events in it. Leave out either --schedule, or --file and -.")
    if file is not None:
        ctx.exit(_send_schedule(ctx, file, route=route_to(url, sending), making=making, speed=speed))
    if _given(ctx, "speed") and not sending.tries_again:
        raise click.UsageError(
            "--speed is about the waits of schedules and between retries. Add --schedule FILE or --retries, or leave "
            "it out."
        )
    if captures:
        ctx.exit(_send_captured(ctx, captures, sending=sending, url=url, making=making, speed=speed))
    if not making.events:
        raise click.MissingParameter(ctx=ctx, param=ctx.command.params[0], param_hint="'EVENT...'")
    route = route_to(url, sending)
    made = make(making, n=count)
    ctx.exit(route.send(made.events, count=made.count, seed=made.seed, speed=speed))


def _send_captured(
    ctx: click.Context,
    captures: tuple[str, ...],
    *,
    sending: Sending,
    url: str | None,
    making: Making,
    speed: float,
) -> int:
    """Send captured webhooks as they are; the exit code."""
    seed = _seed_of_captured(ctx, captures, sending=sending, making=making)
    route = route_to(url, sending)
    events = read_events(captures)
    return route.send(events, count=len(events), seed=seed, speed=speed)


def _send_to_sandbox(
    ctx: click.Context, url: str, captures: tuple[str, ...], *, making: Making, count: int, sending: Sending
) -> int:
    """Let a sandbox send captured webhooks, or made ones; the exit code."""
    refuse_beside_sandbox(ctx, known=_WITH_SANDBOX)
    how = {"order": sending.order, "duplicates": sending.duplicates, "fault": sending.fault}
    chosen = {name: value for name, value in how.items() if _given(ctx, name)}
    if captures:
        chosen["seed"] = _seed_of_captured(ctx, captures, sending=sending, making=making)
        events = read_events(captures)
    elif making.events:
        made = make(making, n=count)
        chosen["seed"], events = made.seed, list(made.events)
    else:
        raise click.MissingParameter(ctx=ctx, param=ctx.command.params[0], param_hint="'EVENT...'")
    client = SandboxClient(url, option="--sandbox")
    bodies = [event.body.decode() for event in events]
    asked = [{"endpoint": name} for name in sending.endpoints] or [{}]
    answers = [client.ask("POST", "deliveries", {"events": bodies, **chosen, **one}) for one in asked]
    return client.conclude([report for one in answers for report in one["reports"]], as_json=sending.as_json)


def _seed_of_captured(ctx: click.Context, captures: tuple[str, ...], *, sending: Sending, making: Making) -> int:
    """The seed of the order of captured webhooks; a usage error for options that mean nothing to them."""
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
    seed = drawn_seed() if making.seed is None else making.seed
    if by_chance and making.seed is None:
        say_seed(seed)
    return seed


def _send_schedule(ctx: click.Context, file: str, *, route: Route, making: Making, speed: float) -> int:
    from steppay_mock.delivery.schedule.schedule import Schedule

    if making.events:
        raise click.UsageError("--schedule has its events in it. Leave out either EVENT or --schedule.")
    for name, option in _OF_EVENTS.items():
        if _given(ctx, name):
            raise click.UsageError(
                f"{option} means nothing to --schedule, which says all that by itself. Leave it out."
            )
    seed = drawn_seed() if making.seed is None else making.seed
    return route.send(Schedule.read(file), count=0, seed=seed, speed=speed)


def _refuse_urls(making: Making, to: str | None) -> None:
    """A usage error for a URL among the events, which shows the command as it is right."""
    urls = [word for word in making.events if _is_url(word)]
    if not urls:
        return
    if len(urls) + (to is not None) > 1:
        raise click.UsageError("One receiver is taken, by --to URL. Name several in steppay-mock.toml.")
    events = " ".join(word for word in making.events if not _is_url(word))
    raise click.UsageError(
        f"{shown_url(urls[0])} is no event type. The receiver is given by --to: "
        f"steppay-mock send {events or 'all'} --to {shown_url(urls[0])}"
    )


def _with_standard_input(captures: tuple[str, ...], making: Making) -> tuple[tuple[str, ...], Making]:
    """The files that were captured, standard input among them if an EVENT is ``-``, and all the rest."""
    events = tuple(word for word in making.events if word != STANDARD_INPUT)
    dashes = (STANDARD_INPUT,) * (len(making.events) - len(events))
    return captures + dashes, replace(making, events=events)


def _is_url(word: str) -> bool:
    return ":" in word or "/" in word


def _given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
