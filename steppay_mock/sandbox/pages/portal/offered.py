"""All buttons of the portal's store: what each asks the store for, and the few fields that it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from steppay_mock.sandbox.pages.portal.forms import FormField, choices_of
from steppay_mock.store.catalogue_fields import STATUSES
from steppay_mock.store.options import Billing, Interval
from steppay_mock.store.payment_methods import Method
from steppay_mock.store.records import Via

Noun = Literal["customer", "order", "subscription", "invoice", "payment", "product", "price"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedAction:
    """A button: the key of its words, the action of the store, its arguments, and the fields that it reads."""

    key: str
    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[FormField, ...] = ()
    needs: str = ""
    """The transition of the life cycle, or the action, that the record must allow; empty: it only must be alive."""
    is_quick: bool = False
    """Whether the list of records has it too, with the fields that it must have, and not their pages alone."""

    def asks_for(self, target: Mapping[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
        """The arguments for a record; WrongInputError for a field that cannot be used."""
        found = {**target, **self.arguments}
        for one in self.fields:
            found.update(one.read(form))
        return found


_PRICE = FormField(name="price", label="price", kind="choice", is_required=True, source="prices")
_QUANTITY = FormField(name="quantity", label="quantity", kind="whole", is_required=True, value="1")
_ITEM = FormField(name="item", label="subscription_item", kind="number", source="items")
_METERED = FormField(name="item", label="subscription_item", kind="number", is_required=True, source="metered")
_VIA = FormField(name="via", label="via", kind="choice", choices=choices_of(get_args(Via)))
_METHOD = FormField(name="method", label="means", kind="choice", choices=choices_of(get_args(Method), words="method_"))
_BILLING_METHOD = FormField(
    name="method", label="means", kind="choice", choices=choices_of(("card", "cms"), words="method_")
)
_GATEWAY = FormField(name="gateway", label="gateway")
_PAYS = FormField(name="pays", label="pays", kind="choice", choices=choices_of(("now", "fails"), words="pays_"))
_PAYS_LATER = FormField(
    name="pays", label="pays", kind="choice", choices=choices_of(("now", "fails", "later"), words="pays_")
)
_WHEN = FormField(name="pays", label="pays", kind="choice", choices=choices_of(("now", "later"), words="pays_"))
_TO = FormField(name="to", label="moment", kind="moment", is_required=True)
_AT = FormField(name="at", label="moment", kind="moment", is_required=True)
_DISCOUNT = FormField(name="discount", label="discount", kind="amount")
_MEMO = FormField(name="memo", label="memo")
_DAYS = FormField(name="days_to_pay", label="days_to_pay", kind="whole")
_CHANNEL = FormField(name="channels", label="channel", kind="list", choices=choices_of(("EMAIL", "SMS", "KAKAO")))
_NAME = FormField(name="name", label="name")
_CONTACT = (_NAME, FormField(name="email", label="email"), FormField(name="phone", label="phone"))
_INTERVAL = FormField(name="interval", label="interval", kind="choice", choices=choices_of(get_args(Interval)))
_NEW_PRICE = (
    FormField(name="price", label="amount", kind="amount"),
    FormField(name="billing", label="billing", kind="choice", choices=choices_of(get_args(Billing), words="billing_")),
    _INTERVAL,
    FormField(name="interval_count", label="count", kind="whole"),
    FormField(name="quota", label="quota", kind="whole"),
    FormField(name="plan_name", label="plan_name"),
)
_INVOICE_TERMS = (
    FormField(name="quantity", label="quantity", kind="whole"),
    _DISCOUNT,
    _MEMO,
    _DAYS,
    _CHANNEL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferGroup:
    """The buttons of one form, which read the same fields."""

    fields: tuple[FormField, ...]
    offers: list[OfferedAction]


def grouped(offers: Iterable[OfferedAction]) -> list[OfferGroup]:
    """The offers as forms: those that read the same fields share one."""
    found: dict[tuple[FormField, ...], OfferGroup] = {}
    for one in offers:
        found.setdefault(one.fields, OfferGroup(fields=one.fields, offers=[])).offers.append(one)
    return list(found.values())


OF_SUBSCRIPTIONS = (
    OfferedAction(key="cancel", action="cancel", needs="cancel", is_quick=True),
    OfferedAction(
        key="cancel_at_end",
        action="cancel",
        arguments={"at_period_end": True},
        needs="cancel at the end of the period",
        is_quick=True,
    ),
    OfferedAction(key="pause", action="pause", needs="pause", is_quick=True),
    OfferedAction(
        key="pause_at_end",
        action="pause",
        arguments={"at_period_end": True},
        needs="pause at the end of the period",
        is_quick=True,
    ),
    OfferedAction(key="undo", action="undo", needs="undo", is_quick=True),
    OfferedAction(key="resume", action="resume", needs="resume", is_quick=True),
    OfferedAction(key="renew", action="renew_now", needs="renew now", is_quick=True),
    OfferedAction(key="postpone", action="postpone_message", needs="postpone the StepCover message", is_quick=True),
    OfferedAction(key="decline", action="decline_payments", is_quick=True),
    OfferedAction(key="accept", action="accept_payments", is_quick=True),
    OfferedAction(key="cancel_at", action="cancel", needs="cancel at a given time", fields=(_AT,)),
    OfferedAction(
        key="change_quantity",
        action="change_quantity",
        needs="change the quantity",
        fields=(_QUANTITY, _ITEM),
        is_quick=True,
    ),
    OfferedAction(
        key="change_plan", action="change_plan", needs="change the plan", fields=(_PRICE, _ITEM), is_quick=True
    ),
    OfferedAction(key="add_item", action="add_item", needs="add an item", fields=(_PRICE, _QUANTITY)),
    OfferedAction(
        key="remove_item",
        action="remove_item",
        needs="remove an item",
        fields=(replace(_ITEM, is_required=True),),
    ),
    OfferedAction(
        key="add_usage",
        action="add_usage",
        needs="add usage",
        fields=(
            FormField(name="amount", label="usage_change", kind="whole", is_required=True),
            _METERED,
            _VIA,
        ),
    ),
    OfferedAction(
        key="top_up",
        action="top_up",
        needs="top up",
        fields=(
            FormField(name="quota", label="quota", kind="whole", is_required=True),
            FormField(name="price", label="amount", kind="amount"),
            _METERED,
            _VIA,
        ),
    ),
    OfferedAction(
        key="change_interval",
        action="change_interval",
        needs="change the interval",
        fields=(
            replace(_INTERVAL, is_required=True),
            FormField(name="count", label="count", kind="whole"),
        ),
    ),
    OfferedAction(key="move_next_payment", action="move_next_payment", needs="move the next payment", fields=(_TO,)),
    OfferedAction(key="move_payment_date", action="move_payment_date", needs="move the payment date", fields=(_TO,)),
    OfferedAction(
        key="change_method",
        action="change_payment_method",
        needs="change the payment method",
        fields=(_BILLING_METHOD, _GATEWAY, _WHEN),
    ),
)
OF_ORDERS = (
    OfferedAction(key="confirm", action="confirm_payment", needs="confirm_payment", is_quick=True),
    OfferedAction(key="reject", action="reject_payment", needs="reject_payment", is_quick=True),
    OfferedAction(key="cancel_order", action="cancel_order", needs="cancel_order", is_quick=True),
    OfferedAction(key="refund", action="refund", needs="refund", is_quick=True),
    OfferedAction(
        key="refund_part",
        action="refund",
        needs="refund",
        fields=(FormField(name="amount", label="amount", kind="amount", is_required=True),),
        is_quick=True,
    ),
    OfferedAction(
        key="pay",
        action="pay",
        needs="pay",
        fields=(_METHOD, _GATEWAY, _PAYS, FormField(name="reason", label="reason")),
    ),
)
OF_INVOICES = (
    OfferedAction(key="send_invoice", action="send_invoice", needs="send", is_quick=True),
    OfferedAction(
        key="send_invoice_fails", action="send_invoice", arguments={"fails": True}, needs="sending fails", is_quick=True
    ),
    OfferedAction(key="delete_invoice", action="delete_invoice", needs="delete", is_quick=True),
    OfferedAction(key="reserve_invoice", action="reserve_invoice", needs="reserve", fields=(_AT,)),
    OfferedAction(key="update_invoice", action="update_invoice", needs="update", fields=_INVOICE_TERMS),
    OfferedAction(key="pay_invoice", action="pay_invoice", needs="pay", fields=(_METHOD, _GATEWAY, _PAYS)),
)
OF_CUSTOMERS = (
    OfferedAction(
        key="checkout_later", action="checkout", arguments={"pays": "later"}, fields=(_PRICE,), is_quick=True
    ),
    OfferedAction(key="checkout", action="checkout", fields=(_PRICE,), is_quick=True),
    OfferedAction(
        key="checkout_as",
        action="checkout",
        fields=(_PRICE, _QUANTITY, _METHOD, _GATEWAY, _PAYS_LATER, _DISCOUNT),
    ),
    OfferedAction(key="draft_invoice", action="draft_invoice", fields=(_PRICE, *_INVOICE_TERMS)),
    OfferedAction(key="update_customer", action="update_customer", needs="update_customer", fields=_CONTACT),
    OfferedAction(key="add_method", action="add_payment_method", fields=(_BILLING_METHOD, _GATEWAY, _WHEN)),
    OfferedAction(key="replace_method", action="replace_payment_method", fields=(_BILLING_METHOD, _GATEWAY, _WHEN)),
    OfferedAction(
        key="remove_method",
        action="remove_payment_method",
        fields=(FormField(name="card", label="card", kind="choice", is_required=True, source="cards"),),
    ),
    OfferedAction(key="delete_customer", action="delete_customer", needs="delete_customer"),
)
OF_PRODUCTS = (
    OfferedAction(
        key="update_product",
        action="update_product",
        needs="update_product",
        fields=(
            _NAME,
            FormField(name="status", label="state", kind="choice", choices=choices_of(STATUSES)),
            FormField(name="stock", label="stock", kind="whole"),
        ),
    ),
    OfferedAction(key="create_price", action="create_price", needs="update_product", fields=_NEW_PRICE),
    OfferedAction(key="delete_product", action="delete_product", needs="delete_product"),
)
OF_PRICES = (
    OfferedAction(
        key="update_price",
        action="update_price",
        needs="update_price",
        fields=(FormField(name="amount", label="amount", kind="amount"), FormField(name="name", label="plan_name")),
    ),
    OfferedAction(key="delete_price", action="delete_price", needs="delete_price"),
)
OF_STORE = (
    OfferedAction(key="create_customer", action="create_customer", fields=_CONTACT),
    OfferedAction(
        key="create_product",
        action="create_product",
        fields=(
            _NAME,
            *_NEW_PRICE,
            FormField(name="trial_days", label="trial_days", kind="whole"),
            FormField(name="stock", label="stock", kind="whole"),
        ),
    ),
    OfferedAction(
        key="draft_invoice_for",
        action="draft_invoice",
        fields=(
            FormField(name="customer", label="customer", kind="number", is_required=True, source="customers"),
            _PRICE,
            FormField(name="quantity", label="quantity", kind="whole"),
        ),
    ),
)
"""What is made new, and is no action of a record."""
