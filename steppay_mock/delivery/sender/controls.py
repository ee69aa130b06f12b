"""What the sender delivers once more without its fault, so that the fault can be judged (``delivery/control.py``).

It keeps no more than one event of each type for each receiver, however many deliveries there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.delivery.answer import Answer
from steppay_mock.payload.event import Event

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.journal import Journal

_ENDED = """
SELECT h.name, e.type, d.position, e.body, d.fault, a.status, a.error
FROM deliveries d JOIN events e ON e.id = d.event JOIN hooks h ON h.id = d.hook
JOIN attempts a ON a.delivery = d.id AND a.number = (SELECT max(b.number) FROM attempts b WHERE b.delivery = d.id)
WHERE d.run = ? AND d.state <> 'PENDING' AND a.answered_at IS NOT NULL
    AND EXISTS (SELECT 1 FROM deliveries f WHERE f.run = d.run AND f.fault IS NOT NULL)
ORDER BY d.position
"""


@dataclass(slots=True)
class Controls:
    """The events that came with a fault and were not taken: of each type and receiver the first."""

    _refused: dict[tuple[str, str], tuple[int, bytes]] = field(default_factory=dict)
    _taken: set[tuple[str, str]] = field(default_factory=set)
    """The types of which a plain event was taken: they need no other control."""

    @classmethod
    def of_run(cls, journal: Journal, run: int) -> Controls:
        """What is known of a run that goes on."""
        found = cls()
        for endpoint, kind, position, body, fault, status, error in journal.ask(_ENDED, run):
            found.note(
                str(endpoint), str(kind), int(position), bytes(body), fault=fault, answer=Answer(status, error=error)
            )
        return found

    def note(self, endpoint: str, kind: str, position: int, body: bytes, *, fault: str | None, answer: Answer) -> None:
        """Look at the answer of this receiver to an event of this type."""
        if answer.is_success:
            if fault is None:
                self._taken.add((endpoint, kind))
        elif fault is not None:
            known = self._refused.get((endpoint, kind))
            if known is None or position < known[0]:
                self._refused[endpoint, kind] = position, body

    def events(self, endpoint: str) -> list[Event]:
        """What this receiver is to get, in the order in which it was planned."""
        wanted = [one for key, one in self._refused.items() if key[0] == endpoint and key not in self._taken]
        return [Event.from_bytes(body) for _, body in sorted(wanted)]
