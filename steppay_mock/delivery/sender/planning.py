"""How does a plan get into the journal, and out of memory? Events stream through; some hundred are held at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from steppay_mock.delivery.faults import find_fault
from steppay_mock.delivery.journal.journal import Begun, Ended, Journal, Origin, Plan, Row
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.endpoint import OpenEndpoint
    from steppay_mock.delivery.schedule.schedule import Planned
    from steppay_mock.delivery.sender.stop import Stop
    from steppay_mock.delivery.sender.tally import Tally

_CHUNK = 500


@dataclass(slots=True)
class Routing:
    """Which deliveries come of what is planned: one for each endpoint that wants the event."""

    planned: Iterable[Planned]
    endpoints: dict[int, OpenEndpoint]
    tally: Tally
    copied: set[int] = field(init=False)
    """The places of the events that come again, byte for byte."""

    def __post_init__(self) -> None:
        # Only a plan that is there as a whole can have copies; what streams has none.
        whole = self.planned if isinstance(self.planned, Sequence) else ()
        self.copied = {one.place for one in whole if one.how == "same"}

    @property
    def widest(self) -> int:
        """How many deliveries start together, at most."""
        whole = self.planned if isinstance(self.planned, Sequence) else ()
        groups = Counter(one.group for one in whole if one.group is not None)
        return max(groups.values(), default=1) * len(self.endpoints)

    def __iter__(self) -> Iterator[tuple[Planned, str, list[Plan]]]:
        """What is planned, its type, and its deliveries; a wait is waited once, whoever wants the event."""
        numbers, furthest, wait = count(1), -1, 0.0
        for one in self.planned:
            if one.how is None:
                self.tally.reordered = self.tally.reordered or one.place < furthest
                furthest = max(furthest, one.place)
            wait += one.wait
            kind, plans = str(one.event.type), []
            for endpoint, opened in self.endpoints.items():
                if opened.wants(kind):
                    check_fault(one.fault, opened)
                    copied = one.place in self.copied
                    plans.append(Plan(endpoint, next(numbers), one.place, one.how, copied, wait, one.group, one.fault))
                    wait = 0.0
                else:
                    self.tally.left_out[opened.name] += 1
            self.tally.planned += len(plans)
            if plans:
                yield one, kind, plans


@dataclass(slots=True)
class Journalled:
    """A run that is written down."""

    journal: Journal
    run: int

    def write(self, ended: list[Ended], begun: list[Begun], unsent: list[tuple[int, int]]) -> None:
        """Write outcomes, and attempts that are about to be made; take out those that were not made after all."""
        self.journal.write(ended, begun, unsent)

    def sent(self, row: Row, signed_at: int | None) -> None:
        """It is written down already."""

    def origin(self, row: Row) -> Origin | None:
        """What the row is a copy of."""
        return self.journal.origin(self.run, row)

    def plan(self, routing: Routing, stop: Stop) -> bool:
        """Write the whole plan down, before anything is sent; nothing of it, and False, if it was stopped meanwhile."""
        whole = False
        try:
            whole = self._plan(routing, stop)
        finally:
            if not whole:
                with suppress(SteppayMockError):  # a journal that cannot be written is tidied another time
                    self.journal.forget(self.run)
        return whole

    def _plan(self, routing: Routing, stop: Stop) -> bool:
        chunk: list[tuple[str, int | None, bytes, Sequence[Plan]]] = []
        for one, kind, plans in routing:
            if stop.asked:
                return False
            chunk.append((kind, _timestamp(one), one.event.body, plans))
            if len(chunk) >= _CHUNK:
                self.journal.add_plans(self.run, chunk)
                chunk = []
        if chunk:
            self.journal.add_plans(self.run, chunk)
        self.journal.end_planning(self.run)
        return True

    def rows(self) -> Iterator[Row]:
        """What is to be sent, as it was planned."""
        return self.journal.pending(self.run)


@dataclass(slots=True)
class Unwritten:
    """A run of which nothing is written down, but for what copies need."""

    routing: Routing
    _origins: dict[tuple[int, int], Origin] = field(default_factory=dict)

    def write(self, ended: list[Ended], begun: list[Begun], unsent: list[tuple[int, int]]) -> None:
        """Nothing is written down."""

    def sent(self, row: Row, signed_at: int | None) -> None:
        """Remember it, if copies of it are to come."""
        if row.place in self.routing.copied:
            known = self._origins.get((row.endpoint, row.place))
            if known is None or known.position == row.position:
                self._origins[row.endpoint, row.place] = Origin(row.position, signed_at, row.body)

    def origin(self, row: Row) -> Origin | None:
        """What the row is a copy of; None if that was never sent, or is the row itself."""
        known = self._origins.get((row.endpoint, row.place))
        return None if known is None or known.position == row.position else known

    def rows(self) -> Iterator[Row]:
        """What is to be sent, as it is made."""
        for one, kind, plans in self.routing:
            for plan in plans:
                place = plan.position, plan.place, plan.again, plan.wait, plan.batch, plan.fault
                yield Row(plan.position, plan.endpoint, kind, one.event.body, *place)


def _timestamp(planned: Planned) -> int | None:
    """The envelope's, if it is one that a journal can hold."""
    stamp = planned.event.payload.get("timestamp")
    return stamp if isinstance(stamp, int) and abs(stamp) < 2**63 else None


def check_fault(name: str | None, endpoint: OpenEndpoint) -> None:
    """Refuse a fault that there is not, or that this receiver cannot be shown, while nothing is sent yet."""
    if name is None:
        return
    fault = find_fault(name)
    if fault.needs_secret and endpoint.secrets is None:
        raise SteppayMockError(f"The fault {name!r} is one of the signature. Give {endpoint.name} a secret.")
