"""``steppay-mock generate``: make webhooks and print them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from steppay_mock.cli.options.address import read_address
from steppay_mock.cli.options.config_file import config_option
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.events import Made, Making, make
from steppay_mock.cli.options.shared import (
    MakingCommand,
    events_argument,
    making_options,
    secret_option,
    timestamp_option,
    unsigned_option,
)
from steppay_mock.cli.options.signing import signing_secrets
from steppay_mock.cli.show.event_formats import RequestFormat, as_curl, as_http, as_json, as_ndjson
from steppay_mock.cli.show.terminal import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.config import Config

_DEFAULT_URL = "http://localhost:8000/webhooks/steppay"
_REQUESTS = {"http": as_http, "curl": as_curl}


@click.command(
    "generate",
    cls=MakingCommand,
    epilog=epilog(
        "steppay-mock generate payment.completed --set data.payer.email=kim@example.com",
        "steppay-mock generate all -n 100 --seed 7 --format ndjson | steppay-mock validate -",
        "steppay-mock generate order.created --format curl --secret whsec_example",
        exit_codes="0 fine, 2 wrong usage.",
    ),
)
@events_argument()
@config_option()
@click.option(
    "-n",
    "count",
    metavar="N",
    type=click.IntRange(1, 1_000_000_000),
    default=1,
    show_default=True,
    help="The number of events of each type.",
)
@making_options
@click.option(
    "--format",
    "style",
    type=click.Choice(["json", "ndjson", "http", "curl"]),
    default="json",
    show_default=True,
    help="json: the body, or an array of several bodies. ndjson: one payload on each line, without white space. http: "
    "raw HTTP requests. curl: shell commands.",
)
@click.option("--to", "url", metavar="URL", help=f"The receiver of http and curl requests. Default: {_DEFAULT_URL}")
@secret_option("Sign http and curl requests with this secret.")
@unsigned_option()
@timestamp_option()
def command(
    *,
    config: Config | None,  # noqa: ARG001 - it has given --body its default
    making: Making,
    count: int,
    style: str,
    url: str | None,
    secrets: tuple[str, ...],
    unsigned: bool,
    timestamp: int | None,
) -> None:
    """Make webhooks and print them.

    EVENT is an event type, or `all`. Standard error shows the seed, with which --seed makes the same webhooks again.
    """
    if style in _REQUESTS:
        address = read_address(url or _DEFAULT_URL)
        if address.access.auth:
            raise click.UsageError(
                "A request is printed without a password. Leave out the user and password before @ in --to."
            )
        signing = signing_secrets(secrets, unsigned=unsigned)
        made = make(making, n=count)
        pieces = _requests(made, style, address, signing, timestamp)
    else:
        _refuse({"--to": url, "--secret": secrets, "--unsigned": unsigned, "--timestamp": timestamp is not None}, style)
        made = make(making, n=count)
        pieces = as_json(made.events, count=made.count) if style == "json" else as_ndjson(made.events)
    for piece in pieces:
        write(piece)


def _requests(
    made: Made, style: str, address: Address, secrets: tuple[str, ...] | None, timestamp: int | None
) -> Iterator[bytes]:
    form = RequestFormat(address=address, secrets=secrets, timestamp=timestamp, seed=made.seed)
    return _REQUESTS[style](made.events, form)


def _refuse(options: dict[str, object], style: str) -> None:
    # An option without effect is a mistake, and it is a bad one to type a secret for nothing.
    for name, value in options.items():
        if value:
            raise click.UsageError(f"{name} has no effect with --format {style}. Add --format http or --format curl.")
