"""The plan of a run, and its record: where a run writes down what it does, before it does it.

The record in memory is here; it has what repeats need and nothing else. That in a journal is ``journal/record.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from steppay_mock.contract.v1 import V1EventType
from steppay_mock.delivery.run.deliveries import DueDelivery, Origin
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.run.progress import RunProgress
    from steppay_mock.delivery.schedule.schedule import Planned
    from steppay_mock.wire.redact import Redaction
    from steppay_mock.wire.signature import Secrets


class RunEndpoint(Protocol):
    """A receiver of a run. An :class:`~steppay_mock.delivery.endpoint.OpenEndpoint` is one."""

    @property
    def name(self) -> str:
        """The receiver in words."""

    @property
    def address(self) -> Address | None:
        """Where it is; None: the transport of the run knows."""

    @property
    def secrets(self) -> Secrets | None:
        """What its requests are signed with."""

    @property
    def redact(self) -> Redaction:
        """Strikes secrets out of its answers."""

    def wants(self, event_type: str) -> bool:
        """Whether events of this type are for it."""


class RunRecord(Protocol):
    """What a run has planned and done."""

    is_numbered: bool
    """Whether the numbers of its deliveries are those of a journal."""

    def due(self) -> Iterator[DueDelivery]:
        """The deliveries without an outcome, in their order."""

    def origin(self, delivery: DueDelivery) -> Origin | None:
        """What a delivery that repeats the same bytes is a copy of; None if that was never sent."""

    def signed(self) -> Iterable[tuple[int, bytes, int]]:
        """The endpoint, the body and the second of what was signed last before a resume, the earliest first."""

    def begin(self, started: Sequence[tuple[DueDelivery, Origin]]) -> None:
        """Write down attempts before they are made, with all that has ended; raises if it cannot be written."""

    def end(self, delivery: DueDelivery, answer: Answer, *, state: str, due: float | None) -> None:
        """An attempt was answered. It is on disk once ``begin`` is called."""

    def withdraw(self, delivery: DueDelivery) -> None:
        """An attempt that was written down was not made."""


_OF_V1 = frozenset(map(str, V1EventType))


@dataclass(slots=True)
class Plan:
    """The deliveries of a run: each event once for each endpoint that wants it.

    ``first`` is the position of the first one.
    """

    planned: Iterable[Planned]
    endpoints: dict[int, RunEndpoint]
    progress: RunProgress
    first: int = 1
    copied: set[int] = field(init=False)
    """The places of the events that are repeated, byte for byte."""

    def __post_init__(self) -> None:
        # Only a plan that is in memory as a whole can have copies. Events that stream have none, and none is kept.
        whole = self.planned if isinstance(self.planned, Sequence) else ()
        self.copied = {one.place for one in whole if one.how == "same"}

    @property
    def widest(self) -> int:
        """The largest number of deliveries that start together."""
        whole = self.planned if isinstance(self.planned, Sequence) else ()
        groups = Counter(one.group for one in whole if one.group is not None)
        return max(groups.values(), default=1) * len(self.endpoints)

    def __iter__(self) -> Iterator[tuple[Planned, str, int, int, float]]:
        """For each delivery what was planned, its event type, the endpoint, its position, and the wait before it.

        A wait is waited once, before the first of the endpoints.
        """
        self._check_faults()
        position, furthest, wait, progress = self.first, -1, 0.0, self.progress
        for one in self.planned:
            if one.how is None:
                if one.place < furthest:
                    progress.reordered = True
                furthest = one.place
            wait += one.wait
            event_type = str(one.event.type)
            for endpoint, opened in self.endpoints.items():
                if not opened.wants(event_type):
                    progress.left_out[opened.name] += 1
                    continue
                progress.plan(opened.name, event_type)
                yield one, event_type, endpoint, position, wait
                position, wait = position + 1, 0.0

    def _check_faults(self) -> None:
        """Refuse wrong faults before the first delivery. The fault of events that stream is an option, and checked."""
        whole = self.planned if isinstance(self.planned, Sequence) else ()
        for fault, event_type in {(one.fault, str(one.event.type)) for one in whole if one.fault is not None}:
            if event_type in _OF_V1:
                raise SteppayMockError(
                    f"The fault {fault!r} is a wrong form of webhook v2, and {event_type} is of v1. Leave the fault "
                    "out of that step."
                )
            for opened in self.endpoints.values():
                if opened.wants(event_type):
                    check_fault(fault, opened)


@dataclass(slots=True)
class MemoryRecord:
    """A run of which nothing is written down; it keeps what copies of a delivery need."""

    plan: Plan
    is_numbered: bool = False
    _origins: dict[tuple[int, int], Origin] = field(default_factory=dict)

    def due(self) -> Iterator[DueDelivery]:
        """The deliveries, as they are planned."""
        for one, event_type, endpoint, position, wait in self.plan:
            event = one.event
            place, again, batch, fault = one.place, one.how, one.group, one.fault
            yield DueDelivery(
                position, endpoint, event_type, event.body, position, place, again, wait, batch, fault, event=event
            )

    def origin(self, delivery: DueDelivery) -> Origin | None:
        """What the delivery is a copy of; None if that was never sent, or is the delivery itself."""
        known = self._origins.get((delivery.endpoint, delivery.place))
        return None if known is None or known.position == delivery.position else known

    def signed(self) -> Iterable[tuple[int, bytes, int]]:
        """Nothing: it cannot be resumed."""
        return ()

    def begin(self, started: Sequence[tuple[DueDelivery, Origin]]) -> None:
        """Keep what copies will need."""
        if not self.plan.copied:
            return
        for delivery, origin in started:
            if delivery.place in self.plan.copied:
                known = self._origins.get((delivery.endpoint, delivery.place))
                if known is None or known.position == delivery.position:
                    kept = Origin(delivery.position, origin.signed_at, delivery.body)
                    self._origins[delivery.endpoint, delivery.place] = kept

    def end(self, delivery: DueDelivery, answer: Answer, *, state: str, due: float | None) -> None:
        """Nothing is written down."""

    def withdraw(self, delivery: DueDelivery) -> None:
        """Nothing was written down."""


def check_fault(name: str | None, endpoint: RunEndpoint) -> None:
    """Refuse a fault that does not exist or that needs a secret, while nothing is sent yet."""
    if name is None:
        return
    from steppay_mock.delivery.faults import find_fault  # 40 faults: loaded by the first one that is sent

    fault = find_fault(name)
    if fault.needs_secret and endpoint.secrets is None:
        raise SteppayMockError(f"The fault {name!r} is one of the signature. Give {endpoint.name} a secret.")
