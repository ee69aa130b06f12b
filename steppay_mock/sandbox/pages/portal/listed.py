"""The deliveries as the portal lists them: what each is about, and what is unusual about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steppay_mock.delivery.journal.history import read_history
from steppay_mock.delivery.journal.reading import read_journal
from steppay_mock.sandbox.pages.portal.arrivals import (
    ArrivalComparison,
    Arrived,
    Badge,
    Subject,
    compare_arrivals,
    subject_of_body,
)
from steppay_mock.sandbox.pages.portal.sent_request import judge_request

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.history import SentDelivery
    from steppay_mock.delivery.journal.reading import Delivery

REMEMBERED = 2000
"""The number of deliveries, the newest, that the portal lists and compares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDelivery:
    """A delivery with its subject and its badges."""

    sent: SentDelivery
    subject: Subject
    arrival: ArrivalComparison
    """What the comparison with those before, to the same endpoint, shows."""

    @property
    def previous(self) -> int | None:
        """The delivery of the event before, of the same thing, to the same endpoint."""
        return self.arrival.previous

    @property
    def badges(self) -> tuple[Badge, ...]:
        """What is unusual about it. The request is judged when it is asked for: that takes time."""
        return (*_own_badges(self.sent), *self.arrival.badges)

    @property
    def delivery(self) -> Delivery:
        """The delivery as the journal has it."""
        return self.sent.delivery


def list_deliveries(path: str) -> list[ListedDelivery]:
    """The deliveries of a sandbox's file, the newest first."""
    with read_journal(path) as journal:
        history = read_history(journal, most=REMEMBERED)
    arrived = sorted((one for one in history if one.first_sent_at is not None), key=_arrival)
    told = compare_arrivals(map(_arrived, arrived))
    return [
        ListedDelivery(
            sent=one,
            subject=subject_of_body(one.body),
            arrival=told.get(one.number, ArrivalComparison()),
        )
        for one in history
    ]


def _arrival(sent: SentDelivery) -> tuple[float, int]:
    return sent.first_sent_at or 0.0, sent.number


def _arrived(sent: SentDelivery) -> Arrived:
    one = sent.delivery
    return Arrived(
        number=sent.number, at=one.receiver, body=sent.body, second=one.timestamp, place=(one.run, sent.place)
    )


def _own_badges(sent: SentDelivery) -> Iterable[Badge]:
    """What the request itself shows."""
    one = sent.delivery
    if sent.first_sent_at is not None:
        judged = judge_request(sent.body, signed_at=sent.signed_at, sent_at=one.sent_at, fault=one.fault)
        yield from judged.badges
    if one.fault is not None:
        yield Badge(kind="fault", text=one.fault)
