"""The rows that a run works with: what is planned, what is due, and what an attempt was made from and came to.

They are tuples because a journal reads and writes them as rows of SQLite, a million of them in a long run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from steppay_mock.payload.event import Event


class PlannedDelivery(NamedTuple):
    """One delivery as a plan has it: an event, which is given beside it, to one endpoint."""

    endpoint: int
    position: int
    """Its number among the deliveries of the run, from 1."""
    place: int
    """The place of its event among the events."""
    again: str | None
    """How an event comes that was delivered before; None the first time."""
    copied: bool
    """Whether it is repeated, byte for byte, later in the run."""
    wait: float
    """Seconds before it."""
    batch: int | None
    """Deliveries with the same batch start together."""
    fault: str | None


class DueDelivery(NamedTuple):
    """A delivery that has no outcome yet, with all that its next attempt needs."""

    id: int
    """Its number in the journal; without one, its position."""
    endpoint: int
    type: str
    body: bytes
    position: int
    place: int
    again: str | None
    wait: float
    batch: int | None
    fault: str | None
    attempts: int = 0
    failures: int = 0
    """How many attempts were answered, and not with success."""
    perhaps_again: bool = False
    """The last attempt was begun, and it is not known whether it arrived."""
    due: float | None = None
    """When it is tried again, by the clock, if it failed before the run was cut off."""
    delay: float = 0.0
    """The seconds from its last answer until then, as they were planned. The clock may have been set since."""
    event: Event | None = None
    """The event, where it is in memory. A journal has the body alone."""


class Origin(NamedTuple):
    """What the bytes of a delivery are made from: itself, or the delivery of which it is a copy."""

    position: int
    signed_at: float | None
    body: bytes


class StartedAttempt(NamedTuple):
    """An attempt that is about to be made."""

    delivery: int
    number: int
    sent_at: float
    signed_at: float | None
    perhaps_again: bool


class EndedAttempt(NamedTuple):
    """The answer to an attempt, and the state of its delivery after it."""

    delivery: int
    number: int
    state: str
    status: int | None
    latency: float
    error: str | None
    headers: str
    """As JSON."""
    body: bytes
    answered_at: float
    due: float | None
