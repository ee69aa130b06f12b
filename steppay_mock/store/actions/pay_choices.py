"""What the buyer chooses on the hosted page beside the method, checked: why a payment fails, when its money arrives."""

from __future__ import annotations

from datetime import timedelta

from steppay_mock.errors import SteppayMockError
from steppay_mock.store.payment_methods import PaymentMethod
from steppay_mock.store.records import Order
from steppay_mock.store.texts import check_letters
from steppay_mock.values import NumberValue

LONGEST_REASON = 200
MOST_DEPOSIT_DAYS = 3650

_DEPOSIT_DAYS = NumberValue(noun="a number of days", least=0, most=MOST_DEPOSIT_DAYS, example="1")
_STANDS_BY = {"VBANK", "CMS", "CMS_BILL"}


def waits_for_money(order: Order, payment_method: PaymentMethod) -> bool:
    """Whether the payment is on standby first. That of a renewal is not."""
    return payment_method.method in _STANDS_BY and order.type not in {"RECURRING", "PAYMENT_METHOD"}


def check_reason(reason: object, *, fails: bool) -> None:
    """Raise SteppayMockError for a reason that the payment cannot have."""
    if reason is None:
        return
    if not isinstance(reason, str) or not reason.strip() or len(reason) > LONGEST_REASON:
        raise SteppayMockError(f"reason={reason!r} is no text of 1 to {LONGEST_REASON} letters. Write one.")
    check_letters("reason", reason)
    if not fails:
        raise SteppayMockError("reason: only a payment that fails has one. Leave it out, or say pays='fails'.")


def read_deposit_days(days: object, *, waits: bool) -> timedelta | None:
    """The time after which the money arrives, if it is given; SteppayMockError if no money is waited for."""
    if days is None:
        return None
    time = timedelta(days=_DEPOSIT_DAYS.check("deposit_days", days))
    if not waits:
        raise SteppayMockError(
            f"deposit_days={days}: this payment waits for no money. Leave it out, or pay an order that is no renewal "
            "by 'virtual_account' or 'cms'."
        )
    return time
