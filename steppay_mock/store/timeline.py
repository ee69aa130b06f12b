"""The timeline of events: one readable row for each event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from steppay_mock.payload.event import Event
from steppay_mock.payload.subject import subject_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """One event: seconds since the first event, event type, thing, and its status."""

    offset: int
    event: str
    entity: str
    """The thing, such as ``order 1``: the first order of the timeline."""
    id: int | str
    status: str

    @property
    def when(self) -> str:
        """The offset as text: ``+31d 00:00:00``."""
        days, rest = divmod(self.offset, 86_400)
        return f"+{days}d {rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"


@dataclass(frozen=True, slots=True)
class Timeline:
    """The rows of a timeline. ``str()`` of it is a table."""

    rows: tuple[TimelineRow, ...]

    def __str__(self) -> str:
        cells = [(row.when, row.event, row.entity, row.status) for row in self.rows]
        widths = [max((len(line[at]) for line in cells), default=0) for at in range(3)]
        return "\n".join(
            "  ".join((line[0].rjust(widths[0]), line[1].ljust(widths[1]), line[2].ljust(widths[2]), line[3])).rstrip()
            for line in cells
        )

    def as_dicts(self) -> list[dict[str, Any]]:
        """The rows as plain data, for ``--json``."""
        return [asdict(row) for row in self.rows]


def read_timeline(events: Iterable[Event]) -> Timeline:
    """The timeline of these events, in their order."""
    numbers: dict[str, dict[Any, int]] = {}
    rows: list[TimelineRow] = []
    start: int | None = None
    for event in events:
        start = event.timestamp if start is None else start
        kind, key = subject_of(event)
        seen = numbers.setdefault(kind, {})
        number = seen.setdefault(key, len(seen) + 1)
        rows.append(
            TimelineRow(
                offset=event.timestamp - start,
                event=str(event.type),
                entity=f"{kind} {number}",
                id=key,
                status=status_of(event.data),
            )
        )
    return Timeline(tuple(rows))


def status_of(data: dict[str, Any]) -> str:
    """What the data of an event says of its thing, such as ``PAID``; nothing for a thing without a status."""
    if "recordQuotas" in data:
        quota = data.get("accumulatedQuota")
        return f"used {data['accumulatedRecord']}" + (f" of {quota}" if quota is not None else "")
    if "messageType" in data:
        return f"{data['messageType']}, step {data['messageSentStep']}"
    cancel = data.get("cancel")
    if isinstance(cancel, dict) and cancel.get("canceledAmount"):  # every payment has one (fact 33)
        return f"{data['status']}, {cancel['canceledAmount']} of {data['paidAmount']}"
    if "status" in data:
        return str(data["status"])
    lines: Sequence[dict[str, Any]] = data.get("items") or ()
    if lines:
        returned = f", {data['returnedAmount']} of {data['paidAmount']} returned" if data["returnedAmount"] else ""
        return f"{data['type']} {lines[0]['status']}{returned}"
    return f"costs {data['price']}" if "price" in data else ""
