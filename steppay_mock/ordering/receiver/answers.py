"""Says of an answer whether it accepts the event, whether it came in time, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.failure import Failure
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.payload.event import Event

_BODY = 160  # characters of a refusal's body that are told


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Which answers accept an event: a whole 2xx (assumed, fact 23), and what ``accept=`` adds."""

    statuses: frozenset[int] = frozenset()
    judge: Callable[[Event, Answer], object] | None = None
    """Decides alone, where it is given."""

    def accepts(self, event: Event, answer: Answer) -> bool:
        """Whether the answer accepts the event."""
        if self.judge is not None:
            return bool(self.judge(event, answer))
        return answer.is_success or answer.status in self.statuses


def read_acceptance(value: object) -> Acceptance:
    """What ``accept=`` says: statuses beside 2xx, or a function of event and answer; SteppayMockError for others."""
    if value is None:
        return Acceptance()
    if callable(value):
        return Acceptance(judge=value)
    given: list[Any] = list(value) if isinstance(value, Iterable) else [value]
    for status in given:
        if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
            raise SteppayMockError(
                f"accept={value!r} is neither statuses nor a function. Say accept=[422], or pass a function: "
                "accept=lambda event, answer: answer.status == 422"
            )
    return Acceptance(statuses=frozenset(given))


def is_late(answer: Answer) -> bool:
    """Whether none came in time."""
    return answer.failure is Failure.TIMED_OUT


def is_odd(accepted: bool, expected: bool, *, is_new: bool) -> bool:  # noqa: FBT001 - two of a kind
    """Whether an answer depends on order; that what was refused is accepted when it comes again is no fault."""
    return accepted is not expected and (is_new or expected)


def tell_answer(answer: Answer, *, accepted: bool) -> str:
    """The answer in a few words, such as ``500, the app raised: ValueError: boom``; of a refusal its body too."""
    status = "no answer" if answer.status is None else str(answer.status)
    if answer.error:
        return f"{status}, {excerpt(answer.error)}"
    body = excerpt(answer.body.strip(), limit=_BODY) if not accepted else ""
    return f"{status}, {body}" if body else status


def reason_of(answer: Answer) -> str:
    """What is the same in two refusals for the same reason: the status, and the type of what the app raised."""
    raised = "" if answer.exception is None else type(answer.exception).__name__
    return f"{answer.status} {raised}"
