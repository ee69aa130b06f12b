"""What came of one delivery?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.excerpt import excerpt

if TYPE_CHECKING:
    from steppay_mock.delivery.failure import Failure
    from steppay_mock.delivery.schedule.steps import How
    from steppay_mock.payload.event import Event


@dataclass(frozen=True, slots=True)
class Outcome:
    """One event, handed to one receiver, and what came back.

    ``position`` is its place among the deliveries, from 0. ``status`` is None if none came; ``error`` says in words
    what went wrong on the way (refused, timed out, the app raised) and is None if the answer came whole, whatever it
    says; ``failure`` is the code of it. ``latency`` is in seconds. ``headers`` have lower-case names; of ``body`` 64
    KiB are kept. An app in process that raises counts as status 500, as its server would have answered; ``exception``
    is what it raised. ``again`` says how an event that was delivered before came again, ``fault`` what went wrong with
    the delivery on purpose.
    ``control`` is what came of the event, or of one of its type, without the fault, where the fault was not taken.
    ``moved_clock`` is whether a test had moved the clock of this process when the receiver refused the event.
    """

    event: Event
    position: int
    status: int | None
    latency: float
    error: str | None = None
    exception: BaseException | None = field(default=None, compare=False, repr=False)
    headers: dict[str, str] = field(default_factory=dict, hash=False, repr=False)
    body: bytes = field(default=b"", repr=False)
    again: How | None = None
    fault: str | None = None
    control: Outcome | None = field(default=None, compare=False, repr=False)
    failure: Failure | None = None
    moved_clock: bool = field(default=False, compare=False, repr=False)

    @property
    def ok(self) -> bool:
        """Whether the receiver did right: a whole answer with a 2xx status (assumed, fact 23).

        Of a delivery with a fault, whether it did what a right receiver does with that. Where the event without the
        fault is not taken either, nothing is known of that, and it is not ok.
        """
        answer = Answer(self.status, error=self.error, failure=self.failure)
        if self.fault is None:
            return answer.is_success
        from steppay_mock.delivery.faults import find_fault

        return not self.undecided and find_fault(self.fault).met_by(answer)

    @property
    def undecided(self) -> bool:
        """Whether there is no verdict on the fault: the event without the fault was not taken either."""
        return self.control is not None and not self.control.ok

    @property
    def redirect(self) -> str | None:
        """Where a 3xx answer points to; it is not followed."""
        return self.headers.get("location") if self.status is not None and 300 <= self.status <= 399 else None

    def __str__(self) -> str:
        """Say it in one line: ``payment.completed: 500, the app raised: ValueError: boom``."""
        answer = "no answer" if self.status is None else str(self.status)
        if self.redirect is not None:
            answer += f" to {excerpt(self.redirect)}"
        told = self.error or excerpt(self.body.strip(), limit=80)
        noted = ", ".join(filter(None, (self.again, self.fault)))
        name = f"{excerpt(str(self.event.type))}{f' ({noted})' if noted else ''}"
        line = f"{name}: {answer}{', ' if told else ''}{told}"
        if self.control is None or not self.undecided:
            return line
        return f"{line}; no verdict: without the fault {self.control.answer}"

    @property
    def answer(self) -> str:
        """What came back, in words: ``404, no such path``."""
        return str(self).partition(": ")[2]

    def as_dict(self) -> dict[str, Any]:
        """Give plain data for ``--json``; the body is text, with a mark where it is not UTF-8."""
        return {
            "position": self.position,
            "event": str(self.event.type),
            "timestamp": self.event.payload.get("timestamp"),
            "again": self.again,
            "fault": self.fault,
            "ok": self.ok,
            "control": None if self.control is None else self.control.in_short(),
            "payload": self.event.payload,
            "status": self.status,
            "latency": self.latency,
            "error": self.error,
            "failure": self.failure,
            "redirect": self.redirect,
            "headers": dict(self.headers),
            "body": self.body.decode("utf-8", "replace"),
        }

    def in_short(self) -> dict[str, Any]:
        """Give plain data of a control: what was sent without the fault, and what came of it."""
        return {
            "position": self.position,
            "event": str(self.event.type),
            "ok": self.ok,
            "status": self.status,
            "latency": self.latency,
            "error": self.error,
        }
