"""The outcome of one delivery: the last answer, and whether it is what a right receiver gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.excerpt import excerpt

if TYPE_CHECKING:
    from steppay_mock.delivery.failure import Failure
    from steppay_mock.payload.event import Event


@dataclass(frozen=True, slots=True)
class Outcome:
    """One event, delivered to one receiver, and the last answer to it.

    ``position`` is its place among the deliveries, from 0. ``status`` is None if no answer came; ``error`` says in
    words what went wrong on the way (refused, timed out, the app raised) and is None if the answer came whole, whatever
    its status; ``failure`` is the code of it. ``latency`` is in seconds. ``headers`` have lower-case names; of ``body``
    64 KiB are kept. An app in process that raises counts as status 500, as its server would have answered;
    ``exception`` is what it raised. ``again`` says how an event came that was delivered before, ``fault`` which fault
    was sent. ``control`` is the outcome of the event, or of one of its type, without the fault, where the fault was not
    taken. ``moved_clock`` is whether a test had moved the clock of this process when the receiver refused the event.
    ``receiver`` is the endpoint in words, ``attempt_count`` the number of requests that were made. ``id`` is the number
    in the journal, None without one. ``met`` is whether the answer was a success, or what a right receiver does with
    the fault; None: judge by the status.
    """

    event: Event
    position: int
    status: int | None
    latency: float
    error: str | None = None
    exception: BaseException | None = field(default=None, compare=False, repr=False)
    headers: dict[str, str] = field(default_factory=dict, hash=False, repr=False)
    body: bytes = field(default=b"", repr=False)
    again: str | None = None
    fault: str | None = None
    control: Outcome | None = field(default=None, compare=False, repr=False)
    failure: Failure | None = None
    moved_clock: bool = field(default=False, compare=False, repr=False)
    receiver: str = ""
    attempt_count: int = 1
    id: int | None = None
    met: bool | None = field(default=None, compare=False, repr=False)

    @property
    def ok(self) -> bool:
        """Whether the receiver did right: a whole answer with a 2xx status (assumed, fact 23), or one of ``success=``.

        Of a delivery with a fault, whether it did what a right receiver does with that. Where the event without the
        fault is not taken either, nothing is known of that, and it is not ok.
        """
        return not self.undecided and (self.was_taken if self.met is None else self.met)

    @property
    def was_taken(self) -> bool:
        """Whether a whole answer with a 2xx status came, with or without a fault."""
        return self.error is None and self.status is not None and 200 <= self.status <= 299

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
        """The answer in words: ``404, no such path``."""
        return str(self).partition(": ")[2]

    def as_dict(self) -> dict[str, Any]:
        """Give plain data for ``--json``; the body is text, with a mark where it is not UTF-8."""
        return {
            "id": self.id,
            "position": self.position,
            "receiver": self.receiver,
            "event": str(self.event.type),
            "timestamp": self.event.second,
            "again": self.again,
            "fault": self.fault,
            "ok": self.ok,
            "control": None if self.control is None else self.control.in_short(),
            "payload": self.event.payload,
            "status": self.status,
            "latency": self.latency,
            "attempt_count": self.attempt_count,
            "error": self.error,
            "failure": self.failure,
            "redirect": self.redirect,
            "headers": dict(self.headers),
            "body": self.body.decode("utf-8", "replace"),
        }

    def in_short(self) -> dict[str, Any]:
        """Give plain data of a control: the event without the fault, and the answer to it."""
        return {
            "position": self.position,
            "event": str(self.event.type),
            "ok": self.ok,
            "status": self.status,
            "latency": self.latency,
            "error": self.error,
        }
