"""Reads answers: whether one accepts the event (``accept=``), whether it came in time, and what it is in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.failure import Failure
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.payload.event import Event

_BODY = 160  # characters of a refusal's body that a text shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Which answers accept an event: a complete 2xx (assumed, fact 23), and what ``accept=`` adds."""

    statuses: frozenset[int] = frozenset()
    judge: Callable[[Event, Answer], object] | None = None
    """The function of ``accept=``; it decides alone."""

    def accepts(self, event: Event, answer: Answer) -> bool:
        """Whether the answer accepts the event."""
        if self.judge is not None:
            return bool(self.judge(event, answer))
        return answer.is_success or answer.status in self.statuses


def read_acceptance(value: object) -> Acceptance:
    """The value of ``accept=``; SteppayMockError if it is neither statuses nor a function of event and answer."""
    if value is None:
        return Acceptance()
    if callable(value):
        return Acceptance(judge=value)
    given: list[Any] = list(value) if isinstance(value, Iterable) else [value]
    for status in given:
        if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
            raise SteppayMockError(
                f"{option('accept', value=value)}: expected statuses from 200 to 599, or a function of event and "
                f"answer. Say {option('accept', value=[422])}."
            )
    return Acceptance(statuses=frozenset(given))


def is_late(answer: Answer) -> bool:
    """Whether no answer came in time."""
    return answer.failure is Failure.TIMED_OUT


def is_odd(accepted: bool, expected: bool, *, is_new: bool) -> bool:  # noqa: FBT001 - two of a kind
    """Whether the answer depends on the order. A repeat may be accepted though the event was refused at first."""
    return accepted is not expected and (is_new or expected)


def tell_answer(answer: Answer, *, accepted: bool) -> str:
    """The answer in words, such as ``500, the app raised: ValueError: boom``; of a refusal with the body."""
    status = "no answer" if answer.status is None else str(answer.status)
    if answer.error:
        return f"{status}, {excerpt(answer.error)}"
    body = excerpt(answer.body.strip(), limit=_BODY) if not accepted else ""
    return f"{status}, {body}" if body else status


def reason_of(answer: Answer) -> str:
    """Why it was refused, equal for equal reasons: the status, and the type of the app's exception."""
    raised = "" if answer.exception is None else type(answer.exception).__name__
    return f"{answer.status} {raised}"
