"""Shows the deliveries of a journal as the portal lists them (fact 22), in words and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from steppay_mock.cli.show.report_files import ReportLine
from steppay_mock.delivery.journal.cells import headers_of
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.reading import Attempt, Delivery, Reading


def moment(seconds: float | None) -> str:
    """A moment in UTC, or nothing."""
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def receiver_of(delivery: Delivery) -> str:
    """The receiver by the name that it was given, else by its URL without what is secret in it."""
    return shown_url(delivery.receiver or delivery.url)


def event_of(delivery: Delivery) -> str:
    """The event type, and whether it came again."""
    return f"{delivery.event}{', again' if delivery.again else ''}"


def answer_of(delivery: Delivery) -> str:
    """What the latest attempt brought, in one line."""
    from steppay_mock.delivery.excerpt import excerpt

    if delivery.status is None and delivery.error is None:
        return "no outcome recorded" if delivery.attempts else "not sent yet"
    answer = "no answer" if delivery.status is None else str(delivery.status)
    if delivery.state == "SUCCESS":
        return answer
    location = headers_of(delivery.headers).get("location")
    if location is not None and 300 <= (delivery.status or 0) <= 399:
        answer += f" to {excerpt(location)}"
    told = delivery.error or excerpt(delivery.body.strip(), limit=80)
    return f"{answer}, {told}" if told else answer


def lines_of_runs(reading: Reading, runs: Iterable[int]) -> Iterator[ReportLine]:
    """The deliveries of some runs, as reports show them."""
    from steppay_mock.delivery.journal.reading import Wanted

    for one in reading.deliveries(Wanted(runs=tuple(runs))):
        yield ReportLine(
            number=one.id,
            event=event_of(one),
            state=one.state,
            answer=answer_of(one),
            seconds=one.latency,
            receiver=receiver_of(one),
        )


def as_data(delivery: Delivery, attempts: Iterable[Attempt]) -> dict[str, Any]:
    """A delivery as plain data, with each of its attempts, for ``--json``."""
    return {
        "id": delivery.id,
        "run": delivery.run,
        "state": delivery.state,
        "event": delivery.event,
        "timestamp": delivery.timestamp,
        "again": delivery.again,
        "fault": delivery.fault,
        "receiver": receiver_of(delivery),
        "url": shown_url(delivery.url),
        "sent_at": delivery.sent_at,
        "latency": delivery.latency,
        "status": delivery.status,
        "error": delivery.error,
        "attempts": [
            {
                "number": one.number,
                "sent_at": one.sent_at,
                "signed_at": one.signed_at,
                "perhaps_again": bool(one.perhaps_again),
                "status": one.status,
                "latency": one.latency,
                "error": one.error,
                "headers": headers_of(one.headers),
                "body": one.body.decode("utf-8", "replace"),
                "answered_at": one.answered_at,
            }
            for one in attempts
        ],
    }
