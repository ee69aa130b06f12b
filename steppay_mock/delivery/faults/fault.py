"""A fault, and the answer that a right receiver gives to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from steppay_mock.delivery.failure import Failure
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.faults.draft import RequestDraft
    from steppay_mock.delivery.request import Request

Family = Literal["signature", "header", "body", "connection"]
Expects = Literal["accepted", "refused", "either"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a delivery, by name.

    ``description`` says what the sender does. ``reason`` says why a right receiver does what ``expects`` says.
    ``needs_socket``: an app in process cannot get it. ``answered`` False: no answer can come.
    """

    name: str
    family: Family
    expects: Expects
    description: str
    reason: str
    make: Callable[[RequestDraft], Request] = field(repr=False, compare=False)
    needs_socket: bool = False
    answered: bool = True

    @property
    def needs_secret(self) -> bool:
        """Whether the delivery has to be signed, because the fault changes the signature."""
        return self.family == "signature"

    def apply(self, draft: RequestDraft) -> Request:
        """The request with the fault: the same draft gives the same request.

        Raises SteppayMockError if the fault is one of the signature and the draft is not signed.
        """
        if self.needs_secret and draft.secrets is None:
            raise SteppayMockError(
                f"The fault {self.name!r} is one of the signature, and this delivery is not signed. Pass secret="
            )
        return replace(self.make(draft), fault=self.name)

    def met_by(self, answer: Answer) -> bool:
        """Whether this answer is that of a right receiver: 2xx accepts, 4xx refuses (assumed, fact 23).

        For a fault of the connection, closing without an answer is a refusal too. Where no answer can come, only the
        failure ``on-purpose`` is right: it says that the receiver was there. 5xx, a redirect and silence are wrong.
        """
        if not self.answered:
            return answer.failure is Failure.ON_PURPOSE
        if answer.status is None:
            return answer.failure is Failure.BROKEN and self.family == "connection" and self.expects != "accepted"
        taken, refused = 200 <= answer.status <= 299, 400 <= answer.status <= 499
        allowed = {"accepted": taken, "refused": refused, "either": taken or refused}
        return answer.error is None and allowed[self.expects]
