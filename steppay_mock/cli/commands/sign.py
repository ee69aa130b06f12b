"""``steppay-mock sign``: make the signature header of a body."""

from __future__ import annotations

import click

from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.shared import file_argument, secret_option, timestamp_option
from steppay_mock.cli.options.signing import need_secrets
from steppay_mock.cli.read.source import read_body
from steppay_mock.cli.show.terminal import say, write_text


@click.command(
    "sign",
    epilog=epilog(
        "steppay-mock sign body.json --secret whsec_example",
        'printf %s \'{"event":"order.created"}\' | steppay-mock sign --secret whsec_example --timestamp 1706002316',
        exit_codes="0 fine, 2 wrong usage.",
    ),
)
@file_argument()
@secret_option("What to sign with.")
@timestamp_option()
def command(*, file: str, secrets: tuple[str, ...], timestamp: int | None) -> None:
    """Make the signature header of a body.

    Prints the value of Steppay-Signature. All bytes of the body are signed, white space and a newline at the end too.
    """
    from steppay_mock.wire.signature import sign

    found = need_secrets(secrets)
    body = read_body(file)
    write_text(sign(body, found, timestamp=timestamp))
    if body.endswith(b"\n"):
        say("note: the body ends with a newline, which is signed too. StepPay's bodies end without one.")
