"""What would be sent? The plan that --dry-run shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from steppay_mock.cli.show.terminal import counted, say, write_json, write_table

if TYPE_CHECKING:
    from steppay_mock.cli.run import Receiver
    from steppay_mock.delivery.schedule.schedule import Planned


def show_plan(
    planned: Iterable[Planned], receivers: Sequence[Receiver], *, seed: int, order: str, as_json: bool
) -> None:
    """Each delivery that would be made, in order, and to which receiver."""
    target = ", ".join(map(str, receivers))
    due = [(one, to) for one in planned for to in receivers if to.wants(str(one.event.type))]
    if as_json:
        write_json(
            {
                "target": target,
                "order": order,
                "seed": seed,
                "signed": all(one.secrets is not None for one in receivers),
                "payloads": [one.event.payload for one, _ in due],
                "receivers": [str(to) for _, to in due],
            }
        )
    else:
        rows = (
            (str(place), named(one), str(to), str(one.event.payload.get("timestamp", "")), str(len(one.event.body)))
            for place, (one, to) in enumerate(due, start=1)
        )
        headings = ("#", "Event type", "To", "Timestamp", "Bytes")
        write_table(headings, rows, right=frozenset({"#", "Bytes"}), wraps=frozenset({"To"}))
    say(f"nothing was sent: {counted(len(due), 'event')} would go to {target}")


def named(planned: Planned) -> str:
    """The event type, and what is special about its delivery."""
    fault = f" ({planned.fault})" if planned.fault else ""
    return f"{planned.event.type}{', again' if planned.how else ''}{fault}"
