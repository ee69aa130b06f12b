"""``steppay-mock verify``: check the signature header of a body."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.parameter_types import MomentType, SecondsType
from steppay_mock.cli.options.shared import file_argument, secret_option
from steppay_mock.cli.options.signing import need_secrets
from steppay_mock.cli.read.source import read_body
from steppay_mock.cli.show.terminal import say
from steppay_mock.errors import SignatureError

_NAME = "steppay-signature:"


@click.command(
    "verify",
    epilog=epilog(
        'steppay-mock verify body.json --header "timestamp=1706002316,key=..." --secret whsec_example --tolerance inf',
        'steppay-mock verify --header "$SIGNATURE" --now 1706002400 < body.json',
        exit_codes="0 the signature is right, 1 it is wrong, 2 wrong usage.",
    ),
)
@file_argument()
@click.option(
    "--header",
    metavar="H",
    required=True,
    help="The value of Steppay-Signature, with or without the header's name.",
)
@secret_option("The secret of the signature. Of several, one match is enough.")
@click.option(
    "--tolerance",
    metavar="S",
    type=SecondsType(),
    default=300,
    show_default=True,
    help="The most seconds between signing and checking; inf for any. The vendor names no limit: 300 is assumed.",
)
@click.option(
    "--now", metavar="MOMENT", type=MomentType(), help="The time of checking: epoch seconds, or ISO 8601 with a zone."
)
def command(
    *, file: str, header: str, secrets: tuple[str, ...], tolerance: float, now: datetime | float | None
) -> None:
    """Check the signature header of a body.

    The signature must be of exactly these bytes, made with this secret, and recent.
    """
    from steppay_mock.wire.signature import verify

    found = need_secrets(secrets)
    body = read_body(file)
    value = header.strip()
    if value.lower().startswith(_NAME):
        value = value[len(_NAME) :].strip()
    try:
        verify(value, body, found, tolerance=tolerance, now=_moment(now))
    except SignatureError as error:
        if error.kind == "mismatch" and body.endswith(b"\n"):
            say("note: the body ends with a newline. An editor or echo may have added it: StepPay's bodies have none.")
        raise
    say("OK")


def _moment(now: datetime | float | None) -> datetime | None:
    if now is None or isinstance(now, datetime):
        return now
    try:
        return datetime.fromtimestamp(now, UTC)
    except (ValueError, OverflowError, OSError):  # a year beyond 9999: which of them differs between platforms
        raise click.UsageError(f"--now {now:.12g} is no moment. Give seconds, not milliseconds.") from None
