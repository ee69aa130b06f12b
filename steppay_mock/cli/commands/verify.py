"""``steppay-mock verify``: check the signature header of a body."""

from __future__ import annotations

from datetime import datetime

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
        exit_codes="0 it proves the body, 1 it does not, 2 wrong usage.",
    ),
)
@file_argument()
@click.option("--header", metavar="H", required=True, help="The value of Steppay-Signature, with or without its name.")
@secret_option("What it was signed with; one match is enough.")
@click.option(
    "--tolerance",
    metavar="S",
    type=SecondsType(),
    default=300,
    show_default=True,
    help="How many seconds old or early it may be; inf for any. The vendor names none: 300 is assumed.",
)
@click.option(
    "--now", metavar="MOMENT", type=MomentType(), help="The time of checking: epoch seconds, or ISO 8601 with a zone."
)
def command(
    *, file: str, header: str, secrets: tuple[str, ...], tolerance: float, now: datetime | float | None
) -> None:
    """Check the signature header of a body.

    It must prove exactly these bytes, with this secret, and be recent.
    """
    from steppay_mock.wire.signature import verify

    found = need_secrets(secrets)
    body = read_body(file)
    value = header.strip()
    if value.lower().startswith(_NAME):
        value = value[len(_NAME) :].strip()
    try:
        verify(value, body, found, tolerance=tolerance, now=now)
    except SignatureError as error:
        if error.kind == "mismatch" and body.endswith(b"\n"):
            say("note: the body ends in a newline. Did an editor or echo add it? StepPay's bodies end in none.")
        raise
    say("OK")
