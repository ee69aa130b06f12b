"""``steppay-mock send``: deliver webhooks to a receiver."""

from __future__ import annotations

import click

from steppay_mock.cli.closing import closing
from steppay_mock.cli.making import Making, make
from steppay_mock.cli.options import events_argument, making_options
from steppay_mock.cli.sending import Sending, order_option, sending_options


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
@order_option()
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
def command(ctx: click.Context, *, url: str, making: Making, count: int, sending: Sending) -> None:
    """Make webhooks and deliver them to a receiver.

    URL is that of your receiver; one without a path means /webhooks/steppay. EVENT is an event type, or `all`. Each
    webhook is signed when it is sent, and sent when the one before it is answered.
    """
    route = sending.to(url)
    made = make(making, n=count)
    ctx.exit(route.send(made.events, count=made.count, seed=made.seed))
