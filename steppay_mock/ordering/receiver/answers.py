"""What does an answer say? Accepted or not, in time or not, and how that is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.excerpt import excerpt

if TYPE_CHECKING:
    from steppay_mock.delivery.transport import Answer


def accepts(answer: Answer) -> bool:
    """Whether the answer is a success: it came whole, with 2xx (assumed, fact 23)."""
    return answer.error is None and answer.status is not None and 200 <= answer.status <= 299


def is_late(answer: Answer) -> bool:
    """Whether none came in time."""
    return answer.error is not None and answer.error.startswith("timed out")


def is_odd(accepted: bool, expected: bool, *, is_new: bool) -> bool:  # noqa: FBT001 - two of a kind
    """Whether an answer depends on order; that what was refused is accepted when it comes again is no fault."""
    return accepted is not expected and (is_new or expected)


def tell_answer(answer: Answer) -> str:
    """The answer in a few words, such as ``500, the app raised: ValueError: boom``."""
    status = "no answer" if answer.status is None else str(answer.status)
    return f"{status}, {excerpt(answer.error)}" if answer.error else status
