"""Reads deliveries with what was sent: the body of the event, when it was sent first, and when it was signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from steppay_mock.delivery.journal import cells
from steppay_mock.delivery.journal.cells import Cell, read_row
from steppay_mock.delivery.journal.reading import Wanted

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.reading import Delivery, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class SentDelivery:
    """A delivery, and what was sent."""

    delivery: Delivery
    place: int
    """The place of the event among those of its run."""
    body: bytes
    """That of the event; a fault may have sent other bytes."""
    first_sent_at: float | None
    """When it was sent for the first time; None: it was not sent yet."""
    signed_at: int | None
    """The newest time in its signature; None without one."""

    @property
    def number(self) -> int:
        """The number of the delivery."""
        return self.delivery.id


def read_history(reading: Reading, *, most: int) -> list[SentDelivery]:
    """The newest deliveries, the newest first."""
    listed = list(reading.deliveries(Wanted(), newest_first=True, limit=most))
    if not listed:
        return []
    rows = (read_row(row, _CELLS) for row in reading.ask(_SENT, listed[-1].id, listed[0].id))
    sent = {number: rest for number, *rest in rows}
    return [
        SentDelivery(delivery=one, place=place, body=body, first_sent_at=first, signed_at=signed)
        for one in listed
        for place, body, first, signed in (sent.get(one.id, (0, b"", None, None)),)
    ]


_CELLS: tuple[Cell, ...] = (cells.whole, cells.whole, cells.content, cells.perhaps_seconds, cells.perhaps_whole)

_SENT = """
SELECT d.id, d.place, CASE WHEN typeof(e.body) = 'text' THEN CAST(e.body AS BLOB) ELSE e.body END,
    (SELECT min(a.sent_at) FROM attempts a WHERE a.delivery = d.id),
    (SELECT max(a.signed_at) FROM attempts a WHERE a.delivery = d.id)
FROM deliveries d JOIN events e ON e.id = d.event WHERE d.id BETWEEN ? AND ?
"""
