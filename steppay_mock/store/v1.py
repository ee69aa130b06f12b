"""Which events of a store have a webhook v1 beside them (fact 52), and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.v1 import V1EventType
from steppay_mock.payload.body import BodyForm
from steppay_mock.payload.event import V1Event
from steppay_mock.payload.v1_body import V1Form
from steppay_mock.store.records import Order, Record, Subscription
from steppay_mock.values import ChoiceValue

V1Kinds = Literal["order", "subscription", "both"]

V1_KINDS = ChoiceValue(words=get_args(V1Kinds), others=(None,))

_OF_SUBSCRIPTIONS = frozenset({EventType.SUBSCRIPTION_CREATED, EventType.SUBSCRIPTION_UPDATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class V1Webhooks:
    """The webhooks v1 that a store sends: of which kinds, and in which form."""

    kinds: V1Kinds
    v1_form: V1Form
    form: BodyForm

    def beside(self, event_type: EventType, record: Record) -> V1EventType | None:
        """The kind of webhook v1 that is sent with this event of v2; None for none.

        An order has one if it is a paid renewal that cost something; a subscription at its creation and each change.
        """
        if isinstance(record, Subscription):
            told = event_type in _OF_SUBSCRIPTIONS and self.kinds != "order"
            return V1EventType.SUBSCRIPTION if told else None
        if event_type is not EventType.ORDER_PAYMENT_COMPLETED or not isinstance(record, Order):
            return None
        is_paid_renewal = record.type == "RECURRING" and bool(record.amount)
        return V1EventType.ORDER if is_paid_renewal and self.kinds != "subscription" else None

    def write(self, record: Record, second: int) -> V1Event:
        """The webhook v1 about an order or a subscription, as it was then."""
        payload: dict[str, Any] = (
            {"id": record.id, "status": record.status}
            if isinstance(record, Subscription)
            else {"webHookType": "PAYMENT", "orderId": record.key}
        )
        return V1Event(payload, form=self.form, happened_at=second, v1_form=self.v1_form)
