"""``steppay-mock send``: deliver webhooks to a receiver."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

import click

from steppay_mock.cli.closing import closing
from steppay_mock.cli.consent import agree, read_hosts
from steppay_mock.cli.failures import UNREACHED, WRONG
from steppay_mock.cli.formats import read_endpoint
from steppay_mock.cli.making import Made, Making, make
from steppay_mock.cli.options import events_argument, json_option, making_options, secret_option, unsigned_option
from steppay_mock.cli.output import counted, say, write_json, write_table
from steppay_mock.cli.parameters import Seconds
from steppay_mock.cli.secret import signing_secrets
from steppay_mock.cli.verdict import advice, show_report
from steppay_mock.delivery.order import Order

if TYPE_CHECKING:
    from steppay_mock.delivery.endpoint import Endpoint
    from steppay_mock.delivery.report import Report
    from steppay_mock.payload.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sending:
    """How the events go out."""

    endpoint: Endpoint
    secrets: tuple[str, ...] | None = field(repr=False)
    order: Order
    timeout: float
    allowed: frozenset[str]


@click.command(
    "send",
    epilog=closing(
        "steppay-mock send http://localhost:8000/webhooks/steppay all --order shuffled --seed 7",
        "steppay-mock send http://localhost:8000 payment.completed payment.canceled --repeat 10 --secret whsec_example",
        "steppay-mock send https://staging.example.com/hooks all --allow-host staging.example.com --dry-run",
        exit_codes="0 every answer was 2xx, 1 some were not, 2 wrong usage, 3 nothing could be reached.",
    ),
)
@click.argument("url", metavar="URL")
@events_argument()
@click.option(
    "--order",
    type=click.Choice(get_args(Order)),
    default="occurrence",
    show_default=True,
    help="As they happened, shuffled by the seed, or the last first. StepPay promises no order.",
)
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
@secret_option("Sign with it.")
@unsigned_option()
@click.option(
    "--timeout",
    metavar="S",
    type=Seconds(positive=True),
    default=10,
    show_default=True,
    help="Seconds that a delivery may take. The vendor documents none: 10 is assumed.",
)
@click.option(
    "--allow-host", "hosts", metavar="HOST", multiple=True, help="Also send to this host, which is not this machine."
)
@click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing.")
@json_option("the report")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    url: str,
    making: Making,
    order: Order,
    count: int,
    secrets: tuple[str, ...],
    unsigned: bool,
    timeout: float,
    hosts: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make webhooks and deliver them to a receiver.

    URL is that of your receiver; one without a path means /webhooks/steppay. EVENT is an event type, or `all`. Each
    webhook is signed when it is sent, and sent when the one before it is answered.
    """
    sending = _Sending(
        endpoint=read_endpoint(url),
        secrets=signing_secrets(secrets, unsigned=unsigned),
        order=order,
        timeout=timeout,
        allowed=read_hosts(hosts),
    )
    made = make(making, n=count)
    if dry_run:
        _show_plan(made, sending, as_json=as_json)
        return
    report = _send(made, sending)
    show_report(report, as_json=as_json)
    for line in advice(report, unsigned=unsigned):
        say(line)
    if not report.ok:
        ctx.exit(UNREACHED if len(report.unreachable) == len(report) else WRONG)


def _send(made: Made, sending: _Sending) -> Report:
    from dataclasses import replace

    from steppay_mock.delivery.deliver import deliver

    allowed = agree(sending.endpoint, sending.allowed, count=made.count)
    with _progress(_arranged(made, sending), made.count) as events:
        report = deliver(
            events,
            to=str(sending.endpoint),
            secret=sending.secrets,
            seed=made.seed,
            timeout=sending.timeout,
            allow_hosts=allowed,
        )
    return replace(report, order=sending.order)


def _arranged(made: Made, sending: _Sending) -> Iterable[Event]:
    """The events in the order of sending; put in order here so that each is seen as it goes out."""
    from steppay_mock.delivery.order import arrange

    return arrange(made.events, sending.order, seed=made.seed)


@contextmanager
def _progress(events: Iterable[Event], count: int) -> Iterator[Iterable[Event]]:
    """The events, with a bar on standard error that counts those taken, if somebody can see it."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield events
        return
    with click.progressbar(events, length=count, label="sending", file=sys.stderr) as bar:
        yield bar


def _show_plan(made: Made, sending: _Sending, *, as_json: bool) -> None:
    events = _arranged(made, sending)
    if as_json:
        write_json(
            {
                "target": str(sending.endpoint),
                "order": sending.order,
                "seed": made.seed,
                "signed": sending.secrets is not None,
                "payloads": [event.payload for event in events],
            }
        )
    else:
        rows = (
            (str(place), str(event.type), str(event.timestamp), str(len(event.body)))
            for place, event in enumerate(events, start=1)
        )
        write_table(("#", "Event type", "Timestamp", "Bytes"), rows, right=frozenset({"#", "Bytes"}))
    say(f"nothing was sent: {counted(made.count, 'event')} would go to {sending.endpoint}")
