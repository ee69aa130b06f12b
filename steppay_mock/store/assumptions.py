"""What does the simulated store do where no fact says what StepPay does? Each choice can be changed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.values import check_flag

_MOST_DAYS = 3650


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """The choices that the facts leave open, with the defaults that are called assumed.

    The table in ``docs/fidelity.md`` says what each of them means.
    """

    order_updated_when_paid: bool = True
    """A payment also sends order.updated, the last of its burst (facts 6 and 25)."""
    order_updated_when_failed: bool = True
    """A payment that fails sends order.updated with PAYMENT_FAILURE, unless the order is that already."""
    prices_created_with_product: bool = True
    """product.created is followed by product.price.created for each of its prices."""
    queue_renewals: bool = False
    """A renewal sends subscription.updated with QUEUEING before it is tried."""
    incomplete_before_payment: bool = False
    """A subscription exists, INCOMPLETE, while its first direct debit is on its way."""
    retry_days: tuple[int, ...] = (1, 3, 5, 10, 14)
    """After how many days a failed renewal is tried again (fact 24)."""
    notice_days: int | None = None
    """How many days before a renewal subscription.payment_due_notification is sent. None: it is not."""
    step_cover: Literal["off", "pause", "cancel"] = "off"
    """StepCover takes the place of the retries (fact 28), and at its end pauses or cancels the subscription."""
    cover_days: int = 3
    """How many days lie between two StepCover messages."""
    cover_messages: int = 4
    """How many messages StepCover sends before it ends."""
    virtual_account_days: int = 7
    """How long a virtual account waits for its money."""

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(one.default, bool):
                check_flag(one.name, value)
            elif isinstance(one.default, int):
                _check_days(one.name, value)
        if self.notice_days is not None:
            _check_days("notice_days", self.notice_days)
        if self.step_cover not in ("off", "pause", "cancel"):
            raise SteppayMockError(f"step_cover={self.step_cover!r} is not among 'off', 'pause' or 'cancel'.")
        if self.cover_messages > 4:
            raise SteppayMockError(f"cover_messages={self.cover_messages}: StepCover sends at most 4 (fact 28).")
        if not _are_days(self.retry_days):
            raise SteppayMockError(
                f"retry_days={self.retry_days!r} are not days that rise, from 1 to {_MOST_DAYS}. "
                "Write them like (1, 3, 5, 10, 14)."
            )
        object.__setattr__(self, "retry_days", tuple(self.retry_days))  # the dataclass is frozen, a list would not be


def read_assumptions(given: Assumptions | dict[str, Any] | None) -> Assumptions:
    """The assumptions as they are meant, from a mapping too; an unknown one is an error that names the nearest."""
    if given is None:
        return Assumptions()
    if isinstance(given, Assumptions):
        return given
    known = [one.name for one in fields(Assumptions)]
    if not isinstance(given, dict):
        raise SteppayMockError(
            f"assumptions={given!r} is no mapping. Write assumptions={{'notice_days': 3}}; they are {choices(known)}."
        )
    for name in given:
        if name not in known:
            raise SteppayMockError(
                f"There is no assumption {name!r}.{did_you_mean(name, known)} They are {choices(known)}."
            )
    return Assumptions(**given)


def _check_days(name: str, value: object) -> None:
    if not _is_whole(value) or not 1 <= value <= _MOST_DAYS:  # type: ignore[operator]
        raise SteppayMockError(f"{name}={value!r} is no whole number from 1 to {_MOST_DAYS}. Give one such as 3.")


def _are_days(days: object) -> bool:
    if not isinstance(days, tuple | list) or not days or not all(map(_is_whole, days)):
        return False
    return list(days) == sorted(set(days)) and days[0] >= 1 and days[-1] <= _MOST_DAYS


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
