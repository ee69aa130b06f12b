"""The actions that each record of the store allows now, and what a button asks the store for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from steppay_mock.store.lifecycle import SUBSCRIPTION, allowed_actions

if TYPE_CHECKING:
    from steppay_mock.store.records import Order, Payment, Subscription

Input = Literal["quantity", "price", "amount"]


class WrongInputError(Exception):
    """A field of a form that cannot be used; ``word`` is the key of the words that say why."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedAction:
    """A button: the key of its words, the action of the store, its arguments, and the field that it reads."""

    key: str
    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    reads: Input | None = None
    transition: str | None = None
    """Its name in the life cycle; None: in every state that allows an action."""

    def asks_for(self, noun: str, number: int, form: Mapping[str, str]) -> dict[str, Any]:
        """The arguments for a record; WrongInputError for a field that cannot be used."""
        found = {noun: number, **self.arguments}
        return found if self.reads is None else {**found, **_read(self.reads, form)}


_OF_SUBSCRIPTIONS = (
    OfferedAction(key="cancel", action="cancel", transition="cancel"),
    OfferedAction(
        key="cancel_at_end",
        action="cancel",
        arguments={"at_period_end": True},
        transition="cancel at the end of the period",
    ),
    OfferedAction(key="pause", action="pause", transition="pause"),
    OfferedAction(
        key="pause_at_end",
        action="pause",
        arguments={"at_period_end": True},
        transition="pause at the end of the period",
    ),
    OfferedAction(key="undo", action="undo", transition="undo"),
    OfferedAction(key="resume", action="resume", transition="resume"),
    OfferedAction(key="change_method", action="change_payment_method", transition="change the payment method"),
    OfferedAction(key="postpone", action="postpone_message", transition="postpone the StepCover message"),
    OfferedAction(key="decline", action="decline_payments"),
    OfferedAction(key="accept", action="accept_payments"),
    OfferedAction(key="change_quantity", action="change_quantity", reads="quantity", transition="change the quantity"),
    OfferedAction(key="change_plan", action="change_plan", reads="price", transition="change the plan"),
)
_CONFIRM = OfferedAction(key="confirm", action="confirm_payment")
_REJECT = OfferedAction(key="reject", action="reject_payment")
_CANCEL_ORDER = OfferedAction(key="cancel_order", action="cancel_order")
_REFUND = OfferedAction(key="refund", action="refund")
_REFUND_PART = OfferedAction(key="refund_part", action="refund", reads="amount")
OF_CUSTOMERS = (
    OfferedAction(key="checkout_later", action="checkout", arguments={"pays": "later"}, reads="price"),
    OfferedAction(key="checkout", action="checkout", reads="price"),
)

_STANDBY = {"VIRTUAL_BANK_STANDBY", "CMS_STANDBY"}
_UNPAID = {"CREATED", "PAYMENT_FAILURE", "DEPOSIT_WAITING"}
_PAID = {"PAID", "CANCELLATION_REFUNDED_PARTIALLY"}


def of_subscription(subscription: Subscription) -> list[OfferedAction]:
    """The actions that the life cycle allows in its state."""
    allowed = allowed_actions(SUBSCRIPTION, subscription.status)
    return [one for one in _OF_SUBSCRIPTIONS if (allowed if one.transition is None else one.transition in allowed)]


def of_order(order: Order, payment: Payment | None) -> list[OfferedAction]:
    """The actions of an order, whose newest payment this is."""
    found = []
    if payment is not None and payment.status in _STANDBY and order.status == "DEPOSIT_WAITING":
        found.append(_CONFIRM)
        if payment.debit is not None:
            found.append(_REJECT)
    if order.status in _UNPAID and order.type != "RECURRING":
        found.append(_CANCEL_ORDER)
    if order.status in _PAID and order.left:
        found += [_REFUND, _REFUND_PART]
    return found


def can_be_paid(order: Order) -> bool:
    """Whether its payment page has something to choose."""
    return order.status in _UNPAID


def _read(name: Input, form: Mapping[str, str]) -> dict[str, Any]:
    text = form.get(name, "").strip()
    if name == "price":
        return {"price": text} if text else {}
    if name == "quantity":
        if re.fullmatch("[0-9]{1,6}", text) is None:
            raise WrongInputError("wrong_quantity")
        return {"quantity": int(text)}
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,4})?", text) is None:
        raise WrongInputError("wrong_amount")
    return {"amount": float(text) if "." in text else int(text)}
