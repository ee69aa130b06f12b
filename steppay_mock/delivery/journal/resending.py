"""What a journal has for delivering something again: the event with its bytes, and a command of curl."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.event import Event
from steppay_mock.wire.shown_url import MASK, shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.reading import Reading

SECRET_VARIABLE = "STEPPAY_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
SIGNATURE = "steppay-signature"


def event_to_resend(reading: Reading, number: int) -> Event:
    """The event with exactly the bytes of that delivery; SteppayMockError where they are no event."""
    try:
        return Event.from_bytes(reading.sent(number)[0])
    except SteppayMockError as error:
        raise SteppayMockError(
            f"Delivery {number} cannot be sent again. {error} "
            f"`steppay-mock log show {number}` prints a command of curl that sends it as it is."
        ) from None


def curl_command(*, url: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """The command for a POSIX shell that sends these bytes, signed when it runs if they were; it holds no secret."""
    sent = {name: value for name, value in headers.items() if name not in {"content-length", SIGNATURE}}
    options = [f"--header {shlex.quote(f'{name}: {value}')}" for name, value in sent.items()]
    options.append("--header 'user-agent:'")  # curl would send its own, StepPay sends none
    shown = shown_url(url)
    note = b"" if shown == url else f"# put the secret of the URL in the place of {MASK}\n".encode()
    if SIGNATURE in headers:
        note += f"# signs with the secret in {SECRET_VARIABLE}\n".encode()
        options.append(f'--header "{SIGNATURE}: $(printf %s "$body" | steppay-mock sign)"')
    first = f'printf %s "$body" | curl --request POST {shlex.quote(shown)}'
    command = " \\\n  ".join([first, *options, "--data-binary @-"])
    # shlex.quote takes text: what is no UTF-8 goes through it unharmed.
    quoted = shlex.quote(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    return note + b"body=" + quoted + b"\n" + command.encode() + b"\n"
