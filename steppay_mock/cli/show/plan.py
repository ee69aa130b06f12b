"""Shows the plan of a run, for ``--dry-run``: each delivery that would be made, and to which receiver."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.cli.show.terminal import counted, say, write_json, write_table

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.schedule.schedule import Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReceiver:
    """One receiver of a command: its address, its secrets, and the event types that it gets."""

    endpoint: Address
    secrets: tuple[str, ...] | None = field(repr=False)
    name: str = ""
    events: tuple[str, ...] = ()

    def wants(self, event_type: str) -> bool:
        """Whether events of this type are for it; without ``events`` all are."""
        return not self.events or event_type in self.events

    def __str__(self) -> str:
        return self.name or str(self.endpoint)


def show_plan(
    planned: Iterable[Planned], receivers: Sequence[CommandReceiver], *, seed: int, order: str, as_json: bool
) -> None:
    """Each delivery that would be made, in order, and to which receiver."""
    target = ", ".join(map(str, receivers))
    due = [(one, to) for one in planned for to in receivers if to.wants(str(one.event.type))]
    if as_json:
        write_json(
            {
                "receiver": target,
                "order": order,
                "seed": seed,
                "signed": all(one.secrets is not None for one in receivers),
                "payloads": [one.event.payload for one, _ in due],
                "receivers": [str(to) for _, to in due],
            }
        )
    else:
        rows = (
            (str(place), _named(one), str(to), _second(one), str(len(one.event.body)))
            for place, (one, to) in enumerate(due, start=1)
        )
        headings = ("#", "Event type", "To", "Timestamp", "Bytes")
        write_table(headings, rows, right=frozenset({"#", "Bytes"}), wraps=frozenset({"To"}))
    say(f"nothing was sent: {counted(len(due), 'event')} would go to {target}")


def _second(planned: Planned) -> str:
    second = planned.event.second
    return "" if second is None else str(second)


def _named(planned: Planned) -> str:
    """The event type, and what is special about its delivery."""
    fault = f" ({planned.fault})" if planned.fault else ""
    return f"{planned.event.type}{', again' if planned.how else ''}{fault}"
