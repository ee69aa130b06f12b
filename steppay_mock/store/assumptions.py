"""The assumptions: what the store does where no fact documents what StepPay does. Users can change each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.values import check_flag

_MOST_DAYS = 3650
_MOST_SECONDS = 3600
_BOUNDS = {"seconds_to_pay": (0, _MOST_SECONDS, 80)}
"""The least, the most and an example of numbers that are no days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """The choices that the facts leave open. The docs mark each default as "assumed".

    The table in ``docs/fidelity.md`` explains each of them.
    """

    order_updated_when_paid: bool = True
    """A payment also sends order.updated, the first of its burst (fact 36)."""
    order_updated_again: tuple[int, ...] = ()
    """The seconds after a payment at which order.updated comes again. Fact 36 saw 10 and 20."""
    order_updated_when_failed: bool = True
    """A failed payment sends order.updated with PAYMENT_FAILURE, unless the order has that status already."""
    seconds_to_pay: int = 80
    """The seconds that the buyer of a checkout is on the page, from the order to the payment (facts 36 and 41)."""
    prices_created_with_product: bool = True
    """product.created is followed by product.price.created for each of its prices."""
    queue_renewals: bool = False
    """A renewal sends subscription.updated with QUEUEING before it is tried."""
    incomplete_before_payment: bool = False
    """A subscription is created as INCOMPLETE while its first direct debit is pending."""
    renewals_fail_without_stock: bool = False
    """The renewal of a product that is OUT_OF_STOCK fails; fact 49 says that it can."""
    retry_days: tuple[int, ...] = (1, 3, 5, 10, 14)
    """The retries of a failed renewal, in days after the failure (fact 24)."""
    notice_days: int | None = None
    """subscription.payment_due_notification is sent this number of days before a renewal. None: never."""
    step_cover: Literal["off", "pause", "cancel"] = "off"
    """Whether StepCover replaces the retries (fact 28), and pauses or cancels the subscription at its end."""
    cover_days: tuple[int, ...] = (3, 5, 7, 11)
    """The attempts of StepCover after the first one, in days after the failure (fact 28); the last one ends it."""
    cover_messages: int = 4
    """The number of messages that StepCover sends before it ends, if ``cover_days`` has so many attempts."""
    postpone_days: int = 3
    """The days by which a customer postpones a StepCover message."""
    partial_cancel_ends_subscriptions: bool = False
    """Cancelling a part of a RECURRING_INITIAL order cancels its subscriptions too; fact 43 leaves this open."""
    virtual_account_days: int = 7
    """The days that a virtual account waits for its money."""

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(one.default, bool):
                check_flag(one.name, value)
            elif isinstance(one.default, int):
                _check_whole(one.name, value)
        if self.notice_days is not None:
            _check_whole("notice_days", self.notice_days)
        if self.step_cover not in ("off", "pause", "cancel"):
            raise SteppayMockError(f"step_cover={self.step_cover!r} is not among 'off', 'pause' or 'cancel'.")
        if self.cover_messages > 4:
            raise SteppayMockError(f"cover_messages={self.cover_messages}: StepCover sends at most 4 (fact 28).")
        cover_days = _as_days(self.cover_days, steps=self.cover_messages)
        self._set_rising("retry_days", self.retry_days, most=_MOST_DAYS, example=(1, 3, 5, 10, 14))
        self._set_rising("cover_days", cover_days, most=_MOST_DAYS, example=(3, 5, 7, 11))
        again = self.order_updated_again
        self._set_rising("order_updated_again", again, most=_MOST_SECONDS, example=(10, 20), may_be_empty=True)

    def _set_rising(
        self, name: str, numbers: Any, *, most: int, example: tuple[int, ...], may_be_empty: bool = False
    ) -> None:
        if not (may_be_empty and numbers in ((), [])) and not _are_rising(numbers, most=most):
            raise SteppayMockError(
                f"{name}={numbers!r} are not rising whole numbers from 1 to {most}. Give them like {example}."
            )
        # A list could be changed later. The dataclass is frozen, so it is set past its __setattr__.
        object.__setattr__(self, name, tuple(numbers))

    @property
    def cover_attempts(self) -> tuple[int, ...]:
        """The attempts of StepCover after the first one, in days after the failure: one after each message."""
        return self.cover_days[: self.cover_messages]


def read_assumptions(given: Assumptions | dict[str, Any] | None) -> Assumptions:
    """The assumptions, also from a dict; SteppayMockError for an unknown one, with the nearest name."""
    if given is None:
        return Assumptions()
    if isinstance(given, Assumptions):
        return given
    known = [one.name for one in fields(Assumptions)]
    if not isinstance(given, dict):
        raise SteppayMockError(
            f"assumptions={given!r} is not a dict. Write assumptions={{'notice_days': 3}}; the names are "
            f"{choices(known)}."
        )
    for name in given:
        if name not in known:
            raise SteppayMockError(
                f"Unknown assumption {name!r}.{did_you_mean(name, known)} The assumptions are {choices(known)}."
            )
    return Assumptions(**given)


def _check_whole(name: str, value: object) -> None:
    least, most, example = _BOUNDS.get(name, (1, _MOST_DAYS, 3))
    if not _is_whole(value) or not least <= value <= most:  # type: ignore[operator]
        raise SteppayMockError(
            f"{name}={value!r} is not a whole number from {least} to {most}. Give one such as {example}."
        )


def _as_days(days: Any, *, steps: int) -> Any:
    """One number is the days between two messages, as it was before this assumption had a day for each attempt."""
    if not _is_whole(days):
        return days
    return tuple(days * step for step in range(1, steps + 1))


def _are_rising(numbers: object, *, most: int) -> bool:
    if not isinstance(numbers, tuple | list) or not numbers or not all(map(_is_whole, numbers)):
        return False
    return list(numbers) == sorted(set(numbers)) and numbers[0] >= 1 and numbers[-1] <= most


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
