"""Shows one delivery of a journal: the request, its attempts, and the command that repeats it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppay_mock.cli.show.journal import as_data, event_of, moment, receiver_of
from steppay_mock.cli.show.terminal import pretty
from steppay_mock.delivery.journal.cells import headers_of
from steppay_mock.wire.shown_url import MASK, shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.reading import Attempt, Delivery, Reading

_SIGNATURE = "steppay-signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A delivery with everything that the journal has of it, and what can be made again."""

    delivery: Delivery
    body: bytes
    headers: dict[str, str]
    attempts: list[Attempt]

    @classmethod
    def read(cls, reading: Reading, number: int) -> Shown:
        """The delivery of that number."""
        from steppay_mock.payload.v1_body import v1_content_type
        from steppay_mock.wire.headers import request_headers

        delivery, attempts = reading.delivery(number), reading.attempts(number)
        body, trace_seed = reading.sent(number)
        headers = request_headers(body, trace_seed=trace_seed)
        signed = [one.signed_at for one in attempts if one.signed_at is not None]
        if signed and v1_content_type(body) is None:  # a webhook v1 is never signed (fact 52)
            headers[_SIGNATURE] = f"timestamp={signed[-1]},key={MASK}"
        return cls(delivery=delivery, body=body, headers=headers, attempts=attempts)

    def lines(self) -> Iterator[str]:
        """All of it in words, but for the command."""
        one = self.delivery
        yield f"delivery {one.id} of run {one.run}: {event_of(one)}, {one.state}"
        if receiver_of(one) != shown_url(one.url):
            yield f"to {receiver_of(one)}"
        if one.fault is not None:
            yield f"fault: {one.fault}, which the command below does not repeat"
        yield ""
        yield f"POST {shown_url(one.url)}"
        yield from (f"{name}: {value}" for name, value in self.headers.items())
        yield ""
        yield self._pretty()
        yield ""
        for attempt in self.attempts:
            yield from _told(attempt)
        if not self.attempts:
            yield "it was not sent yet"
        yield ""

    def curl(self) -> bytes:
        """The command for a POSIX shell that sends the same bytes again, signed when it runs; it holds no secret."""
        from steppay_mock.delivery.journal.resending import curl_command

        return curl_command(url=self.delivery.url, headers=self.headers, body=self.body)

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data; ``body`` is the text that was sent."""
        return {
            **as_data(self.delivery, self.attempts),
            "request": {
                "method": "POST",
                "url": shown_url(self.delivery.url),
                "headers": self.headers,
                "body": self.body.decode("utf-8", "replace"),
            },
            "curl": self.curl().decode("utf-8", "replace"),
        }

    def _pretty(self) -> str:
        try:
            return pretty(json.loads(self.body)).decode()
        except ValueError:
            return self.body.decode("utf-8", "replace")


def _told(attempt: Attempt) -> Iterator[str]:
    from steppay_mock.delivery.excerpt import excerpt

    perhaps = ", perhaps not for the first time: the one before it was cut off" if attempt.perhaps_again else ""
    yield f"attempt {attempt.number}, {moment(attempt.sent_at)}{perhaps}"
    if attempt.answered_at is None:
        yield "  cut off or in flight: it is not known whether it arrived"
        return
    latency = "" if attempt.latency is None else f" after {attempt.latency * 1000:.1f} ms"
    yield f"  {attempt.status or 'no answer'}{latency}{f', {attempt.error}' if attempt.error else ''}"
    yield from (f"  {name}: {excerpt(value)}" for name, value in headers_of(attempt.headers).items())
    if attempt.body:
        yield f"  {excerpt(attempt.body, limit=1000)}"
