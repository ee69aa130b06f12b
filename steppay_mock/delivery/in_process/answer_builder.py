"""Builds the answer of an app in process from its calls, and checks that the app keeps to its protocol."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn

from steppay_mock.delivery.answer import MAX_ANSWER, Answer
from steppay_mock.delivery.excerpt import excerpt_of
from steppay_mock.delivery.failure import Failure, app_raised, timed_out
from steppay_mock.wire.real_time import perf_counter


class ProtocolError(RuntimeError):
    """Raised inside an app that breaks the rules of WSGI or ASGI, as a server would."""


class AnswerBuilder:
    """The answer that an app gives bit by bit. If the app fails, it becomes 500, as a server would answer."""

    __slots__ = ("_body", "_headers", "_latency", "_started", "complete", "exception", "status", "violation")

    def __init__(self) -> None:
        self._started = perf_counter()
        self._latency: float | None = None
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self.status: int | None = None
        self.complete = False
        self.violation: str | None = None
        self.exception: BaseException | None = None

    @property
    def full(self) -> bool:
        """Whether the body has reached the bound, so that the rest is dropped."""
        return len(self._body) >= MAX_ANSWER

    @property
    def begun(self) -> bool:
        """Whether a part of the body was written: a server has sent the headers by then."""
        return bool(self._body)

    def begin(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """Take the status and the headers; names become lower case, repeated ones are joined."""
        if not 200 <= status <= 599:
            self.refuse(f"its status is {status}; a final one is 200 to 599")
        joined: dict[str, str] = {}
        for name, value in headers:
            key = name.lower()
            joined[key] = f"{joined[key]}, {value}" if key in joined else value
        self.status, self._headers = status, joined

    def write(self, chunk: object) -> None:
        """Take a part of the body; bytes beyond the bound are dropped."""
        if self.status is None:
            self.refuse("it sent a body before a status")
        if not isinstance(chunk, bytes):
            self.refuse(f"its body holds {type(chunk).__name__} in the place of bytes")
        self._body += chunk[: MAX_ANSWER - len(self._body)]

    def end(self) -> None:
        """Note that the answer is whole; the latency ends here."""
        self.complete = True
        self._latency = perf_counter() - self._started

    def refuse(self, violation: str) -> NoReturn:
        """Remember how the app broke its protocol, and raise that inside the app."""
        self.violation = violation
        raise ProtocolError(violation)

    def note_raised(self, raised: Sequence[BaseException]) -> None:
        """Take the exception that a framework handled, if its answer is 500."""
        if raised and self.status == 500 and self.exception is None:
            self.exception = raised[-1]

    def answer(self, *, late: float | None = None) -> Answer:
        """The answer; ``late`` is the timeout in seconds if it is over."""
        latency = perf_counter() - self._started if self._latency is None else self._latency
        if late is not None:
            body, words = bytes(self._body), timed_out(late)
            return Answer(self.status, self._headers, body, words, self.exception, latency, Failure.TIMED_OUT)
        failure, error = self._failure()
        if self.complete:
            return Answer(self.status, self._headers, bytes(self._body), error, self.exception, latency, failure)
        return Answer(500, {}, b"", error, self.exception, latency, failure)

    def _failure(self) -> tuple[Failure, str] | tuple[None, None]:
        after = " after its answer" if self.complete and self.status != 500 else ""
        if self.violation:
            return Failure.BROKEN, f"the app broke its protocol{after}: {self.violation}"
        if self.exception is not None:
            return app_raised(excerpt_of(self.exception), after=after)
        if self.complete:
            return None, None
        when = "without an answer" if self.status is None else "amid its answer"
        return Failure.BROKEN, f"the app ended {when}"
