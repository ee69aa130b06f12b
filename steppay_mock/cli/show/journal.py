"""How is a journal shown? Deliveries as the portal lists them (fact 22), in words and as data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from steppay_mock.cli.show.report_files import Line
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.reading import Delivery, Reading
    from steppay_mock.delivery.sender.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What verdicts on faults rest on: the runs that are controls, and where they give no verdict.

    ``undecided`` has the event types without a verdict on their fault, and the answer to them without the fault.
    """

    controls: tuple[int, ...] = ()
    undecided: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, tallies: Iterable[Tally]) -> Judged:
        """What the tallies say of it."""
        found = tuple(tallies)
        return cls(
            controls=tuple(run for tally in found for run in tally.control_runs),
            undecided={event: answer for tally in found for event, answer in tally.undecided.items()},
        )


NOT_JUDGED = Judged()


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


def headers_of(stored: str | None) -> dict[str, str]:
    """The headers of an answer; none where they are damaged."""
    try:
        found = json.loads(stored) if stored else {}
    except (ValueError, RecursionError):
        return {}
    return {name: str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def lines_of_runs(
    reading: Reading,
    runs: Iterable[int],
    *,
    judged: Judged = NOT_JUDGED,
) -> Iterator[Line]:
    """The deliveries of some runs, as reports show them, and those of the runs that are controls of a fault."""
    from steppay_mock.cli.show.report import plain
    from steppay_mock.delivery.journal.reading import Wanted

    for one in reading.deliveries(Wanted(runs=(*runs, *judged.controls))):
        yield Line(
            number=one.id,
            event=plain(event_of(one)) if one.run in judged.controls else event_of(one),
            state="FAIL" if _is_undecided(one, judged) else one.state,
            answer=_judged_answer(one, judged),
            seconds=one.latency,
            receiver=receiver_of(one),
        )


def _is_undecided(one: Delivery, judged: Judged) -> bool:
    return one.fault is not None and one.event in judged.undecided and not 200 <= (one.status or 0) <= 299


def _judged_answer(one: Delivery, judged: Judged) -> str:
    if not _is_undecided(one, judged):
        return answer_of(one)
    return f"{answer_of(one)}; no verdict: without the fault {judged.undecided[one.event]}"


def as_data(delivery: Delivery) -> dict[str, Any]:
    """A delivery as plain data, for ``--json``."""
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
        "attempts": delivery.attempts,
        "status": delivery.status,
        "error": delivery.error,
    }
